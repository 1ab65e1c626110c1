use tapegrad_autodiff::{Element, IntoValue};

use super::class_rows::ClassRows;
use super::given::Given;
use super::thresholds::Thresholds;

/// The receiver operating characteristic: for each threshold what part of the positive rows, and what
/// part of the others, has a score of at least it.
///
/// It starts at `(0, 0)`, with the threshold ∞, and has one point for each distinct score, from the
/// largest down, as scikit-learn's with `drop_intermediate=False`. Rows of weight 0 count as absent.
/// Rates are NaN where no row is of their class, or a score is NaN.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::RocCurve;
///
/// let scores = array![[0.1_f64], [0.4], [0.35], [0.8]];
/// let curve = RocCurve::new(scores, array![[0.0_f64], [0.0], [1.0], [1.0]], None);
/// assert_eq!(curve.false_positive_rates, [0.0, 0.0, 0.5, 0.5, 1.0]);
/// assert_eq!(curve.true_positive_rates, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.thresholds, [f64::INFINITY, 0.8, 0.4, 0.35, 0.1]);
/// assert_eq!(curve.area(), 0.75);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// `fp / (fp + tn)` at each threshold, rising.
    pub false_positive_rates: Vec<f64>,
    /// `tp / (tp + fn)`, the recall, at each threshold, rising.
    pub true_positive_rates: Vec<f64>,
    /// From ∞ down.
    pub thresholds: Vec<f64>,
}

impl RocCurve {
    /// Of one score a row, larger where class 1 is likelier, such as logits or probabilities, and
    /// targets 0 and 1.
    ///
    /// # Panics
    /// If scores, targets and weights are not of a [classifier](super) with one column, or there is no
    /// row.
    #[track_caller]
    pub fn new<T: Element>(
        scores: impl IntoValue<T>,
        targets: impl IntoValue<T>,
        weights: Option<&[f64]>,
    ) -> Self {
        let (scores, targets) = (scores.into_value(), targets.into_value());
        let who = "RocCurve::new";
        ClassRows::of_one_column(who, Given::Logits, &scores, &targets, weights)
            .of_column(Self::of_scores)
    }

    pub(super) fn of_scores(scores: &[f64], positive: &[bool], weights: &[f64]) -> Self {
        let thresholds = Thresholds::new(scores, positive, weights);
        let from = |first: f64, rest: Vec<f64>| [first].into_iter().chain(rest).collect::<Vec<_>>();
        // 0 / 0 is NaN, where there is none.
        let rates = |counts: Vec<f64>| {
            let counts = from(0.0, counts);
            let all = counts[counts.len() - 1];
            counts.iter().map(|count| count / all).collect()
        };
        Self {
            false_positive_rates: rates(thresholds.false_positives),
            true_positive_rates: rates(thresholds.true_positives),
            thresholds: from(f64::INFINITY, thresholds.scores),
        }
    }

    /// The area under the curve, by trapezoids: [`RocAuc`](super::RocAuc).
    pub fn area(&self) -> f64 {
        let widths = self.false_positive_rates.windows(2).map(|x| x[1] - x[0]);
        let heights = self
            .true_positive_rates
            .windows(2)
            .map(|y| (y[0] + y[1]) / 2.0);
        match self.thresholds.len() {
            1 => f64::NAN, // all weights are 0
            _ => widths
                .zip(heights)
                .map(|(width, height)| width * height)
                .sum(),
        }
    }
}
