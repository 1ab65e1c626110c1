//! The same elements in another arrangement.

use std::collections::BTreeSet;

use ndarray::{ArrayD, Axis, Dimension};
use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Strategy};
use tapegrad_autodiff::{concatenate, stack};

use crate::naive::{each, pairs};
use crate::row::operations;
use crate::shapes::Shapes::{Any, AtLeast, Broadcast, Filled, Other, Several};
use crate::shapes::any;

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
    squeeze: "squeeze", Reals, Any, |x| x[0].squeeze(..), |x| {
        let shape: Vec<_> = x[0].shape().iter().copied().filter(|&size| size != 1).collect();
        x[0].clone().into_shape_with_order(shape).unwrap()
    };
    squeeze_one: "squeeze", Reals, Any, |x| x[0].expand_dims(0).expand_dims(-1).squeeze([0, -1]), |x| x[0].clone();
    expand_dims: "expand_dims", Reals, AtLeast(1), |x| x[0].expand_dims(1), |x| x[0].clone().insert_axis(Axis(1));
    t: "t", Reals, Any, |x| x[0].t(), |x| x[0].t().to_owned();
    transpose: "transpose", Reals, AtLeast(2), |x| x[0].transpose(0, -2), |x| { let mut y = x[0].clone(); y.swap_axes(0, x[0].ndim() - 2); y };
    permute: "permute", Reals, Any, |x| { let order = rotated(x[0].shape().len()); x[0].permute(&order) },
        |x| x[0].clone().permuted_axes(rotated(x[0].ndim()));
    flip: "flip", Reals, AtLeast(2), |x| x[0].flip([0, -1]), |x| { let mut y = x[0].clone(); for axis in BTreeSet::from([0, x[0].ndim() - 1]) { y.invert_axis(Axis(axis)); } y };
    slice: "slice", Reals, AtLeast(1), |x| { let size = x[0].shape()[0]; x[0].slice(0, size / 3..) }, |x| { let size = x[0].shape()[0]; x[0].slice_axis(Axis(0), (size / 3..size).into()).to_owned() };
    slice_last: "slice", Reals, AtLeast(1), |x| { let size = last(&x[0].shape()); x[0].slice(-1, ..size.div_ceil(2)) },
        |x| { let size = last(x[0].shape()); x[0].slice_axis(Axis(x[0].ndim() - 1), (0..size.div_ceil(2)).into()).to_owned() };
    slice_inclusive: "slice", Reals, Filled(2), |x| x[0].slice(-2, 0..=0), |x| x[0].slice_axis(Axis(x[0].ndim() - 2), (0..1).into()).to_owned();
    pad: "pad", Reals, AtLeast(2), |x| x[0].pad(-2, 2, 1), |x| {
        let axis = x[0].ndim() - 2;
        let mut shape = x[0].shape().to_vec();
        shape[axis] += 3;
        ArrayD::from_shape_fn(shape, |at| {
            let mut from = at.slice().to_vec();
            match from[axis].checked_sub(2).filter(|&place| place < x[0].shape()[axis]) {
                Some(place) => { from[axis] = place; x[0][&from[..]] }
                None => 0.0,
            }
        })
    };
    concatenate: "concatenate", Reals, Other(parts), |x| concatenate(x, -1), |x| ndarray::concatenate(Axis(x[0].ndim() - 1), &x.iter().map(|x| x.view()).collect::<Vec<_>>()).unwrap();
    concatenate_first: "concatenate", Reals, Several, |x| concatenate(&x.iter().map(|x| x.expand_dims(0)).collect::<Vec<_>>(), 0),
        |x| ndarray::stack(Axis(0), &x.iter().map(|x| x.view()).collect::<Vec<_>>()).unwrap();
    stack: "stack", Reals, Several, |x| stack(x, -1), |x| ndarray::stack(Axis(x[0].ndim()), &x.iter().map(|x| x.view()).collect::<Vec<_>>()).unwrap();
    index_select: "index_select", Reals, Filled(2), |x| { let places = places(x[0].shape()[1]); x[0].index_select(1, &places) },
        |x| x[0].select(Axis(1), &places(x[0].shape()[1]));
    index_add: "index_add", Reals, Other(|| added(|size| places(size).len())), |x| { let places = places(x[0].shape()[1]); x[0].index_add(1, &places, x[1]) }, |x| {
        let mut y = x[0].clone();
        for (from, &to) in places(x[0].shape()[1]).iter().enumerate() {
            let part = x[1].index_axis(Axis(1), from);
            y.index_axis_mut(Axis(1), to).zip_mut_with(&part, |y, x| *y += x);
        }
        y
    };
    gather: "gather", Reals, Filled(2), |x| x[0].gather(1, &scattered(&x[0].shape())), |x| {
        let places = scattered(x[0].shape());
        ArrayD::from_shape_fn(places.shape(), |at| x[0][&moved(&at, places[&at])[..]])
    };
    scatter_add: "scatter_add", Reals, Other(|| added(|_| 2)), |x| x[0].scatter_add(1, &scattered(&x[0].shape()), x[1]), |x| {
        let mut y = x[0].clone();
        for (at, &place) in scattered(x[0].shape()).indexed_iter() {
            y[&moved(&at, place)[..]] += x[1][&at];
        }
        y
    };
    where_: "where_", NonZero, Broadcast, |x| x[0].greater(x[1] * 0.5).where_(x[0].square(), x[1] * 3.0), pairs(|x, y| if x > 0.5 * y { x * x } else { 3.0 * y });
    where_wide: "where_", NonZero, Broadcast, |x| x[0].less(x[0] * 0.0).where_(x[1], x[1].square()), pairs(|x, y| if x < 0.0 { y } else { y * y });
    greater: "greater", NonZero, Broadcast, |x| x[0].greater(x[1] * 1.001), pairs(|x, y| if x > y * 1.001 { 1.0 } else { 0.0 });
    less: "less", NonZero, Broadcast, |x| x[0].less(x[1] * 1.001), pairs(|x, y| if x < y * 1.001 { 1.0 } else { 0.0 });
    greater_equal: "greater_equal", NonZero, Any, |x| { let y = x[0].relu() + x[0].relu(); y.stop_gradient().greater_equal(x[0].abs().stop_gradient() * 2.0) }, each(|x| if x > 0.0 { 1.0 } else { 0.0 });
    less_equal: "less_equal", NonZero, Any, |x| { let y = x[0].stop_gradient(); y.less_equal(-y.abs()) }, each(|x| if x < 0.0 { 1.0 } else { 0.0 });
    equal: "equal", NonZero, Any, |x| { let y = x[0].stop_gradient(); y.equal(y.abs()) }, each(|x| if x > 0.0 { 1.0 } else { 0.0 });
    lower_triangle: "lower_triangle", Reals, AtLeast(2), |x| x[0].lower_triangle(1), triangle(|row, column| column <= row + 1);
    lower_triangle_below: "lower_triangle", Reals, AtLeast(2), |x| x[0].lower_triangle(-1), triangle(|row, column| column < row);
    upper_triangle: "upper_triangle", Reals, AtLeast(2), |x| x[0].upper_triangle(0), triangle(|row, column| column >= row);
    upper_triangle_above: "upper_triangle", Reals, AtLeast(2), |x| x[0].upper_triangle(1), triangle(|row, column| column > row);
}

