//! What several operations would make in several passes over memory, in one.

use ndarray::ArrayD;
use proptest::prelude::*;
use tapegrad_autodiff::{Activation, total};

use super::naive::sigmoid;
use crate::naive::{along, number, pairs, product, whole};
use crate::row::operations;
use crate::shapes::Shapes::{Any, Broadcast, EqualFilled, Other, Several};

operations! {
    affine: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Identity), affine_of;
    affine_relu: "affine", Distinct, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Relu), |x| affine_of(x).mapv(|z| z.max(0.0));
    affine_tanh: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Tanh), |x| affine_of(x).mapv(f64::tanh);
    affine_sigmoid: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Sigmoid), |x| affine_of(x).mapv(sigmoid);
    affine_softplus: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Softplus), |x| affine_of(x).mapv(|z| z.exp().ln_1p());
    l1_norm: "l1_norm", NonZero, Any, |x| x[0].l1_norm(), whole(|x| x.iter().map(|x| x.abs()).sum());
    squared_norm: "squared_norm", Reals, Any, |x| x[0].squared_norm(), whole(|x| x.iter().map(|x| x * x).sum());
    elastic_net: "elastic_net", NonZero, Any, |x| x[0].elastic_net(Some(0.5), Some(0.25)), whole(|x| x.iter().map(|x| 0.5 * x.abs() + 0.25 * x * x).sum());
    elastic_net_none: "elastic_net", NonZero, Any, |x| x[0].elastic_net(None, None), whole(|_| 0.0);
    mean_squared_difference: "mean_squared_difference", Reals, EqualFilled, |x| x[0].mean_squared_difference(x[1]),
        |x| number((&x[0] - &x[1]).mapv(|d| d * d).mean().unwrap());
    sigmoid_cross_entropy: "sigmoid_cross_entropy", Reals, Broadcast, |x| x[0].sigmoid_cross_entropy(x[1]), pairs(|x, y| x.exp().ln_1p() - x * y);
    softmax_cross_entropy: "softmax_cross_entropy", Reals, Other(rows), |x| x[0].softmax_cross_entropy(&classes(&x[0].shape())), |x| {
        let classes = classes(x[0].shape());
        let mut losses = along(0, |x| x.iter().map(|x| x.exp()).sum::<f64>().ln())(x);
        losses.iter_mut().enumerate().for_each(|(row, loss)| *loss -= x[0][[row, classes[row]]]);
        losses
    };
    total: "total", Reals, Several, |x| total(x).expect("there are terms"), |x| x.iter().skip(1).fold(x[0].clone(), |sum, x| sum + x);
}

/// Rows, a weight, and a bias or none.
fn layer() -> BoxedStrategy<Vec<Vec<usize>>> {
    (0..4_usize, 0..4_usize, 0..4_usize, any::<bool>())
        .prop_map(|(rows, inputs, outputs, bias)| {
            let mut shapes = vec![vec![rows, inputs], vec![inputs, outputs]];
            shapes.extend(bias.then(|| vec![outputs]));
            shapes
        })
        .boxed()
}

/// `X W + b`.
fn affine_of(x: &[ArrayD<f64>]) -> ArrayD<f64> {
    let z = product(&x[0], &x[1]);
    x.get(2).map_or(z.clone(), |bias| z + bias)
}

/// Logits of at least one class.
fn rows() -> BoxedStrategy<Vec<Vec<usize>>> {
    (0..4_usize, 1..5_usize)
        .prop_map(|(rows, classes)| vec![vec![rows, classes]])
        .boxed()
}

/// A class for each row.
fn classes(logits: &[usize]) -> Vec<usize> {
    (0..logits[0])
        .map(|row| (2 * row + 1) % logits[1])
        .collect()
}
