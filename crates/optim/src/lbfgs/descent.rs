//! From where a model is to where its loss is low.

use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module};

use super::line::Line;
use super::strong_wolfe::strong_wolfe;
use super::{Lbfgs, LbfgsEnd, LbfgsReport};
use crate::flat::{flatten, largest, product};
use crate::parameters::check_gradients;

impl<T: Element> Lbfgs<T> {
    #[track_caller]
    pub(super) fn descend<M: Module<T> + ?Sized>(
        &mut self,
        who: &str,
        model: &mut M,
        mut evaluate: impl FnMut(&M) -> (T, GradientMap<T>),
        limit: usize,
    ) -> LbfgsReport {
        self.lay_out(who, model);
        let (loss, gradients) = evaluate(model);
        check_gradients(who, model, &gradients);
        flatten(model, &gradients, &mut self.g);
        drop(gradients);
        let mut report = LbfgsReport {
            end: LbfgsEnd::Limit,
            iterations: 0,
            evaluations: 1,
            loss: loss.wide(),
            gradient: largest(&self.g),
        };
        if !(report.loss.is_finite() && report.gradient.is_finite()) {
            report.end = LbfgsEnd::NotFinite;
            return report;
        }
        if report.gradient <= self.gradient_tolerance {
            report.end = LbfgsEnd::Gradient;
            return report;
        }
        while report.iterations < limit {
            if let Some(end) = self.iterate(who, model, &mut evaluate, &mut report) {
                report.end = end;
                break;
            }
        }
        report
    }

    /// One iteration from `x` with `g`, and why it is the last one.
    #[track_caller]
    fn iterate<M: Module<T> + ?Sized, F: FnMut(&M) -> (T, GradientMap<T>)>(
        &mut self,
        who: &str,
        model: &mut M,
        evaluate: &mut F,
        report: &mut LbfgsReport,
    ) -> Option<LbfgsEnd> {
        self.history.direction(&self.g, &mut self.d);
        let mut slope = product(&self.g, &self.d);
        if (slope >= 0.0 || slope.is_nan()) && self.history.len() > 0 {
            // No descent, by rounding.
            self.history.clear();
            self.history.direction(&self.g, &mut self.d);
            slope = product(&self.g, &self.d);
        }
        if slope > -self.change_tolerance {
            return Some(LbfgsEnd::Change);
        }
        let mut t = self.fixed.unwrap_or(1.0);
        if self.history.len() == 0 {
            let sum: f64 = self.g.iter().map(|g| g.wide().abs()).sum();
            t *= (1.0 / sum).min(1.0);
        }
        let mut line = Line::new(who, model, evaluate, (&self.x, &self.d), report.loss);
        let found = match self.fixed {
            Some(_) => line.at(t),
            None => strong_wolfe(
                &mut line,
                (report.loss, slope),
                t,
                self.search,
                self.change_tolerance,
            ),
        };
        report.evaluations += line.evaluations;
        let Some(gradients) = found.gradients.filter(|_| found.loss.is_finite()) else {
            drop(line);
            if self.fixed.is_some() {
                return Some(LbfgsEnd::NotFinite);
            }
            if self.history.len() == 0 {
                return Some(LbfgsEnd::LineSearch);
            }
            self.history.clear();
            return self.iterate(who, model, evaluate, report);
        };
        line.stays(found.t);
        drop(line);

        gradients.update_statistics(model);
        flatten(model, &gradients, &mut self.next);
        drop(gradients);
        let t = T::of(found.t);
        let mut moved = 0.0_f64;
        for (x, d) in self.x.iter_mut().zip(&mut self.d) {
            *d = t * *d;
            *x += *d;
            moved = moved.max(d.wide().abs());
        }
        for (next, g) in self.next.iter().zip(&mut self.g) {
            *g = *next - *g;
        }
        self.history.remember(&self.d, &self.g);
        std::mem::swap(&mut self.g, &mut self.next);

        let fallen = report.loss - found.loss;
        report.iterations += 1;
        (report.loss, report.gradient) = (found.loss, largest(&self.g));
        if report.gradient <= self.gradient_tolerance {
            Some(LbfgsEnd::Gradient)
        } else if moved <= self.change_tolerance || fallen.abs() < self.change_tolerance {
            Some(LbfgsEnd::Change)
        } else {
            None
        }
    }
}
