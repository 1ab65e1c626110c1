//! Callbacks: what holds for all of them, and what each does.

mod early_stopping;
mod ends;
mod every;
mod logs;
mod plateau;
mod tensor_board;
mod weight_log;

use std::fs;
use std::path::{Path, PathBuf};

use tapegrad_nn::{Activation, Mlp, Module, loss};
use tapegrad_optim::Sgd;
use tapegrad_optim::schedule::ReduceOnPlateau;
use tapegrad_train::callback::{Callback, CallbackError, Run};
use tapegrad_train::data::{self, Dataset};
use tapegrad_train::{Checkpoints, End, Fit, FitError, Trainer, metric};

/// Points of two moons, and others to validate.
fn moons() -> (Dataset<f64>, Dataset<f64>) {
    data::moons::<f64>(60, 0.2, 3).split(0.5, 1)
}

fn network() -> Mlp<f64> {
    Mlp::new(&[2, 4, 1]).activation(Activation::Tanh).seed(5)
}

/// The bits of all parameters, in order.
fn bits(model: &dyn Module<f64>) -> Vec<u64> {
    let parameters = model.parameters().into_iter();
    parameters
        .flat_map(|(_, param)| param.value.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        .collect()
}

/// An empty folder of a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("callbacks")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Records a number for each epoch, where there is one.
#[derive(Clone)]
struct Script {
    column: &'static str,
    numbers: Vec<Option<f64>>,
    is_better_larger: bool,
}

impl Script {
    fn new(column: &'static str, numbers: impl IntoIterator<Item = Option<f64>>) -> Self {
        Self {
            column,
            numbers: numbers.into_iter().collect(),
            is_better_larger: false,
        }
    }
}

impl Callback<f64> for Script {
    fn name(&self) -> &str {
        "Script"
    }
    fn start(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        match self.is_better_larger {
            true => run.larger_is_better(self.column),
            false => run.smaller_is_better(self.column),
        }
        Ok(())
    }
    fn measure(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        if let Some(Some(number)) = self.numbers.get(run.epoch() - 1) {
            run.record(self.column, *number);
        }
        Ok(())
    }
}

/// Interrupts a run of the first process at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    Never,
    AfterEpoch(usize),
    AfterStep(usize),
}

impl Callback<f64> for Cut {
    fn name(&self) -> &str {
        "Cut"
    }
    fn after_step(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        if !run.is_resumed() && *self == Self::AfterStep(run.step()) {
            run.interrupt("it is time");
        }
        Ok(())
    }
    fn after_epoch(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        if !run.is_resumed() && *self == Self::AfterEpoch(run.epoch()) {
            run.interrupt("it is time");
        }
        Ok(())
    }
}

/// How many epochs a run has, of three steps each.
const EPOCHS: usize = 9;

/// A run of a small network with callbacks, in a folder with its checkpoints.
struct Training<'c> {
    folder: PathBuf,
    /// How many epochs there are from one checkpoint to the next.
    every: usize,
    plateau: ReduceOnPlateau,
    callbacks: Vec<Box<dyn Callback<f64> + 'c>>,
}

impl<'c> Training<'c> {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            every: 1,
            plateau: ReduceOnPlateau::new(0.5),
            callbacks: Vec::new(),
        }
    }

    fn callback(mut self, callback: impl Callback<f64> + 'c) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Fits, or resumes if it was interrupted.
    fn run(self, model: &mut Mlp<f64>, resumes: bool) -> Result<Fit, FitError> {
        let (train, validation) = moons();
        let checkpoints = Checkpoints::new(self.folder.join("checkpoints"));
        let mut trainer = Trainer::new(Sgd::new(self.plateau), loss::BinaryCrossEntropy::new())
            .epochs(EPOCHS)
            .batch_size(10)
            .validate(&validation)
            .validate_every(2)
            .metric(metric::Accuracy::new())
            .checkpoints(checkpoints.every(self.every).keep(100));
        for callback in self.callbacks {
            trainer = trainer.callback(callback);
        }
        match resumes {
            true => trainer.resume(model, &train),
            false => trainer.fit(model, &train),
        }
    }
}

/// Runs anew what `make` makes, and goes on until it is no longer interrupted. Also how often it was.
fn run_on<'c>(make: impl Fn() -> Training<'c>) -> (Mlp<f64>, Fit, usize) {
    let mut model = network();
    let mut fit = make().run(&mut model, false).unwrap();
    let mut interruptions = 0;
    while matches!(fit.end, End::Interrupted { .. }) {
        interruptions += 1;
        model = network();
        fit = make().run(&mut model, true).unwrap();
    }
    (model, fit, interruptions)
}