/// The axes, each at the place after its own.
fn rotated(rank: usize) -> Vec<usize> {
    (0..rank).map(|axis| (axis + rank - 1) % rank).collect()
}

fn last(shape: &[usize]) -> usize {
    *shape.last().expect("there is an axis")
}

/// Some places below a size: out of order, one of them twice, and one left out if there are many.
fn places(size: usize) -> Vec<usize> {
    let mut places: Vec<_> = (0..size).rev().filter(|place| place % 3 != 1).collect();
    places.push(0);
    places
}

/// Places along axis 1, two for each place outside it.
fn scattered(shape: &[usize]) -> ArrayD<usize> {
    let (size, mut of_places) = (shape[1], shape.to_vec());
    of_places[1] = 2;
    let mut count = 0;
    ArrayD::from_shape_simple_fn(of_places, || {
        count += 1;
        (count * count) % size
    })
}

/// An index with another place along axis 1.
fn moved(at: &ndarray::IxDyn, place: usize) -> Vec<usize> {
    let mut at = at.slice().to_vec();
    at[1] = place;
    at
}

/// An array, and one to be added to it, of so many places along axis 1 for its size there.
fn added(count: fn(usize) -> usize) -> BoxedStrategy<Vec<Vec<usize>>> {
    (0..4_usize, 1..5_usize, any(0..2, 0..3))
        .prop_map(move |(rows, size, inner)| {
            let shape = |size| [&[rows, size], &inner[..]].concat();
            vec![shape(size), shape(count(size))]
        })
        .boxed()
}

/// Arrays that differ in the last axis.
fn parts() -> BoxedStrategy<Vec<Vec<usize>>> {
    (any(0..3, 0..4), vec(0..4_usize, 1..4))
        .prop_map(|(outer, lasts)| {
            let part = |last| [&outer[..], &[last]].concat();
            lasts.into_iter().map(part).collect()
        })
        .boxed()
}

/// The elements of the last two axes where `keep(row, column)`.
fn triangle(
    keep: impl Fn(usize, usize) -> bool + 'static,
) -> impl Fn(&[ArrayD<f64>]) -> ArrayD<f64> {
    move |x| {
        let rank = x[0].ndim();
        ArrayD::from_shape_fn(x[0].shape(), |at| {
            let kept = keep(at[rank - 2], at[rank - 1]);
            if kept { x[0][&at] } else { 0.0 }
        })
    }
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
