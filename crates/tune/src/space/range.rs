use std::fmt;

use super::{Value, short};
use crate::error;

/// What a dimension may be. Bounds are included.
#[derive(Clone, Debug, PartialEq)]
pub enum Range {
    /// Numbers, evenly.
    Linear {
        /// The least.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Numbers above 0, evenly by their logarithms.
    Log {
        /// The least.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Whole numbers, evenly.
    Integer {
        /// The least.
        low: i64,
        /// The largest.
        high: i64,
    },
    /// Whole numbers above 0, evenly by their logarithms.
    LogInteger {
        /// The least.
        low: i64,
        /// The largest.
        high: i64,
    },
    /// One of several words.
    Choice(Vec<String>),
}

impl Range {
    /// What is wrong with it, in words.
    pub(super) fn wrong(&self) -> Option<String> {
        let reversed = match *self {
            Self::Linear { low, high } | Self::Log { low, high }
                if !(low.is_finite() && high.is_finite()) =>
            {
                return Some(format!("{self} has a bound that is not finite"));
            }
            Self::Log { low, .. } if low <= 0.0 => {
                return Some(format!(
                    "{self} has no logarithm at {low}; both bounds must be above 0"
                ));
            }
            Self::LogInteger { low, .. } if low <= 0 => {
                return Some(format!(
                    "{self} has no logarithm at {low}; both bounds must be above 0"
                ));
            }
            Self::Choice(ref words) if words.is_empty() => {
                return Some("there is nothing to choose from".to_owned());
            }
            Self::Choice(ref words) => {
                let twice = (1..words.len()).find(|&n| words[..n].contains(&words[n]));
                return twice.map(|n| format!("the word `{}` is there twice", words[n]));
            }
            Self::Linear { low, high } | Self::Log { low, high } => low > high,
            Self::Integer { low, high } | Self::LogInteger { low, high } => low > high,
        };
        reversed.then(|| format!("{self} is reversed; the lower bound must come first"))
    }

    /// In few characters.
    pub(crate) fn short_text(&self) -> String {
        match self {
            Self::Linear { low, high } => format!("{}..={}", short(*low), short(*high)),
            Self::Log { low, high } => format!("{low:.1e}..={high:.1e} by logarithms"),
            _ => self.to_string(),
        }
    }

    /// Of how many values it is, if they can be counted.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Linear { low, high } | Self::Log { low, high } => (low == high).then_some(1),
            Self::Integer { low, high } | Self::LogInteger { low, high } => {
                high.abs_diff(*low).checked_add(1)
            }
            Self::Choice(words) => Some(words.len() as u64),
        }
    }

    /// The value at a coordinate from 0 to 1; at 0 and 1 it is the bound. What can be counted has a bin for each value.
    pub fn value(&self, coordinate: f64) -> Value {
        let u = coordinate.clamp(0.0, 1.0);
        match *self {
            Self::Linear { low, high } => {
                Value::Number((low * (1.0 - u) + high * u).clamp(low, high))
            }
            Self::Log { low, high } => Value::Number(match u {
                0.0 => low,
                1.0 => high,
                _ => (low.ln() * (1.0 - u) + high.ln() * u)
                    .exp()
                    .clamp(low, high),
            }),
            Self::Integer { low, high } => {
                let bin = bin(u, span(low, high));
                Value::Integer((i128::from(low) + bin as i128) as i64)
            }
            Self::LogInteger { low, high } => {
                let [first, last] = edges(low, high);
                Value::Integer(match u {
                    1.0 => high,
                    _ => {
                        let n = (first * (1.0 - u) + last * u).exp().round_ties_even();
                        (n as i64).clamp(low, high)
                    }
                })
            }
            Self::Choice(ref words) => Value::Choice(bin(u, words.len() as u128) as usize),
        }
    }

    /// The coordinate of a value of this range, of what can be counted in the middle of its bin.
    ///
    /// `value(coordinate(v))` is `v` for what can be counted, up to 2⁵⁰ values and logarithms of numbers up to 2⁴⁰; beyond, and for
    /// other numbers, it is as near as coordinates are to each other.
    ///
    /// # Panics
    /// If the value is one of another kind of range.
    #[track_caller]
    pub fn coordinate(&self, value: &Value) -> f64 {
        match (self, *value) {
            (&Self::Linear { low, high }, Value::Number(x)) => share(x, low, high),
            (&Self::Log { low, high }, Value::Number(x)) => share(x.ln(), low.ln(), high.ln()),
            (&Self::Integer { low, high }, Value::Integer(n)) => {
                middle(n.max(low).abs_diff(low).into(), span(low, high))
            }
            (&Self::LogInteger { low, high }, Value::Integer(n)) => {
                let [first, last] = edges(low, high);
                share((n as f64).ln(), first, last)
            }
            (Self::Choice(words), Value::Choice(n)) => middle(n as u128, words.len() as u128),
            _ => error::other_value(&self.to_string(), &format!("{value:?}")),
        }
    }
}

/// Where `x` is between `first`, 0, and `last`, 1.
fn share(x: f64, first: f64, last: f64) -> f64 {
    // Halves, as the width may be too large for a number; not of numbers so small that they have none.
    let half = if (last - first).is_finite() { 1.0 } else { 0.5 };
    let width = last * half - first * half;
    match width > 0.0 {
        true => ((x * half - first * half) / width).clamp(0.0, 1.0),
        false => 0.5,
    }
}

/// How many whole numbers there are.
fn span(low: i64, high: i64) -> u128 {
    u128::from(high.abs_diff(low)) + 1
}

/// Which of `count` bins of equal width a coordinate is in.
fn bin(u: f64, count: u128) -> u128 {
    ((u * count as f64) as u128).min(count.saturating_sub(1))
}

/// The coordinate of the middle of a bin.
fn middle(bin: u128, count: u128) -> f64 {
    ((bin as f64 + 0.5) / count as f64).min(1.0)
}

/// The logarithms where the first bin begins, and where the last ends.
fn edges(low: i64, high: i64) -> [f64; 2] {
    [(low as f64 - 0.5).ln(), (high as f64 + 0.5).ln()]
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear { low, high } => write!(f, "{low}..={high}"),
            Self::Log { low, high } => write!(f, "{low:e}..={high:e} by logarithms"),
            Self::Integer { low, high } => write!(f, "{low}..={high}, whole"),
            Self::LogInteger { low, high } => write!(f, "{low}..={high}, whole, by logarithms"),
            Self::Choice(words) => f.write_str(&words.join(" | ")),
        }
    }
}
