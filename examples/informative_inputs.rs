//! 22: a penalty for each input, tuned by the validation gradient, finds the inputs that matter.
//!
//! Friedman's function: of twenty inputs the first five matter, in curves. 150 rows train a 20-8-1 network, 150 validate,
//! 2000 test. Each input has a strength of its own, `Σᵢ λᵢ Σᵤ wᵢᵤ²`: twenty of them, more than a grid could search. All
//! start at the same guess, and 40 fits go down the loss of the other rows by all at once. Those of noise rise, until
//! the network does not see it; beside it the same with one strength for all inputs.
//!
//! ```text
//! cargo run --release --example informative_inputs
//! ```

use std::error::Error;
use std::fs;

use tapegrad::prelude::*;
use tapegrad::tune::{HyperParameters, Implicit, TuneError, Tuned, Tuner};

const INPUTS: usize = 20;
const INFORMATIVE: usize = 5;
const FITS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let data = data::friedman1::<f64>(2300, INPUTS, 1.0, 1);
    let data = data.map_x(|x| x.mapv(|x| (x - 0.5) * 12_f64.sqrt()));
    let data = data.map_y(|y| y.mapv(|y| (y - 14.4) / 5.0));
    let (train, others) = data.split_at(150);
    let (validation, test) = others.split_at(150);
    let test_loss = |model: &Mlp<f64>| {
        let tape = Tape::new();
        squares(&Scope::eval(&tape), model, &test).item()
    };

    let mut one = HyperParameters::new();
    let strength = one.positive("all inputs", 1e-3);
    let (model, tuner) = tune(one, strength, &train, &validation)?;
    let all = tuner.hyper().value(strength)[[]];
    println!(
        "one strength for all inputs: {all:.1e}, test loss {:.4}",
        test_loss(&model)
    );

    let mut each = HyperParameters::new();
    let strengths = each.positive("inputs", [1e-3; INPUTS]);
    let (model, tuner) = tune(each, strengths, &train, &validation)?;
    println!("one for each: test loss {:.4}\n", test_loss(&model));

    let lambda = tuner.hyper().value(strengths);
    let weight = &model.layers[0].weight.value;
    println!("input  strength  norm of weights");
    for input in 0..INPUTS {
        let row = weight
            .outer_iter()
            .nth(input)
            .expect("a row for each input");
        let norm = row.iter().map(|w| w * w).sum::<f64>().sqrt();
        let bar = "█".repeat((10.0 * norm).round() as usize);
        println!("x{input:<4}  {:8.1e}  {norm:6.3}  {bar}", lambda[[input]]);
    }
    let mut order: Vec<_> = (0..INPUTS).collect();
    order.sort_by(|&a, &b| lambda[[a]].total_cmp(&lambda[[b]]));
    let mut found = order[..INFORMATIVE].to_vec();
    found.sort_unstable();
    println!("\nthe five weakest penalties are those of the inputs {found:?}");

    let history = tuner.history();
    let paths: Vec<(String, Vec<_>)> = (0..INPUTS)
        .map(|input| {
            let points = history.points(&format!("inputs.{input}"));
            let points = points.map(|(step, strength)| (step as f64, strength));
            (format!("x{input}"), points.collect())
        })
        .collect();
    let curves: Vec<_> = paths.iter().map(|(name, c)| (&name[..], &c[..])).collect();
    fs::create_dir_all("target/informative_inputs")?;
    let figure = plot::lines("fits", "strength of an input", &curves);
    figure.save("target/informative_inputs/strengths.svg")?;
    println!("figure: target/informative_inputs/strengths.svg");
    assert!(found.into_iter().eq(0..INFORMATIVE));
    Ok(())
}

/// Fits and steps of the strengths in turn, and a last fit where the validation loss was least.
fn tune(
    hyper: HyperParameters<f64>,
    strengths: Tuned,
    train: &Dataset<f64>,
    validation: &Dataset<f64>,
) -> Result<(Mlp<f64>, Tuner<Adam, Implicit, f64>), TuneError> {
    let mut model = Mlp::new(&[INPUTS, 8, 1])
        .activation(Activation::Tanh)
        .seed(1)
        .penalize(1, Penalty::l2(1e-3));
    let fit = |model: &mut Mlp<f64>, hyper: &_| fit(model, train, strengths, hyper);
    let mut tuner = Tuner::new(hyper, Adam::new(0.3), Implicit::new().damping(1e-3));
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

fn squares<'t>(on: &Scope<'t, f64>, model: &Mlp<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
    loss::SquaredError.mean(model.forward(on, on.input(&data.x)), &data.y)
}

/// The data loss, `Σᵢ λᵢ Σᵤ wᵢᵤ²` of the first layer, and the penalty of the second.
fn objective<'t>(
    on: &Scope<'t, f64>,
    model: &Mlp<f64>,
    train: &Dataset<f64>,
    strengths: Tuned,
) -> Var<'t, f64> {
    let of_inputs = on.param(&model.layers[0].weight).square().sum(1);
    squares(on, model, train) + (strengths.on(on) * of_inputs).sum(..) + model.penalty(on)
}

/// To a minimum, by L-BFGS: the gradient is that of a minimum.
fn fit(model: &mut Mlp<f64>, train: &Dataset<f64>, strengths: Tuned, hyper: &HyperParameters<f64>) {
    let mut tape = Tape::new();
    let descent = Lbfgs::new().gradient_tolerance(1e-5).change_tolerance(0.0);
    descent.iterations(1000).minimize(model, |model| {
        let on = hyper.scope(&tape);
        let loss = objective(&on, model, train, strengths);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
}
