use super::axis::Axis;
use super::color;
use super::figure::{Figure, Panel};
use super::series::Series;

/// Curves of your own in one picture: names and points of each, and the names of the axes, with units if there
/// are any.
///
/// An axis is [logarithmic](super::Scale) where its numbers ask for it. A curve has a gap where a number is NaN
/// or infinite.
///
/// ```
/// use tapegrad_train::plot;
///
/// let rates: Vec<(f64, f64)> = (0..50).map(|step| (f64::from(step), 0.9_f64.powi(step))).collect();
/// let figure = plot::lines("step", "learning rate", &[("decayed", &rates)]);
/// assert!(figure.to_svg().contains("learning rate"));
/// ```
pub fn lines(x: &str, y: &str, curves: &[(&str, &[(f64, f64)])]) -> Figure {
    let series = curves.iter().enumerate().map(|(number, (name, points))| {
        let (color, points) = (color::nth(number), points.to_vec());
        // The colours are used up: those that come again are dashed.
        match number / color::COUNT % 2 {
            0 => Series::line(*name, color, points),
            _ => Series::dashed(*name, color, points),
        }
    });
    let panel = Panel::new(Axis::new(x), Axis::new(y), series.collect());
    Figure::new("", vec![panel])
}
