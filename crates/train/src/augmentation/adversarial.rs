use ndarray::{Axis, Zip, concatenate};
use rand::RngExt;
use tapegrad_autodiff::{ArcArrayD, Element};

use super::{Augmentation, Augmenting};
use crate::data::Dataset;
use crate::error;

/// Adversarial training: inputs are moved by up to `ε` each, in the direction in which the loss grows.
///
/// | made by | the moved inputs |
/// |---|---|
/// | [`fgsm`](Adversarial::fgsm) | `x + ε sign(∂L/∂x)` (the fast gradient sign method, Goodfellow et al. 2015) |
/// | [`pgd`](Adversarial::pgd) | from a random start in the box `|x′ − x| ≤ ε`, so many times `x′ ← clip(x′ + α sign(∂L/∂x′))` to the box (projected gradient descent, Madry et al. 2018) |
///
/// `ε` is in the units of the inputs: standardise first, or the inputs' scales decide who moves. The gradient is
/// that of the model in evaluation. Outputs of sign 0 do not move an input.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`clean`](Adversarial::clean) | ½ | `[0, 1]`: the part of the loss that the rows themselves have, beside the moved ones |
/// | [`within`](Adversarial::within) | any inputs | inputs stay in bounds, as pixels do |
///
/// The batch has both, twice the rows, with weights; of `clean(0.0)` only the moved ones, as Madry et al. train.
///
/// ```
/// use tapegrad_train::augmentation::Adversarial;
/// let fast = Adversarial::fgsm(0.1);
/// let strong = Adversarial::pgd(0.1, 0.025, 7).clean(0.0).within(0.0, 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adversarial {
    epsilon: f64,
    /// Step and number of steps of projected gradient descent.
    descent: Option<(f64, usize)>,
    clean: f64,
    bounds: Option<(f64, f64)>,
}

impl Adversarial {
    /// One step of the size `ε`.
    ///
    /// # Panics
    /// If `ε` is negative or not finite.
    #[track_caller]
    pub fn fgsm(epsilon: f64) -> Self {
        Self {
            epsilon: error::at_least_zero("Adversarial::fgsm", "epsilon", epsilon),
            descent: None,
            clean: 0.5,
            bounds: None,
        }
    }

    /// `steps` steps of the size `step`, from a random start within `ε`.
    ///
    /// # Panics
    /// If `ε` or `step` is negative or not finite, or there is no step.
    #[track_caller]
    pub fn pgd(epsilon: f64, step: f64, steps: usize) -> Self {
        const WHO: &str = "Adversarial::pgd";
        if steps == 0 {
            error::none(WHO, "steps");
        }
        Self {
            epsilon: error::at_least_zero(WHO, "epsilon", epsilon),
            descent: Some((error::at_least_zero(WHO, "step", step), steps)),
            clean: 0.5,
            bounds: None,
        }
    }

    /// The part of the loss that the rows have as they are.
    ///
    /// # Panics
    /// If it is not in `[0, 1]`.
    #[track_caller]
    pub fn clean(self, part: f64) -> Self {
        if !(0.0..=1.0).contains(&part) {
            error::fraction("Adversarial::clean", part);
        }
        let clean = part;
        Self { clean, ..self }
    }

    /// Moved inputs are clipped to these bounds.
    ///
    /// # Panics
    /// If the lower one is not below the upper one.
    #[track_caller]
    pub fn within(self, low: f64, high: f64) -> Self {
        if low.is_nan() || high.is_nan() || low >= high {
            error::bounds("Adversarial::within", low, high);
        }
        let bounds = Some((low, high));
        Self { bounds, ..self }
    }

    /// The moved inputs of a batch, alone: to measure how a model does on them.
    pub fn attack<T: Element>(
        &self,
        batch: &Dataset<T>,
        with: &mut Augmenting<'_, T>,
    ) -> ArcArrayD<T> {
        let epsilon = T::of(self.epsilon);
        let (low, high) = match self.bounds {
            Some((low, high)) => (T::of(low), T::of(high)),
            None => (T::neg_infinity(), T::infinity()),
        };
        let (mut moved, step, steps) = match self.descent {
            None => (batch.x.clone(), epsilon, 1),
            Some((step, steps)) => {
                let start = batch.x.mapv(|x| {
                    let part = T::of(with.stream.random_range(-1.0..=1.0));
                    (x + part * epsilon).max(low).min(high)
                });
                (start.into_shared(), T::of(step), steps)
            }
        };
        for _ in 0..steps {
            let gradient = with.input_gradient(&moved, batch);
            Zip::from(&mut moved)
                .and(&batch.x)
                .and(&gradient)
                .for_each(|moved, &x, &g| {
                    let sign = match g {
                        g if g > T::zero() => T::one(),
                        g if g < T::zero() => -T::one(),
                        _ => T::zero(),
                    };
                    let next = *moved + sign * step;
                    *moved = next.max(x - epsilon).min(x + epsilon).max(low).min(high);
                });
        }
        moved
    }
}

impl<T: Element> Augmentation<T> for Adversarial {
    fn augment(&self, batch: Dataset<T>, with: &mut Augmenting<'_, T>) -> Dataset<T> {
        if self.clean == 1.0 {
            return batch;
        }
        let moved = self.attack(&batch, with);
        if self.clean == 0.0 {
            return Dataset { x: moved, ..batch };
        }
        let twice = |one: &ArcArrayD<T>, other: &ArcArrayD<T>| {
            let both = concatenate(Axis(0), &[one.view(), other.view()]);
            both.expect("rows of one shape").into_shared()
        };
        // The mean over twice the rows: both parts count twice what they are.
        let weights = |part: f64| match &batch.weights {
            Some(weights) => weights.mapv(|w| T::of(2.0 * part) * w).into_shared(),
            None => ArcArrayD::from_elem(&[batch.rows()][..], T::of(2.0 * part)),
        };
        Dataset {
            x: twice(&batch.x, &moved),
            y: twice(&batch.y, &batch.y),
            weights: Some(twice(&weights(self.clean), &weights(1.0 - self.clean))),
        }
    }
}
