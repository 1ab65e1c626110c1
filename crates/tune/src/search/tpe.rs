use rand::RngExt;
use tapegrad_nn::random;
use tpe::{TpeOptimizer, TpeOptimizerBuilder};

use super::comparable::comparable;
use super::{Next, Random, Search, Seen, Suggestion};
use crate::{Range, Space, Value, error};

/// Tree-structured Parzen estimators (Bergstra et al. 2011): `argmax l(x) / g(x)` of some draws from `l`, for each
/// dimension by itself.
///
/// `l` is the density of the best `⌈n / 10⌉` trials, at most 25, and `g` that of the others: a normal distribution,
/// as wide as it is far to its neighbours, around each of them and around the middle; of choices the counts, each
/// one more. It is the crate [`tpe`], behind the feature `tpe`.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`start_up`](Tpe::start_up) trials, drawn as by [`Random`] | 10 | at least 1 |
/// | [`candidates`](Tpe::candidates), the draws | 24 | at least 1 |
///
/// - It goes by the trials with the largest budget with which as many have scores as start up.
/// - Trials that failed, and those that are ahead, are among the worse: so it keeps away from both (of the second
///   the "constant liar" of Ginsbourger et al. 2010).
/// - A dimension that is there only on a condition is told of the trials in which it was there.
/// - Of a whole number it knows the middle of its bin.
///
/// ```
/// use tapegrad_tune::Space;
/// use tapegrad_tune::search::{Next, Search, Seen, Suggestion, Tpe};
///
/// let space = Space::new().log("lambda", 1e-6..=1.0);
/// let places: Vec<[f64; 1]> = (0..40).map(|n| [n as f64 / 39.0]).collect();
/// let trials: Vec<Seen> = places.iter().enumerate().map(|(number, place)| {
///     Seen { number, coordinates: place, budget: 1.0, score: Some((place[0] - 0.7).abs()) }
/// }).collect();
/// let Next::Try(Suggestion { coordinates, .. }) = Tpe::new().next(&space, &trials, &[], 40, 1) else {
///     unreachable!("it never waits")
/// };
/// assert!((coordinates[0] - 0.7).abs() < 0.2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tpe {
    start_up: usize,
    candidates: usize,
}

impl Default for Tpe {
    fn default() -> Self {
        Self::new()
    }
}

impl Tpe {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            start_up: 10,
            candidates: 24,
        }
    }

    /// How many trials must have a score before it goes by them.
    ///
    /// # Panics
    /// If `trials` is 0.
    #[track_caller]
    pub fn start_up(mut self, trials: usize) -> Self {
        self.start_up = error::at_least_one("Tpe", "number of start-up trials", trials);
        self
    }

    /// How many draws it chooses from, for each dimension.
    ///
    /// # Panics
    /// If `draws` is 0.
    #[track_caller]
    pub fn candidates(mut self, draws: usize) -> Self {
        self.candidates = error::at_least_one("Tpe", "number of candidates", draws);
        self
    }
}

impl Search for Tpe {
    fn name(&self) -> String {
        let Self {
            start_up,
            candidates,
        } = self;
        format!("TPE (start-up {start_up}, candidates {candidates})")
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        let Some(seen) = comparable(seen, self.start_up) else {
            return Random.next(space, seen, ahead, number, seed);
        };
        let mut stream = random::stream(random::derive(seed, number));
        let mut place: Vec<f64> = space.dimensions().iter().map(|_| stream.random()).collect();
        // A condition is on a dimension before, and so on one that is chosen.
        for (d, dimension) in space.dimensions().iter().enumerate() {
            if !space.is_active(d, &place) {
                continue;
            }
            let with = |at: &[f64]| space.is_active(d, at).then(|| at[d]);
            let told = seen.iter().filter_map(|trial| {
                Some((
                    with(trial.coordinates)?,
                    trial.score.unwrap_or(f64::INFINITY),
                ))
            });
            let liars = ahead
                .iter()
                .filter_map(|at| Some((with(at)?, f64::INFINITY)));
            let trials: Vec<_> = told.chain(liars).collect();
            place[d] = self.choose(dimension.range(), &trials, &mut stream);
        }
        Next::Try(Suggestion::at(place))
    }
}

impl Tpe {
    /// The coordinate of one dimension, after those of trials and their scores.
    fn choose(&self, range: &Range, trials: &[(f64, f64)], stream: &mut random::Stream) -> f64 {
        let scores = trials.iter().filter(|(_, score)| score.is_finite()).count();
        let good = scores.div_ceil(10).min(25);
        // The crate rounds `γ n` up.
        let gamma = (good as f64 - 0.5).max(0.0) / trials.len().max(1) as f64;
        let words = match range {
            Range::Choice(words) => Some(words.len()),
            _ => None,
        };
        let (estimator, end) = match words {
            Some(words) => (tpe::histogram_estimator(), words as f64),
            None => (tpe::parzen_estimator(), 1.0),
        };
        let mut optimizer: TpeOptimizer = tpe::range(0.0, end)
            .map_err(|_| "not empty")
            .and_then(|range| {
                TpeOptimizerBuilder::new()
                    .gamma(gamma)
                    .candidates(self.candidates)
                    .build(estimator, range)
                    .map_err(|_| "γ is a share")
            })
            .expect("a range from 0 and a share");
        for &(coordinate, score) in trials {
            let x = match range.value(coordinate) {
                Value::Choice(word) => word as f64,
                // Without its end, as the crate has it.
                value => range.coordinate(&value).min(1.0_f64.next_down()),
            };
            optimizer.tell(x, score).expect("a number of the range");
        }
        let x = optimizer.ask(stream).unwrap_or_else(|never| match never {});
        match words {
            Some(words) => (x + 0.5) / words as f64,
            None => x,
        }
    }
}
