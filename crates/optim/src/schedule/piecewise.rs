use super::Schedule;
use crate::error;

/// A number for each stretch of steps.
///
/// As Keras's `PiecewiseConstantDecay`, but that a value holds from its step on, as milestones do
/// everywhere else; Keras's holds from the step after.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Piecewise};
/// let lr = Piecewise::new(0.1).then(30, 0.05).then(80, 0.001);
/// assert_eq!([lr.at(29), lr.at(30), lr.at(80), lr.at(1000)], [0.1, 0.05, 0.001, 0.001]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Piecewise {
    initial: f64,
    /// From which step on which value.
    pieces: Vec<(usize, f64)>,
}

impl Piecewise {
    const WHO: &str = "schedule::Piecewise";

    /// Starts at `initial`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn new(initial: f64) -> Self {
        Self {
            initial: error::at_least_zero(Self::WHO, "initial value", initial),
            pieces: Vec::new(),
        }
    }

    /// From `step` on it is `value`.
    ///
    /// # Panics
    /// If `step` is not after the one of the piece before, or `value` is negative or not finite.
    #[track_caller]
    pub fn then(mut self, step: usize, value: f64) -> Self {
        let before = self.pieces.last().map_or(0, |piece| piece.0);
        error::later(Self::WHO, "boundary", step, before);
        let value = error::at_least_zero(Self::WHO, "value", value);
        self.pieces.push((step, value));
        self
    }
}

impl Schedule for Piecewise {
    fn at(&self, step: usize) -> f64 {
        let begun = self.pieces.partition_point(|piece| piece.0 <= step);
        self.pieces[..begun]
            .last()
            .map_or(self.initial, |piece| piece.1)
    }
}
