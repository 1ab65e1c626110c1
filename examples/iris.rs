//! 9: from a comma-separated file to a trained, evaluated, drawn and resumable model, on a page.
//!
//! ```text
//! cargo run --release --example iris
//! ```
use tapegrad::data::{Columns, Missing, Table};
use tapegrad::ndarray::array;
use tapegrad::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What columns mean, and their scales, are fitted on the rows for training alone.
    let (train, rest) = Table::open("examples/data/iris.csv")?.split(0.6, 4);
    let columns = Columns::label("species")
        .missing(Missing::Mean)
        .fit(&train)?;
    let (train, rest) = (columns.dataset::<f32>(&train)?, columns.dataset(&rest)?);
    let scale = Standardizer::fit(&train.x);
    let [train, rest] = [train, rest].map(|part| part.map_x(|x| scale.transform(x)));
    let (validation, test) = rest.split(0.5, 1);

    let mut model = Mlp::new(&[4, 16, 3]).seed(1).penalize(0, Penalty::l2(1e-3));
    let mut trainer = Trainer::new(Adam::new(1e-2), loss::CrossEntropy::new())
        .epochs(200)
        .validate(&validation)
        .metric(metric::Accuracy::new())
        .callback(EarlyStopping::new(20)) // and the best weights come back
        .checkpoints(Checkpoints::new("target/iris/checkpoints"));
    let fit = trainer.resume_or_fit(&mut model, &train)?; // killed? start it again
    println!("{fit}\ntest: {}", trainer.evaluate(&model, &test));

    plot::learning_curves(&fit.history).save("target/iris/learning_curves.svg")?;
    let matrix =
        metric::ConfusionMatrix::of_logits(&trainer.predict(&model, &test.x), &test.y, None);
    println!("{matrix}");
    plot::confusion_matrix(&matrix).save("target/iris/confusion_matrix.png")?;

    // All that a prediction needs, in one file.
    let file = Checkpoint::new().with("model", Section::of(&model));
    file.with("columns", columns.save())
        .with("scale", scale.save())
        .write("target/iris/model.tape")?;
    let flower = scale.transform(array![[5.9, 3.0, 5.1, 1.8]]);
    println!(
        "probabilities of the species: {:.3}",
        trainer.predict_proba(&model, flower)
    );
    Ok(())
}
