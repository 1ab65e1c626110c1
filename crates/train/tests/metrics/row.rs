//! The table: every metric, and what it is asked of.

use tapegrad_autodiff::ArcArrayD;
use tapegrad_train::metric::{
    Accuracy, Average, AveragePrecision, BalancedAccuracy, Bins, BrierScore, CalibrationCurve,
    ConfusionMatrix, Custom, ExpectedCalibrationError, ExplainedVariance, FBeta, LogLoss,
    MatthewsCorrelation, MaxError, MeanAbsoluteError, MeanSquaredError, MedianAbsoluteError,
    Metric, Precision, PrecisionRecallCurve, RSquared, Recall, RocAuc, RocCurve,
    RootMeanSquaredError, TopKAccuracy,
};

use crate::case::Case;

/// The outputs of a case that a metric is asked of, with their targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Of {
    Logits,
    Probabilities,
    SeveralLogits,
    SeveralProbabilities,
    Holes,
    Numbers,
}

impl Of {
    pub(crate) fn outputs_and_targets(self, case: &Case) -> (ArcArrayD<f64>, ArcArrayD<f64>) {
        match self {
            Of::Logits => (case.logits.clone(), case.positive.clone()),
            Of::Probabilities => (case.probabilities.clone(), case.positive.clone()),
            Of::SeveralLogits => (case.several_logits.clone(), case.class_targets()),
            Of::SeveralProbabilities => (case.several_probabilities.clone(), case.class_targets()),
            Of::Holes => (case.logits_with_holes(), case.class_targets()),
            Of::Numbers => (case.numbers.clone(), case.targets.clone()),
        }
    }
}

pub(crate) struct Row {
    /// The key in the fixture.
    pub(crate) key: String,
    /// The file of the metric.
    pub(crate) file: &'static str,
    pub(crate) of: Of,
    pub(crate) double: Box<dyn Metric<f64>>,
    pub(crate) single: Box<dyn Metric<f32>>,
}

/// `"key", file, of, metric;` for each.
macro_rules! rows {
    ($($key:expr, $file:ident, $of:ident, $metric:expr;)+) => {
        [$(Row {
            key: $key.to_string(),
            file: stringify!($file),
            of: Of::$of,
            double: Box::new($metric),
            single: Box::new($metric),
        }),+]
    };
}

pub(crate) fn table() -> Vec<Row> {
    let mut table = Vec::from(rows! {
        "roc auc, logits", roc_auc, Logits, RocAuc::new();
        "roc auc, probabilities", roc_auc, Probabilities, RocAuc::new().of_probabilities();
        "roc auc, several, logits", roc_auc, SeveralLogits, RocAuc::new();
        "roc auc, several, probabilities", roc_auc, SeveralProbabilities, RocAuc::new().of_probabilities();
        "average precision, logits", average_precision, Logits, AveragePrecision::new();
        "average precision, probabilities", average_precision, Probabilities, AveragePrecision::new().of_probabilities();
        "average precision, several, logits", average_precision, SeveralLogits, AveragePrecision::new();
        "average precision, several, probabilities", average_precision, SeveralProbabilities, AveragePrecision::new().of_probabilities();
        "top 1", top_k_accuracy, SeveralLogits, TopKAccuracy::new(1);
        "top 2", top_k_accuracy, SeveralLogits, TopKAccuracy::new(2);
        "accuracy, logits", top_k_accuracy, Logits, TopKAccuracy::new(1);
        "accuracy, probabilities", top_k_accuracy, Probabilities, TopKAccuracy::new(1).of_probabilities();
        "log loss, logits", log_loss, Logits, LogLoss::new();
        "log loss, probabilities", log_loss, Probabilities, LogLoss::new().of_probabilities();
        "log loss, several, logits", log_loss, SeveralLogits, LogLoss::new();
        "log loss, several, probabilities", log_loss, SeveralProbabilities, LogLoss::new().of_probabilities();
        "brier, logits", brier_score, Logits, BrierScore::new();
        "brier, probabilities", brier_score, Probabilities, BrierScore::new().of_probabilities();
        "brier, several, logits", brier_score, SeveralLogits, BrierScore::new();
        "brier, several, probabilities", brier_score, SeveralProbabilities, BrierScore::new().of_probabilities();
        "mean squared error", mean_squared_error, Numbers, MeanSquaredError;
        "root mean squared error", root_mean_squared_error, Numbers, RootMeanSquaredError;
        "mean absolute error", mean_absolute_error, Numbers, MeanAbsoluteError;
        "median absolute error", median_absolute_error, Numbers, MedianAbsoluteError;
        "max error", max_error, Numbers, MaxError;
        "r squared", r_squared, Numbers, RSquared;
        "explained variance", explained_variance, Numbers, ExplainedVariance;
        "mean squared error", custom, Numbers, Custom::smaller_is_better("own", |p, y, weights| MeanSquaredError.of(p, y, weights));
    });
    for (name, of_column, of_several) in [
        ("uniform 10", Bins::Uniform(10), Bins::Uniform(10)),
        ("uniform 3", Bins::Uniform(3), Bins::Uniform(3)),
        ("quantile 4", Bins::Quantile(4), Bins::Quantile(4)),
    ] {
        table.extend(rows! {
            format!("calibration error, {name}"), expected_calibration_error, Probabilities, ExpectedCalibrationError::new(of_column).of_probabilities();
            format!("calibration error, several, {name}"), expected_calibration_error, SeveralProbabilities, ExpectedCalibrationError::new(of_several).of_probabilities();
        });
    }
    /// Metrics of predicted classes, `of` is put to each.
    macro_rules! of_classes {
        ($name:literal, $of:ident, |$metric:ident| $to:expr) => {{
            table.extend(rows! {
                format!("accuracy, {}", $name), accuracy, $of, { let $metric = Accuracy::new(); $to };
                format!("balanced accuracy, {}", $name), balanced_accuracy, $of, { let $metric = BalancedAccuracy::new(); $to };
                format!("matthews, {}", $name), matthews_correlation, $of, { let $metric = MatthewsCorrelation::new(); $to };
            });
            for average in [Average::Micro, Average::Macro, Average::Weighted, Average::Class(1)] {
                let word = average.to_string().replace('_', " ");
                table.extend(rows! {
                    format!("precision {word}, {}", $name), precision, $of, { let $metric = Precision::new(average); $to };
                    format!("recall {word}, {}", $name), recall, $of, { let $metric = Recall::new(average); $to };
                    format!("f 1.0 {word}, {}", $name), f_beta, $of, { let $metric = FBeta::f1(average); $to };
                    format!("f 0.5 {word}, {}", $name), f_beta, $of, { let $metric = FBeta::new(0.5, average); $to };
                    format!("f 2.0 {word}, {}", $name), f_beta, $of, { let $metric = FBeta::new(2.0, average); $to };
                });
            }
        }};
    }
    of_classes!("logits", Logits, |metric| metric);
    of_classes!("probabilities", Probabilities, |metric| metric
        .of_probabilities());
    of_classes!("several, logits", SeveralLogits, |metric| metric);
    of_classes!("several, probabilities", SeveralProbabilities, |metric| {
        metric.of_probabilities()
    });
    of_classes!("several, with NaN", Holes, |metric| metric);
    table
}

