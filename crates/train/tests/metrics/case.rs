//! The cases of sklearn.py, from the same formula.

use ndarray::{Array2, ArrayD};
use serde_json::Value;
use tapegrad_autodiff::ArcArrayD;

/// Knuth's linear congruential generator, its upper 31 bits.
struct Stream(u64);

impl Stream {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % count
    }

    /// Of −4 to 4; in halves unless it is to be fine.
    fn number(&mut self, fine: bool) -> f64 {
        match fine {
            true => self.below(1 << 31) as f64 / f64::from(1 << 28) - 4.0,
            false => (self.below(9) as f64 - 4.0) / 2.0,
        }
    }

    /// Of 0 to 1; in eighths unless it is to be fine.
    fn share(&mut self, fine: bool) -> f64 {
        match fine {
            true => self.below(1 << 31) as f64 / (1_u64 << 31) as f64,
            false => self.below(9) as f64 / 8.0,
        }
    }

    /// At least 1.
    fn part(&mut self, fine: bool) -> f64 {
        1.0 + self.below(if fine { 1 << 31 } else { 4 }) as f64
    }
}

pub(crate) struct Case {
    pub(crate) columns: usize,
    pub(crate) weights: Option<Vec<f64>>,
    /// One column, and its targets 0 and 1.
    pub(crate) logits: ArcArrayD<f64>,
    pub(crate) probabilities: ArcArrayD<f64>,
    pub(crate) positive: ArcArrayD<f64>,
    /// Several columns, and their classes.
    pub(crate) several_logits: ArcArrayD<f64>,
    pub(crate) several_probabilities: ArcArrayD<f64>,
    pub(crate) classes: Vec<usize>,
    pub(crate) predicted: Vec<usize>,
    /// The rows that have no logits.
    pub(crate) holes: Vec<bool>,
    pub(crate) targets: ArcArrayD<f64>,
    pub(crate) numbers: ArcArrayD<f64>,
}

impl Case {
    fn new(seed: u64) -> Self {
        let stream = &mut Stream(seed);
        let rows = if seed.is_multiple_of(20) {
            1
        } else {
            1 + stream.below(30) as usize
        };
        let (fine, weighted) = (stream.below(2) == 1, stream.below(2) == 1);
        let columns = 2 + stream.below(4);
        let (occurring, absent) = (1 + stream.below(columns), stream.below(3) == 0);
        let occurring = if absent { occurring } else { columns };
        let outputs = 1 + stream.below(3) as usize;
        let (positives, relation) = (stream.below(8), stream.below(6));
        let mut weights: Vec<f64> = (0..rows).map(|_| stream.below(5) as f64 / 4.0).collect();
        weights[0] += 0.25;
        let table = |stream: &mut Stream, of: fn(&mut Stream, bool) -> f64, width: usize| {
            Array2::from_shape_simple_fn([rows, width], || of(stream, fine))
        };
        let classes = |stream: &mut Stream, count: u64| -> Vec<usize> {
            (0..rows).map(|_| stream.below(count) as usize).collect()
        };
        let width = columns as usize;
        let logits = table(stream, Stream::number, 1);
        let probabilities = table(stream, Stream::share, 1);
        let positive =
            Array2::from_shape_simple_fn([rows, 1], || match (positives, stream.below(2)) {
                (0, _) => 0.0,
                (1, _) => 1.0,
                (_, class) => class as f64,
            });
        let several_logits = table(stream, Stream::number, width);
        let mut several_probabilities = table(stream, Stream::part, width);
        for mut row in several_probabilities.rows_mut() {
            row /= row.sum();
        }
        let of_rows = classes(stream, occurring);
        let predicted = classes(stream, columns);
        let holes = classes(stream, 5)
            .into_iter()
            .map(|hole| hole == 0)
            .collect();
        let mut targets = table(stream, Stream::number, outputs);
        let mut numbers = table(stream, Stream::number, outputs);
        match relation {
            0 => targets.fill(1.5),
            1 => numbers = &targets + 0.5,
            2 => numbers.assign(&targets),
            _ => {}
        }
        let shared = |x: Array2<f64>| x.into_dyn().into_shared();
        Self {
            columns: width,
            weights: weighted.then_some(weights),
            logits: shared(logits),
            probabilities: shared(probabilities),
            positive: shared(positive),
            several_logits: shared(several_logits),
            several_probabilities: shared(several_probabilities),
            classes: of_rows,
            predicted,
            holes,
            targets: shared(targets),
            numbers: shared(numbers),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.classes.len()
    }

    pub(crate) fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// The classes as numbers.
    pub(crate) fn class_targets(&self) -> ArcArrayD<f64> {
        let classes = self.classes.iter().map(|class| *class as f64).collect();
        ArrayD::from_shape_vec(vec![self.rows(), 1], classes)
            .unwrap()
            .into_shared()
    }

    /// The logits of several columns with NaN in some rows.
    pub(crate) fn logits_with_holes(&self) -> ArcArrayD<f64> {
        let mut logits = self.several_logits.clone();
        let rows = (0..self.rows()).filter(|row| self.holes[*row]);
        rows.for_each(|row| logits[[row, row % self.columns]] = f64::NAN);
        logits
    }
}

pub(crate) fn cases() -> Vec<Case> {
    (0..200).map(Case::new).collect()
}

/// What scikit-learn says, by name.
pub(crate) fn fixture() -> serde_json::Map<String, Value> {
    let fixture: Value = serde_json::from_str(include_str!("sklearn.json")).unwrap();
    fixture["values"].as_object().unwrap().clone()
}

/// A number or a list of them; `None` where scikit-learn does not answer.
pub(crate) fn numbers(value: &Value) -> Option<Vec<f64>> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    match value {
        Value::Null => None,
        Value::Array(values) => Some(values.iter().map(number).collect()),
        value => Some(vec![number(value)]),
    }
}
