//! Paths: against scikit-learn's, warm against cold, of networks, by folds and by halves.

use std::cell::Cell;
use std::error::Error;

use ndarray::{Array2, Axis, array, s};
use serde::Deserialize;
use tapegrad_autodiff::{ArcArrayD, Tape, Var};
use tapegrad_nn::{
    Activation, Dense, Groups, Loss, Mlp, Module, Name, Penalty, Scope, Strength, loss, random,
};
use tapegrad_optim::{Adam, ProximalGradient};
use tapegrad_train::Trainer;
use tapegrad_train::data::{self, Dataset, Fold, HoldOut, KFold, Splitter};
use tapegrad_train::metric::RSquared;
use tapegrad_tune::{FittedPath, Path, TuneError};

use super::problem::table;

/// `fixtures/lasso_path.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    alphas: Vec<f64>,
    coefficients: Vec<Vec<f64>>,
    first: Vec<usize>,
    fold_errors: Vec<Vec<f64>>,
    best_alpha: f64,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/lasso_path.json")).unwrap()
}

/// All rows, each column standardised.
fn diabetes() -> Dataset<f64> {
    let mut all = table(include_str!("fixtures/diabetes.csv"));
    for mut column in all.axis_iter_mut(Axis(1)) {
        let (mean, deviation) = (column.mean().unwrap(), column.std(0.0));
        column.mapv_inplace(|x| (x - mean) / deviation);
    }
    Dataset::new(
        all.slice(s![.., ..10]).to_owned(),
        all.slice(s![.., 10..]).to_owned(),
    )
}

fn squares<'t, M: Module<f64>>(
    on: &Scope<'t, f64>,
    model: &M,
    data: &Dataset<f64>,
) -> Var<'t, f64> {
    loss::SquaredError.mean(model.forward(on, on.input(&data.x)), &data.y)
}

type Fitted = Result<(), Box<dyn Error>>;

/// By proximal gradient steps until the residual is small, or an error.
fn exactly<M: Module<f64>>(model: &mut M, data: &Dataset<f64>) -> Fitted {
    let solver = ProximalGradient::new().tolerance(1e-9);
    let report = solver.fit(model, |on, model| squares(on, model, data));
    match report.is_converged() {
        true => Ok(()),
        false => Err(report.to_string().into()),
    }
}

fn lasso() -> (Dense<f64>, Strength) {
    let strength = Strength::new(0.0);
    let model = Dense::new(10, 1).penalize(Penalty::l1(&strength).proximal());
    (model, strength)
}

#[test]
fn that_of_scikit_learn() {
    let Fixture {
        alphas,
        coefficients,
        first,
        ..
    } = fixture();
    let (mut model, strength) = lasso();
    let path = Path::new(&strength)
        .fit(&mut model, &diabetes(), squares, exactly)
        .unwrap();
    assert_eq!(path.points.len(), alphas.len());
    let strongest = path.points[0].strength;
    println!(
        "λ_max {strongest}, off by {:.1e}",
        strongest / (2.0 * alphas[0]) - 1.0
    );
    let mut worst = 0.0_f64;
    for ((point, alpha), coefficients) in path.points.iter().zip(&alphas).zip(&coefficients) {
        assert!(
            (point.strength / (2.0 * alpha) - 1.0).abs() < 1e-8,
            "{}",
            point.strength
        );
        assert!(point.residual <= 1e-9);
        let scale = coefficients
            .iter()
            .fold(0.0_f64, |most, w| most.max(w.abs()));
        for (own, w) in point.of_inputs().iter().zip(coefficients) {
            if scale == 0.0 {
                assert_eq!(own, w);
            } else {
                worst = worst.max((own - w).abs() / scale);
            }
        }
    }
    println!("coefficients off by {worst:.1e}");
    assert!(worst < 1e-5);

    let mut order: Vec<usize> = (0..10).collect();
    order.sort_by_key(|&input| first[input]);
    let entries = path.entries();
    let own: Vec<usize> = entries.iter().map(|entry| entry.input).collect();
    assert_eq!(own, order);
    for entry in entries {
        assert_eq!(entry.strength, path.points[first[entry.input]].strength);
    }
}

