//! A training with all that has a memory.

use std::path::Path;

use tapegrad_autodiff::kernel::threads::set_threads;
use tapegrad_nn::{BatchNorm, Checkpoint, Mlp, Penalty, Section, loss};
use tapegrad_optim::{Adam, Ema, Guard, schedule};
use tapegrad_train::augmentation::Mixup;
use tapegrad_train::callback::{CsvLog, EarlyStopping, JsonLines, Plateau, TensorBoard, WeightLog};
use tapegrad_train::data::{self, Dataset};
use tapegrad_train::{Checkpoints, Fit, FitError, Trainer, metric};

/// The files whose bytes are compared.
pub(crate) const RESULTS: [&str; 5] = [
    "result.tape",
    "log.csv",
    "log.jsonl",
    "checkpoints/best.tape",
    "checkpoints/last",
];

pub(crate) fn moons() -> (Dataset, Dataset) {
    data::moons::<f32>(150, 0.25, 3).split(0.6, 1)
}

pub(crate) fn network(hidden: usize) -> Mlp {
    Mlp::new(&[2, hidden, hidden, 1])
        .normalize(BatchNorm::new)
        .dropout(0.2)
        .seed(5)
        .penalize(1, Penalty::l1(1e-4).proximal())
}

/// With dropout, shuffled rows, mixup, accumulation, averages, a guard, a plateau, early stopping and logs.
pub(crate) fn trainer(folder: &Path) -> Trainer<'static> {
    let plateau = schedule::ReduceOnPlateau::new(1e-2).patience(1).factor(0.5);
    Trainer::new(Adam::new(plateau.clone()), loss::BinaryCrossEntropy::new())
        .batch_size(9)
        .accumulate(2)
        .seed(4)
        .augment(Mixup::new(0.3))
        .average(Ema::new(0.9))
        .guard(Guard::skip(3))
        .validate(&moons().1)
        .metric(metric::Accuracy::new())
        .callback(Plateau::new(plateau))
        .callback(EarlyStopping::new(8))
        .callback(WeightLog::new().every(3))
        .callback(CsvLog::new(folder.join("log.csv")).overwrite())
        .callback(JsonLines::new(folder.join("log.jsonl")).overwrite())
        .callback(TensorBoard::new(folder.join("board")).overwrite())
        .checkpoints(
            Checkpoints::new(folder.join("checkpoints"))
                .every_steps(3)
                .keep(3)
                .best("validation_accuracy"),
        )
}

/// Trains in a folder, going on from what is there, and writes what came out.
pub(crate) fn run(folder: &Path, hidden: usize, threads: usize) -> Result<Fit, FitError> {
    set_threads(threads);
    let mut model = network(hidden);
    let fit = trainer(folder)
        .epochs(60)
        .resume_or_fit(&mut model, &moons().0)?;
    Checkpoint::new()
        .with("model", Section::of(&model))
        .with("history", fit.history.save())
        .write(folder.join("result.tape"))?;
    Ok(fit)
}
