use super::{Next, Search, Seen, Suggestion};
use crate::{Dimension, Range, Space, Value, error};

/// Each combination of some values of each dimension, one after the other; the last dimension changes quickest.
///
/// | dimension | values |
/// |---|---|
/// | numbers, whole or not | [so many](Grid::levels) of the range, evenly or evenly by logarithms, the bounds among them |
/// | a choice | each word |
/// | one whose condition does not hold | none: the combination is there once |
///
/// Whole numbers that fall together are there once. One level is the middle.
///
/// ```
/// use tapegrad_tune::search::Grid;
/// use tapegrad_tune::{Space, Study};
///
/// let space = Space::new().log("l1", 1e-6..=1e-2).choice("activation", ["tanh", "relu"]);
/// let trials = Study::new(space, Grid::new(5)).run(|trial| trial.values().number("l1"))?;
/// assert_eq!(trials.all().len(), 10);
/// assert_eq!(trials.best().unwrap().values.number("l1"), 1e-6);
/// # Ok::<(), tapegrad_tune::StudyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    levels: usize,
    /// Of single dimensions.
    each: Vec<(String, usize)>,
}

impl Grid {
    /// With so many values of each range.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn new(levels: usize) -> Self {
        Self {
            levels: error::at_least_one("Grid", "number of levels", levels),
            each: Vec::new(),
        }
    }

    /// With so many values of one range. A search in a space where it is not, or a choice, panics.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn levels(mut self, name: &str, levels: usize) -> Self {
        let levels = error::at_least_one("Grid", "number of levels", levels);
        self.each.push((name.to_owned(), levels));
        self
    }

    /// The coordinates that a dimension has.
    fn coordinates(&self, dimension: &Dimension) -> Vec<f64> {
        let own = self.each.iter().rfind(|(name, _)| name == dimension.name());
        let levels = own.map_or(self.levels, |(_, levels)| *levels);
        let share = |level: usize| match levels {
            1 => 0.5,
            _ => level as f64 / (levels - 1) as f64,
        };
        let shares = (0..levels).map(share);
        let range = dimension.range();
        let mut coordinates: Vec<_> = match *range {
            Range::Choice(ref words) => {
                let words = 0..words.len();
                words.map(|n| range.coordinate(&Value::Choice(n))).collect()
            }
            Range::Linear { low, high } | Range::Log { low, high } if low == high => vec![0.5],
            Range::Linear { .. } | Range::Log { .. } => shares.collect(),
            Range::Integer { low, high } => {
                let width = high.abs_diff(low) as f64;
                let whole = |share: f64| i128::from(low) + (share * width).round() as i128;
                let whole = shares.map(|share| whole(share).min(high.into()) as i64);
                whole
                    .map(|n| range.coordinate(&Value::Integer(n)))
                    .collect()
            }
            Range::LogInteger { low, high } => {
                let [first, last] = [low, high].map(|n| (n as f64).ln());
                let whole =
                    |share: f64| (first * (1.0 - share) + last * share).exp().round() as i64;
                let whole = shares.map(|share| whole(share).clamp(low, high));
                whole
                    .map(|n| range.coordinate(&Value::Integer(n)))
                    .collect()
            }
        };
        coordinates.dedup();
        coordinates
    }

    /// The combinations, one after the other.
    #[track_caller]
    fn places<'s>(&self, space: &'s Space) -> Places<'s> {
        for (name, _) in &self.each {
            let mut dimensions = space.dimensions().iter();
            let found = dimensions.find(|dimension| dimension.name() == name);
            if found.is_none_or(|dimension| matches!(dimension.range(), Range::Choice(_))) {
                error::no_levels(name);
            }
        }
        let dimensions = space.dimensions();
        let levels: Vec<_> = dimensions.iter().map(|d| self.coordinates(d)).collect();
        Places {
            space,
            at: vec![0.5; levels.len()],
            level: vec![None; levels.len()],
            levels,
            is_begun: false,
        }
    }

    /// The combination with a number.
    #[track_caller]
    fn place(&self, space: &Space, number: usize) -> Option<Vec<f64>> {
        let mut places = self.places(space);
        let is_conditional = |d: &Dimension| d.conditions().next().is_some();
        if space.dimensions().iter().any(is_conditional) {
            return places.nth(number);
        }
        // All are there: the levels are the digits of the number.
        let mut rest = number;
        for (at, levels) in places.at.iter_mut().zip(&places.levels).rev() {
            *at = levels[rest % levels.len()];
            rest /= levels.len();
        }
        (rest == 0).then_some(places.at)
    }
}

/// Like a counter, with a digit for each dimension that is there.
struct Places<'s> {
    space: &'s Space,
    levels: Vec<Vec<f64>>,
    at: Vec<f64>,
    /// The level of each dimension that is there.
    level: Vec<Option<usize>>,
    is_begun: bool,
}

impl Places<'_> {
    /// The first level of each dimension from this one on.
    fn begin(&mut self, from: usize) {
        for d in from..self.levels.len() {
            let is_there = self.space.is_active(d, &self.at);
            self.level[d] = is_there.then_some(0);
            self.at[d] = if is_there { self.levels[d][0] } else { 0.5 };
        }
    }
}

impl Iterator for Places<'_> {
    type Item = Vec<f64>;

    fn next(&mut self) -> Option<Vec<f64>> {
        if !self.is_begun {
            self.is_begun = true;
            self.begin(0);
            return Some(self.at.clone());
        }
        for d in (0..self.levels.len()).rev() {
            let next = self.level[d].map(|level| level + 1);
            if let Some(level) = next.filter(|&level| level < self.levels[d].len()) {
                (self.level[d], self.at[d]) = (Some(level), self.levels[d][level]);
                self.begin(d + 1);
                return Some(self.at.clone());
            }
        }
        None
    }
}

impl Search for Grid {
    fn name(&self) -> String {
        let mut name = format!("grid of {}", self.levels);
        for (dimension, levels) in &self.each {
            name = format!("{name}, {dimension} of {levels}");
        }
        name
    }

    #[track_caller]
    fn next(
        &self,
        space: &Space,
        _seen: &[Seen],
        _ahead: &[&[f64]],
        number: usize,
        _seed: u64,
    ) -> Next {
        self.place(space, number)
            .map_or(Next::Done, |place| Next::Try(Suggestion::at(place)))
    }

    fn ends(&self) -> bool {
        true
    }
}
