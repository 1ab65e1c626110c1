//! How runs end.

use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use ndarray::array;
use tapegrad_nn::{Mlp, loss};
use tapegrad_optim::{Guard, Sgd};
use tapegrad_train::callback::{self, ProgressBar, StopOnNan, TimeLimit};
use tapegrad_train::data::Dataset;
use tapegrad_train::{Checkpoints, End, Trainer};

use super::{Cut, EPOCHS, Script, Training, bits, folder, moons, network, run_on};

#[test]
fn a_step_for_each_process_is_as_one_run() {
    let uncut = folder("one process");
    let (model, fit, _) = run_on(|| Training::new(&uncut));
    let cut = folder("many processes");
    let limit = Duration::ZERO;
    let (other, resumed, interruptions) =
        run_on(|| Training::new(&cut).callback(TimeLimit::new(limit)));
    assert_eq!(interruptions, 3 * EPOCHS - 1); // after the last step nothing is left to interrupt
    assert_eq!(bits(&other), bits(&model));
    assert_eq!(resumed.history, fit.history);
    assert_eq!(resumed.end, End::Epochs);
}

#[test]
fn an_interruption_is_told() {
    let training = Training::new(&folder("limit")).callback(TimeLimit::new(Duration::ZERO));
    let fit = training.run(&mut network(), false).unwrap();
    assert_eq!(
        fit.end.to_string(),
        "interrupted by TimeLimit: the limit of 0ns is reached"
    );
}

#[test]
fn a_stop_outranks_an_interruption_of_the_same_epoch() {
    for cut in [Cut::AfterEpoch(2), Cut::AfterStep(6)] {
        let stop = callback::after_epoch(|run| {
            if run.epoch() == 2 {
                run.stop("it is enough");
            }
        });
        let training = Training::new(&folder("rank")).callback(cut).callback(stop);
        let fit = training.run(&mut network(), false).unwrap();
        assert_eq!(
            fit.end.to_string(),
            "stopped by after_epoch: it is enough",
            "{cut:?}"
        );
    }
}

#[test]
fn the_last_step_of_all_has_nothing_to_interrupt() {
    // Five steps: an epoch of three, and one that is cut short.
    let (train, validation) = moons();
    let run = |folder: &std::path::Path, cut| {
        let mut model = network();
        let fit = Trainer::new(Sgd::new(0.5), loss::BinaryCrossEntropy::new())
            .steps(5)
            .batch_size(10)
            .validate(&validation)
            .callback(cut)
            .checkpoints(Checkpoints::new(folder))
            .fit(&mut model, &train)
            .unwrap();
        (bits(&model), fit.history, fit.end)
    };
    let uncut = run(&folder("five steps"), Cut::Never);
    assert_eq!((uncut.1.steps(), &uncut.2), (&[3, 5][..], &End::Steps));
    assert_eq!(run(&folder("five steps cut"), Cut::AfterStep(5)), uncut);
}

#[test]
fn a_number_that_is_not_finite_stops() {
    for (number, told) in [
        (f64::NAN, "`score` of epoch 2 is NaN"),
        (f64::NEG_INFINITY, "`score` of epoch 2 is -inf"),
    ] {
        let fit = Training::new(&folder("nan"))
            .callback(StopOnNan::new())
            .callback(Script::new("score", [None, Some(number)]))
            .run(&mut network(), false)
            .unwrap();
        assert_eq!(fit.end.to_string(), format!("stopped by StopOnNan: {told}"));
        assert_eq!(fit.history.len(), 2);
    }
    let data = Dataset::new(array![[1.0], [1e200]], array![[0.0], [0.0]]);
    let fit = Trainer::new(Sgd::new(1e-3), loss::SquaredError)
        .batch_size(1)
        .epochs(2)
        .guard(Guard::skip(10))
        .callback(StopOnNan::new())
        .fit(&mut Mlp::<f64>::new(&[1, 1]).seed(1), &data)
        .unwrap();
    let end = fit.end.to_string();
    assert!(
        end.starts_with("stopped by StopOnNan: the loss of step ") && end.ends_with(" is inf"),
        "{end}"
    );
    assert!(fit.history.len() == 1 && fit.history.steps()[0] <= 2);
}

#[test]
fn without_a_terminal_there_is_no_bar() {
    const CHILD: &str = "TAPEGRAD_TEST_OF_THE_BAR";
    if let Some(file) = env::var_os(CHILD) {
        let training = Training::new(&folder("bar of a child")).callback(ProgressBar::new());
        training.run(&mut network(), false).unwrap();
        fs::write(file, "done").unwrap();
        return;
    }
    let file = folder("bar").join("done");
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "ends::without_a_terminal_there_is_no_bar",
            "--exact",
            "--nocapture",
        ])
        .env(CHILD, &file)
        .output()
        .unwrap();
    assert_eq!(fs::read_to_string(file).unwrap(), "done");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
