//! Paths as figures.

use tapegrad_autodiff::Element;
use tapegrad_train::plot::{self, Figure, Scale};

use super::{CrossValidatedPath, FittedPath, StabilitySelection};

const STRENGTH: &str = "strength of the penalty";

impl<T: Element> FittedPath<T> {
    /// The coefficient of each input, or the norm of its row if there are several units, against the strength.
    pub fn plot(&self) -> Figure {
        let of_inputs: Vec<_> = self.points.iter().map(|point| point.of_inputs()).collect();
        let strengths = self.points.iter().map(|point| point.strength);
        let what = match self.points.first() {
            Some(point) if point.coefficients.len() > self.names.len() => "norm of the input's row",
            _ => "coefficient",
        };
        curves(
            "Regularisation path",
            what,
            &self.names,
            strengths,
            &of_inputs,
        )
    }
}

impl<T: Element> CrossValidatedPath<T> {
    /// The mean score with its standard error against the strength, and the two that are chosen.
    pub fn plot(&self) -> Figure {
        let points = self.scores.iter();
        let points: Vec<_> = points
            .map(|score| (score.strength, score.mean, score.standard_error))
            .collect();
        let [best, one] =
            [self.best, self.one_standard_error].map(|place| self.scores[place].strength);
        let marks = [("best", best), ("one standard error", one)];
        let measure = self.measure.replace('_', " ");
        plot::error_bars(STRENGTH, &measure, &points, &marks)
            .title("Cross-validated path")
            .x_scale(Scale::Logarithmic)
    }
}

impl StabilitySelection {
    /// The share of subsamples that each input is active in against the strength.
    pub fn plot(&self) -> Figure {
        let strengths = self.strengths.iter().copied();
        curves(
            "Stability",
            "share of subsamples",
            &self.names,
            strengths,
            &self.shares,
        )
    }
}

/// A curve for each input.
fn curves(
    title: &str,
    what: &str,
    names: &[String],
    strengths: impl Iterator<Item = f64> + Clone,
    of_inputs: &[Vec<f64>],
) -> Figure {
    let curve = |input: usize| {
        let numbers = of_inputs.iter().map(|numbers| numbers[input]);
        strengths.clone().zip(numbers).collect::<Vec<_>>()
    };
    let points: Vec<_> = (0..names.len()).map(curve).collect();
    let curves = names.iter().zip(&points);
    let curves: Vec<(&str, &[(f64, f64)])> = curves
        .map(|(name, points)| (name.as_str(), &points[..]))
        .collect();
    plot::lines(STRENGTH, what, &curves)
        .title(title)
        .x_scale(Scale::Logarithmic)
        .y_scale(Scale::Linear)
}
