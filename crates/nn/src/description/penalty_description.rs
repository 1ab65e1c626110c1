use std::any::Any;

use serde::{Deserialize, Serialize};
use tapegrad_autodiff::Element;

use super::{DescriptionError, DescriptionProblem, OfGroups, is_default, range};
use crate::Penalty;
use crate::penalty::{Acts, GroupLasso, L1, L2, Orthogonal, Term};

/// Terms of a [`Penalty`] that act alike, at least one.
///
/// | field | written | range |
/// |---|---|---|
/// | `l1` | `l1 = 1e-3` | `[0, ∞)` |
/// | `l2` | `l2 = 1e-4` | `[0, ∞)` |
/// | `group_lasso` | `group_lasso = { rows = 1e-3 }`, or `columns`, `whole` | `[0, ∞)` |
/// | `orthogonal` | `orthogonal = 1e-2`: of a weight | `[0, ∞)` |
/// | `proximal` | `proximal = true`: as a step, not in the loss | not with `orthogonal` |
///
/// A strength of 0 is a term, an absent one is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PenaltyDescription {
    /// [`Penalty::l1`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l1: Option<f64>,
    /// [`Penalty::l2`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l2: Option<f64>,
    /// [`Penalty::group_lasso`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_lasso: Option<OfGroups>,
    /// [`Penalty::orthogonal`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orthogonal: Option<f64>,
    /// [`Penalty::proximal`].
    #[serde(skip_serializing_if = "is_default")]
    pub proximal: bool,
}

impl PenaltyDescription {
    /// The fewest tables that make the terms in their order.
    pub(super) fn of<T: Element>(penalty: &Penalty<T>) -> Result<Vec<Self>, DescriptionError> {
        let mut tables: Vec<Self> = Vec::new();
        for term in penalty.terms() {
            let one = Self::of_term(term)?;
            let last = tables.last_mut().filter(|last| last.takes(&one));
            match last {
                Some(last) => last.merge(one),
                None => tables.push(one),
            }
        }
        Ok(tables)
    }

    fn of_term<T: Element>(term: &Term<T>) -> Result<Self, DescriptionError> {
        let form: &dyn Any = term.form();
        let name = || term.form().name().into_owned();
        let Some(strength) = term.strength().number() else {
            return Err(DescriptionProblem::Scheduled { form: name() }.at(""));
        };
        let mut table = Self {
            proximal: term.acts() == Acts::Proximal,
            ..Self::default()
        };
        if form.is::<L1>() {
            table.l1 = Some(strength);
        } else if form.is::<L2>() {
            table.l2 = Some(strength);
        } else if let Some(GroupLasso(groups)) = form.downcast_ref() {
            table.group_lasso = Some(OfGroups::new(*groups, strength));
        } else if form.is::<Orthogonal>() {
            table.orthogonal = Some(strength);
        } else {
            return Err(DescriptionProblem::CustomPenalty { form: name() }.at(""));
        }
        Ok(table)
    }

    /// Which terms there are, in the order in which they are made.
    fn present(&self) -> [bool; 4] {
        [
            self.l1.is_some(),
            self.l2.is_some(),
            self.group_lasso.is_some(),
            self.orthogonal.is_some(),
        ]
    }

    /// Whether the one term of `other` can stand here. Terms in the loss keep their order; proximal ones
    /// are put in their turns when they are made, so it is enough that the place is free.
    fn takes(&self, other: &Self) -> bool {
        let (here, there) = (self.present(), other.present());
        let last = here.iter().rposition(|term| *term);
        let place = there.iter().position(|term| *term);
        let taken = here.iter().zip(there).any(|(here, there)| *here && there);
        self.proximal == other.proximal && !taken && (self.proximal || last < place)
    }

    fn merge(&mut self, other: Self) {
        self.l1 = self.l1.or(other.l1);
        self.l2 = self.l2.or(other.l2);
        self.group_lasso = self.group_lasso.or(other.group_lasso);
        self.orthogonal = self.orthogonal.or(other.orthogonal);
    }

    /// The sum of all tables.
    pub(super) fn build<T: Element>(tables: &[Self]) -> Result<Penalty<T>, DescriptionError> {
        let steps_of_groups = tables
            .iter()
            .filter(|table| table.proximal && table.group_lasso.is_some());
        if steps_of_groups.count() > 1 {
            return Err(DescriptionProblem::TwoGroupSteps.at(""));
        }
        tables
            .iter()
            .try_fold(Penalty::none(), |sum, table| Ok(sum + table.build_one()?))
    }

    fn build_one<T: Element>(&self) -> Result<Penalty<T>, DescriptionError> {
        if self.present() == [false; 4] {
            return Err(DescriptionProblem::EmptyPenalty.at(""));
        }
        if self.proximal && self.orthogonal.is_some() {
            return Err(DescriptionProblem::NotProximal.at("orthogonal"));
        }
        let mut penalty = Penalty::none();
        if let Some(strength) = self.l1 {
            range::not_negative("l1", strength)?;
            penalty = penalty + Penalty::l1(strength);
        }
        if let Some(strength) = self.l2 {
            range::not_negative("l2", strength)?;
            penalty = penalty + Penalty::l2(strength);
        }
        if let Some(strength) = self.group_lasso {
            let (groups, strength) = strength.parts();
            range::not_negative(&format!("group_lasso.{groups}"), strength)?;
            penalty = penalty + Penalty::group_lasso(groups, strength);
        }
        if let Some(strength) = self.orthogonal {
            range::not_negative("orthogonal", strength)?;
            penalty = penalty + Penalty::orthogonal(strength);
        }
        Ok(if self.proximal {
            penalty.proximal()
        } else {
            penalty
        })
    }
}
