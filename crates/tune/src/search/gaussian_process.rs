mod ascent;
mod improvement;
mod kernel;
mod posterior;
mod scale;

use tapegrad_nn::random;

use self::ascent::climb;
use self::improvement::log_expected_improvement;
use self::kernel::Kernel;
use self::posterior::Posterior;
use self::scale::standardised;
use super::comparable::comparable;
use super::{Next, Random, Search, Seen, Suggestion};
use crate::{Range, Space, Value, error};

/// A Gaussian process is the model of the score, and the next place is where most improvement on the best is expected
/// (Jones et al. 1998).
///
/// `k(x, x′) = s² (1 + √5 r + 5/3 r²) exp(−√5 r)` with `r² = Σ (xᵢ − xᵢ′)² / ℓᵢ²` (Matérn 5/2), and noise `σ²`. Lengths,
/// `s²` and `σ²` are where their posterior is largest: the marginal likelihood of the scores times log-normal priors,
/// climbed by [`Lbfgs`](tapegrad_optim::Lbfgs) with gradients through the Cholesky factor.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`start_up`](GaussianProcess::start_up) trials, drawn as by [`Random`] | 10 | at least 2 |
/// | [`most`](GaussianProcess::most) trials in the model | 100 | at least 2 |
///
/// - The logarithm of the expected improvement is climbed (Ament et al. 2023), from the best of many draws.
/// - It goes by the trials with the largest budget with which as many have scores as start up; if they are more than
///   `most`, by the best half of `most` and the last ones.
/// - Whole numbers are rounded before the kernel, words are equal or at distance 1 (one-hot with a length of its own),
///   what is not there on a condition is in the middle.
/// - Trials that are ahead had, it believes, the scores that it expects there ("kriging believer", Ginsbourger et al.
///   2010).
/// - A score far above the median is drawn in, to five times as far above it as the best is below: a diverged training
///   says no more than that. Trials that failed are the worst.
///
/// It is our own: the crate `optimizer` draws words blindly, has fixed lengths, and forgets all but the last trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianProcess {
    start_up: usize,
    most: usize,
}

impl Default for GaussianProcess {
    fn default() -> Self {
        Self::new()
    }
}

impl GaussianProcess {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            start_up: 10,
            most: 100,
        }
    }

    /// How many trials must have a score before it goes by them.
    ///
    /// # Panics
    /// If `trials` is less than 2.
    #[track_caller]
    pub fn start_up(mut self, trials: usize) -> Self {
        let name = "number of start-up trials";
        self.start_up = error::at_least_two("GaussianProcess", name, trials);
        self
    }

    /// How many trials are in the model at most: its time grows with their cube.
    ///
    /// # Panics
    /// If `trials` is less than 2.
    #[track_caller]
    pub fn most(mut self, trials: usize) -> Self {
        self.most = error::at_least_two("GaussianProcess", "number of trials in the model", trials);
        self
    }

    /// The best half of `most` and the last ones, by number.
    fn chosen<'a>(&self, mut trials: Vec<Seen<'a>>) -> Vec<Seen<'a>> {
        if trials.len() > self.most {
            let score = |trial: &Seen| trial.score.unwrap_or(f64::INFINITY);
            trials.sort_by(|a, b| score(a).total_cmp(&score(b)));
            trials[self.most / 2..].sort_by_key(|trial| std::cmp::Reverse(trial.number));
            trials.truncate(self.most);
            trials.sort_by_key(|trial| trial.number);
        }
        trials
    }
}

impl Search for GaussianProcess {
    fn name(&self) -> String {
        let Self { start_up, most } = self;
        format!("Gaussian process (start-up {start_up}, most {most})")
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        let Some(trials) = comparable(seen, self.start_up) else {
            return Random.next(space, seen, ahead, number, seed);
        };
        let trials = self.chosen(trials);
        let points: Vec<_> = trials.iter().map(|t| point(space, t.coordinates)).collect();
        let scores = standardised(&trials.iter().map(|t| t.score).collect::<Vec<_>>());

        let words = space.dimensions().iter();
        let words = words.map(|d| matches!(d.range(), Range::Choice(_)));
        let mut kernel = Kernel::new(words.collect());
        kernel.fit(&points, &scores);
        let model = Posterior::new(kernel, points, scores);
        // Of the model, not of the scores: one that was lucky is no bound.
        let means = model.at(model.points()).into_iter().map(|(mean, _)| mean);
        let best = means.fold(f64::INFINITY, f64::min);
        let model = model.believing(ahead.iter().map(|at| point(space, at)).collect());

        let gains = |places: &[Vec<f64>]| -> Vec<f64> {
            let points: Vec<_> = places.iter().map(|place| point(space, place)).collect();
            let moments = model.at(&points).into_iter();
            moments
                .map(|(mean, deviation)| log_expected_improvement(best - mean, deviation))
                .collect()
        };
        let mut good = trials;
        good.retain(|trial| trial.score.is_some());
        good.sort_by(|a, b| a.score.partial_cmp(&b.score).expect("finite scores"));
        let around = good.iter().take(3).map(|trial| trial.coordinates);
        let mut stream = random::stream(random::derive(seed, number));
        let place = climb(space, around, gains, &mut stream);
        Next::Try(Suggestion::at(place))
    }
}

/// What the kernel sees of a place: of numbers the coordinate, of whole ones that of the middle of their bin, of words
/// the number.
fn point(space: &Space, place: &[f64]) -> Vec<f64> {
    let coordinate = |d: usize| {
        let range = space.dimensions()[d].range();
        match (range, range.value(place[d])) {
            _ if !space.is_active(d, place) => 0.5,
            (Range::Linear { .. } | Range::Log { .. }, _) => place[d],
            (_, Value::Choice(word)) => word as f64,
            (range, value) => range.coordinate(&value),
        }
    };
    (0..place.len()).map(coordinate).collect()
}
