use ndarray::{ArrayD, ArrayViewD};

use crate::{ArrayMap, Element, Var, error};

/// The gradients of one number with respect to the variables of its tape, as values.
#[derive(Clone, Debug)]
pub struct Gradients<T: Element = f32> {
    of: ArrayMap<T>,
    epoch: u64,
}

impl<T: Element> Gradients<T> {
    pub(crate) fn new(of: ArrayMap<T>, epoch: u64) -> Self {
        Self { of, epoch }
    }

    /// The gradient with respect to a variable made by [`Tape::var`](crate::Tape::var), or `None` where nothing
    /// depends on it.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, unused) = (tape.var(2.0), tape.var(5.0));
    /// let gradients = x.exp().backward();
    /// assert!(gradients.get(x).is_some() && gradients.get(unused).is_none());
    /// ```
    ///
    /// # Panics
    /// As [`wrt`](Gradients::wrt).
    #[track_caller]
    pub fn get(&self, x: Var<'_, T>) -> Option<ArrayViewD<'_, T>> {
        self.check("get", x);
        self.of.get(x.index as u64)
    }

    /// The gradient with respect to a variable made by [`Tape::var`](crate::Tape::var), of the
    /// variable's shape; zero where nothing depends on it.
    ///
    /// # Panics
    /// If the variable is a constant or a result, is on another tape, or was made after the tape
    /// was cleared.
    #[track_caller]
    pub fn wrt(&self, x: Var<'_, T>) -> ArrayD<T> {
        self.check("wrt", x);
        self.of
            .get(x.index as u64)
            .map_or_else(|| ArrayD::zeros(x.shape()), |g| g.to_owned())
    }

    /// The gradients with respect to variables made by [`Tape::var`](crate::Tape::var), each variable
    /// under a key of its own; zero where nothing depends on one. Keys ascend.
    ///
    /// # Panics
    /// As [`wrt`](Gradients::wrt).
    #[doc(hidden)]
    #[track_caller]
    pub fn by_key<'t>(
        self,
        xs: impl IntoIterator<Item = (u64, Var<'t, T>), IntoIter: Clone>,
    ) -> ArrayMap<T> {
        let xs = xs.into_iter();
        for (_, x) in xs.clone() {
            self.check("by_key", x);
        }
        let mut of = self.of;
        // Mostly variables were made in the order of their keys.
        let mut next = xs.clone().peekable();
        of.rename(|index| {
            let is = |(_, x): &(u64, Var<'t, T>)| x.index as u64 == index;
            let x = next.next_if(is).or_else(|| xs.clone().find(is));
            x.map(|(key, _)| key)
        });
        for (key, x) in xs {
            if of.numbers(key).is_none() {
                let zeros = x.tape.filled(x.shape(), T::zero());
                of.insert(key, x.tape.export(zeros));
            }
        }
        of
    }

    #[track_caller]
    fn check(&self, operation: &str, x: Var<'_, T>) {
        if x.tape.epoch() != self.epoch {
            error::other_tape(operation);
        }
        if !x.tape.is_live(x.index) {
            error::constant(operation, "the variable");
        }
        if !x.tape.is_leaf(x.index) {
            error::result(operation);
        }
    }
}
