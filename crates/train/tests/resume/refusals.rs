//! Never afresh silently: what is found, passed over and refused.

use std::fs;
use std::path::PathBuf;

use tapegrad_nn::{LoadProblem, Mlp, Module, file};
use tapegrad_optim::{Adam, Momentum, Sgd};
use tapegrad_train::callback::{self, Run};
use tapegrad_train::{Checkpoints, End, FitError, Trainer};

use super::program::{moons, network, trainer};
use super::{Folder, checkpoints};

fn files(folder: &Folder) -> Vec<PathBuf> {
    checkpoints(&folder.path().join("checkpoints"))
}

fn bits(model: &Mlp) -> Vec<u32> {
    let parameters = model.parameters().into_iter();
    parameters
        .flat_map(|(_, param)| param.value.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn a_corrupt_checkpoint_is_passed_over_and_told() {
    let (train, _) = moons();
    let folder = Folder::new();
    let mut model = network(8);
    trainer(folder.path())
        .epochs(4)
        .fit(&mut model, &train)
        .unwrap();
    let whole = Folder::new();
    let mut expected = network(8);
    let fit = trainer(whole.path())
        .epochs(6)
        .fit(&mut expected, &train)
        .unwrap();

    // The newest is cut, the next has a bit turned.
    let all = files(&folder);
    assert_eq!(all.len(), 3);
    let mut bytes = fs::read(&all[2]).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&all[2], &bytes).unwrap();
    let mut bytes = fs::read(&all[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&all[1], &bytes).unwrap();

    let mut model = network(8);
    let resumed = trainer(folder.path())
        .epochs(6)
        .resume(&mut model, &train)
        .unwrap();
    let from = resumed.resumed.as_ref().unwrap();
    assert_eq!(from.file, all[0]);
    let skipped: Vec<_> = from
        .skipped
        .iter()
        .map(|error| error.file.clone())
        .collect();
    assert_eq!(skipped, [all[2].clone(), all[1].clone()]);
    assert!(resumed.to_string().contains("passed over"), "{resumed}");
    assert_eq!(bits(&model), bits(&expected));
    assert_eq!(resumed.history, fit.history);
    for damaged in &all[1..] {
        let mut aside = damaged.clone().into_os_string();
        aside.push(".damaged");
        assert!(PathBuf::from(aside).exists(), "damaged files are set aside");
    }

    // None is left that can be read: no new run, nothing changed.
    for file in files(&folder) {
        fs::write(file, b"no checkpoint").unwrap();
    }
    let before = bits(&model);
    for way in [Trainer::resume, Trainer::resume_or_fit] {
        let error = way(&mut trainer(folder.path()).epochs(9), &mut model, &train).unwrap_err();
        assert!(
            matches!(&error, FitError::NoCheckpoint { skipped, .. } if skipped.len() == 3),
            "{error}"
        );
        let advice = "; to begin anew, take another folder or remove them";
        assert!(error.to_string().ends_with(advice), "{error}");
    }
    assert_eq!(bits(&model), before);
}

#[test]
fn what_is_there_is_not_written_over_and_what_is_not_there_is_not_resumed() {
    let (train, _) = moons();
    let folder = Folder::new();
    let mut model = network(8);
    let error = trainer(folder.path())
        .epochs(1)
        .resume(&mut model, &train)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with(": there is no checkpoint to resume from"),
        "{error}"
    );
    trainer(folder.path())
        .epochs(1)
        .fit(&mut model, &train)
        .unwrap();
    let error = trainer(folder.path())
        .epochs(1)
        .fit(&mut model, &train)
        .unwrap_err();
    assert!(matches!(error, FitError::FolderInUse { .. }), "{error}");
    let sentence = ": this is a checkpoint of a run before; resume it, or take another folder";
    assert!(error.to_string().ends_with(sentence), "{error}");
}

#[test]
fn other_settings_data_models_and_rules_are_refused() {
    let (train, validation) = moons();
    let folder = Folder::new();
    let checkpoints = || Checkpoints::new(folder.path().join("checkpoints"));
    let start = || {
        let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
        Trainer::new(Momentum::new(0.1), loss)
            .epochs(2)
            .checkpoints(checkpoints())
    };
    let mut model = network(8);
    start().fit(&mut model, &train).unwrap();

    let mut other = network(8);
    let before = bits(&other);
    for (trainer, data, what) in [
        (start().seed(1), &train, "seed, 0; it is 1 now"),
        (start().batch_size(7), &train, "batch size, 32; it is 7 now"),
        (
            start().full_batch(),
            &train,
            "batch size, 32; it is all rows now",
        ),
        (start().drop_last(), &train, "last batch"),
        (start().accumulate(2), &train, "number of batches a step"),
        (start(), &validation, "training data"),
        (
            start().validate(&validation),
            &train,
            "validation data, none; it is 60 rows",
        ),
    ] {
        let mut trainer = trainer;
        let error = trainer.resume(&mut other, data).unwrap_err();
        assert!(matches!(error, FitError::OtherRun { .. }), "{error}");
        let sentence = error.to_string();
        assert!(
            sentence.contains(": the run was started with another "),
            "{error}"
        );
        assert!(sentence.contains(what), "{error}");
    }
    let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
    let mut sgd = Trainer::new(Sgd::new(0.1), loss)
        .epochs(2)
        .checkpoints(checkpoints());
    let error = sgd.resume(&mut other, &train).unwrap_err();
    assert!(
        matches!(&error, FitError::Load(error) if matches!(error.problem, LoadProblem::OtherKind { .. })),
        "{error}"
    );
    assert_eq!(bits(&other), before);

    let mut wider = network(9);
    let before = bits(&wider);
    let error = start().resume(&mut wider, &train).unwrap_err();
    assert!(matches!(error, FitError::Load(_)), "{error}");
    assert_eq!(bits(&wider), before);

    // A callback more, that was not there.
    let mut more = start().callback(callback::EarlyStopping::new(3));
    let error = more.resume(&mut other, &train).unwrap_err();
    assert!(error.to_string().contains("EarlyStopping"), "{error}");
}

/// More epochs than were asked for before go on; a run that was stopped is finished; an interruption goes on.
#[test]
fn ends() {
    let (train, _) = moons();
    let whole = Folder::new();
    let mut expected = network(8);
    trainer(whole.path())
        .epochs(5)
        .fit(&mut expected, &train)
        .unwrap();

    let folder = Folder::new();
    let mut model = network(8);
    let at = |step: usize, stops: bool| {
        callback::after_step(move |run: &mut Run<'_>| {
            if run.step() == step {
                match stops {
                    true => run.stop("enough"),
                    false => run.interrupt("a break"),
                }
            }
        })
    };
    let interrupted = |step| trainer(folder.path()).epochs(5).callback(at(step, false));
    for (step, epoch) in [(2, 0), (7, 1), (10, 2)] {
        let fit = interrupted(step).resume_or_fit(&mut model, &train).unwrap();
        assert!(
            matches!(&fit.end, End::Interrupted { reason, .. } if reason == "a break"),
            "{fit}"
        );
        assert_eq!(
            (fit.history.len(), fit.resumed.is_some()),
            (epoch, step > 2)
        );
    }
    let fit = interrupted(99).resume(&mut model, &train).unwrap();
    assert_eq!((fit.end, bits(&model)), (End::Epochs, bits(&expected)));

    let folder = Folder::new();
    let stopped = || trainer(folder.path()).epochs(5).callback(at(7, true));
    let fit = stopped().fit(&mut model, &train).unwrap();
    assert!(matches!(fit.end, End::Stopped { .. }));
    let after = bits(&model);
    let again = stopped().epochs(50).resume(&mut model, &train).unwrap();
    assert_eq!(
        (&again.end, again.history, bits(&model)),
        (&fit.end, fit.history, after)
    );
}

