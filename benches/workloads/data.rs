//! Data and starting points, as the `conventions` of `workloads.json` say.

use tapegrad::autodiff::kernel::product::{Start, gemm};
use tapegrad::ndarray::ArrayView2;

use super::random::{DIRECTIONS, INPUTS, OPT_GRADIENT, OPT_PARAMETERS, Random, TEACHER, WEIGHTS};
use super::specification::{Activation, Loss, Workload};

/// Inputs in rows, and what they should give.
pub(crate) struct Batch {
    pub(crate) x: Vec<f32>,
    pub(crate) y: Targets,
}

pub(crate) enum Targets {
    Numbers(Vec<f32>),
    Classes(Vec<usize>),
}

/// The batches, labelled by a linear teacher: `S = X T / √fan_in`.
pub(crate) fn batches(work: &Workload) -> Vec<Batch> {
    let (rows, inputs) = (work.batch * work.n_batches, work.sizes[0]);
    let outputs = work.sizes[work.sizes.len() - 1];
    let x = Random::stream(INPUTS).normals(rows * inputs);
    let teacher = Random::stream(TEACHER).normals(inputs * outputs);
    let mut scores = vec![0.0; rows * outputs];
    gemm(
        matrix(&x, inputs),
        matrix(&teacher, outputs),
        Start::Zero,
        &mut scores,
        None,
    );
    let root = (inputs as f64).sqrt();
    scores.iter_mut().for_each(|score| *score /= root);
    let pairs = x
        .chunks_exact(work.batch * inputs)
        .zip(scores.chunks_exact(work.batch * outputs));
    pairs
        .map(|(x, scores)| Batch {
            x: x.iter().map(|&x| x as f32).collect(),
            y: match work.loss {
                Loss::Mse => numbers(scores, |score| score.tanh() as f32),
                Loss::Bce => numbers(scores, |score| f32::from(score > 0.0)),
                Loss::Ce => Targets::Classes(scores.chunks_exact(outputs).map(largest).collect()),
            },
        })
        .collect()
}

fn numbers(scores: &[f64], f: impl Fn(f64) -> f32) -> Targets {
    Targets::Numbers(scores.iter().map(|&score| f(score)).collect())
}

/// The place of the largest number, the first of equals.
fn largest(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |most, j| if row[j] > row[most] { j } else { most })
}

/// A matrix in rows of this width.
pub(crate) fn matrix<T>(x: &[T], width: usize) -> ArrayView2<'_, T> {
    ArrayView2::from_shape((x.len() / width, width), x).expect("whole rows")
}

/// Weight and bias of each layer at the start.
pub(crate) fn parameters(work: &Workload) -> Vec<[Vec<f32>; 2]> {
    let last = work.sizes.len() - 2;
    let layer = |(index, pair): (usize, &[usize])| {
        let [inputs, outputs] = [pair[0], pair[1]];
        let rectified = work.activation == Activation::Relu && index < last;
        let gain = if rectified { 6.0 } else { 3.0 };
        let bound = (gain / inputs as f64).sqrt();
        let mut random = Random::stream(WEIGHTS + index as u64);
        let mut draw = |_| ((2.0 * random.uniform() - 1.0) * bound) as f32;
        [
            (0..inputs * outputs).map(&mut draw).collect(),
            vec![0.0; outputs],
        ]
    };
    work.sizes.windows(2).enumerate().map(layer).collect()
}

/// The direction `v` of `H v`, as the parameters are.
pub(crate) fn directions(work: &Workload) -> Vec<[Vec<f32>; 2]> {
    let normals = |tensor, count| narrow(Random::stream(DIRECTIONS + tensor as u64).normals(count));
    let layer = |(index, pair): (usize, &[usize])| {
        [
            normals(2 * index, pair[0] * pair[1]),
            normals(2 * index + 1, pair[1]),
        ]
    };
    work.sizes.windows(2).enumerate().map(layer).collect()
}

/// The parameters and the gradient of the optimizer's workload.
pub(crate) fn opt_arrays(count: usize) -> [Vec<f32>; 2] {
    let gradient = Random::stream(OPT_GRADIENT).normals(count);
    [
        narrow(Random::stream(OPT_PARAMETERS).normals(count)),
        gradient.into_iter().map(|g| (g * 1e-2) as f32).collect(),
    ]
}

fn narrow(x: Vec<f64>) -> Vec<f32> {
    x.into_iter().map(|x| x as f32).collect()
}

/// `1/n Σ x²`, in double precision.
pub(crate) fn mean_square(x: &[f32]) -> f64 {
    x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / x.len() as f64
}

/// `Σ x y`, in double precision.
pub(crate) fn inner(x: &[f32], y: &[f32]) -> f64 {
    x.iter()
        .zip(y)
        .map(|(&x, &y)| f64::from(x) * f64::from(y))
        .sum()
}

/// `1/n Σ x`, in double precision.
pub(crate) fn mean(x: &[f32]) -> f64 {
    x.iter().map(|&x| f64::from(x)).sum::<f64>() / x.len() as f64
}
