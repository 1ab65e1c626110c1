use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;
use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};
use super::weights;

/// The mean squared distance of the probabilities from 1 for the class of a row and 0 for the others
/// (Brier 1950).
///
/// | outputs | | range |
/// |---|---|---|
/// | one column | `Σ wᵢ (pᵢ − yᵢ)² / Σ wᵢ` | `[0, 1]` |
/// | two | the same of the second, where they sum to 1 | `[0, 1]` |
/// | more | `Σ wᵢ Σₖ (pᵢₖ − yᵢₖ)² / Σ wᵢ`, as scikit-learn's and Brier's own | `[0, 2]` |
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{BrierScore, Metric};
/// let (p, classes) = (array![[0.5_f64], [0.75]], array![[0.0_f64], [1.0]]);
/// assert_eq!(BrierScore::new().of_probabilities().of(p, classes, None), (0.25 + 0.0625) / 2.0);
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrierScore {
    given: Given,
}

impl BrierScore {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(BrierScore);

impl<T: Element> Metric<T> for BrierScore {
    fn name(&self) -> String {
        "brier_score".to_owned()
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
        let rows = ClassRows::new("metric::BrierScore", self.given, outputs, targets, weights);
        let rows = rows.into_probabilities();
        let scale = if rows.columns == 2 { 0.5 } else { 1.0 };
        let cost = |(row, actual): (&[f64], usize)| match row {
            [p] => (p - actual as f64).powi(2),
            row => {
                let of_class = |(class, p): (usize, &f64)| {
                    let y = if class == actual { 1.0 } else { 0.0 };
                    (p - y).powi(2)
                };
                scale * row.iter().enumerate().map(of_class).sum::<f64>()
            }
        };
        weights::mean(rows.rows().map(cost), &rows.weights)
    }
}
