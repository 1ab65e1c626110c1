use super::axis::Axis;
use super::color::{self, INK, WHITE};
use super::figure::{ColorBar, Figure, Panel};
use super::number::{short, short_of_one};
use super::series::{Point, Series, Shape};
use crate::metric::ConfusionMatrix;

/// Numbers in the cells of larger matrices would overlap.
const MOST_NUMBERS: usize = 12;

/// How many rows of each class are predicted to be of each: a cell is the darker, the larger the share of the rows
/// of its actual class, and holds how many they are, if there are at most twelve classes.
///
/// Rows without a predicted class, as those of outputs that are NaN, are in a column of their own.
///
/// ```
/// use tapegrad_train::metric::ConfusionMatrix;
/// use tapegrad_train::plot;
///
/// let matrix = ConfusionMatrix::new(&[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], None).names(["cat", "dog"]);
/// let figure = plot::confusion_matrix(&matrix);
/// assert!(figure.to_svg().contains("accuracy 0.6 of 5 rows"));
/// ```
pub fn confusion_matrix(matrix: &ConfusionMatrix) -> Figure {
    let (counts, undecided) = (matrix.counts(), matrix.undecided());
    let has_undecided = undecided.iter().any(|weight| *weight > 0.0);
    let names = matrix.class_names().to_vec();
    let mut predicted = names.clone();
    if has_undecided {
        predicted.push("none".to_owned());
    }
    let (rows, columns) = (names.len(), predicted.len());
    let (mut cells, mut numbers) = (Vec::new(), Vec::new());
    for actual in 0..rows {
        let row = counts.row(actual);
        let all = row.iter().chain(&undecided[actual..=actual]);
        let sum: f64 = all.clone().sum();
        for (predicted, count) in all.take(columns).enumerate() {
            let (x, y) = (predicted as f64, actual as f64);
            // 0 where there is no row of the class.
            let color = color::share(count / if sum == 0.0 { 1.0 } else { sum });
            let corners: [Point; 2] = [(x - 0.5, y - 0.5), (x + 0.5, y + 0.5)];
            cells.push((corners, color));
            let ink = if color.is_dark() { WHITE } else { INK };
            numbers.push(((x, y), short(*count, 3), ink));
        }
    }
    let mut series = vec![Series::cells(cells)];
    if columns <= MOST_NUMBERS {
        series.push(Series {
            label: String::new(),
            color: INK,
            shape: Shape::Labels(numbers),
        });
    }
    let axis = |name: &str, names: Vec<String>| {
        let ends = [-0.5, names.len() as f64 - 0.5];
        Axis {
            names: Some(names),
            ..Axis::new(name).between(ends[0], ends[1])
        }
    };
    let actual = Axis {
        is_reversed: true,
        ..axis("actual class", names)
    };
    let panel = Panel {
        color_bar: Some(ColorBar {
            name: "share of the actual class",
            color: color::share,
        }),
        ..Panel::new(axis("predicted class", predicted), actual, series).square()
    };
    let total = counts.sum() + undecided.iter().sum::<f64>();
    Figure::new("Confusion matrix", vec![panel]).note(format!(
        "accuracy {} of {} rows",
        short_of_one(matrix.accuracy(), 3),
        short(total, 6)
    ))
}
