//! What is searched.

mod around;
mod dimension;
mod penalties;
mod range;
mod space_error;
mod value;

use std::fmt;
use std::ops::RangeInclusive;

use crate::error;
pub use dimension::Dimension;
pub use range::Range;
pub use space_error::SpaceError;
pub(crate) use value::short;
pub use value::{Value, Values};

/// Named ranges, in which a [`Search`](crate::search::Search) looks for the least score.
///
/// | | values | drawn |
/// |---|---|---|
/// | [`linear`](Space::linear) | numbers | evenly |
/// | [`log`](Space::log) | numbers above 0 | evenly by their logarithms: for strengths and learning rates |
/// | [`integer`](Space::integer) | whole numbers | evenly |
/// | [`log_integer`](Space::log_integer) | whole numbers above 0 | evenly by their logarithms: for widths |
/// | [`choice`](Space::choice) | one of several words | evenly |
/// | [`when`](Space::when) | as it says | only if a choice before it has fallen so |
/// | [`penalties`](Space::penalties) | a strength for each penalty of a model | evenly by their logarithms |
///
/// A search knows it as a cube: each dimension has a coordinate from 0 to 1.
///
/// ```
/// use tapegrad_tune::Space;
///
/// let space = Space::new()
///     .log("layers.0", 1e-6..=1e-1)
///     .integer("width", 8..=64)
///     .choice("optimizer", ["sgd", "adam"])
///     .when("optimizer", "sgd", |sgd| sgd.linear("momentum", 0.0..=0.99));
/// space.check()?;
///
/// let values = space.values(&[0.5, 0.0, 0.9, 0.5]);       // the middle, the least, the last
/// assert!((values.number("layers.0") / 10_f64.powf(-3.5) - 1.0).abs() < 1e-12);
/// assert_eq!(values.integer("width"), 8);
/// assert_eq!(values.choice("optimizer"), "adam");
/// assert!(!values.has("momentum"));                       // Adam has none
/// # Ok::<(), tapegrad_tune::SpaceError>(())
/// ```
///
/// A range may come from a user or a file, so what is wrong with one is told by [`check`](Space::check), which
/// everything that searches calls first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    dimensions: Vec<Dimension>,
    /// The first thing that is wrong with it.
    wrong: Option<SpaceError>,
}

impl Space {
    /// With nothing to search yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Numbers of a range, evenly.
    pub fn linear(self, name: &str, range: RangeInclusive<f64>) -> Self {
        let (low, high) = range.into_inner();
        self.with(name, Range::Linear { low, high })
    }

    /// Numbers of a range above 0, evenly by their logarithms.
    pub fn log(self, name: &str, range: RangeInclusive<f64>) -> Self {
        let (low, high) = range.into_inner();
        self.with(name, Range::Log { low, high })
    }

    /// Whole numbers of a range, evenly.
    pub fn integer(self, name: &str, range: RangeInclusive<i64>) -> Self {
        let (low, high) = range.into_inner();
        self.with(name, Range::Integer { low, high })
    }

    /// Whole numbers of a range above 0, evenly by their logarithms.
    pub fn log_integer(self, name: &str, range: RangeInclusive<i64>) -> Self {
        let (low, high) = range.into_inner();
        self.with(name, Range::LogInteger { low, high })
    }

