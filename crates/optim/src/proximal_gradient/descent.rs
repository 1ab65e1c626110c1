//! From where a model is to where its loss is low.

use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module};

use super::point::{Moved, Tried};
use super::{ProximalGradient, ProximalGradientEnd, ProximalGradientReport};
use crate::flat::product;

/// How much longer the next step is tried: a ninth.
const GROWTH: f64 = 1.0 / 0.9;
/// How often a step is halved.
const HALVINGS: usize = 60;
/// Losses that differ by so many epsilons of themselves are one: they are sums.
const ROUNDING: f64 = 10.0;
/// Below so many epsilons of the loss the bound is asked of gradients.
const SIGNIFICANT: f64 = 1e4;
/// Iterations without a lower loss or residual.
const PATIENCE: usize = 200;

impl ProximalGradient {
    #[track_caller]
    pub(super) fn descend<M: Module<T> + ?Sized, T: Element>(
        &self,
        who: &str,
        model: &mut M,
        evaluate: impl FnMut(&M) -> (T, GradientMap<T>),
    ) -> ProximalGradientReport {
        let mut moved = Moved::new(who, model, evaluate);
        let (mut here, gradients) = moved.at(moved.x.clone());
        let mut report = ProximalGradientReport {
            end: ProximalGradientEnd::Limit,
            iterations: 0,
            evaluations: 1,
            loss: here.loss,
            residual: moved.residual(&gradients),
        };
        if !here.is_finite() {
            report.end = ProximalGradientEnd::NotFinite;
            return report;
        }
        drop(gradients);
        let epsilon = T::epsilon().wide();
        // `x` less what it was before.
        let mut step = vec![T::zero(); here.x.len()];
        let (mut t, mut theta) = (self.first_step, 1.0_f64);
        let (mut lowest, mut least) = (here.loss, report.residual);
        let mut patience = PATIENCE;
        report.end = loop {
            if report.residual <= self.tolerance {
                break ProximalGradientEnd::Residual;
            }
            if patience == 0 {
                break ProximalGradientEnd::NothingBetter;
            }
            if report.iterations == self.iterations {
                break ProximalGradientEnd::Limit;
            }
            patience -= 1;
            let next_theta = 0.5 * (1.0 + (1.0 + 4.0 * theta * theta).sqrt());
            let momentum = (theta - 1.0) / next_theta;
            let ahead = (momentum > 0.0).then(|| {
                let momentum = T::of(momentum);
                let x = here.x.iter().zip(&step);
                moved
                    .at(x.map(|(&x, &step)| x + momentum * step).collect())
                    .0
            });
            let from = ahead.as_ref().unwrap_or(&here);
            let found = match from.is_finite() {
                true => shortened(&mut moved, from, &mut t),
                false => None,
            };
            let Some((next, gradients)) = found else {
                if ahead.is_none() {
                    break ProximalGradientEnd::NothingBetter;
                }
                (theta, t) = (1.0, self.first_step);
                continue;
            };
            report.iterations += 1;
            t *= GROWTH;
            let rounding = ROUNDING * epsilon * here.loss.abs();
            if ahead.is_some() && next.loss > here.loss + rounding {
                theta = 1.0;
                continue;
            }
            // Above 0 where momentum and the gradient are opposed.
            let mut opposed = 0.0;
            for (place, step) in step.iter_mut().enumerate() {
                *step = next.x[place] - here.x[place];
                opposed += (from.x[place] - next.x[place]).wide() * step.wide();
            }
            theta = if opposed > 0.0 { 1.0 } else { next_theta };
            moved.stays(&next.x, &gradients);
            (report.loss, report.residual) = (next.loss, moved.residual(&gradients));
            if report.loss < lowest - rounding || report.residual < least {
                patience = PATIENCE;
            }
            (lowest, least) = (lowest.min(report.loss), least.min(report.residual));
            here = next;
        };
        report.evaluations = moved.evaluations;
        report
    }
}

/// The proximal step from a point, halved until the loss is below its quadratic bound.
#[track_caller]
fn shortened<M, F, T>(
    moved: &mut Moved<'_, M, F, T>,
    from: &Tried<T>,
    t: &mut f64,
) -> Option<(Tried<T>, GradientMap<T>)>
where
    M: Module<T> + ?Sized,
    F: FnMut(&M) -> (T, GradientMap<T>),
    T: Element,
{
    for _ in 0..HALVINGS {
        let length = T::of(*t);
        let x = from.x.iter().zip(&from.g);
        let mut x: Vec<T> = x.map(|(&x, &g)| x - length * g).collect();
        moved.prox(&mut x, *t);
        let (next, gradients) = moved.at(x);
        if next.is_finite() {
            let d = next.x.iter().zip(&from.x);
            let d: Vec<T> = d.map(|(&to, &from)| to - from).collect();
            let bound = 0.5 * product(&d, &d) / *t;
            let size = next.loss.abs().max(from.loss.abs());
            let excess = if bound > SIGNIFICANT * T::epsilon().wide() * size {
                next.smooth - from.smooth - product(&from.g, &d)
            } else {
                0.5 * (product(&next.g, &d) - product(&from.g, &d))
            };
            if excess <= bound {
                return Some((next, gradients));
            }
        }
        *t *= 0.5;
    }
    None
}
