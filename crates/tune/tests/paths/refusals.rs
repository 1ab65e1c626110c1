//! What a path cannot do is told, and nothing is half changed.

use std::cell::Cell;

use ndarray::Array2;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{Activation, Dense, Groups, Mlp, Module, Penalty, Scope, Strength};
use tapegrad_optim::{ProximalGradient, Sgd};
use tapegrad_train::data::{Dataset, KFold};
use tapegrad_tune::{Path, TuneError};

use super::{diabetes, exactly, lasso, linear, squares};

fn rows(count: usize) -> Dataset<f64> {
    let x = Array2::from_shape_fn([count, 10], |(i, j)| (1.7 * (10 * i + j) as f64).sin());
    Dataset::new(x, Array2::ones([count, 1]))
}

/// That of a path of a model, which must be as it was.
fn refused<M: Module<f64> + Clone>(
    (mut model, strength): (M, Strength),
    data: &Dataset<f64>,
) -> TuneError {
    let before = model.clone();
    let path = Path::new(&strength).count(5);
    let error = path.fit(&mut model, data, squares, exactly).unwrap_err();
    assert_eq!(strength.at(0), 1.0);
    for ((_, before), (_, after)) in before.parameters().into_iter().zip(model.parameters()) {
        assert_eq!(before.value, after.value);
        assert!(after.trainable);
    }
    error
}

#[test]
fn data_and_strengths() {
    let error = refused(lasso(), &rows(0));
    assert_eq!(error, TuneError::NoRows);
    assert_eq!(
        error.to_string(),
        "there is no row to fit; there must be one"
    );

    let (mut model, strength) = lasso();
    let error = Path::new(&strength)
        .cross_validate(&mut model, &rows(4), &KFold::new(5), squares, exactly)
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with("the rows cannot be divided: ") && told.contains("KFold"),
        "{told}"
    );
    let error = Path::new(&strength)
        .stability(&mut model, &rows(1), 5, 1, squares, exactly)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the data cannot be learnt from: there is 1 row, and no half of it; there must be two"
    );

    let error = refused(linear(|strength| Penalty::l2(strength)), &diabetes());
    assert_eq!(error, TuneError::NoStrongest);
    assert_eq!(
        error.to_string(),
        "no finite strength was found at which all weights that it penalises are zero, as there is none for L2 alone; the strongest must be given by `Path::from`"
    );
}

/// Of a network whose second layer is penalised, too, zeros of the first stay at any strength.
#[test]
fn networks_from_zero() {
    for activation in [Activation::Relu, Activation::Tanh] {
        let strength = Strength::new(1.0);
        let rows = Penalty::group_lasso(Groups::Rows, &strength).proximal();
        let model = Mlp::new(&[10, 4, 1])
            .activation(activation)
            .seed(1)
            .penalize(0, rows)
            .penalize(1, Penalty::l2(0.1));
        let error = refused((model, strength), &diabetes());
        assert_eq!(error, TuneError::StaysZero);
        assert_eq!(
            error.to_string(),
            "where the penalised weights are zero so is their gradient, and they would stay zero at any strength; the path must go `upward`, or start at a given strength by `Path::from`"
        );
    }
}

/// What is in the loss makes nothing zero, in one fit or many.
#[test]
fn penalties_in_the_loss() {
    let strength = Strength::new(1.0);
    let model = Dense::new(10, 1).penalize(Penalty::l1(&strength));
    let mut fits = 0;
    let mut moved = model.clone();
    let path = Path::new(&strength).count(5);
    let fit = |model: &mut Dense<f64>, data: &Dataset<f64>| {
        fits += 1;
        for _ in 0..20 {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let gradients = on.backward(squares(&on, model, data) + model.penalty(&on));
            Sgd::new(0.05).step(model, &gradients);
        }
        Ok(())
    };
    let error = path.fit(&mut moved, &diabetes(), squares, fit).unwrap_err();
    assert_eq!(error, TuneError::NotProximal);
    assert_eq!(
        error.to_string(),
        "weights that the strength penalises are never zero, as its penalty acts in the loss; it must be proximal (`Penalty::proximal`), or the strongest be given by `Path::from`"
    );
    // Of the bias, and one more.
    assert_eq!(fits, 2);
    assert_eq!(
        (moved.weight.value, strength.at(0)),
        (model.weight.value, 1.0)
    );
}

