//! Every metric from one table: against scikit-learn in 200 cases with ties, absent classes, weights
//! (zeros among them) and single rows, in both element types, and what holds for all.

mod case;
mod row;
mod undefined;

use std::collections::BTreeSet;

use ndarray::{Array1, Array2, Axis, ShapeBuilder, array};
use tapegrad_autodiff::ArcArrayD;
use tapegrad_train::metric::{self, Accuracy, ConfusionMatrix, MeanSquaredError, Metric};

use crate::case::{Case, cases, fixture, numbers};
use crate::row::{Of, matrix, several, table};

/// Equal to a part of 1e-12 of the larger of 1 and what is expected; sums of 30 rows in another order
/// differ by less. NaN equals NaN.
fn assert_close(what: &str, ours: &[f64], theirs: &[f64]) {
    assert_eq!(
        ours.len(),
        theirs.len(),
        "{what}: {ours:?} and not {theirs:?}"
    );
    for (x, y) in ours.iter().zip(theirs) {
        let near = (x - y).abs() <= 1e-12 * y.abs().max(1.0) || (x.is_nan() && y.is_nan());
        assert!(near, "{what}: {x} and not {y}");
    }
}

/// Each row has values there, of at least 90 cases, and all values there have a row.
#[test]
fn as_scikit_learn() {
    let (cases, fixture) = (cases(), fixture());
    let mut compared = BTreeSet::from(["report, text".to_owned()]);
    let mut compare = |key: &str, of: &dyn Fn(&Case) -> Vec<f64>| {
        let theirs = fixture
            .get(key)
            .unwrap_or_else(|| panic!("`{key}` has no values"));
        let theirs = theirs.as_array().unwrap();
        assert_eq!(theirs.len(), cases.len(), "{key}");
        let mut count = 0;
        for (seed, (case, theirs)) in cases.iter().zip(theirs).enumerate() {
            if let Some(theirs) = numbers(theirs) {
                assert_close(&format!("{key}, case {seed}"), &of(case), &theirs);
                count += 1;
            }
        }
        assert!(count >= 90, "{key}: {count} cases");
        compared.insert(key.to_owned());
    };
    for row in table() {
        compare(&row.key, &|case| {
            let (outputs, targets) = row.of.outputs_and_targets(case);
            vec![row.double.evaluate(&outputs, &targets, case.weights())]
        });
    }
    for row in several() {
        compare(row.key, &row.of);
    }
    let there: BTreeSet<String> = fixture.keys().cloned().collect();
    assert_eq!(compared, there);
}

#[test]
fn reports_read_as_those_of_scikit_learn() {
    let mut count = 0;
    for (case, text) in cases()
        .iter()
        .zip(fixture()["report, text"].as_array().unwrap())
    {
        if let Some(text) = text.as_str() {
            assert_eq!(matrix(case).report().to_string(), text);
            count += 1;
        }
    }
    assert!(count > 10, "{count} texts");
}

