use std::fmt;

use crate::{ArcArrayD, Element, Tape, error};

/// A value on a [`Tape`]: a handle that is `Copy`, made by [`Tape::var`], [`Tape::constant`] or an
/// operation.
///
/// Operators work between variables and with `f64` numbers on either side (a number is rounded to
/// the element type once); shapes broadcast as in NumPy. Every operation is a method, documented
/// with its formula.
///
/// A variable cannot outlive its tape or survive [`Tape::clear`]:
///
/// ```compile_fail,E0502
/// let mut tape = tapegrad_autodiff::Tape::<f64>::new();
/// let x = tape.var(1.0);
/// tape.clear();
/// x.exp();
/// ```
#[derive(Clone, Copy)]
pub struct Var<'t, T: Element = f32> {
    pub(crate) tape: &'t Tape<T>,
    pub(crate) index: usize,
}

impl<'t, T: Element> Var<'t, T> {
    /// The tape that the variable is on.
    pub fn tape(self) -> &'t Tape<T> {
        self.tape
    }

    /// The value, shared and not copied.
    pub fn value(self) -> ArcArrayD<T> {
        self.tape.value(self.index)
    }

    /// The only number of a variable with one element.
    ///
    /// # Panics
    /// If there is not exactly one element.
    #[track_caller]
    pub fn item(self) -> T {
        let value = self.value();
        match (value.len(), value.first()) {
            (1, Some(&number)) => number,
            _ => error::not_a_number("item", value.shape()),
        }
    }

    /// The size of each axis; empty for a single number.
    pub fn shape(self) -> Vec<usize> {
        self.value().shape().to_vec()
    }

    /// How many elements there are.
    pub fn len(self) -> usize {
        self.value().len()
    }

    /// Whether there is no element.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl<T: Element> fmt::Display for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

impl<T: Element> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Var {} {:?} = {}",
            self.index,
            self.shape(),
            self.value()
        )
    }
}
