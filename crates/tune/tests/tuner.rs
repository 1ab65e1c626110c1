//! A tuner against its parts by hand, and what an error leaves behind.

use ndarray::array;
use tapegrad_autodiff::Var;
use tapegrad_nn::{Dense, Module, Penalty, Scope, Strength};
use tapegrad_optim::{Adam, Sgd};
use tapegrad_tune::{HyperParameters, Implicit, TuneError, Tuner, ValidationGradient};

/// `L = (w − 1)² + λ w²` with its minimum at `w = 1 / (1 + λ)`.
fn training<'t>(on: &Scope<'t, f64>, model: &Dense<f64>) -> Var<'t, f64> {
    (on.param(&model.weight) - 1.0).square().sum(..) + model.penalty(on)
}

/// `V = (w − ½)²`, least at `λ = 1`.
fn validation<'t>(on: &Scope<'t, f64>, model: &Dense<f64>) -> Var<'t, f64> {
    (on.param(&model.weight) - 0.5).square().sum(..)
}

fn problem() -> (Dense<f64>, Strength, HyperParameters<f64>) {
    let strength = Strength::new(0.1);
    let model = Dense::new(1, 1)
        .without_bias()
        .penalize(Penalty::l2(&strength));
    let mut hyper = HyperParameters::new();
    hyper.strength("ridge", &strength);
    (model, strength, hyper)
}

fn fit(model: &mut Dense<f64>, strength: &Strength) {
    model.weight.value.fill(1.0 / (1.0 + strength.at(0)));
}

#[test]
fn finds_the_least() {
    let (mut model, strength, hyper) = problem();
    let mut tuner = Tuner::new(hyper, Adam::new(0.3), Implicit::new());
    for _ in 0..60 {
        tuner
            .step(
                &mut model,
                |model, _| fit(model, &strength),
                training,
                validation,
            )
            .unwrap();
    }
    tuner.restore_best();
    assert!((strength.at(0) - 1.0).abs() < 0.02, "{strength}");
    let history = tuner.history();
    assert_eq!(history.len(), 60);
    let (place, loss) = history.best("validation_loss").unwrap();
    assert_eq!(
        history.column("ridge").unwrap()[place - 1],
        Some(strength.at(0))
    );
    fit(&mut model, &strength);
    assert_eq!((model.weight.value[[0, 0]] - 0.5).powi(2), loss);
}

/// The same numbers, to the bit.
#[test]
fn its_parts_by_hand() {
    let (mut model, strength, hyper) = problem();
    let mut tuner = Tuner::new(hyper, Adam::new(0.3), Implicit::new());
    for _ in 0..5 {
        tuner
            .step(
                &mut model,
                |model, _| fit(model, &strength),
                training,
                validation,
            )
            .unwrap();
    }

    let (mut model, own, mut hyper) = problem();
    let mut optimizer = Adam::new(0.3);
    for _ in 0..5 {
        fit(&mut model, &own);
        let gradient = Implicit::new()
            .gradient(&hyper, &model, training, validation)
            .unwrap();
        hyper.step(&mut optimizer, &gradient).unwrap();
    }
    assert_eq!(strength.at(0), own.at(0));
    assert_eq!(optimizer.steps(), 5);
}

/// Arrays have a column for each number, and a fit takes what is no strength from the second argument.
#[test]
fn columns_of_arrays() {
    let mut model = Dense::<f64>::new(2, 1).without_bias();
    let mut hyper = HyperParameters::new();
    let inputs = hyper.positive("inputs", [1.0, 3.0]);
    let mut tuner = Tuner::new(hyper, Sgd::new(0.1), Implicit::new());
    tuner
        .step(
            &mut model,
            |model, hyper| {
                let w = hyper.value(inputs).mapv(|lambda| 1.0 / (1.0 + lambda));
                model
                    .weight
                    .value
                    .as_slice_mut()
                    .unwrap()
                    .copy_from_slice(w.as_slice().unwrap());
            },
            |on, model| {
                let w = on.param(&model.weight).sum(1);
                (w - 1.0).square().sum(..) + (inputs.on(on) * w.square()).sum(..)
            },
            |on, model| on.param(&model.weight).sum(..),
        )
        .unwrap();
    let names: Vec<_> = tuner.history().names().collect();
    assert_eq!(
        names,
        ["validation_loss", "training_loss", "inputs.0", "inputs.1"]
    );
    let row: Vec<_> = tuner.history().last_row().map(|(_, x)| x).collect();
    assert!(
        (row[0] - 0.75).abs() < 1e-12
            && (row[2] - 1.0).abs() < 1e-12
            && (row[3] - 3.0).abs() < 1e-12
    );
    // Both go up, as V falls with them: by λ / (1 + λ)² in the logarithm.
    let value = tuner.hyper().value(inputs);
    for (value, lambda) in value.iter().zip([1.0_f64, 3.0]) {
        let log = lambda.ln() + 0.1 * lambda / (1.0 + lambda).powi(2);
        assert!((value.ln() - log).abs() < 1e-9, "{value}");
    }
}

/// Zero, with a slope that is not finite.
fn steep(x: Var<'_, f64>) -> Var<'_, f64> {
    (x - x.stop_gradient()) * 1e200 * 1e200
}

type Objective = for<'t> fn(&Scope<'t, f64>, &Dense<f64>, &Strength) -> Var<'t, f64>;

