use super::Prune;
use crate::Finished;

/// Stops a trial whose best score so far is above the median of what others had at the same step (Golovin et al. 2017,
/// in the form of Optuna's `MedianPruner`).
///
/// | setting | default | |
/// |---|---|---|
/// | [`start_up`](Median::start_up) | 5 trials | so many must have gone to their end before one is stopped |
/// | [`warm_up`](Median::warm_up) | 0 steps | before this step nothing is stopped |
///
/// The others are the trials of earlier rounds that went to their end, and reported a score at this step. Golovin et
/// al. take the median of the running means up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Median {
    start_up: usize,
    warm_up: usize,
}

impl Default for Median {
    fn default() -> Self {
        Self::new()
    }
}

impl Median {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            start_up: 5,
            warm_up: 0,
        }
    }

    /// How many trials must have gone to their end before one is stopped.
    pub fn start_up(mut self, trials: usize) -> Self {
        self.start_up = trials;
        self
    }

    /// The first step at which one may be stopped.
    pub fn warm_up(mut self, step: usize) -> Self {
        self.warm_up = step;
        self
    }
}

impl Prune for Median {
    fn name(&self) -> String {
        format!(
            "median (start-up {}, warm-up {})",
            self.start_up, self.warm_up
        )
    }

    fn prunes(&self, reports: &[(usize, f64)], before: &[Finished]) -> bool {
        let Some(&(now, _)) = reports.last() else {
            return false;
        };
        let complete = || before.iter().filter(|trial| trial.is_complete());
        if now < self.warm_up || complete().count() < self.start_up {
            return false;
        }
        let at_this_step = complete().filter_map(|trial| {
            let report = trial.reports.iter().find(|(step, _)| *step == now);
            report.map(|(_, score)| *score)
        });
        let own = reports.iter().map(|(_, score)| *score);
        let own = own.fold(f64::INFINITY, f64::min);
        median(at_this_step.collect()).is_some_and(|median| own > median)
    }
}

/// The number in the middle; of an even count the mean of the two.
fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() % 2 {
        1 => Some(numbers[middle]),
        _ => Some(numbers.get(middle.checked_sub(1)?)? / 2.0 + numbers[middle] / 2.0),
    }
}
