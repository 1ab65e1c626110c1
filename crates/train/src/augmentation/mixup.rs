use ndarray::{ArrayD, Axis};
use rand::distr::Distribution;
use rand::seq::SliceRandom;
use rand_distr::Beta;
use tapegrad_autodiff::{ArcArrayD, Element};

use super::{Augmentation, Augmenting};
use crate::data::Dataset;
use crate::error;

/// `λ x + (1 − λ) x′` and `λ y + (1 − λ) y′` of each row and another one of the batch, with one
/// `λ ~ Beta(α, α)` for the batch (Zhang et al. 2018).
///
/// | setting | default | range |
/// |---|---|---|
/// | `α` | no default; 0.1 to 0.4 are usual | above 0 |
/// | [`classes`](Mixup::classes) | targets are numbers, or 0 and 1 | at least 2 |
///
/// Targets that are class indices are made probabilities of so many classes first, which
/// [`CrossEntropy`](tapegrad_nn::loss::CrossEntropy) takes. Weights of rows are mixed, too.
///
/// ```
/// use tapegrad_train::augmentation::Mixup;
/// let of_numbers = Mixup::new(0.2);
/// let of_classes = Mixup::new(0.2).classes(10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixup {
    alpha: f64,
    classes: Option<usize>,
}

impl Mixup {
    /// With `Beta(α, α)`.
    ///
    /// # Panics
    /// If `α` is not above 0, or not finite.
    #[track_caller]
    pub fn new(alpha: f64) -> Self {
        if !(alpha > 0.0 && alpha.is_finite()) {
            error::mixup_alpha(alpha);
        }
        let classes = None;
        Self { alpha, classes }
    }

    /// Targets are class indices, of so many classes.
    ///
    /// # Panics
    /// If there are fewer than two.
    #[track_caller]
    pub fn classes(self, count: usize) -> Self {
        if count < 2 {
            error::mixup_classes(count);
        }
        let classes = Some(count);
        Self { classes, ..self }
    }
}

impl<T: Element> Augmentation<T> for Mixup {
    fn augment(&self, batch: Dataset<T>, with: &mut Augmenting<'_, T>) -> Dataset<T> {
        let batch = match self.classes {
            Some(count) => {
                let classes = batch.classes();
                if let Some(row) = classes.iter().position(|&class| class >= count) {
                    error::mixup_class(row, classes[row], count);
                }
                batch.map_y(|_| {
                    let mut y = ArrayD::zeros(&[classes.len(), count][..]);
                    for (row, &class) in classes.iter().enumerate() {
                        y[[row, class]] = T::one();
                    }
                    y
                })
            }
            None => batch,
        };
        let beta = Beta::new(self.alpha, self.alpha).expect("α is above 0 and finite");
        let lambda = T::of(beta.sample(&mut with.stream));
        let mut others: Vec<_> = (0..batch.rows()).collect();
        others.shuffle(&mut with.stream);
        let mix = |of: &ArcArrayD<T>| {
            let mut other = of.select(Axis(0), &others);
            // Equal rows stay what they are, to the bit.
            other.zip_mut_with(of, |other, &own| *other += lambda * (own - *other));
            other.into_shared()
        };
        Dataset {
            x: mix(&batch.x),
            y: mix(&batch.y),
            weights: batch.weights.as_ref().map(mix),
        }
    }
}