/// Iterations in all, of fits that begin where the one before ended and of those that begin at zero.
#[test]
fn warm_and_cold() {
    let data = diabetes();
    for tolerance in [1e-3, 1e-4, 1e-6, 1e-8] {
        let solver = ProximalGradient::new().tolerance(tolerance);
        let run = |is_cold: bool| {
            let (mut model, strength) = lasso();
            let iterations = Cell::new(0);
            let path = Path::new(&strength)
                .fit(
                    &mut model,
                    &data,
                    squares,
                    |model: &mut Dense<f64>, data| {
                        if is_cold {
                            model.weight.value.fill(0.0);
                        }
                        let report = solver.fit(model, |on, model| squares(on, model, data));
                        assert!(report.is_converged(), "{report}");
                        iterations.set(iterations.get() + report.iterations);
                        Ok(())
                    },
                )
                .unwrap();
            (path, iterations.get())
        };
        let [(warm, warm_steps), (cold, cold_steps)] = [false, true].map(run);
        let mut worst = 0.0_f64;
        for (warm, cold) in warm.points.iter().zip(&cold.points) {
            let [a, b] = [warm, cold].map(|point| point.loss + point.penalty);
            worst = worst.max((a - b).abs() / b);
        }
        println!(
            "{tolerance:.0e}: warm {warm_steps}, cold {cold_steps}, losses differ by {worst:.1e}"
        );
    }
}

/// Five inputs of fifteen matter.
fn friedman(seed: u64) -> Dataset<f64> {
    let data = data::friedman1::<f64>(300, 15, 1.0, seed);
    let standard = |x: &ArcArrayD<f64>| {
        let mut x = x.to_owned();
        for mut column in x.axis_iter_mut(Axis(1)) {
            let (mean, deviation) = (column.mean().unwrap(), column.std(0.0));
            column.mapv_inplace(|x| (x - mean) / deviation);
        }
        x
    };
    data.map_x(standard).map_y(standard)
}

/// Whether all noise leaves before any input that matters, as the strength grows.
fn noise_leaves_first(seed: u64) -> bool {
    let data = friedman(seed);
    let strength = Strength::new(0.0);
    let mut model = Mlp::new(&[15, 10, 1])
        .activation(Activation::Tanh)
        .seed(seed)
        .penalize(0, Penalty::group_lasso(Groups::Rows, &strength).proximal())
        .penalize(1, Penalty::l2(0.01));
    let iterations = Cell::new(0);
    let path = Path::new(&strength)
        .count(30)
        .ratio(1e-2)
        .upward()
        .fit(&mut model, &data, squares, |model: &mut Mlp<f64>, data| {
            let solver = ProximalGradient::new().tolerance(1e-4).iterations(1000);
            let report = solver.fit(model, |on, model| squares(on, model, data));
            iterations.set(iterations.get() + report.iterations);
            Ok(())
        })
        .unwrap();
    println!("{path}");
    let entries = path.entries();
    let order: Vec<usize> = entries.iter().map(|entry| entry.input).collect();
    println!("seed {seed}: {} iterations, {order:?}", iterations.get());
    assert!(path.points[0].inputs.is_empty());
    let of = |range: std::ops::Range<usize>| {
        let strengths = entries
            .iter()
            .filter(move |entry| range.contains(&entry.input));
        strengths.map(|entry| entry.strength).collect::<Vec<_>>()
    };
    let weakest = of(0..5).into_iter().fold(f64::INFINITY, f64::min);
    of(0..5).len() == 5 && of(5..15).into_iter().all(|noise| noise < weakest)
}

#[test]
fn noise_leaves_a_network_first() {
    let seeds = 1..=3;
    let count = seeds.filter(|&seed| noise_leaves_first(seed)).count();
    println!("{count}");
}
