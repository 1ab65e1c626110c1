//! The same elements in another arrangement.

use ndarray::Axis;

use crate::row::operations;
use crate::shapes::Shapes::Any;

operations! {
    broadcast_to: "broadcast_to", Reals, Any, |x| { let shape = wider(&x[0].shape()); x[0].broadcast_to(&shape) },
        |x| x[0].broadcast(wider(x[0].shape())).unwrap().to_owned();
    sum_to: "sum_to", Reals, Any, |x| { let shape = narrower(&x[0].shape()); x[0].sum_to(&shape) },
        |x| {
            let mut y = x[0].clone();
            while y.ndim() > narrower(x[0].shape()).len() {
                y = y.sum_axis(Axis(0));
            }
            for axis in 0..y.ndim() {
                if axis % 2 == 0 {
                    y = y.sum_axis(Axis(axis)).insert_axis(Axis(axis));
                }
            }
            y
        };
    reshape: "reshape", Reals, Any, |x| { let shape = turned(&x[0].shape()); x[0].reshape(&shape) },
        |x| x[0].clone().into_shape_with_order(turned(x[0].shape())).unwrap();
    t: "t", Reals, Any, |x| x[0].t(), |x| x[0].t().to_owned();
}

/// Two more axes in front, and axes of one element twice as long.
fn wider(shape: &[usize]) -> Vec<usize> {
    let sizes = shape.iter().map(|&size| if size == 1 { 2 } else { size });
    [2, 1].into_iter().chain(sizes).collect()
}

/// Without the first axis if there are more than two; every other axis summed.
fn narrower(shape: &[usize]) -> Vec<usize> {
    let left = &shape[shape.len().saturating_sub(2)..];
    let left = left.iter().enumerate();
    left.map(|(axis, &size)| if axis % 2 == 0 { 1 } else { size })
        .collect()
}

/// The sizes backwards, with one more axis.
fn turned(shape: &[usize]) -> Vec<usize> {
    shape.iter().copied().rev().chain([1]).collect()
}
