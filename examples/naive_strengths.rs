//! 17: why a penalty strength cannot be trained on the training loss, and what to train it on.
//!
//! `L = data loss + λ Σ w²` has the slope `∂L/∂log λ = λ Σ w²`, which is never negative: what goes down `L` by the
//! weights and by λ takes λ to 0, however much the network overfits, as in `L` a penalty only costs. What it is good
//! for shows on other rows: their loss `V` depends on λ through the weights alone, and `dV/dlog λ` has both signs.
//!
//! ```text
//! cargo run --release --example naive_strengths
//! ```

use tapegrad::prelude::*;
use tapegrad::tune::{HyperParameters, Implicit, TuneError, Tuner};

const STEPS: usize = 25;

fn main() -> Result<(), TuneError> {
    let (train, others) = data::moons::<f64>(400, 0.3, 3).split_at(30);
    let (validation, test) = others.split_at(120);

    println!("λ down the training loss L, penalty included:");
    let naive = tune(&train, &test, |on, model| objective(on, model, &train))?;
    println!("\nλ down the loss V of 120 other rows:");
    let tuned = tune(&train, &test, |on, model| data_loss(on, model, &validation))?;
    println!("\nL is least without a penalty, at λ = 0. V is not.");
    assert!(naive < 1e-5 && tuned > 1e-3);
    Ok(())
}

/// The strength that goes down a loss of the fitted network.
fn tune(
    train: &Dataset<f64>,
    test: &Dataset<f64>,
    judge: impl for<'t> Fn(&Scope<'t, f64>, &Mlp<f64>) -> Var<'t, f64>,
) -> Result<f64, TuneError> {
    let strength = Strength::new(1e-2);
    let mut model = Mlp::new(&[2, 16, 1])
        .activation(Activation::Tanh)
        .seed(1)
        .penalize(0, Penalty::l2(&strength))
        .penalize(1, Penalty::l2(&strength));
    let mut hyper = HyperParameters::new();
    hyper.strength("λ", &strength);
    let mut tuner = Tuner::new(hyper, Adam::new(0.5), Implicit::new());
    println!("step        λ  slope by log λ  training loss  test loss");
    for step in 0..STEPS {
        let lambda = strength.at(0);
        let fit = |model: &mut Mlp<f64>, _: &_| fit(model, train);
        let gradient = tuner.step(
            &mut model,
            fit,
            |on, model| objective(on, model, train),
            &judge,
        )?;
        if step % 4 == 0 {
            let [training, test] = [train, test].map(|data| {
                let tape = Tape::new();
                data_loss(&Scope::eval(&tape), &model, data).item()
            });
            let slope = gradient.wrt(&strength)[[]];
            println!("{step:4}  {lambda:7.1e}  {slope:+14.1e}  {training:13.4}  {test:9.4}");
        }
    }
    Ok(strength.at(0))
}

fn data_loss<'t>(on: &Scope<'t, f64>, model: &Mlp<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
    loss::BinaryCrossEntropy::new().mean(model.forward(on, on.input(&data.x)), &data.y)
}

fn objective<'t>(on: &Scope<'t, f64>, model: &Mlp<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
    data_loss(on, model, data) + model.penalty(on)
}

/// To a minimum, by L-BFGS: the gradient is that of a minimum.
fn fit(model: &mut Mlp<f64>, train: &Dataset<f64>) {
    let descent = Lbfgs::new().gradient_tolerance(1e-5).change_tolerance(0.0);
    descent
        .iterations(5000)
        .fit(model, |on, model| data_loss(on, model, train));
}
