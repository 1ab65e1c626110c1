//! What holds for every callback.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use tapegrad_nn::{Checkpoint, LoadProblem, Section};
use tapegrad_optim::schedule::ReduceOnPlateau;
use tapegrad_train::callback::{
    self, Callback, CallbackError, CsvLog, EarlyStopping, JsonLines, Plateau, Print, ProgressBar,
    Run, StopOnNan, TensorBoard, TimeLimit, WeightLog,
};

use super::{Cut, Script, Training, bits, folder, network, run_on};

/// Makes a callback in a folder, with a plateau that the optimizer has, too.
type Make = fn(&Path, &ReduceOnPlateau) -> Box<dyn Callback<f64>>;

/// Every callback, with what it does to the run of a script.
const EVERY: [Make; 17] = [
    |_, _| Box::new(EarlyStopping::new(3).monitor("score")),
    |_, _| {
        Box::new(
            EarlyStopping::new(2)
                .monitor("score")
                .min_delta(0.3)
                .start_from(2)
                .keep_last(),
        )
    },
    |_, _| Box::new(EarlyStopping::new(2)),
    |_, plateau| Box::new(Plateau::new(plateau.clone()).monitor("score")),
    |_, _| Box::new(Print::new().every(4)),
    |_, _| Box::new(StopOnNan::new()),
    |_, _| Box::new(TimeLimit::new(Duration::MAX)),
    |_, _| Box::new(ProgressBar::new()),
    |folder, _| Box::new(CsvLog::new(folder.join("log.csv"))),
    |folder, _| Box::new(JsonLines::new(folder.join("log.jsonl"))),
    |folder, _| Box::new(TensorBoard::new(folder.join("events"))),
    |_, _| Box::new(WeightLog::new()),
    |_, _| Box::new(WeightLog::new().every(4)),
    |_, _| Box::new(callback::after_step(|run| assert!(run.step() > 0))),
    |_, _| {
        Box::new(callback::measure(|run| {
            run.record("twice", 2.0 * run.epoch() as f64);
        }))
    },
    |_, _| {
        Box::new(callback::after_epoch(|run| {
            if run.epoch() == 7 {
                run.stop("it is the seventh");
            }
        }))
    },
    |_, _| Box::new(callback::after_epoch(|_| {}).named("nothing")),
];

fn score() -> Script {
    let numbers = [5.0, 4.0, 4.5, 3.0, 3.5, 3.2, 3.1, 3.0, 2.0];
    Script::new("score", numbers.map(Some))
}

fn training(make: Make, folder: &Path, cut: Cut, is_cut_before: bool) -> Training<'static> {
    let mut training = Training::new(folder);
    training.every = 100; // only where it ends: each takes its time
    training.plateau = ReduceOnPlateau::new(0.5).patience(1).factor(0.5);
    let callback = make(folder, &training.plateau);
    let (before, after) = match is_cut_before {
        true => (cut, Cut::Never),
        false => (Cut::Never, cut),
    };
    let training = training.callback(score()).callback(before);
    training.callback(callback).callback(after)
}

/// Text files of a folder.
fn texts(folder: &Path) -> Vec<Option<String>> {
    let names = ["log.csv", "log.jsonl"];
    names
        .map(|name| fs::read_to_string(folder.join(name)).ok())
        .to_vec()
}

#[test]
fn a_run_that_is_cut_anywhere_is_as_one_that_is_not() {
    for (number, make) in EVERY.into_iter().enumerate() {
        let uncut_folder = folder("uncut");
        let (model, uncut, _) = run_on(|| training(make, &uncut_folder, Cut::Never, true));
        let steps = *uncut.history.steps().last().unwrap();
        let epochs = (1..=uncut.history.len()).map(Cut::AfterEpoch);
        // Steps in epochs, and the last of some.
        let cuts = epochs.chain((1..=steps).step_by(2).map(Cut::AfterStep));
        for cut in cuts {
            for is_cut_before in [true, false] {
                let cut_folder = folder("cut");
                let make = || training(make, &cut_folder, cut, is_cut_before);
                let (other, fit, _) = run_on(make);
                let what = format!("callback {number}, {cut:?} {is_cut_before}");
                assert_eq!(fit.history.to_csv(), uncut.history.to_csv(), "{what}");
                assert_eq!(fit.end, uncut.end, "{what}");
                assert_eq!(bits(&other), bits(&model), "{what}");
                assert_eq!(texts(&cut_folder), texts(&uncut_folder), "{what}");
            }
        }
    }
}

