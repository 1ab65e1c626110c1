//! `γ`, `β`, the evidence and variances against their formulas, with `J` by differences and whole inverses, for
//! fewer and more rows than parameters.

use std::f64::consts::PI;

use ndarray::{Array1, Array2, ArrayD};
use tapegrad_autodiff::Tape;
use tapegrad_nn::{Activation, Mlp, Module, Penalty, Strength};
use tapegrad_train::data::Dataset;
use tapegrad_tune::{Evidence, Likelihood};

use crate::problem::{assert_close, solve};

/// Numbers without a pattern.
fn numbers(shape: [usize; 2], start: f64) -> Array2<f64> {
    let count = shape[1];
    Array2::from_shape_fn(shape, |(i, j)| (start + 2.4 * (i * count + j) as f64).sin())
}

/// `∂f/∂w` of all outputs by all numbers of the model, by central differences.
fn jacobian(model: &mut Mlp<f64>, x: &ArrayD<f64>) -> Array2<f64> {
    const STEP: f64 = 1e-5;
    let mut columns = Vec::new();
    let lengths: Vec<_> = model
        .parameters()
        .iter()
        .map(|(_, p)| p.value.len())
        .collect();
    for (parameter, length) in lengths.into_iter().enumerate() {
        for place in 0..length {
            let mut at = |shift: f64| {
                let mut index = 0;
                model.visit_mut(tapegrad_nn::Name::root(), &mut |_, param| {
                    if index == parameter {
                        *param.value.iter_mut().nth(place).unwrap() += shift;
                    }
                    index += 1;
                });
                model.predict(x)
            };
            let (right, left) = (at(STEP), at(-2.0 * STEP));
            at(STEP);
            columns.push((right - left) / (2.0 * STEP));
        }
    }
    Array2::from_shape_fn([columns[0].len(), columns.len()], |(i, j)| {
        *columns[j].iter().nth(i).unwrap()
    })
}

fn inverse(h: &Array2<f64>) -> Array2<f64> {
    let n = h.nrows();
    let mut inverse = Array2::zeros([n, n]);
    for j in 0..n {
        let unit = Array1::from_shape_fn(n, |i| f64::from(i == j));
        inverse.column_mut(j).assign(&solve(h.clone(), unit));
    }
    inverse
}

/// `ln |H|`, by elimination.
fn log_determinant(h: &Array2<f64>) -> f64 {
    let (mut h, mut sum) = (h.clone(), 0.0);
    for pivot in 0..h.nrows() {
        sum += h[[pivot, pivot]].ln();
        let row = h.row(pivot).mapv(|x| x / h[[pivot, pivot]]);
        for below in pivot + 1..h.nrows() {
            let factor = h[[below, pivot]];
            h.row_mut(below).scaled_add(-factor, &row);
        }
    }
    sum
}

#[test]
fn formulas() {
    let kinds = [
        (Likelihood::Gaussian, 1),
        (Likelihood::Gaussian, 2),
        (Likelihood::Bernoulli, 2),
        (Likelihood::Categorical, 3),
    ];
    for ((likelihood, outputs), rows) in kinds.into_iter().flat_map(|kind| [(kind, 8), (kind, 40)])
    {
        for holds in [false, true] {
            println!("{likelihood:?} of {outputs}, {rows} rows, {holds}");
            check(likelihood, outputs, rows, holds);
        }
    }
}

