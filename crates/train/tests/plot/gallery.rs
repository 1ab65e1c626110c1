//! One of each picture, of data that are usual.

use ndarray::Array2;
use tapegrad_nn::Mlp;
use tapegrad_train::metric::{
    Bins, CalibrationCurve, ConfusionMatrix, PrecisionRecallCurve, RocCurve,
};
use tapegrad_train::plot::{self, Figure, RegularizationRow};
use tapegrad_train::{History, data};

/// A run that overfits from epoch 40 on.
pub(crate) fn history() -> History {
    let mut history = History::new();
    history.larger_is_better("validation_accuracy");
    history.larger_is_better("training_accuracy");
    for epoch in 1..=100 {
        let t = f64::from(epoch);
        let wave = 0.02 * (t * 1.7).sin();
        let loss = 0.9 * (-t / 25.0).exp() + 0.005;
        let validation =
            0.9 * (-t / 18.0).exp() + 0.25 + 0.000_06 * (t - 40.0).max(0.0).powi(2) + wave / 2.0;
        let accuracy = 1.0 - 0.5 * (-t / 20.0).exp();
        history.record(
            epoch as usize,
            10 * epoch as usize,
            [
                ("loss", loss + wave * loss),
                ("penalty", 0.02 * (1.0 - (-t / 30.0).exp())),
                ("learning_rate", 1e-3 * 0.97_f64.powf(t)),
                ("validation_loss", validation),
                ("validation_accuracy", accuracy - 0.06 + wave),
                ("training_accuracy", accuracy),
            ],
        );
    }
    history
}

pub(crate) fn table() -> [RegularizationRow; 7] {
    // Of the case study of moons: strength, accuracies, test loss.
    [
        (0.0, 1.000, 0.914, 0.497),
        (1e-6, 1.000, 0.914, 0.489),
        (1e-5, 1.000, 0.929, 0.435),
        (1e-4, 1.000, 0.929, 0.333),
        (1e-3, 1.000, 0.943, 0.263),
        (1e-2, 1.000, 0.943, 0.213),
        (1e-1, 0.967, 0.829, 0.387),
    ]
    .map(|(strength, training, test, loss)| RegularizationRow {
        training_accuracy: Some(training),
        test_accuracy: Some(test),
        zeros: Some((strength * 8.0_f64).sqrt().min(1.0)),
        ..RegularizationRow::new(strength, 0.002 + 2.0 * strength, loss)
    })
}

/// Each picture, with words that must stand in it.
pub(crate) fn all() -> Vec<(&'static str, Figure, Vec<&'static str>)> {
    let moons = data::moons::<f64>(100, 0.2, 1);
    // Right but where the moons bend; no network needs to be trained for a picture.
    let logits = |x: &tapegrad_autodiff::ArcArrayD<f64>| {
        let rows = x.rows().into_iter();
        let logits: Vec<f64> = rows
            .map(|x| 3.0 * (0.25 + 0.5 * (2.0 * (x[0] + 0.3)).cos() - x[1]))
            .collect();
        Array2::from_shape_vec((logits.len(), 1), logits)
            .unwrap()
            .into_dyn()
            .into_shared()
    };
    let blobs = data::blobs::<f32>(150, 4, 0.8, 3);
    let nearest = |x: &tapegrad_autodiff::ArcArrayD<f32>| {
        let mut means = Array2::<f32>::zeros([4, 2]);
        for (row, class) in blobs.x.rows().into_iter().zip(blobs.classes()) {
            let mut mean = means.row_mut(class);
            mean.scaled_add(4.0 / 150.0, &row);
        }
        let logit = |row: usize, class: usize| {
            let mean = means.row(class);
            -(x[[row, 0]] - mean[0]).powi(2) - (x[[row, 1]] - mean[1]).powi(2)
        };
        Array2::from_shape_fn((x.shape()[0], 4), |(row, class)| logit(row, class))
            .into_dyn()
            .into_shared()
    };
    let scores = logits(&moons.x);
    let sure = scores
        .mapv(|z| 1.0 / (1.0 + (-3.0 * z).exp()))
        .into_shared();
    let other = moons
        .x
        .map_axis(ndarray::Axis(1), |x| -x[1])
        .insert_axis(ndarray::Axis(1));
    let (roc, chance) = (
        RocCurve::new(&scores, &moons.y, None),
        RocCurve::new(&other, &moons.y, None),
    );
    let (recall, recall_of_other) = (
        PrecisionRecallCurve::new(&scores, &moons.y, None),
        PrecisionRecallCurve::new(&other, &moons.y, None),
    );
    let matrix = ConfusionMatrix::of_logits(nearest(&blobs.x), &blobs.y, None).names([
        "north",
        "east",
        "south",
        "a class with a name that is long",
    ]);
    let calibration = CalibrationCurve::new(sure, &moons.y, None, Bins::Uniform(10));
    let mut model = Mlp::<f32>::new(&[2, 500, 20, 1]).seed(1);
    model.layers[1]
        .weight
        .value
        .mapv_inplace(|w| if w.abs() < 0.03 { 0.0 } else { w });
    let steps: Vec<(f64, f64)> = (1..=2000)
        .map(|step| (f64::from(step), 1e-4 * 1.005_f64.powi(step)))
        .collect();
    let noisy: Vec<(f64, f64)> = (1..=2000)
        .map(|step| (f64::from(step), 2.0 + (f64::from(step) * 12.9898).sin()))
        .collect();
    vec![
        (
            "learning_curves",
            plot::learning_curves(&history()),
            vec![
                "Learning curves",
                "validation loss",
                "penalty",
                "learning rate",
                "epoch",
            ],
        ),
        (
            "decision_boundary",
            plot::decision_boundary(&moons, logits),
            vec!["class 0", "class 1", "probability ½", "input 1"],
        ),
        (
            "regions",
            plot::decision_boundary(&blobs, nearest),
            vec!["class 0", "class 3", "wrong: "],
        ),
        (
            "weight_histograms",
            plot::weight_histograms(&model),
            vec!["layers.0.weight [2, 500]", "are exactly 0", "count"],
        ),
        (
            "confusion_matrix",
            plot::confusion_matrix(&matrix),
            vec!["north", "actual class", "share of the actual class"],
        ),
        (
            "calibration",
            plot::calibration(&calibration),
            vec!["calibrated", "observed", "predicted probability"],
        ),
        (
            "roc",
            plot::roc(&[("network", &roc), ("height", &chance)]),
            vec!["network (area ", "chance", "false positive rate"],
        ),
        (
            "precision_recall",
            plot::precision_recall(&[("network", &recall), ("height", &recall_of_other)]),
            vec!["height (average precision ", "recall"],
        ),
        (
            "regularization",
            plot::regularization(&table()),
            vec![
                "least test loss: 0.213 at 0.01",
                "weights that are 0",
                "strength of the penalty",
            ],
        ),
        (
            "lines",
            plot::lines(
                "step",
                "loss (nats)",
                &[("rising", &steps), ("noisy", &noisy)],
            )
            .title("Curves of one's own <&> λ₂"),
            vec!["loss (nats)", "rising", "noisy", "&lt;&amp;&gt; λ₂"],
        ),
    ]
}