/// Every file that holds a metric, or what prints or draws one, has a row.
#[test]
fn no_metric_is_missing() {
    let folder = format!("{}/src/metric", env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_public = |text: String| text.contains("\npub struct ");
        if path.is_file() && is_public(std::fs::read_to_string(&path).unwrap()) {
            files.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    let rows = table().into_iter().map(|row| row.file);
    let rows = rows.chain(several().map(|row| row.file)).map(str::to_owned);
    assert_eq!(files, rows.collect());
}

/// Numbers of `f32` are taken as they are, and all is computed in `f64`.
#[test]
fn single_precision() {
    let single = |x: &ArcArrayD<f64>| x.mapv(|x| x as f32).into_shared();
    for row in table() {
        for case in cases() {
            let (outputs, targets) = row.of.outputs_and_targets(&case);
            let (outputs, targets) = (single(&outputs), single(&targets));
            let wide = |x: &ArcArrayD<f32>| x.mapv(f64::from).into_shared();
            // What probabilities are kept away from 0 and 1 by depends on the type.
            if row.key == "log loss, probabilities"
                && outputs.iter().any(|p| *p == 0.0 || *p == 1.0)
            {
                continue;
            }
            let ours = row.single.evaluate(&outputs, &targets, case.weights());
            let same = row
                .double
                .evaluate(&wide(&outputs), &wide(&targets), case.weights());
            assert_eq!(
                ours.to_bits(),
                same.to_bits(),
                "{}: {ours} and {same}",
                row.key
            );
        }
    }
}

/// Weights of 1 change no bit; twice the weights, and rows of weight 0 left out, change nothing.
#[test]
fn weights() {
    for row in table() {
        for case in cases() {
            let (outputs, targets) = row.of.outputs_and_targets(&case);
            let of = |weights: &[f64]| row.double.evaluate(&outputs, &targets, Some(weights));
            let plain = row.double.evaluate(&outputs, &targets, None);
            assert_eq!(
                of(&vec![1.0; case.rows()]).to_bits(),
                plain.to_bits(),
                "{}",
                row.key
            );
            let Some(weights) = case.weights() else {
                continue;
            };
            let weighted = of(weights);
            let twice: Vec<f64> = weights.iter().map(|weight| 2.0 * weight).collect();
            assert_close(&row.key, &[of(&twice)], &[weighted]);

            let kept: Vec<usize> = (0..case.rows()).filter(|row| weights[*row] > 0.0).collect();
            // A class that occurs with weight 0 counts for a macro average, a second row for R²,
            // and all rows where bins end.
            let counts_rows = ["macro", "quantile", "r squared"]
                .iter()
                .any(|word| row.key.contains(word));
            if !counts_rows {
                let select = |x: &ArcArrayD<f64>| x.select(Axis(0), &kept).into_shared();
                let weights: Vec<f64> = kept.iter().map(|row| weights[*row]).collect();
                let fewer =
                    row.double
                        .evaluate(&select(&outputs), &select(&targets), Some(&weights));
                assert_close(&row.key, &[fewer], &[weighted]);
            }
        }
    }
}

/// Outputs that are right are at least as good as any others, in the direction that a metric names.
#[test]
fn nothing_is_better_than_to_be_right() {
    for row in table().iter().filter(|row| row.of != Of::Holes) {
        let mut strictly = 0;
        for case in cases() {
            let (outputs, targets) = row.of.outputs_and_targets(&case);
            let mut right = outputs.clone();
            for (place, right) in right.indexed_iter_mut() {
                let target = targets[[place[0], place[1].min(targets.shape()[1] - 1)]];
                let is_class = match row.of {
                    Of::Logits | Of::Probabilities => target == 1.0,
                    _ => target == place[1] as f64,
                };
                *right = match (row.of, is_class) {
                    (Of::Numbers, _) => target,
                    (Of::Logits | Of::SeveralLogits, true) => 50.0,
                    (Of::Logits | Of::SeveralLogits, false) => -50.0,
                    (_, true) => 1.0,
                    (_, false) => 0.0,
                };
            }
            let best = row.double.evaluate(&right, &targets, case.weights());
            let other = row.double.evaluate(&outputs, &targets, case.weights());
            let gain = match row.double.is_better_larger() {
                true => best - other,
                false => other - best,
            };
            assert!(
                gain >= -1e-12 || gain.is_nan(),
                "{}: {best} and {other}",
                row.key
            );
            strictly += usize::from(gain > 0.01);
        }
        assert!(strictly > 30, "{}: {strictly} cases tell", row.key);
    }
}

/// A name tells a metric and its settings.
#[test]
fn names() {
    let mut files: Vec<(String, &str)> = Vec::new();
    for row in table() {
        let name = row.double.name();
        assert_eq!(name, row.single.name());
        assert!(
            !name.contains([' ', ',']) && name == name.to_lowercase(),
            "{name}"
        );
        let same = files.iter().find(|(other, _)| *other == name);
        assert!(
            same.is_none_or(|(_, file)| *file == row.file),
            "{name} names two"
        );
        files.push((name, row.file));
    }
    let names: BTreeSet<String> = files.into_iter().map(|(name, _)| name).collect();
    let expected = [
        "accuracy",
        "average_precision",
        "balanced_accuracy",
        "brier_score",
        "expected_calibration_error",
        "explained_variance",
        "f1_class_1",
        "f1_macro",
        "f1_micro",
        "f1_weighted",
        "f_beta_0.5_class_1",
        "f_beta_0.5_macro",
        "f_beta_0.5_micro",
        "f_beta_0.5_weighted",
        "f_beta_2_class_1",
        "f_beta_2_macro",
        "f_beta_2_micro",
        "f_beta_2_weighted",
        "log_loss",
        "matthews_correlation",
        "max_error",
        "mean_absolute_error",
        "mean_squared_error",
        "median_absolute_error",
        "own",
        "precision_class_1",
        "precision_macro",
        "precision_micro",
        "precision_weighted",
        "r_squared",
        "recall_class_1",
        "recall_macro",
        "recall_micro",
        "recall_weighted",
        "roc_auc",
        "root_mean_squared_error",
        "top_1_accuracy",
        "top_2_accuracy",
    ];
    assert_eq!(names, expected.map(str::to_owned).into());
}

/// The two functions are the metric of the same name.
#[test]
fn short_forms() {
    for case in cases() {
        for (logits, classes) in [
            (&case.several_logits, case.classes.clone()),
            (
                &case.logits,
                case.positive.iter().map(|class| *class as usize).collect(),
            ),
        ] {
            let targets: Vec<f64> = classes.iter().map(|class| *class as f64).collect();
            let of = Accuracy::new().of(logits, targets, None);
            assert_eq!(metric::accuracy(logits, &classes), of);
            assert_eq!(
                ConfusionMatrix::of_logits(logits, case_targets(&classes), None).accuracy(),
                of
            );
        }
        let of = Accuracy::new().of(&case.logits, &case.positive, None);
        assert_eq!(metric::binary_accuracy(&case.logits, &case.positive), of);
    }
}

fn case_targets(classes: &[usize]) -> Array1<f64> {
    classes.iter().map(|class| *class as f64).collect()
}

/// Pointers to metrics are metrics.
#[test]
fn pointers() {
    let (p, y) = (array![1.0, 4.0], array![1.0, 2.0]);
    let boxed: Box<dyn Metric<f64>> = Box::new(MeanSquaredError);
    let reference: &dyn Metric<f64> = &MeanSquaredError;
    assert_eq!(boxed.of(&p, &y, None), 2.0);
    assert_eq!(Metric::of(&reference, &p, &y, None), 2.0);
    assert_eq!(
        (boxed.name(), boxed.is_better_larger()),
        ("mean_squared_error".to_owned(), false)
    );
}

/// Any layout and rank of numbers.
#[test]
fn layouts() {
    let (p, y) = (
        array![[1.0, 4.0], [2.0, 2.0], [0.0, 7.0]],
        array![[0.0, 4.0], [5.0, 1.0], [1.0, 3.0]],
    );
    let of = MeanSquaredError.of(&p, &y, Some(&[1.0, 2.0, 0.5]));
    let turned = |x: &Array2<f64>| {
        let mut turned = Array2::zeros(x.dim().f());
        turned.assign(x);
        turned.into_dyn().into_shared()
    };
    assert!(!turned(&p).is_standard_layout());
    assert_eq!(
        MeanSquaredError.evaluate(&turned(&p), &turned(&y), Some(&[1.0, 2.0, 0.5])),
        of
    );
    let deep = |x: &Array2<f64>| x.clone().insert_axis(Axis(1));
    assert_eq!(
        MeanSquaredError.of(deep(&p), deep(&y), Some(&[1.0, 2.0, 0.5])),
        of
    );
    assert_eq!(MeanSquaredError.of(3.0, 1.0, None), 4.0);
}

#[test]
fn tables() {
    let logits = array![[1.0, 0.0], [0.0, 1.0], [f64::NAN, 0.0]];
    let matrix =
        ConfusionMatrix::of_logits(logits, array![[0.0], [0.0], [1.0]], Some(&[1.0, 0.5, 0.25]));
    let matrix = matrix.names(["no", "yes", "maybe so"]);
    assert_eq!(
        matrix.to_string(),
        "actual \\ predicted     no    yes  maybe so   none\n\
         no                  1.000  0.500     0.000  0.000\n\
         yes                 0.000  0.000     0.000  0.250\n\
         maybe so            0.000  0.000     0.000  0.000\n"
    );
    assert_eq!(
        format!("{:.2}", matrix.shares_of_actual()),
        "actual \\ predicted    no   yes  maybe so  none\n\
         no                  0.67  0.33      0.00  0.00\n\
         yes                 0.00  0.00      0.00  1.00\n\
         maybe so            0.00  0.00      0.00  0.00\n"
    );
}
