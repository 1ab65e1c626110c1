use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use tapegrad_nn::SaveError;
use tapegrad_nn::checkpoint::atomic_write;

/// A picture that could not be written. What stood at its place still does.
#[non_exhaustive]
pub enum PlotError {
    /// The ending of the file says no format that there is.
    Ending {
        /// The file.
        file: PathBuf,
        /// The endings that there are.
        endings: &'static [&'static str],
    },
    /// The folder is not there.
    NoFolder {
        /// The file.
        file: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// The system refuses.
    Unwritable(SaveError),
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ending { file, endings } => {
                let endings = endings.join(" or .");
                write!(f, "{}: the ending must be .{endings}", file.display())
            }
            Self::NoFolder { file, folder } => {
                let (file, folder) = (file.display(), folder.display());
                write!(
                    f,
                    "{file}: there is no folder {folder}; it must be made before"
                )
            }
            Self::Unwritable(cause) => cause.fmt(f),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for PlotError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unwritable(cause) => cause.source(),
            _ => None,
        }
    }
}

impl PlotError {
    /// The ending of a file in lower case, if it is one of those that there are.
    pub(super) fn ending(
        file: &Path,
        endings: &'static [&'static str],
    ) -> Result<&'static str, Self> {
        let ending = file.extension().and_then(|ending| ending.to_str());
        let ending = ending.unwrap_or_default().to_ascii_lowercase();
        let known = endings.iter().find(|known| **known == ending);
        known.copied().ok_or_else(|| Self::Ending {
            file: file.to_owned(),
            endings,
        })
    }

    /// Writes a file that is whole or not there.
    pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), Self> {
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
                Err(Self::NoFolder {
                    file: file.to_owned(),
                    folder: folder.to_owned(),
                })
            }
            _ => atomic_write(file, bytes).map_err(Self::Unwritable),
        }
    }
}