/// What is left for the weights of one layer may be little of what the bias takes: 1 of 2e7.
#[test]
fn targets_far_from_zero() {
    let x = Array2::from_shape_fn([60, 3], |(i, j)| 3.0 + (1.7 * (3 * i + j) as f64).sin());
    let y = Array2::from_shape_fn([60, 1], |(i, _)| 2e7 + x[[i, 0]]);
    let data = Dataset::new(x, y);
    let strength = Strength::new(1.0);
    let mut model = Dense::new(3, 1).penalize(Penalty::l1(&strength).proximal());
    let fit = |model: &mut Dense<f64>, data: &Dataset<f64>| {
        let solver = ProximalGradient::new().tolerance(1e-5);
        solver.fit(model, |on, model| squares(on, model, data));
        Ok(())
    };
    let path = Path::new(&strength).count(5).ratio(0.1);
    let path = path.fit(&mut model, &data, squares, fit).unwrap();
    println!("{path}");
    assert_eq!(path.points[0].nonzero, 0);
    assert_eq!(path.entries()[0].input, 0);
}

#[test]
fn targets_that_are_equal() {
    let data = rows(20).map_y(|y| y.mapv(|_| 0.0));
    let (mut model, strength) = lasso();
    model.weight.value.fill(0.0);
    for path in [Path::new(&strength), Path::new(&strength).upward()] {
        let error = path.fit(&mut model, &data, squares, exactly).unwrap_err();
        assert_eq!(error, TuneError::NoGradient);
        assert_eq!(
            error.to_string(),
            "the data say nothing of the penalised weights, whose gradient is zero, as it is where all targets are equal; there must be something to fit"
        );
    }
}

/// A fit that drops weights once and never again: in small steps, and in such as overflow.
#[test]
fn upward_without_end() {
    for (count, ratio) in [(50, 1e-3), (1, 1e-6)] {
        let (mut model, strength) = lasso();
        let before = model.clone();
        let is_first = Cell::new(true);
        let path = Path::new(&strength).count(count).ratio(ratio).upward();
        let fit = |model: &mut Dense<f64>, _: &Dataset<f64>| {
            let is_first = is_first.replace(false);
            model.weight.value.fill(if is_first { 0.0 } else { 1e-8 });
            Ok(())
        };
        let error = path.fit(&mut model, &diabetes(), squares, fit).unwrap_err();
        assert_eq!(error, TuneError::NoStrongest);
        assert_eq!(
            (model.weight.value, strength.at(0)),
            (before.weight.value, 1.0)
        );
    }
}

/// A fit that fails, or ends in NaN, somewhere on the path.
#[test]
fn fits_that_fail() {
    for bad in [
        None,
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
    ] {
        let (mut model, strength) = lasso();
        let before = model.clone();
        let handle = strength.clone();
        let error = Path::new(&strength)
            .count(10)
            .fit(
                &mut model,
                &diabetes(),
                squares,
                |model: &mut Dense<f64>, data| match (handle.at(0) < 0.1, bad) {
                    (false, _) => exactly(model, data),
                    (true, None) => Err("it is too warm".into()),
                    (true, Some(bad)) => {
                        model.weight.value[[3, 0]] = bad;
                        Ok(())
                    }
                },
            )
            .unwrap_err();
        println!("{error}");
        let (told, expected) = (
            error.to_string(),
            match bad {
                Some(bad) => [
                    "a weight after the fit at the strength 0.0".to_owned(),
                    format!(" is {bad}; it must be finite"),
                ],
                None => {
                    ["the fit at the strength 0.0", " failed: it is too warm"].map(str::to_owned)
                }
            },
        );
        assert!(
            told.starts_with(&expected[0]) && told.ends_with(&expected[1]),
            "{told}"
        );
        assert_eq!(
            (model.weight.value, strength.at(0)),
            (before.weight.value, 1.0)
        );
    }
}
