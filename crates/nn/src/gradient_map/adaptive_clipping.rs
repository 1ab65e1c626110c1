use tapegrad_autodiff::Element;

use super::GradientMap;
use super::clip::scale;
use super::columns::{self, AT_ONCE};
use crate::{Module, Name, ParamId, error, norm};

/// Adaptive gradient clipping (Brock et al. 2021): for each unit with the weight `w` and the gradient `g`,
/// `g ← g λ ‖w‖* / ‖g‖` if `‖g‖ > λ ‖w‖*`, where `‖w‖* = max(‖w‖, ε)`.
///
/// Given to [`GradientMap::clip_adaptive`]. A unit is what a column of a weight `[inputs, units]` holds; with
/// more axes, what the last one counts. A parameter with one axis or none, as a bias is, is one unit, as in
/// the code of the paper.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`clipping`](AdaptiveClipping::clipping) `λ` | 0.01 | `(0, ∞)` |
/// | [`epsilon`](AdaptiveClipping::epsilon) `ε` | 1e-3 | `(0, ∞)` |
/// | [`except`](AdaptiveClipping::except) | nothing | |
///
/// The paper leaves out the last linear layer. Which that is a model does not tell, so say it:
///
/// ```
/// use tapegrad_nn::{AdaptiveClipping, Mlp};
/// let model = Mlp::<f32>::new(&[2, 64, 64, 1]);
/// let clipping = AdaptiveClipping::default().except(&model.layers[2]);
/// ```
///
/// Deviations from the paper's code: a weight `[1, units]` has as many units as columns, and not one; the norm
/// of a gradient is not held at 1e-6 at least, as a unit without a gradient has nothing to clip.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveClipping {
    clipping: f64,
    epsilon: f64,
    excluded: Vec<ParamId>,
}

impl Default for AdaptiveClipping {
    fn default() -> Self {
        Self {
            clipping: 0.01,
            epsilon: 1e-3,
            excluded: Vec::new(),
        }
    }
}

impl AdaptiveClipping {
    /// How large the gradient of a unit can be, as a part of its weight: `λ`.
    ///
    /// # Panics
    /// If it is not positive and finite.
    #[track_caller]
    pub fn clipping(self, clipping: f64) -> Self {
        check("clipping", clipping);
        Self { clipping, ..self }
    }

    /// What the norm of a weight counts at least, so that one that starts at 0 can move: `ε`.
    ///
    /// # Panics
    /// If it is not positive and finite.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        check("epsilon", epsilon);
        Self { epsilon, ..self }
    }

    /// Leaves the parameters of a part of the model as they are, beside those that were left out before.
    pub fn except<T: Element>(mut self, part: &(impl Module<T> + ?Sized)) -> Self {
        part.visit(Name::root(), &mut |_, param| self.excluded.push(param.id()));
        self
    }

    /// What the gradient of a unit is to be multiplied by.
    fn factor(&self, weight: f64, gradient: f64) -> f64 {
        let most = self.clipping * weight.max(self.epsilon);
        if gradient > most && gradient.is_finite() {
            most / gradient
        } else {
            1.0
        }
    }

    fn clip<T: Element>(&self, shape: &[usize], w: &[T], g: &mut [T]) {
        let &[_, .., columns] = shape else {
            let [weight, gradient] = [w, &*g].map(|of| norm(of.iter().map(|x| x.wide())));
            return scale(g, self.factor(weight, gradient));
        };
        for first in (0..columns).step_by(AT_ONCE) {
            let [weights, gradients] = [w, &*g].map(|of| norms(of, columns, first));
            let mut factors = weights;
            for (factor, gradient) in factors.iter_mut().zip(gradients) {
                *factor = self.factor(*factor, gradient);
            }
            columns::change(g, columns, first, &factors, |g, factor| g * factor);
        }
    }
}

/// The norms of the columns from `first` on.
fn norms<T: Element>(of: &[T], columns: usize, first: usize) -> [f64; AT_ONCE] {
    let mut norms = columns::sums(of, columns, first, |x| x * x).map(f64::sqrt);
    for (column, scaled) in (first..columns).zip(&mut norms) {
        // Where squares overflow or vanish.
        if !(1e-150..1e150).contains(scaled) {
            let numbers = of.iter().skip(column).step_by(columns);
            *scaled = norm(numbers.map(|x| x.wide()));
        }
    }
    norms
}

#[track_caller]
fn check(name: &str, value: f64) {
    if !(value.is_finite() && value > 0.0) {
        error::above_zero("AdaptiveClipping", name, value);
    }
}

impl<T: Element> GradientMap<T> {
    /// Clips the gradient of each unit of a model to a part of its weight, by [`AdaptiveClipping`]. The model
    /// is the one that the gradients are of, before the step. Units whose gradient is not finite stay as they
    /// are.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_nn::{AdaptiveClipping, Dense, GradientMap};
    /// let mut layer = Dense::<f64>::new(2, 2).without_bias();
    /// layer.weight.value = array![[3.0, 1.0], [4.0, 0.0]].into_dyn().into_shared();
    /// let g = GradientMap::from_iter([(layer.weight.id(), array![[1.0, 0.0], [0.0, 0.05]])]);
    /// let g = g.clip_adaptive(&layer, &AdaptiveClipping::default().clipping(0.1));
    /// assert_eq!(g.wrt(&layer.weight), array![[0.5, 0.0], [0.0, 0.05]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If a gradient has another shape than its parameter.
    #[track_caller]
    pub fn clip_adaptive(
        mut self,
        model: &(impl Module<T> + ?Sized),
        clipping: &AdaptiveClipping,
    ) -> Self {
        let mut misfit = None;
        model.visit(Name::root(), &mut |name, param| {
            let (id, w) = (param.id(), &param.value);
            let Some((shape, g)) = self.of.numbers_mut(id.number()) else {
                return;
            };
            if shape != w.shape() {
                misfit.get_or_insert_with(|| (name.to_string(), shape.to_vec(), w.shape()));
            } else if !clipping.excluded.contains(&id) {
                match w.as_slice() {
                    Some(w) => clipping.clip(shape, w, g),
                    None => {
                        let w: Vec<T> = w.iter().copied().collect();
                        clipping.clip(shape, &w, g);
                    }
                }
            }
        });
        if let Some((name, gradient, param)) = misfit {
            error::gradient_shape("GradientMap::clip_adaptive", &name, &gradient, param);
        }
        self
    }
}
