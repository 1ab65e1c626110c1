//! What a history says about a run, in words.

mod curve;
mod rules;

use std::fmt;

/// Something in a [`History`](crate::History) that asks for a change, with the numbers it rests on. Prints as a
/// sentence or two, with advice.
///
/// The data loss of the training rows is the column `training_loss`, else `loss`; the validation loss and the
/// penalty are `validation_loss` and `penalty`. All but the first rule look at medians over a tenth of the rows, so
/// that the noise of batches says nothing, and need at least 8 rows. *The fall* is how far a curve fell from its
/// first number to its least.
///
/// | finding | when |
/// |---|---|
/// | [`NotFinite`](Finding::NotFinite) | a loss or penalty is NaN or infinite; other findings are of the rows before |
/// | [`Overfitting`](Finding::Overfitting) | the validation loss ends above its least by more than 10 % of the fall and 3 % of the least, while the training loss went on falling |
/// | [`HardlyFell`](Finding::HardlyFell) | the training loss ends within 5 % of its first number |
/// | [`StillFalling`](Finding::StillFalling) | in the last quarter of the rows the training loss made more than 10 % of the fall, and the validation loss, if there is one, does not rise |
/// | [`LearningRateTooLow`](Finding::LearningRateTooLow) | in place of the two before: it fell at 9 of 10 rows, in the last quarter at least half as far as in the first, and in all by less than half of its first number |
/// | [`LearningRateTooHigh`](Finding::LearningRateTooHigh) | the training loss ends above its least by more than 20 % of the fall and 5 % of the least, and no lower penalty pays for it; then none of the three before is told |
/// | [`Oscillation`](Finding::Oscillation) | in the last half of the rows the training loss turns at half of them or more, and changes by more than a quarter of its median and 5 % of the fall on average; then none of the four before is told |
/// | [`PenaltyDominates`](Finding::PenaltyDominates) | the penalty ends above the training loss, which fell by less than half of its first number |
/// | [`PenaltyPulls`](Finding::PenaltyPulls) | the training loss ends above its least by more than 10 % of the fall and 5 % of the least, while the penalty fell by more than 5 % |
///
/// A loss that is below 0 at some row, as that of [`GaussianNll`](tapegrad_nn::loss::GaussianNll) can be, has no
/// least number, and a part of one says nothing. Then
/// - in place of parts of the first number or the least stands the *noise*: `2 · mean |lᵢ − (lᵢ₋₁ + lᵢ₊₁)/2|`;
/// - for an oscillation the loss must have fallen by more than it, and changes by more than a quarter of the fall;
/// - that the learning rate is too low, or that the penalty dominates, is not told.
///
/// So the findings are the same if a number is added to all losses, as long as one stays below 0.
///
/// ```
/// use tapegrad_train::{Finding, History};
///
/// let mut history = History::new();
/// for epoch in 1..=40 {
///     let t = epoch as f64;
///     history.record(epoch, epoch, [("loss", 1.0 / t), ("validation_loss", 1.0 / t + 0.02 * t)]);
/// }
/// let findings = history.diagnose();
/// assert!(matches!(findings[..], [Finding::Overfitting { .. }]));
/// println!("{}", findings[0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// A number is NaN or infinite.
    NotFinite {
        /// Of which column.
        column: String,
        /// The first epoch at which it is.
        epoch: usize,
        /// What it is.
        value: f64,
    },
    /// The validation loss rises while the training loss falls.
    Overfitting {
        /// Where the validation loss was least.
        best_epoch: usize,
        /// The validation loss then.
        best: f64,
        /// The validation loss at the end.
        last: f64,
        /// The training loss then.
        training_then: f64,
        /// The training loss at the end.
        training_last: f64,
    },
    /// Underfitting: the training loss is about what it was at first.
    HardlyFell {
        /// The training loss at first.
        first: f64,
        /// The training loss at the end.
        last: f64,
    },
    /// Underfitting: the training loss has not come to rest.
    StillFalling {
        /// The training loss at the beginning of the last quarter.
        then: f64,
        /// The training loss at the end.
        last: f64,
        /// What part of the fall that is.
        share: f64,
    },
    /// The training loss falls steadily, but slowly.
    LearningRateTooLow {
        /// The training loss at first.
        first: f64,
        /// The training loss at the end.
        last: f64,
    },
    /// The training loss rises.
    LearningRateTooHigh {
        /// Where the training loss was least.
        best_epoch: usize,
        /// The training loss then.
        best: f64,
        /// The training loss at the end.
        last: f64,
    },
    /// The training loss jumps up and down.
    Oscillation {
        /// By how much it changes from row to row, on average over the last half.
        change: f64,
        /// Its median there.
        median: f64,
    },
    /// The penalty is larger than a training loss that has not fallen much.
    PenaltyDominates {
        /// The penalty at the end.
        penalty: f64,
        /// The training loss at the end.
        last: f64,
        /// The training loss at first.
        first: f64,
    },
    /// The training loss is given up for a lower penalty.
    PenaltyPulls {
        /// Where the training loss was least.
        best_epoch: usize,
        /// The training loss then.
        best: f64,
        /// The training loss at the end.
        last: f64,
        /// The penalty then.
        penalty_then: f64,
        /// The penalty at the end.
        penalty_last: f64,
    },
}

