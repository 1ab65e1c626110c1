use super::Schedule;
use crate::error;

/// `base + (peak − base) · height · scale`: triangles, with a `height` that rises from 0 to 1 in `up` steps
/// and falls back in as many, or in [`down`](Cyclical::down) steps.
///
/// | policy | `scale` in the `i`-th cycle, from 0 | PyTorch's `mode` |
/// |---|---|---|
/// | as made | 1 | `triangular` |
/// | [`halving`](Cyclical::halving) | `2⁻ⁱ` | `triangular2` |
/// | [`shrinking`](Cyclical::shrinking) | `factorᵗ` | `exp_range` |
///
/// As PyTorch's `CyclicLR` (Smith 2017). The base may be above the peak: `Cyclical::new(0.9, 0.8, up)` is
/// what PyTorch's `cycle_momentum` makes of the momentum meanwhile.
///
/// ```
/// use tapegrad_optim::{Schedule, schedule::Cyclical};
/// let lr = Cyclical::new(1.0, 3.0, 4).down(2).halving();
/// assert_eq!([lr.at(0), lr.at(2), lr.at(4), lr.at(5)], [1.0, 2.0, 3.0, 2.0]);
/// assert_eq!([lr.at(6), lr.at(10), lr.at(16)], [1.0, 2.0, 1.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cyclical {
    base: f64,
    peak: f64,
    up: usize,
    down: usize,
    policy: Policy,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Policy {
    Triangular,
    Halving,
    Shrinking(f64),
}

impl Cyclical {
    const WHO: &str = "schedule::Cyclical";

    /// From `base` to `peak` in `up` steps, and back in as many.
    ///
    /// # Panics
    /// If `base` or `peak` is negative or not finite, or `up` is 0.
    #[track_caller]
    pub fn new(base: f64, peak: f64, up: usize) -> Self {
        Self {
            base: error::at_least_zero(Self::WHO, "base", base),
            peak: error::at_least_zero(Self::WHO, "peak", peak),
            up: error::at_least_one(Self::WHO, "number of steps up", up),
            down: up,
            policy: Policy::Triangular,
        }
    }

    /// Back in `down` steps.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn down(self, down: usize) -> Self {
        Self {
            down: error::at_least_one(Self::WHO, "number of steps down", down),
            ..self
        }
    }

    /// Each cycle is half as high as the one before.
    pub fn halving(self) -> Self {
        Self {
            policy: Policy::Halving,
            ..self
        }
    }

    /// The height is multiplied by `factor` every step.
    ///
    /// # Panics
    /// If it is not in `[0, 1]`.
    #[track_caller]
    pub fn shrinking(self, factor: f64) -> Self {
        Self {
            policy: Policy::Shrinking(error::share(Self::WHO, "factor", factor)),
            ..self
        }
    }
}

impl Schedule for Cyclical {
    fn at(&self, step: usize) -> f64 {
        let (up, down) = (self.up as u128, self.down as u128);
        let (cycle, place) = (step as u128 / (up + down), step as u128 % (up + down));
        let height = if place <= up {
            place as f64 / up as f64
        } else {
            (up + down - place) as f64 / down as f64
        };
        let scale = match self.policy {
            Policy::Triangular => 1.0,
            Policy::Halving => 0.5_f64.powf(cycle as f64),
            Policy::Shrinking(factor) => factor.powf(step as f64),
        };
        self.base + (self.peak - self.base) * height * scale
    }
}
