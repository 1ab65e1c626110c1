use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, Name, ParamId, Role};

use super::axis::{Axis, LARGEST};
use super::color;
use super::figure::{Figure, Panel};
use super::number::short;
use super::series::{Point, Series};

/// More would be too small to read.
const MOST_PANELS: usize = 24;

/// How the numbers of each weight of a model are spread, a panel for each [weight](Role::Weight).
///
/// Exact zeros are counted apart, below the panel: a bar of them would hide the others. Bars are about as many as
/// the square root of the numbers, from 6 to 40. A weight under several names is shown once; of more than 24
/// weights the first are.
///
/// ```
/// use tapegrad_nn::Mlp;
/// use tapegrad_train::plot;
///
/// let figure = plot::weight_histograms(&Mlp::<f32>::new(&[2, 64, 1]));
/// assert!(figure.to_svg().contains("layers.0.weight [2, 64]"));
/// ```
pub fn weight_histograms<T: Element>(model: &(impl Module<T> + ?Sized)) -> Figure {
    let (mut seen, mut panels): (Vec<ParamId>, Vec<Panel>) = (Vec::new(), Vec::new());
    model.visit(Name::root(), &mut |name, param| {
        if param.role == Role::Weight && !seen.contains(&param.id()) {
            seen.push(param.id());
            if panels.len() < MOST_PANELS {
                let title = format!("{name} {:?}", param.value.shape());
                let numbers = param.value.iter().map(|weight| weight.wide());
                panels.push(panel(title, numbers.collect()));
            }
        }
    });
    let (count, shown) = (seen.len(), panels.len());
    let figure = Figure::new("Weights", panels);
    match count {
        0 => figure.note("The model has no weights."),
        count if count > shown => {
            figure.note(format!("The first {shown} of {count} weights are shown."))
        }
        _ => figure,
    }
}

fn panel(title: String, weights: Vec<f64>) -> Panel {
    let is_shown = |weight: &f64| weight.abs() <= LARGEST;
    let zeros = weights.iter().filter(|weight| **weight == 0.0).count();
    let odd = weights.len() - weights.iter().filter(|weight| is_shown(weight)).count();
    let others = weights
        .iter()
        .filter(|weight| is_shown(weight) && **weight != 0.0);
    let others: Vec<f64> = others.copied().collect();
    let share = 100.0 * zeros as f64 / weights.len().max(1) as f64;
    let zeros = match zeros {
        0 => "None is exactly 0.".to_owned(),
        zeros => format!(
            "{zeros} of {} ({} %) are exactly 0 and in no bar.",
            weights.len(),
            short(share, 3)
        ),
    };
    let bars = bars(&others).into_iter().map(|bar| (bar, color::nth(0)));
    let panel = Panel::new(
        Axis::new("value").linear(),
        Axis::new("count").whole().reaching([0.0]),
        vec![Series::cells(bars.collect())],
    );
    let panel = panel.titled(title).note(zeros);
    match odd {
        0 => panel,
        odd => panel.note(format!("{odd} NaN or infinite.")),
    }
}

/// The corners of a bar for each of some equal parts of what the numbers span.
fn bars(numbers: &[f64]) -> Vec<[Point; 2]> {
    let [from, to] = [
        numbers.iter().copied().fold(f64::INFINITY, f64::min),
        numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    ];
    if numbers.is_empty() {
        return Vec::new();
    }
    let size = from.abs().max(to.abs());
    if to - from <= 1e-9 * size {
        let half = 0.05 * size;
        return vec![[(from - half, 0.0), (to + half, numbers.len() as f64)]];
    }
    let count = ((numbers.len() as f64).sqrt() as usize).clamp(6, 40);
    let mut counts = vec![0_usize; count];
    for number in numbers {
        let bar = ((number - from) / (to - from) * count as f64) as usize;
        counts[bar.min(count - 1)] += 1;
    }
    let edge = |bar: f64| from + (to - from) * (bar / count as f64);
    let bars = counts.iter().enumerate();
    bars.map(|(bar, count)| {
        let left = bar as f64;
        // With a gap to the next.
        [(edge(left), 0.0), (edge(left + 0.94), *count as f64)]
    })
    .collect()
}
