use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{ArcArrayD, Element, IntoValue, Var};

/// What an operation says of one operand: its cotangent, from (the cotangent of the result, the
/// operands, the result).
///
/// A rule captures plain data only and is written in the operations of [`Var`], so it can itself be
/// differentiated. It may return the cotangent before un-broadcasting: the engine sums it to the
/// operand's shape.
pub(crate) type Rule<T> =
    Box<dyn for<'t> Fn(Var<'t, T>, &[Var<'t, T>], Var<'t, T>) -> Var<'t, T> + Send>;

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
///     tape.clear();                               // keeps the memory of the record
/// }
/// ```
pub struct Tape<T: Element = f32> {
    record: RefCell<Record<T>>,
    /// While `false`, nothing is remembered of how a value came to be: rules work on values only.
    recording: Cell<bool>,
    /// Which filling of which tape this is; a variable's index means nothing in another.
    epoch: Cell<u64>,
}

struct Record<T: Element> {
    nodes: Vec<Node<T>>,
    /// The operands of all nodes, each node's in one run.
    operands: Vec<Operand<T>>,
}

struct Node<T: Element> {
    value: ArcArrayD<T>,
    operands: Range<usize>,
    /// Whether the value depends on a [`Tape::var`].
    live: bool,
}

struct Operand<T: Element> {
    node: usize,
    /// `None` while the rule is running.
    rule: Option<Rule<T>>,
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
            }),
            recording: Cell::new(true),
            epoch: Cell::new(new_epoch()),
        }
    }

    /// A variable that gradients can be taken with respect to.
    pub fn var(&self, value: impl IntoValue<T>) -> Var<'_, T> {
        self.leaf(value.into_value(), true)
    }

    /// A value without a gradient: data, targets, masks.
    pub fn constant(&self, value: impl IntoValue<T>) -> Var<'_, T> {
        self.leaf(value.into_value(), false)
    }

    /// Forgets everything and keeps the memory of the record. The borrow checker sees to it that no
    /// variable is left.
    pub fn clear(&mut self) {
        let record = self.record.get_mut();
        record.nodes.clear();
        record.operands.clear();
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

    fn leaf(&self, value: ArcArrayD<T>, live: bool) -> Var<'_, T> {
        self.append(value, live, [])
    }

    /// Appends the result of an operation on `operands`, given by index. Without a live operand, or
    /// while not recording, it is a constant.
    pub(crate) fn push<const N: usize>(
        &self,
        value: ArcArrayD<T>,
        operands: [(usize, Rule<T>); N],
    ) -> Var<'_, T> {
        if self.recording.get() && operands.iter().any(|&(node, _)| self.is_live(node)) {
            self.append(value, true, operands)
        } else {
            self.leaf(value, false)
        }
    }

    fn append<const N: usize>(
        &self,
        value: ArcArrayD<T>,
        live: bool,
        operands: [(usize, Rule<T>); N],
    ) -> Var<'_, T> {
        let record = &mut *self.record.borrow_mut();
        let first = record.operands.len();
        record.operands.extend(operands.map(|(node, rule)| Operand {
            node,
            rule: Some(rule),
        }));
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

    pub(crate) fn value(&self, node: usize) -> ArcArrayD<T> {
        self.record.borrow().nodes[node].value.clone()
    }

    pub(crate) fn has_shape(&self, node: usize, shape: &[usize]) -> bool {
        self.record.borrow().nodes[node].value.shape() == shape
    }

    pub(crate) fn is_live(&self, node: usize) -> bool {
        self.record.borrow().nodes[node].live
    }

    pub(crate) fn is_leaf(&self, node: usize) -> bool {
        self.record.borrow().nodes[node].operands.is_empty()
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.get()
    }

    /// Where the operands of a node stand.
    pub(crate) fn operands(&self, node: usize) -> Range<usize> {
        self.record.borrow().nodes[node].operands.clone()
    }

    /// The node that an operand is.
    pub(crate) fn operand(&self, operand: usize) -> usize {
        self.record.borrow().operands[operand].node
    }

    /// Calls `run` with the rule of an operand. The rule leaves the record meanwhile, because it
    /// appends to it.
    pub(crate) fn with_rule<R>(&self, operand: usize, run: impl FnOnce(&Rule<T>) -> R) -> R {
        let rule = self.record.borrow_mut().operands[operand].rule.take();
        let lent = Lent {
            tape: self,
            operand,
            rule,
        };
        run(lent
            .rule
            .as_ref()
            .expect("a rule does not run within itself"))
    }

    /// Runs `compute` on values only: what it appends is not recorded and leaves the tape when it
    /// returns the resulting value.
    pub(crate) fn values_only<'t>(&'t self, compute: impl FnOnce() -> Var<'t, T>) -> ArcArrayD<T> {
        let _restore = Restore {
            tape: self,
            recording: self.recording.replace(false),
            len: self.len(),
        };
        compute().value()
    }
}

/// Puts a rule back into the record, also when it panics.
struct Lent<'t, T: Element> {
    tape: &'t Tape<T>,
    operand: usize,
    rule: Option<Rule<T>>,
}

impl<T: Element> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        self.tape.record.borrow_mut().operands[self.operand].rule = self.rule.take();
    }
}

/// Puts the tape back as it was, also when a rule panics.
struct Restore<'t, T: Element> {
    tape: &'t Tape<T>,
    recording: bool,
    len: usize,
}

impl<T: Element> Drop for Restore<'_, T> {
    fn drop(&mut self) {
        self.tape.recording.set(self.recording);
        self.tape.record.borrow_mut().nodes.truncate(self.len);
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
            writeln!(
                f,
                "{index}: {:?}{live} from {operands:?}",
                node.value.shape()
            )?;
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
        let y = x.unary(x.value(), |g, x, _y| {
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
