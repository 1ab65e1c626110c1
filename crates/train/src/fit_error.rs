use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use tapegrad_nn::{LoadError, SaveError};
use tapegrad_optim::GuardError;

use crate::callback::{CallbackError, MonitorError};
use crate::data::DataError;

/// Why a training did not begin, or did not go on.
#[non_exhaustive]
pub enum FitError {
    /// Data cannot be learnt from.
    Data {
        /// Whose: training or validation.
        whose: &'static str,
        /// What is wrong.
        cause: DataError,
    },
    /// The model has not as many outputs as the loss asks for.
    Outputs {
        /// Whose data: training or validation.
        whose: &'static str,
        /// How many outputs a row has.
        outputs: usize,
        /// How many targets.
        targets: usize,
        /// What the loss asks for, in words.
        expected: String,
    },
    /// The last batch has one row, of which batch normalisation can make no statistics.
    OneRow {
        /// How many rows there are.
        rows: usize,
        /// How many a batch has.
        batch_size: usize,
    },
    /// No batch is full, and those that are not are left out.
    NoBatch {
        /// How many rows there are.
        rows: usize,
        /// How many a batch has.
        batch_size: usize,
    },
    /// Gradients are NaN or infinite, and the guard lets no more steps be skipped. The model is as it was before
    /// the step.
    NotFinite {
        /// How many epochs were finished.
        epoch: usize,
        /// How many steps were taken or skipped before.
        step: usize,
        /// Where the number is.
        cause: GuardError,
    },
    /// A callback could not do its work.
    Callback {
        /// Its name.
        name: String,
        /// Why.
        cause: CallbackError,
    },
    /// A folder for checkpoints cannot be made or listed.
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// By this column no best model can be told.
    Best(MonitorError),
    /// A checkpoint cannot be written.
    Save(SaveError),
    /// A new run would be mixed with the checkpoints of another.
    FolderInUse {
        /// The newest of them.
        file: PathBuf,
    },
    /// There is no checkpoint that can be read, to go on from.
    NoCheckpoint {
        /// Where they were looked for.
        folder: PathBuf,
        /// Those that cannot be read, the newest first.
        skipped: Vec<LoadError>,
    },
    /// The newest readable checkpoint does not fit the model, the optimizer or a callback.
    Load(LoadError),
    /// The newest readable checkpoint is that of a training with other settings or data.
    OtherRun {
        /// The checkpoint.
        file: PathBuf,
        /// The setting.
        what: String,
        /// What it was then.
        then: String,
        /// What it is now.
        now: String,
    },
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data { whose, cause } => write!(f, "the {whose} data: {cause}"),
            Self::Outputs {
                whose,
                outputs,
                targets,
                expected,
            } => write!(
                f,
                "the {whose} data: the model has {outputs} outputs a row and the data {targets} targets; {expected}"
            ),
            Self::OneRow { rows, batch_size } => write!(
                f,
                "the training data: of {rows} rows in batches of {batch_size} the last has one, and a batch for normalisation must have two: leave it out by `drop_last`, or take another batch size"
            ),
            Self::NoBatch { rows, batch_size } => write!(
                f,
                "the training data: there are {rows} rows, fewer than a batch of {batch_size}, and the last batch is left out if it is smaller"
            ),
            Self::NotFinite { epoch, step, cause } => {
                write!(f, "after {epoch} epochs and {step} steps {cause}")
            }
            Self::Callback { name, cause } => write!(f, "the callback {name}: {cause}"),
            Self::Folder { folder, cause } => write!(f, "{}: {cause}", folder.display()),
            Self::Best(cause) => write!(f, "Checkpoints::best: {cause}"),
            Self::Save(cause) => write!(f, "{cause}"),
            Self::FolderInUse { file } => write!(
                f,
                "{}: this is a checkpoint of a run before; resume it, or take another folder",
                file.display()
            ),
            Self::NoCheckpoint { folder, skipped } => {
                let folder = folder.display();
                match skipped.first() {
                    None => write!(f, "{folder}: there is no checkpoint to resume from"),
                    Some(newest) => write!(
                        f,
                        "{folder}: of {} checkpoints none can be read; of the newest, {newest}; to begin anew, take another folder or remove them",
                        skipped.len()
                    ),
                }
            }
            Self::Load(cause) => write!(f, "{cause}"),
            Self::OtherRun {
                file,
                what,
                then,
                now,
            } => write!(
                f,
                "{}: the run was started with another {what}, {then}; it is {now} now",
                file.display()
            ),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for FitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Data { cause, .. } => Some(cause),
            Self::NotFinite { cause, .. } => Some(cause),
            Self::Callback { cause, .. } => Some(&**cause),
            Self::Folder { cause, .. } => Some(cause),
            Self::Best(cause) => Some(cause),
            Self::Save(cause) => Some(cause),
            Self::Load(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<SaveError> for FitError {
    fn from(cause: SaveError) -> Self {
        Self::Save(cause)
    }
}

impl From<LoadError> for FitError {
    fn from(cause: LoadError) -> Self {
        Self::Load(cause)
    }
}
