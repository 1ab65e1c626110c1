use tapegrad_autodiff::{Element, Var};

use super::{ClassIndices, Loss, TargetRange, setting};

/// `1/k Σ max(0, m − z_c + zⱼ)ᵖ` over the classes `j ≠ c`, of scores `z`, `[rows, k]`, with one class
/// `c` a row: every other class should score less by the margin `m`.
///
/// The sum over the other classes is that of Weston and Watkins 1999, and the division by `k` is as
/// in PyTorch's `MultiMarginLoss`; Crammer and Singer 2001 take the largest of them. The derivative
/// is 0 where a margin is just met.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`margin`](MulticlassHinge::margin) `m` | 1 | `[0, ∞)` |
/// | [`squared`](MulticlassHinge::squared) | no: `p = 1` | `p = 2` |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let scores = tape.var(array![[0.5, 2.0, 0.0, -3.0]]);
/// let loss = loss::MulticlassHinge::new();
/// assert_eq!(loss.mean(scores, &[0]).item(), (2.5 + 0.5) / 4.0);
/// assert_eq!(loss.squared().mean(scores, &[0]).item(), (2.5 * 2.5 + 0.5 * 0.5) / 4.0);
/// ```
///
/// # Panics
/// If the scores have not two axes, there is not one class for each row, a class is not below their
/// number, or there is no row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MulticlassHinge {
    margin: f64,
    squared: bool,
}

impl MulticlassHinge {
    /// The loss with the margin 1.
    pub fn new() -> Self {
        Self {
            margin: 1.0,
            squared: false,
        }
    }

    /// By how much the right class should score more.
    ///
    /// # Panics
    /// If the margin is negative or not finite.
    #[track_caller]
    pub fn margin(self, margin: f64) -> Self {
        Self {
            margin: setting::at_least_0("MulticlassHinge", "margin", margin),
            ..self
        }
    }

    /// With the squares of what is missing.
    pub fn squared(self) -> Self {
        Self {
            squared: true,
            ..self
        }
    }
}

impl Default for MulticlassHinge {
    fn default() -> Self {
        Self::new()
    }
}

impl<'t, 'c, T: Element, Y: Into<ClassIndices<'c>>> Loss<'t, T, Y> for MulticlassHinge {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let targets = targets.into();
        targets.check("MulticlassHinge", predictions);
        let right = predictions.gather(1, &targets.column());
        let missing = (targets.others(predictions) - right + self.margin).relu();
        let costs = if self.squared {
            missing.square()
        } else {
            missing
        };
        costs.mean(1)
    }

    fn range(&self, outputs: usize, _targets: usize) -> TargetRange {
        TargetRange::Classes(outputs)
    }
}
