//! What runs of known shapes are told.

use tapegrad_train::{Finding, History};

/// A history of 60 epochs by what is measured at each.
fn run<const N: usize>(numbers: impl Fn(f64) -> [(&'static str, f64); N]) -> History {
    let mut history = History::new();
    for epoch in 1..=60 {
        history.record(epoch, 10 * epoch, numbers(epoch as f64));
    }
    history
}

/// As batches make it: the same for each epoch, in `[−1, 1]`.
fn noise(t: f64) -> f64 {
    (t * 12.9898).sin() * (t * 4.1414).cos()
}

/// A loss that comes to rest.
fn fall(t: f64) -> f64 {
    0.1 + 0.9 * (-t / 8.0).exp()
}

fn name(finding: &Finding) -> String {
    let text = format!("{finding:?}");
    text.split([' ', '{']).next().unwrap().to_owned()
}

/// Runs, what they are told, and a piece of the first sentence.
fn runs() -> Vec<(&'static str, History, Vec<&'static str>, &'static str)> {
    vec![
        (
            "healthy",
            run(|t| [("loss", fall(t)), ("validation_loss", fall(t) + 0.05)]),
            vec![],
            "",
        ),
        (
            "healthy with noise",
            run(|t| {
                [
                    ("loss", fall(t) * (1.0 + 0.1 * noise(t))),
                    ("validation_loss", fall(t) + 0.05 + 0.02 * noise(t + 0.5)),
                ]
            }),
            vec![],
            "",
        ),
        (
            "healthy with a penalty",
            run(|t| {
                [
                    ("loss", fall(t) - 0.08),
                    ("penalty", 0.03 * (1.0 - (-t / 5.0).exp())),
                ]
            }),
            vec![],
            "",
        ),
        (
            "healthy down to nothing",
            run(|t| [("loss", (-t / 3.0).exp() * (1.5 + noise(t)))]),
            vec![],
            "",
        ),
        (
            "healthy and below 0",
            run(|t| [("loss", fall(t) - 2.0), ("validation_loss", fall(t) - 1.9)]),
            vec![],
            "",
        ),
        (
            "healthy, with a penalty, from above 0 to below",
            run(|t| [("loss", 3.0 * fall(t) - 2.0), ("penalty", 0.03)]),
            vec![],
            "",
        ),
        (
            "healthy, with a penalty that is large beside a loss around 0",
            run(|t| [("loss", 0.5 * fall(t) - 0.3), ("penalty", 0.4)]),
            vec![],
            "",
        ),
        (
            "healthy, with noise around 0",
            run(|t| {
                [
                    ("loss", 2.0 * fall(t) - 0.2 + 0.1 * noise(t)),
                    (
                        "validation_loss",
                        2.0 * fall(t) - 0.2 + 0.1 * noise(t + 0.5),
                    ),
                ]
            }),
            vec![],
            "",
        ),
        (
            "healthy and below 0, with a fall that is small beside the level",
            run(|t| [("loss", fall(t) - 40.0 + 0.02 * noise(t))]),
            vec![],
            "",
        ),
        (
            "a validation loss that rises less than it fell by a tenth",
            run(|t| [("loss", fall(t)), ("validation_loss", fall(t) + 0.001 * t)]),
            vec![],
            "",
        ),
        (
            "overfitting",
            run(|t| {
                [
                    ("loss", 0.9 * (-t / 8.0).exp()),
                    ("validation_loss", fall(t) + 0.01 * t),
                ]
            }),
            vec!["Overfitting"],
            "Overfitting: the validation loss rose from 0.3",
        ),
        (
            "overfitting with noise",
            run(|t| {
                [
                    ("loss", 0.9 * (-t / 8.0).exp() * (1.0 + 0.1 * noise(t))),
                    (
                        "validation_loss",
                        fall(t) + 0.01 * t + 0.02 * noise(t + 0.5),
                    ),
                ]
            }),
            vec!["Overfitting"],
            "while the training loss fell",
        ),
        (
            "overfitting from the first epoch",
            run(|t| [("loss", fall(t)), ("validation_loss", 1.0 + 0.01 * t)]),
            vec!["Overfitting"],
            "around epoch 1 to",
        ),
        (
            "overfitting below 0, by less than a part of the level",
            run(|t| {
                [
                    ("loss", 0.9 * (-t / 8.0).exp() - 40.0),
                    (
                        "validation_loss",
                        fall(t) + 0.01 * t - 40.0 + 0.02 * noise(t + 0.5),
                    ),
                ]
            }),
            vec!["Overfitting"],
            "around epoch 1",
        ),
        (
            "overfitting from below 0 to above",
            run(|t| {
                [
                    ("loss", 3.0 * fall(t) - 3.0),
                    ("validation_loss", 3.0 * fall(t) - 1.5 + 0.04 * t),
                ]
            }),
            vec!["Overfitting"],
            "to 1.1",
        ),
        (
            "the loss after the epoch counts",
            run(|t| [("loss", 1.0 + 0.01 * t), ("training_loss", fall(t))]),
            vec![],
            "",
        ),
        (
            "flat",
            run(|t| [("loss", 0.7 + 0.01 * noise(t))]),
            vec!["HardlyFell"],
            "Underfitting: the training loss is 0.",
        ),
        (
            "constant",
            run(|_| [("loss", 0.693)]),
            vec!["HardlyFell"],
            "was 0.6930 at first",
        ),
        (
            "too short",
            run(|t| [("loss", 0.9 * (-t / 40.0).exp() * (1.0 + 0.02 * noise(t)))]),
            vec!["StillFalling"],
            "Train longer.",
        ),
        (
            "too short, and too long for the validation rows",
            run(|t| {
                [
                    ("loss", 0.9 * (-t / 40.0).exp() * (1.0 + 0.02 * noise(t))),
                    ("validation_loss", fall(t) + 0.01 * t),
                ]
            }),
            vec!["Overfitting"],
            "Stop there",
        ),
        (
            "too low a rate",
            run(|t| [("loss", 1.0 - 0.003 * t)]),
            vec!["LearningRateTooLow"],
            "from 0.9970 to 0.82",
        ),
        (
            "too high a rate",
            run(|t| {
                [(
                    "loss",
                    1.0 - 0.02 * t.min(20.0) + 0.03 * (t - 20.0).max(0.0),
                )]
            }),
            vec!["LearningRateTooHigh"],
            "rose from 0.6",
        ),
        (
            "too high a rate from the first epoch",
            run(|t| [("loss", 1.0 + 0.1 * t)]),
            vec!["LearningRateTooHigh"],
            "around epoch 1 to",
        ),
        (
            "jumps",
            run(|t| {
                [(
                    "loss",
                    0.4 + 0.3 * (t * std::f64::consts::PI).cos() + 0.6 * (-t / 5.0).exp(),
                )]
            }),
            vec!["Oscillation"],
            "it changes by 0.6",
        ),
        (
            "a penalty above all",
            run(|t| {
                [
                    ("loss", 0.69 - 0.1 * (1.0 - (-t / 5.0).exp())),
                    ("penalty", 0.8),
                ]
            }),
            vec!["PenaltyDominates"],
            "it costs 0.8000 where the data loss is 0.59",
        ),
        (
            "a penalty that is paid for by the data loss",
            run(|t| {
                [
                    ("loss", fall(t) + 0.004 * t),
                    ("penalty", 2.0 * (-t / 30.0).exp()),
                ]
            }),
            vec!["PenaltyPulls"],
            "while the data loss rose from",
        ),
        (
            "not a number",
            run(|t| {
                [
                    ("loss", if t < 30.0 { fall(t) } else { f64::NAN }),
                    (
                        "validation_loss",
                        if t < 31.0 { fall(t) } else { f64::INFINITY },
                    ),
                ]
            }),
            vec!["NotFinite"],
            "The column `loss` is NaN at epoch 30.",
        ),
        (
            "not a number after a rise",
            run(|t| [("loss", if t < 30.0 { t } else { f64::INFINITY })]),
            vec!["NotFinite", "LearningRateTooHigh"],
            "is inf at epoch 30",
        ),
        (
            "of other columns",
            run(|t| [("validation_accuracy", 1.0 / t)]),
            vec![],
            "",
        ),
        ("of nothing", History::new(), vec![], ""),
    ]
}

#[test]
fn runs_are_told_what_they_show() {
    for (run, history, expected, piece) in runs() {
        let findings = history.diagnose();
        let names: Vec<String> = findings.iter().map(name).collect();
        assert_eq!(names, expected, "{run}: {findings:?}");
        let text: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(text.join(" ").contains(piece), "{run}: {text:?}");
    }
}

/// Of losses below 0 the level says nothing: less is told, and wherever they are, it is the same.
#[test]
fn losses_below_zero_are_told_the_same_at_any_level() {
    for (run, history, expected, _) in runs() {
        let expected: Vec<&str> = match &expected[..] {
            ["LearningRateTooLow"] => vec!["StillFalling"],
            ["PenaltyDominates"] => vec![],
            // They are as large as the noise.
            ["Oscillation"] => vec!["HardlyFell"],
            _ => expected,
        };
        for shift in [-3.0, -70.0, -1000.0] {
            let mut shifted = History::new();
            for (row, epoch) in history.epochs().iter().enumerate() {
                let numbers = history.names().map(|name| {
                    let shift = if name.ends_with("loss") { shift } else { 0.0 };
                    (name, history.column(name).unwrap()[row].unwrap() + shift)
                });
                shifted.record(*epoch, 0, numbers);
            }
            let lowest = shifted.points("loss").map(|(_, loss)| loss);
            let lowest = lowest.fold(0.0, f64::min);
            assert!(lowest < 0.0 || shifted.column("loss").is_none());
            let names: Vec<String> = shifted.diagnose().iter().map(name).collect();
            assert_eq!(names, expected, "{run} by {shift}");
        }
    }
}

/// Chance alone is no rise, wherever the loss is.
#[test]
fn noise_below_zero_is_no_trend() {
    for seed in 0..200 {
        let at = |t: f64| noise(t + 61.0 * f64::from(seed));
        let flat = run(|t| [("loss", at(t) - 2.0), ("validation_loss", at(t + 0.5))]);
        for finding in flat.diagnose() {
            assert!(
                matches!(
                    finding,
                    Finding::HardlyFell { .. } | Finding::StillFalling { .. }
                ),
                "{seed}: {finding}"
            );
        }
        let healthy = run(|t| {
            let loss = 9.0 * fall(t) - 9.0;
            [
                ("loss", loss + 0.3 * at(t)),
                ("validation_loss", loss + 0.3 * at(t + 0.5)),
            ]
        });
        assert_eq!(healthy.diagnose(), [], "{seed}");
    }
}

#[test]
fn every_finding_is_among_the_runs() {
    let told: Vec<String> = runs()
        .iter()
        .flat_map(|(_, history, ..)| history.diagnose())
        .map(|finding| name(&finding))
        .collect();
    let source = include_str!("../src/diagnosis.rs");
    let variants = source
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix(" {"));
    let variants: Vec<&str> = variants
        .filter(|name| name.chars().all(char::is_alphanumeric))
        .collect();
    assert_eq!(variants.len(), 9, "{variants:?}");
    for variant in variants {
        assert!(
            told.iter().any(|name| name == variant),
            "no run is told {variant}"
        );
    }
}

#[test]
fn few_rows_say_nothing_but_what_is_not_a_number() {
    let mut history = History::new();
    for epoch in 1..=7 {
        history.record(epoch, epoch, [("loss", 1.0)]);
    }
    assert_eq!(history.diagnose(), []);
    history.record(8, 8, [("loss", 1.0)]);
    assert_eq!(
        history.diagnose(),
        [Finding::HardlyFell {
            first: 1.0,
            last: 1.0
        }]
    );
    history.record(9, 9, [("penalty", f64::NEG_INFINITY)]);
    assert_eq!(history.diagnose().len(), 2);
}

/// Rules are about shapes: the unit of the loss says nothing.
#[test]
fn losses_of_other_units_are_told_the_same() {
    for (run, history, expected, _) in runs() {
        for scale in [1e-6, 1e6] {
            let mut scaled = History::new();
            for (row, epoch) in history.epochs().iter().enumerate() {
                let numbers = history
                    .names()
                    .map(|name| (name, history.column(name).unwrap()[row].unwrap() * scale));
                scaled.record(*epoch, 0, numbers);
            }
            let names: Vec<String> = scaled.diagnose().iter().map(name).collect();
            assert_eq!(names, expected, "{run} by {scale}");
        }
    }
}