fn check(likelihood: Likelihood, outputs: usize, rows: usize, holds: bool) {
    let strengths = [0.02, 0.3].map(Strength::new);
    let mut model = Mlp::new(&[2, 3, outputs])
        .activation(Activation::Tanh)
        .seed(3)
        .penalize(0, Penalty::l2(&strengths[0]))
        .penalize(1, Penalty::l2(&strengths[1]));
    let x = numbers([rows, 2], 0.3);
    let y = numbers([rows, outputs], 1.0);
    let y = match likelihood {
        Likelihood::Gaussian => y,
        Likelihood::Bernoulli => y.mapv(|y| f64::from(y > 0.0)),
        Likelihood::Categorical => Array2::from_shape_fn([rows, 1], |(i, _)| (i * i % 3) as f64),
    };
    let data = Dataset::new(x.clone(), y.clone());
    // As it is: whatever change there is will do.
    let mut evidence = Evidence::new(likelihood).tolerance(f64::MAX);
    if holds {
        evidence = evidence.hold_unpenalized();
    }
    let laplace = evidence.choose(&mut model, &data, |_| ()).unwrap();
    let report = &laplace.report;
    assert!(report.iterations == 0 && report.is_converged);

    // [2, 3] weights, 3 biases, [3, outputs] weights, biases.
    let parameters = 9 + 4 * outputs;
    // To all logits may be added a number: the last of their biases does nothing that the others do not.
    let is_categorical = likelihood == Likelihood::Categorical;
    let class = |place: usize| match place {
        0..6 => Some(0),
        9.. if place < 9 + 3 * outputs => Some(1),
        _ => None,
    };
    let kept: Vec<_> = (0..parameters)
        .filter(|place| !holds || class(*place).is_some())
        .filter(|place| !(is_categorical && *place == parameters - 1))
        .collect();
    let j = jacobian(&mut model, &x.clone().into_dyn()).select(ndarray::Axis(1), &kept);
    let f = model.predict(&x);
    let tape = Tape::new();
    let p: ArrayD<f64> = match likelihood {
        Likelihood::Gaussian => f.to_owned(),
        Likelihood::Bernoulli => f.mapv(|z| 1.0 / (1.0 + (-z).exp())),
        Likelihood::Categorical => tape.constant(&f).softmax(-1).value().into_owned(),
    };
    let count = rows * outputs;
    let lambda = Array2::from_shape_fn([count, count], |(a, b)| {
        let (row, column) = (a / outputs, a % outputs);
        let p = |k: usize| p[[row, k]];
        let same = f64::from(a == b);
        match likelihood {
            Likelihood::Gaussian => same,
            Likelihood::Bernoulli => same * p(column) * (1.0 - p(column)),
            Likelihood::Categorical if row == b / outputs => {
                same * p(column) - p(column) * p(b % outputs)
            }
            Likelihood::Categorical => 0.0,
        }
    });
    let terms = if likelihood == Likelihood::Categorical {
        rows
    } else {
        count
    } as f64;
    let scale = if likelihood == Likelihood::Gaussian {
        terms
    } else {
        2.0 * terms
    };
    let a: Vec<_> = kept
        .iter()
        .map(|place| class(*place).map_or(0.0, |class| [0.02, 0.3][class] * scale))
        .collect();
    let h = j.t().dot(&lambda).dot(&j) + Array2::from_diag(&Array1::from(a.clone()));
    let covariance = inverse(&h);
    let gamma = |of: usize| -> f64 {
        let places = kept
            .iter()
            .enumerate()
            .filter(|(_, place)| class(**place) == Some(of));
        places
            .map(|(index, _)| 1.0 - a[index] * covariance[[index, index]])
            .sum()
    };
    let w: Vec<f64> = model
        .parameters()
        .iter()
        .flat_map(|(_, p)| p.value.clone().into_iter())
        .collect();
    let flat = a.iter().filter(|a| **a == 0.0).count() as f64;
    let effective = gamma(0) + gamma(1) + flat;
    let misfit = match likelihood {
        Likelihood::Gaussian => f.iter().zip(&y).map(|(f, y)| (f - y).powi(2)).sum::<f64>(),
        Likelihood::Bernoulli => p
            .iter()
            .zip(&y)
            .map(|(p, y)| -2.0 * (y * p.ln() + (1.0 - y) * (1.0 - p).ln()))
            .sum(),
        Likelihood::Categorical => (0..rows)
            .map(|row| -2.0 * p[[row, y[[row, 0]] as usize]].ln())
            .sum(),
    };
    let (beta, constant) = match likelihood {
        Likelihood::Gaussian => {
            let beta = (count as f64 - effective) / misfit;
            (beta, 0.5 * count as f64 * (beta / (2.0 * PI)).ln())
        }
        _ => (1.0, 0.0),
    };
    let cost: f64 = kept
        .iter()
        .zip(&a)
        .map(|(place, a)| a * w[*place].powi(2))
        .sum();
    let logs: f64 = a
        .iter()
        .filter(|a| **a > 0.0)
        .map(|a| (beta * a).ln())
        .sum();
    let log_evidence =
        constant - 0.5 * beta * (misfit + cost) + 0.5 * logs + 0.5 * flat * (2.0 * PI).ln()
            - 0.5 * log_determinant(&(&h * beta));

    for (of, found) in report.strengths.iter().enumerate() {
        assert_close("γ", found.gamma, gamma(of), 1e-6);
        assert_close("α", found.alpha, beta * scale * [0.02, 0.3][of], 1e-6);
    }
    assert_close("all γ", report.effective_parameters, effective, 1e-6);
    assert_eq!(
        report.noise_precision.is_some(),
        likelihood == Likelihood::Gaussian
    );
    assert_close("β", report.noise_precision.unwrap_or(1.0), beta, 1e-6);
    assert_close("evidence", report.log_evidence, log_evidence, 1e-7);

    let other = numbers([3, 2], 5.0);
    let j = jacobian(&mut model, &other.clone().into_dyn()).select(ndarray::Axis(1), &kept);
    let raw = j.dot(&covariance).dot(&j.t()) / beta;
    // Of classes, less the mean of a row.
    let centring = Array2::from_shape_fn(raw.dim(), |(a, b)| {
        let share = match is_categorical && a / outputs == b / outputs {
            true => 1.0 / outputs as f64,
            false => 0.0,
        };
        f64::from(a == b) - share
    });
    let expected = centring.dot(&raw).dot(&centring);
    let predictive = laplace.predict(&model, &other);
    for (found, expected) in predictive.mean.iter().zip(model.predict(&other)) {
        assert_close("mean", *found, expected, 1e-12);
    }
    for (found, expected) in predictive.variance.iter().zip(expected.diag()) {
        assert_close("variance", *found, *expected, 1e-5);
    }
    if is_categorical {
        for ((row, k), found) in predictive.probabilities().indexed_iter() {
            // Before they are made to have the sum 1.
            let share = |k: usize| {
                let others = (0..outputs).map(|c| {
                    let [a, b] = [k, c].map(|class| row * outputs + class);
                    let v = raw[[a, a]] + raw[[b, b]] - 2.0 * raw[[a, b]];
                    let f = predictive.mean[[row, c]] - predictive.mean[[row, k]];
                    (f / (1.0 + PI * v / 8.0).sqrt()).exp()
                });
                1.0 / others.sum::<f64>()
            };
            let sum: f64 = (0..outputs).map(share).sum();
            assert_close("p", *found, share(k) / sum, 1e-6);
        }
    }
}
