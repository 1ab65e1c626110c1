//! Functions of all elements along axes.

use ndarray::{ArrayD, Axis};
use proptest::prelude::{BoxedStrategy, Strategy};
use tapegrad_autodiff::{keep, stack};

use crate::naive::{along, each, lanes, whole};
use crate::row::operations;
use crate::shapes::Shapes::{Any, AtLeast, Filled, Other};
use crate::shapes::any;

operations! {
    sum_all: "sum", Reals, Any, |x| x[0].sum(..), whole(|x| x.iter().sum());
    sum: "sum", Reals, AtLeast(1), |x| x[0].sum(-1), along(0, |x| x.iter().sum());
    sum_keep: "sum", Reals, AtLeast(2), |x| x[0].sum(keep(-2)), |x| { let axis = ndarray::Axis(x[0].ndim() - 2); x[0].sum_axis(axis).insert_axis(axis) };
    sum_two: "sum", Reals, AtLeast(3), |x| x[0].sum([-1, 0]), |x| { let last = ndarray::Axis(x[0].ndim() - 1); x[0].sum_axis(last).sum_axis(ndarray::Axis(0)) };
    mean: "mean", Reals, Filled(1), |x| x[0].mean(-1), along(0, mean_of);
    mean_second: "mean", Reals, Filled(2), |x| x[0].mean(-2), along(1, mean_of);
    mean_all: "mean", Reals, Filled(0), |x| x[0].mean(..), whole(mean_of);
    max: "max", NonZero, Filled(1), |x| x[0].max(-1), along(0, max_of);
    max_second: "max", NonZero, Filled(2), |x| x[0].max(-2), along(1, max_of);
    max_all: "max", NonZero, Filled(0), |x| x[0].max(..), whole(max_of);
    min: "min", NonZero, Filled(1), |x| x[0].min(-1), along(0, |x| x.iter().copied().fold(f64::INFINITY, f64::min));
    min_all: "min", NonZero, Filled(0), |x| x[0].min(keep(..)), |x| { let least = x[0].iter().copied().fold(f64::INFINITY, f64::min); ndarray::ArrayD::from_elem(vec![1; x[0].ndim()], least) };
    prod: "prod", Reals, AtLeast(1), |x| x[0].prod(-1), along(0, |x| x.iter().product());
    prod_second: "prod", Reals, AtLeast(2), |x| x[0].prod(keep(-2)), |x| { let axis = ndarray::Axis(x[0].ndim() - 2); x[0].map_axis(axis, |lane| lane.product()).insert_axis(axis) };
    prod_all: "prod", Reals, Any, |x| x[0].prod(..), whole(|x| x.iter().product());
    norm: "norm", NonZero, AtLeast(1), |x| x[0].norm(-1), along(0, |x| x.iter().map(|x| x * x).sum::<f64>().sqrt());
    norm_second: "norm", NonZero, AtLeast(2), |x| x[0].norm(-2), along(1, |x| x.iter().map(|x| x * x).sum::<f64>().sqrt());
    norm_all: "norm", NonZero, Any, |x| x[0].norm(..), whole(|x| x.iter().map(|x| x * x).sum::<f64>().sqrt());
    variance: "variance", Reals, Filled(1), |x| x[0].variance(-1, 0), along(0, |x| squares_of(x) / x.len() as f64);
    variance_of_sample: "variance", Reals, Filled(1), |x| stack(&[x[0], x[0].square()], -1).variance(-1, 1), each(|x| { let d = x - x * x; d * d / 2.0 });
    variance_second: "variance", Reals, Filled(2), |x| x[0].variance(-2, 0), along(1, |x| squares_of(x) / x.len() as f64);
    std: "std", Reals, Filled(1), |x| stack(&[x[0], x[0].square() + 2.0, x[0] - 1.0], -1).std(-1, 0),
        each(|x| (squares_of(&[x, x * x + 2.0, x - 1.0]) / 3.0).sqrt());
    std_of_sample: "std", Reals, Filled(1), |x| stack(&[x[0], x[0].square() + 2.0, x[0] - 1.0], 0).std(0, 1),
        each(|x| (squares_of(&[x, x * x + 2.0, x - 1.0]) / 2.0).sqrt());
    cumulative_sum: "cumulative_sum", Reals, AtLeast(1), |x| x[0].cumulative_sum(-1), lanes(0, sums_of);
    cumulative_sum_second: "cumulative_sum", Reals, AtLeast(2), |x| x[0].cumulative_sum(-2), lanes(1, sums_of);
    log_softmax: "log_softmax", Reals, AtLeast(1), |x| x[0].log_softmax(-1), lanes(0, |x| softmax_of(x).iter().map(|p| p.ln()).collect());
    log_softmax_second: "log_softmax", Reals, AtLeast(2), |x| x[0].log_softmax(-2), lanes(1, |x| softmax_of(x).iter().map(|p| p.ln()).collect());
    softmax_two: "softmax", Reals, Other(cubes), |x| x[0].softmax([0, 2]), |x| over_outer(&x[0], softmax_of);
    log_softmax_two: "log_softmax", Reals, Other(cubes), |x| x[0].log_softmax([0, -1]), |x| over_outer(&x[0], |x| softmax_of(x).iter().map(|p| p.ln()).collect());
    log_sum_exp_two: "log_sum_exp", Reals, Other(cubes), |x| x[0].log_sum_exp([2, 0]), |x| first_of(over_outer(&x[0], |x| vec![log_sum_exp_of(x); x.len()]));
    variance_two: "variance", Reals, Other(cubes), |x| x[0].variance([0, 2], 0), |x| first_of(over_outer(&x[0], |x| vec![squares_of(x) / x.len() as f64; x.len()]));
    norm_two: "norm", NonZero, Other(cubes), |x| x[0].norm([0, 2]), |x| first_of(over_outer(&x[0], |x| vec![x.iter().map(|x| x * x).sum::<f64>().sqrt(); x.len()]));
    prod_two: "prod", Reals, Other(cubes), |x| x[0].prod([0, 2]), |x| first_of(over_outer(&x[0], |x| vec![x.iter().product(); x.len()]));
    max_two: "max", NonZero, Other(cubes), |x| x[0].max([0, 2]), |x| first_of(over_outer(&x[0], |x| vec![max_of(x); x.len()]));
    norm_keep: "norm", NonZero, Other(cubes), |x| x[0] / x[0].norm(keep(1)), lanes(1, |x| { let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt(); x.iter().map(|x| x / norm).collect() });
    variance_keep: "variance", Reals, Other(cubes), |x| x[0] * x[0].variance(keep(1), 0), lanes(1, |x| x.iter().map(|y| y * squares_of(x) / x.len() as f64).collect());
    log_sum_exp: "log_sum_exp", Reals, Filled(1), |x| x[0].log_sum_exp(-1), along(0, log_sum_exp_of);
    log_sum_exp_second: "log_sum_exp", Reals, Filled(2), |x| x[0].log_sum_exp(-2), along(1, log_sum_exp_of);
    softmax: "softmax", Reals, AtLeast(1), |x| x[0].softmax(-1), lanes(0, softmax_of);
    softmax_second: "softmax", Reals, AtLeast(2), |x| x[0].softmax(-2), lanes(1, softmax_of);
}

