use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use tapegrad_nn::random::Stream;

use super::super::mirrored::mirrored;
use crate::{Range, Space};

/// Draws that are climbed from, those anywhere and those around each good place.
const ANYWHERE: usize = 512;
const AROUND: usize = 64;
/// From how many of them.
const STARTS: usize = 8;
/// How often all climbers look around at most.
const ROUNDS: usize = 60;
/// The first and the last step, in a cube of length 1.
const STEPS: [f64; 2] = [0.1, 1e-4];

/// A place where `gains` is large: of many draws, the best are climbed from by compass search (Kolda et al. 2003), a
/// step to both sides of each number and to each word, half as far where none is better.
pub(super) fn climb<'a>(
    space: &Space,
    around: impl Iterator<Item = &'a [f64]>,
    gains: impl Fn(&[Vec<f64>]) -> Vec<f64>,
    stream: &mut Stream,
) -> Vec<f64> {
    let n = space.dimensions().len();
    let mut draws: Vec<Vec<f64>> = (0..ANYWHERE)
        .map(|_| (0..n).map(|_| stream.random()).collect())
        .collect();
    for place in around {
        for draw in 0..AROUND {
            let deviation = 0.2 * 0.5_f64.powi(draw as i32 % 6);
            let moved = |&x: &f64| {
                let step: f64 = StandardNormal.sample(stream);
                mirrored(x + deviation * step)
            };
            draws.push(place.iter().map(moved).collect());
        }
    }
    let gain = gains(&draws);
    let mut order: Vec<usize> = (0..draws.len()).collect();
    order.sort_by(|&a, &b| gain[b].total_cmp(&gain[a]));
    let mut climbers: Vec<Climber> = order
        .into_iter()
        .take(STARTS)
        .map(|draw| Climber {
            place: draws[draw].clone(),
            gain: gain[draw],
            step: STEPS[0],
        })
        .collect();
    for _ in 0..ROUNDS {
        let moving = climbers
            .iter_mut()
            .filter(|climber| climber.step >= STEPS[1]);
        let mut moving: Vec<_> = moving.map(|c| (c.neighbours(space), c)).collect();
        let all: Vec<_> = moving.iter().flat_map(|(near, _)| near.clone()).collect();
        if all.is_empty() {
            break;
        }
        let mut gain = gains(&all).into_iter();
        for (neighbours, climber) in &mut moving {
            climber.step_to(neighbours, &mut gain);
        }
    }
    let best = climbers
        .into_iter()
        .reduce(|best, other| match other.gain > best.gain {
            true => other,
            false => best,
        });
    best.expect("some were drawn").place
}

struct Climber {
    place: Vec<f64>,
    gain: f64,
    step: f64,
}

impl Climber {
    fn neighbours(&self, space: &Space) -> Vec<Vec<f64>> {
        let at = |d: usize, x: f64| {
            let mut place = self.place.clone();
            place[d] = x;
            place
        };
        let along = |d: usize| -> Vec<Vec<f64>> {
            match space.dimensions()[d].range() {
                _ if !space.is_active(d, &self.place) => Vec::new(),
                Range::Choice(words) => {
                    let k = words.len() as f64;
                    (0..words.len())
                        .map(|word| at(d, (word as f64 + 0.5) / k))
                        .collect()
                }
                _ => [self.step, -self.step]
                    .map(|step| at(d, (self.place[d] + step).clamp(0.0, 1.0)))
                    .to_vec(),
            }
        };
        (0..self.place.len()).flat_map(along).collect()
    }

    /// To the best of the neighbours, if it is better.
    fn step_to(&mut self, neighbours: &[Vec<f64>], gains: &mut impl Iterator<Item = f64>) {
        let mut moved = false;
        for (place, gain) in neighbours.iter().zip(gains) {
            if gain > self.gain {
                (self.place, self.gain, moved) = (place.clone(), gain, true);
            }
        }
        if !moved {
            self.step *= 0.5;
        }
    }
}
