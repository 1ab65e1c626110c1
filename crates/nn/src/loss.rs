//! Losses: what predictions cost, one number for each row, and their mean or sum.
//!
//! A *row* is a place along the first axis. An elementwise loss of predictions with more axes is,
//! in each row, the mean over its elements; a single number is a row by itself.
//!
//! Predictions of classes are *logits*, before sigmoid or softmax, where the losses neither
//! overflow nor cancel; [`response`](Loss::response) makes probabilities of them.
//!
//! *Class indices* are a list of `usize`, or numbers `[rows, 1]`: whatever the loss, it takes the targets of
//! a data set as they are.
//!
//! | loss | predictions | targets |
//! |---|---|---|
//! | [`SquaredError`], [`AbsoluteError`], [`Huber`], [`LogCosh`], [`Quantile`] | numbers | numbers |
//! | [`BinaryCrossEntropy`], [`BinaryFocal`] | logits | in `[0, 1]` |
//! | [`Hinge`], [`SquaredHinge`] | scores | −1 or 1 |
//! | [`CrossEntropy`] | logits `[rows, classes]` | class indices, or probabilities |
//! | [`Focal`], [`MulticlassHinge`] | logits or scores `[rows, classes]` | class indices |
//! | [`KlDivergence`] | logits or log-probabilities | probabilities |
//! | [`PoissonNll`] | rates or their logarithms | counts |
//! | [`GaussianNll`] | means and variances | numbers |
//! | [`CosineDistance`] | vectors | vectors |
//! | [`Custom`] | what a closure takes | what it takes |
//!
//! ```
//! use ndarray::array;
//! use tapegrad_autodiff::Tape;
//! use tapegrad_nn::{Loss, loss};
//!
//! let tape = Tape::<f64>::new();
//! let predictions = tape.var(array![[1.0], [5.0]]);
//! let targets = array![[1.0], [3.0]];
//! assert_eq!(loss::SquaredError.mean(predictions, &targets).item(), 2.0);
//! assert_eq!(loss::Huber::new(1.0).sum(predictions, &targets).item(), 1.5);
//! assert_eq!(loss::AbsoluteError.each(predictions, &targets).value(), array![0.0, 2.0].into_dyn());
//! assert_eq!(loss::AbsoluteError.weighted_mean(predictions, &targets, [1.0, 3.0]).item(), 3.0);
//! ```

mod absolute_error;
mod binary_cross_entropy;
mod binary_focal;
mod class_targets;
mod cosine_distance;
mod cross_entropy;
mod custom;
mod focal;
mod gaussian_nll;
mod hinge;
mod huber;
mod kl_divergence;
mod log_cosh;
mod multiclass_hinge;
mod poisson_nll;
mod quantile;
mod reduction;
mod setting;
mod squared_error;
mod squared_hinge;
mod target_range;
mod targets;

pub use absolute_error::AbsoluteError;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use binary_focal::BinaryFocal;
pub use class_targets::{ClassIndices, ClassTargets, IntoClassTargets};
pub use cosine_distance::CosineDistance;
pub use cross_entropy::CrossEntropy;
pub use custom::Custom;
pub use focal::Focal;
pub use gaussian_nll::GaussianNll;
pub use hinge::Hinge;
pub use huber::Huber;
pub use kl_divergence::KlDivergence;
pub use log_cosh::LogCosh;
pub use multiclass_hinge::MulticlassHinge;
pub use poisson_nll::PoissonNll;
pub use quantile::Quantile;
pub use reduction::Reduction;
pub use squared_error::SquaredError;
pub use squared_hinge::SquaredHinge;
pub use target_range::TargetRange;

use tapegrad_autodiff::{Element, IntoVar, Var};

use crate::error;

