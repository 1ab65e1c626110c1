//! Early stopping beside its definition, on random numbers.

use rand::RngExt;
use tapegrad_nn::random;
use tapegrad_train::callback::{self, EarlyStopping, Run, WeightLog};
use tapegrad_train::{End, FitError, History};

use super::{EPOCHS, Script, Training, bits, folder, network};

/// What is asked of early stopping.
#[derive(Debug)]
struct Case {
    numbers: Vec<Option<f64>>,
    is_better_larger: bool,
    patience: usize,
    delta: f64,
    first: usize,
}

impl Case {
    fn random(seed: usize) -> Self {
        let mut stream = random::stream(random::derive(7, seed));
        let mut below = |count: u32| stream.random_range(0..count);
        let numbers = (0..super::EPOCHS).map(|_| match below(10) {
            0 => None,
            1 => Some(f64::NAN),
            2 => Some(f64::INFINITY),
            _ => Some(f64::from(below(8)) / 4.0),
        });
        Self {
            numbers: numbers.collect(),
            is_better_larger: below(2) == 0,
            patience: 1 + below(4) as usize,
            delta: f64::from(below(3)) / 4.0,
            first: 1 + below(4) as usize,
        }
    }

    /// The numbers that count, by their epochs.
    fn counted(&self) -> Vec<(usize, f64)> {
        let numbers = (1..).zip(&self.numbers);
        let measured = numbers.filter_map(|(epoch, number)| Some((epoch, (*number)?)));
        measured.filter(|(epoch, _)| *epoch >= self.first).collect()
    }

    /// The best epoch after some that count: from the first number on, always to the first later one that is better.
    fn best(&self, counted: &[(usize, f64)]) -> Option<(usize, f64)> {
        let sign = if self.is_better_larger { -1.0 } else { 1.0 };
        let mut best = *counted.iter().find(|(_, number)| !number.is_nan())?;
        let is_better = |(epoch, number): &(usize, f64), (then, least): (usize, f64)| {
            *epoch > then && sign * number < sign * least - self.delta
        };
        while let Some(next) = counted.iter().find(|next| is_better(next, best)) {
            best = *next;
        }
        Some(best)
    }

    /// The epoch at which it stops: the first with `patience` epochs that count since the best one.
    fn stop(&self) -> Option<usize> {
        let counted = self.counted();
        let stops = |end: &usize| {
            let best = self.best(&counted[..*end]).map_or(0, |(epoch, _)| epoch);
            let since = counted[..*end].iter().filter(|(epoch, _)| *epoch > best);
            since.count() == self.patience
        };
        let end = (1..=counted.len()).find(stops)?;
        Some(counted[end - 1].0)
    }
}

#[test]
fn it_stops_and_restores_as_defined() {
    let (mut stopped, mut restored) = (0, 0);
    for seed in 0..300 {
        let case = Case::random(seed);
        for keeps_last in [false, true] {
            let mut stopping = EarlyStopping::new(case.patience)
                .monitor("score")
                .min_delta(case.delta)
                .start_from(case.first);
            if keeps_last {
                stopping = stopping.keep_last();
            }
            let mut script = Script::new("score", case.numbers.clone());
            script.is_better_larger = case.is_better_larger;
            let (mut weights, mut model) = (Vec::new(), network());
            let mut training = Training::new(&folder("early stopping"));
            training.every = 100;
            let fit = training
                .callback(&mut stopping)
                .callback(script)
                .callback(callback::after_epoch(|run| weights.push(bits(run.model()))))
                .run(&mut model, false)
                .unwrap();

            let stop = case.stop();
            let is_stopped = matches!(&fit.end, End::Stopped { by, .. } if by == "EarlyStopping");
            assert_eq!(is_stopped, stop.is_some(), "{case:?}");
            let last = stop.unwrap_or(super::EPOCHS);
            assert_eq!(fit.history.len(), last, "{case:?}");
            let counted = case.counted();
            let until = counted.iter().filter(|(epoch, _)| *epoch <= last).count();
            let best = case.best(&counted[..until]);
            assert_eq!(stopping.best(), best, "{case:?}");
            let kept = match best {
                Some((epoch, _)) if !keeps_last => epoch,
                _ => last,
            };
            assert_eq!(bits(&model), weights[kept - 1], "{case:?}");
            stopped += usize::from(is_stopped);
            restored += usize::from(kept != last);
        }
    }
    assert!(stopped > 100 && restored > 100, "{stopped} {restored}");
}

