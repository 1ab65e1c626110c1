//! The ranges of numbers in descriptions.

use super::{DescriptionError, DescriptionProblem};
use crate::Initializer;

type Checked = Result<(), DescriptionError>;

fn check(field: &str, value: f64, holds: bool, range: &'static str) -> Checked {
    if holds {
        return Ok(());
    }
    Err(DescriptionProblem::Number { value, range }.at(field))
}

pub(super) fn at_least_one(field: &str, count: usize) -> Checked {
    check(field, count as f64, count >= 1, "at least 1")
}

pub(super) fn finite(field: &str, value: f64) -> Checked {
    check(field, value, value.is_finite(), "finite")
}

pub(super) fn not_negative(field: &str, value: f64) -> Checked {
    let holds = value.is_finite() && value >= 0.0;
    check(field, value, holds, "finite and at least 0")
}

pub(super) fn share(field: &str, value: f64) -> Checked {
    let holds = (0.0..=1.0).contains(&value);
    check(field, value, holds, "at least 0 and at most 1")
}

pub(super) fn rate(field: &str, value: Option<f64>) -> Checked {
    let Some(value) = value else {
        return Ok(());
    };
    let holds = (0.0..1.0).contains(&value);
    check(field, value, holds, "at least 0 and below 1")
}

pub(super) fn initializer(field: &str, initializer: Initializer) -> Checked {
    let of = |kind: &str| format!("{field}.{kind}");
    match initializer {
        Initializer::Orthogonal(gain) => finite(&of("orthogonal"), gain),
        Initializer::Normal(deviation) => not_negative(&of("normal"), deviation),
        Initializer::TruncatedNormal(deviation) => not_negative(&of("truncated_normal"), deviation),
        Initializer::Constant(number) => finite(&of("constant"), number),
        Initializer::GlorotUniform
        | Initializer::GlorotNormal
        | Initializer::HeUniform
        | Initializer::HeNormal
        | Initializer::LecunUniform
        | Initializer::LecunNormal
        | Initializer::Zeros => Ok(()),
    }
}
