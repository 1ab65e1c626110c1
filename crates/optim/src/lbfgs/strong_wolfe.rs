use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module};

use super::line::{Line, Trial};

/// The strong Wolfe conditions, and how often a point may be tried for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct StrongWolfe {
    pub(super) c1: f64,
    pub(super) c2: f64,
    pub(super) most: usize,
}

impl Default for StrongWolfe {
    fn default() -> Self {
        Self {
            c1: 1e-4,
            c2: 0.9,
            most: 25,
        }
    }
}

/// Losses that differ by so many epsilons of themselves are one: they are sums.
const ROUNDING: f64 = 10.0;

/// A point that fulfils the conditions, or the best one of the bracket that is left when it is too short or too
/// much was tried: without gradients if that is the start, with loss and slope given.
#[track_caller]
pub(super) fn strong_wolfe<M, F, T>(
    line: &mut Line<'_, M, F, T>,
    (loss, slope): (f64, f64),
    first: f64,
    StrongWolfe { c1, c2, most }: StrongWolfe,
    tolerance: f64,
) -> Trial<T>
where
    M: Module<T> + ?Sized,
    F: FnMut(&M) -> (T, GradientMap<T>),
    T: Element,
{
    let rounding = ROUNDING * T::epsilon().wide() * loss.abs();
    let is_high = |trial: &Trial<T>| trial.loss > loss + c1 * trial.t * slope;
    let is_flat = |trial: &Trial<T>| trial.slope.abs() <= -c2 * slope;
    let is_level =
        |trial: &Trial<T>| trial.loss <= loss + rounding && trial.loss >= loss - rounding;
    let start = || Trial {
        t: 0.0,
        loss,
        slope,
        gradients: None,
    };

    // A bracket: algorithm 3.5.
    let mut count = 0;
    let mut before = start();
    let mut trial = line.at(first);
    loop {
        if count == most {
            before = start();
            break;
        }
        if is_level(&trial) && is_flat(&trial) {
            return trial;
        }
        if is_high(&trial) || (count > 1 && trial.loss >= before.loss) {
            break;
        }
        if is_flat(&trial) {
            return trial;
        }
        if trial.slope >= 0.0 {
            break;
        }
        let bounds = (trial.t + 0.01 * (trial.t - before.t), 10.0 * trial.t);
        let next = line.at(interpolate(&before, &trial, bounds));
        before = std::mem::replace(&mut trial, next);
        count += 1;
    }

    // What it holds: algorithm 3.6.
    let (mut low, mut high) = if before.loss <= trial.loss {
        (before, trial)
    } else {
        (trial, before)
    };
    let longest = line.longest();
    let mut is_slow = false;
    while count < most {
        let (from, to) = (low.t.min(high.t), low.t.max(high.t));
        if (to - from) * longest <= tolerance {
            break;
        }
        let mut t = interpolate(&low, &high, (from, to));
        // Twice near one end, the bracket would hardly get shorter.
        let margin = 0.1 * (to - from);
        let is_near = (to - t).min(t - from) < margin;
        if is_near && (is_slow || t >= to || t <= from) {
            t = if to - t < t - from {
                to - margin
            } else {
                from + margin
            };
            is_slow = false;
        } else {
            is_slow = is_near;
        }
        let trial = line.at(t);
        count += 1;
        if is_level(&trial) && is_flat(&trial) {
            return trial;
        }
        if is_high(&trial) || trial.loss >= low.loss {
            high = trial;
            if high.loss < low.loss {
                std::mem::swap(&mut low, &mut high);
            }
        } else {
            if is_flat(&trial) {
                return trial;
            }
            if trial.slope * (high.t - low.t) >= 0.0 {
                high = low;
            }
            low = trial;
        }
    }
    low
}

/// Where the cubic through two losses and slopes is lowest, within bounds (equation 3.59); the middle of the
/// bounds if there is no such place, or if one end is not finite.
fn interpolate<T: Element>(a: &Trial<T>, b: &Trial<T>, (from, to): (f64, f64)) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
    let d2 = (d1 * d1 - a.slope * b.slope).sqrt();
    let lowest = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2));
    if lowest.is_finite() {
        lowest.max(from).min(to)
    } else {
        0.5 * (from + to)
    }
}
