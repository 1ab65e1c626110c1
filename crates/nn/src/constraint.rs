use std::fmt;

use tapegrad_autodiff::Element;

use crate::penalty::soft_threshold;
use crate::{Groups, error};

/// Where a weight must stay: after each step it is projected to the nearest point there is.
///
/// | constraint | set | projection |
/// |---|---|---|
/// | [`max_norm`](Constraint::max_norm) | `‖w_G‖₂ ≤ c` | `w_G min(1, c / ‖w_G‖)` |
/// | [`unit_norm`](Constraint::unit_norm) | `‖w_G‖₂ = 1` | `w_G / ‖w_G‖`; a group of zeros stays |
/// | [`non_negative`](Constraint::non_negative) | `w ≥ 0` | `max(w, 0)` |
/// | [`between`](Constraint::between) | `low ≤ w ≤ high` | clamped |
/// | [`l1_ball`](Constraint::l1_ball) | `Σ\|w\| ≤ c` | soft threshold (Duchi et al. 2008) |
///
/// The projection is Euclidean, whatever the optimizer's metric; the starting value is not projected. A
/// constraint acts after proximal penalties, `w ≥ 0` before them too. That is their joint minimiser for
/// `w ≥ 0` with any penalty, and for bounds with L1 and L2; not for bounds or norms with a group lasso, and
/// not for norms or the L1 ball under an adaptive rule, whose metric is another. There weights settle near
/// the minimum of the penalised and constrained loss, and [`kkt`](crate::kkt) shows how far from it.
///
/// ```
/// use tapegrad_nn::{Constraint, Dense, Groups};
/// // No unit's incoming weights are longer than 3 (Srivastava et al. 2014).
/// let layer = Dense::<f32>::new(20, 10).constrain(Constraint::max_norm(Groups::Columns, 3.0));
/// let mut weights = [3.0, 4.0];
/// Constraint::max_norm(Groups::Whole, 2.5).project(&mut weights, &[2]);
/// assert_eq!(weights, [1.5, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constraint {
    pub(crate) set: Set,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Set {
    MaxNorm(Groups, f64),
    UnitNorm(Groups),
    Between(f64, f64),
    L1Ball(f64),
}

impl Constraint {
    /// `‖w_G‖₂ ≤ limit` for each group.
    ///
    /// # Panics
    /// If the limit is negative or not finite.
    #[track_caller]
    pub fn max_norm(groups: Groups, limit: f64) -> Self {
        let limit = limit_of("Constraint::max_norm", limit);
        Self {
            set: Set::MaxNorm(groups, limit),
        }
    }

    /// `‖w_G‖₂ = 1` for each group.
    pub fn unit_norm(groups: Groups) -> Self {
        Self {
            set: Set::UnitNorm(groups),
        }
    }

    /// `w ≥ 0`.
    pub fn non_negative() -> Self {
        Self {
            set: Set::Between(0.0, f64::INFINITY),
        }
    }

    /// `low ≤ w ≤ high`; a bound may be infinite.
    ///
    /// # Panics
    /// If `low` is above `high` or one is NaN.
    #[track_caller]
    pub fn between(low: f64, high: f64) -> Self {
        if low.is_nan() || high.is_nan() || low > high {
            error::bounds(low, high);
        }
        Self {
            set: Set::Between(low, high),
        }
    }

    /// `Σ|w| ≤ radius` over the whole weight.
    ///
    /// # Panics
    /// If the radius is negative or not finite.
    #[track_caller]
    pub fn l1_ball(radius: f64) -> Self {
        let radius = limit_of("Constraint::l1_ball", radius);
        Self {
            set: Set::L1Ball(radius),
        }
    }

    /// Whether the set is `w ≥ 0`.
    pub fn is_non_negative(&self) -> bool {
        self.set == Set::Between(0.0, f64::INFINITY)
    }

    /// Moves numbers of this shape, in row-major order, to the nearest point of the set. Where a norm or a sum
    /// is not finite, all stays; NaN stays.
    pub fn project<T: Element>(&self, x: &mut [T], shape: &[usize]) {
        match self.set {
            Set::MaxNorm(groups, limit) => each_scaled(groups, x, shape, |norm| {
                if norm > limit { limit / norm } else { 1.0 }
            }),
            Set::UnitNorm(groups) => {
                each_scaled(
                    groups,
                    x,
                    shape,
                    |norm| {
                        if norm == 0.0 { 1.0 } else { 1.0 / norm }
                    },
                )
            }
            Set::Between(low, high) => {
                let (low, high) = (T::of(low), T::of(high));
                for x in x {
                    if *x < low {
                        *x = low;
                    } else if *x > high {
                        *x = high;
                    }
                }
            }
            Set::L1Ball(radius) => to_l1_ball(x, radius),
        }
    }
}

#[track_caller]
fn limit_of(who: &str, limit: f64) -> f64 {
    if !(limit.is_finite() && limit >= 0.0) {
        error::limit(who, limit);
    }
    limit
}

/// Multiplies each group by a factor of its norm.
fn each_scaled<T: Element>(
    groups: Groups,
    x: &mut [T],
    shape: &[usize],
    factor: impl Fn(f64) -> f64,
) {
    for group in groups.of(shape) {
        let norm = group.norm(x);
        let factor = if norm.is_finite() { factor(norm) } else { 1.0 };
        if factor != 1.0 {
            for i in group.places() {
                x[i] = T::of(x[i].wide() * factor);
            }
        }
    }
}

/// `sign(x) max(|x| − θ, 0)` with the `θ` for which the absolute values sum to the radius: their excess
/// is shared by those that stay above it, until none leaves (Michelot 1986).
fn to_l1_ball<T: Element>(x: &mut [T], radius: f64) {
    let (mut sum, mut count) = (x.iter().map(|x| x.wide().abs()).sum::<f64>(), x.len());
    if !sum.is_finite() || sum <= radius {
        return;
    }
    let threshold = loop {
        let threshold = (sum - radius) / count as f64;
        let above = || x.iter().map(|x| x.wide().abs()).filter(|x| *x > threshold);
        let left = above().count();
        // A weight just at the threshold, which rounding brings back, would go and come for ever.
        if left >= count || left == 0 {
            break threshold;
        }
        (sum, count) = (above().sum(), left);
    };
    for x in x {
        *x = soft_threshold(*x, T::of(threshold));
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.set {
            Set::MaxNorm(groups, limit) => write!(f, "norm of {groups} ≤ {limit}"),
            Set::UnitNorm(groups) => write!(f, "norm of {groups} = 1"),
            Set::Between(low, high) if low == 0.0 && high.is_infinite() => f.write_str("≥ 0"),
            Set::Between(low, high) => write!(f, "between {low} and {high}"),
            Set::L1Ball(radius) => write!(f, "Σ|w| ≤ {radius}"),
        }
    }
}
