//! What weights cost, and how that acts.

mod custom;
mod form;
mod group_lasso;
mod l1;
mod l2;
mod orthogonal;
mod strength;
mod term;

use std::fmt;
use std::ops::Add;
use std::sync::Arc;

use tapegrad_autodiff::{Element, Var};

use crate::{Groups, Scope, error};
pub use form::{Form, Proximal, Turn};
pub(crate) use l1::soft_threshold;
pub use strength::Strength;
pub use term::{Acts, Term};
#[cfg(feature = "description")]
pub(crate) use {group_lasso::GroupLasso, l1::L1, l2::L2, orthogonal::Orthogonal};

/// What a parameter costs: a sum of terms `λ h(w)`, added to the *mean* data loss.
///
/// | penalty | `h(w)` | gradient | as a step |
/// |---|---|---|---|
/// | [`l1`](Penalty::l1) | `Σ\|w\|` | `λ sign(w)`, with `sign(0) = 0` | yes |
/// | [`l2`](Penalty::l2) | `Σ w²` | `2 λ w` | yes |
/// | [`elastic_net`](Penalty::elastic_net) | both | both | yes |
/// | [`group_lasso`](Penalty::group_lasso) | `Σ_G ‖w_G‖` | `λ w_G / ‖w_G‖`, 0 where `w_G` is | yes |
/// | [`orthogonal`](Penalty::orthogonal) | `‖Wᵀ W − I‖²` | `4 λ W (Wᵀ W − I)` | no |
/// | [`custom`](Penalty::custom) | a closure | what the tape finds | no |
///
/// There is no ½ and no division by the number of rows: as in Keras; the `weight_decay` of PyTorch's
/// `SGD` is `2 λ₂`.
///
/// **How it acts** is said once, too. By default a term acts *in the loss*: `Module::penalty` has its
/// gradient. A [proximal](Penalty::proximal) one acts as a step after the optimizer's update, which
/// makes weights exactly zero; `Module::penalty` reports its cost but has no gradient of it.
///
/// A strength is a number, a [`Strength`] to be substituted by a variable, or one with a schedule. A
/// strength of 0 is not the same as an absent term: it is computed, and so has a derivative by λ.
///
/// ```
/// use tapegrad_nn::{Dense, Groups, Penalty};
/// let layer = Dense::<f32>::new(3, 2).penalize(Penalty::l1(1e-3) + Penalty::l2(1e-2));
/// assert_eq!(layer.weight.penalty.to_string(), "L1 0.001 + L2 0.01");
/// let sparse = Dense::<f32>::new(3, 2).penalize(Penalty::group_lasso(Groups::Rows, 1e-3).proximal());
/// assert_eq!(sparse.weight.penalty.to_string(), "group lasso of rows 0.001 (proximal)");
/// ```
#[derive(Clone)]
pub struct Penalty<T: Element = f32> {
    terms: Vec<Term<T>>,
}

impl<T: Element> Default for Penalty<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T: Element> Penalty<T> {
    /// No penalty.
    pub fn none() -> Self {
        Self { terms: Vec::new() }
    }

    /// `λ Σ|w|`, the lasso (Tibshirani 1996).
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn l1(strength: impl Into<Strength>) -> Self {
        Self::new(l1::L1, strength)
    }

