//! What puts a tape back as it was, also when a rule panics.

use super::{Rule, Tape};
use crate::value::Value;
use crate::{Element, Shape, Var};

/// Puts a rule back into the record, also when it panics.
pub(super) struct Lent<'t, T: Element> {
    pub(super) tape: &'t Tape<T>,
    pub(super) operand: usize,
    pub(super) rule: Option<Rule<T>>,
}

impl<T: Element> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        self.tape.record.borrow_mut().operands[self.operand].rule = self.rule.take();
    }
}

/// The guard of [`Tape::values_only`]: puts the tape back as it was, also when a rule panics.
pub(crate) struct ValuesOnly<'t, T: Element> {
    pub(super) tape: &'t Tape<T>,
    pub(super) recording: bool,
    pub(super) nodes: usize,
    pub(super) indices: usize,
}

impl<T: Element> ValuesOnly<'_, T> {
    /// The value of a variable, to outlive the guard; and lets go of all values after `keep`.
    /// Moved from a variable after it, shared with the others.
    #[inline]
    pub(crate) fn take(&self, x: Var<'_, T>, keep: Var<'_, T>) -> Value<T> {
        let value = {
            let value = &mut self.tape.record.borrow_mut().nodes[x.index].value;
            if x.index > keep.index {
                std::mem::replace(value, Value::passing(Shape::number()))
            } else {
                value.clone()
            }
        };
        self.tape.truncate(keep.index + 1);
        value
    }

    /// Lets go of all values that were appended so far.
    #[inline]
    pub(crate) fn forget(&self) {
        self.tape.truncate(self.nodes);
    }
}

impl<T: Element> Drop for ValuesOnly<'_, T> {
    fn drop(&mut self) {
        self.tape.recording.set(self.recording);
        self.tape.truncate(self.nodes);
        self.tape.record.borrow_mut().indices.truncate(self.indices);
    }
}
