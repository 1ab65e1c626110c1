mod anomaly;
mod guard;
mod record;

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use self::guard::Rule;
pub(crate) use self::record::Indices;
use self::record::{Length, Record};
use crate::lazy::LazyProduct;
use crate::spare::{Home, Numbers, Spare};
use crate::value::{Value, contiguous};
use crate::{ArcArrayD, Element, IntoValue, Shape, Var, error};

/// A record of values and of how each came from the others.
///
/// Nodes stand in the order of their making, so every operand precedes its result, and nothing that
/// walks the tape needs recursion. A tape belongs to one thread at a time; several threads use one
/// tape each. Printed, it is its [graph](Tape::graph).
///
/// ```
/// use tapegrad_autodiff::Tape;
///
/// let mut tape = Tape::<f32>::new();
/// for step in 0..3 {
///     let x = tape.var(step as f32);
///     let gradients = (x * x).backward();
///     assert_eq!(gradients.wrt(x)[[]], 2.0 * step as f32);
///     tape.clear();                               // keeps the memory
/// }
/// ```
pub struct Tape<T: Element = f32> {
    record: RefCell<Record<T>>,
    /// Memory of values that are gone, for those to come.
    spare: RefCell<Spare<T>>,
    home: Home<T>,
    /// Cotangents of the nodes, between two runs: empty but for its capacity.
    cotangents: Cell<Vec<Option<Value<T>>>>,
    /// While `false`, nothing is remembered of how a value came to be: rules work on values only.
    recording: Cell<bool>,
    /// The rule that is running.
    deriving: Cell<Option<Rule>>,
    detects_anomalies: Cell<bool>,
    /// Which filling of which tape this is; a variable's index means nothing in another.
    epoch: Cell<u64>,
}

static EPOCHS: AtomicU64 = AtomicU64::new(0);

fn new_epoch() -> u64 {
    EPOCHS.fetch_add(1, Ordering::Relaxed)
}

