//! 16: penalty strengths chosen by the gradient of a validation loss, all at once.
//!
//! 100 handwritten digits train a 64-16-10 network, 300 others say how good its penalties are, the rest tests. L2 on
//! each layer and the smoothing of labels start at the usual guesses; 20 fits, each from the one before, find better
//! ones. A grid of three axes would take hundreds.
//!
//! ```text
//! cargo run --release --example tuned_by_gradient
//! ```

use std::error::Error;

use tapegrad::data::{Columns, Table};
use tapegrad::prelude::*;
use tapegrad::tune::{HyperParameters, Implicit, Tuned, Tuner};

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::open("examples/data/digits.csv")?;
    let digits = Columns::label("digit")
        .fit(&table)?
        .dataset::<f64>(&table)?;
    let digits = digits.map_x(|x| x.mapv(|shade| shade / 16.0)).shuffled(1);
    let (train, others) = digits.split_at(100);
    let (validation, test) = others.split_at(300);

    let (first, second) = (Strength::new(1e-3), Strength::new(1e-3));
    let mut model = Mlp::new(&[64, 16, 10])
        .activation(Activation::Tanh)
        .seed(1)
        .penalize(0, Penalty::l2(&first))
        .penalize(1, Penalty::l2(&second));
    let mut hyper = HyperParameters::new();
    hyper.strength("first", &first);
    hyper.strength("second", &second);
    let smoothing = hyper.share("smoothing", 0.1);

    let mut tuner = Tuner::new(hyper, Adam::new(0.4), Implicit::new().damping(1e-3));
    for step in 0..20 {
        let gradient = tuner.step(
            &mut model,
            |model, hyper| {
                fit(
                    model,
                    |on, model| objective(on, model, &train, smoothing),
                    hyper,
                )
            },
            |on, model| objective(on, model, &train, smoothing),
            |on, model| {
                loss::CrossEntropy::new().mean(
                    model.forward(on, on.input(&validation.x)),
                    &validation.classes(),
                )
            },
        )?;
        if step == 0 {
            report("before", &model, &test);
            println!("\n{gradient}\n");
        }
    }
    println!("{}\n", tuner.history());

    tuner.restore_best();
    fit(
        &mut model,
        |on, model| objective(on, model, &train, smoothing),
        tuner.hyper(),
    );
    report("after", &model, &test);
    println!("{}", tuner.hyper());
    Ok(())
}

/// Cross-entropy with a share `s` of each target spread over all classes, and the penalties.
fn objective<'t>(
    on: &Scope<'t, f64>,
    model: &Mlp<f64>,
    data: &Dataset<f64>,
    smoothing: Tuned,
) -> Var<'t, f64> {
    let (logits, s) = (model.forward(on, on.input(&data.x)), smoothing.on(on));
    let of_classes = loss::CrossEntropy::new().mean(logits, &data.classes());
    let of_all = -logits.log_softmax(-1).mean(..);
    of_classes * (1.0 - s) + of_all * s + model.penalty(on)
}

/// To a minimum, by L-BFGS: the gradient is that of a minimum.
fn fit(
    model: &mut Mlp<f64>,
    objective: impl for<'t> Fn(&Scope<'t, f64>, &Mlp<f64>) -> Var<'t, f64>,
    hyper: &HyperParameters<f64>,
) {
    let mut tape = Tape::new();
    let descent = Lbfgs::new().gradient_tolerance(1e-5).change_tolerance(0.0);
    descent.iterations(5000).minimize(model, |model| {
        let on = hyper.scope(&tape);
        let loss = objective(&on, model);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
}

fn report(when: &str, model: &Mlp<f64>, test: &Dataset<f64>) {
    let logits = model.predict(&test.x);
    let accuracy = metric::accuracy(&logits, &test.classes());
    let tape = Tape::new();
    let loss = loss::CrossEntropy::new().mean(tape.constant(&logits), &test.classes());
    println!("{when}: test accuracy {accuracy:.3}, test loss {loss:.3}");
}
