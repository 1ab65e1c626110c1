//! Whatever the numbers are, there is a picture of them.

use ndarray::Array2;
use proptest::prelude::*;
use tapegrad_nn::Dense;
use tapegrad_train::data::Dataset;
use tapegrad_train::metric::{
    Bins, CalibrationCurve, ConfusionMatrix, PrecisionRecallCurve, RocCurve,
};
use tapegrad_train::plot::{self, Figure, RegularizationRow, Scale};
use tapegrad_train::{History, plot::report};

use crate::drawing::check;
use crate::pixels;

/// Numbers of any kind.
fn odd() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0,
        1 => any::<f64>(),
        2 => prop::sample::select(vec![
            0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE,
            5e-324, 1e-310, 1e300, -1e300, 1e-20, 1e20, 1e9, 1e9 + 1e-6,
        ]),
    ]
}

fn several() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(odd(), 0..12),
        (odd(), 0..6_usize).prop_map(|(x, count)| vec![x; count])
    ]
}

fn drawn(figure: Figure) {
    check(&figure.to_svg());
    let small = figure.size(200, 200);
    check(&small.to_svg());
    assert_eq!(pixels(&small).0, [200, 200]);
}

fn scale() -> impl Strategy<Value = Scale> {
    prop::sample::select(vec![Scale::Automatic, Scale::Linear, Scale::Logarithmic])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn of_curves(xs in several(), ys in several(), x in scale(), y in scale(), name in ".{0,30}") {
        let points: Vec<(f64, f64)> = xs.into_iter().zip(ys).collect();
        let curves = [(name.as_str(), &points[..]), ("second", &points[..points.len() / 2])];
        drawn(plot::lines(&name, "y", &curves).x_scale(x).y_scale(y).title(name.clone()));
    }

    #[test]
    fn of_histories(losses in several(), others in several(), epoch in prop::sample::select(vec![0, 1, usize::MAX - 20])) {
        let mut history = History::new();
        for (row, loss) in losses.iter().enumerate() {
            let other = others.get(row).map(|other| ("validation_loss", *other));
            history.record(epoch + row / 2, row, [("loss", *loss), ("penalty", -loss), ("learning_rate", *loss)].into_iter().chain(other));
        }
        drawn(plot::learning_curves(&history));
        report(&history).to_html();
    }

    #[test]
    fn of_weights(weights in several()) {
        let mut layer = Dense::<f64>::new(1, 1);
        layer.weight.value = ndarray::Array1::from(weights).into_dyn().into_shared();
        drawn(plot::weight_histograms(&layer));
    }

    #[test]
    fn of_strengths(strengths in several(), losses in several(), shares in several()) {
        let table: Vec<RegularizationRow> = strengths.iter().zip(&losses).enumerate().map(|(row, (strength, loss))| {
            let other = shares.get(row).copied();
            RegularizationRow { zeros: other, test_accuracy: other, ..RegularizationRow::new(*strength, *loss, -loss) }
        }).collect();
        drawn(plot::regularization(&table));
    }

    #[test]
    fn of_planes(xs in prop::collection::vec(odd(), 2..12), targets in prop::collection::vec(odd(), 6), logits in prop::collection::vec(odd(), 1..4)) {
        let rows = xs.len() / 2;
        let x = Array2::from_shape_fn([rows, 2], |(row, axis)| xs[2 * row + axis]);
        let data = Dataset::<f64>::new(x, Array2::from_shape_fn([rows, 1], |(row, _)| targets[row]));
        drawn(plot::decision_boundary(&data, |x| {
            let logit = |(row, class): (usize, usize)| logits[class] * x[[row, 0]] + x[[row, 1]];
            Array2::from_shape_fn([x.shape()[0], logits.len()], logit).into_dyn().into_shared()
        }));
    }

    #[test]
    fn of_curves_of_classifiers(scores in prop::collection::vec(odd(), 1..12), classes in prop::collection::vec(0..2_usize, 12), weights in prop::option::of(prop::collection::vec(0.0..2.0, 12))) {
        let rows = scores.len();
        let weights = weights.as_ref().map(|weights| &weights[..rows]);
        let column = |of: &dyn Fn(usize) -> f64| Array2::from_shape_fn([rows, 1], |(row, _)| of(row));
        let targets = column(&|row| classes[row] as f64);
        let raw = column(&|row| scores[row]);
        drawn(plot::roc(&[("", &RocCurve::new(&raw, &targets, weights))]));
        drawn(plot::precision_recall(&[("scores", &PrecisionRecallCurve::new(&raw, &targets, weights))]));
        let p = raw.mapv(|z| if z.is_nan() { 0.5 } else { 1.0 / (1.0 + (-z).exp()) });
        drawn(plot::calibration(&CalibrationCurve::new(p, &targets, weights, Bins::Uniform(5))));
        drawn(plot::confusion_matrix(&ConfusionMatrix::of_logits(raw, targets, weights)));
    }

    #[test]
    fn of_classes(classes in 1..40_usize, name in ".{0,40}") {
        let actual: Vec<usize> = (0..classes).collect();
        let matrix = ConfusionMatrix::new(&vec![0; classes], &actual, None).names(vec![name; classes]);
        drawn(plot::confusion_matrix(&matrix));
    }
}

#[test]
fn of_nothing() {
    for figure in [
        plot::learning_curves(&History::new()),
        plot::lines("", "", &[]),
        plot::lines("x", "y", &[("none", &[])]),
        plot::regularization(&[]),
        plot::weight_histograms::<f32>(&tapegrad_nn::Flatten),
    ] {
        assert!(figure.to_svg().contains("no numbers to show"));
        drawn(figure);
    }
    for figure in [plot::roc(&[]), plot::precision_recall(&[])] {
        drawn(figure);
    }
}
