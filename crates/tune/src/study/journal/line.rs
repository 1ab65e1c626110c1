//! A line of a journal: fields between tabs, and a checksum of them.

use tapegrad_nn::random;

use crate::Space;
use crate::study::{Finished, Outcome};

/// A line with its checksum.
pub(super) fn sealed(fields: &[String]) -> String {
    let text = fields.join("\t");
    format!("{text}\t{:016x}\n", checksum(&text))
}

/// The fields of a line without its end, if its checksum is right.
pub(super) fn opened(line: &[u8]) -> Option<Vec<&str>> {
    let (text, sum) = std::str::from_utf8(line).ok()?.rsplit_once('\t')?;
    (format!("{:016x}", checksum(text)) == sum).then(|| text.split('\t').collect())
}

/// FNV-1a, as names are hashed: another byte always gives another number, other lines nearly always.
fn checksum(text: &str) -> u64 {
    random::derive_named(0, text)
}

/// A text in which no tab and no end of a line stands.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

/// The text that was escaped.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text.chars());
    while let Some(next) = rest.next() {
        out.push(match (next, next == '\\') {
            (_, true) => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            (other, false) => other,
        });
    }
    out
}

/// The fields of a trial. The values stand there for those who read it; the coordinates say where they are.
pub(super) fn fields(trial: &Finished) -> Vec<String> {
    let at: Vec<_> = trial.coordinates.iter().map(|x| format!("{x:e}")).collect();
    let report = |(step, score): &(usize, f64)| format!("{step}:{score:e}");
    let reports: Vec<_> = trial.reports.iter().map(report).collect();
    let continues = trial.continues.map(|n| n.to_string()).unwrap_or_default();
    let outcome = match &trial.outcome {
        Outcome::Complete(score) | Outcome::Pruned(score) => format!("{score:e}"),
        Outcome::Failed(reason) => escaped(reason),
    };
    vec![
        format!("trial={}", trial.number),
        format!("round={}", trial.round),
        format!("at={}", at.join(",")),
        format!("budget={:e}", trial.budget),
        format!("continues={continues}"),
        format!("reports={}", reports.join(",")),
        format!("{}={outcome}", trial.outcome.name()),
        escaped(&trial.values.to_string()),
    ]
}

/// The trial of a line, if it is one.
pub(super) fn trial(fields: &[&str], space: &Space) -> Option<Finished> {
    let [
        number,
        round,
        at,
        budget,
        continues,
        reports,
        outcome,
        _values,
    ] = fields
    else {
        return None;
    };
    let list = |text: &'static str, field: &&str| {
        let list = field.strip_prefix(text)?.to_owned();
        Some(match list.is_empty() {
            true => Vec::new(),
            false => list.split(',').map(str::to_owned).collect(),
        })
    };
    let coordinates: Vec<f64> = numbers(list("at=", at)?)?;
    let is_place = coordinates.iter().all(|x| (0.0..=1.0).contains(x));
    if coordinates.len() != space.dimensions().len() || !is_place {
        return None;
    }
    let report = |text: String| {
        let (step, score) = text.split_once(':')?;
        Some((step.parse().ok()?, finite(score)?))
    };
    let reports = list("reports=", reports)?;
    let (kind, text) = outcome.split_once('=')?;
    let outcome = match kind {
        "complete" => Outcome::Complete(finite(text)?),
        "pruned" => Outcome::Pruned(finite(text)?),
        "failed" => Outcome::Failed(unescaped(text)),
        _ => return None,
    };
    let continues = match continues.strip_prefix("continues=")? {
        "" => None,
        number => Some(number.parse().ok()?),
    };
    let budget = finite(budget.strip_prefix("budget=")?)?;
    Some(Finished {
        number: number.strip_prefix("trial=")?.parse().ok()?,
        round: round.strip_prefix("round=")?.parse().ok()?,
        values: space.values(&coordinates),
        coordinates,
        budget: (budget > 0.0 && budget <= 1.0).then_some(budget)?,
        continues,
        reports: reports.into_iter().map(report).collect::<Option<_>>()?,
        outcome,
    })
}

fn numbers(texts: Vec<String>) -> Option<Vec<f64>> {
    texts.iter().map(|text| finite(text)).collect()
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite())
}
