//! What puts a tape back as it was, also when a rule panics.

use super::Tape;
use super::record::Length;
use crate::value::Value;
use crate::{Element, Shape, Var, Vjp};

/// Puts a rule back into the record.
pub(super) struct Lent<'t, T: Element> {
    pub(super) tape: &'t Tape<T>,
    pub(super) operand: usize,
    pub(super) rule: Vjp<T>,
}

impl<T: Element> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        self.tape.record.borrow_mut().operands[self.operand].rule = self.rule.take();
    }
}

/// The guard of [`Tape::values_only`] and [`Tape::aside`]: what is appended until it is dropped
/// leaves the tape then.
pub(crate) struct Aside<'t, T: Element> {
    tape: &'t Tape<T>,
    recording: bool,
    deriving: Option<Rule>,
    length: Length,
}

impl<T: Element> Tape<T> {
    /// Until the guard is dropped, operations work on values only: what they append is not recorded,
    /// and leaves the tape then.
    pub(crate) fn values_only(&self) -> Aside<'_, T> {
        self.guard(false, self.deriving.get())
    }

    /// The value of a formula in operations, none of which is recorded.
    pub(crate) fn value_of<'t>(&'t self, formula: impl FnOnce() -> Var<'t, T>) -> Value<T> {
        let values_only = self.values_only();
        let y = formula();
        values_only.take_out(y)
    }

    /// Until the guard is dropped, operations are recorded as anywhere, and what they append leaves
    /// the tape then: a tape within the tape.
    pub(crate) fn aside(&self) -> Aside<'_, T> {
        self.guard(true, None)
    }

    fn guard(&self, recording: bool, deriving: Option<Rule>) -> Aside<'_, T> {
        Aside {
            tape: self,
            recording: self.recording.replace(recording),
            deriving: self.deriving.replace(deriving),
            length: self.length(),
        }
    }
}

impl<T: Element> Aside<'_, T> {
    /// The value of a variable, to outlive the guard; and lets go of all values after `keep`.
    /// Moved from a variable after it, shared with the others.
    #[inline]
    pub(crate) fn take(&self, x: Var<'_, T>, keep: Var<'_, T>) -> Value<T> {
        let value = self.value_from(x, keep.index + 1);
        self.tape.truncate(keep.index + 1);
        value
    }

    /// The value of a variable, to outlive the guard. Moved from one that was appended since, shared
    /// with the others.
    pub(crate) fn take_out(&self, x: Var<'_, T>) -> Value<T> {
        self.value_from(x, self.length.nodes())
    }

    #[inline]
    fn value_from(&self, x: Var<'_, T>, first: usize) -> Value<T> {
        let value = &mut self.tape.record.borrow_mut().nodes[x.index].value;
        if x.index >= first {
            std::mem::replace(value, Value::passing(Shape::number()))
        } else {
            value.clone()
        }
    }

    /// Lets go of all values that were appended so far.
    #[inline]
    pub(crate) fn forget(&self) {
        self.tape.truncate(self.length.nodes());
    }
}

impl<T: Element> Drop for Aside<'_, T> {
    fn drop(&mut self) {
        self.tape.recording.set(self.recording);
        self.tape.deriving.set(self.deriving);
        self.tape.shorten(self.length);
    }
}

/// The rule that is running.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// The node that it belongs to.
    pub(super) node: usize,
    /// Whether its products are computed only when they are read.
    lazy: bool,
}

/// Says that a node is being differentiated, until it is dropped.
pub(crate) struct Deriving<'t, T: Element> {
    tape: &'t Tape<T>,
    before: Option<Rule>,
}

impl<T: Element> Tape<T> {
    /// Until the guard is dropped, what is appended is said to come from the derivative of a node.
    #[inline]
    pub(crate) fn deriving(&self, node: usize) -> Deriving<'_, T> {
        self.running(Rule { node, lazy: false })
    }

    /// As [`deriving`](Tape::deriving), for a cotangent of which only derivatives are asked for:
    /// recorded products are computed when they are read.
    #[inline]
    pub(crate) fn deriving_lazily(&self, node: usize) -> Deriving<'_, T> {
        self.running(Rule { node, lazy: true })
    }

    #[inline]
    fn running(&self, rule: Rule) -> Deriving<'_, T> {
        Deriving {
            tape: self,
            before: self.deriving.replace(Some(rule)),
        }
    }

    /// Whether recorded products are computed only when they are read.
    #[inline]
    pub(crate) fn is_lazy(&self) -> bool {
        self.recording.get() && self.deriving.get().is_some_and(|rule| rule.lazy)
    }
}

impl<T: Element> Drop for Deriving<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.tape.deriving.set(self.before);
    }
}
