mod curve;
mod suggestion;

use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module};

pub use self::curve::{LrCurve, LrPoint};
use crate::{Optimizer, Rule, error};

/// The learning-rate range test (Smith 2017): steps with a rate that rises from `low` to `high`, and the loss
/// at each.
///
/// The rate is `low (high / low)^(i / (steps − 1))` at the step `i`, or on a [line](LrFinder::linear). The loss
/// is smoothed as fastai does, `m ← β m + (1 − β) loss`, divided by `1 − βⁱ⁺¹`. The test ends early when the
/// smoothed loss exceeds `diverges` times the smallest one (of a negative one, by `diverges − 1` times its size), or
/// when the loss is not finite.
///
/// On small batches, [`valley`](LrCurve::valley) is the safer choice: with a `β` of 0.98 the smoothed loss lags by
/// some 50 steps, and [`suggestion`](LrCurve::suggestion), where it falls most steeply, with it.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`smoothing`](LrFinder::smoothing) `β` | 0.98 | `[0, 1)` |
/// | [`diverges`](LrFinder::diverges) | 4 | `(1, ∞)` |
/// | [`linear`](LrFinder::linear) | off | |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Loss, Module, Scope, loss};
/// use tapegrad_optim::{LrFinder, Momentum};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let model = Dense::<f64>::new(1, 1).seed(1);
/// let mut tape = Tape::new();
/// let curve = LrFinder::new(1e-4, 10.0, 100).run(&model, &Momentum::new(0.1), |model, _step| {
///     let on = Scope::train(&tape);
///     let loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
///     let (loss, gradients) = (loss.item(), on.backward(loss));
///     tape.clear();
///     (loss, gradients)
/// });
/// assert!(curve.diverged());
/// assert!((1e-3..1.0).contains(&curve.suggestion().unwrap()));
/// println!("{curve}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LrFinder {
    low: f64,
    high: f64,
    steps: usize,
    linear: bool,
    smoothing: f64,
    diverges: f64,
}

impl LrFinder {
    const WHO: &str = "LrFinder";

    /// `steps` rates from `low` to `high`, both included.
    ///
    /// # Panics
    /// If `low` is not positive and finite, `high` is not finite and above it, or there are fewer than two
    /// steps.
    #[track_caller]
    pub fn new(low: f64, high: f64, steps: usize) -> Self {
        let low = error::above_zero(Self::WHO, "lowest rate", low);
        if !(high.is_finite() && high > low) {
            let range = "finite and above the lowest";
            error::hyper_parameter(Self::WHO, "highest rate", high, range);
        }
        if steps < 2 {
            error::hyper_parameter(Self::WHO, "number of steps", steps as f64, "at least 2");
        }
        Self {
            low,
            high,
            steps,
            linear: false,
            smoothing: 0.98,
            diverges: 4.0,
        }
    }

    /// The rate rises by the same amount every step, not by the same factor.
    pub fn linear(self) -> Self {
        Self {
            linear: true,
            ..self
        }
    }

    /// How much of the smoothed loss stays; 0 smooths nothing.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn smoothing(self, beta: f64) -> Self {
        Self {
            smoothing: error::fraction(Self::WHO, "smoothing", beta),
            ..self
        }
    }

    /// How many times the smallest smoothed loss ends the test.
    ///
    /// # Panics
    /// If it is not finite and above 1.
    #[track_caller]
    pub fn diverges(self, times: f64) -> Self {
        if !(times.is_finite() && times > 1.0) {
            let range = "finite and above 1";
            error::hyper_parameter(Self::WHO, "divergence", times, range);
        }
        Self {
            diverges: times,
            ..self
        }
    }

    /// Trains a clone of the model by a clone of the optimizer, whose learning rate rises; so whatever happens,
    /// both are as they were. Rates of groups rise if they are factors of the optimizer's.
    ///
    /// `pass` gives the loss and the gradients of a model, mostly of a batch of its own for each step. The
    /// loss beside a rate is the one before the step with it.
    ///
    /// # Panics
    /// If a step of the optimizer does, or the closure.
    #[track_caller]
    pub fn run<R: Rule, T: Element, M: Module<T> + Clone>(
        &self,
        model: &M,
        optimizer: &Optimizer<R, T>,
        mut pass: impl FnMut(&M, usize) -> (f64, GradientMap<T>),
    ) -> LrCurve {
        let (mut model, mut optimizer) = (model.clone(), optimizer.clone());
        let mut points = Vec::with_capacity(self.steps);
        let (mut mean, mut weight, mut best) = (0.0, 0.0, f64::INFINITY);
        let mut diverged = false;
        for step in 0..self.steps {
            optimizer.set_learning_rate(self.rate(step));
            let (loss, gradients) = pass(&model, step);
            mean = self.smoothing * mean + (1.0 - self.smoothing) * loss;
            weight = self.smoothing * weight + (1.0 - self.smoothing);
            let smoothed = mean / weight;
            best = smoothed.min(best);
            points.push(LrPoint {
                rate: self.rate(step),
                loss,
                smoothed,
            });
            let limit = best + (self.diverges - 1.0) * best.abs();
            diverged = !loss.is_finite() || smoothed > limit;
            if diverged {
                break;
            }
            optimizer.step(&mut model, &gradients);
        }
        LrCurve::new(points, self.steps / 10, diverged)
    }

    /// The rate at a step.
    fn rate(&self, step: usize) -> f64 {
        let part = step as f64 / (self.steps - 1) as f64;
        match self.linear {
            true => self.low + (self.high - self.low) * part,
            false => self.low * (self.high / self.low).powf(part),
        }
    }
}
