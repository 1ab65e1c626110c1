use super::axis::Axis;
use super::color::{self, QUIET};
use super::figure::{Figure, Panel};
use super::number::short;
use super::series::{Marker, Series};
use crate::metric::CalibrationCurve;

/// The largest dot in pixels.
const LARGEST_DOT: f64 = 11.0;
const LEAST_DOT: f64 = 2.5;

/// How often rows are positive whose predicted probabilities are alike, against these: the curve of a calibrated
/// classifier is the diagonal, that of one that is too sure is flatter.
///
/// The area of a dot is in proportion to the weight of the rows in its bin.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::{Bins, CalibrationCurve};
/// use tapegrad_train::plot;
///
/// let p = array![[0.125_f64], [0.375], [0.75]];
/// let curve = CalibrationCurve::new(p, array![[0.0_f64], [1.0], [1.0]], None, Bins::Uniform(2));
/// assert!(plot::calibration(&curve).to_svg().contains("expected calibration error 0.25"));
/// ```
pub fn calibration(curve: &CalibrationCurve) -> Figure {
    let points = curve.predicted.iter().zip(&curve.observed);
    let points: Vec<_> = points.map(|(p, observed)| (*p, *observed)).collect();
    let largest = curve.weights.iter().copied().fold(0.0, f64::max);
    let least = curve.weights.iter().copied().fold(f64::INFINITY, f64::min);
    let mut series = vec![
        Series::dashed("calibrated", QUIET, vec![(0.0, 0.0), (1.0, 1.0)]),
        Series::line("observed", color::nth(0), points.clone()),
    ];
    // A point that cannot be shown is told of once, as one of the curve.
    let points = points.into_iter().zip(&curve.weights);
    let points = points.filter(|((p, observed), _)| (p + observed).is_finite());
    series.extend(points.map(|(point, weight)| {
        let radius = (LARGEST_DOT * (weight / largest).sqrt()).max(LEAST_DOT);
        Series::dots("", color::nth(0), vec![point], Marker::Disc, radius)
    }));
    let panel = Panel::new(
        Axis::new("predicted probability").between(0.0, 1.0),
        Axis::new("observed share").between(0.0, 1.0),
        series,
    );
    let figure = Figure::new("Calibration", vec![panel.square()]);
    let error = short(curve.expected_error(), 3);
    let figure = figure.note(format!("expected calibration error {error}"));
    match least <= largest {
        true => figure.note(format!(
            "The area of a dot is in proportion to the rows in its bin: from {} to {}.",
            short(least, 3),
            short(largest, 3)
        )),
        false => figure,
    }
}
