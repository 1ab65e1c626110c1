//! A column without its noise.

use crate::History;

/// The numbers of a column and the medians around them, over a tenth of the rows.
pub(super) struct Curve {
    pub epochs: Vec<usize>,
    pub numbers: Vec<f64>,
    pub medians: Vec<f64>,
    /// Whether 0 is the least that there can be, so that parts of a number say something. Of a loss that falls below
    /// it they do not: there, what counts must exceed the [noise](Curve::noise).
    pub is_above_zero: bool,
}

impl Curve {
    /// Of the rows before an epoch; none if there are too few for a judgement.
    pub(super) fn of(history: &History, column: &str, before: usize) -> Option<Self> {
        const LEAST: usize = 8;
        let points = history.points(column).filter(|(epoch, _)| *epoch < before);
        let (epochs, numbers): (Vec<usize>, Vec<f64>) = points.unzip();
        if numbers.len() < LEAST {
            return None;
        }
        let half = numbers.len().div_ceil(20);
        let medians = (0..numbers.len()).map(|row| {
            // Narrower towards the ends, so that a trend is not cut off.
            let half = half.min(row).min(numbers.len() - 1 - row);
            median(&numbers[row - half..=row + half])
        });
        let medians = medians.collect();
        let is_above_zero = numbers.iter().all(|number| *number >= 0.0);
        Some(Self {
            epochs,
            numbers,
            medians,
            is_above_zero,
        })
    }

    pub(super) fn first(&self) -> f64 {
        self.numbers[0]
    }

    /// The median of the last tenth.
    pub(super) fn last(&self) -> f64 {
        let rows = self.numbers.len();
        median(&self.numbers[rows - rows.div_ceil(10)..])
    }

    /// The row of the least median, the first of equals.
    pub(super) fn best_row(&self) -> usize {
        let less = |best: usize, row: usize| match self.medians[row] < self.medians[best] {
            true => row,
            false => best,
        };
        (0..self.medians.len()).reduce(less).unwrap_or(0)
    }

    pub(super) fn best(&self) -> f64 {
        self.medians[self.best_row()]
    }

    pub(super) fn best_epoch(&self) -> usize {
        self.epochs[self.best_row()]
    }

    /// How far it fell to its least.
    pub(super) fn fall(&self) -> f64 {
        self.first() - self.best()
    }

    /// How far a row is from the middle of its neighbours, on average, twice: medians do not differ by more if
    /// nothing but chance tells rows apart.
    pub(super) fn noise(&self) -> f64 {
        let threes = self.numbers.windows(3);
        let apart = threes.map(|row| (row[1] - (row[0] / 2.0 + row[2] / 2.0)).abs());
        2.0 * apart.sum::<f64>() / (self.numbers.len() - 2) as f64
    }

    /// Whether it ends above its least by so large parts of the fall and of the least, if that says something.
    pub(super) fn rises(&self, of_fall: f64, of_least: f64) -> bool {
        let rise = self.last() - self.best();
        let least = match self.is_above_zero {
            true => of_least * self.best(),
            false => self.noise(),
        };
        rise > of_fall * self.fall() && rise > least && rise > 0.0
    }

    /// Whether it ends below its first number by so large a part of it, if that says something.
    pub(super) fn has_fallen(&self, of_first: f64) -> bool {
        let fall = self.first() - self.last();
        match self.is_above_zero {
            true => fall >= of_first * self.first(),
            false => fall > self.noise(),
        }
    }

    /// The median at the last row up to an epoch.
    pub(super) fn at(&self, epoch: usize) -> f64 {
        let row = self.epochs.iter().rposition(|other| *other <= epoch);
        self.medians[row.unwrap_or(0)]
    }

    /// The median at a share of the rows.
    pub(super) fn at_share(&self, share: f64) -> f64 {
        self.medians[((self.medians.len() - 1) as f64 * share).round() as usize]
    }

    /// From row to row.
    pub(super) fn changes(&self) -> impl Iterator<Item = f64> {
        self.numbers.windows(2).map(|rows| rows[1] - rows[0])
    }
}

pub(super) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (below, above) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    below / 2.0 + above / 2.0
}
