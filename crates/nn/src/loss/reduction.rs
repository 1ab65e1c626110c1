/// What becomes of the costs of rows, for [`Loss::reduce`](super::Loss::reduce).
///
/// ```
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let reduction = loss::Reduction::default();             // the mean
/// let y = tape.var([1.0, 5.0]);
/// assert_eq!(loss::SquaredError.reduce(reduction, y, [1.0, 3.0]).item(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean: the default.
    #[default]
    Mean,
    /// Their sum.
    Sum,
    /// They stay as they are.
    None,
}
