//! Which trials are not worth their end.

mod median;

pub use median::Median;

use crate::Finished;

/// Says of a trial that goes on whether it is to stop.
///
/// It is asked after each [report](crate::Trial::report), and must be a pure function of what it is given. Trials are
/// measured by those of earlier rounds only, so that it does not matter which of a round is quicker.
pub trait Prune: Send + Sync {
    /// The name in a journal, with what it is set to.
    fn name(&self) -> String;

    /// Whether the trial is to stop: `reports` are its steps and scores so far, the last one just now; `before` are the
    /// trials of earlier rounds. The least score is best.
    fn prunes(&self, reports: &[(usize, f64)], before: &[Finished]) -> bool;
}
