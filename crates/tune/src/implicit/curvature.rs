use ndarray::ArrayD;
use tapegrad_autodiff::{Element, Gradients, Var};

use super::Trained;

/// Products with `H + δ I` of a training loss, by the numbers that move.
pub(super) struct Curvature<'t, 'a, T: Element> {
    pub(super) loss: Var<'t, T>,
    pub(super) trained: &'a Trained<'t, T>,
    pub(super) damping: f64,
}

impl<T: Element> Curvature<'_, '_, T> {
    /// `∂²L/∂x∂w p` for every variable `x`, hyper-parameters among them.
    pub(super) fn along(&self, p: &[f64]) -> Gradients<T> {
        let mut rest = p;
        let directions = self.trained.weights().map(|(_, x)| {
            let (part, others) = rest.split_at(x.len());
            rest = others;
            let part = part.iter().map(|&p| T::of(p)).collect();
            let part = ArrayD::from_shape_vec(&x.shape()[..], part);
            (x, part.expect("one number for each place"))
        });
        self.loss.backward_along(directions)
    }

    /// `(H + δ I) p`.
    pub(super) fn times(&self, p: &[f64]) -> Vec<f64> {
        let mut product = self.trained.flat(&self.along(p));
        for (product, p) in product.iter_mut().zip(p) {
            *product += self.damping * p;
        }
        product
    }

    /// Whether `pᵀ (H + δ I) p` is 0 but for rounding, or is negative.
    pub(super) fn is_flat(p: &[f64], product: &[f64]) -> bool {
        let rounding = 10.0 * T::epsilon().wide();
        inner(p, product) <= rounding * norm(p) * norm(product)
    }

    /// Whether `pᵀ (H + δ I) p` is below 0 by more than rounding.
    pub(super) fn is_negative(p: &[f64], product: &[f64]) -> bool {
        let rounding = 10.0 * T::epsilon().wide();
        inner(p, product) < -rounding * norm(p) * norm(product)
    }
}

pub(super) fn inner(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

pub(super) fn norm(x: &[f64]) -> f64 {
    inner(x, x).sqrt()
}

/// `y + a x`, in place.
pub(super) fn add(y: &mut [f64], a: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}