/// The best model is that of the best epoch as it was evaluated, and is a file of a model.
#[test]
fn the_best_model_is_kept() {
    let (train, validation) = moons();
    let folder = Folder::new();
    let mut model = network(8);
    let fit = trainer(folder.path())
        .epochs(12)
        .fit(&mut model, &train)
        .unwrap();
    let (_, best) = fit.history.best("validation_accuracy").unwrap();
    let mut loaded = network(8);
    file::load(&mut loaded, folder.path().join("checkpoints/best.tape")).unwrap();
    let evaluation = trainer(folder.path()).evaluate(&loaded, &validation);
    assert_eq!(evaluation.metric("accuracy"), Some(best));
}

/// What has no memory but is written at every step of the way: a checkpoint at each third step, epoch's ends included.
#[test]
fn checkpoints_by_steps_fall_on_ends_of_epochs_too() {
    let (train, _) = moons(); // 90 rows, 3 batches of 32
    let folder = Folder::new();
    let checkpoints = Checkpoints::new(folder.path().join("checkpoints"));
    let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
    Trainer::new(Adam::new(1e-3), loss)
        .epochs(4)
        .checkpoints(checkpoints.every(1000).every_steps(3).keep(100))
        .fit(&mut network(8), &train)
        .unwrap();
    let names: Vec<_> = files(&folder)
        .iter()
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let steps = [0, 3, 6, 9, 12].map(|step| format!("step-{step:012}"));
    assert_eq!(names, steps);
}

/// A run that was given more epochs, or steps from the middle of an epoch, equals one that had as many from the start.
#[test]
fn a_longer_run_is_the_same_run() {
    let (train, validation) = moons();
    let run = |folder: &Folder, epochs: Option<usize>, steps: Option<usize>| {
        let plateau = tapegrad_optim::schedule::ReduceOnPlateau::new(1e-2).patience(0);
        let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
        let mut trainer = Trainer::new(Adam::new(plateau.clone()), loss)
            .validate(&validation)
            .validate_every(2)
            .callback(callback::Plateau::new(plateau))
            .checkpoints(Checkpoints::new(folder.path().join("checkpoints")));
        if let Some(epochs) = epochs {
            trainer = trainer.epochs(epochs);
        }
        if let Some(steps) = steps {
            trainer = trainer.steps(steps);
        }
        let mut model = network(8);
        let fit = trainer.resume_or_fit(&mut model, &train).unwrap();
        (bits(&model), fit)
    };
    for (first, then) in [
        ((Some(3), None), (Some(8), None)),
        ((None, Some(7)), (None, Some(24))),
        ((None, Some(6)), (Some(8), None)),
    ] {
        let [parts, whole] = [Folder::new(), Folder::new()];
        let (_, cut) = run(&parts, first.0, first.1);
        let (_, again) = run(&parts, first.0, first.1); // nothing is left to do
        assert_eq!((again.history, again.end), (cut.history, cut.end));
        let (of_parts, longer) = run(&parts, then.0, then.1);
        let (of_whole, at_once) = run(&whole, then.0, then.1);
        assert_eq!(of_parts, of_whole);
        assert_eq!(longer.history, at_once.history);
    }
}

