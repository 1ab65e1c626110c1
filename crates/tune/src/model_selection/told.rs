//! What each stage is told to have done, and why.

use super::{Finalist, ModelSelection, Stage};
use crate::space::short;
use crate::{Finished, Range, Space, Trials};

/// The lines of a space, set in.
fn ranges(space: &Space) -> String {
    let lines = space.lines(Range::short_text).into_iter();
    let lines: Vec<_> = lines.map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// How many failed, and why the first did: a line, or none.
fn failures(trials: &Trials) -> String {
    let first = trials.failed().next();
    match first.and_then(|first| Some((first.number, first.reason()?))) {
        Some((first, reason)) => format!(
            "\n  {} failed, the first, trial {first}, because {reason}",
            trials.failed().count()
        ),
        None => String::new(),
    }
}

fn search(trials: &Trials) -> String {
    let best = trials.best().map(Finished::to_string).unwrap_or_default();
    format!("{}\n  best {best}", failures(trials))
}

pub(super) fn explored(of: &ModelSelection<'_>, rows: [usize; 2], trials: &Trials) -> String {
    format!(
        "explore: {} trials ({}) in\n{}\n  each fitted to {} rows and scored on {} others{}",
        trials.all().len(),
        of.explore.search.name(),
        ranges(&of.space),
        rows[0],
        rows[1],
        search(trials)
    )
}

pub(super) fn refined(
    of: &ModelSelection<'_>,
    best: &[&Finished],
    space: &Space,
    [before, trials]: [&Trials; 2],
) -> String {
    let numbers: Vec<_> = best.iter().map(|trial| trial.number.to_string()).collect();
    let gain = match (before.best(), trials.best()) {
        (Some(before), Some(after)) if after.score() < before.score() => {
            let gain = before.score().unwrap_or(0.0) - after.score().unwrap_or(0.0);
            format!("less than the best before by {}", short(gain))
        }
        _ => "not less than the best before".to_owned(),
    };
    format!(
        "refine: {} trials ({}) around the best {}, the trials {}, and a tenth of each range more on each side\n{}{}, {gain}",
        trials.all().len(),
        of.refine.search.name(),
        best.len(),
        numbers.join(", "),
        ranges(space),
        search(trials)
    )
}

pub(super) fn validated(
    folds: &str,
    finalists: &[Finalist],
    (chosen, why): (usize, &str),
) -> String {
    let mut lines = vec![format!(
        "validate: the best {} of both by {folds}, as the best of many scores on the same rows is too good",
        finalists.len()
    )];
    for finalist in finalists {
        let Finalist {
            stage,
            trial,
            scores,
            held_out,
            values,
        } = finalist;
        let scores = match scores.mean().is_nan() {
            true => match scores.failed().next() {
                Some((_, reason)) => format!("all folds failed, the first because {reason}"),
                None => String::new(),
            },
            false => scores.to_string(),
        };
        let held_out = short(*held_out);
        lines.push(format!(
            "  {stage} {trial}: {scores}; held out {held_out} ({values})"
        ));
    }
    let Finalist { stage, trial, .. } = finalists[chosen];
    lines.push(format!("  chosen: {stage} {trial}, {why}"));
    lines.join("\n")
}

pub(super) fn tested(rows: [usize; 2], finalist: &Finalist, score: f64) -> String {
    format!(
        "{}: {} on {} rows that no choice knew, fitted to all {} for training ({})",
        Stage::Test,
        short(score),
        rows[1],
        rows[0],
        finalist.values
    )
}
