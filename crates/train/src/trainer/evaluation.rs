use std::fmt;

use ndarray::{Axis, Slice, concatenate};
use tapegrad_autodiff::{ArcArrayD, Element, Tape, Var};
use tapegrad_nn::{Loss, Module, Scope};

use super::AnyLoss;
use crate::data::Dataset;
use crate::error;
use crate::history::short;
use crate::metric::Metric;

/// How many rows are evaluated at a time, for the memory that their activations take.
const ROWS: usize = 4096;

/// How good a model is on a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean data loss, weighted if rows have weights.
    pub loss: f64,
    /// What the model's penalties cost.
    pub penalty: f64,
    /// Every metric by its name, in the order in which they were asked for.
    pub metrics: Vec<(String, f64)>,
}

impl Evaluation {
    /// A metric by its name.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let mut metrics = self.metrics.iter();
        metrics
            .find(|(own, _)| own == name)
            .map(|(_, value)| *value)
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}", short(self.loss))?;
        if self.penalty != 0.0 {
            write!(f, ", penalty {}", short(self.penalty))?;
        }
        self.metrics
            .iter()
            .try_for_each(|(name, value)| write!(f, ", {name} {}", short(*value)))
    }
}

/// Loss, penalty and metrics on data, at a step of training.
#[track_caller]
pub(crate) fn evaluate<T: Element>(
    model: &dyn Module<T>,
    data: &Dataset<T>,
    loss: &AnyLoss<'_, T>,
    metrics: &[Box<dyn Metric<T> + '_>],
    step: usize,
) -> Evaluation {
    if data.rows() == 0 {
        error::nothing_to_evaluate();
    }
    let (mut tape, mut total, mut penalty, mut outputs) = (Tape::new(), 0.0, 0.0, Vec::new());
    for part in parts(data.rows()) {
        let rows = Slice::from(part.clone());
        {
            let on = Scope::eval(&tape).at_step(step);
            let predictions = model.forward(&on, on.input(of(&data.x, rows)));
            let targets = of(&data.y, rows);
            let mean = match &data.weights {
                Some(weights) => (&loss).weighted_mean(predictions, &targets, of(weights, rows)),
                None => loss.mean(predictions, &targets),
            };
            total += mean.item().wide() * part.len() as f64;
            // The penalty of outputs is that of the part's rows.
            let of_part = model.penalty(&on).item().wide();
            penalty += (of_part - penalty) * part.len() as f64 / part.end as f64;
            if !metrics.is_empty() {
                outputs.push(predictions.value());
            }
        }
        tape.clear();
    }
    let weights = data.weights.as_ref();
    let weights: Option<Vec<f64>> =
        weights.map(|weights| weights.iter().map(|w| w.wide()).collect());
    let outputs = joined(outputs);
    let metrics = metrics.iter().map(|metric| {
        let value = metric.evaluate(&outputs, &data.y, weights.as_deref());
        (metric.name(), value)
    });
    Evaluation {
        loss: total / data.rows() as f64,
        penalty,
        metrics: metrics.collect(),
    }
}

/// What `f` makes of the outputs for each row.
#[track_caller]
pub(crate) fn outputs<T: Element>(
    model: &dyn Module<T>,
    x: &ArcArrayD<T>,
    f: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
) -> ArcArrayD<T> {
    let (mut tape, mut outputs) = (Tape::new(), Vec::new());
    let rows = x.shape().first().copied().unwrap_or(0);
    for part in parts(rows) {
        let on = Scope::eval(&tape);
        let predictions = f(model.forward(&on, on.input(of(x, Slice::from(part)))));
        outputs.push(predictions.value());
        drop(on);
        tape.clear();
    }
    joined(outputs)
}

/// All rows, so many at a time; at least one part, for what has none.
fn parts(rows: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let starts = (0..rows.max(1)).step_by(ROWS);
    starts.map(move |start| start..rows.min(start + ROWS))
}

/// Some rows of an array; of all, the array itself.
fn of<T: Element>(array: &ArcArrayD<T>, rows: Slice) -> ArcArrayD<T> {
    let all = rows.start == 0 && rows.end == array.shape().first().map(|&rows| rows as isize);
    match all {
        true => array.clone(),
        false => array.slice_axis(Axis(0), rows).to_shared(),
    }
}

fn joined<T: Element>(mut parts: Vec<ArcArrayD<T>>) -> ArcArrayD<T> {
    match parts.len() {
        0 => ArcArrayD::zeros(&[0][..]),
        1 => parts.remove(0),
        _ => {
            let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
            let joined = concatenate(Axis(0), &views);
            joined.expect("parts of one width").into_shared()
        }
    }
}
