use std::fmt;

use tapegrad_autodiff::ndarray::Axis;
use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::penalty::Term;
use tapegrad_nn::{Param, Role};

use super::Row;
use crate::Decay;

/// Something that is mostly a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lint {
    /// A bias or a gain has a penalty or decays: that moves the output and simplifies nothing.
    BiasShrunk,
    /// A weight has an L2 penalty and decays.
    ShrunkTwice,
    /// A step takes away the whole weight or more: `t (2 λ + k) ≥ 1`.
    ShrunkPastZero,
    /// What is penalised depends on the units of the inputs.
    InputsNotStandardized,
    /// No parameter has a name that a pattern matches, or is in a group of the optimizer.
    NoMatch,
}

/// A [`Lint`] and where it was found, printed as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is.
    pub lint: Lint,
    /// The parameter, or the pattern.
    pub place: String,
    detail: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.detail)
    }
}

/// The warnings about a parameter.
pub(super) fn of<T: Element>(row: &Row, param: &Param<T>, decay: &Decay) -> Vec<Warning> {
    let (decays, penalised) = (!decay.is_none(), !param.penalty.is_none());
    let is_l2 = |term: &Term<T>| matches!(term.form().elastic_net(1.0), Some([_, Some(_)]));
    let l2 = param.penalty.terms().iter().any(is_l2);
    let mut warnings = Vec::new();
    let mut warn = |lint, detail: String| {
        let place = row.name.clone();
        warnings.push(Warning {
            lint,
            place,
            detail,
        });
    };
    if param.role != Role::Weight && (decays || penalised) {
        let what = if decays { "decays" } else { "is penalised" };
        let detail = format!("a bias or gain {what}; that moves the output and simplifies nothing");
        warn(Lint::BiasShrunk, detail);
    }
    if l2 && decays {
        let detail = "an L2 penalty and decay pull at one weight; mostly one of them is meant";
        warn(Lint::ShrunkTwice, detail.to_owned());
    }
    if let Some(shrinkage) = row.shrinkage.filter(|shrinkage| *shrinkage >= 1.0) {
        let detail = format!(
            "a step takes away {shrinkage:.2} of the weight; the learning rate times strength and decay must be below 1"
        );
        warn(Lint::ShrunkPastZero, detail);
    }
    warnings
}

/// A warning about the first column whose mean or variance is far from 0 and 1.
pub(super) fn of_inputs<T: Element>(weight: &str, x: &ArcArrayD<T>) -> Option<Warning> {
    if x.ndim() != 2 || x.len_of(Axis(0)) < 2 {
        return None;
    }
    for (column, values) in x.axis_iter(Axis(1)).enumerate() {
        let rows = values.len() as f64;
        let mean = values.iter().map(|x| x.wide()).sum::<f64>() / rows;
        let square = values
            .iter()
            .map(|x| (x.wide() - mean).powi(2))
            .sum::<f64>();
        let deviation = (square / rows).sqrt();
        // A third and three times leave room for samples, and for inputs that are alike in scale.
        if mean.abs() > 1.0 || !(1.0 / 3.0..=3.0).contains(&deviation) {
            return Some(Warning {
                lint: Lint::InputsNotStandardized,
                place: weight.to_owned(),
                detail: format!(
                    "input {column} has the mean {mean:.2} and the deviation {deviation:.2}; what is penalised should have 0 and 1 (`data::Standardizer`)"
                ),
            });
        }
    }
    None
}

/// A pattern or a group of nobody.
pub(super) fn of_nobody(what: &str, detail: &str) -> Warning {
    Warning {
        lint: Lint::NoMatch,
        place: what.to_owned(),
        detail: detail.to_owned(),
    }
}
