//! The least strength at which every weight that it penalises is zero.

use std::error::Error;

use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{GradientMap, Module, Name, Scope, kkt};
use tapegrad_train::data::Dataset;

use super::problem::Problem;
use crate::TuneError;
use crate::snapshot::Snapshot;

/// How often a strength is doubled until no weight leaves zero.
const DOUBLINGS: usize = 60;

/// How much stronger the strongest strength is made at first if a fit there leaves zero, by what that grows, and how
/// often.
const FIRST_SHARE: f64 = 1e-6;
const GROWTH: f64 = 4.0;
const TRIALS: usize = 20;

/// The share of what gradients are before the rest is fitted that is nothing.
const VANISHING: f64 = 1e-6;

/// How many times stronger than gradients say an upward path goes at most.
const ENOUGH: f64 = 1e4;

impl<M, L, F, T> Problem<'_, M, L, F, T>
where
    M: Module<T>,
    L: for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
    F: FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    T: Element,
{
    /// Of a path from zeros: with the rest fitted, and confirmed by a fit.
    pub(super) fn strongest(&mut self, model: &mut M, data: &Dataset<T>) -> Result<f64, TuneError> {
        let scale = self.scale(model, data)?;
        let is_any_left = self.freeze(model, true);
        let fitted = match is_any_left {
            true => self.fitted_at(model, data, 0.0),
            false => Ok(()),
        };
        self.freeze(model, false);
        fitted?;
        let gradients = self.pass(model, data, 0.0)?.2;
        let strongest = self.least_zero(model, &gradients)?;
        // What is small of one layer says that little of the targets is left for it, not that others hide it.
        let [layers, others] = self.layers;
        let stays = match others > 0 {
            true => strongest <= VANISHING * scale,
            false => layers > 1 && strongest == 0.0,
        };
        if stays {
            return Err(TuneError::StaysZero);
        }
        if strongest == 0.0 {
            return Err(TuneError::NoGradient);
        }
        let start = Snapshot::of(model);
        let (mut strength, mut share) = (strongest, FIRST_SHARE);
        for _ in 0..TRIALS {
            let nonzero = self.point(model, data, strength)?.nonzero;
            if nonzero == 0 {
                return Ok(strength);
            }
            // A penalty in the loss leaves none where it is, and would not in any further fit.
            if self.is_in_loss && nonzero == self.weights {
                return Err(TuneError::NotProximal);
            }
            start.restore(model);
            strength = strongest * (1.0 + share);
            share *= GROWTH;
        }
        Err(self.no_strongest())
    }

    /// Of a path from dense weights: by fits that go on from each other, twice as strong each. The model ends as it
    /// was.
    pub(super) fn strongest_upward(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
    ) -> Result<f64, TuneError> {
        let start = Snapshot::of(model);
        let scale = self.scale(model, data)?;
        start.restore(model);
        if scale == 0.0 {
            return Err(TuneError::NoGradient);
        }
        let mut strength = scale * self.path.ratio;
        while strength < ENOUGH * scale {
            if self.point(model, data, strength)?.nonzero == 0 {
                start.restore(model);
                return Ok(strength);
            }
            strength *= 2.0;
        }
        Err(self.no_strongest())
    }

    /// The larger of the strengths at which gradients would leave zeros as they are: those of the model as it is given,
    /// and as it then becomes, with zeros and the rest as it is.
    fn scale(&self, model: &mut M, data: &Dataset<T>) -> Result<f64, TuneError> {
        let given = self.pass(model, data, 0.0)?.2;
        self.make_zero(model);
        let of_given = self.least_zero(model, &given)?;
        let of_zeros = self.least_zero(model, &self.pass(model, data, 0.0)?.2)?;
        Ok(of_given.max(of_zeros))
    }

    /// The least strength at which zeros are optimal for these gradients, by bisection to the last bit: what is
    /// differentiable at 0 alone has none.
    fn least_zero(&self, model: &M, gradients: &GradientMap<T>) -> Result<f64, TuneError> {
        let mut names = Vec::new();
        let mut largest = 0.0_f64;
        model.visit(Name::root(), &mut |name, param| {
            if self.penalised.contains(&param.id()) {
                names.push(name.to_string());
                let numbers = gradients.get(param).into_iter().flatten();
                largest = numbers.fold(largest, |most, g| most.max(g.wide().abs()));
            }
        });
        let stays = |strength: f64| {
            self.path.set(strength);
            let residuals = kkt(model, gradients).residuals;
            let mut residuals = residuals.iter();
            residuals.all(|residual| residual.worst == 0.0 || !names.contains(&residual.name))
        };
        if largest == 0.0 {
            return Ok(0.0);
        }
        let (mut low, mut high) = (0.0, largest);
        let mut doublings = 0;
        while !stays(high) {
            if doublings == DOUBLINGS {
                return Err(TuneError::NoStrongest);
            }
            (low, high) = (high, 2.0 * high);
            doublings += 1;
        }
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return Ok(high);
            }
            if stays(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
    }

    /// Freezes or frees what the strengths penalise. Whether anything else is trained.
    fn freeze(&self, model: &mut M, is_frozen: bool) -> bool {
        let mut is_any_trained = false;
        model.visit_mut(Name::root(), &mut |_, param| {
            if self.penalised.contains(&param.id()) {
                param.trainable = !is_frozen;
            } else {
                is_any_trained |= param.is_trained();
            }
        });
        is_any_trained
    }
}
