use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::calibration_curve::{Bins, CalibrationCurve};
use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};

/// `Σ_b w_b |o_b − p_b| / Σ_b w_b` over bins of the probabilities, in `[0, 1]`: how far the predicted
/// probabilities `p_b` are from the observed shares `o_b` (Guo et al. 2017; not in scikit-learn).
///
/// For one column they are those of the [`CalibrationCurve`], of class 1. For several `p` is the largest
/// probability of a row, and `o` how often that class is right.
///
/// NaN if an output is, or all weights are 0.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Bins, ExpectedCalibrationError, Metric};
/// let (p, classes) = (array![[0.125_f64], [0.375], [0.75]], array![[0.0_f64], [1.0], [1.0]]);
/// let metric = ExpectedCalibrationError::new(Bins::Uniform(2)).of_probabilities();
/// assert_eq!(metric.of(p, classes, None), (0.25 * 2.0 + 0.25 * 1.0) / 3.0);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedCalibrationError {
    bins: Bins,
    given: Given,
}

impl ExpectedCalibrationError {
    /// Of logits.
    ///
    /// # Panics
    /// If there is no bin.
    #[track_caller]
    pub fn new(bins: Bins) -> Self {
        bins.check("metric::ExpectedCalibrationError");
        Self {
            bins,
            given: Given::Logits,
        }
    }
}

of_probabilities!(ExpectedCalibrationError);

impl<T: Element> Metric<T> for ExpectedCalibrationError {
    fn name(&self) -> String {
        "expected_calibration_error".to_owned()
    }

    fn is_better_larger(&self) -> bool {
        false
    }

    #[track_caller]
    fn evaluate(
        &self,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> f64 {
        let rows = ClassRows::new(
            "metric::ExpectedCalibrationError",
            self.given,
            outputs,
            targets,
            weights,
        );
        let rows = rows.into_probabilities();
        let of_row = |(row, class): (&[f64], usize)| match row {
            [p] => (*p, class == 1),
            row => match Given::Probabilities.decide(row) {
                Some(decision) => (row[decision], decision == class),
                None => (f64::NAN, false),
            },
        };
        let (p, positive): (Vec<f64>, Vec<bool>) = rows.rows().map(of_row).unzip();
        CalibrationCurve::of_probabilities(&p, &positive, &rows.weights, self.bins).expected_error()
    }
}
