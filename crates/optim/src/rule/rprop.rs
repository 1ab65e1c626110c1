use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// Rprop (Riedmiller and Braun 1993), which looks at signs alone: a weight has a step size `s` of its own, at first 1.
/// It is multiplied by `η⁺` where the gradient `g` has the sign that it had before, by `η⁻` where it has turned, and
/// kept within its bounds; then `x ← x − lr s sign(g)`, but for a gradient that has turned, which waits for a step.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `η⁻`, `η⁺` | 0.5, 1.2 | `(0, 1)`, `(1, ∞)` |
/// | bounds of `s` | 1e-4, 5e3 | `(0, ∞)` |
///
/// As PyTorch's (the form without weight-backtracking, of Igel and Hüsken 2000, "iRprop−"), except that sizes are
/// multiples of the learning rate: there it is the first size only, and the bounds are sizes, 1e-6 and 50; at its
/// usual rate of 0.01 both are one. Here a schedule, or the rate of a [group](crate::ParamGroup), stretches all sizes.
///
/// It is for full batches: of one batch and the next, gradients turn by chance. Nor does it know of
/// [proximal penalties](tapegrad_nn::Penalty::proximal): where one holds a weight against a gradient that stays, the
/// size grows, so let the upper bound be 1 then:
///
/// ```
/// use tapegrad_optim::{Optimizer, Rprop};
/// let optimizer: Optimizer<Rprop> = Optimizer::new(Rprop::default().sizes(1e-4, 1.0), 1e-3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rprop {
    etas: [f64; 2],
    sizes: [f64; 2],
}

impl Default for Rprop {
    fn default() -> Self {
        Self {
            etas: [0.5, 1.2],
            sizes: [1e-4, 5e3],
        }
    }
}

impl Rprop {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// What sizes are multiplied by where a gradient has turned and where it has not, `η⁻` and `η⁺`.
    ///
    /// # Panics
    /// If the first is not in `(0, 1)`, or the second is not above 1 or not finite.
    #[track_caller]
    pub fn etas(mut self, shorter: f64, longer: f64) -> Self {
        self.etas = [
            error::proper_fraction("Rprop", "shorter eta", shorter),
            error::above_one("Rprop", "longer eta", longer),
        ];
        self
    }

    /// Between which sizes are kept, in learning rates.
    ///
    /// # Panics
    /// If one is not positive or not finite, or the first is above the second.
    #[track_caller]
    pub fn sizes(mut self, least: f64, most: f64) -> Self {
        let least = error::above_zero("Rprop", "least size", least);
        let most = error::above_zero("Rprop", "largest size", most);
        if least > most {
            error::hyper_parameter("Rprop", "largest size", most, "at least the least size");
        }
        self.sizes = [least, most];
        self
    }
}

/// A gradient that counts as none where something is divided by it.
const LEAST: f64 = 1e-12;

impl Rule for Rprop {
    type Step = ();

    fn slots(&self) -> usize {
        2
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["gradient", "size"][slot]
    }

    fn starts_at(&self, slot: usize) -> f64 {
        [0.0, 1.0][slot]
    }

    fn at(&self, _step: i32) {}

    #[inline(always)]
    fn direction<R: Real>(&self, _at: (), slots: &mut [R], _x: R, g: R) -> R {
        let [shorter, longer] = self.etas;
        let same = g.sign() * slots[0].sign();
        // 1 where it holds, else 0.
        let [stayed, turned] = [same.within(0.0, 1.0), (-same).within(0.0, 1.0)];
        let other = -(stayed + turned) + R::number(1.0);
        let factor = stayed * R::number(longer) + turned * R::number(shorter) + other;
        slots[1] = (slots[1] * factor).within(self.sizes[0], self.sizes[1]);
        slots[0] = g * (-turned + R::number(1.0));
        slots[1] * slots[0].sign()
    }

    /// `lr s / |g|`, of the gradient that the step was made with if there was one.
    #[inline(always)]
    fn reach<R: Real>(&self, _at: (), slots: &[R], g: R, lr: R) -> R {
        let moved = slots[0].sign();
        let g = slots[0] + g * (-(moved * moved) + R::number(1.0));
        lr * slots[1] / g.magnitude().within(LEAST, f64::INFINITY)
    }

    /// Each weight has a size of its own: this is for the largest that one can have.
    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0 * self.sizes[1])
    }
}
