use tapegrad_autodiff::{ArcArrayD, Element, Tape};
use tapegrad_nn::Loss;
use tapegrad_nn::loss::{BinaryCrossEntropy, CrossEntropy};

use super::Metric;
use super::class_rows::ClassRows;
use super::given::{Given, of_probabilities};
use super::weights;

/// `−Σ wᵢ ln pᵢ / Σ wᵢ`, with the probability `pᵢ` of the class of each row, in `[0, ∞)`: what
/// [`CrossEntropy`] and [`BinaryCrossEntropy`] cost, `ln` of the number of classes for chance.
///
/// From logits it is exact however unlikely a class was. Probabilities are kept away from 0 and 1 by the
/// precision of the element type, as by scikit-learn.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{LogLoss, Metric};
/// let (p, classes) = (array![[0.5_f64, 0.5, 0.0], [0.25, 0.5, 0.25]], array![[0.0_f64], [2.0]]);
/// assert_eq!(LogLoss::new().of_probabilities().of(p, classes, None), 1.5 * 2.0_f64.ln());
/// ```
///
/// # Panics
/// If outputs, targets and weights are not [of a classifier](super), or there is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogLoss {
    given: Given,
}

impl LogLoss {
    /// Of logits.
    pub fn new() -> Self {
        Self::default()
    }
}

of_probabilities!(LogLoss);

impl<T: Element> Metric<T> for LogLoss {
    fn name(&self) -> String {
        "log_loss".to_owned()
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
        let rows = ClassRows::new("metric::LogLoss", self.given, outputs, targets, weights);
        let costs = match self.given {
            Given::Logits => of_logits(&rows),
            Given::Probabilities => of_probabilities(&rows),
        };
        weights::mean(costs, &rows.weights)
    }
}

fn of_logits(rows: &ClassRows) -> Vec<f64> {
    let tape = Tape::new();
    let z = tape.constant(&rows.outputs());
    let costs = match rows.columns {
        1 => {
            let targets: Vec<f64> = rows.classes.iter().map(|class| *class as f64).collect();
            BinaryCrossEntropy::new().each(z.reshape(&[targets.len()]), targets)
        }
        _ => CrossEntropy::new().each(z, &rows.classes),
    };
    costs.value().iter().copied().collect()
}

fn of_probabilities(rows: &ClassRows) -> Vec<f64> {
    let cost = |(row, class): (&[f64], usize)| {
        let p = match row {
            row if row.iter().any(|p| p.is_nan()) => f64::NAN,
            [p] if class == 0 => 1.0 - p,
            [p] => *p,
            row => row[class],
        };
        -p.clamp(rows.epsilon, 1.0 - rows.epsilon).ln()
    };
    rows.rows().map(cost).collect()
}
