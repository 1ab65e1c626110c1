//! Metrics: how good a model is on a data set, as one plain number.
//!
//! A metric is a value that is asked about the outputs of a model for all rows of a data set, the
//! targets, and weights of the rows if there are any. They are scikit-learn's (which takes the
//! targets first), and are computed in `f64` for both element types.
//!
//! | metric | outputs | targets |
//! |---|---|---|
//! | [`Accuracy`], [`BalancedAccuracy`], [`TopKAccuracy`] | of a classifier | classes |
//! | [`Precision`], [`Recall`], [`FBeta`], [`MatthewsCorrelation`] | of a classifier | classes |
//! | [`RocAuc`], [`AveragePrecision`] | of a classifier | classes |
//! | [`LogLoss`], [`BrierScore`], [`ExpectedCalibrationError`] | of a classifier | classes |
//! | [`MeanSquaredError`], [`RootMeanSquaredError`], [`MeanAbsoluteError`], [`MedianAbsoluteError`], [`MaxError`] | numbers | numbers |
//! | [`RSquared`], [`ExplainedVariance`] | numbers | numbers |
//! | [`Custom`] | what a closure takes | what it takes |
//!
//! What is more than one number is a value of its own: [`ConfusionMatrix`], which also starts from
//! predicted classes, [`ClassificationReport`], [`RocCurve`], [`PrecisionRecallCurve`],
//! [`CalibrationCurve`].
//!
//! *Outputs of a classifier* are logits, one column `[rows, 1]` for two classes, where class 1 is the
//! positive one, or `[rows, classes]`. They are [probabilities](LogLoss::of_probabilities) for a
//! metric that has been told so. *Classes* are whole numbers from 0 on, one a row, as in
//! [`Dataset::y`](crate::data::Dataset::y); for one column they are 0 and 1. *Numbers* have one
//! shape, rows along the first axis; with several a row, a metric is the mean of what it is for each.
//!
//! | the predicted class | logits | probabilities |
//! |---|---|---|
//! | one column `z` | 1 if `z > 0` | 1 if `z > ½` |
//! | several | the largest, the first of equals | likewise |
//!
//! A row with a NaN has no predicted class: it is never right. Metrics that need no predicted class
//! are NaN if an output is. Where data leave a metric undefined it says what it is: 0 for what is
//! scikit-learn's `zero_division`, else NaN, as for weights that are all 0. Misuse panics: shapes that
//! do not fit, targets that are no classes, probabilities beyond `[0, 1]`, weights that are not
//! finite or below 0.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_train::metric::{self, Average, Metric};
//!
//! let logits = array![[2.0_f32], [-1.0], [3.0], [-0.5]];
//! let targets = array![[1.0_f32], [0.0], [0.0], [1.0]];
//! assert_eq!(metric::RocAuc::new().of(&logits, &targets, None), 0.5);
//! assert_eq!(metric::Precision::new(Average::Class(1)).of(&logits, &targets, None), 0.5);
//! assert_eq!(metric::Accuracy::new().of(&logits, &targets, Some(&[3.0, 3.0, 1.0, 1.0])), 0.75);
//!
//! let metrics: [Box<dyn Metric<f32>>; 2] = [Box::new(metric::RocAuc::new()), Box::new(metric::LogLoss::new())];
//! assert_eq!(metrics.map(|metric| (metric.name(), metric.is_better_larger())),
//!     [("roc_auc".to_owned(), true), ("log_loss".to_owned(), false)]);
//! ```

mod accuracy;
mod average;
mod average_precision;
mod balanced_accuracy;
mod brier_score;
mod calibration_curve;
mod class_rows;
mod classification_report;
mod confusion_matrix;
mod custom;
mod expected_calibration_error;
mod explained_variance;
mod f_beta;
mod given;
mod log_loss;
mod matthews_correlation;
mod max_error;
mod mean_absolute_error;
mod mean_squared_error;
mod median_absolute_error;
mod number_rows;
mod precision;
mod precision_recall_curve;
mod r_squared;
mod recall;
mod roc_auc;
mod roc_curve;
mod root_mean_squared_error;
mod thresholds;
mod top_k_accuracy;
mod weights;

pub use accuracy::{Accuracy, accuracy, binary_accuracy};
pub use average::Average;
pub use average_precision::AveragePrecision;
pub use balanced_accuracy::BalancedAccuracy;
pub use brier_score::BrierScore;
pub use calibration_curve::{Bins, CalibrationCurve};
pub use classification_report::{ClassScores, ClassificationReport};
pub use confusion_matrix::ConfusionMatrix;
pub use custom::Custom;
pub use expected_calibration_error::ExpectedCalibrationError;
pub use explained_variance::ExplainedVariance;
pub use f_beta::FBeta;
pub use log_loss::LogLoss;
pub use matthews_correlation::MatthewsCorrelation;
pub use max_error::MaxError;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use median_absolute_error::MedianAbsoluteError;
pub use precision::Precision;
pub use precision_recall_curve::PrecisionRecallCurve;
pub use r_squared::RSquared;
pub use recall::Recall;
pub use roc_auc::RocAuc;
pub use roc_curve::RocCurve;
pub use root_mean_squared_error::RootMeanSquaredError;
pub use top_k_accuracy::TopKAccuracy;

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

/// How good outputs are, given targets and weights of the rows.
///
/// A metric says what it is of arrays in [`evaluate`](Metric::evaluate), so that a list may hold
/// metrics of several kinds as `dyn Metric<T>`; [`of`](Metric::of) takes whatever becomes an array.
/// [`Custom`] makes one of a closure.
///
/// Metrics of batches do not average to that of the data set, but for means of rows: collect the
/// outputs and ask once.
pub trait Metric<T: Element = f32> {
    /// A short name in lower case, different for different settings: `f1_macro`.
    fn name(&self) -> String;

    /// Whether a larger number is a better one, as of an accuracy and not of an error.
    fn is_better_larger(&self) -> bool;

    /// The metric of the outputs of all rows, their targets, and one weight for each, or 1 for all.
    ///
    /// # Panics
    /// If outputs, targets and weights do not fit each other, or there is no row.
    #[track_caller]
    fn evaluate(
        &self,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> f64;

    /// The same of whatever becomes an array.
    ///
    /// # Panics
    /// As [`evaluate`](Metric::evaluate).
    #[track_caller]
    fn of(
        &self,
        outputs: impl IntoValue<T>,
        targets: impl IntoValue<T>,
        weights: Option<&[f64]>,
    ) -> f64
    where
        Self: Sized,
    {
        self.evaluate(&outputs.into_value(), &targets.into_value(), weights)
    }
}

/// What points to a metric is one, so that a `Box<dyn Metric<T>>` has [`of`](Metric::of), which a
/// `dyn Metric<T>` lacks.
macro_rules! pointer {
    ($pointer:ty) => {
        impl<T: Element, M: Metric<T> + ?Sized> Metric<T> for $pointer {
            fn name(&self) -> String {
                (**self).name()
            }

            fn is_better_larger(&self) -> bool {
                (**self).is_better_larger()
            }

            #[track_caller]
            fn evaluate(
                &self,
                outputs: &ArcArrayD<T>,
                targets: &ArcArrayD<T>,
                weights: Option<&[f64]>,
            ) -> f64 {
                (**self).evaluate(outputs, targets, weights)
            }
        }
    };
}

pointer!(&M);
pointer!(Box<M>);
