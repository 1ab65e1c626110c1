use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use tapegrad_nn::random;

use super::mirrored::mirrored;
use super::places::Places;
use super::{Next, Search, Seen};
use crate::{Range, Space, Value, error};

/// A genetic search (Holland 1975): of each generation the best survives, and the others are children of two that won
/// a tournament, crossed and mutated.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`population`](Genetic::population) | 8 | at least 2 |
/// | [`tournament`](Genetic::tournament): of how many, drawn at random, the best is a parent | 3 | at least 1 |
/// | [`mutation`](Genetic::mutation), the standard deviation in the unit cube | 0.1 | from 1e-6 to 10 |
///
/// - The first generation is drawn evenly.
/// - A number of a child is drawn from the interval of its parents', half as long again to each side (BLX-½, Eshelman
///   and Schaffer 1993), a word is that of one of them (uniform crossover, Syswerda 1989).
/// - One dimension in `n` is mutated, and one at least: a number by a normal step, a word by drawing another.
///   Beyond the sides of the cube it is mirrored back.
/// - The next generation waits for the whole of the one before: ask for as many trials at once as one has, or one.
///   The survivor is not tried again.
/// - At a place it goes by the trial with the most budget; one that failed is the worst.
/// - Scores of a generation must be of one budget. So it belongs in [`SuccessiveHalving`](super::SuccessiveHalving), and
///   not in [`Hyperband`](super::Hyperband), whose first rungs differ.
///
/// It is our own: crates for genetic searches own the loop, and would have to be run again for every trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Genetic {
    population: usize,
    tournament: usize,
    mutation: f64,
}

impl Default for Genetic {
    fn default() -> Self {
        Self::new()
    }
}

impl Genetic {
    /// With the defaults above.
    pub fn new() -> Self {
        Self {
            population: 8,
            tournament: 3,
            mutation: 0.1,
        }
    }

    /// How many places are a generation.
    ///
    /// # Panics
    /// If `places` is less than 2.
    #[track_caller]
    pub fn population(mut self, places: usize) -> Self {
        self.population = error::at_least_two("Genetic", "population", places);
        self
    }

    /// How many places take part in a tournament.
    ///
    /// # Panics
    /// If `places` is 0.
    #[track_caller]
    pub fn tournament(mut self, places: usize) -> Self {
        self.tournament = error::at_least_one("Genetic", "size of a tournament", places);
        self
    }

    /// The standard deviation of a mutation, in a cube of length 1.
    ///
    /// # Panics
    /// If `deviation` is not from 1e-6 to 10.
    #[track_caller]
    pub fn mutation(mut self, deviation: f64) -> Self {
        self.mutation = error::deviation("Genetic", "mutation", deviation);
        self
    }

    fn child(&self, space: &Space, parents: [&[f64]; 2], stream: &mut impl Rng) -> Vec<f64> {
        let n = space.dimensions().len();
        let certain = stream.random_range(0..n);
        let gene = |d: usize| {
            let [a, b] = parents.map(|parent| parent[d]);
            let range = space.dimensions()[d].range();
            let mutates = d == certain || stream.random_range(0..n) == 0;
            if let Range::Choice(words) = range {
                let parent = if stream.random() { a } else { b };
                return match range.value(parent) {
                    Value::Choice(word) if mutates => another(word, words.len(), stream),
                    _ => parent,
                };
            }
            let blended = a + (b - a) * (2.0 * stream.random::<f64>() - 0.5);
            let step: f64 = match mutates {
                true => StandardNormal.sample(stream),
                false => 0.0,
            };
            mirrored(blended + self.mutation * step)
        };
        (0..n).map(gene).collect()
    }
}

/// A coordinate of any word but this one, if there are others.
fn another(word: usize, words: usize, stream: &mut impl Rng) -> f64 {
    let drawn = stream.random_range(0..(words - 1).max(1));
    let other = drawn + usize::from(drawn >= word && words > 1);
    // Not at the sides of its bin, where rounding could lead to the next one.
    (other as f64 + stream.random_range(0.01..0.99)) / words as f64
}

impl Search for Genetic {
    fn name(&self) -> String {
        let Self {
            population,
            tournament,
            mutation,
        } = self;
        format!("genetic (population {population}, tournament {tournament}, mutation {mutation})")
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        _number: usize,
        seed: u64,
    ) -> Next {
        let places = Places::new(seen, ahead);
        let mut stream = random::stream(seed);
        let anywhere = |_| space.dimensions().iter().map(|_| stream.random()).collect();
        let mut generation: Vec<Vec<f64>> = (0..self.population).map(anywhere).collect();
        loop {
            let scores = match places.scores(&generation) {
                Ok(scores) => scores,
                Err(next) => return next,
            };
            let best = |a: &usize, b: &usize| scores[*a].total_cmp(&scores[*b]);
            let survivor = (0..self.population).min_by(best);
            let mut next = vec![generation[survivor.expect("two at least")].clone()];
            while next.len() < self.population {
                let parents = [(); 2].map(|_| {
                    let some =
                        (0..self.tournament).map(|_| stream.random_range(0..self.population));
                    &generation[some.min_by(best).expect("one at least")][..]
                });
                next.push(self.child(space, parents, &mut stream));
            }
            generation = next;
        }
    }
}