impl<T: Element> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self {
            record: RefCell::new(Record::new()),
            spare: RefCell::default(),
            home: Home::default(),
            cotangents: Cell::default(),
            recording: Cell::new(true),
            deriving: Cell::new(None),
            detects_anomalies: Cell::new(false),
            epoch: Cell::new(new_epoch()),
        }
    }

    /// A variable that gradients can be taken with respect to.
    #[track_caller]
    pub fn var(&self, value: impl IntoValue<T>) -> Var<'_, T> {
        value.join(self, true)
    }

    /// As [`var`](Tape::var) of an array or, if it is not `live`, [`constant`](Tape::constant), in
    /// fewer instructions.
    #[doc(hidden)]
    #[inline]
    #[track_caller]
    pub fn share(&self, array: &ArcArrayD<T>, live: bool) -> Var<'_, T> {
        self.given(self.shared(array.clone()), live)
    }

    /// A value without a gradient: data, targets, masks.
    #[track_caller]
    pub fn constant(&self, value: impl IntoValue<T>) -> Var<'_, T> {
        value.join(self, false)
    }

    /// A constant of this shape whose elements `f` gives in row-major order, in the tape's own
    /// memory: random masks, noise.
    ///
    /// ```
    /// let tape = tapegrad_autodiff::Tape::<f64>::new();
    /// let mut next = 0.0;
    /// let x = tape.constant_from_fn(&[2, 2], || { next += 1.0; next });
    /// assert_eq!(x.value(), ndarray::array![[1.0, 2.0], [3.0, 4.0]].into_dyn());
    /// ```
    #[track_caller]
    pub fn constant_from_fn(&self, shape: &[usize], f: impl FnMut() -> T) -> Var<'_, T> {
        let mut value = self.fresh(Shape::from(shape));
        value.numbers_mut().fill_with(f);
        self.given(value, false)
    }

    /// A value from outside, with a gradient if it is live.
    #[inline]
    #[track_caller]
    pub(crate) fn given(&self, value: Value<T>, live: bool) -> Var<'_, T> {
        self.leaf(if live { "var" } else { "constant" }, value, live)
    }

    /// A constant of this number everywhere.
    #[track_caller]
    pub(crate) fn full(&self, shape: Shape, number: T) -> Var<'_, T> {
        self.leaf("constant", self.filled(shape, number), false)
    }

    /// Forgets everything and keeps the memory for what comes next. The borrow checker sees to it
    /// that no variable is left.
    pub fn clear(&mut self) {
        self.shorten(Length::NOTHING);
        self.epoch.set(new_epoch());
    }

    /// How many values are on the tape.
    pub fn len(&self) -> usize {
        self.record.borrow().nodes.len()
    }

    /// Whether nothing is on the tape.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The variable that was made as the `index`-th, counted from 0: for those who keep no variables
    /// but their places.
    ///
    /// # Panics
    /// If there are not that many.
    #[doc(hidden)]
    #[track_caller]
    pub fn at(&self, index: usize) -> Var<'_, T> {
        if index >= self.len() {
            error::no_variable(index, self.len());
        }
        Var { tape: self, index }
    }

    /// A value of the given shape with numbers that are to be written over.
    #[inline]
    pub(crate) fn fresh(&self, shape: Shape) -> Value<T> {
        let numbers = self.spare.borrow_mut().take(shape.count());
        Value::new(shape, numbers)
    }

    /// A value of this number everywhere.
    pub(crate) fn filled(&self, shape: Shape, number: T) -> Value<T> {
        let mut value = self.fresh(shape);
        value.numbers_mut().fill(number);
        value
    }

    /// The value of an array, which is not copied.
    #[inline]
    pub(crate) fn shared(&self, array: ArcArrayD<T>) -> Value<T> {
        let shape = Shape::from(array.shape());
        let array = Numbers::Array(contiguous(array));
        Value::new(shape, self.spare.borrow_mut().hold(array))
    }

    /// The product of two matrices, summed over the axes `inner` of the two, that is computed when it
    /// is read.
    pub(crate) fn lazy_product(
        &self,
        shape: Shape,
        factors: [&Value<T>; 2],
        inner: [usize; 2],
    ) -> Value<T> {
        let product = LazyProduct::new(factors.map(Clone::clone), inner);
        let product = Numbers::Lazy(Box::new(product));
        Value::lazy(shape, self.spare.borrow_mut().hold(product))
    }

    /// Takes back the memory of a value that is not needed any more.
    #[inline]
    pub(crate) fn recycle(&self, value: Value<T>) {
        if let (_, Some(numbers)) = value.into_parts() {
            self.spare().put(numbers);
        }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.get()
    }

    pub(crate) fn home(&self) -> &Home<T> {
        &self.home
    }

    pub(crate) fn spare(&self) -> RefMut<'_, Spare<T>> {
        self.spare.borrow_mut()
    }

    /// The storage for the cotangents of a run, which gives it back empty.
    pub(crate) fn cotangents(&self) -> &Cell<Vec<Option<Value<T>>>> {
        &self.cotangents
    }

    /// Whether what is appended is remembered.
    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.recording.get()
    }
}

impl<T: Element> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The [graph](Tape::graph), a line a value.
impl<T: Element> fmt::Display for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.graph(), f)
    }
}

/// As [`Display`](fmt::Display).
impl<T: Element> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicBool;

    use super::*;

    /// A rule that panics, in either run, leaves the tape as it was and the rule in its place.
    #[test]
    fn a_rule_that_panics_leaves_the_tape_in_use() {
        static BROKEN: AtomicBool = AtomicBool::new(true);
        let tape = Tape::<f64>::new();
        let x = tape.var(3.0);
        let y = x.unary("broken", x.map(|_, x| x), |g, x, _y| {
            let share = g * x;
            assert!(!BROKEN.load(Ordering::Relaxed), "broken");
            share
        });
        let length = tape.len();
        assert!(catch_unwind(AssertUnwindSafe(|| y.backward())).is_err());
        assert_eq!(tape.len(), length);
        assert!(catch_unwind(AssertUnwindSafe(|| tape.grad(y, &[x]))).is_err());
        BROKEN.store(false, Ordering::Relaxed);
        assert_eq!(y.backward().wrt(x)[[]], 3.0);
        let slope = tape.grad(y, &[x])[0];
        assert_eq!(
            tape.grad(slope, &[x])[0].item(),
            1.0,
            "it records as before"
        );
    }
}
