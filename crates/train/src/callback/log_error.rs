use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use tapegrad_nn::SaveError;

/// Why a log cannot be written or gone on with. Nothing of the file was changed.
#[non_exhaustive]
pub enum LogError {
    /// A new run would write over the log of another.
    InUse {
        /// The log.
        file: PathBuf,
    },
    /// The log of a run that is resumed lacks its end.
    Short {
        /// The log.
        file: PathBuf,
        /// How many bytes it has.
        found: u64,
        /// How many the run had written.
        written: u64,
    },
    /// The log of a run that is resumed is another.
    Other {
        /// The log.
        file: PathBuf,
    },
    /// Someone else writes to the log, too.
    Shared {
        /// The log.
        file: PathBuf,
        /// How many bytes it has.
        found: u64,
        /// How many the run has written.
        written: u64,
    },
    /// The system refuses.
    System {
        /// The file or folder.
        file: PathBuf,
        /// What it says.
        cause: io::Error,
    },
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { file } => write!(
                f,
                "{}: this is a log of a run before; resume that run, take another path, or say `overwrite`",
                file.display()
            ),
            Self::Short {
                file,
                found,
                written,
            } => write!(
                f,
                "{}: the log has {found} bytes, and the run that is resumed had written {written}; it must stand there \
                 as it was written",
                file.display()
            ),
            Self::Other { file } => write!(
                f,
                "{}: the log does not begin with what the run that is resumed had written; it must stand there as it \
                 was written",
                file.display()
            ),
            Self::Shared {
                file,
                found,
                written,
            } => write!(
                f,
                "{}: the log has {found} bytes, and the run has written {written}; nobody else may write to it",
                file.display()
            ),
            Self::System { file, cause } => write!(f, "{}: {cause}", file.display()),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for LogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::System { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

impl From<SaveError> for LogError {
    fn from(SaveError { file, cause }: SaveError) -> Self {
        Self::System { file, cause }
    }
}