/// A number with four digits that count.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(x) = self;
        match x.abs() {
            size if size != 0.0 && !(1e-3..1e5).contains(&size) => write!(f, "{x:.2e}"),
            size if size >= 100.0 => write!(f, "{x:.1}"),
            _ => write!(f, "{x:.4}"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite {
                column,
                epoch,
                value,
            } => write!(
                f,
                "The column `{column}` is {value} at epoch {epoch}. Lower the learning rate, clip the gradients, and check the data for numbers that are missing or huge."
            ),
            Self::Overfitting {
                best_epoch,
                best,
                last,
                training_then,
                training_last,
            } => write!(
                f,
                "Overfitting: the validation loss rose from {} around epoch {best_epoch} to {} while the training loss fell from {} to {}. Stop there, penalise weights more strongly, or train on more data.",
                Short(*best),
                Short(*last),
                Short(*training_then),
                Short(*training_last)
            ),
            Self::HardlyFell { first, last } => write!(
                f,
                "Underfitting: the training loss is {} and was {} at first. Unless that is as good as it can be, try another learning rate or a larger network, and check the scale of the inputs.",
                Short(*last),
                Short(*first)
            ),
            Self::StillFalling { then, last, share } => write!(
                f,
                "Underfitting: in the last quarter the training loss still fell from {} to {}, {:.0} % of its whole fall. Train longer.",
                Short(*then),
                Short(*last),
                100.0 * share
            ),
            Self::LearningRateTooLow { first, last } => write!(
                f,
                "The learning rate may be too low: the training loss fell steadily but slowly, from {} to {}. Raise the rate some times over.",
                Short(*first),
                Short(*last)
            ),
            Self::LearningRateTooHigh {
                best_epoch,
                best,
                last,
            } => write!(
                f,
                "The learning rate may be too high: the training loss rose from {} around epoch {best_epoch} to {}. Lower it, or let it fall over the run.",
                Short(*best),
                Short(*last)
            ),
            Self::Oscillation { change, median } => write!(
                f,
                "The training loss oscillates: around {} it changes by {} from row to row. Lower the learning rate, or take larger batches.",
                Short(*median),
                Short(*change)
            ),
            Self::PenaltyDominates {
                penalty,
                last,
                first,
            } => write!(
                f,
                "The penalty may be too strong: it costs {} where the data loss is {}, which was {} at first. Weaken it.",
                Short(*penalty),
                Short(*last),
                Short(*first)
            ),
            Self::PenaltyPulls {
                best_epoch,
                best,
                last,
                penalty_then,
                penalty_last,
            } => write!(
                f,
                "The penalty may be too strong: since about epoch {best_epoch} it fell from {} to {} while the data loss rose from {} to {}. Weaken it.",
                Short(*penalty_then),
                Short(*penalty_last),
                Short(*best),
                Short(*last)
            ),
        }
    }
}
