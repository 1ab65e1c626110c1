use tapegrad_autodiff::{Classes, Element, Var};

use super::{ClassTargets, IntoClassTargets, Loss, TargetRange, setting, targets};
use crate::error;

/// The cross-entropy `−Σⱼ wⱼ qⱼ ln softmax(z)ⱼ` of logits `z`, `[rows, classes]`.
///
/// The targets `q` are one class index a row, which is `ln Σⱼ e^zⱼ − z_class`, or probabilities of
/// the shape of the logits. It neither overflows nor cancels, however sure the right answer is.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`smoothing`](CrossEntropy::smoothing) `ε` | 0 | `[0, 1]` |
/// | [`class_weights`](CrossEntropy::class_weights) `w` | all 1 | `[0, ∞)` each |
///
/// Targets may be [`Classes`] as well, with settings of their own; those of the loss come before
/// them.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Loss, loss};
///
/// let tape = Tape::<f64>::new();
/// let logits = tape.var(array![[0.0, 0.0, 0.0]]);
/// let loss = loss::CrossEntropy::new();
/// assert!((loss.mean(logits, &[2]).item() - 3.0_f64.ln()).abs() < 1e-15);
/// assert!((loss.mean(logits, &array![[0.5, 0.25, 0.25]]).item() - 3.0_f64.ln()).abs() < 1e-15);
/// let weighted = loss.class_weights([1.0, 1.0, 2.0]).smoothing(0.1);
/// assert!((weighted.mean(logits, &[2]).item() - (1.9 + 0.1 / 3.0) * 3.0_f64.ln()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the logits have not two axes, there is not one class for each row, a class is not below their
/// number, probabilities have another shape or one is not in `[0, 1]` (that they sum to 1 is not
/// asked), there is not one weight for each class, or there is no row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropy {
    smoothing: f64,
    class_weights: Option<Vec<f64>>,
}

impl CrossEntropy {
    /// The loss in which every class counts the same, and targets are taken as they are.
    pub fn new() -> Self {
        Self::default()
    }

    /// The share `ε` of the target that is spread evenly over the classes:
    /// `(1 − ε) q + ε/classes` (Szegedy et al. 2016).
    ///
    /// # Panics
    /// If the share is not in `[0, 1]`.
    #[track_caller]
    pub fn smoothing(self, smoothing: f64) -> Self {
        Self {
            smoothing: setting::from_0_to_1("CrossEntropy", "smoothing", smoothing),
            ..self
        }
    }

    /// What each class counts, one number for each, its part of the smoothing too. The mean stays
    /// that over rows (PyTorch divides by the sum of the weights of the rows' classes).
    ///
    /// # Panics
    /// If a weight is negative or not finite.
    #[track_caller]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self {
            class_weights: setting::class_weights("CrossEntropy", weights),
            ..self
        }
    }

    /// The cost of each row with one class.
    #[track_caller]
    fn of_classes<'t, 'c, T: Element>(
        &'c self,
        logits: Var<'t, T>,
        mut classes: Classes<'c>,
    ) -> Var<'t, T> {
        if let Some(weights) = &self.class_weights {
            classes = classes.weights(weights);
        }
        if self.smoothing > 0.0 {
            classes = classes.smoothing(self.smoothing);
        }
        logits.softmax_cross_entropy(classes)
    }

    /// The cost of each row with probabilities.
    #[track_caller]
    fn of_probabilities<'t, T: Element>(
        &self,
        logits: Var<'t, T>,
        probabilities: Var<'t, T>,
    ) -> Var<'t, T> {
        let mut targets = targets::from_0_to_1("CrossEntropy", logits, probabilities);
        if self.smoothing > 0.0 {
            let count = logits.shape()[1] as f64;
            targets = targets * (1.0 - self.smoothing) + self.smoothing / count;
        }
        if let Some(weights) = &self.class_weights {
            let weights: Vec<T> = weights.iter().map(|&weight| T::of(weight)).collect();
            targets *= logits.tape().constant(weights);
        }
        logits.softmax_cross_entropy_with(targets)
    }
}

impl<'t, 'c, T: Element, Y: IntoClassTargets<'t, 'c, T>> Loss<'t, T, Y> for CrossEntropy {
    #[track_caller]
    fn each(&self, predictions: Var<'t, T>, targets: Y) -> Var<'t, T> {
        let shape = predictions.shape();
        let [_, count] = shape[..] else {
            error::predictions("CrossEntropy", &shape, "[rows, classes]")
        };
        if let Some(weights) = &self.class_weights
            && weights.len() != count
        {
            error::class_weights("CrossEntropy", weights.len(), &shape);
        }
        match targets.into_class_targets(predictions.tape()) {
            ClassTargets::Indices(indices) => {
                indices.check("CrossEntropy", predictions);
                self.of_classes(predictions, Classes::from(indices.as_slice()))
            }
            ClassTargets::Classes(_) if predictions.is_empty() => {
                error::nothing("CrossEntropy", &shape)
            }
            ClassTargets::Classes(classes) => self.of_classes(predictions, classes),
            ClassTargets::Probabilities(q) => self.of_probabilities(predictions, q),
        }
    }

    #[track_caller]
    fn response(&self, predictions: Var<'t, T>) -> Var<'t, T> {
        predictions.softmax(-1)
    }

    fn range(&self, outputs: usize, targets: usize) -> TargetRange {
        match targets {
            1 => TargetRange::Classes(outputs),
            _ => TargetRange::Between(0.0, 1.0),
        }
    }
}
