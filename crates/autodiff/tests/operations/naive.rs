//! Definitions of operations, written to be seen to be right.

use ndarray::{ArrayD, Axis, IxDyn};

/// The value of an operation for its operands.
pub(crate) type Definition = Box<dyn Fn(&[ArrayD<f64>]) -> ArrayD<f64>>;

/// `f` of each element.
pub(crate) fn each(f: impl Fn(f64) -> f64 + 'static) -> impl Fn(&[ArrayD<f64>]) -> ArrayD<f64> {
    move |x| x[0].mapv(&f)
}

/// `f` of each pair of elements, after broadcasting.
pub(crate) fn pairs(
    f: impl Fn(f64, f64) -> f64 + 'static,
) -> impl Fn(&[ArrayD<f64>]) -> ArrayD<f64> {
    move |x| {
        let shape = broadcast_shape(&x.iter().map(|x| x.shape()).collect::<Vec<_>>());
        let (a, b) = (
            x[0].broadcast(&*shape).unwrap(),
            x[1].broadcast(&*shape).unwrap(),
        );
        ArrayD::from_shape_fn(shape, |at| f(a[&at], b[&at]))
    }
}

/// The shape that shapes broadcast to.
pub(crate) fn broadcast_shape(shapes: &[&[usize]]) -> Vec<usize> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut whole = vec![1; rank];
    for shape in shapes {
        let missing = rank - shape.len();
        for (axis, &size) in shape.iter().enumerate().filter(|&(_, &size)| size != 1) {
            whole[missing + axis] = size;
        }
    }
    whole
}

/// `f` of the elements of each lane along one axis, counted from the last: the axis disappears.
pub(crate) fn along(
    from_last: usize,
    f: impl Fn(&[f64]) -> f64 + 'static,
) -> impl Fn(&[ArrayD<f64>]) -> ArrayD<f64> {
    move |x| {
        let axis = Axis(x[0].ndim() - 1 - from_last);
        x[0].map_axis(axis, |lane| f(&lane.to_vec()))
    }
}

/// `f` of the elements of each lane along one axis, counted from the last, in their place.
pub(crate) fn lanes(
    from_last: usize,
    f: impl Fn(&[f64]) -> Vec<f64> + 'static,
) -> impl Fn(&[ArrayD<f64>]) -> ArrayD<f64> {
    move |x| {
        let axis = Axis(x[0].ndim() - 1 - from_last);
        let mut y = x[0].clone();
        for mut lane in y.lanes_mut(axis) {
            let new = f(&lane.to_vec());
            lane.iter_mut().zip(new).for_each(|(y, new)| *y = new);
        }
        y
    }
}

/// `f` of all elements.
pub(crate) fn whole(f: impl Fn(&[f64]) -> f64 + 'static) -> impl Fn(&[ArrayD<f64>]) -> ArrayD<f64> {
    move |x| number(f(&x[0].iter().copied().collect::<Vec<_>>()))
}

/// One number as an array.
pub(crate) fn number(y: f64) -> ArrayD<f64> {
    ArrayD::from_elem(IxDyn(&[]), y)
}

/// The product of two matrices.
pub(crate) fn product(a: &ArrayD<f64>, b: &ArrayD<f64>) -> ArrayD<f64> {
    let [m, k, n] = [a.shape()[0], a.shape()[1], b.shape()[1]];
    ArrayD::from_shape_fn(vec![m, n], |at| {
        (0..k).map(|l| a[[at[0], l]] * b[[l, at[1]]]).sum()
    })
}

pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
