use std::cell::RefCell;

use cmaes::{CMAESOptions, DVector};
use rand::RngExt;
use tapegrad_nn::random;

use super::mirrored::mirrored;
use super::places::Places;
use super::{Next, Search, Seen};
use crate::{Space, error};

/// Evolution with an adapted covariance matrix, CMA-ES (Hansen 2016): generations drawn from `N(m, σ² C)`, where mean,
/// step and covariance follow the better half of each, and keep away from the worse.
///
/// It is the crate [`cmaes`], behind the feature `cma-es`.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`population`](CmaEs::population) of a generation | `4 + ⌊3 ln n⌋` in `n` dimensions | at least 2 |
/// | [`step`](CmaEs::step), the first `σ` in the unit cube | 0.2 | from 1e-6 to 10 |
///
/// - It starts in the middle of the cube. Places beyond its sides are mirrored back.
/// - Where it has converged, it begins again anywhere, with twice the population (IPOP, Auger and Hansen 2005).
/// - The next generation waits for the whole of the one before: ask for as many trials at once as one has, or one.
/// - Whole numbers and words are bins of a coordinate, and what is not there on a condition is varied all the same:
///   for many choices [`Tpe`](super::Tpe) is the better search.
/// - At a place it goes by the trial with the most budget; one that failed is the worst of its generation.
/// - Scores of a generation must be of one budget. So it belongs in [`SuccessiveHalving`](super::SuccessiveHalving), and
///   not in [`Hyperband`](super::Hyperband), whose first rungs differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CmaEs {
    population: Option<usize>,
    step: f64,
}

impl Default for CmaEs {
    fn default() -> Self {
        Self::new()
    }
}

impl CmaEs {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            population: None,
            step: 0.2,
        }
    }

    /// How many trials are a generation.
    ///
    /// # Panics
    /// If `trials` is less than 2.
    #[track_caller]
    pub fn population(mut self, trials: usize) -> Self {
        self.population = Some(error::at_least_two("CmaEs", "population", trials));
        self
    }

    /// The standard deviation of the first generation, in a cube of length 1.
    ///
    /// # Panics
    /// If `step` is not from 1e-6 to 10.
    #[track_caller]
    pub fn step(mut self, step: f64) -> Self {
        self.step = error::deviation("CmaEs", "step", step);
        self
    }
}

impl Search for CmaEs {
    fn name(&self) -> String {
        let population = match self.population {
            Some(trials) => trials.to_string(),
            None => "by dimensions".to_owned(),
        };
        format!("CMA-ES (population {population}, step {})", self.step)
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        _number: usize,
        seed: u64,
    ) -> Next {
        let n = space.dimensions().len();
        let places = Places::new(seen, ahead);
        let population = self
            .population
            .unwrap_or(4 + (3.0 * (n as f64).ln()) as usize);
        // What the crate asks for, a generation at a time. What is not known yet is not used either.
        let generation = RefCell::new(Vec::new());
        for restart in 0.. {
            let seed = random::derive(seed, restart);
            let start = match restart {
                0 => vec![0.5; n],
                _ => {
                    let mut stream = random::stream(seed);
                    (0..n).map(|_| stream.random()).collect()
                }
            };
            let mut evolution = CMAESOptions::new(start, self.step)
                .population_size(population << restart.min(16))
                .seed(seed)
                .build(|x: &DVector<f64>| {
                    let place: Vec<f64> = x.iter().map(|&x| mirrored(x)).collect();
                    let score = places.score(&place).unwrap_or(f64::MAX);
                    generation.borrow_mut().push(place);
                    score
                })
                .expect("settings that were checked");
            loop {
                let end = evolution.next();
                if let Err(next) = places.scores(&generation.take()) {
                    return next;
                }
                if end.is_some() {
                    break;
                }
            }
        }
        unreachable!("a start anywhere leads to places that were not seen")
    }
}