    /// One of several words.
    pub fn choice<'w>(self, name: &str, words: impl IntoIterator<Item = &'w str>) -> Self {
        let words = words.into_iter().map(str::to_owned).collect();
        self.with(name, Range::Choice(words))
    }

    /// Dimensions that are there only if the choice `name` has fallen on `word`. The closure adds them to what it is
    /// given.
    ///
    /// # Panics
    /// If the closure gives another space.
    #[track_caller]
    pub fn when(mut self, name: &str, word: &str, more: impl FnOnce(Self) -> Self) -> Self {
        let choice = self.dimensions.iter().position(|d| d.name() == name);
        let words = choice.and_then(|choice| match self.dimensions[choice].range() {
            Range::Choice(words) => words.iter().position(|w| w == word),
            _ => None,
        });
        let (Some(choice), Some(word)) = (choice, words) else {
            self.blame(SpaceError::NoChoice {
                name: name.to_owned(),
                word: word.to_owned(),
            });
            return self;
        };
        let before = self.dimensions.clone();
        let mut space = more(self);
        if !space.dimensions.starts_with(&before) {
            error::other_space();
        }
        for dimension in &mut space.dimensions[before.len()..] {
            dimension.only_if(choice, word);
        }
        space
    }

    /// A dimension with a range of any kind.
    pub fn with(mut self, name: &str, range: Range) -> Self {
        if let Some(wrong) = range.wrong() {
            self.blame(SpaceError::Range {
                name: name.to_owned(),
                wrong,
            });
        }
        if self.dimensions.iter().any(|d| d.name() == name) {
            self.blame(SpaceError::Twice {
                name: name.to_owned(),
            });
        }
        self.dimensions.push(Dimension::new(name, range));
        self
    }

    fn blame(&mut self, wrong: SpaceError) {
        self.wrong.get_or_insert(wrong);
    }

    /// Whether it can be searched.
    ///
    /// # Errors
    /// If there is no dimension, a range is empty, reversed, not finite or, by logarithms, not above 0, a name is
    /// there twice, or a condition is on a choice that is not there before it.
    pub fn check(&self) -> Result<(), SpaceError> {
        match &self.wrong {
            Some(wrong) => Err(wrong.clone()),
            None if self.dimensions.is_empty() => Err(SpaceError::Empty),
            None => Ok(()),
        }
    }

    /// The dimensions, in the order in which they were named.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Whether a dimension is there at this place: its conditions hold, and theirs.
    pub fn is_active(&self, dimension: usize, coordinates: &[f64]) -> bool {
        self.dimensions[dimension]
            .conditions()
            .all(|(choice, word)| {
                self.is_active(choice, coordinates)
                    && self.dimensions[choice].range().value(coordinates[choice])
                        == Value::Choice(word)
            })
    }

    /// What stands at a place of the cube: a coordinate from 0 to 1 for each dimension.
    ///
    /// # Panics
    /// If there are others, or the space cannot be [searched](Space::check).
    #[track_caller]
    pub fn values(&self, coordinates: &[f64]) -> Values {
        if let Err(wrong) = self.check() {
            error::unfit_space(&wrong.to_string());
        }
        let is_place = coordinates.iter().all(|x| (0.0..=1.0).contains(x));
        if coordinates.len() != self.dimensions.len() || !is_place {
            error::coordinates(coordinates, self.dimensions.len());
        }
        let (mut each, mut absent) = (Vec::new(), Vec::new());
        for (d, dimension) in self.dimensions.iter().enumerate() {
            if self.is_active(d, coordinates) {
                let value = dimension.range().value(coordinates[d]);
                each.push((dimension.clone(), value));
            } else {
                absent.push(dimension.name().to_owned());
            }
        }
        Values::new(each, absent)
    }
}

impl Space {
    /// As it is displayed, but with names and words in quotes: no two spaces are written alike.
    pub(crate) fn exact(&self) -> String {
        let range = |range: &Range| match range {
            Range::Choice(words) => format!("{words:?}"),
            range => range.to_string(),
        };
        let lines = self.lines_with(|text| format!("{text:?}"), range);
        lines.map(|line| line + "\n").collect()
    }

    /// A line for each dimension, with a text for its range.
    pub(crate) fn lines(&self, range: impl Fn(&Range) -> String) -> Vec<String> {
        self.lines_with(str::to_owned, range).collect()
    }

    /// A line for each dimension, with texts for names and words, and for its range.
    fn lines_with(
        &self,
        text: impl Fn(&str) -> String,
        range: impl Fn(&Range) -> String,
    ) -> impl Iterator<Item = String> {
        self.dimensions.iter().map(move |dimension| {
            let mut line = format!("{}: {}", text(dimension.name()), range(dimension.range()));
            for (choice, word) in dimension.conditions() {
                let choice = &self.dimensions[choice];
                if let Range::Choice(words) = choice.range() {
                    let (name, word) = (text(choice.name()), text(&words[word]));
                    line += &format!(", if {name} is {word}");
                }
            }
            line
        })
    }
}

impl fmt::Display for Space {
    /// A line for each dimension.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines(Range::to_string);
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
