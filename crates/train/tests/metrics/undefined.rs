//! What metrics are where data leave them undefined.

use ndarray::array;
use tapegrad_autodiff::ArcArrayD;
use tapegrad_train::metric::{
    Average, AveragePrecision, BalancedAccuracy, ExplainedVariance, FBeta, LogLoss,
    MatthewsCorrelation, Metric, Precision, RSquared, Recall, RocAuc, RocCurve,
};

use crate::case::cases;
use crate::row::{Of, table};

/// Of targets `[rows, 1]`; NaN equals NaN.
#[track_caller]
fn assert_is(metric: impl Metric<f64>, outputs: &[f64], targets: &[f64], expected: f64) {
    let column = |x: &[f64]| ndarray::Array2::from_shape_vec([x.len(), 1], x.to_vec()).unwrap();
    let of = metric.of(column(outputs), column(targets), None);
    assert!(
        of == expected || (of.is_nan() && expected.is_nan()),
        "{}: {of}",
        metric.name()
    );
}

#[test]
fn classes_that_do_not_occur() {
    let (none, all) = ([0.0, 0.0], [1.0, 1.0]);
    let (low, high) = ([-1.0, -2.0], [1.0, 2.0]);
    assert_is(RocAuc::new(), &high, &none, f64::NAN);
    assert_is(RocAuc::new(), &high, &all, f64::NAN);
    assert_is(AveragePrecision::new(), &high, &none, 0.0);
    assert_is(AveragePrecision::new(), &high, &all, 1.0);
    assert_is(Precision::new(Average::Class(1)), &low, &all, 0.0);
    assert_is(Recall::new(Average::Class(1)), &high, &none, 0.0);
    assert_is(FBeta::f1(Average::Class(1)), &low, &none, 0.0);
    assert_is(MatthewsCorrelation::new(), &high, &all, 0.0);
    assert_is(MatthewsCorrelation::new(), &high, &[1.0, 0.0], 0.0);
    assert_is(BalancedAccuracy::new(), &high, &all, 1.0);
}

#[test]
fn numbers_without_variation() {
    // The mean of three times 0.1 is not 0.1, but for care.
    let (constant, other) = ([0.1; 3], [0.1, 0.2, 0.1]);
    assert_is(RSquared, &other, &constant, 0.0);
    assert_is(RSquared, &constant, &constant, 1.0);
    assert_is(RSquared, &constant, &other, 1.0 - 1.5);
    assert_is(RSquared, &[1.0], &[1.0], f64::NAN);
    assert_is(ExplainedVariance, &other, &constant, 0.0);
    assert_is(ExplainedVariance, &[0.3; 3], &constant, 1.0);
    assert_is(RSquared, &[f64::NAN, 1.0, 1.0], &constant, f64::NAN);
}

/// `ln p` of a class that was as good as impossible, and of one that was impossible.
#[test]
fn certain_and_wrong() {
    assert_is(LogLoss::new(), &[1e4], &[0.0], 1e4);
    assert_is(
        LogLoss::new().of_probabilities(),
        &[1.0],
        &[0.0],
        -f64::EPSILON.ln(),
    );
    let of = LogLoss::new()
        .of_probabilities()
        .of(array![[1.0_f32]], array![[0.0_f32]], None);
    assert_eq!(of, -f64::from(f32::EPSILON).ln());
}

/// Where all weights are 0: 0 of what has 0 for a denominator of 0, otherwise NaN.
#[test]
fn no_weight() {
    for row in table() {
        let zero = ["precision", "recall", "f_beta", "matthews_correlation"].contains(&row.file);
        for case in cases() {
            let (outputs, targets) = row.of.outputs_and_targets(&case);
            let of = row
                .double
                .evaluate(&outputs, &targets, Some(&vec![0.0; case.rows()]));
            assert!(
                if zero { of == 0.0 } else { of.is_nan() },
                "{}: {of}",
                row.key
            );
        }
    }
}

/// A NaN in a row: never right for metrics of predicted classes, NaN for all others.
#[test]
fn nan_outputs() {
    let decides = [
        "accuracy",
        "balanced_accuracy",
        "top_k_accuracy",
        "precision",
        "recall",
        "f_beta",
        "matthews_correlation",
    ];
    for row in table().iter().filter(|row| row.of != Of::Holes) {
        for case in cases() {
            let (mut outputs, targets) = row.of.outputs_and_targets(&case);
            outputs.last_mut().map(|z| *z = f64::NAN).unwrap();
            let of = row.double.evaluate(&outputs, &targets, None);
            assert_eq!(
                of.is_nan(),
                !decides.contains(&row.file),
                "{}: {of}",
                row.key
            );
        }
    }
    let nan: ArcArrayD<f64> = array![[f64::NAN], [f64::NAN]].into_dyn().into_shared();
    let curve = RocCurve::new(&nan, array![[0.0], [1.0]], None);
    assert!(
        curve.true_positive_rates[1..]
            .iter()
            .all(|rate| rate.is_nan())
    );
}

/// Infinite outputs have an order.
#[test]
fn infinite_outputs() {
    let (below, above) = (f64::NEG_INFINITY, f64::INFINITY);
    assert_is(
        RocAuc::new(),
        &[below, 0.0, above, above],
        &[0.0, 1.0, 1.0, 0.0],
        2.5 / 4.0,
    );
    assert_is(
        Recall::new(Average::Class(1)),
        &[below, above],
        &[1.0, 1.0],
        0.5,
    );
}
