//! Clipping that knows nothing of the model.

use tapegrad_autodiff::Element;

use super::GradientMap;
use crate::error;
use crate::groups::norm;

impl<T: Element> GradientMap<T> {
    /// The Euclidean norm of all gradients together, `√Σ g²`.
    pub fn norm(&self) -> f64 {
        let norms = self
            .of
            .iter()
            .map(|(_, g)| norm(g.iter().map(|g| g.wide())));
        norms.fold(0.0, f64::hypot)
    }

    /// Multiplies all gradients by `limit / norm` if their [norm](GradientMap::norm) is above the limit
    /// (Pascanu et al. 2013, as PyTorch's `clip_grad_norm_` without its `ε`). Gradients that are not finite
    /// stay as they are.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_nn::{GradientMap, Param, Role};
    /// let w = Param::<f64>::new(Role::Weight, array![0.0, 0.0]);
    /// let gradients = GradientMap::from_iter([(w.id(), array![6.0, 8.0])]);
    /// assert_eq!(gradients.norm(), 10.0);
    /// assert_eq!(gradients.clip_norm(5.0).wrt(&w), array![3.0, 4.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the limit is not positive and finite.
    #[track_caller]
    pub fn clip_norm(mut self, limit: f64) -> Self {
        check("clip_norm", limit);
        let norm = self.norm();
        if norm > limit && norm.is_finite() {
            self.clipped *= limit / norm;
            for (_, _, g) in self.of.iter_mut() {
                scale(g, limit / norm);
            }
        }
        self
    }

    /// Multiplies the gradient of each parameter by `limit / norm` if its own norm is above the limit: as
    /// [`clip_norm`](GradientMap::clip_norm) of each alone. One that is not finite stays as it is.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_nn::{GradientMap, Param, Role};
    /// let [w, b] = [Role::Weight, Role::Bias].map(|role| Param::<f64>::new(role, array![0.0, 0.0]));
    /// let gradients = GradientMap::from_iter([(w.id(), array![6.0, 8.0]), (b.id(), array![1.0, 2.0])]);
    /// let gradients = gradients.clip_each_norm(5.0);
    /// assert_eq!(gradients.wrt(&w), array![3.0, 4.0].into_dyn());
    /// assert_eq!(gradients.wrt(&b), array![1.0, 2.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the limit is not positive and finite.
    #[track_caller]
    pub fn clip_each_norm(mut self, limit: f64) -> Self {
        check("clip_each_norm", limit);
        for (_, _, g) in self.of.iter_mut() {
            let norm = norm(g.iter().map(|g| g.wide()));
            if norm > limit && norm.is_finite() {
                scale(g, limit / norm);
            }
        }
        self
    }

    /// Moves each number into `[−limit, limit]`, as PyTorch's `clip_grad_value_`; but ±∞ stays as it is,
    /// as NaN does, so that a check after it still finds it.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_nn::{GradientMap, Param, Role};
    /// let w = Param::<f64>::new(Role::Weight, array![0.0, 0.0]);
    /// let gradients = GradientMap::from_iter([(w.id(), array![-6.0, 0.5])]);
    /// assert_eq!(gradients.clip_value(1.0).wrt(&w), array![-1.0, 0.5].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the limit is not positive and finite.
    #[track_caller]
    pub fn clip_value(mut self, limit: f64) -> Self {
        check("clip_value", limit);
        let limit = T::of(limit);
        for (_, _, g) in self.of.iter_mut() {
            for g in g {
                if g.abs() > limit && g.is_finite() {
                    *g = limit.copysign(*g);
                }
            }
        }
        self
    }

    /// What [`clip_norm`](GradientMap::clip_norm) has multiplied the gradients by; 1 without. What other
    /// methods change is no factor of all, and is not in it; nor is what was clipped before an
    /// [`Accumulation`](crate::Accumulation).
    pub fn clipped(&self) -> f64 {
        self.clipped
    }
}

/// Multiplies numbers by a factor.
pub(super) fn scale<T: Element>(numbers: &mut [T], factor: f64) {
    let factor = T::of(factor);
    numbers.iter_mut().for_each(|x| *x *= factor);
}

#[track_caller]
fn check(who: &str, limit: f64) {
    if !(limit.is_finite() && limit > 0.0) {
        error::clip_limit(who, limit);
    }
}
