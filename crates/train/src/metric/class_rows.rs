use ndarray::ArrayView2;
use tapegrad_autodiff::{ArcArrayD, Element, Tape};

use super::given::Given;
use super::weights;
use crate::error;

/// Outputs of a classifier that fit their targets and weights.
pub(super) struct ClassRows {
    pub(super) given: Given,
    /// How many outputs a row has; 1 is for two classes.
    pub(super) columns: usize,
    /// Row by row.
    outputs: Vec<f64>,
    /// Of each row.
    pub(super) classes: Vec<usize>,
    /// Of each row.
    pub(super) weights: Vec<f64>,
    /// The machine precision of the element type.
    pub(super) epsilon: f64,
}

impl ClassRows {
    /// Targets are `[rows]` or `[rows, 1]`.
    #[track_caller]
    pub(super) fn new<T: Element>(
        who: &str,
        given: Given,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> Self {
        let columns = columns(who, outputs, targets.shape());
        let count = columns.max(2);
        let targets = targets.iter().map(|target| target.wide());
        let holds = |y: f64| y >= 0.0 && y < count as f64 && y.fract() == 0.0;
        if let Some((row, target)) = targets.clone().enumerate().find(|(_, y)| !holds(*y)) {
            error::target_class(who, row, target, count);
        }
        let classes = targets.map(|target| target as usize).collect();
        Self::of_classes(who, given, outputs, classes, weights)
    }

    /// Of classes as whole numbers.
    #[track_caller]
    pub(super) fn of_classes<T: Element>(
        who: &str,
        given: Given,
        outputs: &ArcArrayD<T>,
        classes: Vec<usize>,
        weights: Option<&[f64]>,
    ) -> Self {
        let columns = columns(who, outputs, &[classes.len()]);
        let count = columns.max(2);
        if let Some(row) = classes.iter().position(|&class| class >= count) {
            error::target_class(who, row, classes[row] as f64, count);
        }
        let outputs: Vec<f64> = outputs.iter().map(|z| z.wide()).collect();
        let outside = |p: &f64| *p < 0.0 || *p > 1.0;
        if given == Given::Probabilities
            && let Some(place) = outputs.iter().position(outside)
        {
            error::probability(who, place / columns, outputs[place]);
        }
        Self {
            given,
            columns,
            outputs,
            weights: weights::of_rows(who, classes.len(), weights),
            classes,
            epsilon: T::epsilon().wide(),
        }
    }

    /// With one column of outputs.
    #[track_caller]
    pub(super) fn of_one_column<T: Element>(
        who: &str,
        given: Given,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> Self {
        if columns(who, outputs, targets.shape()) != 1 {
            error::one_column(who, outputs.shape());
        }
        Self::new(who, given, outputs, targets, weights)
    }

    /// How many classes there are.
    pub(super) fn class_count(&self) -> usize {
        self.columns.max(2)
    }

    /// The outputs of each row and its class.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&[f64], usize)> {
        let rows = self.outputs.chunks_exact(self.columns);
        rows.zip(self.classes.iter().copied())
    }

    /// The outputs, row by row.
    pub(super) fn outputs(&self) -> ArrayView2<'_, f64> {
        ArrayView2::from_shape([self.classes.len(), self.columns], &self.outputs)
            .expect("every row has as many columns")
    }

    /// The predicted class of each row.
    pub(super) fn predicted(&self) -> impl Iterator<Item = Option<usize>> {
        self.rows().map(|(row, _)| self.given.decide(row))
    }

    /// The same rows with probabilities in place of logits.
    pub(super) fn into_probabilities(self) -> Self {
        if self.given == Given::Probabilities {
            return self;
        }
        let tape = Tape::new();
        let z = tape.constant(&self.outputs());
        let p = match self.columns {
            1 => z.sigmoid(),
            _ => z.softmax(-1),
        };
        let outputs = p.value().iter().copied().collect();
        Self {
            given: Given::Probabilities,
            outputs,
            ..self
        }
    }

    /// Which rows are of a class.
    fn positive(&self, class: usize) -> Vec<bool> {
        self.classes.iter().map(|other| *other == class).collect()
    }

    /// What `of` says of the scores in one column, of which rows are positive, and of the weights.
    pub(super) fn of_column<R>(&self, of: impl Fn(&[f64], &[bool], &[f64]) -> R) -> R {
        of(&self.outputs, &self.positive(1), &self.weights)
    }

    /// The same of one column; for several the mean of what `of` says of the probability of each class
    /// against the rest.
    pub(super) fn one_vs_rest(self, of: impl Fn(&[f64], &[bool], &[f64]) -> f64) -> f64 {
        if self.columns == 1 {
            return self.of_column(of);
        }
        let rows = self.into_probabilities();
        let columns = rows.outputs();
        let each = columns.columns().into_iter().enumerate();
        let each = each.map(|(class, p)| of(&p.to_vec(), &rows.positive(class), &rows.weights));
        each.sum::<f64>() / rows.columns as f64
    }
}

/// How many outputs there are a row, for targets of which there is one a row.
#[track_caller]
fn columns<T: Element>(who: &str, outputs: &ArcArrayD<T>, targets: &[usize]) -> usize {
    let (rows, columns) = match *outputs.shape() {
        [rows] => (rows, 1),
        [rows, columns] => (rows, columns),
        _ => (0, 0),
    };
    let fits = matches!(*targets, [count] | [count, 1] if count == rows);
    if !fits || outputs.is_empty() {
        error::class_rows(who, outputs.shape(), targets);
    }
    columns
}
