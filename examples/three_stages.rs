//! 21: explore, refine, validate, and test once: settings of a network from a broad space, in one call.
//!
//! 300 handwritten digits train, 1497 test. What is searched: the learning rate, the width, and how to regularise,
//! which has settings of its own. Killed at any moment it goes on from its journals (delete the folder to begin anew).
//!
//! ```text
//! cargo run --release --example three_stages
//! ```

use std::error::Error;

use tapegrad::data::{Columns, Table};
use tapegrad::prelude::*;
use tapegrad::tune::{ModelSelection, Space, Values};

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::open("examples/data/digits.csv")?;
    let digits = Columns::label("digit").fit(&table)?;
    let digits = digits.dataset::<f32>(&table)?.shuffled(1);
    let digits = digits.map_x(|x| x.mapv(|shade| shade / 16.0));
    let (train, test) = digits.split_at(300);

    let space = Space::new()
        .log("lr", 1e-4..=1e0)
        .log_integer("width", 4..=64)
        .choice("regulariser", ["none", "l2", "dropout"])
        .when("regulariser", "l2", |l2| l2.log("strength", 1e-6..=1e0))
        .when("regulariser", "dropout", |dropout| {
            dropout.linear("rate", 0.05..=0.8)
        });
    let selected = ModelSelection::new(space)
        .stratified()
        .one_standard_error(|values| values.number("width"))
        .seed(1)
        .threads(2)
        .folder("target/three_stages")
        .tell(|stage| println!("{stage}\n"))
        .run(&train, &test, |values, train, others, seed| {
            let model = fit(values, train, seed)?;
            let logits = model.predict(&others.x);
            let tape = Tape::new();
            let loss = loss::CrossEntropy::new().mean(tape.constant(&logits), &others.classes());
            Ok::<_, FitError>(f64::from(loss.item()))
        })?;

    // The same model again, as it was tested.
    let model = fit(selected.values(), &train, selected.seed)?;
    let accuracy = metric::accuracy(model.predict(&test.x), &test.classes());
    println!(
        "test accuracy {accuracy:.3}, test loss {:.3}",
        selected.test
    );

    let scores = [("explore", &selected.explore), ("refine", &selected.refine)];
    let mut first = 1.0;
    let curves = scores.map(|(name, trials)| {
        let each = trials.all().iter().map(|trial| {
            first += 1.0;
            (first - 1.0, trial.score().unwrap_or(f64::NAN))
        });
        (name, each.collect::<Vec<_>>())
    });
    let curves = curves.each_ref().map(|(name, points)| (*name, &points[..]));
    let figure = plot::lines("fit", "loss of rows held out", &curves);
    figure.save("target/three_stages/scores.svg")?;
    println!("figure: target/three_stages/scores.svg");
    Ok(())
}

fn fit(values: &Values, train: &Dataset<f32>, seed: u64) -> Result<Mlp<f32>, FitError> {
    let width = values.integer("width") as usize;
    let model = Mlp::new(&[64, width, 10])
        .activation(Activation::Relu)
        .seed(seed);
    let mut model = match values.choice("regulariser") {
        "l2" => {
            let strength = values.number("strength");
            let model = model.penalize(0, Penalty::l2(strength));
            model.penalize(1, Penalty::l2(strength))
        }
        "dropout" => model.dropout(values.number("rate")),
        _ => model,
    };
    Trainer::new(Adam::new(values.number("lr")), loss::CrossEntropy::new())
        .epochs(30)
        .batch_size(32)
        .seed(seed)
        .fit(&mut model, train)?;
    Ok(model)
}
