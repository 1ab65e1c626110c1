use serde::{Deserialize, Serialize};

use super::{DescriptionError, DescriptionProblem, OfGroups, range};
use crate::constraint::Set;
use crate::{Constraint, Groups};

/// A [`Constraint`].
///
/// | constraint | written |
/// |---|---|
/// | `‖w_G‖₂ ≤ c` | `{ max_norm = { columns = 3.0 } }` |
/// | `‖w_G‖₂ = 1` | `{ unit_norm = "columns" }` |
/// | `w ≥ 0` | `"non_negative"` |
/// | `low ≤ w ≤ high` | `{ between = { low = -1.0, high = 1.0 } }`, or one bound |
/// | `Σ\|w\| ≤ c` | `{ l1_ball = 10.0 }` |
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintDescription {
    /// [`Constraint::max_norm`].
    MaxNorm(OfGroups),
    /// [`Constraint::unit_norm`].
    UnitNorm(Groups),
    /// [`Constraint::non_negative`].
    NonNegative,
    /// [`Constraint::between`].
    Between(BetweenDescription),
    /// [`Constraint::l1_ball`].
    L1Ball(f64),
}

/// Two bounds; one that is absent is infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetweenDescription {
    /// The lower one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl ConstraintDescription {
    pub(super) fn of(constraint: Constraint) -> Self {
        match constraint.set {
            Set::MaxNorm(groups, limit) => Self::MaxNorm(OfGroups::new(groups, limit)),
            Set::UnitNorm(groups) => Self::UnitNorm(groups),
            Set::Between(0.0, f64::INFINITY) => Self::NonNegative,
            Set::Between(low, high) => Self::Between(BetweenDescription {
                low: (low != f64::NEG_INFINITY).then_some(low),
                high: (high != f64::INFINITY).then_some(high),
            }),
            Set::L1Ball(radius) => Self::L1Ball(radius),
        }
    }

    pub(super) fn build(self) -> Result<Constraint, DescriptionError> {
        Ok(match self {
            Self::MaxNorm(limit) => {
                let (groups, limit) = limit.parts();
                range::not_negative(&format!("max_norm.{groups}"), limit)?;
                Constraint::max_norm(groups, limit)
            }
            Self::UnitNorm(groups) => Constraint::unit_norm(groups),
            Self::NonNegative => Constraint::non_negative(),
            Self::Between(BetweenDescription { low, high }) => {
                range::finite("between.low", low.unwrap_or(0.0))?;
                range::finite("between.high", high.unwrap_or(0.0))?;
                let low = low.unwrap_or(f64::NEG_INFINITY);
                let high = high.unwrap_or(f64::INFINITY);
                if low > high {
                    return Err(DescriptionProblem::Bounds { low, high }.at("between"));
                }
                Constraint::between(low, high)
            }
            Self::L1Ball(radius) => {
                range::not_negative("l1_ball", radius)?;
                Constraint::l1_ball(radius)
            }
        })
    }
}
