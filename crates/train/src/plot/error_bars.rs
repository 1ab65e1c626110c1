use super::axis::Axis;
use super::color;
use super::figure::{Figure, Panel};
use super::series::{Marker, Series, Shape};

/// A curve of your own whose points have an error each, `(x, y, error)`, drawn from `y − error` to `y + error`; and
/// places on the axis to the right, by name. The names of the axes come with units if there are any.
///
/// A point whose error is NaN has no bar.
///
/// ```
/// use tapegrad_train::plot;
///
/// let points = [(0.001, 0.52, 0.1), (0.01, 0.4, 0.08), (0.1, 0.45, 0.07), (1.0, 0.9, 0.05)];
/// let figure = plot::error_bars("strength", "loss", &points, &[("best", 0.01), ("one standard error", 0.1)]);
/// assert!(figure.to_svg().contains("one standard error"));
/// ```
pub fn error_bars(x: &str, y: &str, points: &[(f64, f64, f64)], marks: &[(&str, f64)]) -> Figure {
    let curve: Vec<_> = points.iter().map(|(x, y, _)| (*x, *y)).collect();
    let bars = points
        .iter()
        .filter(|(_, y, error)| (y + error).is_finite());
    let bars: Vec<_> = bars
        .map(|(x, y, error)| [(*x, y - error), (*x, y + error)])
        .collect();
    let ends = bars.as_flattened().iter().chain(&curve);
    let ends = ends.map(|(_, y)| *y).filter(|y| y.is_finite());
    let (least, most) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), y| {
        (least.min(y), most.max(y))
    });
    let mut series = vec![
        Series {
            label: String::new(),
            color: color::QUIET,
            shape: Shape::Segments(bars),
        },
        Series::line("", color::nth(0), curve.clone()),
    ];
    // A point that cannot be shown is told of once, as one of the curve.
    let dots = curve.into_iter().filter(|(x, y)| (x + y).is_finite());
    series.push(Series::dots(
        "",
        color::nth(0),
        dots.collect(),
        Marker::Disc,
        2.5,
    ));
    if least <= most {
        series.extend(marks.iter().enumerate().map(|(number, (name, x))| {
            let line = vec![(*x, least), (*x, most)];
            Series::dashed(*name, color::nth(number + 1), line)
        }));
    }
    let panel = Panel::new(Axis::new(x), Axis::new(y).linear(), series);
    Figure::new("", vec![panel])
}