/// What predictions on a tape cost, given targets of the type `Y`.
///
/// A loss says what [`each`](Loss::each) row costs; the rest follows. Rows are of one size, so the mean
/// over rows of means over their elements is the mean over all elements. With `n` rows, their costs `l`
/// and weights `w`:
///
/// | method | result |
/// |---|---|
/// | `each` | `lᵢ`, `[n]` |
/// | [`mean`](Loss::mean) | `1/n Σ lᵢ` |
/// | [`sum`](Loss::sum) | `Σ lᵢ` |
/// | [`weighted_each`](Loss::weighted_each) | `wᵢ lᵢ`, `[n]` |
/// | [`weighted_mean`](Loss::weighted_mean) | `1/n Σ wᵢ lᵢ` |
/// | [`weighted_sum`](Loss::weighted_sum) | `Σ wᵢ lᵢ` |
/// | [`response`](Loss::response) | what the predictions say about targets |
///
/// Your own is one function; [`Custom`] makes one of a closure.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::{Element, IntoVar, Tape, Var};
/// use tapegrad_nn::Loss;
///
/// /// `ln m + y / m`: waiting times `y` with the predicted means `m`.
/// struct ExponentialNll;
///
/// impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for ExponentialNll {
///     fn each(&self, means: Var<'t, T>, times: Y) -> Var<'t, T> {
///         means.ln() + times.into_var(means.tape()) / means
///     }
/// }
/// let tape = Tape::<f64>::new();
/// assert_eq!(ExponentialNll.mean(tape.var([1.0, 1.0]), array![2.0, 5.0]).item(), 3.5);
/// ```
pub trait Loss<'t, T: Element, Y> {
    /// What each row costs: one number for each place along the first axis.
    ///
    /// # Panics
    /// If the targets do not fit the predictions, or there is none.
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T>;

    /// The mean over the rows.
    ///
    /// # Panics
    /// As [`each`](Loss::each).
    #[track_caller]
    fn mean(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        self.each(predictions, targets).mean(..)
    }

    /// The sum over the rows: `n` times the [`mean`](Loss::mean). (PyTorch's `reduction="sum"` is the
    /// sum over elements, as many times more as there are elements in a row.)
    ///
    /// # Panics
    /// As [`each`](Loss::each).
    #[track_caller]
    fn sum(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        self.each(predictions, targets).sum(..)
    }

    /// Predictions on the scale of the targets, as a generalised linear model's inverse link gives them: the
    /// probabilities of logits, the rates of their logarithms. Unless a loss says otherwise they are there
    /// already.
    ///
    /// | loss | response |
    /// |---|---|
    /// | [`BinaryCrossEntropy`], [`BinaryFocal`] | `σ(z)` |
    /// | [`CrossEntropy`], [`Focal`], [`KlDivergence`] of logits | `softmax(z)` over the last axis |
    /// | [`KlDivergence`] of log-probabilities, [`PoissonNll`] of log-rates | `eᶻ` |
    /// | others, [`GaussianNll`] too | the predictions |
    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        predictions
    }

    /// How many outputs a row predictions must have for so many targets, if it is known.
    fn outputs(&self, targets: usize) -> Option<usize> {
        let _ = targets;
        None
    }

    /// What targets with so many numbers a row must be, where predictions have `outputs`.
    fn range(&self, outputs: usize, targets: usize) -> TargetRange {
        let _ = (outputs, targets);
        TargetRange::Any
    }

    /// Each, the mean or the sum, for code that chooses when it runs.
    ///
    /// # Panics
    /// As [`each`](Loss::each).
    #[track_caller]
    fn reduce(&self, reduction: Reduction, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        match reduction {
            Reduction::Mean => self.mean(predictions, targets),
            Reduction::Sum => self.sum(predictions, targets),
            Reduction::None => self.each(predictions, targets),
        }
    }

    /// What each row costs times its weight. Weights are one number a row, of any sign: an array, or
    /// a variable, which may be differentiated by.
    ///
    /// # Panics
    /// As [`each`](Loss::each), and if there is not one weight for each row or they are on another
    /// tape.
    #[track_caller]
    fn weighted_each(
        &self,
        predictions: Var<'t, T>,
        targets: Y,
        weights: impl IntoVar<'t, T>,
    ) -> Var<'t, T>
    where
        Self: Sized,
    {
        let costs = self.each(predictions, targets);
        costs * weights_of_rows(costs, weights)
    }

    /// The sum over the rows of their costs times their weights.
    ///
    /// # Panics
    /// As [`weighted_each`](Loss::weighted_each).
    #[track_caller]
    fn weighted_sum(
        &self,
        predictions: Var<'t, T>,
        targets: Y,
        weights: impl IntoVar<'t, T>,
    ) -> Var<'t, T>
    where
        Self: Sized,
    {
        let costs = self.each(predictions, targets);
        costs.inner(weights_of_rows(costs, weights))
    }

    /// The sum of costs times weights, divided by the number of rows: weights of 1 are the
    /// [`mean`](Loss::mean), and twice the weights are twice the loss. (PyTorch divides by the sum of
    /// the weights where they come from classes, scikit-learn everywhere.)
    ///
    /// # Panics
    /// As [`weighted_each`](Loss::weighted_each).
    #[track_caller]
    fn weighted_mean(
        &self,
        predictions: Var<'t, T>,
        targets: Y,
        weights: impl IntoVar<'t, T>,
    ) -> Var<'t, T>
    where
        Self: Sized,
    {
        let costs = self.each(predictions, targets);
        costs.inner(weights_of_rows(costs, weights)) / costs.len() as f64
    }
}

/// A reference to a loss is one, also to a `dyn Loss` that was chosen when the program runs: it has
/// the weighted methods, which a `dyn Loss` itself lacks.
impl<'t, T: Element, Y, L: Loss<'t, T, Y> + ?Sized> Loss<'t, T, Y> for &L {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        (**self).each(predictions, targets)
    }

    #[track_caller]
    fn mean(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        (**self).mean(predictions, targets)
    }

    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        (**self).response(predictions)
    }

    fn outputs(&self, targets: usize) -> Option<usize> {
        (**self).outputs(targets)
    }

    fn range(&self, outputs: usize, targets: usize) -> TargetRange {
        (**self).range(outputs, targets)
    }
}

/// The weights on the tape of the costs, one for each.
#[track_caller]
fn weights_of_rows<'t, T: Element>(costs: Var<'t, T>, weights: impl IntoVar<'t, T>) -> Var<'t, T> {
    let weights = weights.into_var(costs.tape());
    if !std::ptr::eq(weights.tape(), costs.tape()) {
        error::row_weights_on_another_tape();
    }
    let [of_costs, of_weights] = [costs.shape(), weights.shape()];
    if of_costs != of_weights {
        error::row_weights(&of_weights, &of_costs);
    }
    weights
}

/// The mean of each row's elements.
#[track_caller]
fn by_row<T: Element>(costs: Var<'_, T>) -> Var<'_, T> {
    match costs.shape()[..] {
        [] | [_] => costs,
        [rows, ..] if rows == costs.len() => costs.reshape(&[rows]),
        [rows, ..] => costs.reshape(&[rows, costs.len() / rows]).mean(1),
    }
}
