use std::fmt;

use tapegrad_autodiff::{Element, Var};

/// Which numbers of a weight belong together, for [penalties](crate::Penalty::group_lasso) and
/// [constraints](crate::Constraint) on norms.
///
/// In the weight `[inputs, units]` of a dense layer a row is what an input gives to all units, a
/// column what a unit takes from all inputs. With more axes, rows are what the first axis counts and
/// columns what the last one does; each number of a bias is a row and a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "description",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Groups {
    /// All numbers of one input.
    Rows,
    /// All numbers of one unit.
    Columns,
    /// All numbers.
    Whole,
}

/// The places of a group in row-major order: `start`, `start + stride`, …
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    start: usize,
    stride: usize,
    count: usize,
}

impl Group {
    pub(crate) fn places(self) -> impl Iterator<Item = usize> + Clone {
        (0..self.count).map(move |i| self.start + i * self.stride)
    }

    /// The Euclidean norm of the group's numbers.
    pub(crate) fn norm<T: Element>(self, of: &[T]) -> f64 {
        norm(self.places().map(|i| of[i].wide()))
    }
}

/// `√(Σ x²)`: the Euclidean norm, scaled so that no square overflows or vanishes. It is 0 of nothing, and NaN if
/// a number is.
///
/// ```
/// use tapegrad_nn::norm;
/// for size in [1e200, 1.0, 1e-200] {
///     let length = norm([3.0 * size, -4.0 * size].into_iter()) / size;
///     assert!((length - 5.0).abs() < 1e-14);
/// }
/// ```
pub fn norm(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let larger = |most: f64, x: f64| if x > most || x.is_nan() { x } else { most };
    let most = numbers.clone().map(f64::abs).fold(0.0, larger);
    if most == 0.0 || !most.is_finite() {
        return most;
    }
    most * numbers.map(|x| (x / most).powi(2)).sum::<f64>().sqrt()
}

impl Groups {
    /// The groups of an array of this shape.
    pub(crate) fn of(self, shape: &[usize]) -> impl Iterator<Item = Group> + Clone {
        let len: usize = shape.iter().product();
        let (groups, stride) = match (self, shape) {
            (Self::Whole, _) | (_, []) => (1, 1),
            (Self::Rows, [rows, ..]) => (*rows, 1),
            (Self::Columns, [.., columns]) => (*columns, *columns),
        };
        let count = len.checked_div(groups).unwrap_or(0);
        let apart = if self == Self::Columns { 1 } else { count };
        (0..groups).map(move |group| Group {
            start: group * apart,
            stride,
            count,
        })
    }

    /// `w` as a matrix and the axis along which a group lies.
    #[track_caller]
    pub(crate) fn matrix<'t, T: Element>(self, w: Var<'t, T>) -> (Var<'t, T>, usize) {
        let (shape, len) = (w.shape(), w.len());
        let groups = self.of(&shape).count();
        let count = len.checked_div(groups).unwrap_or(0);
        match self {
            Self::Rows | Self::Whole => (w.reshape(&[groups, count]), 1),
            Self::Columns => (w.reshape(&[count, groups]), 0),
        }
    }
}

impl fmt::Display for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::Whole => "whole",
        })
    }
}
