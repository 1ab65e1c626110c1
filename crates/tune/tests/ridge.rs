//! Of ridge regression the gradient has a closed form. With `L = 1/n ‖y − X w‖² + λ ‖w‖²` and
//! `V = 1/(2m) ‖v − Z w‖²`, at the minimum `w`
//!
//! ```text
//! dV/dlog λ = −gᵀ H⁻¹ 2 λ w,    g = −Zᵀ (v − Z w) / m,    H = 2/n XᵀX + 2 λ I
//! ```

use ndarray::{Array1, Array2, Axis};
use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{Dense, Loss, Module, Penalty, Scope, Strength, loss};
use tapegrad_optim::{Momentum, Sgd};
use tapegrad_tune::{HyperGradient, HyperParameters, Implicit, Unrolled, ValidationGradient};

use super::problem::{assert_close, diabetes, slope, solve};

const LAMBDA: f64 = 0.1;

fn hessian(x: &Array2<f64>, lambda: f64) -> Array2<f64> {
    let n = x.nrows() as f64;
    x.t().dot(x) * (2.0 / n) + Array2::<f64>::eye(x.ncols()) * (2.0 * lambda)
}

fn minimum([x, y]: &[Array2<f64>; 2], lambda: f64) -> Array1<f64> {
    let n = x.nrows() as f64;
    solve(hessian(x, lambda), x.t().dot(&y.column(0)) * (2.0 / n))
}

/// `v − Z w`.
fn rest([z, v]: &[Array2<f64>; 2], w: &Array1<f64>) -> Array1<f64> {
    &v.column(0) - &z.dot(w)
}

fn closed_form(train: &[Array2<f64>; 2], validation: &[Array2<f64>; 2]) -> f64 {
    let w = minimum(train, LAMBDA);
    let m = validation[0].nrows() as f64;
    let g = validation[0].t().dot(&rest(validation, &w)) / -m;
    let q = solve(hessian(&train[0], LAMBDA), g);
    -q.dot(&w) * 2.0 * LAMBDA
}

/// A layer at the minimum, and its strength.
fn layer<T: Element>(train: &[Array2<f64>; 2]) -> (Dense<T>, Strength) {
    let strength = Strength::new(LAMBDA);
    let mut layer = Dense::new(train[0].ncols(), 1)
        .without_bias()
        .penalize(Penalty::l2(&strength));
    let w = minimum(train, LAMBDA).insert_axis(Axis(1)).mapv(T::of);
    layer.weight.value = w.into_dyn().into_shared();
    (layer, strength)
}

fn squares<'t, T: Element>(
    on: &Scope<'t, T>,
    layer: &Dense<T>,
    [x, y]: &[Array2<f64>; 2],
) -> Var<'t, T> {
    let x = on.input(x.mapv(T::of));
    loss::SquaredError.mean(layer.forward(on, x), y.mapv(T::of))
}

fn gradient<T: Element>(method: &impl ValidationGradient<T>) -> (f64, HyperGradient<T>) {
    let [train, validation] = diabetes();
    let (layer, strength) = layer(&train);
    let mut hyper = HyperParameters::new();
    hyper.strength("ridge", &strength);
    let gradient = method
        .gradient(
            &hyper,
            &layer,
            |on, layer| squares(on, layer, &train) + layer.penalty(on),
            |on, layer| squares(on, layer, &validation) * 0.5,
        )
        .unwrap();
    (gradient.wrt(&strength)[[]].wide(), gradient)
}

#[test]
fn the_closed_form_is_the_slope() {
    let [train, validation] = diabetes();
    let numeric = slope(LAMBDA.ln(), 2e-3, |log| {
        let rest = rest(&validation, &minimum(&train, log.exp()));
        rest.dot(&rest) / (2.0 * rest.len() as f64)
    });
    assert_close(
        "differences",
        numeric,
        closed_form(&train, &validation),
        1e-8,
    );
}

#[test]
fn conjugate_gradients() {
    let [train, validation] = diabetes();
    let exact = closed_form(&train, &validation);
    let (by_gradients, whole) = gradient::<f64>(&Implicit::new().tolerance(1e-12));
    println!("{whole}");
    assert_close("conjugate gradients", by_gradients, exact, 1e-8);
    let report = whole.report.unwrap();
    assert!(
        report.iterations <= 11,
        "one for each weight, and rounding: {report}"
    );
    assert!(report.stationarity < 1e-12 && report.residual <= 1e-12 && !report.negative_curvature);

    // Of numbers with seven digits.
    let (single, _) = gradient::<f32>(&Implicit::new());
    assert_close("f32", single, exact, 1e-4);
}

#[test]
fn series_and_steps() {
    let [train, validation] = diabetes();
    let exact = closed_form(&train, &validation);
    let (series, whole) = gradient::<f64>(&Implicit::neumann().tolerance(1e-9));
    println!("{whole}");
    assert_close("Neumann", series, exact, 1e-6);

    // What was left out is known, and a step twice as short leaves out more.
    let report = whole.report.unwrap();
    assert!(report.residual <= 1e-9);
    let step = report.step.unwrap();
    let shorter = Implicit::neumann()
        .step(0.5 * step)
        .iterations(report.iterations);
    let (_, shorter) = gradient::<f64>(&shorter.tolerance(1e-9));
    assert!(shorter.report.unwrap().residual > 1e-6);

    // The same sum, as steps of training; and another rule.
    let (steps, _) = gradient::<f64>(&Unrolled::new(Sgd::new(step), report.iterations));
    assert_close("unrolled", steps, series, 1e-9);
    assert_close("unrolled", steps, exact, 1e-6);
    let (momentum, _) = gradient::<f64>(&Unrolled::new(Momentum::new(step), 400));
    assert_close("momentum", momentum, exact, 1e-6);
}

/// `(H + δ I) q = g` is the equation of a ridge that is stronger by `δ / 2`, at the same weights.
#[test]
fn damping() {
    let [train, validation] = diabetes();
    let w = minimum(&train, LAMBDA);
    let m = validation[0].nrows() as f64;
    let g = validation[0].t().dot(&rest(&validation, &w)) / -m;
    let exact = -solve(hessian(&train[0], LAMBDA + 0.15), g).dot(&w) * 2.0 * LAMBDA;
    for method in [Implicit::new(), Implicit::neumann()] {
        let (damped, _) = gradient::<f64>(&method.damping(0.3).tolerance(1e-10));
        assert_close("damped", damped, exact, 1e-8);
    }
}
