use super::axis::Axis;
use super::color::{self, QUIET};
use super::figure::{Figure, Panel};
use super::number::short_of_one;
use super::series::Series;
use crate::metric::RocCurve;

/// The [receiver operating characteristic](RocCurve) of each classifier, with the area under it; the diagonal is
/// that of chance.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::metric::RocCurve;
/// use tapegrad_train::plot;
///
/// let scores = array![[0.1_f64], [0.4], [0.35], [0.8]];
/// let curve = RocCurve::new(scores, array![[0.0_f64], [0.0], [1.0], [1.0]], None);
/// assert!(plot::roc(&[("network", &curve)]).to_svg().contains("network (area 0.75)"));
/// ```
pub fn roc(curves: &[(&str, &RocCurve)]) -> Figure {
    let chance = Series::dashed("chance", QUIET, vec![(0.0, 0.0), (1.0, 1.0)]);
    let curves = curves.iter().enumerate().map(|(number, (name, curve))| {
        let label = format!("{name} (area {})", short_of_one(curve.area(), 3));
        let rates = curve.false_positive_rates.iter();
        let points = rates.zip(&curve.true_positive_rates);
        let points = points.map(|(x, y)| (*x, *y)).collect();
        Series::line(label, color::nth(number), points)
    });
    let panel = Panel::new(
        Axis::new("false positive rate").between(0.0, 1.0),
        Axis::new("true positive rate").between(0.0, 1.0),
        [chance].into_iter().chain(curves).collect(),
    );
    Figure::new("Receiver operating characteristic", vec![panel.square()])
}