#[test]
fn the_column_is_that_of_the_validation_if_there_is_one() {
    let mut stopping = EarlyStopping::new(100);
    let fit = Training::new(&folder("default column"))
        .callback(&mut stopping)
        .run(&mut network(), false)
        .unwrap();
    assert_eq!(stopping.best(), fit.history.best("validation_loss"));
    let (train, _) = super::moons();
    let fit = tapegrad_train::Trainer::new(
        tapegrad_optim::Sgd::new(0.1),
        tapegrad_nn::loss::BinaryCrossEntropy::new(),
    )
    .epochs(3)
    .callback(&mut stopping)
    .fit(&mut network(), &train)
    .unwrap();
    assert_eq!(stopping.best(), fit.history.best("loss"));
}

#[test]
fn a_second_run_begins_anew() {
    let mut stopping = EarlyStopping::new(2).monitor("score");
    for _ in 0..2 {
        let fit = Training::new(&folder("anew"))
            .callback(Script::new("score", [1.0, 2.0, 3.0].map(Some)))
            .callback(&mut stopping)
            .run(&mut network(), false)
            .unwrap();
        assert_eq!(fit.history.len(), 3);
    }
}

#[test]
fn a_column_that_does_not_exist_is_told() {
    let mut model = network();
    let error = Training::new(&folder("no column"))
        .callback(EarlyStopping::new(2).monitor("val_loss"))
        .run(&mut model, false)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the callback EarlyStopping: there is no column `val_loss` to monitor; the columns are [\"loss\", \"penalty\", \
         \"learning_rate\", \"validation_loss\", \"validation_accuracy\"]"
    );
    assert!(matches!(error, FitError::Callback { .. }));
}

type Measure = callback::Closure<fn(&mut Run<'_, f64>)>;

/// Which numbers of a column are better is said, or nobody stops by them.
#[test]
fn a_column_that_is_not_judged_is_told() {
    let measure = || -> Measure {
        callback::measure(|run| {
            let epoch = run.epoch() as f64;
            run.record("mine", epoch);
            run.record("my_loss", 10.0 - epoch);
        })
    };
    let stop = |measure: Measure, monitor: &str| {
        let mut stopping = EarlyStopping::new(2).monitor(monitor);
        let fit = Training::new(&folder("not judged"))
            .callback(measure)
            .callback(WeightLog::new())
            .callback(&mut stopping)
            .run(&mut network(), false)?;
        assert_eq!(stopping.best(), fit.history.best(monitor));
        assert_eq!(History::load(&fit.history.save()).unwrap(), fit.history);
        Ok((fit.history.len(), stopping.best()))
    };
    let last = (EPOCHS, Some((EPOCHS, EPOCHS as f64)));
    let of = |measure, column| stop(measure, column).map_err(|error: FitError| error.to_string());
    assert_eq!(of(measure().larger_is_better("mine"), "mine"), Ok(last));
    assert_eq!(
        of(measure().smaller_is_better("mine"), "mine"),
        Ok((3, Some((1, 1.0))))
    );
    assert_eq!(of(measure(), "my_loss"), Ok((EPOCHS, Some((EPOCHS, 1.0)))));
    for (measure, column) in [
        (measure(), "mine"),
        (measure().not_judged("my_loss"), "my_loss"),
        (measure(), "learning_rate"),
        (measure(), "penalty"),
        (measure(), "norm layers.0.weight"),
        (measure(), "sparsity layers.1.weight"),
    ] {
        let told = format!(
            "the callback EarlyStopping: no number of `{column}` is better than another; to monitor it, who records it \
             must say at the start `smaller_is_better` or `larger_is_better`"
        );
        assert_eq!(of(measure, column), Err(told));
    }
}
