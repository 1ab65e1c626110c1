use std::ops::{Bound, RangeBounds};

use crate::kernel::blocks::{Along, copy};
use crate::{Axes, Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// The elements of a range along one axis; the cotangent is [padded](Var::pad) with zeros.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.slice(-1, 1..).value(), ndarray::array![[2.0, 3.0], [5.0, 6.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks the axis, or the axis part of the range.
    #[inline(never)]
    #[track_caller]
    pub fn slice(self, axis: impl Into<Axes>, range: impl RangeBounds<usize>) -> Self {
        let shape = self.shape();
        let axis = axis.into().one("slice", &shape);
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => shape[axis],
        };
        if start > end || end > shape[axis] {
            error::range(start, end, axis, &shape);
        }
        self.part(axis, start, end - start)
    }

    /// `length` places along an axis, from `start` on.
    #[track_caller]
    pub(in crate::operation) fn part(self, axis: usize, start: usize, length: usize) -> Self {
        let value = {
            let x = self.read();
            let mut value = self.tape.fresh(with_size(x.shape(), axis, length));
            let along = Along::new(value.shape(), axis);
            let of_x = Along::new(x.shape(), axis);
            copy(value.numbers_mut(), along, 0, x.numbers(), of_x, start);
            value
        };
        self.unary("slice", value, move |g, x, _y| {
            let size = x.read().shape()[axis];
            g.padded(axis, start, size)
        })
    }

    /// Zeros before and after the elements along one axis; the cotangent is the
    /// [slice](Var::slice) between them.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![1.0, 2.0]);
    /// assert_eq!(x.pad(0, 1, 2).value(), ndarray::array![0.0, 1.0, 2.0, 0.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks the axis.
    #[inline(never)]
    #[track_caller]
    pub fn pad(self, axis: impl Into<Axes>, before: usize, after: usize) -> Self {
        let shape = self.shape();
        let axis = axis.into().one("pad", &shape);
        self.padded(axis, before, before + shape[axis] + after)
    }

    /// `size` places along an axis, this array's from `start` on and zeros elsewhere.
    #[track_caller]
    fn padded(self, axis: usize, start: usize, size: usize) -> Self {
        let value = {
            let x = self.read();
            let mut value = self
                .tape
                .filled(with_size(x.shape(), axis, size), T::zero());
            let along = Along::new(value.shape(), axis);
            let of_x = Along::new(x.shape(), axis);
            copy(value.numbers_mut(), along, start, x.numbers(), of_x, 0);
            value
        };
        self.unary("pad", value, move |g, x, _y| {
            let length = x.read().shape()[axis];
            g.part(axis, start, length)
        })
    }
}

/// The shape with another size along one axis.
pub(super) fn with_size(shape: &[usize], axis: usize, size: usize) -> Shape {
    Shape::of(shape.len(), |at| if at == axis { size } else { shape[at] })
}
