//! 11: regression, from generated data to an error in the units of the target.
//!
//! Friedman's function of five inputs among ten, with noise of standard deviation 1: no model has a root mean squared
//! error below 1 on new rows. Inputs and targets are standardised on the training rows; a plateau of the validation loss
//! lowers the learning rate, early stopping ends the training and brings the best weights back.
//!
//! ```text
//! cargo run --release --example regression
//! ```

use std::error::Error;

use tapegrad::callback::Plateau;
use tapegrad::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let data = data::friedman1::<f64>(1500, 10, 1.0, 1);
    let (train, rest) = data.split(0.6, 1);
    let (validation, test) = rest.split(0.5, 1);
    let (of_x, of_y) = (Standardizer::fit(&train.x), Standardizer::fit(&train.y));
    let scaled = |part: &Dataset<f64>| {
        part.map_x(|x| of_x.transform(x))
            .map_y(|y| of_y.transform(y))
    };

    let plateau = schedule::ReduceOnPlateau::new(1e-2).patience(5).factor(0.3);
    let mut model = Mlp::new(&[10, 32, 1])
        .seed(1)
        .penalize(0, Penalty::group_lasso(Groups::Rows, 3e-3).proximal());
    let mut trainer = Trainer::new(Adam::new(plateau.clone()), loss::SquaredError)
        .epochs(500)
        .validate(&scaled(&validation))
        .metric(metric::RSquared)
        .callback(Plateau::new(plateau))
        .callback(EarlyStopping::new(20));
    let fit = trainer.fit(&mut model, &scaled(&train))?;
    println!("{fit}\n");

    // Back in the units of the target.
    let predictions = of_y.inverse(trainer.predict(&model, of_x.transform(&test.x)));
    let rmse = metric::RootMeanSquaredError.of(&predictions, &test.y, None);
    println!("test: root mean squared error {rmse:.3}, of which the noise is 1.0");
    println!(
        "      R² {:.3}",
        metric::RSquared.of(&predictions, &test.y, None)
    );

    let names: Vec<String> = (1..=10).map(|input| format!("x{input}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    println!(
        "inputs that the group lasso has kept: {:?}; the function has x1 to x5",
        sparsity(&model).selected(&names)
    );
    std::fs::create_dir_all("target/regression")?;
    plot::learning_curves(&fit.history).save("target/regression/learning_curves.svg")?;
    for finding in fit.history.diagnose() {
        println!("{finding}");
    }
    Ok(())
}
