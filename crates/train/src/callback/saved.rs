//! What the memories of callbacks have in common when they are loaded.

use tapegrad_nn::LoadProblem;

/// A count, if this machine has numbers as large.
pub(super) fn count(count: u64) -> Result<usize, LoadProblem> {
    usize::try_from(count).map_err(|_| LoadProblem::Malformed {
        reason: format!("the count {count} of a callback is beyond this machine's"),
    })
}
