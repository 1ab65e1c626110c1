use ndarray::Axis;
use rand::seq::SliceRandom;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::random;

use super::DataProblem;
use crate::error;

/// Rows of inputs and targets, with a weight each if they have [some](Dataset::weighted).
///
/// | task | targets |
/// |---|---|
/// | regression, of one output or several | any numbers |
/// | two classes, or several labels that may hold at once | 0 or 1 |
/// | several classes | one class index, from 0 |
///
/// [`check`](Dataset::check) tells whether data are those of a task. Storage is shared: a whole data set goes
/// on a tape without a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<T: Element = f32> {
    /// Inputs `[rows, features]`.
    pub x: ArcArrayD<T>,
    /// Targets `[rows, outputs]`: numbers, 0 or 1, or class indices.
    pub y: ArcArrayD<T>,
    /// What each row counts, `[rows]`, as [losses](tapegrad_nn::Loss::weighted_mean) take it; `None` if all
    /// count the same.
    pub weights: Option<ArcArrayD<T>>,
}

impl<T: Element> Dataset<T> {
    /// From inputs `[rows, features]` and targets `[rows, outputs]`.
    ///
    /// # Panics
    /// If one has not two axes or their rows differ in number.
    #[track_caller]
    pub fn new(x: impl IntoValue<T>, y: impl IntoValue<T>) -> Self {
        let (x, y) = (x.into_value(), y.into_value());
        if x.ndim() != 2 || y.ndim() != 2 || x.shape()[0] != y.shape()[0] {
            error::dataset(x.shape(), y.shape());
        }
        Self {
            x,
            y,
            weights: None,
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.x.shape()[0]
    }

    /// The same rows with a weight each, `[rows]`, in place of those before. They go with their rows through
    /// splits and batches.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_train::data::Dataset;
    ///
    /// let data = Dataset::<f64>::new(array![[1.0], [2.0]], array![[0.0], [1.0]]).weighted([0.5, 2.0]);
    /// assert_eq!(data.select(&[1]).weights, Some(array![2.0].into_dyn().into_shared()));
    /// ```
    ///
    /// # Panics
    /// If there is not one weight for each row.
    #[track_caller]
    pub fn weighted(mut self, weights: impl IntoValue<T>) -> Self {
        let weights = weights.into_value();
        if weights.shape() != [self.rows()] {
            error::row_weights(weights.shape(), self.rows());
        }
        self.weights = Some(weights);
        self
    }

    /// How many inputs a row has.
    pub fn features(&self) -> usize {
        self.x.shape()[1]
    }

    /// The rows with the given indices, in that order.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Self {
        if let Some(&row) = rows.iter().find(|&&row| row >= self.rows()) {
            error::row("Dataset::select", row, self.rows());
        }
        Self {
            x: rows_of(&self.x, rows),
            y: rows_of(&self.y, rows),
            weights: self.weights.as_ref().map(|weights| rows_of(weights, rows)),
        }
    }

    /// [`select`](Dataset::select) in the memory of another data set, as far as it has the shape.
    pub(super) fn select_into(&self, rows: &[usize], into: &mut Self) {
        rows_into(&self.x, rows, &mut into.x);
        rows_into(&self.y, rows, &mut into.y);
        match (&self.weights, &mut into.weights) {
            (Some(weights), Some(into)) => rows_into(weights, rows, into),
            (weights, into) => *into = weights.as_ref().map(|weights| rows_of(weights, rows)),
        }
    }

    /// The first `rows` rows, and the others.
    ///
    /// # Panics
    /// If there are fewer.
    #[track_caller]
    pub fn split_at(&self, rows: usize) -> (Self, Self) {
        if rows > self.rows() {
            error::split_at(rows, self.rows());
        }
        let all: Vec<_> = (0..self.rows()).collect();
        (self.select(&all[..rows]), self.select(&all[rows..]))
    }

    /// Two parts of shuffled rows, the first with `fraction` of them, rounded. A part may have no row; a
    /// [`HoldOut`](super::HoldOut) refuses that, and can keep the shares of classes.
    ///
    /// # Panics
    /// If the fraction is not in `[0, 1]`.
    #[track_caller]
    pub fn split(&self, fraction: f64, seed: u64) -> (Self, Self) {
        if !(0.0..=1.0).contains(&fraction) {
            error::fraction("Dataset::split", fraction);
        }
        self.shuffled(seed)
            .split_at((fraction * self.rows() as f64).round() as usize)
    }

    /// The rows in an order that the seed fixes.
    pub fn shuffled(&self, seed: u64) -> Self {
        self.select(&self.order(seed))
    }

