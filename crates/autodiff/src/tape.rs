mod guard;

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use smallbox::SmallBox;
use smallbox::space::S4;

use self::guard::{Lent, ValuesOnly};
use crate::spare::{Home, Spare};
use crate::value::{Value, contiguous};
use crate::{ArcArrayD, Element, IntoValue, Shape, Var, error};

/// What an operation says of one operand: its cotangent, from (the cotangent of the result, the
/// operands, the result).
///
/// A rule captures plain data only and is written in the operations of [`Var`], so it can itself be
/// differentiated. It may return the cotangent before un-broadcasting: the engine sums it to the
/// operand's shape. Up to four words of data stand in the record itself.
pub(crate) type Rule<T> = SmallBox<RuleFn<T>, S4>;

/// The function of a [`Rule`].
pub(crate) type RuleFn<T> =
    dyn for<'t> Fn(Var<'t, T>, &[Var<'t, T>], Var<'t, T>) -> Var<'t, T> + Send;

/// A record of values and of how each came from the others.
///
/// Nodes stand in the order of their making, so every operand precedes its result, and nothing that
/// walks the tape needs recursion. A tape belongs to one thread at a time; several threads use one
/// tape each.
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
    /// Which filling of which tape this is; a variable's index means nothing in another.
    epoch: Cell<u64>,
}

struct Record<T: Element> {
    nodes: Vec<Node<T>>,
    /// The operands of all nodes, each node's in one run.
    operands: Vec<Operand<T>>,
    /// Whole numbers that rules refer to: classes, positions.
    indices: Vec<usize>,
}

struct Node<T: Element> {
    value: Value<T>,
    operands: Range<usize>,
    /// Whether the value depends on a [`Tape::var`].
    live: bool,
}

struct Operand<T: Element> {
    node: usize,
    /// `None` while the rule is running, and where the operand has no derivative.
    rule: Option<Rule<T>>,
}

/// Where a list of whole numbers stands on a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indices {
    first: usize,
    last: usize,
}

static EPOCHS: AtomicU64 = AtomicU64::new(0);

fn new_epoch() -> u64 {
    EPOCHS.fetch_add(1, Ordering::Relaxed)
}