#[test]
fn a_memory_that_is_loaded_is_saved_as_it_was() {
    for make in EVERY {
        let run = folder("memory");
        let (_, fit, _) = run_on(|| training(make, &run, Cut::Never, true));
        let step = fit.history.steps().last().unwrap();
        let file = run.join(format!("checkpoints/step-{step:012}.tape"));
        let checkpoint = Checkpoint::read(file).unwrap();
        let mut callback = make(&run, &ReduceOnPlateau::new(0.5));
        let section = checkpoint.section(&format!("callback {}", callback.name()));
        let section = section.unwrap();
        callback.load(section).unwrap();
        assert_eq!(
            bytes(callback.save()),
            bytes(section.clone()),
            "{}",
            callback.name()
        );
    }
}

#[test]
fn everyone_can_be_synced_whenever_a_checkpoint_is_written() {
    /// Syncs another at each moment.
    struct Synced(Box<dyn Callback<f64>>);
    impl Callback<f64> for Synced {
        fn name(&self) -> &str {
            "Synced"
        }
        fn start(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
            self.0.start(run)?;
            self.0.sync()
        }
        fn after_step(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
            self.0.after_step(run)?;
            self.0.sync()
        }
        fn measure(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
            self.0.measure(run)
        }
        fn after_epoch(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
            self.0.after_epoch(run)?;
            self.0.sync()
        }
        fn end(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
            self.0.end(run)?;
            self.0.sync()
        }
    }
    for make in EVERY {
        let folder = folder("synced");
        let mut training = Training::new(&folder);
        let callback = make(&folder, &training.plateau);
        training.every = 100;
        let training = training.callback(score()).callback(Synced(callback));
        training.run(&mut network(), false).unwrap();
    }
}

fn bytes(section: Section) -> Vec<u8> {
    Checkpoint::new().with("callback", section).to_bytes()
}

#[test]
fn the_memory_of_another_is_refused() {
    let folder = folder("refused");
    let make = |make: &Make| make(&folder, &ReduceOnPlateau::new(0.5));
    let mut foreign = Section::new();
    foreign.insert("velocity", "moment", [0.5_f64]);
    for mut callback in EVERY.iter().map(make) {
        let name = callback.name().to_owned();
        let before = bytes(callback.save());
        for other in EVERY.iter().map(make) {
            let is_own = bytes(other.save()) == before || other.name() == name;
            let loaded = callback.load(&other.save());
            assert_eq!(loaded.is_ok(), is_own, "{} into {name}", other.name());
        }
        let loaded = callback.load(&foreign);
        assert!(loaded.is_err(), "{name}");
        assert_eq!(bytes(callback.save()), before, "{name}");
    }
    let mut stopping = EarlyStopping::new(1);
    let log: &dyn Callback<f64> = &CsvLog::new("log.csv");
    let refused = Callback::<f64>::load(&mut stopping, &log.save());
    assert!(
        matches!(
            refused,
            Err(LoadProblem::OtherKind { .. } | LoadProblem::Malformed { .. })
        ),
        "{refused:?}"
    );
}

#[test]
fn kinds_have_names_of_their_own() {
    let folder = folder("names");
    let callbacks = EVERY.map(|make| make(&folder, &ReduceOnPlateau::new(0.5)));
    let names: BTreeSet<_> = callbacks.iter().map(|callback| callback.name()).collect();
    assert_eq!(names.len(), EVERY.len() - 3, "{names:?}"); // early stopping is there thrice, the weights' log twice
}
