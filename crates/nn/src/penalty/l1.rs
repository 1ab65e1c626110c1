use std::borrow::Cow;

use tapegrad_autodiff::{Element, Real, Var};

use super::{Form, Proximal, Turn};

/// `Σ|w|` (Tibshirani 1996): derivative `sign(w)`, with `sign(0) = 0`; as a step the soft threshold
/// `sign(z) max(|z| − λ t, 0)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct L1;

impl<T: Element> Form<T> for L1 {
    fn name(&self) -> Cow<'static, str> {
        "L1".into()
    }

    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T> {
        w.l1_norm()
    }

    fn elastic_net(&self, strength: f64) -> Option<[Option<f64>; 2]> {
        Some([Some(strength), None])
    }

    fn proximal(&self) -> Option<&dyn Proximal<T>> {
        Some(self)
    }
}

impl<T: Element> Proximal<T> for L1 {
    fn turn(&self) -> Turn {
        Turn::Second
    }

    fn step(&self, strength: f64, x: &mut [T], reach: &mut [T], _shape: &[usize]) {
        let strength = T::of(strength);
        for (x, &t) in x.iter_mut().zip(&*reach) {
            *x = soft_threshold(*x, strength * t);
        }
    }

    fn step_on_tape<'t>(
        &self,
        strength: Var<'t, T>,
        x: Var<'t, T>,
        reach: Var<'t, T>,
    ) -> Option<[Var<'t, T>; 2]> {
        Some([soft_threshold_on_tape(x, strength * reach), reach])
    }

    fn residual(&self, strength: f64, w: &[T], _shape: &[usize], in_loss: bool, g: &mut [T]) {
        let strength = T::of(strength);
        for (&w, g) in w.iter().zip(g) {
            if w == T::zero() {
                *g = soft_threshold(*g, strength);
            } else if !in_loss {
                *g += strength * Real::sign(w);
            }
        }
    }
}

/// `sign(x) max(|x| − threshold, 0)`; NaN if one is.
pub(crate) fn soft_threshold<T: Element>(x: T, threshold: T) -> T {
    if x > threshold {
        x - threshold
    } else if x < -threshold {
        x + threshold
    } else if x.is_nan() || threshold.is_nan() {
        T::nan()
    } else {
        T::zero()
    }
}

fn soft_threshold_on_tape<'t, T: Element>(x: Var<'t, T>, threshold: Var<'t, T>) -> Var<'t, T> {
    x.sign() * (x.abs() - threshold).relu()
}
