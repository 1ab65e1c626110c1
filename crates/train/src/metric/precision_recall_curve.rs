use tapegrad_autodiff::{Element, IntoValue};

use super::class_rows::ClassRows;
use super::given::Given;
use super::thresholds::Thresholds;

/// For each threshold the precision and the recall of class 1, if it is predicted for scores of at
/// least the threshold.
///
/// There is one point for each distinct score, from the least up, and at the end precision 1 and recall
/// 0 without a threshold, as scikit-learn's. Rows of weight 0 count as absent. Where no row is positive
/// each recall but that is 1. Both are NaN if a score is.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::PrecisionRecallCurve;
///
/// let scores = array![[0.1_f64], [0.4], [0.35], [0.8]];
/// let curve = PrecisionRecallCurve::new(scores, array![[0.0_f64], [0.0], [1.0], [1.0]], None);
/// assert_eq!(curve.precisions, [0.5, 2.0 / 3.0, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.recalls, [1.0, 1.0, 0.5, 0.5, 0.0]);
/// assert_eq!(curve.thresholds, [0.1, 0.35, 0.4, 0.8]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionRecallCurve {
    /// `tp / (tp + fp)` at each threshold, and 1.
    pub precisions: Vec<f64>,
    /// `tp / (tp + fn)` at each threshold, falling, and 0.
    pub recalls: Vec<f64>,
    /// From the least score up.
    pub thresholds: Vec<f64>,
}

impl PrecisionRecallCurve {
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
        let who = "PrecisionRecallCurve::new";
        ClassRows::of_one_column(who, Given::Logits, &scores, &targets, weights)
            .of_column(Self::of_scores)
    }

    pub(super) fn of_scores(scores: &[f64], positive: &[bool], weights: &[f64]) -> Self {
        let mut thresholds = Thresholds::new(scores, positive, weights);
        let hits = thresholds.true_positives.iter().rev();
        let positives = thresholds.true_positives.last().copied().unwrap_or(0.0);
        let recall = |hit: &f64| {
            if positives == 0.0 {
                1.0
            } else {
                hit / positives
            }
        };
        let misses = thresholds.false_positives.iter().rev();
        let precisions = hits
            .clone()
            .zip(misses)
            .map(|(hit, miss)| hit / (hit + miss));
        let (precisions, recalls) = (
            precisions.chain([1.0]).collect(),
            hits.map(recall).chain([0.0]).collect(),
        );
        thresholds.scores.reverse();
        Self {
            precisions,
            recalls,
            thresholds: thresholds.scores,
        }
    }

    /// The area under the curve, as a sum of steps: [`AveragePrecision`](super::AveragePrecision).
    pub fn average_precision(&self) -> f64 {
        let steps = self
            .recalls
            .windows(2)
            .map(|recalls| recalls[0] - recalls[1]);
        match self.thresholds.len() {
            0 => f64::NAN, // all weights are 0
            _ => steps
                .zip(&self.precisions)
                .map(|(step, precision)| step * precision)
                .sum(),
        }
    }
}
