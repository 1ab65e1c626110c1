//! Functions of all elements along axes.

use tapegrad_autodiff::keep;

use crate::naive::{along, lanes, whole};
use crate::row::operations;
use crate::shapes::Shapes::{Any, AtLeast, Filled};

operations! {
    sum_all: "sum", Reals, Any, |x| x[0].sum(..), whole(|x| x.iter().sum());
    sum: "sum", Reals, AtLeast(1), |x| x[0].sum(-1), along(0, |x| x.iter().sum());
    sum_keep: "sum", Reals, AtLeast(2), |x| x[0].sum(keep(-2)), |x| { let axis = ndarray::Axis(x[0].ndim() - 2); x[0].sum_axis(axis).insert_axis(axis) };
    sum_two: "sum", Reals, AtLeast(3), |x| x[0].sum([-1, 0]), |x| { let last = ndarray::Axis(x[0].ndim() - 1); x[0].sum_axis(last).sum_axis(ndarray::Axis(0)) };
    mean: "mean", Reals, Filled(1), |x| x[0].mean(-1), along(0, mean_of);
    mean_second: "mean", Reals, Filled(2), |x| x[0].mean(-2), along(1, mean_of);
    mean_all: "mean", Reals, Filled(0), |x| x[0].mean(..), whole(mean_of);
    max: "max", Distinct, Filled(1), |x| x[0].max(-1), along(0, max_of);
    max_second: "max", Distinct, Filled(2), |x| x[0].max(-2), along(1, max_of);
    max_all: "max", Distinct, Filled(0), |x| x[0].max(..), whole(max_of);
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
