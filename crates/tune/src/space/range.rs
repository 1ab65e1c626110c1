use std::fmt;

use super::Value;

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

    /// The value at a coordinate from 0 to 1. What can be counted has a bin for each value.
    pub fn value(&self, coordinate: f64) -> Value {
        let u = coordinate.clamp(0.0, 1.0);
        match self {
            Self::Linear { low, high } => {
                Value::Number((low * (1.0 - u) + high * u).clamp(*low, *high))
            }
            Self::Log { low, high } => {
                let log = low.ln() * (1.0 - u) + high.ln() * u;
                Value::Number(log.exp().clamp(*low, *high))
            }
            Self::Integer { low, high } => {
                let (first, last) = (*low as f64 - 0.5, *high as f64 + 0.5);
                let x = (first * (1.0 - u) + last * u).round_ties_even();
                Value::Integer((x as i64).clamp(*low, *high))
            }
            Self::LogInteger { low, high } => {
                let (first, last) = ((*low as f64 - 0.5).ln(), (*high as f64 + 0.5).ln());
                let x = (first * (1.0 - u) + last * u).exp().round_ties_even();
                Value::Integer((x as i64).clamp(*low, *high))
            }
            Self::Choice(words) => {
                let n = (u * words.len() as f64) as usize;
                Value::Choice(n.min(words.len() - 1))
            }
        }
    }

    /// The coordinate of a value of this range, of what can be counted the middle of its bin.
    pub fn coordinate(&self, value: &Value) -> f64 {
        let share = |x: f64, first: f64, last: f64| match first == last {
            true => 0.5,
            false => ((x - first) / (last - first)).clamp(0.0, 1.0),
        };
        match (self, value) {
            (Self::Linear { low, high }, Value::Number(x)) => share(*x, *low, *high),
            (Self::Log { low, high }, Value::Number(x)) => share(x.ln(), low.ln(), high.ln()),
            (Self::Integer { low, high }, Value::Integer(n)) => {
                share(*n as f64, *low as f64 - 0.5, *high as f64 + 0.5)
            }
            (Self::LogInteger { low, high }, Value::Integer(n)) => {
                let [first, last] = [*low as f64 - 0.5, *high as f64 + 0.5];
                share((*n as f64).ln(), first.ln(), last.ln())
            }
            (Self::Choice(words), Value::Choice(n)) => (*n as f64 + 0.5) / words.len() as f64,
            _ => unreachable!("a value of another kind of range"),
        }
    }
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
