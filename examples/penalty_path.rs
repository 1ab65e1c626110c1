//! 18: the path of a lasso: which inputs enter when, how strong the penalty should be, and how sure that is.
//!
//! ```text
//! cargo run --release --example penalty_path
//! ```

use std::error::Error;

use tapegrad::data::{Columns, KFold, Table};
use tapegrad::prelude::*;
use tapegrad::tune::Path;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // The progression of diabetes by ten measurements, all with mean 0 and deviation 1.
    let (train, test) = Table::open("examples/data/diabetes.csv")?.split(0.75, 1);
    let columns = Columns::targets(&["progression"]).fit(&train)?;
    let (train, test) = (columns.dataset::<f64>(&train)?, columns.dataset(&test)?);
    let scales = [Standardizer::fit(&train.x), Standardizer::fit(&train.y)];
    let [train, test] = [train, test].map(|part| {
        let part = part.map_x(|x| scales[0].transform(x));
        part.map_y(|y| scales[1].transform(y))
    });
    let names = [
        "age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6",
    ];

    // Each strength is fitted from where the one before ended, to all rows and to nine tenths of them, ten times.
    let strength = Strength::new(0.0);
    let mut model = Dense::new(10, 1).penalize(Penalty::l1(&strength).proximal());
    let path = Path::new(&strength).count(30).names(names);
    let folds = KFold::new(10).shuffle(1);
    let validated = path.cross_validate(&mut model, &train, &folds, squares, fit)?;
    println!("{validated}\n");

    println!("order of entry:");
    for entry in validated.path.entries() {
        println!("  {:4} at {:.4}", names[entry.input], entry.strength);
    }
    println!("\n                     strength  inputs  test loss");
    for (name, place) in [
        ("best", validated.best),
        ("one standard error", validated.one_standard_error),
    ] {
        validated.path.go_to(place, &mut model);
        let (at, inputs) = (strength.at(0), sparsity(&model).selected(&names));
        let tape = Tape::new();
        let loss = squares(&Scope::eval(&tape), &model, &test).item();
        println!(
            "{name:20} {at:8.4}  {:6}  {loss:9.4}  {}",
            inputs.len(),
            inputs.join(" ")
        );
    }

    // Which inputs do random halves of the rows agree on?
    let strong = path.count(20).ratio(0.2);
    let stability = strong.stability(&mut model, &train, 100, 1, squares, fit)?;
    let errors = stability.false_selections(0.8);
    println!("\n{stability}");
    println!("of those that 80 % select, at most {errors:.1} are expected to be there by chance");

    std::fs::create_dir_all("target/penalty_path")?;
    validated
        .path
        .plot()
        .save("target/penalty_path/coefficients.svg")?;
    validated
        .plot()
        .save("target/penalty_path/cross_validated.svg")?;
    stability.plot().save("target/penalty_path/stability.svg")?;
    println!("figures: target/penalty_path");
    Ok(())
}

fn squares<'t>(on: &Scope<'t, f64>, model: &Dense<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
    loss::SquaredError.mean(model.forward(on, on.input(&data.x)), &data.y)
}

fn fit(model: &mut Dense<f64>, data: &Dataset<f64>) -> Result<(), Box<dyn Error>> {
    ProximalGradient::new().fit(model, |on, model| squares(on, model, data));
    Ok(())
}
