//! Data and what is asked of them.

use ndarray::{Array1, Array2, Axis, s};
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::{Loss, Mlp, Module, Scope, loss};
use tapegrad_optim::Lbfgs;
use tapegrad_train::data::Dataset;

pub(crate) fn table(text: &str) -> Array2<f64> {
    let rows = text.lines().skip(1);
    let numbers: Vec<f64> = rows
        .flat_map(|row| row.split(',').map(|field| field.parse::<f64>().unwrap()))
        .collect();
    let columns = text.lines().next().unwrap().split(',').count();
    Array2::from_shape_vec([numbers.len() / columns, columns], numbers).unwrap()
}

/// Rows 0 to 220 to train and 221 to 441 to validate, each column less its mean and by its deviation in the first.
pub(crate) fn diabetes() -> [[Array2<f64>; 2]; 2] {
    let mut all = table(include_str!("fixtures/diabetes.csv"));
    for mut column in all.axis_iter_mut(Axis(1)) {
        let train = column.slice(s![..221]);
        let (mean, deviation) = (train.mean().unwrap(), train.std(0.0));
        column.mapv_inplace(|x| (x - mean) / deviation);
    }
    [s![..221, ..], s![221.., ..]].map(|rows| {
        let rows = all.slice(rows);
        [s![.., ..10], s![.., 10..]].map(|columns| rows.slice(columns).to_owned())
    })
}

/// Shades between 0 and 1.
pub(crate) fn digits() -> Dataset<f64> {
    let all = table(include_str!("fixtures/digits.csv"));
    Dataset::new(
        all.slice(s![.., ..64]).mapv(|x| x / 16.0),
        all.slice(s![.., 64..]).to_owned(),
    )
}

/// Gauss-Jordan elimination; the matrix is positive definite, so no pivot is zero.
pub(crate) fn solve(mut a: Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
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

/// The slope of a function at `x`, by the five-point formula.
pub(crate) fn slope(x: f64, step: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut at = |shift: f64| f(x + shift * step);
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * step)
}

#[track_caller]
pub(crate) fn assert_close(what: &str, a: f64, b: f64, tolerance: f64) {
    let off = (a - b).abs() / b.abs();
    println!("{what}: {off:.1e}");
    assert!(
        off <= tolerance,
        "{what}: {a} against {b}, off by {off:.1e}"
    );
}

/// The mean loss of classes: two by one output, several by as many.
pub(crate) fn data_loss<'t>(
    on: &Scope<'t, f64>,
    model: &Mlp<f64>,
    data: &Dataset<f64>,
) -> Var<'t, f64> {
    let outputs = model.forward(on, on.input(&data.x));
    match outputs.shape()[1] {
        1 => loss::BinaryCrossEntropy::new().mean(outputs, &data.y),
        _ => loss::CrossEntropy::new().mean(outputs, &data.classes()),
    }
}

/// The loss of other rows than those of training.
pub(crate) fn validation_loss(model: &Mlp<f64>, data: &Dataset<f64>) -> f64 {
    data_loss(&Scope::eval(&Tape::new()), model, data).item()
}

/// Trains to where the gradient is as small as is asked for.
pub(crate) fn fit(model: &mut Mlp<f64>, data: &Dataset<f64>, tolerance: f64) {
    let mut tape = Tape::new();
    let descent = Lbfgs::new()
        .iterations(20_000)
        .gradient_tolerance(tolerance);
    let report = descent.change_tolerance(0.0).minimize(model, |model| {
        let on = Scope::train(&tape);
        let loss = data_loss(&on, model, data) + model.penalty(&on);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
    assert!(report.gradient <= 10.0 * tolerance, "{report}");
}
