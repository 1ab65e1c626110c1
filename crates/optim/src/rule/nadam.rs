use tapegrad_autodiff::Element;

use crate::{Optimizer, Real, Rule, Schedule, error};

/// NAdam (Dozat 2016), Adam with Nesterov's momentum: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `x ← x − lr n / (√v̂ + ε)` with `v̂ = v / (1 − β₂ᵗ)` and
/// `n = (1 − μₜ) / (1 − Πₜ) · g + μₜ₊₁ / (1 − Πₜ₊₁) · m` at the `t`-th step of the parameter, where
/// `μₜ = β₁ (1 − ½ 0.96^(ψ t))` and `Πₜ = μ₁ … μₜ`.
///
/// | hyper-parameter | default | range |
/// |---|---|---|
/// | `β₁`, `β₂` | 0.9, 0.999 | `[0, 1)` |
/// | `ε` | 1e-8 (Keras: 1e-7) | `[0, ∞)` |
/// | momentum decay `ψ` | 0.004 | `[0, ∞)` |
///
/// As PyTorch's, with its usual rate of 0.002; `decoupled_weight_decay` is
/// [`Decay::decoupled`](crate::Decay::decoupled) here. PyTorch multiplies `Π` up on the way, here it is a formula of
/// the step, so that nothing is to be saved; if a schedule changes `β₁`, `Π` is that of the `β₁` of the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NAdam {
    betas: [f64; 2],
    epsilon: f64,
    momentum_decay: f64,
}

impl Default for NAdam {
    fn default() -> Self {
        Self {
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            momentum_decay: 0.004,
        }
    }
}

impl NAdam {
    /// An optimizer with this rule and its defaults.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Self, T> {
        Optimizer::new(Self::default(), lr)
    }

    /// How much of the mean gradient and of the mean square stays, `β₁` and `β₂`.
    ///
    /// # Panics
    /// If one is not in `[0, 1)`.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = error::betas("NAdam", beta1, beta2);
        self
    }

    /// What is added to the root, `ε`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = error::at_least_zero("NAdam", "epsilon", epsilon);
        self
    }

    /// How fast the momentum comes near to `β₁`, from about half of it, `ψ`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn momentum_decay(mut self, momentum_decay: f64) -> Self {
        self.momentum_decay = error::at_least_zero("NAdam", "momentum decay", momentum_decay);
        self
    }

    /// `μₜ`.
    fn momentum_at(&self, step: f64) -> f64 {
        self.betas[0] * (1.0 - 0.5 * (step * self.momentum_decay * BASE.ln()).exp())
    }

    /// `Πₜ = β₁ᵗ ∏ (1 − ½ qⁱ)` with `q = 0.96^ψ`, whatever `t` by one sum: `ln ∏ (1 − ½ qⁱ)` is
    /// `−Σₖ 2⁻ᵏ / k · Σᵢ qᵏⁱ`, and the inner sum is `qᵏ (1 − qᵏᵗ) / (1 − qᵏ)`.
    fn product(&self, step: f64) -> f64 {
        let of_betas = step * self.betas[0].ln();
        if of_betas < -40.0 {
            return 0.0; // beside 1, from which it is taken, it is nothing
        }
        let exponent = self.momentum_decay * BASE.ln();
        // qᵏ − 1 and qᵏᵗ − 1, exact where they are small: a − 1 and b − 1 make a b − 1.
        let [once, whole] = [exponent.exp_m1(), (exponent * step).exp_m1()];
        let (mut power, mut powers, mut half, mut sum) = (once, whole, 0.5, 0.0);
        for k in 1..=TERMS {
            let inner = if power == 0.0 { step } else { powers / power };
            sum += half / f64::from(k) * (1.0 + power) * inner;
            power += once * (1.0 + power);
            powers += whole * (1.0 + powers);
            half *= 0.5;
        }
        (of_betas - sum).exp()
    }
}

/// What is raised to `ψ t`, as in the paper.
const BASE: f64 = 0.96;

/// After so many terms those to come are below the rounding of the sum.
const TERMS: u32 = 55;

/// What an `NAdam` knows of a step.
#[derive(Clone, Copy, Debug)]
pub struct NAdamStep {
    /// What multiplies the gradient, and the mean gradient.
    parts: [f64; 2],
    /// What a gradient that stays is multiplied by.
    whole: f64,
    /// `1 / (1 − β₂ᵗ)`.
    unbias: f64,
}

impl Rule for NAdam {
    type Step = NAdamStep;

    fn slots(&self) -> usize {
        2
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        ["mean", "square"][slot]
    }

    fn at(&self, step: i32) -> NAdamStep {
        let [rest, unbias] = self.betas.map(|beta| 1.0 - beta.powi(step));
        let step = f64::from(step);
        let [now, next] = [step, step + 1.0].map(|step| self.momentum_at(step));
        let product = self.product(step);
        let parts = [(1.0 - now) / (1.0 - product), next / (1.0 - product * next)];
        NAdamStep {
            parts,
            whole: parts[0] + parts[1] * rest,
            unbias: 1.0 / unbias,
        }
    }

    #[inline(always)]
    fn direction<R: Real>(&self, at: NAdamStep, slots: &mut [R], _x: R, g: R) -> R {
        let ([beta1, beta2], parts) = (self.betas, at.parts.map(R::number));
        slots[0] = slots[0].average(g, beta1);
        slots[1] = slots[1].average(g * g, beta2);
        let root = (slots[1] * R::number(at.unbias)).root();
        (g * parts[0] + slots[0] * parts[1]) / (root + R::number(self.epsilon))
    }

    #[inline(always)]
    fn reach<R: Real>(&self, at: NAdamStep, slots: &[R], _g: R, lr: R) -> R {
        let root = (slots[1] * R::number(at.unbias)).root();
        lr * R::number(at.whole) / (root + R::number(self.epsilon))
    }

    fn shrinks_at_most(&self) -> Option<f64> {
        Some(2.0)
    }

    fn with_momentum(mut self, momentum: f64) -> Option<Self> {
        self.betas[0] = momentum;
        Some(self)
    }
}