impl<T: Element> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self {
            record: RefCell::new(Record {
                nodes: Vec::new(),
                operands: Vec::new(),
                indices: Vec::new(),
            }),
            spare: RefCell::default(),
            home: Home::default(),
            cotangents: Cell::default(),
            recording: Cell::new(true),
            epoch: Cell::new(new_epoch()),
        }
    }

    /// A variable that gradients can be taken with respect to.
    pub fn var(&self, value: impl IntoValue<T>) -> Var<'_, T> {
        value.join(self, true)
    }

    /// As [`var`](Tape::var) of an array or, if it is not `live`, [`constant`](Tape::constant), in
    /// fewer instructions.
    #[doc(hidden)]
    #[inline]
    pub fn share(&self, array: &ArcArrayD<T>, live: bool) -> Var<'_, T> {
        self.leaf(self.shared(array.clone()), live)
    }

    /// A value without a gradient: data, targets, masks.
    pub fn constant(&self, value: impl IntoValue<T>) -> Var<'_, T> {
        value.join(self, false)
    }

    /// Forgets everything and keeps the memory for what comes next. The borrow checker sees to it
    /// that no variable is left.
    pub fn clear(&mut self) {
        self.truncate(0);
        self.record.get_mut().operands.clear();
        self.record.get_mut().indices.clear();
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

    /// A value that comes from no operation, with a gradient if it is live.
    #[inline]
    pub(crate) fn leaf(&self, value: Value<T>, live: bool) -> Var<'_, T> {
        self.append(value, live, [])
    }

    /// A value of the given shape with numbers that are to be written over.
    #[inline]
    pub(crate) fn fresh(&self, shape: Shape) -> Value<T> {
        let numbers = self.spare.borrow_mut().take(shape.count());
        Value::new(shape, numbers)
    }

    /// The value of an array, which is not copied.
    #[inline]
    pub(crate) fn shared(&self, array: ArcArrayD<T>) -> Value<T> {
        let shape = Shape::from(array.shape());
        Value::new(shape, self.spare.borrow_mut().array(contiguous(array)))
    }

    /// Appends the result of an operation on `operands`, given by index with their rules; `None`
    /// where an operand has no derivative. Without a rule for a live operand, or while not
    /// recording, it is a constant.
    #[inline]
    pub(crate) fn push(
        &self,
        value: Value<T>,
        operands: impl IntoIterator<Item = (usize, Option<Rule<T>>)>,
    ) -> Var<'_, T> {
        self.append(value, false, operands)
    }

    #[inline]
    fn append(
        &self,
        value: Value<T>,
        mut live: bool,
        operands: impl IntoIterator<Item = (usize, Option<Rule<T>>)>,
    ) -> Var<'_, T> {
        let record = &mut *self.record.borrow_mut();
        let first = record.operands.len();
        if self.recording.get() {
            for (node, rule) in operands {
                live |= rule.is_some() && record.nodes[node].live;
                record.operands.push(Operand { node, rule });
            }
            if !live {
                record.operands.truncate(first);
            }
        }
        record.nodes.push(Node {
            value,
            operands: first..record.operands.len(),
            live,
        });
        Var {
            tape: self,
            index: record.nodes.len() - 1,
        }
    }

    /// The value of a node, for as long as nothing is appended.
    #[inline]
    pub(crate) fn value(&self, node: usize) -> Ref<'_, Value<T>> {
        Ref::map(self.record.borrow(), |record| &record.nodes[node].value)
    }

    #[inline]
    pub(crate) fn is_live(&self, node: usize) -> bool {
        self.record.borrow().nodes[node].live
    }

    #[inline]
    pub(crate) fn is_leaf(&self, node: usize) -> bool {
        self.record.borrow().nodes[node].operands.is_empty()
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

    /// Where the operands of a node stand.
    #[inline]
    pub(crate) fn operands(&self, node: usize) -> Range<usize> {
        self.record.borrow().nodes[node].operands.clone()
    }

    /// The node that an operand is.
    #[inline]
    pub(crate) fn operand(&self, operand: usize) -> usize {
        self.record.borrow().operands[operand].node
    }

    /// The node that an operand is, if it has a derivative.
    #[inline]
    pub(crate) fn ruled_operand(&self, operand: usize) -> Option<usize> {
        let operand = &self.record.borrow().operands[operand];
        operand.rule.as_ref().map(|_| operand.node)
    }

    /// The node that an operand is, if it is live and has a derivative.
    #[inline]
    pub(crate) fn live_operand(&self, operand: usize) -> Option<usize> {
        let record = self.record.borrow();
        let operand = &record.operands[operand];
        (operand.rule.is_some() && record.nodes[operand.node].live).then_some(operand.node)
    }

    /// Writes the operands of a node to the first of `vars`, and returns those.
    #[inline]
    pub(crate) fn operand_vars<'s, 't>(
        &'t self,
        node: usize,
        vars: &'s mut [Var<'t, T>],
    ) -> &'s [Var<'t, T>] {
        let record = self.record.borrow();
        let operands = &record.operands[record.nodes[node].operands.clone()];
        for (var, operand) in vars.iter_mut().zip(operands) {
            var.index = operand.node;
        }
        &vars[..operands.len()]
    }

    /// The shape of a node, if that of another is different.
    #[inline]
    pub(crate) fn shape_unlike(&self, node: usize, other: usize) -> Option<Shape> {
        let nodes = &self.record.borrow().nodes;
        let shape = nodes[node].value.shape();
        (shape != nodes[other].value.shape()).then(|| shape.clone())
    }

    /// Whether what is appended is remembered.
    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.recording.get()
    }

    /// Calls `run` with the rule of an operand. The rule leaves the record meanwhile, because it
    /// appends to it.
    #[inline]
    pub(crate) fn with_rule<R>(&self, operand: usize, run: impl FnOnce(&RuleFn<T>) -> R) -> R {
        let rule = self.record.borrow_mut().operands[operand].rule.take();
        let lent = Lent {
            tape: self,
            operand,
            rule,
        };
        run(lent
            .rule
            .as_deref()
            .expect("a rule does not run within itself"))
    }

    /// Keeps whole numbers on the tape, for a rule to refer to.
    pub(crate) fn keep_indices(&self, indices: &[usize]) -> Indices {
        let kept = &mut self.record.borrow_mut().indices;
        let first = kept.len();
        kept.extend_from_slice(indices);
        Indices {
            first,
            last: kept.len(),
        }
    }

    /// The whole numbers that were kept.
    pub(crate) fn indices(&self, indices: Indices) -> Ref<'_, [usize]> {
        Ref::map(self.record.borrow(), |record| {
            &record.indices[indices.first..indices.last]
        })
    }

    /// Until the guard is dropped, operations work on values only: what they append is not recorded,
    /// and leaves the tape then.
    pub(crate) fn values_only(&self) -> ValuesOnly<'_, T> {
        ValuesOnly {
            tape: self,
            recording: self.recording.replace(false),
            nodes: self.len(),
            indices: self.record.borrow().indices.len(),
        }
    }

    /// Lets go of all but the first `len` values.
    #[inline]
    fn truncate(&self, len: usize) {
        let (record, spare) = (
            &mut self.record.borrow_mut().nodes,
            &mut self.spare.borrow_mut(),
        );
        while record.len() > len {
            let node = record.pop().expect("it is longer");
            if let (_, Some(numbers)) = node.value.into_parts() {
                spare.put(numbers);
            }
        }
    }
}

impl<T: Element> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record.borrow();
        writeln!(f, "Tape of {} values", record.nodes.len())?;
        for (index, node) in record.nodes.iter().enumerate() {
            let operands: Vec<_> = record.operands[node.operands.clone()]
                .iter()
                .map(|operand| operand.node)
                .collect();
            let live = if node.live { "" } else { " constant" };
            let shape = node.value.shape();
            writeln!(f, "{index}: {shape:?}{live} from {operands:?}")?;
        }
        Ok(())
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
        let y = x.unary(x.map(|_, x| x), |g, x, _y| {
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
