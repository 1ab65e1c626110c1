//! Several parts of the rows, of which some may fail.

use crate::TuneError;

/// Which parts failed, and why.
type Failed = Vec<(usize, TuneError)>;

/// The outcomes of parts, or their errors with their numbers; an error if all failed.
pub(super) fn those_that_succeed<R>(
    what: &'static str,
    outcomes: impl Iterator<Item = Result<R, TuneError>>,
) -> Result<(Vec<R>, Failed), TuneError> {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for (place, outcome) in outcomes.enumerate() {
        match outcome {
            Ok(outcome) => found.push(outcome),
            Err(error) => failed.push((place, error)),
        }
    }
    match (found.is_empty(), failed.first()) {
        (true, Some((_, first))) => Err(TuneError::AllFailed {
            what,
            count: failed.len(),
            first: Box::new(first.clone()),
        }),
        _ => Ok((found, failed)),
    }
}
