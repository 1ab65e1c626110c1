//! Predictions, targets and weights, and what PyTorch makes of them.

use std::collections::BTreeMap;

use ndarray::ArrayD;
use serde::Deserialize;
use tapegrad_autodiff::{Element, Tape};

use super::row::{
    Each, Form, Given, Mean, Row, Sum, WeightedEach, WeightedMean, WeightedSum, table,
};

/// `fixtures/losses.json`, made by the script beside that.
#[derive(Deserialize)]
struct Fixture {
    cases: BTreeMap<String, Cases>,
}

/// Predictions of usual size, and up to 1e4.
#[derive(Deserialize)]
pub(crate) struct Cases {
    pub(crate) usual: Case,
    pub(crate) extreme: Case,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) predictions: Numbers,
    pub(crate) targets: Numbers,
    pub(crate) classes: Vec<usize>,
    pub(crate) weights: Numbers,
    pub(crate) each: Numbers,
    pub(crate) mean: Numbers,
    pub(crate) sum: Numbers,
    pub(crate) weighted_each: Numbers,
    pub(crate) weighted_mean: Numbers,
    pub(crate) weighted_sum: Numbers,
    pub(crate) mean_gradient: Numbers,
    pub(crate) weighted_sum_gradient: Numbers,
}

#[derive(Deserialize)]
pub(crate) struct Numbers {
    pub(crate) shape: Vec<usize>,
    pub(crate) numbers: Vec<f64>,
}

impl Numbers {
    pub(crate) fn array<T: Element>(&self) -> ArrayD<T> {
        let numbers = self.numbers.iter().map(|&x| T::of(x)).collect();
        ArrayD::from_shape_vec(&self.shape[..], numbers).unwrap()
    }
}

impl Case {
    pub(crate) fn on<'t, T: Element>(&self, tape: &'t Tape<T>) -> Given<'t, '_, T> {
        Given {
            predictions: tape.var(self.predictions.array()),
            numbers: tape.constant(self.targets.array()),
            classes: &self.classes,
            weights: tape.constant(self.weights.array()),
        }
    }

    pub(crate) fn expected(&self, form: Form) -> &Numbers {
        match form {
            Each => &self.each,
            Mean => &self.mean,
            Sum => &self.sum,
            WeightedEach => &self.weighted_each,
            WeightedMean => &self.weighted_mean,
            WeightedSum => &self.weighted_sum,
        }
    }
}

/// Every row of the table with its cases.
pub(crate) fn rows() -> Vec<(Row, Cases)> {
    let fixture = include_str!("../fixtures/losses.json");
    let mut fixture: Fixture = serde_json::from_str(fixture).unwrap();
    let rows = table()
        .into_iter()
        .map(|row| {
            let cases = fixture.cases.remove(row.name);
            let cases = cases.unwrap_or_else(|| panic!("no case of {}", row.name));
            (row, cases)
        })
        .collect();
    let left: Vec<_> = fixture.cases.keys().collect();
    assert!(left.is_empty(), "no row of {left:?}");
    rows
}
