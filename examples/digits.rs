//! 10: handwritten digits, and what each regulariser does to a 64-128-10 network.
//!
//! 1347 of the 1797 digits train, 450 test, shares of classes kept; 30 epochs of batches of 16, five seeds of weights
//! and of the order of rows. The table has the worst and the mean test accuracy of the seeds, mean losses, and how many
//! weights are exactly zero. Figures compare the test losses of the regularisers epoch by epoch, show what the strength
//! of L1 does, and the plain network's learning curves, weights and mistakes.
//!
//! ```text
//! cargo run --release --example digits [-- --seeds 5 --epochs 30]
//! ```

use std::error::Error;

use tapegrad::augmentation::Mixup;
use tapegrad::data::HoldOut;
use tapegrad::metric::{Accuracy, ConfusionMatrix};
use tapegrad::plot::{RegularizationRow, Scale};
use tapegrad::prelude::*;

const FOLDER: &str = "target/digits";

/// A regulariser: a network that starts from a seed, and what trains it.
pub(crate) type Regulariser = fn(u64) -> (Mlp, Trainer<'static>);

pub(crate) const REGULARISERS: [(&str, Regulariser); 11] = [
    ("none", |seed| (network(seed), adam())),
    ("L2 1e-4", |seed| {
        (penalised(seed, || Penalty::l2(1e-4)), adam())
    }),
    ("L1 1e-3 in the loss", |seed| {
        (penalised(seed, || Penalty::l1(1e-3)), adam())
    }),
    ("L1 1e-3 proximal", |seed| {
        (penalised(seed, || Penalty::l1(1e-3).proximal()), adam())
    }),
    ("elastic net proximal", |seed| {
        let penalty = || (Penalty::l1(7e-4) + Penalty::l2(1e-4)).proximal();
        (penalised(seed, penalty), adam())
    }),
    ("decoupled decay 0.1", |seed| {
        let optimizer = Optimizer::new(Decay::decoupled(0.1).then(Adam::default()), rate());
        (network(seed), trainer(optimizer))
    }),
    ("dropout 0.3", |seed| (network(seed).dropout(0.3), adam())),
    ("batch normalisation", |seed| {
        (network(seed).normalize(BatchNorm::new), adam())
    }),
    ("label smoothing 0.1", |seed| {
        let loss = loss::CrossEntropy::new().smoothing(0.1);
        (
            network(seed),
            Trainer::new(Adam::new(rate()), loss).metric(Accuracy::new()),
        )
    }),
    ("mixup 0.2", |seed| {
        (network(seed), adam().augment(Mixup::new(0.2).classes(10)))
    }),
    ("average of weights", |seed| {
        (network(seed), adam().average(Ema::new(0.99)))
    }),
];

fn network(seed: u64) -> Mlp {
    Mlp::new(&[64, 128, 10])
        .activation(Activation::Relu)
        .initializer(Initializer::HeNormal)
        .seed(seed)
}

/// The same penalty on both weights.
fn penalised(seed: u64, penalty: impl Fn() -> Penalty) -> Mlp {
    network(seed).penalize(0, penalty()).penalize(1, penalty())
}

/// Down to nothing at the end of thirty epochs of 85 steps.
fn rate() -> schedule::Cosine {
    schedule::Cosine::new(1e-2, 0.0, 30 * 85)
}

fn adam() -> Trainer<'static> {
    trainer(Adam::new(rate()))
}

fn trainer(optimizer: Optimizer<Adam>) -> Trainer<'static> {
    Trainer::new(optimizer, loss::CrossEntropy::new()).metric(Accuracy::new())
}

/// Shades from 0 to 1.
pub(crate) fn read() -> Result<(Dataset, Dataset), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/digits.csv");
    let data = Dataset::read_csv(path, &["digit"])?.map_x(|x| x / 16.0);
    Ok(HoldOut::new(450.0 / 1797.0, 0).stratified().split(&data)?)
}