#[test]
fn signs_and_swapped_labels_are_other_data() {
    let (train, _) = moons();
    let folder = Folder::new();
    let start = || {
        let loss = tapegrad_nn::loss::SquaredError;
        let checkpoints = Checkpoints::new(folder.path().join("checkpoints"));
        Trainer::new(Adam::new(1e-3), loss)
            .epochs(1)
            .checkpoints(checkpoints)
    };
    let mut model = network(8);
    start().fit(&mut model, &train).unwrap();
    let swapped = |one: usize, other: usize| {
        train.map_y(|y| {
            let mut y = y.clone();
            (y[[one, 0]], y[[other, 0]]) = (1.0 - y[[one, 0]], 1.0 - y[[other, 0]]);
            y
        })
    };
    for data in [
        train.map_x(|x| -x.clone()),
        swapped(0, 1),
        swapped(3, 77),
        train.map_y(|y| -y.clone()),
    ] {
        let error = start().resume(&mut model, &data).unwrap_err();
        assert!(matches!(error, FitError::OtherRun { .. }), "{error}");
    }
}

/// Killed before the first epoch is over: a log that is not to be written over is that of this run.
#[test]
fn a_run_that_ends_in_its_first_epoch_goes_on() {
    let (train, _) = moons();
    let folder = Folder::new();
    let start = || {
        let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
        Trainer::new(Adam::new(1e-3), loss)
            .epochs(2)
            .callback(callback::CsvLog::new(folder.path().join("log.csv")))
            .checkpoints(Checkpoints::new(folder.path().join("checkpoints")))
    };
    let stumble = |run: &mut Run<'_>| assert!(run.step() < 2, "the process dies here");
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut trainer = start().callback(callback::after_step(stumble));
        let _ = trainer.fit(&mut network(8), &train);
    }));
    assert!(died.is_err());
    // Without the checkpoints it is a log of another run.
    let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
    let mut other = Trainer::new(Adam::new(1e-3), loss)
        .epochs(2)
        .callback(callback::CsvLog::new(folder.path().join("log.csv")));
    let row = std::fs::read_to_string(folder.path().join("log.csv")).unwrap();
    if !row.is_empty() {
        let error = other.fit(&mut network(8), &train).unwrap_err();
        assert!(
            error.to_string().starts_with("the callback CsvLog: "),
            "{error}"
        );
    }
    let mut trainer = start().callback(callback::after_step(|_: &mut Run<'_>| {}));
    let fit = trainer.resume_or_fit(&mut network(8), &train).unwrap();
    assert_eq!(fit.resumed.unwrap().step, 0);
    assert_eq!(fit.history.len(), 2);
}

#[test]
fn a_best_model_by_no_column() {
    let (train, _) = moons();
    let folder = Folder::new();
    let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
    let mut trainer = Trainer::new(Adam::new(1e-3), loss)
        .epochs(2)
        .checkpoints(Checkpoints::new(folder.path().join("checkpoints")).best("val_loss"));
    let error = trainer.fit(&mut network(8), &train).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Checkpoints::best: there is no column `val_loss` to monitor; the columns are [\"loss\", \"penalty\", \"learning_rate\"]"
    );
    let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
    let other = folder.path().join("other");
    let mut trainer = Trainer::new(Adam::new(1e-3), loss)
        .epochs(2)
        .checkpoints(Checkpoints::new(other).best("penalty"));
    assert_eq!(
        trainer
            .fit(&mut network(8), &train)
            .unwrap_err()
            .to_string(),
        "Checkpoints::best: no number of `penalty` is better than another; to monitor it, who records it must say at the start `smaller_is_better` or `larger_is_better`"
    );
}

#[test]
fn a_folder_that_cannot_be_made() {
    let (train, _) = moons();
    let folder = Folder::new();
    let file = folder.path().join("file");
    fs::write(&file, b"in the way").unwrap();
    let loss = tapegrad_nn::loss::BinaryCrossEntropy::new();
    let mut trainer = Trainer::new(Adam::new(1e-3), loss)
        .epochs(1)
        .checkpoints(Checkpoints::new(file.join("checkpoints")));
    let error = trainer.fit(&mut network(8), &train).unwrap_err();
    assert!(matches!(error, FitError::Folder { .. }), "{error}");
}
