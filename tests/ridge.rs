//! Ridge regression has a closed form, and every library its own way to write the strength.

use approx::assert_relative_eq;
use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use tapegrad::prelude::*;

const ROWS: usize = 60;
const FEATURES: usize = 4;
/// Of our convention: `1/n ‖y − Xw − b‖² + λ ‖w‖²`.
const LAMBDA: f64 = 0.3;

fn data() -> Dataset<f64> {
    data::linear_regression(ROWS, FEATURES, 0.5, 3).0
}

/// `(X̃ᵀX̃ + n λ I) w = X̃ᵀỹ` with centred columns, and the intercept that the centring leaves.
fn closed_form(data: &Dataset<f64>) -> (Array1<f64>, f64) {
    let x = data.x.view().into_dimensionality::<Ix2>().unwrap();
    let y = data
        .y
        .index_axis(Axis(1), 0)
        .into_dimensionality::<Ix1>()
        .unwrap();
    let (x_mean, y_mean) = (x.mean_axis(Axis(0)).unwrap(), y.mean().unwrap());
    let (x, y) = (&x - &x_mean, &y - y_mean);
    let w = solve(
        x.t().dot(&x) + Array2::<f64>::eye(FEATURES) * (ROWS as f64 * LAMBDA),
        x.t().dot(&y),
    );
    let intercept = y_mean - x_mean.dot(&w);
    (w, intercept)
}

/// Gauss-Jordan elimination; the matrix is positive definite, so no pivot is zero.
fn solve(mut a: Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    for pivot in 0..b.len() {
        let scale = 1.0 / a[[pivot, pivot]];
        a.row_mut(pivot).mapv_inplace(|x| x * scale);
        b[pivot] *= scale;
        let (row, right) = (a.row(pivot).to_owned(), b[pivot]);
        for other in (0..b.len()).filter(|&other| other != pivot) {
            let factor = a[[other, pivot]];
            a.row_mut(other).scaled_add(-factor, &row);
            b[other] -= factor * right;
        }
    }
    b
}

/// Trains one layer, and compares it with the closed form. `scale` multiplies the mean squared
/// error.
fn assert_ridge(name: &str, scale: f64, penalty: Penalty<f64>, decay: Decay) {
    let data = data();
    let mut model = Dense::new(FEATURES, 1).penalize(penalty);
    let mut optimizer = Momentum::new(0.05 / scale).decay(decay);
    let mut tape = Tape::new();
    for _ in 0..2000 {
        let on = Scope::train(&tape);
        let data_loss =
            loss::SquaredError.mean(model.forward(&on, on.input(&data.x)), &data.y) * scale;
        let gradients = on.backward(data_loss + model.penalty(&on));
        tape.clear();
        optimizer.step(&mut model, &gradients);
    }
    let (w, intercept) = closed_form(&data);
    println!("{name}: {} against {w}", model.weight.value);
    for (fitted, exact) in model.weight.value.iter().zip(&w) {
        assert_relative_eq!(*fitted, *exact, max_relative = 1e-8);
    }
    assert_relative_eq!(
        model.bias.unwrap().value[[0]],
        intercept,
        max_relative = 1e-8,
        epsilon = 1e-8
    );
}

/// Ours and Keras's: mean loss + λ Σ w².
#[test]
fn tapegrad_and_keras() {
    assert_ridge("keras", 1.0, Penalty::l2(LAMBDA), Decay::None);
}

/// PyTorch's `weight_decay` k adds k w to the gradient: k = 2 λ.
#[test]
fn pytorch_weight_decay() {
    assert_ridge(
        "pytorch",
        1.0,
        Penalty::none(),
        Decay::coupled(2.0 * LAMBDA),
    );
}

/// scikit-learn's `Ridge(alpha)`: ‖y − Xw‖² + α ‖w‖², the sum: α = n λ.
#[test]
fn scikit_learn_ridge() {
    let (n, alpha) = (ROWS as f64, ROWS as f64 * LAMBDA);
    assert_ridge("Ridge", n, Penalty::l2(alpha), Decay::None);
}

/// A strength of elsewhere, converted, beside our own loss.
#[test]
fn converted() {
    let alpha = ROWS as f64 * LAMBDA;
    for (name, lambda) in [
        ("Keras", Lambda::from_keras(0.0, LAMBDA)),
        ("PyTorch", Lambda::from_torch(2.0 * LAMBDA)),
        ("Ridge", Lambda::from_sklearn_ridge(alpha, ROWS)),
        (
            "MLPRegressor",
            Lambda::from_sklearn_mlp_regressor(alpha, ROWS),
        ),
        ("ElasticNet", Lambda::from_sklearn_elastic_net(LAMBDA, 0.0)),
        ("glmnet", Lambda::from_glmnet(LAMBDA, 0.0)),
    ] {
        assert_ridge(name, 1.0, lambda.penalty(), Decay::None);
        assert_ridge(name, 1.0, lambda.penalty().proximal(), Decay::None);
    }
}

/// scikit-learn's `MLPRegressor(alpha)`: ½ mean loss + α/(2n) Σ w²: α = n λ.
#[test]
fn scikit_learn_mlp() {
    let (n, alpha) = (ROWS as f64, ROWS as f64 * LAMBDA);
    assert_ridge(
        "MLPRegressor",
        0.5,
        Penalty::l2(alpha / (2.0 * n)),
        Decay::None,
    );
}

/// scikit-learn's `ElasticNet(alpha, l1_ratio = 0)` and glmnet: 1/(2n) ‖y − Xw‖² + α/2 ‖w‖²: α = λ.
#[test]
fn glmnet() {
    assert_ridge(
        "glmnet",
        0.5,
        Penalty::elastic_net(0.0, LAMBDA / 2.0),
        Decay::None,
    );
}