fn mean_of(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn max_of(x: &[f64]) -> f64 {
    x.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn log_sum_exp_of(x: &[f64]) -> f64 {
    x.iter().map(|x| x.exp()).sum::<f64>().ln()
}

fn softmax_of(x: &[f64]) -> Vec<f64> {
    let sum: f64 = x.iter().map(|x| x.exp()).sum();
    x.iter().map(|x| x.exp() / sum).collect()
}

/// `Σ (x − m)²`.
fn squares_of(x: &[f64]) -> f64 {
    let mean = mean_of(x);
    x.iter().map(|x| (x - mean) * (x - mean)).sum()
}

fn sums_of(x: &[f64]) -> Vec<f64> {
    (0..x.len()).map(|i| x[..=i].iter().sum()).collect()
}

/// Arrays with three axes, none of them empty.
fn cubes() -> BoxedStrategy<Vec<Vec<usize>>> {
    any(3..4, 1..4).prop_map(|shape| vec![shape]).boxed()
}

/// `f` of all elements with the same place along the middle axis, in their places.
fn over_outer(x: &ArrayD<f64>, f: impl Fn(&[f64]) -> Vec<f64>) -> ArrayD<f64> {
    let mut y = x.clone();
    for mut part in y.axis_iter_mut(Axis(1)) {
        let new = f(&part.iter().copied().collect::<Vec<_>>());
        part.iter_mut().zip(new).for_each(|(y, new)| *y = new);
    }
    y
}

/// The first of the elements along the outer axes, which are equal.
fn first_of(x: ArrayD<f64>) -> ArrayD<f64> {
    x.index_axis(Axis(2), 0).index_axis(Axis(0), 0).to_owned()
}