/// What a regulariser gives with a seed; the test data are only looked at.
pub(crate) fn fit(
    (mut model, trainer): (Mlp, Trainer<'static>),
    seed: u64,
    epochs: usize,
    (train, test): (&Dataset, &Dataset),
) -> Result<(RegularizationRow, Mlp, History), FitError> {
    let mut trainer = trainer
        .epochs(epochs)
        .batch_size(16)
        .seed(seed)
        .validate(test);
    let fit = trainer.fit(&mut model, train)?;
    let (of_train, of_test) = (
        trainer.evaluate(&model, train),
        trainer.evaluate(&model, test),
    );
    let row = RegularizationRow {
        training_accuracy: of_train.metric("accuracy"),
        test_accuracy: of_test.metric("accuracy"),
        zeros: Some(sparsity(&model).fraction()),
        ..RegularizationRow::new(0.0, of_train.loss, of_test.loss)
    };
    Ok((row, model, fit.history))
}

fn main() -> Result<(), Box<dyn Error>> {
    let [seeds, epochs] = options([("--seeds", 5), ("--epochs", 30)])?;
    let (train, test) = read()?;
    std::fs::create_dir_all(FOLDER)?;
    println!(
        "{} digits train, {} test; {seeds} seeds, {epochs} epochs\n",
        train.rows(),
        test.rows()
    );
    println!("                        test accuracy  test loss  training loss   zeros");
    println!("                        worst    mean");
    let mut curves = Vec::new();
    for (name, regulariser) in REGULARISERS {
        let mut rows = Vec::new();
        for seed in 0..seeds as u64 {
            let (row, _, history) = fit(regulariser(seed), seed, epochs, (&train, &test))?;
            if seed == 0 {
                let points = history.points("validation_loss");
                curves.push((
                    name,
                    points
                        .map(|(epoch, loss)| (epoch as f64, loss))
                        .collect::<Vec<_>>(),
                ));
            }
            rows.push(row);
        }
        let accuracies: Vec<f64> = rows.iter().filter_map(|row| row.test_accuracy).collect();
        let mean = |of: fn(&RegularizationRow) -> f64| {
            rows.iter().map(of).sum::<f64>() / rows.len() as f64
        };
        println!(
            "{name:<22} {:.4}  {:.4}     {:.4}         {:.4}  {:4.1} %",
            accuracies.iter().copied().fold(1.0, f64::min),
            mean(|row| row.test_accuracy.unwrap_or(f64::NAN)),
            mean(|row| row.test_loss),
            mean(|row| row.training_loss),
            100.0 * mean(|row| row.zeros.unwrap_or(0.0)),
        );
    }
    let curves: Vec<(&str, &[(f64, f64)])> = curves
        .iter()
        .map(|(name, points)| (*name, &points[..]))
        .collect();
    plot::lines("epoch", "test loss", &curves)
        .y_scale(Scale::Logarithmic)
        .title("Regularisers of a 64-128-10 network on digits")
        .size(1000, 600)
        .save(format!("{FOLDER}/regularisers.svg"))?;

    let mut table = Vec::new();
    for strength in [0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3] {
        let model = penalised(0, || Penalty::l1(strength).proximal());
        let (row, ..) = fit((model, adam()), 0, epochs, (&train, &test))?;
        table.push(RegularizationRow { strength, ..row });
    }
    plot::regularization(&table).save(format!("{FOLDER}/l1.svg"))?;

    let (_, model, history) = fit((network(0), adam()), 0, epochs, (&train, &test))?;
    let matrix = ConfusionMatrix::of_logits(model.predict(&test.x), &test.y, None);
    plot::confusion_matrix(&matrix).save(format!("{FOLDER}/confusion_matrix.png"))?;
    plot::weight_histograms(&model).save(format!("{FOLDER}/weights.svg"))?;
    plot::report(&history)
        .title("Digits, 64-128-10")
        .summary(&summary(&model))
        .settings("Adam, cosine from 0.01, batches of 16")
        .figure(plot::confusion_matrix(&matrix))
        .save(format!("{FOLDER}/report.html"))?;
    println!("\nfigures and a report are in {FOLDER}");
    history
        .diagnose()
        .iter()
        .for_each(|finding| println!("the plain network: {finding}"));
    Ok(())
}

/// Whole numbers given as `--name value`, or their defaults.
fn options<const N: usize>(known: [(&str, usize); N]) -> Result<[usize; N], String> {
    let mut values = known.map(|(_, default)| default);
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let usage = || {
            format!(
                "usage: {}",
                known
                    .map(|(name, default)| format!("[{name} {default}]"))
                    .join(" ")
            )
        };
        let place = known
            .iter()
            .position(|&(option, _)| option == name)
            .ok_or_else(usage)?;
        values[place] = given
            .next()
            .and_then(|value| value.parse().ok())
            .ok_or_else(usage)?;
    }
    Ok(values)
}