/// What is more than one number.
pub(crate) struct Several {
    pub(crate) key: &'static str,
    pub(crate) file: &'static str,
    pub(crate) of: fn(&Case) -> Vec<f64>,
}

pub(crate) fn several() -> [Several; 10] {
    [
        Several {
            key: "roc curve",
            file: "roc_curve",
            of: |case| {
                let curve = RocCurve::new(&case.logits, &case.positive, case.weights());
                assert_eq!(curve.thresholds[0], f64::INFINITY);
                let [x, y] = [curve.false_positive_rates, curve.true_positive_rates];
                [x, y, curve.thresholds[1..].to_vec()].concat()
            },
        },
        Several {
            key: "precision-recall curve",
            file: "precision_recall_curve",
            of: |case| {
                let curve = PrecisionRecallCurve::new(&case.logits, &case.positive, case.weights());
                [curve.precisions, curve.recalls, curve.thresholds].concat()
            },
        },
        Several {
            key: "calibration, uniform 10",
            file: "calibration_curve",
            of: |case| calibration(case, Bins::Uniform(10)),
        },
        Several {
            key: "calibration, uniform 3",
            file: "calibration_curve",
            of: |case| calibration(case, Bins::Uniform(3)),
        },
        Several {
            key: "calibration, quantile 4",
            file: "calibration_curve",
            of: |case| calibration(case, Bins::Quantile(4)),
        },
        Several {
            key: "confusion matrix, counts",
            file: "confusion_matrix",
            of: |case| matrix(case).counts().iter().copied().collect(),
        },
        Several {
            key: "confusion matrix, actual",
            file: "confusion_matrix",
            of: |case| {
                matrix(case)
                    .shares_of_actual()
                    .counts()
                    .iter()
                    .copied()
                    .collect()
            },
        },
        Several {
            key: "confusion matrix, predicted",
            file: "confusion_matrix",
            of: |case| {
                matrix(case)
                    .shares_of_predicted()
                    .counts()
                    .iter()
                    .copied()
                    .collect()
            },
        },
        Several {
            key: "confusion matrix, all",
            file: "confusion_matrix",
            of: |case| matrix(case).shares().counts().iter().copied().collect(),
        },
        Several {
            key: "report",
            file: "classification_report",
            of: |case| {
                let classes = matrix(case).report().classes;
                let precisions = classes.iter().map(|class| class.precision);
                let recalls = classes.iter().map(|class| class.recall);
                let f1 = classes.iter().map(|class| class.f1);
                let supports = classes.iter().map(|class| class.support);
                precisions
                    .chain(recalls)
                    .chain(f1)
                    .chain(supports)
                    .collect()
            },
        },
    ]
}

fn calibration(case: &Case, bins: Bins) -> Vec<f64> {
    let curve = CalibrationCurve::new(&case.probabilities, &case.positive, case.weights(), bins);
    [curve.predicted, curve.observed].concat()
}

/// Of the predicted classes, as many as there are columns.
pub(crate) fn matrix(case: &Case) -> ConfusionMatrix {
    let names = (0..case.columns).map(|class| class.to_string());
    ConfusionMatrix::new(&case.predicted, &case.classes, case.weights()).names(names)
}
