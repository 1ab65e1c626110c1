use super::Scale;
use super::axis::Axis;
use super::color;
use super::figure::{Figure, Panel};
use super::number::short;
use super::series::{Marker, Point, Series};

/// What a penalty of some strength did: a row of what [`regularization`] shows.
///
/// ```
/// use tapegrad_train::plot::RegularizationRow;
/// let row = RegularizationRow { test_accuracy: Some(0.914), ..RegularizationRow::new(1e-3, 0.02, 0.49) };
/// assert_eq!((row.strength, row.zeros), (1e-3, None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegularizationRow {
    /// Of the penalty, such as `λ₂`; at least 0.
    pub strength: f64,
    /// The mean data loss of the rows that were trained on, without the penalty.
    pub training_loss: f64,
    /// That of the others.
    pub test_loss: f64,
    /// The share of the rows that were trained on that are right.
    pub training_accuracy: Option<f64>,
    /// That of the others.
    pub test_accuracy: Option<f64>,
    /// The share of the weights that are exactly 0, as [`Sparsity::fraction`](tapegrad_nn::Sparsity::fraction) is.
    pub zeros: Option<f64>,
}

impl RegularizationRow {
    /// Of losses only.
    pub fn new(strength: f64, training_loss: f64, test_loss: f64) -> Self {
        Self {
            strength,
            training_loss,
            test_loss,
            training_accuracy: None,
            test_accuracy: None,
            zeros: None,
        }
    }
}

/// What the strength of a penalty does: to the losses of the rows that were trained on and of others, to the
/// accuracies and to the share of weights that are zero, as far as they are given, each in a panel.
///
/// Strengths are on a logarithmic axis, whatever their order in the table; 0 stands at its left end. The least test
/// loss is marked.
///
/// ```
/// use tapegrad_train::plot::{self, RegularizationRow};
///
/// let table = [
///     RegularizationRow::new(0.0, 0.001, 0.497),
///     RegularizationRow::new(1e-3, 0.03, 0.263),
///     RegularizationRow::new(1e-2, 0.1, 0.213),
///     RegularizationRow::new(1e-1, 0.3, 0.387),
/// ];
/// assert!(plot::regularization(&table).to_svg().contains("least test loss: 0.213 at 0.01"));
/// ```
pub fn regularization(table: &[RegularizationRow]) -> Figure {
    let mut table = table.to_vec();
    table.sort_by(|a, b| a.strength.total_cmp(&b.strength));
    let curve = |of: fn(&RegularizationRow) -> Option<f64>| -> Vec<Point> {
        let points = table
            .iter()
            .filter_map(|row| Some((row.strength, of(row)?)));
        points.collect()
    };
    let [training, test, zero] = [0, 1, 2].map(color::nth);
    let test_losses = curve(|row| Some(row.test_loss));
    let numbers = test_losses.iter().filter(|(_, loss)| loss.is_finite());
    let least = numbers
        .copied()
        .reduce(|a, b| if b.1 < a.1 { b } else { a });
    let mut losses = vec![
        curve_and_dots(
            "training loss",
            training,
            curve(|row| Some(row.training_loss)),
        ),
        curve_and_dots("test loss", test, test_losses),
    ];
    losses.extend(least.map(|(strength, loss)| {
        let place = match strength {
            0.0 => "0".to_owned(),
            strength => short(strength, 3),
        };
        let label = format!("least test loss: {} at {place}", short(loss, 4));
        vec![Series::dots(
            label,
            test,
            vec![(strength, loss)],
            Marker::Diamond,
            6.5,
        )]
    }));
    let accuracies = vec![
        curve_and_dots(
            "training accuracy",
            training,
            curve(|row| row.training_accuracy),
        ),
        curve_and_dots("test accuracy", test, curve(|row| row.test_accuracy)),
    ];
    let zeros = curve(|row| row.zeros);
    let zeros = vec![curve_and_dots("weights that are 0", zero, zeros)];
    let panel = |y: Axis, series: Vec<Vec<Series>>| {
        let strength = Axis {
            scale: Scale::Logarithmic,
            has_zero: true,
            ..Axis::new("strength of the penalty")
        };
        Panel::new(strength, y, series.concat())
    };
    let share = Axis::new("share of weights").linear().reaching([0.0, 1.0]);
    let panels = [
        panel(Axis::new("data loss"), losses),
        panel(Axis::new("accuracy").linear(), accuracies),
        panel(share, zeros),
    ];
    // The losses in any case, the others if there are any.
    let is_given = |(place, panel): &(usize, Panel)| *place == 0 || !panel.series.is_empty();
    let panels = panels.into_iter().enumerate().filter(is_given);
    let panels = panels.map(|(_, panel)| panel).collect();
    Figure::new("Effect of regularization", panels).stacked()
}

/// A curve with a dot at each point; nothing if there is none.
fn curve_and_dots(label: &str, color: color::Color, points: Vec<Point>) -> Vec<Series> {
    if points.is_empty() {
        return Vec::new();
    }
    let shown = points
        .iter()
        .filter(|(x, y)| x.is_finite() && y.is_finite());
    let dots = Series::dots("", color, shown.copied().collect(), Marker::Disc, 3.5);
    vec![Series::line(label, color, points), dots]
}
