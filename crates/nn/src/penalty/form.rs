use std::any::Any;
use std::borrow::Cow;

use tapegrad_autodiff::{Element, Var};

/// What a penalty measures, before its strength: `Σ|w|`, `Σ w²`, or one of your own.
pub trait Form<T: Element>: Any + Send + Sync {
    /// The name in tables, as `L1`.
    fn name(&self) -> Cow<'static, str>;

    /// One number, written in differentiable operations.
    #[track_caller]
    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T>;

    /// The strengths of `λ₁ Σ|w| + λ₂ Σ w²` that `λ` times this form is, if it is one: the two are
    /// computed in one pass.
    fn elastic_net(&self, _strength: f64) -> Option<[Option<f64>; 2]> {
        None
    }

    /// How the form acts as a step after the update, if it can.
    fn proximal(&self) -> Option<&dyn Proximal<T>> {
        None
    }
}

/// A penalty `h` as a step: the minimiser of `λ h(x) + Σ (x − z)² / (2 t)`, in a metric with a reach
/// `t` for each number.
///
/// Several act on one weight one after the other, in the order of their [`Turn`]s, which is their joint
/// minimiser: a square first, as it is again such a problem with another `z` and `t`; then absolute
/// values, which leave signs as they are; then norms of groups.
pub trait Proximal<T: Element>: Send + Sync {
    /// When it acts.
    fn turn(&self) -> Turn;

    /// Moves `x` from `z` to the minimiser, for a weight of this shape in row-major order. A square
    /// also shortens the reach of those that follow.
    fn step(&self, strength: f64, x: &mut [T], reach: &mut [T], shape: &[usize]);

    /// The same on the tape, if it can be differentiated: `x` and the reach after the step.
    fn step_on_tape<'t>(
        &self,
        _strength: Var<'t, T>,
        _x: Var<'t, T>,
        _reach: Var<'t, T>,
    ) -> Option<[Var<'t, T>; 2]> {
        None
    }

    /// Adds to the gradient `g` of all else the element of `λ ∂h(w)` that brings it nearest to 0: what
    /// remains is 0 where `w` is optimal.
    ///
    /// If the penalty [acts in the loss](super::Acts), `g` has its derivative already where it has one:
    /// then only what is at a kink changes.
    fn residual(&self, strength: f64, w: &[T], shape: &[usize], in_loss: bool, g: &mut [T]);
}

/// When a proximal step acts, if there are several on one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Of a square.
    First,
    /// Of absolute values.
    Second,
    /// Of norms of groups, of which there can be one.
    Last,
}
