//! Products of vectors and matrices.

use proptest::prelude::*;

use crate::naive::{number, product};
use crate::row::operations;
use crate::shapes::Shapes::{Equal, Other};

operations! {
    dot: "dot", Reals, Other(|| matrices(|m, k, n| [vec![m, k], vec![k, n]])), |x| x[0].dot(x[1]), |x| product(&x[0], &x[1]);
    dot_vector: "dot", Reals, Other(|| matrices(|m, k, _| [vec![m, k], vec![k]])), |x| x[0].dot(x[1]),
        |x| product(&x[0], &column(&x[1])).remove_axis(ndarray::Axis(1));
    vector_dot: "dot", Reals, Other(|| matrices(|_, k, n| [vec![k], vec![k, n]])), |x| x[0].dot(x[1]),
        |x| product(&column(&x[0]).t().to_owned(), &x[1]).remove_axis(ndarray::Axis(0));
    vector_dot_vector: "dot", Reals, Other(|| matrices(|_, k, _| [vec![k], vec![k]])), |x| x[0].dot(x[1]), |x| number((&x[0] * &x[1]).sum());
    dot_t: "dot_t", Reals, Other(|| matrices(|m, k, n| [vec![m, k], vec![n, k]])), |x| x[0].dot_t(x[1]), |x| product(&x[0], &x[1].t().to_owned());
    t_dot: "t_dot", Reals, Other(|| matrices(|m, k, n| [vec![k, m], vec![k, n]])), |x| x[0].t_dot(x[1]), |x| product(&x[0].t().to_owned(), &x[1]);
    inner: "inner", Reals, Equal, |x| x[0].inner(x[1]), |x| number((&x[0] * &x[1]).sum());
}

/// Shapes of two matrices, of their outer and inner sizes.
fn matrices(shapes: fn(usize, usize, usize) -> [Vec<usize>; 2]) -> BoxedStrategy<Vec<Vec<usize>>> {
    (0..4_usize, 0..4_usize, 0..4_usize)
        .prop_map(move |(m, k, n)| shapes(m, k, n).to_vec())
        .boxed()
}

fn column(x: &ndarray::ArrayD<f64>) -> ndarray::ArrayD<f64> {
    x.clone().insert_axis(ndarray::Axis(1))
}
