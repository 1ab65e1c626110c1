//! The parts of a model that a pass is in.

use std::cell::RefCell;

use tapegrad_autodiff::{Element, Var};

use super::Scope;
use crate::Module;
use crate::notes::Notes;

impl<'t, T: Element> Scope<'t, T> {
    /// Notes the shape of what each [part](Scope::part) of the model gives.
    pub(crate) fn observing_parts(self) -> Self {
        Self {
            observes_parts: true,
            ..self
        }
    }

    /// The output of a part of the model, called `field` or `field.index`: so a module calls the
    /// `forward` of each of its parts. Errors name the part, what it draws is
    /// [its own](Scope::part_stream), and a [summary](crate::summary_with_input) shows its output's
    /// shape.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::{Dense, Scope};
    /// let tape = Tape::<f32>::new();
    /// let on = Scope::train(&tape);
    /// let (encoder, x) = (Dense::new(2, 3), on.input(ndarray::array![[0.5, 1.0]]));
    /// assert_eq!(on.part("encoder", None, &encoder, x).shape()[..], [1, 3]);
    /// ```
    #[track_caller]
    pub fn part(
        &self,
        field: &'static str,
        index: impl Into<Option<usize>>,
        part: &(impl Module<T> + ?Sized),
        x: Var<'t, T>,
    ) -> Var<'t, T> {
        let _within = self.enter(field, index);
        if !self.observes_parts {
            return part.forward(self, x);
        }
        let place = self.notes.borrow().outputs.len();
        let path = self.path();
        self.notes.borrow_mut().outputs.push((path, Vec::new()));
        let y = part.forward(self, x);
        self.notes.borrow_mut().outputs[place].1 = y.shape().to_vec();
        y
    }

    /// The path and the output's shape of each part that the pass came to, in the order in which
    /// they were entered.
    pub(crate) fn part_outputs(&self) -> Vec<(String, Vec<usize>)> {
        self.notes.borrow().outputs.clone()
    }

    /// Until the returned guard is dropped, errors name the part of the model that the pass is in:
    /// `field`, or `field.index`.
    ///
    /// [`part`](Scope::part) calls it; call it around what is no [`Module`].
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::Scope;
    /// let tape = Tape::<f32>::new();
    /// let on = Scope::train(&tape);
    /// let _encoder = on.enter("encoder", None);
    /// let _layer = on.enter("layers", 2);
    /// assert_eq!(on.path(), "encoder.layers.2");
    /// ```
    pub fn enter(&self, field: &'static str, index: impl Into<Option<usize>>) -> Within<'_> {
        self.notes.borrow_mut().path.push((field, index.into()));
        Within { notes: &self.notes }
    }

    /// The part of the model that the pass is in; empty at the top.
    pub fn path(&self) -> String {
        let part = |(field, index): &(&str, Option<usize>)| match index {
            Some(index) => format!("{field}.{index}"),
            None => (*field).to_owned(),
        };
        self.notes
            .borrow()
            .path
            .iter()
            .map(part)
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// The guard of [`Scope::enter`].
#[derive(Debug)]
#[must_use = "the part is left when the guard is dropped"]
pub struct Within<'s> {
    notes: &'s RefCell<Notes>,
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        self.notes.borrow_mut().path.pop();
    }
}
