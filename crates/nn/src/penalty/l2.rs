use std::borrow::Cow;

use tapegrad_autodiff::{Element, Var};

use super::{Form, Proximal, Turn};

/// `Σ w²`, ridge or weight decay in the loss: derivative `2 w`; as a step `z / (1 + 2 λ t)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct L2;

impl<T: Element> Form<T> for L2 {
    fn name(&self) -> Cow<'static, str> {
        "L2".into()
    }

    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T> {
        w.squared_norm()
    }

    fn elastic_net(&self, strength: f64) -> Option<[Option<f64>; 2]> {
        Some([None, Some(strength)])
    }

    fn proximal(&self) -> Option<&dyn Proximal<T>> {
        Some(self)
    }
}

impl<T: Element> Proximal<T> for L2 {
    fn turn(&self) -> Turn {
        Turn::First
    }

    /// With `s = 1 + 2 λ t`: `λ x² + (x − z)² / (2 t)` is `(x − z / s)² / (2 t / s)` and a constant.
    fn step(&self, strength: f64, x: &mut [T], reach: &mut [T], _shape: &[usize]) {
        let twice = T::of(2.0 * strength);
        for (x, t) in x.iter_mut().zip(reach) {
            let s = T::one() + twice * *t;
            *x /= s;
            *t /= s;
        }
    }

    fn step_on_tape<'t>(
        &self,
        strength: Var<'t, T>,
        x: Var<'t, T>,
        reach: Var<'t, T>,
    ) -> Option<[Var<'t, T>; 2]> {
        let s = strength * reach * 2.0 + 1.0;
        Some([x / s, reach / s])
    }

    fn residual(&self, strength: f64, w: &[T], _shape: &[usize], in_loss: bool, g: &mut [T]) {
        if !in_loss {
            let twice = T::of(2.0 * strength);
            for (&w, g) in w.iter().zip(g) {
                *g += twice * w;
            }
        }
    }
}
