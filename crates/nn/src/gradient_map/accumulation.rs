use tapegrad_autodiff::Element;

use super::GradientMap;
use super::clip::scale;
use crate::error;

/// The gradients of several micro-batches as those of one batch: `Σ n g` or `Σ n g / Σ n`, where `g` is the
/// gradient of a micro-batch and `n` how many rows it has.
///
/// Of *mean* losses over the rows, [`mean`](Accumulation::mean) is the gradient of the mean over all rows,
/// whatever the sizes of the micro-batches. A penalty in the loss of each, `data_loss + model.penalty(&on)`, is
/// in it once, as the mean of what is equal is that itself: write the loss of a micro-batch as that of a whole
/// one. (Losses that sum, given one row each, count a penalty as often as there are maps.)
///
/// A parameter without a gradient in one map has 0 there. Of the new values of statistics the last one stays;
/// each pass starts from what the model holds, so for all to count, as if the batches came one by one, write
/// each with [`update_statistics`](GradientMap::update_statistics) before it is added. If the loss of one lacks
/// its penalties, so does the whole.
///
/// Nothing is copied: the first map becomes the sum, the memory of the others goes back to their tape.
///
/// ```
/// use ndarray::{array, s};
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Accumulation, Dense, Loss, Module, Penalty, Scope, loss};
///
/// let layer = Dense::<f64>::new(1, 1).penalize(Penalty::l2(0.1));
/// let (x, y) = (array![[1.0], [2.0], [3.0]], array![[0.0], [5.0], [1.0]]);
/// let mut tape = Tape::new();
/// let mut gradients = |rows: std::ops::Range<usize>| {
///     let on = Scope::train(&tape);
///     let predictions = layer.forward(&on, on.input(x.slice(s![rows.clone(), ..]).to_owned()));
///     let data_loss = loss::SquaredError.mean(predictions, y.slice(s![rows, ..]).to_owned());
///     let gradients = on.backward(data_loss + layer.penalty(&on));
///     tape.clear();
///     gradients
/// };
/// let mut accumulation = Accumulation::new();
/// accumulation.add(gradients(0..2), 2);
/// accumulation.add(gradients(2..3), 1);
/// let (of_parts, of_all) = (accumulation.mean(), gradients(0..3));
/// let w = &layer.weight;
/// assert!((of_parts.wrt(w)[[0, 0]] - of_all.wrt(w)[[0, 0]]).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Accumulation<T: Element = f32> {
    sum: Option<GradientMap<T>>,
    rows: usize,
}

impl<T: Element> Default for Accumulation<T> {
    fn default() -> Self {
        Self { sum: None, rows: 0 }
    }
}

impl<T: Element> Accumulation<T> {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the gradients of a micro-batch with so many rows; with 1 each, maps count alike.
    ///
    /// # Panics
    /// If there are no rows, or a parameter had a gradient of another shape before.
    #[track_caller]
    pub fn add(&mut self, mut gradients: GradientMap<T>, rows: usize) {
        if rows == 0 {
            error::no_rows_to_add();
        }
        if let Some(sum) = &self.sum {
            check(sum, &gradients);
        }
        self.rows += rows;
        if rows != 1 {
            let of = gradients.of.iter_mut();
            of.for_each(|(_, _, g)| scale(g, rows as f64));
        }
        gradients.clipped = 1.0;
        let Some(sum) = &mut self.sum else {
            self.sum = Some(gradients);
            return;
        };
        sum.of.merge(gradients.of, |sum, g| {
            sum.iter_mut().zip(g).for_each(|(sum, &g)| *sum += g);
        });
        sum.updates
            .merge(gradients.updates, |last, new| last.copy_from_slice(new));
        sum.lacks_penalty |= gradients.lacks_penalty;
    }

    /// How many rows were added since the start or since the last `mean` or `sum`.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// `Σ n g / Σ n` of what was added, and starts anew.
    ///
    /// # Panics
    /// If nothing was added.
    #[track_caller]
    pub fn mean(&mut self) -> GradientMap<T> {
        let part = 1.0 / self.rows as f64;
        let mut mean = self.taken("mean");
        mean.of.iter_mut().for_each(|(_, _, g)| scale(g, part));
        mean
    }

    /// `Σ n g` of what was added, and starts anew.
    ///
    /// # Panics
    /// If nothing was added.
    #[track_caller]
    pub fn sum(&mut self) -> GradientMap<T> {
        self.taken("sum")
    }

    #[track_caller]
    fn taken(&mut self, what: &str) -> GradientMap<T> {
        self.rows = 0;
        match self.sum.take() {
            Some(sum) => sum,
            None => error::nothing_accumulated(what),
        }
    }
}

/// That gradients, and new values of statistics, have the shapes of those before.
#[track_caller]
fn check<T: Element>(sum: &GradientMap<T>, gradients: &GradientMap<T>) {
    for (before, now) in [(&sum.of, &gradients.of), (&sum.updates, &gradients.updates)] {
        for (key, now) in now.iter() {
            let before = before.numbers(key).map(|(shape, _)| shape);
            if let Some(before) = before.filter(|&before| before != now.shape()) {
                error::accumulated_shape(now.shape(), before);
            }
        }
    }
}
