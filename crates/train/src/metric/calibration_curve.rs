use tapegrad_autodiff::{Element, IntoValue};

use super::class_rows::ClassRows;
use super::given::Given;
use super::weights;
use crate::error;

/// How probabilities are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bins {
    /// So many of one width.
    Uniform(usize),
    /// So many between quantiles of the probabilities: of about as many rows each, whatever their
    /// weights.
    Quantile(usize),
}

impl Bins {
    fn count(self) -> usize {
        match self {
            Bins::Uniform(count) | Bins::Quantile(count) => count,
        }
    }

    /// Panics unless there is a bin.
    #[track_caller]
    pub(super) fn check(self, who: &str) {
        if self.count() == 0 {
            error::none(who, "bins");
        }
    }

    /// What lies between the bins.
    fn edges(self, probabilities: &[f64]) -> Vec<f64> {
        let count = self.count();
        let shares = (1..count).map(|edge| edge as f64 * (1.0 / count as f64));
        match self {
            Bins::Uniform(_) => shares.collect(),
            Bins::Quantile(_) => {
                let mut sorted = probabilities.to_vec();
                sorted.sort_by(f64::total_cmp);
                shares.map(|share| quantile(&sorted, share)).collect()
            }
        }
    }
}

/// The quantile of sorted numbers, linear between them.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    // In the steps of NumPy's, so that what lies at an edge is on the same side of it.
    let place = (sorted.len() - 1) as f64 * (share * 100.0 / 100.0);
    let (below, part) = (place.floor() as usize, place.fract());
    let (a, b) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    match part < 0.5 {
        true => a + (b - a) * part,
        false => b - (b - a) * (1.0 - part),
    }
}

/// How often rows are positive whose predicted probabilities are alike, bin by bin: the diagonal where
/// a classifier is calibrated.
///
/// A probability at an edge is in the bin below it. Bins without rows, or with rows of weight 0 only,
/// are left out. All is NaN if a probability is. scikit-learn's takes no weights.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Bins, CalibrationCurve};
///
/// let p = array![[0.125_f64], [0.375], [0.75]];
/// let curve = CalibrationCurve::new(p, array![[0.0_f64], [1.0], [1.0]], None, Bins::Uniform(2));
/// assert_eq!(curve.predicted, [0.25, 0.75]);
/// assert_eq!(curve.observed, [0.5, 1.0]);
/// assert_eq!(curve.weights, [2.0, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationCurve {
    /// The mean probability in each bin.
    pub predicted: Vec<f64>,
    /// The share of positive rows in each bin.
    pub observed: Vec<f64>,
    /// The weight of the rows in each bin.
    pub weights: Vec<f64>,
}

impl CalibrationCurve {
    /// Of the probability of class 1 of each row, and targets 0 and 1.
    ///
    /// # Panics
    /// If probabilities, targets and weights are not of a [classifier](super) with one column, or there
    /// is no row or bin.
    #[track_caller]
    pub fn new<T: Element>(
        probabilities: impl IntoValue<T>,
        targets: impl IntoValue<T>,
        weights: Option<&[f64]>,
        bins: Bins,
    ) -> Self {
        let (p, targets) = (probabilities.into_value(), targets.into_value());
        let who = "CalibrationCurve::new";
        bins.check(who);
        ClassRows::of_one_column(who, Given::Probabilities, &p, &targets, weights)
            .of_column(|p, positive, weights| Self::of_probabilities(p, positive, weights, bins))
    }

    pub(super) fn of_probabilities(
        p: &[f64],
        positive: &[bool],
        weights: &[f64],
        bins: Bins,
    ) -> Self {
        let edges = bins.edges(p);
        let mut sums = vec![[0.0; 3]; bins.count()];
        for ((p, positive), weight) in p.iter().zip(positive).zip(weights) {
            let bin = edges.partition_point(|edge| edge < p);
            let share = if *positive { 1.0 } else { 0.0 };
            for (sum, part) in sums[bin].iter_mut().zip([*p, share, 1.0]) {
                *sum += weight * part;
            }
        }
        if p.iter().any(|p| p.is_nan()) {
            sums.fill([f64::NAN; 3]);
        }
        sums.retain(|[_, _, weight]| *weight != 0.0);
        Self {
            predicted: sums.iter().map(|[p, _, weight]| p / weight).collect(),
            observed: sums
                .iter()
                .map(|[_, share, weight]| share / weight)
                .collect(),
            weights: sums.iter().map(|[_, _, weight]| *weight).collect(),
        }
    }

    /// [`ExpectedCalibrationError`](super::ExpectedCalibrationError).
    pub fn expected_error(&self) -> f64 {
        let bins = self.observed.iter().zip(&self.predicted);
        weights::mean(
            bins.map(|(observed, p)| (observed - p).abs()),
            &self.weights,
        )
    }
}
