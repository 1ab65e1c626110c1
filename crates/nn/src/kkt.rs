use std::fmt;

use tapegrad_autodiff::{Element, IntoValue};

use crate::{GradientMap, Module, error};

/// How far each parameter of a model is from optimal: the residual of the Karush–Kuhn–Tucker conditions
/// of data loss and penalties.
///
/// `gradients` are those of the data loss and [`Module::penalty`] at the model as it is. With `g` the
/// gradient of all that is differentiable and `λ h` what is not, an element's residual is the distance of
/// 0 from `g + λ ∂h(w)`:
///
/// | weight | L1 `λ` | group lasso `λ` |
/// |---|---|---|
/// | not 0 | `\|g + λ sign(w)\|` | `\|g + λ w / ‖w_G‖\|` |
/// | 0, or its group | `max(\|g\| − λ, 0)` | `max(1 − λ / ‖g_G‖, 0) \|g\|` |
///
/// whether the penalty acts in the loss or as a step. With a [`Constraint`](crate::Constraint), the
/// residual `r` becomes `w − P(w − r)`: what points out of the set does not count.
///
/// If the objective is convex (a linear model, any of these penalties), residuals of 0 prove that the
/// weights are optimal, and with them every zero; for a network they say that it is stationary. The
/// optimizer's own decay is no part of it: `Penalty::l2` is. Of several group lassos on one weight (in the
/// loss), and of one with another constraint than `w ≥ 0`, the residual is an upper bound.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Module, Penalty, Scope, kkt};
///
/// // ½ (w − 1)² + ½ |w| has its minimum at 0.5.
/// let mut layer = Dense::<f64>::new(1, 1).without_bias().penalize(Penalty::l1(0.5).proximal());
/// let residual = |layer: &Dense<f64>| {
///     let tape = Tape::new();
///     let on = Scope::train(&tape);
///     let loss = 0.5 * (on.param(&layer.weight) - 1.0).square().sum(..);
///     kkt(layer, &on.backward(loss + layer.penalty(&on))).worst()
/// };
/// layer.weight.value = array![[0.5]].into_dyn().into_shared();
/// assert_eq!(residual(&layer), 0.0);
/// layer.weight.value = array![[0.0]].into_dyn().into_shared();
/// assert_eq!(residual(&layer), 0.5);                       // |0 − 1| − 0.5
/// ```
///
/// # Panics
/// If a trained parameter has no gradient or one of another shape, or if the loss lacks the penalties of
/// the pass: then nothing is known.
#[track_caller]
pub fn kkt<T: Element>(model: &(impl Module<T> + ?Sized), gradients: &GradientMap<T>) -> Kkt {
    kkt_at(model, gradients, 0)
}

/// As [`kkt`], with strengths that have a schedule as they are at a step.
///
/// # Panics
/// As [`kkt`].
#[track_caller]
pub fn kkt_at<T: Element>(
    model: &(impl Module<T> + ?Sized),
    gradients: &GradientMap<T>,
    step: usize,
) -> Kkt {
    if gradients.lacks_penalty() {
        error::kkt_penalty();
    }
    let mut residuals = Vec::new();
    for (name, param) in model.parameters() {
        if !param.is_trained() {
            continue;
        }
        let expected = param.value.shape();
        let (shape, g) = match gradients.numbers(param) {
            Some((shape, g)) if shape == expected => (shape, g),
            other => error::kkt_gradient(&name, expected, other.map(|(shape, _)| shape)),
        };
        let value = (&param.value).into_value();
        let w = value.as_slice().expect("values are contiguous");
        let (mut residual, set) = (g.to_vec(), param.constraint);
        if set.is_some_and(|set| set.is_non_negative()) {
            // What pushes a weight at 0 out of the set does not count, also not within its group.
            for (g, _) in residual.iter_mut().zip(w).filter(|(_, w)| **w == T::zero()) {
                *g = g.min(T::zero());
            }
        }
        param.penalty.residual(step, w, shape, &mut residual);
        if let Some(set) = set {
            let mut moved: Vec<T> = w.iter().zip(&residual).map(|(&w, &r)| w - r).collect();
            set.project(&mut moved, shape);
            residual = w.iter().zip(moved).map(|(&w, moved)| w - moved).collect();
        }
        residuals.push(KktResidual::of(name, shape, &residual));
    }
    Kkt { residuals }
}

/// The residuals of [`kkt`], printed as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Kkt {
    /// Of each parameter with a gradient, in the order of the visit.
    pub residuals: Vec<KktResidual>,
}

/// The residual of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct KktResidual {
    /// Of the parameter.
    pub name: String,
    /// The largest absolute value of an element; NaN if one is.
    pub worst: f64,
    /// Where that is; nowhere in an empty parameter.
    pub index: Option<Vec<usize>>,
}

impl KktResidual {
    fn of<T: Element>(name: String, shape: &[usize], residual: &[T]) -> Self {
        let (mut worst, mut place) = (0.0, None);
        for (i, r) in residual.iter().enumerate() {
            let r = r.wide().abs();
            if place.is_none() || r > worst || (r.is_nan() && !f64::is_nan(worst)) {
                (worst, place) = (r, Some(i));
            }
        }
        let index = place.map(|mut place| {
            let mut index = vec![0; shape.len()];
            for (index, &size) in index.iter_mut().zip(shape).rev() {
                *index = place % size;
                place /= size;
            }
            index
        });
        Self { name, worst, index }
    }
}

impl Kkt {
    /// The largest residual of all; 0 without parameters, NaN if one is.
    pub fn worst(&self) -> f64 {
        let worst = self.residuals.iter().map(|residual| residual.worst);
        worst.fold(0.0, |a, b| if a > b || a.is_nan() { a } else { b })
    }
}

impl fmt::Display for Kkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.residuals.iter().map(|residual| residual.name.len());
        let width = names.max().unwrap_or(0).max("parameter".len());
        writeln!(f, "{:width$}  residual  at", "parameter")?;
        for KktResidual { name, worst, index } in &self.residuals {
            write!(f, "{name:width$}  {worst:8.1e}")?;
            match index {
                Some(index) => writeln!(f, "  {index:?}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
