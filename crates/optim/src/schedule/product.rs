use super::Schedule;

/// `a(t) · b(t)` of two schedules. As a number is a schedule, too, this scales one by a number.
///
/// What PyTorch's `ChainedScheduler` does, whose schedulers each multiply one rate.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::{Cosine, Linear, Product}};
/// let lr = Cosine::new(0.1, 0.0, 100);
/// assert_eq!(Product::new(lr, 0.5).at(0), 0.05);
/// let warmed = Product::new(lr, Linear::new(0.0, 1.0, 10));   // both count from the beginning
/// assert_eq!((warmed.at(0), warmed.at(10)), (0.0, lr.at(10)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Product<A, B> {
    a: A,
    b: B,
}

impl<A: Schedule, B: Schedule> Product<A, B> {
    /// The product of `a` and `b`.
    pub fn new(a: A, b: B) -> Self {
        Self { a, b }
    }
}

impl<A: Schedule, B: Schedule> Schedule for Product<A, B> {
    fn at(&self, step: usize) -> f64 {
        self.a.at(step) * self.b.at(step)
    }
}
