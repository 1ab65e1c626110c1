//! Strengths of penalties, by name.

use std::ops::RangeInclusive;

use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, ParamId, Strength};

use super::{Space, Value, Values};
use crate::error;

impl Space {
    /// A dimension for each penalty of a model, by logarithms: `λ` for each layer. It is called after the parameter and
    /// the form, as `layers.0.weight L2`; of several that are clones of one [`Strength`], after the first, and they
    /// stay one.
    ///
    /// A strength with a schedule has no dimension. A trial [sets](Values::penalize) them in its own model.
    ///
    /// ```
    /// use tapegrad_nn::{Mlp, Penalty};
    /// use tapegrad_tune::Space;
    ///
    /// let model = Mlp::<f32>::new(&[2, 16, 1])
    ///     .penalize(0, Penalty::l1(1e-3) + Penalty::l2(1e-3))
    ///     .penalize(1, Penalty::l2(1e-3));
    /// let space = Space::new().penalties(&model, 1e-6..=1e-1);
    /// let names: Vec<_> = space.dimensions().iter().map(|dimension| dimension.name()).collect();
    /// assert_eq!(names, ["layers.0.weight L1", "layers.0.weight L2", "layers.1.weight L2"]);
    ///
    /// let mut own = model.clone();                           // shares its strengths with the model
    /// space.values(&[0.0, 0.5, 1.0]).penalize(&mut own);     // and now has its own
    /// assert_eq!(own.layers[1].weight.penalty.to_string(), "L2 0.1");
    /// assert_eq!(model.layers[1].weight.penalty.to_string(), "L2 0.001");
    /// ```
    ///
    /// # Panics
    /// If the model has no penalty whose strength is a number.
    #[track_caller]
    pub fn penalties<T: Element>(
        mut self,
        model: &(impl Module<T> + ?Sized),
        range: RangeInclusive<f64>,
    ) -> Self {
        let names = names(model);
        if names.is_empty() {
            error::no_penalties();
        }
        for (_, name) in names {
            self = self.log(&name, range.clone());
        }
        self
    }
}

impl Values {
    /// Gives a model strengths of its own that are what the dimensions called after its
    /// [penalties](Space::penalties) say; the others stay as they are, and what it shares with other models. So does a
    /// strength whose dimension is not there at this place: it is the model's own.
    ///
    /// # Panics
    /// If no dimension of the space is called after a penalty of the model.
    #[track_caller]
    pub fn penalize<T: Element>(&self, model: &mut (impl Module<T> + ?Sized)) {
        let names = names(model);
        let own = names
            .iter()
            .filter_map(|(id, name)| match self.value(name) {
                Some(Value::Number(x)) => Some((*id, Strength::new(x))),
                _ => None,
            });
        let own: Vec<(ParamId, Strength)> = own.collect();
        if own.is_empty() && !names.iter().any(|(_, name)| self.is_absent(name)) {
            let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
            error::not_penalised(&names);
        }
        model.visit_mut(tapegrad_nn::Name::root(), &mut |_, param| {
            param.penalty = param.penalty.with_strengths(|term| {
                let of = ParamId::from(term.strength());
                let own = own.iter().find(|(id, _)| *id == of);
                own.map_or(term.strength(), |(_, strength)| strength)
                    .clone()
            });
        });
    }
}

/// Each strength of a model's penalties that is a number, and what it is called.
fn names<T: Element>(model: &(impl Module<T> + ?Sized)) -> Vec<(ParamId, String)> {
    let mut names: Vec<(ParamId, String)> = Vec::new();
    for (parameter, param) in model.parameters() {
        for term in param.penalty.terms() {
            let id = ParamId::from(term.strength());
            if !term.strength().is_scheduled() && names.iter().all(|(other, _)| *other != id) {
                names.push((id, format!("{parameter} {}", term.form().name())));
            }
        }
    }
    names
}
