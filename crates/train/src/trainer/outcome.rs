use std::fmt;
use std::path::PathBuf;

use tapegrad_nn::LoadError;

use crate::History;
use crate::history::short;

/// What a training has come to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fit {
    /// What was measured, from the first epoch on, also of a run that was resumed.
    pub history: History,
    /// Why it ended.
    pub end: End,
    /// Where it went on from, if it was resumed.
    pub resumed: Option<Resumed>,
    /// How many steps the guard has skipped, since the trainer was made.
    pub skipped: usize,
}

/// Why a training ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// There were as many epochs as were asked for.
    Epochs,
    /// There were as many steps as were asked for.
    Steps,
    /// A callback asked for it.
    Stopped {
        /// Its name.
        by: String,
        /// Why.
        reason: String,
    },
    /// A callback asked for a break: the run can be resumed.
    Interrupted {
        /// Its name.
        by: String,
        /// Why.
        reason: String,
    },
}

/// Where a run went on from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Resumed {
    /// The checkpoint.
    pub file: PathBuf,
    /// How many epochs were finished in it.
    pub epoch: usize,
    /// How many steps were taken or skipped.
    pub step: usize,
    /// Newer checkpoints that cannot be read, the newest first.
    pub skipped: Vec<LoadError>,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epochs => write!(f, "all epochs are done"),
            Self::Steps => write!(f, "all steps are done"),
            Self::Stopped { by, reason } => write!(f, "stopped by {by}: {reason}"),
            Self::Interrupted { by, reason } => write!(f, "interrupted by {by}: {reason}"),
        }
    }
}

impl fmt::Display for Resumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, epoch, step) = (self.file.display(), self.epoch, self.step);
        write!(f, "resumed after {epoch} epochs, {step} steps, from {file}")?;
        let mut skipped = self.skipped.iter();
        skipped.try_for_each(|error| write!(f, "; passed over, {error}"))
    }
}

/// Where it went on from, the last row of the history, and why it ended.
impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(resumed) = &self.resumed {
            writeln!(f, "{resumed}")?;
        }
        let history = &self.history;
        if let (Some(epoch), Some(step)) = (history.epochs().last(), history.steps().last()) {
            write!(f, "epoch {epoch}, step {step}: ")?;
        }
        for name in history.names() {
            if let Some(value) = history.last(name) {
                write!(f, "{name} {}, ", short(value))?;
            }
        }
        match self.skipped {
            0 => write!(f, "{}", self.end),
            1 => write!(f, "1 step was skipped, {}", self.end),
            skipped => write!(f, "{skipped} steps were skipped, {}", self.end),
        }
    }
}
