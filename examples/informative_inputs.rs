//! 22: a penalty for each input, tuned by the validation gradient, finds the inputs that matter.
//!
//! Of twenty inputs four matter; 40 rows train a linear layer, 400 validate, 2000 test. Each input has a strength of its
//! own, `Σᵢ λᵢ wᵢ²`: twenty of them, more than a grid could search. All start at the same guess, and 40 fits go down the
//! loss of the other rows by all at once. Beside it stands the same with one strength for all: it shrinks what matters to
//! be rid of noise. (Many strengths need many rows to validate: where noise happens to agree with them, its strength falls
//! too, which its weight shows to be nothing.)
//!
//! ```text
//! cargo run --release --example informative_inputs
//! ```

use std::error::Error;
use std::fs;

use tapegrad::prelude::*;
use tapegrad::tune::{HyperParameters, Implicit, TuneError, Tuned, Tuner};

const INPUTS: usize = 20;
const FITS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let (data, truth) = data::sparse_linear_regression::<f64>(2440, INPUTS, 4, 2.0, 1);
    let (train, others) = data.split_at(40);
    let (validation, test) = others.split_at(400);
    let test_loss = |model: &Dense<f64>| {
        let tape = Tape::new();
        squares(&Scope::eval(&tape), model, &test).item()
    };

    let mut hyper = HyperParameters::new();
    let one = hyper.positive("all", 1e-1);
    let (shared, tuner) = tune(hyper, one, &train, &validation)?;
    let lambda = tuner.hyper().value(one)[[]];
    let loss = test_loss(&shared);
    println!("one strength, {lambda:.3}: test loss {loss:.3}, of which noise is 4");

    let mut hyper = HyperParameters::new();
    let each = hyper.positive("inputs", [1e-1; INPUTS]);
    let (model, tuner) = tune(hyper, each, &train, &validation)?;
    let lambda = tuner.hyper().value(each);
    println!("one for each input: test loss {:.3}\n", test_loss(&model));

    println!("input   truth  by one strength  by its own  strength");
    for (input, truth) in truth.iter().enumerate() {
        let [shared, own] = [&shared, &model].map(|layer| layer.weight.value[[input, 0]]);
        let bar = "█".repeat((10.0 * own.abs()).round() as usize);
        let strength = lambda[[input]];
        println!("x{input:<4} {truth:7.3}  {shared:15.3}  {own:10.3}  {strength:8.1e}  {bar}");
    }

    let history = tuner.history();
    let names: Vec<_> = (0..INPUTS).map(|input| format!("inputs.{input}")).collect();
    let paths = names.iter().map(|name| {
        let points = history.points(name);
        let points = points.map(|(step, strength)| (step as f64, strength));
        (name, points.collect::<Vec<_>>())
    });
    let paths: Vec<_> = paths.collect();
    let curves: Vec<_> = paths.iter().map(|(name, c)| (&name[..], &c[..])).collect();
    fs::create_dir_all("target/informative_inputs")?;
    let figure = plot::lines("fits", "strength of an input", &curves);
    figure.save("target/informative_inputs/strengths.svg")?;
    println!("figure: target/informative_inputs/strengths.svg");
    Ok(())
}

type ByGradient = Tuner<Adam, Implicit, f64>;

/// Fits and steps of the strengths in turn, and a last fit where the validation loss was least.
fn tune(
    hyper: HyperParameters<f64>,
    strengths: Tuned,
    train: &Dataset<f64>,
    validation: &Dataset<f64>,
) -> Result<(Dense<f64>, ByGradient), TuneError> {
    let mut model = Dense::new(INPUTS, 1).seed(1);
    let fit = |model: &mut Dense<f64>, hyper: &_| fit(model, train, strengths, hyper);
    let mut tuner = Tuner::new(hyper, Adam::new(0.3), Implicit::new());
    for _ in 0..FITS {
        tuner.step(
            &mut model,
            fit,
            |on, model| objective(on, model, train, strengths),
            |on, model| squares(on, model, validation),
        )?;
    }
    tuner.restore_best();
    fit(&mut model, tuner.hyper());
    Ok((model, tuner))
}

fn squares<'t>(on: &Scope<'t, f64>, model: &Dense<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
    loss::SquaredError.mean(model.forward(on, on.input(&data.x)), &data.y)
}

/// The data loss and `Σᵢ λᵢ wᵢ²`.
fn objective<'t>(
    on: &Scope<'t, f64>,
    model: &Dense<f64>,
    train: &Dataset<f64>,
    strengths: Tuned,
) -> Var<'t, f64> {
    let of_inputs = on.param(&model.weight).square().sum(1);
    squares(on, model, train) + (strengths.on(on) * of_inputs).sum(..)
}

/// To the minimum, by L-BFGS.
fn fit(
    model: &mut Dense<f64>,
    train: &Dataset<f64>,
    strengths: Tuned,
    hyper: &HyperParameters<f64>,
) {
    let mut tape = Tape::new();
    let descent = Lbfgs::new().gradient_tolerance(1e-6).change_tolerance(0.0);
    descent.iterations(1000).minimize(model, |model| {
        let on = hyper.scope(&tape);
        let loss = objective(&on, model, train, strengths);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
}
