use super::axis::Axis;
use super::color;
use super::figure::{Figure, Panel};
use super::number::short_of_one;
use super::series::Series;
use crate::metric::PrecisionRecallCurve;

/// [Precision against recall](PrecisionRecallCurve) of each classifier, with the average precision, which is the
/// area under these steps.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::PrecisionRecallCurve;
/// use tapegrad_train::plot;
///
/// let scores = array![[0.1_f64], [0.4], [0.35], [0.8]];
/// let curve = PrecisionRecallCurve::new(scores, array![[0.0_f64], [0.0], [1.0], [1.0]], None);
/// let figure = plot::precision_recall(&[("network", &curve)]);
/// assert!(figure.to_svg().contains("network (average precision 0.833)"));
/// ```
pub fn precision_recall(curves: &[(&str, &PrecisionRecallCurve)]) -> Figure {
    let curves = curves.iter().enumerate().map(|(number, (name, curve))| {
        let average = short_of_one(curve.average_precision(), 3);
        let label = format!("{name} (average precision {average})");
        let (recalls, precisions) = (&curve.recalls, &curve.precisions);
        let mut points = Vec::with_capacity(2 * recalls.len());
        for (place, (recall, precision)) in recalls.iter().zip(precisions).enumerate() {
            points.push((*recall, *precision));
            if let Some(next) = recalls.get(place + 1) {
                points.push((*next, *precision));
            }
        }
        Series::line(label, color::nth(number), points)
    });
    let panel = Panel::new(
        Axis::new("recall").between(0.0, 1.0),
        Axis::new("precision").between(0.0, 1.0),
        curves.collect(),
    );
    Figure::new("Precision and recall", vec![panel.square()])
}
