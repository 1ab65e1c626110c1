//! 13: a training that may be killed at any moment: start it again, and it goes on as if nothing had happened.
//!
//! It takes a break by itself after every third of a second; started until it says that all epochs are done, it has
//! the same weights, to the bit, as a run without a break, which it makes for comparison in the end. Remove the folder
//! `target/resume` to begin anew.
//!
//! ```text
//! cargo run --release --example resume
//! ```

use std::error::Error;
use std::time::Duration;

use tapegrad::callback::{CsvLog, TimeLimit};
use tapegrad::prelude::*;

const FOLDER: &str = "target/resume";

/// Dropout, shuffled batches, averages: all that is drawn or remembered.
fn trainer<'c>() -> Trainer<'c> {
    Trainer::new(Adam::new(1e-2), loss::CrossEntropy::new())
        .epochs(300)
        .seed(7)
        .average(Ema::new(0.99))
        .metric(metric::Accuracy::new())
}

fn network() -> Mlp {
    Mlp::new(&[2, 64, 64, 3]).dropout(0.2).seed(1)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (train, validation) = data::spirals::<f32>(600, 3, 0.1, 1).split(0.7, 1);
    let mut model = network();
    let fit = trainer()
        .validate(&validation)
        .callback(CsvLog::new(format!("{FOLDER}/log.csv")).overwrite())
        .callback(TimeLimit::new(Duration::from_millis(333)))
        .checkpoints(Checkpoints::new(FOLDER).every(10).every_steps(50))
        .resume_or_fit(&mut model, &train)?;
    println!("{fit}");
    if matches!(fit.end, End::Interrupted { .. }) {
        println!("start it again to go on");
        return Ok(());
    }
    let mut other = network();
    trainer().validate(&validation).fit(&mut other, &train)?;
    assert_eq!(file::to_bytes(&model), file::to_bytes(&other));
    println!("the weights are those of a run without a break, to the bit");
    Ok(())
}
