use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a journal cannot be written or gone on with. What stands in it stays as it was.
#[non_exhaustive]
pub enum JournalError {
    /// Another study writes to it.
    InUse {
        /// The journal.
        file: PathBuf,
    },
    /// The file is none.
    NoJournal {
        /// The file.
        file: PathBuf,
    },
    /// It was written by another version.
    Version {
        /// The journal.
        file: PathBuf,
        /// The version of its format.
        found: String,
    },
    /// It is that of another study.
    Other {
        /// The journal.
        file: PathBuf,
        /// What differs.
        what: &'static str,
        /// In the journal.
        found: String,
        /// In this study.
        expected: String,
    },
    /// A line was changed, or one is missing.
    Damaged {
        /// The journal.
        file: PathBuf,
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The system refuses.
    System {
        /// The journal.
        file: PathBuf,
        /// What it says.
        cause: io::Error,
    },
}

#[rustfmt::skip] // a line a sentence
impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { file } =>
                write!(f, "{}: another study writes to this journal; there must be one at a time", file.display()),
            Self::NoJournal { file } =>
                write!(f, "{}: this is no journal of a study; take another path", file.display()),
            Self::Version { file, found } =>
                write!(f, "{}: the journal has the format {found}; this program goes on with the format 1", file.display()),
            Self::Other { file, what, found, expected } =>
                write!(f, "{}: the journal is of another study, its {what} is {found}, and here it is {expected}; go on with the study as it was, or take another path", file.display()),
            Self::Damaged { file, line, problem } =>
                write!(f, "{}, line {line}: {problem}; every line but a last one that is cut must stand as it was written", file.display()),
            Self::System { file, cause } =>
                write!(f, "{}: {cause}", file.display()),
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::System { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