    /// `λ Σ w²`, ridge or weight decay in the loss.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn l2(strength: impl Into<Strength>) -> Self {
        Self::new(l2::L2, strength)
    }

    /// `λ₁ Σ|w| + λ₂ Σ w²`, the elastic net (Zou and Hastie 2005).
    ///
    /// # Panics
    /// If a λ is negative or not finite.
    #[track_caller]
    pub fn elastic_net(l1: impl Into<Strength>, l2: impl Into<Strength>) -> Self {
        Self::l1(l1) + Self::l2(l2)
    }

    /// `λ Σ_G ‖w_G‖₂` over groups of weights (Yuan and Lin 2006, without their factor `√|G|`): rows select
    /// inputs, columns units.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn group_lasso(groups: Groups, strength: impl Into<Strength>) -> Self {
        Self::new(group_lasso::GroupLasso(groups), strength)
    }

    /// `λ ‖Wᵀ W − I‖²` (Frobenius): columns orthogonal and of unit length, or rows where there are fewer of
    /// them (Bansal et al. 2018).
    ///
    /// Its cost panics for a parameter that has not two axes.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn orthogonal(strength: impl Into<Strength>) -> Self {
        Self::new(orthogonal::Orthogonal, strength)
    }

    /// `λ h(w)` with a closure that gives one number; `name` stands in tables.
    ///
    /// ```
    /// use tapegrad_nn::{Dense, Penalty};
    /// // Weights that are 0 or ±1 cost nothing.
    /// let ternary = Penalty::custom("ternary", 0.1, |w| (w * (w.square() - 1.0)).square().sum(..));
    /// let layer = Dense::<f64>::new(3, 2).penalize(ternary);
    /// ```
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn custom(
        name: &'static str,
        strength: impl Into<Strength>,
        cost: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T> + Send + Sync + 'static,
    ) -> Self {
        Self::new(custom::Custom { name, cost }, strength)
    }

    /// `λ h(w)` with a [`Form`] of your own.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    #[track_caller]
    pub fn new(form: impl Form<T>, strength: impl Into<Strength>) -> Self {
        let term = Term {
            form: Arc::new(form),
            strength: strength.into(),
            acts: Acts::InLoss,
        };
        Self { terms: vec![term] }
    }

    /// All terms act as a step after the optimizer's update, in the optimizer's own metric, which makes
    /// weights exactly zero: the minimiser of `λ h(x) + Σ (x − z)² / (2 t)`, where `z` is the updated
    /// weight and `t` the learning rate times how far the rule goes for each unit of gradient.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_autodiff::Tape;
    /// use tapegrad_nn::{Dense, Module, Penalty, Scope};
    ///
    /// let mut layer = Dense::<f64>::new(2, 1).penalize(Penalty::l1(0.1).proximal());
    /// layer.weight.value = array![[3.0], [-1.0]].into_dyn().into_shared();
    /// let tape = Tape::new();
    /// let on = Scope::train(&tape);
    /// let penalty = layer.penalty(&on);
    /// assert_eq!(penalty.item(), 0.4);                       // reported
    /// let gradient = on.backward(penalty).wrt(&layer.weight).to_owned();
    /// assert_eq!(gradient, array![[0.0], [0.0]].into_dyn()); // left to the step
    /// ```
    ///
    /// # Panics
    /// If a term has no such step, or two act on norms of groups.
    #[track_caller]
    pub fn proximal(mut self) -> Self {
        for term in &mut self.terms {
            if term.form.proximal().is_none() {
                error::not_proximal(&term.form.name());
            }
            term.acts = Acts::Proximal;
        }
        self.in_turn()
    }

    /// The terms, the proximal ones in the order in which they act.
    pub fn terms(&self) -> &[Term<T>] {
        &self.terms
    }

    /// The same terms with the strengths that `f` gives each: so a clone of a model gets strengths of its own.
    ///
    /// ```
    /// use tapegrad_nn::{Penalty, Strength};
    /// let penalty = Penalty::<f32>::l1(1e-3) + Penalty::l2(1e-2);
    /// let doubled = penalty.with_strengths(|term| Strength::new(2.0 * term.strength().at(0)));
    /// assert_eq!(doubled.to_string(), "L1 0.002 + L2 0.02");
    /// ```
    pub fn with_strengths(&self, mut f: impl FnMut(&Term<T>) -> Strength) -> Self {
        let with = |term: &Term<T>| Term {
            strength: f(term),
            ..term.clone()
        };
        let terms = self.terms.iter().map(with).collect();
        Self { terms }
    }

    /// Whether there is no term.
    pub fn is_none(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a term acts in the loss.
    pub fn is_in_loss(&self) -> bool {
        self.terms.iter().any(|term| term.acts == Acts::InLoss)
    }

    /// Whether a term acts as a step.
    pub fn is_proximal(&self) -> bool {
        self.terms.iter().any(|term| term.acts == Acts::Proximal)
    }

    /// Terms in their turns.
    #[track_caller]
    fn in_turn(mut self) -> Self {
        let turn = |term: &Term<T>| term.proximal().map(Proximal::turn);
        self.terms.sort_by_key(turn);
        let last = self
            .terms
            .iter()
            .filter(|term| turn(term) == Some(Turn::Last));
        if last.count() > 1 {
            error::two_group_steps(&self.to_string());
        }
        self
    }

    /// The cost of a variable, `None` if there is no term. The gradient is that of the terms that act in
    /// the loss, unless the [scope](Scope::penalties_in_loss) says that all do.
    ///
    /// # Panics
    /// If what was substituted for a strength does not hold one number.
    #[track_caller]
    pub fn cost<'t>(&self, on: &Scope<'t, T>, w: Var<'t, T>) -> Option<Var<'t, T>> {
        let mut sum: Option<Var<'t, T>> = None;
        let mut add = |cost: Var<'t, T>| sum = Some(sum.map_or(cost, |sum| sum + cost));
        // λ₁ Σ|w| and λ₂ Σ w² of the terms that are together one operation.
        let mut together: [Option<f64>; 2] = [None; 2];
        for term in &self.terms {
            let left_to_step = term.acts == Acts::Proximal && !on.all_in_loss();
            let w = if left_to_step { w.stop_gradient() } else { w };
            let strength = term.strength.at(on.step_of(&term.strength));
            match on.bound(&term.strength) {
                Some(var) if var.len() != 1 => error::substitute_shape(&var.shape(), &[]),
                Some(var) => {
                    let var = if left_to_step {
                        var.stop_gradient()
                    } else {
                        var
                    };
                    add(term.form.cost(w) * var.reshape(&[]));
                }
                None => match term.form.elastic_net(strength) {
                    Some(strengths) if !left_to_step => {
                        for (sum, strength) in together.iter_mut().zip(strengths) {
                            if let Some(strength) = strength {
                                *sum = Some(sum.unwrap_or(0.0) + strength);
                            }
                        }
                    }
                    Some([l1, l2]) => add(w.elastic_net(l1, l2)),
                    None => add(term.form.cost(w) * strength),
                },
            }
        }
        let [l1, l2] = together;
        if together != [None; 2] {
            add(w.elastic_net(l1, l2));
        }
        sum
    }

    /// Moves numbers after an update as the proximal terms do: `reach` holds how far the update went for
    /// each unit of gradient, and is used up.
    ///
    /// # Panics
    /// If a schedule gives a strength that is negative or not finite.
    #[track_caller]
    pub fn step(&self, at_step: usize, x: &mut [T], reach: &mut [T], shape: &[usize]) {
        for term in &self.terms {
            if let Some(proximal) = term.proximal() {
                proximal.step(term.strength.at(at_step), x, reach, shape);
            }
        }
    }

    /// Adds to the gradient `g` of all that is differentiable the element of the subdifferential that
    /// brings it nearest to 0; see [`Proximal::residual`].
    pub(crate) fn residual(&self, at_step: usize, w: &[T], shape: &[usize], g: &mut [T]) {
        let mut terms: Vec<_> = self
            .terms
            .iter()
            .filter_map(|term| Some((term.form.proximal()?, term)))
            .collect();
        terms.sort_by_key(|(proximal, _)| proximal.turn());
        for (proximal, term) in terms {
            let in_loss = term.acts == Acts::InLoss;
            proximal.residual(term.strength.at(at_step), w, shape, in_loss, g);
        }
    }
}

/// The terms of both.
///
/// # Panics
/// If two proximal terms act on norms of groups.
impl<T: Element> Add for Penalty<T> {
    type Output = Self;
    #[track_caller]
    fn add(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        self.in_turn()
    }
}

impl<T: Element> fmt::Display for Penalty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terms.is_empty() {
            return f.write_str("none");
        }
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" + ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl<T: Element> fmt::Debug for Penalty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Penalty({self})")
    }
}
