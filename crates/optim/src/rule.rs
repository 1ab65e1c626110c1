//! Update rules: how a gradient becomes a direction of descent.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod lamb;
mod lion;
mod momentum;
mod nadam;
mod radam;
mod rms_prop;
mod rprop;
mod sgd;
mod then;
mod yogi;

pub use adadelta::Adadelta;
pub use adagrad::AdaGrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::AdamW;
pub use lamb::Lamb;
pub use lion::Lion;
pub use momentum::Momentum;
pub use nadam::NAdam;
pub use radam::RAdam;
pub use rms_prop::RmsProp;
pub use rprop::Rprop;
pub use sgd::Sgd;
pub use then::Then;
pub use yogi::Yogi;

use crate::Real;

/// How a gradient becomes a direction of descent, written for one number.
///
/// An optimizer steps `x ← x − lr · direction`. A rule is plain data, its hyper-parameters; what it
/// remembers of each weight stands in *slots*. It must not depend on other weights: that is what lets one
/// text be a fused loop over arrays and a step on the tape.
///
/// ```
/// use tapegrad_optim::{Real, Rule};
///
/// /// The gradient at most 1 long, and smoothly so.
/// #[derive(Clone, Copy)]
/// struct Soft;
///
/// impl Rule for Soft {
///     type Step = ();
///     fn slots(&self) -> usize {
///         0
///     }
///     fn at(&self, _step: i32) {}
///     fn direction<R: Real>(&self, _at: (), _slots: &mut [R], _x: R, g: R) -> R {
///         g / ((g * g).root() + R::number(1.0))
///     }
///     fn reach<R: Real>(&self, _at: (), _slots: &[R], g: R, lr: R) -> R {
///         lr / ((g * g).root() + R::number(1.0))
///     }
/// }
/// assert_eq!(Soft.direction((), &mut [], 0.0_f64, 3.0), 0.75);
/// ```
pub trait Rule: Copy + Send + Sync {
    /// What depends on the step and not on the weight; `()` if nothing does.
    type Step: Copy + Send + Sync;

    /// What files call it: by default the name of the type, so a rule that is renamed should say its old one.
    fn name(&self) -> String {
        let whole = std::any::type_name::<Self>();
        whole.rsplit("::").next().unwrap_or(whole).to_owned()
    }

    /// How many numbers are remembered for each weight: at most four.
    fn slots(&self) -> usize;

    /// What files call a slot: a word.
    fn slot_name(&self, _slot: usize) -> &'static str {
        "slot"
    }

    /// What a slot holds before the first step: 0 by default.
    fn starts_at(&self, _slot: usize) -> f64 {
        0.0
    }

    /// What depends on the step 1, 2, … of a parameter alone, worked out once for all weights.
    fn at(&self, step: i32) -> Self::Step;

    /// The direction for a weight `x` with the gradient `g`.
    fn direction<R: Real>(&self, at: Self::Step, slots: &mut [R], x: R, g: R) -> R;

    /// `lr · direction / g` for a gradient `g` that stays, once all that is remembered has settled: how
    /// far a weight goes for each unit of gradient. The slots are those that `direction` has left.
    ///
    /// It is the metric in which [proximal penalties](tapegrad_nn::Penalty::proximal) act: with it, and
    /// with no other, weights settle where `0 ∈ g + λ ∂h(x)`.
    fn reach<R: Real>(&self, at: Self::Step, slots: &[R], g: R, lr: R) -> R;

    /// The most that a proximal penalty moves a weight in a step, in learning rates; without limit by default.
    ///
    /// A rule that divides by what it remembers moves a weight by about `lr` once it has settled, and its
    /// reach has no bound where the gradients were 0 so far, as of a unit that was dropped or a row that was
    /// not asked for. Twice that, `Some(2.0)`, lets a penalty win where it is the stronger, and makes no step larger
    /// at the point where weights settle.
    fn shrinks_at_most(&self) -> Option<f64> {
        None
    }

    /// Whether the direction of a parameter, decoupled decay in it, is given the norm of the parameter: it is
    /// then multiplied by `‖x‖ / ‖direction‖`, or by 1 if one of the two is 0 (You et al. 2020). Not by default.
    fn is_scaled_by_norm(&self) -> bool {
        false
    }

    /// The same rule with another momentum in `[0, 1)`, for [schedules](crate::Optimizer::momentum) of it;
    /// `None`, the default, if it has none.
    fn with_momentum(self, _momentum: f64) -> Option<Self> {
        None
    }

    /// The rule that takes the direction of this one for its gradient. See [`Then`].
    fn then<N: Rule>(self, next: N) -> Then<Self, N> {
        Then::new(self, next)
    }
}
