use tapegrad_autodiff::Element;

use super::{Average, Averaging};
use crate::error;

/// The exponential moving average of the parameters: `a ← β a + (1 − β) x`.
///
/// | setting | default | range |
/// |---|---|---|
/// | decay `β` | no default; 0.999 and 0.9999 are usual | `[0, 1)` |
/// | [`warm_up`](Average::warm_up) | off | |
/// | [`correct_bias`](Average::correct_bias) | off | |
///
/// It starts as a copy of the parameters at the first update, so that they count as `βᵗ` at the `t`-th after it,
/// as PyTorch's `get_ema_avg_fn`. Warm-up and correction are two ways to count them less; the one that is asked
/// for last is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ema {
    decay: f64,
    start: Start,
}

/// What becomes of the weight of the first parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    Copied,
    WarmUp,
    Corrected,
}

impl Ema {
    /// An average with this decay.
    ///
    /// # Panics
    /// If it is not in `[0, 1)`.
    #[track_caller]
    pub fn new<T: Element>(decay: f64) -> Average<Self, T> {
        Average::new(Self {
            decay: error::fraction("Ema", "decay", decay),
            start: Start::Copied,
        })
    }
}

impl<T: Element> Average<Ema, T> {
    /// Takes `min(β, (1 + t) / (10 + t))` for the decay at the update numbered `t` from 0, as TensorFlow's
    /// `ExponentialMovingAverage` with `num_updates = t`.
    ///
    /// # Panics
    /// If there was an update.
    #[track_caller]
    pub fn warm_up(self) -> Self {
        self.start("warm_up", Start::WarmUp)
    }

    /// Takes the average with weights `βᵗ⁻ⁱ` of the parameters at the updates `i = 1 … t`, and no others:
    /// `Σ (1 − β) βᵗ⁻ⁱ xᵢ / (1 − βᵗ)`, as Adam's (Kingma and Ba 2015).
    ///
    /// ```
    /// use tapegrad_nn::Dense;
    /// use tapegrad_optim::Ema;
    ///
    /// let mut layer = Dense::<f64>::new(1, 1).without_bias();
    /// let mut average = Ema::new(0.5).correct_bias();
    /// for (x, expected) in [(6.0, 6.0), (9.0, 8.0)] {          // (6 · 1/4 + 9 · 1/2) / (3/4)
    ///     layer.weight.value.fill(x);
    ///     average.update(&layer);
    ///     average.swap(&mut layer);
    ///     assert_eq!(layer.weight.value[[0, 0]], expected);
    ///     average.swap(&mut layer);
    /// }
    /// ```
    ///
    /// # Panics
    /// If there was an update.
    #[track_caller]
    pub fn correct_bias(self) -> Self {
        self.start("correct_bias", Start::Corrected)
    }

    #[track_caller]
    fn start(mut self, option: &str, start: Start) -> Self {
        if self.updates > 0 {
            error::late_averaging(option, self.updates);
        }
        self.averaging.start = start;
        self
    }
}

impl Averaging for Ema {
    fn name(&self) -> String {
        "Ema".to_owned()
    }

    fn part(&self, number: usize) -> Option<f64> {
        let (beta, t) = (self.decay, number as f64);
        Some(match self.start {
            Start::Copied => 1.0 - beta,
            Start::WarmUp => 1.0 - beta.min((1.0 + t) / (10.0 + t)),
            // 1 − βᵗ without cancellation.
            Start::Corrected => (1.0 - beta) / -((t + 1.0) * beta.ln()).exp_m1(),
        })
    }
}
