//! Lasso by proximal steps: between two strengths at which a weight enters or leaves, the weights of the support
//! are `w = (2/n XᵀX)⁻¹ (2/n Xᵀy − λ sign w)`, the others 0; so finite differences can be had of the exact path.

use ndarray::{Array1, Array2, Axis};
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::{Dense, Groups, Loss, Module, Penalty, Scope, Strength, kkt, loss};
use tapegrad_optim::Momentum;
use tapegrad_tune::{HyperParameters, Implicit, Unrolled, ValidationGradient};

use super::problem::{assert_close, diabetes, slope, solve};

fn squares<'t>(on: &Scope<'t, f64>, layer: &Dense<f64>, [x, y]: &[Array2<f64>; 2]) -> Var<'t, f64> {
    loss::SquaredError.mean(layer.forward(on, on.input(x)), y)
}

/// Proximal steps until the certificate is as small as rounding.
fn fit(layer: &mut Dense<f64>, train: &[Array2<f64>; 2]) {
    let mut optimizer = Momentum::new(0.02);
    let mut tape = Tape::new();
    for step in 0..20_000 {
        let on = Scope::train(&tape);
        let loss = squares(&on, layer, train) + layer.penalty(&on);
        let gradients = on.backward(loss);
        tape.clear();
        if step % 100 == 0 && kkt(layer, &gradients).worst() < 1e-13 {
            return;
        }
        optimizer.step(layer, &gradients);
    }
    panic!("not converged");
}

/// The weights at a strength on the support and with the signs of some others.
fn on_path([x, y]: &[Array2<f64>; 2], near: &Array1<f64>, lambda: f64) -> Array1<f64> {
    let n = x.nrows() as f64;
    let support: Vec<_> = (0..near.len())
        .filter(|&place| near[place] != 0.0)
        .collect();
    let part = x.select(Axis(1), &support);
    let signs: Array1<f64> = support.iter().map(|&place| near[place].signum()).collect();
    let right = part.t().dot(&y.column(0)) * (2.0 / n) - signs * lambda;
    let found = solve(part.t().dot(&part) * (2.0 / n), right);
    let mut w = Array1::zeros(near.len());
    for (place, found) in support.into_iter().zip(found) {
        w[place] = found;
    }
    w
}

#[test]
fn through_the_support() {
    let [train, validation] = diabetes();
    for lambda in [0.05, 0.1, 0.2, 0.4] {
        let strength = Strength::new(lambda);
        let mut layer = Dense::new(10, 1)
            .without_bias()
            .penalize(Penalty::l1(&strength).proximal());
        fit(&mut layer, &train);
        let w: Array1<f64> = layer.weight.value.iter().copied().collect();
        let exact = on_path(&train, &w, lambda);
        assert!(
            (&w - &exact).iter().all(|off| off.abs() < 1e-11),
            "{w} {exact}"
        );
        let zeros = w.iter().filter(|w| **w == 0.0).count();
        assert!((1..10).contains(&zeros), "{w}");

        let numeric = slope(lambda.ln(), 1e-3, |log| {
            let w = on_path(&train, &w, log.exp());
            let rest = &validation[1].column(0) - &validation[0].dot(&w);
            rest.dot(&rest) / rest.len() as f64
        });
        let mut hyper = HyperParameters::new();
        hyper.strength("lasso", &strength);
        for method in [
            Implicit::new().tolerance(1e-12),
            Implicit::neumann().tolerance(1e-10).iterations(20_000),
        ] {
            let gradient = method
                .gradient(
                    &hyper,
                    &layer,
                    |on, layer| squares(on, layer, &train) + layer.penalty(on),
                    |on, layer| squares(on, layer, &validation),
                )
                .unwrap();
            let report = gradient.report.unwrap();
            println!("λ {lambda}: {report}");
            assert!(report.zeros == zeros && report.stationarity < 1e-12);
            assert_close("lasso", gradient.wrt(&strength)[[]], numeric, 1e-6);
        }
        // Steps of training go through the support of themselves.
        let gradient = Unrolled::new(Momentum::new(0.02), 3000)
            .gradient(
                &hyper,
                &layer,
                |on, layer| squares(on, layer, &train) + layer.penalty(on),
                |on, layer| squares(on, layer, &validation),
            )
            .unwrap();
        assert_close("unrolled", gradient.wrt(&strength)[[]], numeric, 1e-6);
    }
}

/// A group lasso over rows of two outputs: whole rows are zero, and stay.
#[test]
fn through_the_groups() {
    let [train, validation] = diabetes();
    let both = |[x, y]: [Array2<f64>; 2]| {
        let second = x.column(2).mapv(f64::tanh).insert_axis(Axis(1));
        let y = ndarray::concatenate![Axis(1), y, second];
        [x, y]
    };
    let (train, validation) = (both(train), both(validation));
    let fitted = |lambda: f64| {
        let strength = Strength::new(lambda);
        let penalty = Penalty::group_lasso(Groups::Rows, &strength).proximal();
        let mut layer = Dense::new(10, 2).without_bias().penalize(penalty);
        fit(&mut layer, &train);
        (layer, strength)
    };
    let lambda = 0.2;
    let (layer, strength) = fitted(lambda);
    let mut hyper = HyperParameters::new();
    hyper.strength("groups", &strength);
    let gradient = Implicit::new()
        .tolerance(1e-12)
        .gradient(
            &hyper,
            &layer,
            |on, layer| squares(on, layer, &train) + layer.penalty(on),
            |on, layer| squares(on, layer, &validation),
        )
        .unwrap();
    let zeros = gradient.report.unwrap().zeros;
    assert!((2..20).contains(&zeros) && zeros % 2 == 0, "{zeros}");
    let numeric = slope(lambda.ln(), 1e-3, |log| {
        let (layer, _) = fitted(log.exp());
        squares(&Scope::eval(&Tape::new()), &layer, &validation).item()
    });
    assert_close("groups", gradient.wrt(&strength)[[]], numeric, 1e-6);
}
