//! Paths: against scikit-learn's, warm against cold, and where they begin.

mod folds;
mod networks;
mod refusals;

use std::cell::{Cell, RefCell};
use std::error::Error;

use ndarray::{Axis, array, s};
use serde::Deserialize;
use tapegrad_autodiff::Var;
use tapegrad_nn::{Dense, Groups, Loss, Module, Penalty, Scope, Strength, loss};
use tapegrad_optim::ProximalGradient;
use tapegrad_train::data::Dataset;
use tapegrad_tune::{FittedPath, Path};

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

/// By proximal gradient steps until the residual is small, or an error.
fn exactly<M: Module<f64>>(model: &mut M, data: &Dataset<f64>) -> Result<(), Box<dyn Error>> {
    let solver = ProximalGradient::new().tolerance(1e-9);
    let report = solver.fit(model, |on, model| squares(on, model, data));
    match report.is_converged() {
        true => Ok(()),
        false => Err(report.to_string().into()),
    }
}

/// One output of ten inputs.
fn linear(penalty: impl FnOnce(&Strength) -> Penalty<f64>) -> (Dense<f64>, Strength) {
    let strength = Strength::new(1.0);
    let model = Dense::new(10, 1).penalize(penalty(&strength).proximal());
    (model, strength)
}

fn lasso() -> (Dense<f64>, Strength) {
    linear(|strength| Penalty::l1(strength))
}

#[test]
fn that_of_scikit_learn() {
    let fixture = fixture();
    let (mut model, strength) = lasso();
    let path = Path::new(&strength)
        .fit(&mut model, &diabetes(), squares, exactly)
        .unwrap();
    assert_eq!(path.points.len(), fixture.alphas.len());
    let mut worst = [0.0_f64; 2];
    for (place, point) in path.points.iter().enumerate() {
        let coefficients = &fixture.coefficients[place];
        let of_strength = (point.strength / (2.0 * fixture.alphas[place]) - 1.0).abs();
        let scale = coefficients
            .iter()
            .fold(0.0, |most: f64, w| most.max(w.abs()));
        let pairs = point.of_inputs().into_iter().zip(coefficients);
        let largest = pairs.fold(0.0, |most: f64, (own, w)| most.max((own - w).abs()));
        match scale == 0.0 {
            true => assert_eq!((largest, point.nonzero), (0.0, 0)),
            false => worst[1] = worst[1].max(largest / scale),
        }
        worst[0] = worst[0].max(of_strength);
        assert!(point.residual <= 1e-9);
    }
    println!(
        "strengths off by {:.1e}, coefficients by {:.1e}",
        worst[0], worst[1]
    );
    assert!(worst[0] < 1e-10 && worst[1] < 1e-5);

    let mut order: Vec<usize> = (0..10).collect();
    order.sort_by_key(|&input| fixture.first[input]);
    let entries = path.entries();
    let own: Vec<usize> = entries.iter().map(|entry| entry.input).collect();
    assert_eq!(own, order);
    for entry in entries {
        let first = fixture.first[entry.input];
        assert_eq!(entry.strength, path.points[first].strength);
    }
    // The model is at the last point, and goes to any.
    assert_eq!(strength.at(0), path.points[99].strength);
    path.go_to(30, &mut model);
    assert_eq!(strength.at(0), path.points[30].strength);
    assert_eq!(model.weight.value, path.points[30].coefficients);
}

/// Iterations in all, of fits of one tolerance, that begin at zero, where the one before ended, and where a path says.
#[test]
fn warm_and_cold() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Start {
        Zero,
        Before,
        Path,
    }
    let data = diabetes();
    for tolerance in [1e-3, 1e-4, 1e-6, 1e-8] {
        let solver = ProximalGradient::new().tolerance(tolerance);
        let run = |start: Start| {
            let (mut model, strength) = lasso();
            let (iterations, before) = (Cell::new(0), RefCell::new(None));
            let fit = |model: &mut Dense<f64>, data: &Dataset<f64>| {
                match (start, &*before.borrow()) {
                    (Start::Zero, _) => model.weight.value.fill(0.0),
                    (Start::Before, Some(before)) => *model = Dense::clone(before),
                    _ => {}
                }
                let report = solver.fit(model, |on, model| squares(on, model, data));
                assert!(report.is_converged(), "{report}");
                iterations.set(iterations.get() + report.iterations);
                if model.weight.trainable {
                    *before.borrow_mut() = Some(model.clone());
                }
                Ok(())
            };
            let path = Path::new(&strength);
            let path = path.fit(&mut model, &data, squares, fit).unwrap();
            (path, iterations.get())
        };
        let runs = [Start::Zero, Start::Before, Start::Path].map(run);
        let [cold, before, warm] = [0, 1, 2].map(|start| runs[start].1);
        let loss = |place: usize| {
            let points = runs[place].0.points.iter();
            points
                .map(|point| point.loss + point.penalty)
                .collect::<Vec<f64>>()
        };
        let pairs = loss(2).into_iter().zip(loss(0));
        let worst = pairs.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs() / b));
        println!(
            "{tolerance:.0e}: cold {cold}, from the one before {before}, warm {warm}, losses differ by {worst:.1e}"
        );
        assert!(worst <= tolerance);
        assert!(3 * warm <= cold && warm < before && before < cold);
    }
}

