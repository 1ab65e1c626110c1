use std::cell::Ref;
use std::fmt;

use crate::value::Value;
use crate::{ArcArrayD, Element, Shape, Tape, error};

/// A value on a [`Tape`]: a handle that is `Copy`, made by [`Tape::var`], [`Tape::constant`] or an
/// operation.
///
/// Operators work between variables and with `f64` numbers on either side (a number is rounded to
/// the element type once); shapes broadcast as in NumPy. Every operation is a method, documented
/// with its formula.
///
/// A variable cannot survive [`Tape::clear`]. This compiles:
///
/// ```
/// let mut tape = tapegrad_autodiff::Tape::<f64>::new();
/// let x = tape.var(1.0);
/// x.exp();
/// tape.clear();
/// ```
///
/// With the last two lines in the other order it does not:
///
/// ```compile_fail,E0502
/// let mut tape = tapegrad_autodiff::Tape::<f64>::new();
/// let x = tape.var(1.0);
/// tape.clear();
/// x.exp();
/// ```
///
/// Nor can it outlive its tape, be it by scope or by being returned or sent away; its value can:
///
/// ```
/// let y = {
///     let tape = tapegrad_autodiff::Tape::<f64>::new();
///     let x = tape.var(1.0);
///     x.value()
/// };
/// assert_eq!(y[[]], 1.0);
/// ```
/// ```compile_fail,E0597
/// let y = {
///     let tape = tapegrad_autodiff::Tape::<f64>::new();
///     let x = tape.var(1.0);
///     x
/// };
/// assert_eq!(y.value()[[]], 1.0);
/// ```
///
/// Nor can a function given to a checkpoint, or a rule, hold one:
///
/// ```
/// let tape = tapegrad_autodiff::Tape::<f64>::new();
/// let (x, w) = (tape.var(1.0), tape.var(2.0));
/// tape.checkpoint(&[x, w], |v| v[0] * v[1]);
/// ```
/// ```compile_fail
/// let tape = tapegrad_autodiff::Tape::<f64>::new();
/// let (x, w) = (tape.var(1.0), tape.var(2.0));
/// tape.checkpoint(&[x], move |v| v[0] * w);
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

    /// The place of the variable on its tape, counted from 0; [`Tape::at`] gives it back.
    #[doc(hidden)]
    pub fn index(self) -> usize {
        self.index
    }

    /// The value, as an array: shared if it came as one, else a copy.
    ///
    /// To read one number there is [`item`](Var::item), to read into memory of your own
    /// [`copy_to`](Var::copy_to).
    pub fn value(self) -> ArcArrayD<T> {
        self.read().to_array()
    }

    /// Writes the numbers in row-major order to `out`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f32>::new();
    /// let mut out = [0.0; 2];
    /// (tape.var([3.0, 4.0]) * 2.0).copy_to(&mut out);
    /// assert_eq!(out, [6.0, 8.0]);
    /// ```
    ///
    /// # Panics
    /// If `out` has another length.
    #[track_caller]
    pub fn copy_to(self, out: &mut [T]) {
        let value = self.read();
        if value.numbers().len() != out.len() {
            error::copy_length(value.shape(), out.len());
        }
        out.copy_from_slice(value.numbers());
    }

    /// The only number of a variable with one element.
    ///
    /// # Panics
    /// If there is not exactly one element.
    #[track_caller]
    pub fn item(self) -> T {
        let value = self.read();
        match *value.numbers() {
            [number] => number,
            _ => error::not_a_number("item", value.shape()),
        }
    }

    /// The first number in row-major order that satisfies a condition.
    pub fn find(self, condition: impl Fn(T) -> bool) -> Option<T> {
        // A handle of its own: the condition may use the tape.
        let value = self.read().clone();
        value.numbers().iter().copied().find(|&x| condition(x))
    }

    /// Whether the value is this array itself, and not a copy of it.
    #[doc(hidden)]
    pub fn shares(self, array: &ArcArrayD<T>) -> bool {
        self.read().is_array(array)
    }

    /// The size of each axis; empty for a single number.
    pub fn shape(self) -> Shape {
        self.read().shape().clone()
    }

    /// How many elements there are.
    pub fn len(self) -> usize {
        self.read().shape().count()
    }

    /// The value, for as long as nothing is appended to the tape.
    #[inline]
    pub(crate) fn read(self) -> Ref<'t, Value<T>> {
        self.tape.value(self.index)
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
            "Var {}: {} {:?} = {}",
            self.index,
            self.tape.origin(self.index).name,
            self.shape(),
            self.value()
        )
    }
}
