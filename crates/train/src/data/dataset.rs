use ndarray::Axis;
use rand::seq::SliceRandom;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::random;

use super::Batches;
use crate::error;

/// Rows of inputs and targets.
///
/// Storage is shared: a whole data set goes on a tape without a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<T: Element = f32> {
    /// Inputs `[rows, features]`.
    pub x: ArcArrayD<T>,
    /// Targets `[rows, outputs]`: numbers, 0 or 1, or class indices.
    pub y: ArcArrayD<T>,
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
        Self { x, y }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.x.shape()[0]
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
            error::row(row, self.rows());
        }
        let select = |from: &ArcArrayD<T>| from.select(Axis(0), rows).into_shared();
        Self {
            x: select(&self.x),
            y: select(&self.y),
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

    /// Two parts of shuffled rows, the first with `fraction` of them, rounded.
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

    /// The rows in batches of `size`, the last one perhaps smaller, in an order that (`seed`,
    /// `epoch`) fixes and nothing else.
    ///
    /// # Panics
    /// If `size` is 0.
    #[track_caller]
    pub fn batches(&self, size: usize, seed: u64, epoch: usize) -> Batches<'_, T> {
        if size == 0 {
            error::batch_size();
        }
        Batches::new(self, self.order(random::derive(seed, epoch)), size)
    }

    /// The targets as class indices.
    ///
    /// # Panics
    /// If there is not one target a row, or one is not a whole number of at least 0.
    #[track_caller]
    pub fn classes(&self) -> Vec<usize> {
        if self.y.shape()[1] != 1 {
            error::outputs("Dataset::classes", self.y.shape()[1]);
        }
        let targets = self.y.iter().map(|y| y.wide());
        if let Some((row, target)) = targets
            .clone()
            .enumerate()
            .find(|(_, y)| *y < 0.0 || y.fract() != 0.0)
        {
            error::not_a_class(row, target);
        }
        targets.map(|y| y as usize).collect()
    }

    /// The same rows with other inputs.
    ///
    /// # Panics
    /// If `f` changes the number of rows or axes.
    #[track_caller]
    pub fn map_x<V: IntoValue<T>>(&self, f: impl FnOnce(&ArcArrayD<T>) -> V) -> Self {
        Self::new(f(&self.x), &self.y)
    }

    /// The same rows with other targets.
    ///
    /// # Panics
    /// If `f` changes the number of rows or axes.
    #[track_caller]
    pub fn map_y<V: IntoValue<T>>(&self, f: impl FnOnce(&ArcArrayD<T>) -> V) -> Self {
        Self::new(&self.x, f(&self.y))
    }
}
