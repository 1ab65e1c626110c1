mod contour;
mod regions;

use ndarray::{Array2, Axis as Along};
use tapegrad_autodiff::{ArcArrayD, Element};

use self::contour::contour;
use self::regions::{Regions, decided};
use super::axis::Axis;
use super::color::{self, INK, MISSING, QUIET, WHITE};
use super::figure::{ColorBar, Figure, Panel};
use super::series::{Marker, Point, Series, Shape};
use crate::data::Dataset;
use crate::error;

/// More hide each other.
const MOST_POINTS: usize = 5000;

/// The plane as a classifier sees it, and the points of the data on top; those where it is wrong are crossed.
///
/// | outputs | |
/// |---|---|
/// | logits `[n, 1]` of two classes | shaded by the probability of class 1, with a line where it is ½ |
/// | logits `[n, classes]` | in the colour of the class with the largest |
///
/// `outputs` gets points `[n, 2]`, at most 4096 at a time. Targets are classes, one a row; a row whose target is none is grey. The picture
/// shows all points that are finite, with a margin; where the output is NaN it is grey. Of more than 5000 points
/// the first are shown. [`boundary`](super::boundary()) is the same in characters.
///
/// ```
/// use tapegrad_nn::{Mlp, Module};
/// use tapegrad_train::{data, plot};
///
/// let data = data::moons::<f32>(50, 0.1, 1);
/// let model = Mlp::new(&[2, 8, 1]);
/// let figure = plot::decision_boundary(&data, |x| model.predict(x));
/// assert!(figure.to_svg().contains("probability of class 1"));
/// ```
///
/// # Panics
/// If the inputs are not points of a plane, the targets not one for each, or the outputs not logits for each point.
#[track_caller]
pub fn decision_boundary<T: Element>(
    data: &Dataset<T>,
    outputs: impl Fn(&ArcArrayD<T>) -> ArcArrayD<T>,
) -> Figure {
    const WHO: &str = "plot::decision_boundary";
    if data.features() != 2 || data.rows() == 0 {
        error::plane(WHO, data.x.shape());
    }
    if data.y.shape()[1] != 1 {
        error::outputs(WHO, data.y.shape()[1]);
    }
    let of_points = logits(&data.x, &outputs);
    let points = data.x.axis_iter(Along(0));
    let points: Vec<Point> = points.map(|x| (x[0].wide(), x[1].wide())).collect();
    let is_binary = of_points[0].len() == 1;
    let plane = Regions::around(&points, is_binary);
    let grid = Array2::from_shape_fn([plane.count(), 2], |(place, axis)| {
        T::of(plane.centre(place)[axis])
    });
    let of_plane = logits(&grid.into_dyn().into_shared(), &outputs);
    let colors: Vec<color::Color> = of_plane.iter().map(|logits| shade(logits)).collect();
    let mut series = vec![Series::cells(plane.cells(&colors))];
    if is_binary {
        series.push(Series {
            label: "probability ½".to_owned(),
            color: INK,
            shape: Shape::Segments(contour(&plane, &of_plane.concat())),
        });
    }
    series.extend(of_classes(data, &points));
    let wrong = data.y.iter().zip(&of_points).zip(&points);
    let wrong = wrong.filter(|((target, logits), _)| {
        decided(logits).map(|class| class as f64) != Some(target.wide())
    });
    let wrong: Vec<Point> = wrong.map(|(_, point)| *point).collect();
    let label = format!("wrong: {} of {}", wrong.len(), points.len());
    let wrong = wrong.into_iter().take(MOST_POINTS).collect();
    series.push(Series::dots(
        label,
        INK,
        wrong,
        Marker::Cross,
        radius(points.len()),
    ));

    let [x, y] = plane.ends();
    let mut panel = Panel::new(
        Axis::new("input 0").between(x[0], x[1]),
        Axis::new("input 1").between(y[0], y[1]),
        series,
    );
    panel.color_bar = is_binary.then_some(ColorBar {
        name: "probability of class 1",
        color: color::probability,
    });
    let mut figure = Figure::new("Decision boundary", vec![panel]);
    if colors.contains(&MISSING) {
        figure = figure.note("Grey: the output is NaN.");
    }
    if points.len() > MOST_POINTS {
        let all = points.len();
        figure = figure.note(format!(
            "The first {MOST_POINTS} of {all} points are shown."
        ));
    }
    figure
}

/// The logits of each point, asked for in parts that a wide network has the memory for.
#[track_caller]
fn logits<T: Element>(
    points: &ArcArrayD<T>,
    outputs: &impl Fn(&ArcArrayD<T>) -> ArcArrayD<T>,
) -> Vec<Vec<f64>> {
    const ROWS: usize = 4096;
    let mut all: Vec<Vec<f64>> = Vec::with_capacity(points.shape()[0]);
    for part in points.axis_chunks_iter(Along(0), ROWS) {
        let logits = outputs(&part.to_owned().into_shared());
        let rows = part.shape()[0];
        match *logits.shape() {
            [count, classes] if count == rows && classes > 0 => {}
            _ => error::class_logits(rows, logits.shape()),
        }
        let logits = logits.axis_iter(Along(0));
        all.extend(logits.map(|row| row.iter().map(|z| z.wide()).collect::<Vec<f64>>()));
    }
    all
}

/// The colour of a place.
fn shade(logits: &[f64]) -> color::Color {
    /// Neighbours of nearly one colour become one cell.
    const LEVELS: f64 = 24.0;
    match (logits, decided(logits)) {
        (_, None) => MISSING,
        ([z], _) => {
            let p = 1.0 / (1.0 + (-z).exp());
            color::probability((p * LEVELS).round() / LEVELS)
        }
        (_, Some(class)) => color::nth(class).towards(WHITE, 0.6),
    }
}

fn radius(points: usize) -> f64 {
    match points {
        0..=300 => 4.5,
        301..=1500 => 3.5,
        _ => 2.5,
    }
}

/// The points of each class on a rim of white.
fn of_classes<T: Element>(data: &Dataset<T>, points: &[Point]) -> Vec<Series> {
    let targets = data.y.iter().map(|target| target.wide());
    let is_class = |target: &f64| *target >= 0.0 && target.fract() == 0.0;
    let mut classes: Vec<f64> = targets.clone().filter(is_class).collect();
    classes.sort_by(f64::total_cmp);
    classes.dedup();
    let of = |is_of: &dyn Fn(f64) -> bool| -> Vec<Point> {
        let rows = targets.clone().zip(points).take(MOST_POINTS);
        rows.filter(|(target, _)| is_of(*target))
            .map(|(_, point)| *point)
            .collect()
    };
    let radius = radius(points.len());
    let both = |label: String, color, points: Vec<Point>, marker| {
        let shown = points
            .iter()
            .filter(|(x, y)| x.is_finite() && y.is_finite());
        let rim = Series::dots("", WHITE, shown.copied().collect(), marker, radius + 1.2);
        [rim, Series::dots(label, color, points, marker, radius)]
    };
    let mut series: Vec<Series> = Vec::new();
    for class in classes {
        let number = class as usize;
        let color = color::nth(number);
        let points = of(&|target| target == class);
        series.extend(both(
            format!("class {number}"),
            color,
            points,
            Marker::nth(number),
        ));
    }
    let none = of(&|target| !is_class(&target));
    if !none.is_empty() {
        series.extend(both("no class".to_owned(), QUIET, none, Marker::Square));
    }
    series
}
