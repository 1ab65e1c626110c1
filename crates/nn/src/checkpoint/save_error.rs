use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A file that could not be written. What stood there before still does, whole; or, when only the folder
/// could not be synced, the new bytes do.
pub struct SaveError {
    /// The file.
    pub file: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: cannot be written: {}",
            self.file.display(),
            self.cause
        )
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for SaveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}
