use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tapegrad_tune::search::{Grid, Random};
use tapegrad_tune::{Outcome, Space, Study, StudyProblem};

use super::{Folder, Near, lines, objective, study};

fn line() -> Space {
    Space::new().linear("x", 0.0..=10.0)
}

#[test]
fn what_an_objective_gives() {
    let trials = Study::new(line(), Grid::new(11)).run(|trial| {
        let told = |score| trial.report(7, score);
        match trial.number() {
            0 => Ok(2.0),
            1 => Err("no"),
            2 => Ok(f64::NAN),
            3 => Ok(f64::NEG_INFINITY),
            // After a score that is none it is over, whatever comes then.
            4 => Ok(if told(f64::NAN) { 1.0 } else { -1.0 }),
            5 => Ok(if told(f64::INFINITY) || trial.report(8, 1.0) {
                1.0
            } else {
                -1.0
            }),
            6 => Ok(-1e300),
            _ => Ok(if told(3.0) { -1e300 } else { 0.0 }),
        }
    });
    let trials = trials.unwrap();
    let failed = |reason: &str| Outcome::Failed(reason.to_owned());
    let expected = [
        Outcome::Complete(2.0),
        failed("no"),
        failed("the score is NaN; it must be finite"),
        failed("the score is -inf; it must be finite"),
        failed("the score at step 7 is NaN; it must be finite"),
        failed("the score at step 7 is inf; it must be finite"),
        Outcome::Complete(-1e300),
    ];
    let outcomes = trials.all().iter().map(|trial| trial.outcome.clone());
    assert!(outcomes.take(7).eq(expected));
    assert_eq!(trials.all()[8].reports, [(7, 3.0)]);
    assert_eq!(trials.failed().count(), 5);
    // Of equal ones the first.
    assert_eq!(trials.best().unwrap().number, 6);
}

#[test]
fn all_fail() {
    let study = Study::new(line(), Random).trials(3);
    let error = study
        .run(|trial| Err::<f64, _>(format!("of {}", trial.number())))
        .unwrap_err();
    assert!(
        matches!(&error.problem, StudyProblem::AllFailed { count: 3, reason } if reason == "of 0")
    );
    assert_eq!(error.trials.all().len(), 3);
    assert_eq!(error.trials.to_csv().lines().count(), 4);
    assert_eq!(error.trials.best(), None);
    let space = Space::new().log("x", 0.0..=1.0);
    let error = Study::new(space, Random)
        .trials(3)
        .run(|_| -> f64 { unreachable!() })
        .unwrap_err();
    assert!(matches!(error.problem, StudyProblem::Space(_)) && error.trials.all().is_empty());
}

#[test]
fn a_table() {
    let space = line()
        .choice("a,b", ["x\"y", "z"])
        .when("a,b", "z", |more| more.log("λ", 1e-6..=1.0));
    let trials = Study::new(space, Grid::new(2)).run(|trial| match trial.number() {
        1 => Err("one, two"),
        n => Ok(n as f64 / 4.0),
    });
    let trials = trials.unwrap();
    assert_eq!(
        trials.to_csv(),
        "trial,budget,continues,x,\"a,b\",λ,step,outcome,score,reason\n\
         0,1,,0,\"x\"\"y\",,,complete,0,\n\
         1,1,,0,z,0.000001,,failed,,\"one, two\"\n\
         2,1,,0,z,1,,complete,0.5,\n\
         3,1,,10,\"x\"\"y\",,,complete,0.75,\n\
         4,1,,10,z,0.000001,,complete,1,\n\
         5,1,,10,z,1,,complete,1.25,\n"
    );
    assert_eq!(
        trials.to_string(),
        "trial        x  a,b        λ   score  outcome\n    \
             0   0.0000  x\"y        –  0.0000  complete\n    \
             1   0.0000  z    1.00e-6          failed: one, two\n    \
             2   0.0000  z     1.0000  0.5000  complete\n    \
             3  10.0000  x\"y        –  0.7500  complete\n    \
             4  10.0000  z    1.00e-6  1.0000  complete\n    \
             5  10.0000  z     1.0000  1.2500  complete\n\
         best: trial 0: 0.0000 (x 0.0000, a,b x\"y)"
    );
}

/// Each trial is told once, when it is over.
#[test]
fn told() {
    let mut told = Vec::new();
    let study = study(12, Near)
        .threads(3)
        .each(|trial| told.push(trial.clone()));
    let trials = study.run(objective).unwrap();
    told.sort_by_key(|trial| trial.number);
    assert_eq!(told, trials.all());
}

/// After a panic no other trial of the round begins.
#[test]
fn a_panic_ends_the_round() {
    let (panicked, after) = (AtomicBool::new(false), AtomicUsize::new(0));
    let study = Study::new(line(), Random)
        .trials(64)
        .together(64)
        .threads(2);
    let run = catch_unwind(AssertUnwindSafe(|| {
        study.run(|trial| {
            if trial.number() == 2 {
                panicked.store(true, Ordering::SeqCst);
                std::panic::resume_unwind(Box::new("as it was thrown"));
            }
            if panicked.load(Ordering::SeqCst) {
                after.fetch_add(1, Ordering::SeqCst);
            }
            std::thread::sleep(Duration::from_millis(20));
            0.0
        })
    }));
    assert!(run.is_err());
    // Of 61; one may have begun in between.
    let after = after.into_inner();
    assert!(after < 10, "{after} trials began after the panic");
}

/// A panic goes on, after what ran beside it is in the journal.
#[test]
fn a_panic() {
    for threads in [1, 2] {
        let folder = Folder::new();
        let study = || study(16, Near).journal(folder.journal()).threads(threads);
        let run = catch_unwind(AssertUnwindSafe(|| {
            study().run(|trial| {
                if trial.number() == 6 {
                    std::panic::resume_unwind(Box::new("as it was thrown"));
                }
                objective(trial)
            })
        }));
        let thrown = run.unwrap_err();
        assert_eq!(*thrown.downcast::<&str>().unwrap(), "as it was thrown");
        let over = lines(&folder.journal()).len() - 1;
        assert!((6..=8).contains(&over), "{over}");
        let trials = study().run(objective).unwrap();
        assert_eq!(trials.resumed().unwrap().trials, over);
        assert_eq!(
            trials.to_csv(),
            super::study(16, Near).run(objective).unwrap().to_csv()
        );
    }
}
