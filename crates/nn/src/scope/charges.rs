//! What the penalties of a pass need to know of it.

use tapegrad_autodiff::{Element, Var};

use super::Scope;
use crate::{Strength, error};

impl<'t, T: Element> Scope<'t, T> {
    /// Adds a number on the scope's tape to what [`Module::penalty`](crate::Module::penalty) sums: the
    /// cost of something that is known only here, as of a layer's output.
    ///
    /// # Panics
    /// If it does not hold one number or is on another tape, or if the penalties of a training pass are
    /// summed already.
    #[track_caller]
    pub fn charge(&self, cost: Var<'t, T>) {
        if !std::ptr::eq(cost.tape(), self.tape) {
            error::charge_on_another_tape();
        }
        if cost.len() != 1 {
            error::charge_of_several(&cost.shape());
        }
        let cost = cost.reshape(&[]);
        let mut notes = self.notes.borrow_mut();
        if notes.summed && self.training {
            drop(notes);
            error::late_charge();
        }
        notes.charges.push(cost.index());
    }

    /// The sum of what was [charged](Scope::charge) so far.
    pub(crate) fn charges(&self) -> Option<Var<'t, T>> {
        let notes = self.notes.borrow();
        let charges = notes.charges.iter().map(|&index| self.tape.at(index));
        charges.reduce(|sum, cost| sum + cost)
    }

    /// The step for a strength, which matters if it has a schedule.
    ///
    /// # Panics
    /// If it has one and the pass no step.
    #[track_caller]
    pub(crate) fn step_of(&self, strength: &Strength) -> usize {
        match self.step {
            Some(step) => step,
            None if strength.is_scheduled() => error::no_step(),
            None => 0,
        }
    }

    /// Notes that the penalties are summed.
    pub(crate) fn penalties_are_summed(&self) {
        self.notes.borrow_mut().summed = true;
    }

    /// Whether proximal penalties [act in the loss](Scope::penalties_in_loss).
    pub(crate) fn all_in_loss(&self) -> bool {
        self.all_in_loss
    }
}