    pub(super) fn order(&self, seed: u64) -> Vec<usize> {
        let mut order: Vec<_> = (0..self.rows()).collect();
        order.shuffle(&mut random::stream(seed));
        order
    }

    /// The targets as class indices.
    ///
    /// # Panics
    /// If there is not one target a row, or one is not a whole number of at least 0.
    #[track_caller]
    pub fn classes(&self) -> Vec<usize> {
        match self.class_indices() {
            Ok(classes) => classes,
            Err(DataProblem::NotATarget { row, target, .. }) => error::not_a_class(row, target),
            Err(_) => error::outputs("Dataset::classes", self.y.shape()[1]),
        }
    }

    /// As [`classes`](Dataset::classes), for data that need not have any.
    pub(super) fn class_indices(&self) -> Result<Vec<usize>, DataProblem> {
        if self.y.shape()[1] != 1 {
            return Err(DataProblem::Outputs {
                found: self.y.shape()[1],
                expected: "one, a class",
            });
        }
        let class = |(row, target): (usize, f64)| {
            if target >= 0.0 && target.fract() == 0.0 {
                return Ok(target as usize);
            }
            Err(DataProblem::NotATarget {
                row,
                column: 0,
                target,
                expected: "a whole number and at least 0".to_owned(),
            })
        };
        let targets = self.y.iter().map(|y| y.wide()).enumerate();
        targets.map(class).collect()
    }

    /// The same rows with other inputs.
    ///
    /// # Panics
    /// If `f` changes the number of rows or axes.
    #[track_caller]
    pub fn map_x<V: IntoValue<T>>(&self, f: impl FnOnce(&ArcArrayD<T>) -> V) -> Self {
        let weights = self.weights.clone();
        Self {
            weights,
            ..Self::new(f(&self.x), &self.y)
        }
    }

    /// The same rows with other targets.
    ///
    /// # Panics
    /// If `f` changes the number of rows or axes.
    #[track_caller]
    pub fn map_y<V: IntoValue<T>>(&self, f: impl FnOnce(&ArcArrayD<T>) -> V) -> Self {
        let weights = self.weights.clone();
        Self {
            weights,
            ..Self::new(&self.x, f(&self.y))
        }
    }
}

/// Some rows of an array.
fn rows_of<T: Element>(array: &ArcArrayD<T>, rows: &[usize]) -> ArcArrayD<T> {
    let Some(numbers) = array.as_slice() else {
        return array.select(Axis(0), rows).into_shared();
    };
    let width = array.shape()[1..].iter().product();
    let mut shape = array.raw_dim();
    shape[0] = rows.len();
    let mut selected = vec![T::zero(); rows.len() * width];
    gather(&mut selected, numbers, rows, width);
    ArcArrayD::from_shape_vec(shape, selected).expect("one number for each place")
}

/// Some rows of an array, in the memory of another one if it has their shape.
fn rows_into<T: Element>(array: &ArcArrayD<T>, rows: &[usize], into: &mut ArcArrayD<T>) {
    let fits = into.shape()[0] == rows.len() && into.shape()[1..] == array.shape()[1..];
    if fits
        && let Some(numbers) = array.as_slice()
        && let Some(into) = into.as_slice_mut()
    {
        let width = array.shape()[1..].iter().product();
        return gather(into, numbers, rows, width);
    }
    *into = rows_of(array, rows);
}

/// Copies rows of `width` numbers. `ndarray` goes number by number, and a copy of few numbers whose count is not known
/// when it is compiled is a call: either takes longer than a part of a small network's step.
fn gather<T: Copy>(into: &mut [T], numbers: &[T], rows: &[usize], width: usize) {
    match width {
        0 => {}
        1 => gather_by::<T, 1>(into, numbers, rows),
        2 => gather_by::<T, 2>(into, numbers, rows),
        3 => gather_by::<T, 3>(into, numbers, rows),
        4 => gather_by::<T, 4>(into, numbers, rows),
        _ => {
            for (into, &row) in into.chunks_exact_mut(width).zip(rows) {
                into.copy_from_slice(&numbers[row * width..][..width]);
            }
        }
    }
}

fn gather_by<T: Copy, const WIDTH: usize>(into: &mut [T], numbers: &[T], rows: &[usize]) {
    let (numbers, _) = numbers.as_chunks::<WIDTH>();
    for (into, &row) in into.as_chunks_mut::<WIDTH>().0.iter_mut().zip(rows) {
        *into = numbers[row];
    }
}
