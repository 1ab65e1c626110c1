use std::fmt;

use super::{Dimension, Range};
use crate::error;

/// What a dimension is at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// The number of a word.
    Choice(usize),
}

/// What all dimensions of a [`Space`](super::Space) that are there are at one place, by name.
///
/// Asking for a name that is not there, or as another kind, is misuse in code, and panics.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    each: Vec<(Dimension, Value)>,
    /// The names of those that are not.
    absent: Vec<String>,
}

impl Values {
    pub(super) fn new(each: Vec<(Dimension, Value)>, absent: Vec<String>) -> Self {
        Self { each, absent }
    }

    /// Whether the space has such a dimension, which is not there at this place.
    pub(super) fn is_absent(&self, name: &str) -> bool {
        self.absent.iter().any(|other| other == name)
    }

    /// Whether a dimension is there.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A number.
    ///
    /// # Panics
    /// If the dimension is not there, or a choice.
    #[track_caller]
    pub fn number(&self, name: &str) -> f64 {
        match self.found(name, "number") {
            (_, Value::Number(x)) => *x,
            (_, Value::Integer(n)) => *n as f64,
            (dimension, _) => error::other_kind("number", name, &dimension.range().to_string()),
        }
    }

    /// A whole number.
    ///
    /// # Panics
    /// If the dimension is not there, or of another kind.
    #[track_caller]
    pub fn integer(&self, name: &str) -> i64 {
        match self.found(name, "integer") {
            (_, Value::Integer(n)) => *n,
            (dimension, _) => error::other_kind("integer", name, &dimension.range().to_string()),
        }
    }

    /// A word.
    ///
    /// # Panics
    /// If the dimension is not there, or no choice.
    #[track_caller]
    pub fn choice(&self, name: &str) -> &str {
        let (dimension, value) = self.found(name, "choice");
        match (dimension.range(), value) {
            (Range::Choice(words), Value::Choice(n)) => &words[*n],
            (range, _) => error::other_kind("choice", name, &range.to_string()),
        }
    }

    /// Names and values as they stand in a table, in the order of the space.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String)> {
        self.each.iter().map(|(dimension, value)| {
            let text = text(dimension, value, |x| x.to_string());
            (dimension.name(), text)
        })
    }

    /// A value as it is read back to the bit, if the dimension is there.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let found = self.find(name);
        found.map(|(dimension, value)| text(dimension, value, |x| x.to_string()))
    }

    /// A value in few characters, if the dimension is there.
    pub(crate) fn short_text(&self, name: &str) -> Option<String> {
        let found = self.find(name);
        found.map(|(dimension, value)| text(dimension, value, short))
    }

    /// What a dimension is, if it is there.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.find(name).map(|(_, value)| *value)
    }

    fn find(&self, name: &str) -> Option<&(Dimension, Value)> {
        self.each.iter().find(|(d, _)| d.name() == name)
    }

    #[track_caller]
    fn found(&self, name: &str, method: &str) -> &(Dimension, Value) {
        match self.find(name) {
            Some(found) => found,
            None => error::no_dimension(method, name),
        }
    }
}

/// In few characters.
impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (dimension, value)) in self.each.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            let text = text(dimension, value, short);
            write!(f, "{comma}{} {text}", dimension.name())?;
        }
        Ok(())
    }
}

/// A value as text; `number` writes those of ranges that are not whole.
fn text(dimension: &Dimension, value: &Value, number: impl Fn(f64) -> String) -> String {
    match (dimension.range(), value) {
        (Range::Choice(words), Value::Choice(n)) => words[*n].clone(),
        (_, Value::Number(x)) => number(*x),
        (_, Value::Integer(n)) => n.to_string(),
        (_, Value::Choice(n)) => n.to_string(),
    }
}

/// A number in few characters: four decimals, or a power of ten where they would not show it.
pub(crate) fn short(x: f64) -> String {
    match x != 0.0 && !(1e-3..1e5).contains(&x.abs()) {
        true => format!("{x:.2e}"),
        false => format!("{x:.4}"),
    }
}
