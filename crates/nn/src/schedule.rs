/// A number that changes with the step, counted from 0: a learning rate, a decay, the strength of a
/// penalty.
///
/// A plain `f64` is constant; a closure `|step: usize| -> f64` is whatever it computes.
///
/// ```
/// use tapegrad_nn::Schedule;
/// assert_eq!(0.1.at(7), 0.1);
/// assert_eq!((|step: usize| 1.0 / (1 + step) as f64).at(3), 0.25);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no schedule",
    note = "an `f64` is a constant one; `schedule` has others, and closures `|step: usize| -> f64` are schedules"
)]
pub trait Schedule: Send + Sync {
    /// The value at a step.
    fn at(&self, step: usize) -> f64;
}

impl Schedule for f64 {
    fn at(&self, _step: usize) -> f64 {
        *self
    }
}

impl<F: Fn(usize) -> f64 + Send + Sync> Schedule for F {
    fn at(&self, step: usize) -> f64 {
        self(step)
    }
}
