use super::Stage;
use crate::{Scores, Trials, Values};

/// What was validated by folds.
#[derive(Clone, Debug, PartialEq)]
pub struct Finalist {
    /// The search that found it.
    pub stage: Stage,
    /// Its trial there.
    pub trial: usize,
    /// What it is.
    pub values: Values,
    /// Its score on the rows held out: among many, so too good.
    pub held_out: f64,
    /// Its folds. If all of them failed, the mean is NaN.
    pub scores: Scores,
}

impl Finalist {
    /// The best of two searches, each place once, with no folds yet: by score, of equal ones the first.
    pub(super) fn best(count: usize, explore: &Trials, refine: &Trials) -> Vec<Self> {
        let of = |stage, trials: &Trials| {
            let complete = trials.all().iter().filter(|trial| trial.is_complete());
            let finalist = complete.filter_map(|trial| {
                Some(Self {
                    stage,
                    trial: trial.number,
                    values: trial.values.clone(),
                    held_out: trial.score()?,
                    scores: Scores { each: Vec::new() },
                })
            });
            finalist.collect::<Vec<_>>()
        };
        let mut all = of(Stage::Explore, explore);
        all.extend(of(Stage::Refine, refine));
        all.sort_by(|a, b| a.held_out.total_cmp(&b.held_out));
        let mut best: Vec<Self> = Vec::new();
        for one in all {
            if best.len() < count && best.iter().all(|other| other.text() != one.text()) {
                best.push(one);
            }
        }
        best
    }

    /// Names and values, as they are read back to the bit.
    pub(super) fn text(&self) -> String {
        let each = self.values.iter();
        let each: Vec<_> = each.map(|(name, text)| format!("{name} {text}")).collect();
        each.join(", ")
    }
}

/// Which finalist is chosen, and why in words.
pub(super) fn choose(
    finalists: &[Finalist],
    complexity: Option<&dyn Fn(&Values) -> f64>,
) -> (usize, String) {
    let failed = |n: &usize| finalists[*n].scores.failed().count();
    let fewest = (0..finalists.len()).map(|n| failed(&n)).min();
    let whole: Vec<_> = (0..finalists.len())
        .filter(|n| Some(failed(n)) == fewest)
        .collect();
    let mean = |n: usize| finalists[n].scores.mean();
    let best = whole.iter().copied();
    let best = best.min_by(|&a, &b| mean(a).total_cmp(&mean(b)));
    let best = best.unwrap_or(0);
    let of = match whole.len() == finalists.len() {
        true => String::new(),
        false => format!(" of the {} with the fewest failed folds", whole.len()),
    };
    let Some(complexity) = complexity else {
        return (best, format!("the least mean{of}"));
    };
    let error = finalists[best].scores.standard_error().unwrap_or(0.0);
    let bound = mean(best) + error;
    let within: Vec<_> = whole.into_iter().filter(|&n| mean(n) <= bound).collect();
    let by = |n: usize| complexity(&finalists[n].values);
    let simplest = within.iter().copied();
    let simplest =
        simplest.min_by(|&a, &b| by(a).total_cmp(&by(b)).then(mean(a).total_cmp(&mean(b))));
    let text = format!(
        "the least complex of {}{of} within one standard error of the least mean, at most {:.4} + {error:.4}",
        within.len(),
        mean(best)
    );
    (simplest.unwrap_or(best), text)
}
