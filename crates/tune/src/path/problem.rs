//! Fits of one model along a path.

use std::error::Error;
use std::marker::PhantomData;

use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::penalty::Acts;
use tapegrad_nn::{GradientMap, Module, Name, ParamId, Role, Scope, kkt};
use tapegrad_train::data::Dataset;

use super::grid::{geometric, quotient};
use super::{FittedPath, Path, PathPoint};
use crate::snapshot::Snapshot;
use crate::{TuneError, error};

/// How many strengths are added at the strong end of an upward path.
const MOST_ADDED: usize = 100;

/// What is minimised, and by what.
pub(super) struct Problem<'p, M, L, F, T: Element> {
    pub(super) path: &'p Path<T>,
    pub(super) loss: L,
    fit: F,
    /// Those of the strengths.
    pub(super) penalised: Vec<ParamId>,
    /// How many weights they penalise.
    pub(super) weights: usize,
    /// Whether one of their penalties acts in the loss.
    pub(super) is_in_loss: bool,
    /// How many parameters are weights that are trained, and how many of these they do not penalise.
    pub(super) layers: [usize; 2],
    /// What the rows of the first of them are called.
    names: Vec<String>,
    of: PhantomData<fn(&M)>,
}

impl<'p, M, L, F, T> Problem<'p, M, L, F, T>
where
    M: Module<T>,
    L: for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
    F: FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    T: Element,
{
    #[track_caller]
    pub(super) fn new(path: &'p Path<T>, model: &M, loss: L, fit: F) -> Self {
        let (mut penalised, mut inputs) = (Vec::new(), None);
        let (mut weights, mut is_in_loss, mut layers) = (0, false, [0; 2]);
        model.visit(Name::root(), &mut |_, param| {
            if !param.is_trained() {
                return;
            }
            let terms = param.penalty.terms().iter();
            let own: Vec<_> = terms.filter(|term| path.is_of(term.strength())).collect();
            if param.role == Role::Weight {
                layers[0] += 1;
                layers[1] += usize::from(own.is_empty());
            }
            if !own.is_empty() {
                inputs.get_or_insert(param.value.shape().first().copied().unwrap_or(1));
                penalised.push(param.id());
                weights += param.value.len();
                is_in_loss |= own.iter().any(|term| term.acts() == Acts::InLoss);
            }
        });
        let Some(inputs) = inputs else {
            error::penalises_nothing();
        };
        let names = match &path.names {
            Some(names) if names.len() != inputs => error::path_names(names.len(), inputs),
            Some(names) => names.clone(),
            None => (0..inputs).map(|input| format!("x{input}")).collect(),
        };
        Self {
            path,
            loss,
            fit,
            penalised,
            weights,
            is_in_loss,
            layers,
            names,
            of: PhantomData,
        }
    }

    /// The path of all its strengths.
    pub(super) fn path(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
    ) -> Result<FittedPath<T>, TuneError> {
        if data.rows() == 0 {
            return Err(TuneError::NoRows);
        }
        let Path { ratio, count, .. } = *self.path;
        let strongest = match (self.path.from, self.path.is_upward) {
            (Some(given), _) => given,
            (None, false) => self.strongest(model, data)?,
            (None, true) => self.strongest_upward(model, data)?,
        };
        let mut points = self.along(model, data, &geometric(strongest, ratio, count))?;
        if self.path.is_upward && self.path.from.is_none() {
            // In smaller steps weights may stay longer.
            let mut strength = strongest;
            let mut added = 0;
            while points[0].nonzero > 0 {
                strength *= quotient(ratio, count);
                if added == MOST_ADDED || !self.path.is_finite_at(strength) {
                    return Err(self.no_strongest());
                }
                points.insert(0, self.point(model, data, strength)?);
                added += 1;
            }
        }
        Ok(self.fitted(points))
    }

    pub(super) fn fitted(&self, points: Vec<PathPoint<T>>) -> FittedPath<T> {
        FittedPath {
            points,
            names: self.names.clone(),
            strengths: self.path.strengths.clone(),
        }
    }

    /// The points of strengths, which are given and returned from the strongest on; from the model as it is, or from
    /// zeros where the path says so.
    pub(super) fn along(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
        strengths: &[f64],
    ) -> Result<Vec<PathPoint<T>>, TuneError> {
        let Path {
            is_upward, from, ..
        } = *self.path;
        if !is_upward && from.is_none() {
            self.make_zero(model);
        }
        let mut strengths = strengths.to_vec();
        if is_upward {
            strengths.reverse();
        }
        let mut points: Vec<PathPoint<T>> = Vec::with_capacity(strengths.len());
        for strength in strengths {
            if let [.., before, here] = &points[..] {
                self.extrapolate(model, data, [before, here], strength);
            }
            points.push(self.point(model, data, strength)?);
        }
        if is_upward {
            points.reverse();
        }
        Ok(points)
    }

    /// Moves a model that is at the last of two points along the line through both, if its objective at the next
    /// strength is lower there.
    fn extrapolate(
        &self,
        model: &mut M,
        data: &Dataset<T>,
        [before, here]: [&PathPoint<T>; 2],
        strength: f64,
    ) {
        self.path.set(strength);
        let share = (strength - here.strength) / (here.strength - before.strength);
        let stays = self.objective(model, data);
        here.values.ahead(&before.values, share, model);
        if self.objective(model, data) < stays {
            return;
        }
        here.values.restore(model);
    }

    /// Data loss and penalty.
    fn objective(&self, model: &M, data: &Dataset<T>) -> f64 {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        ((self.loss)(&on, model, data) + model.penalty(&on))
            .item()
            .wide()
    }

    /// A fit at a strength, from the model as it is, and what is seen there.
    pub(super) fn point(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
        strength: f64,
    ) -> Result<PathPoint<T>, TuneError> {
        self.path.set(strength);
        self.fitted_at(model, data, strength)?;
        let (loss, penalty, gradients) = self.pass(model, data, strength)?;
        Ok(PathPoint::of(
            model,
            &self.penalised,
            strength,
            [loss, penalty, kkt(model, &gradients).worst()],
        ))
    }

    /// A fit as strengths are.
    pub(super) fn fitted_at(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
        strength: f64,
    ) -> Result<(), TuneError> {
        (self.fit)(model, data).map_err(|cause| TuneError::Fit {
            strength,
            cause: cause.to_string(),
        })?;
        for number in Snapshot::of(model).numbers() {
            TuneError::finite(number.wide(), || {
                format!("a weight after the fit at the strength {strength}")
            })?;
        }
        Ok(())
    }

    /// Data loss, penalty and gradients.
    pub(super) fn pass(
        &self,
        model: &M,
        data: &Dataset<T>,
        strength: f64,
    ) -> Result<(f64, f64, GradientMap<T>), TuneError> {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = (self.loss)(&on, model, data);
        let penalty = model.penalty(&on);
        let of = |name: &str, x: Var<'_, T>| {
            TuneError::finite(x.item().wide(), || {
                format!("the {name} at the strength {strength}")
            })
        };
        let numbers = (of("data loss", loss)?, of("penalty", penalty)?);
        Ok((numbers.0, numbers.1, on.backward(loss + penalty)))
    }

    /// Why weights do not become zero.
    pub(super) fn no_strongest(&self) -> TuneError {
        match self.is_in_loss {
            true => TuneError::NotProximal,
            false => TuneError::NoStrongest,
        }
    }

    /// Makes every weight that the strengths penalise zero.
    pub(super) fn make_zero(&self, model: &mut M) {
        model.visit_mut(Name::root(), &mut |_, param| {
            if self.penalised.contains(&param.id()) {
                param.value.fill(T::zero());
            }
        });
    }
}
