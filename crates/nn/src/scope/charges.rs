//! What the penalties of a pass need to know of it.

use tapegrad_autodiff::{Element, Var};

use super::Scope;
use crate::{ParamId, Strength, error};

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

    /// [Charges](Scope::charge) what a parameter costs, the first time that it is asked to in this pass: a
    /// layer that is used twice costs as one.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::{Dense, Module, Scope};
    /// let (tape, layer) = (Tape::<f64>::new(), Dense::new(2, 1));
    /// let on = Scope::train(&tape);
    /// for _ in 0..2 {
    ///     on.charge_once(&layer.weight, tape.constant(3.0));
    /// }
    /// assert_eq!(layer.penalty(&on).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// As [`charge`](Scope::charge), the first time.
    #[track_caller]
    pub fn charge_once(&self, of: impl Into<ParamId>, cost: Var<'t, T>) {
        let of = of.into();
        if self.notes.borrow().charged.contains(&of) {
            return;
        }
        self.notes.borrow_mut().charged.push(of);
        self.charge(cost);
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
