use std::ops::RangeFull;

use crate::{Shape, error};

/// The axes that an operation reduces: all of them (`..`), one (`0`, or `-1` for the last), or
/// several (`[0, 2]`).
///
/// A reduced axis disappears from the result; within [`keep`] it stays, with the size 1.
///
/// ```
/// use tapegrad_autodiff::{Tape, keep};
/// use ndarray::array;
///
/// let tape = Tape::<f64>::new();
/// let x = tape.var(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(x.sum(..).shape(), []);
/// assert_eq!(x.sum(0).shape(), [3]);
/// assert_eq!(x.sum(keep(-1)).shape(), [2, 1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    /// `None` is all axes.
    listed: Option<([isize; MOST], usize)>,
    kept: bool,
}

/// How many axes can be listed one by one.
const MOST: usize = 8;

/// The same axes, kept in the result with the size 1.
#[track_caller]
pub fn keep(axes: impl Into<Axes>) -> Axes {
    Axes {
        kept: true,
        ..axes.into()
    }
}

impl From<RangeFull> for Axes {
    fn from(_: RangeFull) -> Self {
        Self {
            listed: None,
            kept: false,
        }
    }
}

impl From<&[isize]> for Axes {
    /// # Panics
    /// If more than eight axes are listed.
    #[track_caller]
    fn from(axes: &[isize]) -> Self {
        let mut listed = [0; MOST];
        if axes.len() > MOST {
            error::too_many_axes(axes.len(), MOST);
        }
        listed[..axes.len()].copy_from_slice(axes);
        Self {
            listed: Some((listed, axes.len())),
            kept: false,
        }
    }
}

impl<const N: usize> From<[i32; N]> for Axes {
    #[track_caller]
    fn from(axes: [i32; N]) -> Self {
        Self::from(axes.map(|axis| axis as isize).as_slice())
    }
}

impl<const N: usize> From<[usize; N]> for Axes {
    #[track_caller]
    fn from(axes: [usize; N]) -> Self {
        Self::from(axes.map(position).as_slice())
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Self {
        Self::from([axis].as_slice())
    }
}

impl From<i32> for Axes {
    fn from(axis: i32) -> Self {
        Self::from([axis])
    }
}

impl From<usize> for Axes {
    fn from(axis: usize) -> Self {
        Self::from([position(axis)].as_slice())
    }
}

/// An axis counted from the front, and none that exists if it is too large.
fn position(axis: usize) -> isize {
    isize::try_from(axis).unwrap_or(isize::MAX)
}

impl Axes {
    /// Whether it is all axes, and not those that are listed.
    pub(crate) fn is_all(self) -> bool {
        self.listed.is_none()
    }

    /// The one axis, of an array of the given shape.
    #[track_caller]
    pub(crate) fn one(self, operation: &str, shape: &[usize]) -> usize {
        let axes = self.of(operation, shape);
        let mut found = (0..shape.len()).filter(|&axis| axes.contains(axis));
        match (found.next(), found.next()) {
            (Some(axis), None) => axis,
            _ => error::one_axis(operation, shape),
        }
    }

    /// The same axes of an array of the given shape.
    #[track_caller]
    pub(crate) fn of(self, operation: &str, shape: &[usize]) -> AxesOf {
        if shape.len() > 64 {
            error::rank(operation, shape.len());
        }
        let Some((listed, count)) = self.listed else {
            return AxesOf {
                mask: u64::MAX,
                kept: self.kept,
            };
        };
        let mut mask = 0;
        for &axis in &listed[..count] {
            let from_front = if axis < 0 {
                axis + shape.len() as isize
            } else {
                axis
            };
            if !(0..shape.len() as isize).contains(&from_front) {
                error::axis(operation, axis, shape);
            }
            if mask & 1 << from_front != 0 {
                error::repeated_axis(operation, axis, shape);
            }
            mask |= 1 << from_front;
        }
        AxesOf {
            mask,
            kept: self.kept,
        }
    }
}

/// Axes of an array that is known to have them.
#[derive(Clone, Copy)]
pub(crate) struct AxesOf {
    /// Bit `k` is axis `k`.
    mask: u64,
    kept: bool,
}

impl AxesOf {
    /// The axes below `rank` that are `reduced`, kept.
    pub(crate) fn kept_where(rank: usize, reduced: impl Fn(usize) -> bool) -> Self {
        let mask = (0..rank)
            .filter(|&axis| reduced(axis))
            .fold(0, |mask, axis| mask | 1 << axis);
        Self { mask, kept: true }
    }

    /// The same axes, kept.
    pub(crate) fn keep(self) -> Self {
        Self { kept: true, ..self }
    }

    pub(crate) fn contains(self, axis: usize) -> bool {
        self.mask & 1 << axis != 0
    }

    /// `shape` with the reduced axes of size 1.
    pub(crate) fn kept(self, shape: &[usize]) -> Shape {
        Shape::of(shape.len(), |axis| {
            if self.contains(axis) { 1 } else { shape[axis] }
        })
    }

    /// The shape of the result.
    pub(crate) fn reduced(self, shape: &[usize]) -> Shape {
        if self.kept {
            return self.kept(shape);
        }
        let mut left = (0..shape.len()).filter(|&axis| !self.contains(axis));
        Shape::of(left.clone().count(), |_| {
            shape[left.next().expect("as many as were counted")]
        })
    }

    /// How many numbers lie side by side in each reduction, if the axes are the last ones and none
    /// is empty.
    pub(crate) fn last_together(self, shape: &[usize]) -> Option<usize> {
        let first = (0..shape.len())
            .rev()
            .take_while(|&axis| self.contains(axis))
            .last()?;
        let width = shape[first..].iter().product();
        ((0..first).all(|axis| !self.contains(axis)) && width > 0).then_some(width)
    }

    /// How many numbers go into one.
    pub(crate) fn count(self, shape: &[usize]) -> usize {
        shape
            .iter()
            .enumerate()
            .filter(|&(axis, _)| self.contains(axis))
            .map(|(_, &size)| size)
            .product()
    }
}
