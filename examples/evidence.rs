//! 18: penalty strengths chosen by the training rows alone, and predictions that say how sure they are.
//!
//! Friedman's function: five inputs of ten matter, in curves; the noise has the deviation 1. 200 rows train, none
//! validates, 2000 say how often an interval covers. Evidence finds a strength for each input, the noise, and how many of
//! the parameters the data determine.
//!
//! ```text
//! cargo run --release --example evidence
//! ```

use tapegrad::prelude::*;
use tapegrad::tune::{Evidence, Likelihood, Relevance, TuneError};

fn main() -> Result<(), TuneError> {
    let data = data::friedman1::<f64>(2200, 10, 1.0, 1);
    let data = data.map_x(|x| x.mapv(|x| (x - 0.5) * 12_f64.sqrt()));
    let data = data.map_y(|y| y.mapv(|y| (y - 14.4) / 5.0));
    let (train, test) = data.split_at(200);

    // One strength for the first layer, then one for each input. That of the last layer stays: it says how large the
    // first is to be, for the two can be rescaled against each other.
    let layer = Strength::new(1e-3);
    let evidence = Evidence::new(Likelihood::Gaussian).strength(&layer);
    report(
        "one strength for the first layer",
        evidence,
        Penalty::l2(&layer),
        &train,
        &test,
    )?;

    let inputs = Relevance::new(Groups::Rows, 1e-3);
    let evidence = Evidence::new(Likelihood::Gaussian).relevance(&inputs);
    report(
        "a strength for each input",
        evidence,
        inputs.penalty(),
        &train,
        &test,
    )
}

fn report(
    title: &str,
    evidence: Evidence,
    penalty: Penalty<f64>,
    train: &Dataset<f64>,
    test: &Dataset<f64>,
) -> Result<(), TuneError> {
    let mut model = Mlp::new(&[10, 6, 1])
        .activation(Activation::Tanh)
        .seed(1)
        .penalize(0, penalty)
        .penalize(1, Penalty::l2(1e-3));
    let evidence = evidence.tolerance(1e-2);
    let laplace = evidence.choose(&mut model, train, |model| fit(model, train))?;
    println!("{title}\n{}", laplace.report);

    let predictive = laplace.predict(&model, &test.x);
    let squares = (&predictive.mean - &test.y).mapv(|off| off * off);
    println!(
        "test error {:.3}, of which noise is 0.2",
        squares.mean().unwrap_or(f64::NAN).sqrt()
    );
    for level in [0.5, 0.9, 0.99] {
        let [low, high] = predictive.intervals(level);
        let inside = |row: &usize| (low[[*row, 0]]..high[[*row, 0]]).contains(&test.y[[*row, 0]]);
        let share = (0..test.rows()).filter(inside).count() as f64 / test.rows() as f64;
        println!(
            "{:3.0} % intervals cover {:.1} %",
            100.0 * level,
            100.0 * share
        );
    }
    println!();
    Ok(())
}

/// To a minimum, by L-BFGS, from where the model is.
fn fit(model: &mut Mlp<f64>, train: &Dataset<f64>) {
    let mut tape = Tape::new();
    let descent = Lbfgs::new().gradient_tolerance(1e-5).change_tolerance(0.0);
    descent.iterations(500).minimize(model, |model| {
        let on = Scope::train(&tape);
        let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&train.x)), &train.y);
        let loss = data_loss + model.penalty(&on);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
}
