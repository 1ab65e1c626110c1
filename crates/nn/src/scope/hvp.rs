use tapegrad_autodiff::{Element, Var};

use super::Scope;
use crate::{GradientMap, error};

impl<'t, T: Element> Scope<'t, T> {
    /// The Hessian of a loss by every trainable parameter bound in this pass, times a vector `v`:
    /// `∂²loss/∂w² v`, without forming the Hessian. `v` has a part for each parameter along which to go, such
    /// as gradients or an earlier product; without one it does not go along a parameter, and parts for
    /// parameters that the pass did not meet are of no effect.
    ///
    /// Of a network it costs less than three gradients. The tape stays as it was, so that several products
    /// may be taken of one loss.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_autodiff::Tape;
    /// use tapegrad_nn::{GradientMap, Param, Role, Scope};
    ///
    /// let w = Param::new(Role::Weight, array![1.0, 2.0]);
    /// let tape = Tape::<f64>::new();
    /// let on = Scope::train(&tape);
    /// let loss = on.param(&w).powi(3).sum(..);
    /// let v = GradientMap::from_iter([(w.id(), array![10.0, 1.0])]);
    /// assert_eq!(on.hvp(loss, &v).wrt(&w), array![60.0, 12.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the loss does not hold one number or is on another tape, or a part of `v` has not the shape of its
    /// parameter or belongs to one that the pass met and does not train.
    #[track_caller]
    pub fn hvp(&self, loss: Var<'t, T>, v: &GradientMap<T>) -> GradientMap<T> {
        self.check_loss("hvp", loss);
        let mut directions = Vec::with_capacity(v.len());
        for binding in &self.notes.borrow().bound {
            let x = self.tape.at(binding.index);
            let Some((shape, _)) = v.numbers(binding.id) else {
                continue;
            };
            if !binding.trained {
                error::untrained_direction(&x.shape());
            }
            if *shape != *x.shape() {
                error::direction(shape, &x.shape());
            }
            directions.push((x, binding.id));
        }
        let directions = directions.into_iter();
        let directions = directions.filter_map(|(x, id)| Some((x, v.constant(id, self.tape)?)));
        self.by_parameter(loss.backward_along(directions))
    }
}