/// The strongest strength of each form, by its dual norm of the gradient at zero: of centred columns, `2/n Xᵀy`.
#[test]
fn strongest_strengths() {
    let data = diabetes();
    let (x, y) = (data.x.clone(), data.y.index_axis(Axis(1), 0));
    let x = x.into_dimensionality::<ndarray::Ix2>().unwrap();
    let y = y.into_dimensionality::<ndarray::Ix1>().unwrap();
    let gradient = x.t().dot(&y) * (2.0 / 442.0);
    let largest = gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
    let length = gradient.dot(&gradient).sqrt();
    let other = Strength::new(0.5);
    type Form<'f> = (&'f str, Box<dyn Fn(&Strength) -> Penalty<f64> + 'f>, f64);
    let forms: [Form; 4] = [
        ("L1", Box::new(|strength| Penalty::l1(strength)), largest),
        (
            "elastic net",
            Box::new(|strength| Penalty::elastic_net(strength, 0.3)),
            largest,
        ),
        (
            "rows",
            Box::new(|strength| Penalty::group_lasso(Groups::Rows, strength)),
            largest,
        ),
        (
            "whole",
            Box::new(|strength| Penalty::group_lasso(Groups::Whole, strength)),
            length,
        ),
    ];
    let few = |strength: &Strength| Path::new(strength).count(5);
    for (name, penalty, expected) in forms {
        let (mut model, strength) = linear(penalty);
        let path = few(&strength)
            .fit(&mut model, &data, squares, exactly)
            .unwrap();
        let own = path.points[0].strength;
        assert!(
            (own / expected - 1.0).abs() < 1e-10,
            "{name}: {own} {expected}"
        );
        assert!(
            path.points[0].nonzero == 0 && path.points[1].nonzero > 0,
            "{name}"
        );
    }

    // Two strengths, one half of the other: soft thresholds by λ, and of what remains the norm is λ / 2.
    let (mut model, strength) =
        linear(|strength| Penalty::l1(strength) + Penalty::group_lasso(Groups::Whole, &other));
    let both = few(&strength).with(&other);
    let path = both.fit(&mut model, &data, squares, exactly).unwrap();
    let own = path.points[0].strength;
    let rest = gradient.mapv(|g| (g.abs() - own).max(0.0));
    assert!((rest.dot(&rest).sqrt() / (0.5 * own) - 1.0).abs() < 1e-10);
    assert_eq!(other.at(0), 0.5 * strength.at(0));

    // In both directions, and of a strength that is given.
    let ends = |path: Path<f64>, (mut model, _): (Dense<f64>, Strength)| {
        let path = path.fit(&mut model, &data, squares, exactly).unwrap();
        path.points
            .iter()
            .map(|point| point.of_inputs())
            .collect::<Vec<_>>()
    };
    let (model, strength) = lasso();
    let down = ends(few(&strength).from(1.0), (model, strength.clone()));
    let (model, strength) = lasso();
    let up = ends(few(&strength).from(1.0).upward(), (model, strength.clone()));
    for (down, up) in down.concat().into_iter().zip(up.concat()) {
        assert!((down - up).abs() < 1e-6, "{down} {up}");
    }
}

/// L2 makes nothing zero, and has a path from a strength that is given.
#[test]
fn of_ridge() {
    let (mut model, strength) = linear(|strength| Penalty::l2(strength));
    let path = Path::new(&strength).from(10.0).count(4).ratio(1e-3);
    let path = path.fit(&mut model, &diabetes(), squares, exactly).unwrap();
    let lengths = path.points.iter().map(|point| {
        assert_eq!((point.nonzero, point.inputs.len()), (10, 10));
        point.of_inputs().iter().map(|w| w * w).sum::<f64>()
    });
    assert!(lengths.collect::<Vec<_>>().is_sorted());
    let strengths: Vec<f64> = path.points.iter().map(|point| point.strength).collect();
    for (own, expected) in strengths.into_iter().zip([10.0, 1.0, 0.1, 0.01]) {
        assert!((own / expected - 1.0).abs() < 1e-12);
    }
}

#[test]
fn as_text_and_picture() {
    let x = array![[1.0, 0.5], [-1.0, 0.5], [1.0, -0.5], [-1.0, -0.5]];
    let data = Dataset::new(x, array![[2.2], [-1.8], [1.8], [-2.2]]);
    let strength = Strength::new(0.0);
    let mut model = Dense::<f64>::new(2, 1).penalize(Penalty::l1(&strength).proximal());
    let path: FittedPath<f64> = Path::new(&strength)
        .count(3)
        .ratio(1e-2)
        .names(["first, of two", "second"])
        .fit(&mut model, &data, squares, exactly)
        .unwrap();
    let csv = path.to_csv();
    let mut lines = csv.lines();
    let head = "strength,loss,penalty,nonzero,inputs,residual,\"first, of two\",second";
    assert_eq!(lines.next(), Some(head));
    for (line, point) in lines.zip(&path.points) {
        let numbers: Vec<f64> = line
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        assert_eq!(numbers[0], point.strength);
        assert_eq!(&numbers[6..], point.of_inputs());
    }
    let text = path.to_string();
    assert_eq!(text.lines().count(), 4);
    assert!(
        text.lines().nth(2).unwrap().ends_with("+first, of two"),
        "{text}"
    );
    assert!(path.plot().to_svg().contains("second"));
}
