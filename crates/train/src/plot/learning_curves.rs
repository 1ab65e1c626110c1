use super::axis::Axis;
use super::color::{self, Color};
use super::figure::{Figure, Panel};
use super::number::short;
use super::series::{Marker, Series};
use crate::History;

/// More would be too small to read.
const MOST_PANELS: usize = 12;

/// What was measured, over the epochs: a panel for the data losses and the penalty, which have one unit, and one
/// for each metric; for the learning rate if it changes.
///
/// | columns of the history | panel | |
/// |---|---|---|
/// | `loss`, `training_loss`, `validation_loss` | loss | data losses, without the penalty; the best of the last is marked |
/// | `penalty` | loss | dashed; not shown if it is 0 throughout |
/// | `training_accuracy`, `validation_accuracy` | accuracy | and so all that differ in the first word |
/// | `learning_rate` | learning rate | |
/// | others | one each | of twelve panels at most |
///
/// The loss is on a [logarithmic axis](super::Scale) if it spans decades.
///
/// ```
/// use tapegrad_train::{History, plot};
///
/// let mut history = History::new();
/// for (epoch, loss) in [0.9, 0.4, 0.2, 0.1].into_iter().enumerate() {
///     history.record(epoch + 1, 10 * epoch, [("loss", loss), ("penalty", 0.01), ("validation_loss", 0.3 + loss)]);
/// }
/// let figure = plot::learning_curves(&history);
/// assert!(figure.to_svg().contains("best validation loss: 0.4 at epoch 4"));
/// ```
pub fn learning_curves(history: &History) -> Figure {
    let mut groups: Vec<(&str, Vec<&str>)> = vec![("loss", Vec::new())];
    for name in history.names() {
        let group = match name {
            "penalty" => "loss",
            "learning_rate" => continue,
            name => measured(name),
        };
        match groups.iter_mut().find(|(other, _)| *other == group) {
            Some((_, names)) => names.push(name),
            None => groups.push((group, vec![name])),
        }
    }
    let first = history.points("learning_rate").next();
    let rates = history.points("learning_rate");
    if rates
        .into_iter()
        .any(|(_, rate)| Some(rate) != first.map(|(_, first)| first))
    {
        groups.push(("learning_rate", vec!["learning_rate"]));
    }
    let panels = groups.iter().take(MOST_PANELS);
    let panels = panels.map(|(group, names)| panel(history, group, names));
    let figure = Figure::new("Learning curves", panels.collect());
    match groups.get(MOST_PANELS..) {
        Some(more @ [_, ..]) => {
            let names: Vec<&str> = more.iter().map(|(group, _)| *group).collect();
            figure.note(format!("Not shown: {}.", names.join(", ")))
        }
        _ => figure,
    }
}

/// What a column measures, whatever the rows.
fn measured(name: &str) -> &str {
    let rest = ["training_", "validation_"].into_iter();
    let rest = rest.filter_map(|rows| name.strip_prefix(rows)).next();
    rest.unwrap_or(name)
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// The name and colour of a column's curve.
fn look(name: &str) -> (String, Color) {
    match name {
        "loss" => ("data loss of the batches".to_owned(), color::nth(0)),
        "penalty" => ("penalty".to_owned(), color::nth(2)),
        name if name.starts_with("validation_") => (words(name), color::nth(1)),
        name if name.starts_with("training_loss") => (words(name), color::nth(5)),
        name => (words(name), color::nth(0)),
    }
}

fn panel(history: &History, group: &str, names: &[&str]) -> Panel {
    let mut series = Vec::new();
    for name in names {
        let points = history.points(name);
        let points: Vec<_> = points.map(|(epoch, value)| (epoch as f64, value)).collect();
        let (label, color) = look(name);
        // The axis says it.
        let label = match names {
            [one] if words(one) == words(group) => String::new(),
            _ => label,
        };
        let is_penalty = *name == "penalty";
        if is_penalty && points.iter().all(|(_, value)| *value == 0.0) {
            continue;
        }
        series.push(match is_penalty {
            true => Series::dashed(label, color, points),
            false => Series::line(label, color, points),
        });
    }
    for name in names.iter().filter(|name| name.starts_with("validation_")) {
        if let Some((epoch, best)) = history.best(name) {
            let label = format!("best {}: {} at epoch {epoch}", words(name), short(best, 4));
            let point = vec![(epoch as f64, best)];
            series.push(Series::dots(
                label,
                look(name).1,
                point,
                Marker::Diamond,
                5.0,
            ));
        }
    }
    Panel::new(Axis::new("epoch").whole(), Axis::new(words(group)), series)
}
