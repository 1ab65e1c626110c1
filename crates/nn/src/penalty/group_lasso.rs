use std::borrow::Cow;

use tapegrad_autodiff::{Element, Var};

use super::{Form, Proximal, Turn};
use crate::Groups;
use crate::groups::norm;

/// `Σ_G ‖w_G‖₂` (Yuan and Lin 2006, without their factor `√|G|`): derivative `w_G / ‖w_G‖`, and 0 where
/// the group is; as a step a group is shrunk towards 0 as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupLasso(pub(crate) Groups);

impl<T: Element> Form<T> for GroupLasso {
    fn name(&self) -> Cow<'static, str> {
        format!("group lasso of {}", self.0).into()
    }

    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T> {
        let (w, along) = self.0.matrix(w);
        w.norm(along).sum(..)
    }

    fn proximal(&self) -> Option<&dyn Proximal<T>> {
        Some(self)
    }
}

impl<T: Element> Proximal<T> for GroupLasso {
    fn turn(&self) -> Turn {
        Turn::Last
    }

    fn step(&self, strength: f64, x: &mut [T], reach: &mut [T], shape: &[usize]) {
        for group in self.0.of(shape) {
            let pairs = group
                .places()
                .map(|i| (x[i].wide(), strength * reach[i].wide()));
            let norm = shrunk_norm(pairs, T::epsilon().wide() / 8.0);
            for i in group.places() {
                let t = strength * reach[i].wide();
                if norm == 0.0 && t > 0.0 {
                    x[i] = T::zero();
                } else if t != 0.0 {
                    x[i] = T::of(x[i].wide() * norm / (norm + t));
                }
            }
        }
    }

    fn residual(&self, strength: f64, w: &[T], shape: &[usize], in_loss: bool, g: &mut [T]) {
        for group in self.0.of(shape) {
            let norm = group.norm(w);
            let factor = if norm == 0.0 {
                // Any vector no longer than λ is in the subdifferential.
                let length = group.norm(g);
                if length <= strength {
                    0.0
                } else {
                    1.0 - strength / length
                }
            } else {
                1.0
            };
            for i in group.places() {
                g[i] *= T::of(factor);
                if norm != 0.0 && !in_loss {
                    g[i] += T::of(strength * w[i].wide() / norm);
                }
            }
        }
    }
}

/// The norm `r` of the minimiser of `‖x‖ + Σ (x − z)² / (2 t)`, of pairs `(z, t)`, to a relative tolerance;
/// NaN if a number is.
///
/// The minimiser is `x = z r / (r + t)`, so `r` solves `Σ (z / (r + t))² = 1`, or is 0 if `Σ (z / t)² ≤ 1`.
/// With one `t` for all, `r = ‖z‖ − t`. Otherwise Newton's method on `1 / √Σ(…) = 1`, whose left side is
/// concave and rises with `r`: from the left it comes nearer in each step and never goes beyond.
fn shrunk_norm(pairs: impl Iterator<Item = (f64, f64)> + Clone, tolerance: f64) -> f64 {
    let (least, most) = pairs
        .clone()
        .fold((f64::INFINITY, 0.0_f64), |(least, most), (_, t)| {
            (least.min(t), most.max(t))
        });
    let length = norm(pairs.clone().map(|(z, _)| z));
    if !length.is_finite() {
        return length;
    }
    if least >= most {
        return (length - most).max(0.0);
    }
    // Of numbers that are 0 nothing depends, and 0 / 0 would be NaN.
    let pairs = pairs.filter(|(z, _)| *z != 0.0);
    if norm(pairs.clone().map(|(z, t)| z / t)) <= 1.0 {
        return 0.0;
    }
    let unmoved = norm(pairs.clone().filter(|(_, t)| *t == 0.0).map(|(z, _)| z));
    let mut r = (length - most).max(unmoved);
    for _ in 0..100 {
        let (mut square, mut slope) = (0.0, 0.0);
        for (z, t) in pairs.clone() {
            let (inverse, quotient) = (1.0 / (r + t), z / (r + t));
            square += quotient * quotient;
            slope += quotient * quotient * inverse;
        }
        // ψ = square^(−½), ψ′ = slope · square^(−3/2).
        let step = (square.sqrt() - 1.0) * square / slope;
        if step.is_nan() || step <= tolerance * r {
            break;
        }
        r += step;
    }
    r
}