/// What is not finite is told, and model, strengths, optimizer and history are as they were.
#[test]
fn nothing_is_half_changed() {
    let minimum: Objective = |on, model, _| training(on, model);
    let weights: Objective = |on, model, _| on.param(&model.weight).sum(..);
    let cases: [(&str, f64, Objective, Objective); 6] = [
        (
            "the training loss is NaN",
            0.3,
            |on, model, _| (training(on, model) * 0.0 - 1.0).ln(),
            weights,
        ),
        (
            "the validation loss is inf",
            0.3,
            minimum,
            |on, model, _| 1.0 / (validation(on, model) * 0.0),
        ),
        (
            "the norm of the validation gradient by the weights is inf",
            0.3,
            minimum,
            |on, model, _| steep(on.param(&model.weight).sum(..)),
        ),
        (
            "the validation gradient by `ridge` is inf",
            0.3,
            minimum,
            |on, model, strength| {
                on.param(&model.weight).sum(..) + steep(on.bound(strength).unwrap())
            },
        ),
        ("`ridge` after the step is inf", 1e9, minimum, weights),
        (
            "the coordinate of `ridge` after the step is -inf",
            1e9,
            minimum,
            |on, model, _| -on.param(&model.weight).sum(..),
        ),
    ];
    for (told, rate, of_training, of_validation) in cases {
        let (mut model, strength, hyper) = problem();
        model.weight.value = array![[7.0]].into_dyn().into_shared();
        let mut tuner = Tuner::new(hyper, Sgd::new(rate), Implicit::new());
        let error = tuner
            .step(
                &mut model,
                |model, _| fit(model, &strength),
                |on, model| of_training(on, model, &strength),
                |on, model| of_validation(on, model, &strength),
            )
            .unwrap_err();
        assert_eq!(error.to_string(), format!("{told}; it must be finite"));
        assert!(matches!(error, TuneError::NotFinite { .. }));
        assert_eq!((model.weight.value[[0, 0]], strength.at(0)), (7.0, 0.1));
        assert!(tuner.history().is_empty());
        // The least validation loss needs no step.
        strength.set(1.0);
        let fit = |model: &mut _, _: &_| fit(model, &strength);
        tuner.step(&mut model, fit, training, validation).unwrap();
        assert_eq!(tuner.history().steps(), [1]);
    }
}

/// A series with a step that is too long diverges, which its residual tells; or ends in what is not finite.
#[test]
fn a_series_that_diverges() {
    let (mut model, strength, hyper) = problem();
    fit(&mut model, &strength);
    let sum = |terms| {
        let method = Implicit::neumann().step(2.0).iterations(terms);
        method.gradient(&hyper, &model, training, |on, model| {
            on.param(&model.weight).sum(..)
        })
    };
    let report = sum(10).unwrap().report.unwrap();
    assert!(
        report.residual > 1e4 && !report.negative_curvature,
        "{report}"
    );
    assert_eq!(
        sum(1000).unwrap_err().to_string(),
        "the residual of the Hessian's equation is inf; it must be finite"
    );
}

#[test]
fn texts() {
    let (mut model, strength, mut hyper) = problem();
    strength.set(1.0);
    fit(&mut model, &strength);
    hyper.share("smoothing", [0.5, 0.25]);
    assert_eq!(
        hyper.to_string(),
        "ridge      1.000e0\nsmoothing  [5.000e-1, 2.500e-1]"
    );
    let mut hyper = HyperParameters::new();
    hyper.strength("ridge", &strength);
    let gradient = Implicit::new()
        .gradient(&hyper, &model, training, |on, model| {
            on.param(&model.weight).sum(..)
        })
        .unwrap();
    assert_eq!(
        gradient.to_string(),
        "validation loss 0.5000, training loss 0.5000\nridge  -2.500e-1\n\
         gradient 0.0e0 in training, residual 0.0e0 after 1 products"
    );
}

/// At a saddle there is negative curvature, which is told; so is a point that is no minimum.
#[test]
fn no_minimum() {
    let mut model = Dense::<f64>::new(2, 1).without_bias();
    model.weight.value = array![[0.0], [0.0]].into_dyn().into_shared();
    let mut hyper = HyperParameters::new();
    let bend = hyper.positive("bend", 1.0);
    let curved = array![[1.0], [-1.0]];
    for method in [Implicit::new(), Implicit::neumann().iterations(5)] {
        let gradient = method
            .gradient(
                &hyper,
                &model,
                |on, model| {
                    (on.param(&model.weight).square() * on.input(&curved) * bend.on(on)).sum(..)
                },
                |on, model| (on.param(&model.weight) * on.input(array![[0.1], [1.0]])).sum(..),
            )
            .unwrap();
        let report = gradient.report.unwrap();
        assert!(report.negative_curvature, "{report}");
        assert!(report.to_string().ends_with(", negative curvature"));
    }
    let (mut model, _, hyper) = problem();
    model.weight.value.fill(0.5);
    let gradient = Implicit::new().gradient(&hyper, &model, training, validation);
    let stationarity = gradient.unwrap().report.unwrap().stationarity;
    assert!(
        (stationarity - 0.9).abs() < 1e-12,
        "2 (w − 1) + 2 λ w: {stationarity}"
    );
}
