use serde::{Deserialize, Serialize};

use crate::Groups;

/// A number for each of some [`Groups`] of a weight, as `{ rows = 1e-3 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfGroups {
    /// For each row.
    Rows(f64),
    /// For each column.
    Columns(f64),
    /// For the whole weight.
    Whole(f64),
}

impl OfGroups {
    pub(super) fn new(groups: Groups, number: f64) -> Self {
        match groups {
            Groups::Rows => Self::Rows(number),
            Groups::Columns => Self::Columns(number),
            Groups::Whole => Self::Whole(number),
        }
    }

    pub(super) fn parts(self) -> (Groups, f64) {
        match self {
            Self::Rows(number) => (Groups::Rows, number),
            Self::Columns(number) => (Groups::Columns, number),
            Self::Whole(number) => (Groups::Whole, number),
        }
    }
}
