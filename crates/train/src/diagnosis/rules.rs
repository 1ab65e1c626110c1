//! When a finding is made.

use super::Finding;
use super::curve::{Curve, median};
use crate::History;

impl History {
    /// What the losses say about the run: nothing, if it was a healthy one. The rules stand at [`Finding`].
    ///
    /// ```
    /// use tapegrad_train::History;
    ///
    /// let mut history = History::new();
    /// for epoch in 1..=50 {
    ///     let loss = 0.1 + (-0.2 * epoch as f64).exp();
    ///     history.record(epoch, epoch, [("loss", loss), ("validation_loss", loss + 0.05)]);
    /// }
    /// assert_eq!(history.diagnose(), []);
    /// ```
    pub fn diagnose(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let not_finite = not_finite(self);
        let before = match not_finite {
            Some(Finding::NotFinite { epoch, .. }) => epoch,
            _ => usize::MAX,
        };
        findings.extend(not_finite);
        let curve = |column| Curve::of(self, column, before);
        let Some(mut training) = curve("training_loss").or_else(|| curve("loss")) else {
            return findings;
        };
        let mut validation = curve("validation_loss");
        if let Some(validation) = &mut validation {
            // They are of one kind: if one falls below 0, so can the other.
            training.is_above_zero &= validation.is_above_zero;
            validation.is_above_zero = training.is_above_zero;
        }
        let penalty = curve("penalty");
        let overfitting = validation
            .as_ref()
            .and_then(|validation| overfitting(&training, validation));
        let pulls = penalty
            .as_ref()
            .and_then(|penalty| penalty_pulls(&training, penalty));
        let is_rising = validation
            .as_ref()
            .is_some_and(|validation| validation.rises(0.1, 0.03));
        let dominates = penalty
            .as_ref()
            .and_then(|penalty| penalty_dominates(&training, penalty));
        let oscillation = oscillation(&training);
        // Where a loss that jumps ends, says nothing.
        let is_calm = oscillation.is_none();
        let too_high = learning_rate_too_high(&training).filter(|_| is_calm && pulls.is_none());
        let slow = || {
            learning_rate_too_low(&training)
                .or_else(|| hardly_fell(&training))
                .or_else(|| still_falling(&training).filter(|_| !is_rising))
        };
        let slow = match is_calm && too_high.is_none() {
            true => slow(),
            false => None,
        };
        let all = [overfitting, dominates, pulls, too_high, oscillation, slow];
        findings.extend(all.into_iter().flatten());
        findings
    }
}

fn not_finite(history: &History) -> Option<Finding> {
    let columns = ["loss", "penalty", "training_loss", "validation_loss"];
    let first = columns.into_iter().filter_map(|column| {
        let mut points = history.points(column);
        let (epoch, value) = points.find(|(_, value)| !value.is_finite())?;
        Some((epoch, column, value))
    });
    let (epoch, column, value) = first.min_by_key(|(epoch, ..)| *epoch)?;
    Some(Finding::NotFinite {
        column: column.to_owned(),
        epoch,
        value,
    })
}

fn overfitting(training: &Curve, validation: &Curve) -> Option<Finding> {
    let best_epoch = validation.best_epoch();
    let (then, last) = (training.at(best_epoch), training.last());
    (validation.rises(0.1, 0.03) && last < then).then(|| Finding::Overfitting {
        best_epoch,
        best: validation.best(),
        last: validation.last(),
        training_then: then,
        training_last: last,
    })
}

fn hardly_fell(training: &Curve) -> Option<Finding> {
    let (first, last) = (training.first(), training.last());
    (!training.has_fallen(0.05)).then_some(Finding::HardlyFell { first, last })
}

fn still_falling(training: &Curve) -> Option<Finding> {
    let (then, last) = (training.at_share(0.75), training.last());
    let share = (then - last) / training.fall();
    (share > 0.1).then_some(Finding::StillFalling { then, last, share })
}

fn learning_rate_too_low(training: &Curve) -> Option<Finding> {
    let (first, last) = (training.first(), training.last());
    let changes = training.changes().count();
    let falls = training.changes().filter(|change| *change < 0.0).count();
    let quarter = |from: f64| training.at_share(from) - training.at_share(from + 0.25);
    let is_steady = 10 * falls >= 9 * changes && quarter(0.75) >= 0.5 * quarter(0.0);
    let is_slow = training.is_above_zero && !training.has_fallen(0.5);
    (is_steady && is_slow).then_some(Finding::LearningRateTooLow { first, last })
}

fn learning_rate_too_high(training: &Curve) -> Option<Finding> {
    training
        .rises(0.2, 0.05)
        .then(|| Finding::LearningRateTooHigh {
            best_epoch: training.best_epoch(),
            best: training.best(),
            last: training.last(),
        })
}

fn oscillation(training: &Curve) -> Option<Finding> {
    let half = training.numbers.len() / 2;
    let changes: Vec<f64> = training.changes().skip(half).collect();
    let turns = changes.windows(2).filter(|pair| pair[0] * pair[1] < 0.0);
    let is_turning = 2 * turns.count() >= changes.len() - 1;
    let change = changes.iter().map(|change| change.abs()).sum::<f64>() / changes.len() as f64;
    let median = median(&training.numbers[half..]);
    let fall = training.fall();
    let is_large = match training.is_above_zero {
        true => change > 0.25 * median && change > 0.05 * fall,
        // What did not fall, as far as can be seen, is told so.
        false => change > 0.25 * fall && training.has_fallen(0.0),
    };
    (is_turning && is_large).then_some(Finding::Oscillation { change, median })
}

fn penalty_dominates(training: &Curve, penalty: &Curve) -> Option<Finding> {
    let (first, last, penalty) = (training.first(), training.last(), penalty.last());
    let is_above = training.is_above_zero && penalty > last;
    (is_above && !training.has_fallen(0.5)).then_some(Finding::PenaltyDominates {
        penalty,
        last,
        first,
    })
}

fn penalty_pulls(training: &Curve, penalty: &Curve) -> Option<Finding> {
    let best_epoch = training.best_epoch();
    let (then, last) = (penalty.at(best_epoch), penalty.last());
    let is_falling = then - last > 0.05 * then.abs();
    (training.rises(0.1, 0.05) && is_falling).then(|| Finding::PenaltyPulls {
        best_epoch,
        best: training.best(),
        last: training.last(),
        penalty_then: then,
        penalty_last: last,
    })
}
