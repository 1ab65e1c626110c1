use super::slice::with_size;
use crate::kernel::blocks::{Along, copy};
use crate::{Axes, Element, Var, Vjp, error};

/// Arrays one after the other along an axis that they have; each gets its
/// [slice](Var::slice) of the cotangent.
///
/// ```
/// # use tapegrad_autodiff::{Tape, concatenate};
/// let tape = Tape::<f64>::new();
/// let (x, y) = (tape.var([1.0, 2.0]), tape.var([3.0]));
/// assert_eq!(concatenate(&[x, y], 0).value(), ndarray::array![1.0, 2.0, 3.0].into_dyn());
/// ```
///
/// # Panics
/// If there is no array, they lack the axis, their shapes differ in another axis, or they belong to
/// two tapes.
#[inline(never)]
#[track_caller]
pub fn concatenate<'t, T: Element>(parts: &[Var<'t, T>], axis: impl Into<Axes>) -> Var<'t, T> {
    let Some(first) = parts.first() else {
        error::no_parts("concatenate")
    };
    let shape = first.shape();
    let axis = axis.into().one("concatenate", &shape);
    let mut size = 0;
    for part in parts {
        first.same_tape("concatenate", *part);
        let of_part = part.shape();
        if of_part.len() != shape.len() || with_size(&of_part, axis, shape[axis]) != shape {
            error::parts("concatenate", &shape, &of_part, axis);
        }
        size += of_part[axis];
    }
    let mut value = first.tape.fresh(with_size(&shape, axis, size));
    let along = Along::new(value.shape(), axis);
    let mut start = 0;
    for part in parts {
        let x = part.read();
        let of_part = Along::new(x.shape(), axis);
        copy(value.numbers_mut(), along, start, x.numbers(), of_part, 0);
        start += of_part.size;
    }
    let mut end = 0;
    let operands = parts.iter().map(|part| {
        let (start, length) = (end, part.read().shape()[axis]);
        end += length;
        let rule = Vjp::new(move |g, _x, _y| g.part(axis, start, length));
        (part.index, rule)
    });
    first.tape.push("concatenate", value, operands)
}

/// Arrays of one shape side by side along a new axis; each gets its part of the cotangent.
///
/// ```
/// # use tapegrad_autodiff::{Tape, stack};
/// let tape = Tape::<f64>::new();
/// let (x, y) = (tape.var([1.0, 2.0]), tape.var([3.0, 4.0]));
/// assert_eq!(stack(&[x, y], 0).value(), ndarray::array![[1.0, 2.0], [3.0, 4.0]].into_dyn());
/// assert_eq!(stack(&[x, y], -1).value(), ndarray::array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
/// ```
///
/// # Panics
/// If there is no array, the result has not that axis, their shapes differ, or they belong to two
/// tapes.
#[inline(never)]
#[track_caller]
pub fn stack<'t, T: Element>(parts: &[Var<'t, T>], axis: impl Into<Axes>) -> Var<'t, T> {
    let Some(first) = parts.first() else {
        error::no_parts("stack")
    };
    let axis = axis.into();
    let shape = first.shape();
    let mut expanded = Vec::with_capacity(parts.len());
    for part in parts {
        first.same_tape("stack", *part);
        let of_part = part.shape();
        if of_part != shape {
            error::equal_shapes("stack", &shape, &of_part);
        }
        expanded.push(part.expand_dims(axis));
    }
    concatenate(&expanded, axis)
}
