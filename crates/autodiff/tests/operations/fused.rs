//! What several operations would make in several passes over memory, in one.

use ndarray::ArrayD;
use proptest::prelude::*;
use tapegrad_autodiff::{Activation, Classes, total};

use crate::naive::{along, lanes, number, pairs, product, sigmoid, whole};
use crate::row::operations;
use crate::shapes::Shapes::{Any, Broadcast, EqualFilled, Filled, Other, Several};

operations! {
    affine: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Identity), affine_of;
    affine_relu: "affine", NonZero, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Relu), |x| affine_of(x).mapv(|z| z.max(0.0));
    affine_tanh: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Tanh), |x| affine_of(x).mapv(f64::tanh);
    affine_sigmoid: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Sigmoid), |x| affine_of(x).mapv(sigmoid);
    affine_softplus: "affine", Reals, Other(layer), |x| x[0].affine(x[1], x.get(2).copied(), Activation::Softplus), |x| affine_of(x).mapv(|z| z.exp().ln_1p());
    l1_norm: "l1_norm", NonZero, Any, |x| x[0].l1_norm(), whole(|x| x.iter().map(|x| x.abs()).sum());
    squared_norm: "squared_norm", Reals, Any, |x| x[0].squared_norm(), whole(|x| x.iter().map(|x| x * x).sum());
    elastic_net: "elastic_net", NonZero, Any, |x| x[0].elastic_net(Some(0.5), Some(0.25)), whole(|x| x.iter().map(|x| 0.5 * x.abs() + 0.25 * x * x).sum());
    elastic_net_l1: "elastic_net", NonZero, Any, |x| x[0].elastic_net(Some(0.3), None), whole(|x| x.iter().map(|x| 0.3 * x.abs()).sum());
    elastic_net_l2: "elastic_net", Reals, Any, |x| x[0].elastic_net(None, Some(0.3)), whole(|x| x.iter().map(|x| 0.3 * x * x).sum());
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
    softmax_cross_entropy_weighted: "softmax_cross_entropy", Reals, Other(rows), |x| {
        let shape = x[0].shape();
        let weights: Vec<_> = (0..shape[1]).map(|class| 1.0 + class as f64 / 2.0).collect();
        x[0].softmax_cross_entropy(Classes::from(&classes(&shape)).weights(&weights).smoothing(0.2))
    }, |x| {
        let (classes, count) = (classes(x[0].shape()), x[0].shape()[1]);
        let targets = ArrayD::from_shape_fn(x[0].shape(), |at| {
            let chosen = if classes[at[0]] == at[1] { 0.8 } else { 0.0 };
            (1.0 + at[1] as f64 / 2.0) * (chosen + 0.2 / count as f64)
        });
        cross_entropy_of(&x[0], &targets)
    };
    softmax_cross_entropy_with: "softmax_cross_entropy_with", Reals, Other(|| rows().prop_map(|shapes| vec![shapes[0].clone(); 2]).boxed()),
        |x| x[0].softmax_cross_entropy_with(x[1]), |x| cross_entropy_of(&x[0], &x[1]);
    standardize: "standardize", Reals, Filled(1), |x| x[0].standardize(-1, 0.1), lanes(0, standardized);
    standardize_second: "standardize", Reals, Filled(2), |x| x[0].standardize(-2, 0.1), lanes(1, standardized);
    layer_norm: "layer_norm", Reals, Other(features), |x| x[0].layer_norm(x[1], x[2], 0.1), |x| lanes(0, standardized)(x) * &x[1] + &x[2];
    batch_norm: "batch_norm", Reals, Other(features), |x| x[0].batch_norm(x[1], x[2], 0.1), |x| lanes(1, standardized)(x) * &x[1] + &x[2];
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

/// `−Σⱼ qⱼ ln softmax(x)ⱼ` of each row.
fn cross_entropy_of(x: &ArrayD<f64>, q: &ArrayD<f64>) -> ArrayD<f64> {
    ArrayD::from_shape_fn(vec![x.shape()[0]], |at| {
        let row = x.index_axis(ndarray::Axis(0), at[0]);
        let sum: f64 = row.iter().map(|x| x.exp()).sum();
        let terms = row.iter().zip(q.index_axis(ndarray::Axis(0), at[0]));
        terms.map(|(x, q)| -q * (x.exp() / sum).ln()).sum()
    })
}

/// `(x − m) / √(v + 0.1)`.
fn standardized(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / x.len() as f64;
    x.iter()
        .map(|x| (x - mean) / (variance + 0.1).sqrt())
        .collect()
}

/// Rows, and a gain and a shift for each column.
fn features() -> BoxedStrategy<Vec<Vec<usize>>> {
    (1..4_usize, 1..4_usize, proptest::bool::ANY)
        .prop_map(|(rows, columns, one)| {
            let gain = if one { vec![1] } else { vec![columns] };
            vec![vec![rows, columns], gain, vec![columns]]
        })
        .boxed()
}
