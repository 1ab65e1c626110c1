use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::checkpoint::ElementType;

/// A file that was refused: which, and why. What was to be loaded into is as it was.
pub struct LoadError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: LoadProblem,
}

/// What is wrong with a file, or with bytes that are to be loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadProblem {
    /// The file is not there, or reading failed.
    Unreadable {
        /// What the system says.
        cause: io::Error,
    },
    /// There is a folder, a device or a pipe instead of a file.
    NotAFile,
    /// The first bytes are not those of a checkpoint.
    NotACheckpoint,
    /// The format, or that of a state, is newer than this program.
    Version {
        /// Of what: the format, or the state of a kind.
        what: String,
        /// The file's.
        found: u32,
        /// The one that is read.
        known: u32,
    },
    /// Bytes are missing at the end, or there are too many.
    Length {
        /// How many there are.
        found: u64,
        /// How many the file says there are; or 32, the least that a file has.
        expected: u64,
    },
    /// Bytes are damaged.
    Checksum {
        /// Which: the header, or an array.
        part: String,
    },
    /// The checksums hold, but not the rules of the format.
    Malformed {
        /// Which rule.
        reason: String,
    },
    /// The file does not hold what is asked for.
    NoSection {
        /// The name that is asked for.
        name: String,
        /// The names that there are.
        names: Vec<String>,
    },
    /// An array that is asked for is not in the file.
    Missing {
        /// Its name.
        name: String,
    },
    /// The file holds an array that is no parameter of the model.
    Extra {
        /// Its name.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// A parameter has another shape in the file.
    Shape {
        /// Its name.
        name: String,
        /// The shape in the file.
        file: Vec<usize>,
        /// The shape in the model.
        model: Vec<usize>,
    },
    /// An array has another element type than is asked for.
    OtherElement {
        /// Its name.
        name: String,
        /// The type in the file.
        file: ElementType,
        /// The type that is asked for.
        asked: ElementType,
    },
    /// The state in the file is one of something else.
    OtherKind {
        /// Whose it is in the file.
        file: String,
        /// What it is to be loaded into.
        here: String,
    },
    /// Two names are those of one parameter, but their values in the file differ.
    Tied {
        /// The first name.
        first: String,
        /// The second.
        second: String,
    },
    /// A safetensors file holds numbers that are neither `F32` nor `F64`.
    #[cfg(feature = "safetensors")]
    Unsupported {
        /// The array's name.
        name: String,
        /// The format's name of the type.
        element: String,
    },
}

impl LoadProblem {
    /// [`Malformed`](LoadProblem::Malformed), for the reason that is given.
    ///
    /// # Errors
    /// Always.
    pub fn malformed<V>(reason: impl Into<String>) -> Result<V, Self> {
        Err(Self::Malformed {
            reason: reason.into(),
        })
    }

    /// The problem of a file.
    pub fn of(self, file: &Path) -> LoadError {
        LoadError {
            file: file.to_owned(),
            problem: self,
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

impl Error for LoadProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { cause } => Some(cause),
            _ => None,
        }
    }
}

impl fmt::Display for LoadProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { cause } => write!(f, "cannot be read: {cause}"),
            Self::NotAFile => write!(
                f,
                "this is no regular file; folders, devices and pipes are not read"
            ),
            Self::NotACheckpoint => write!(
                f,
                "this is no checkpoint of tapegrad; its first bytes are others"
            ),
            Self::Version { what, found, known } => write!(
                f,
                "{what} has version {found}; this program reads version {known}"
            ),
            Self::Length { found, expected } => write!(
                f,
                "the checkpoint has {found} bytes; there must be {expected}"
            ),
            Self::Checksum { part } => write!(
                f,
                "the checksum of {part} is wrong; bytes of the file are damaged"
            ),
            Self::Malformed { reason } => write!(f, "the file is malformed: {reason}"),
            Self::NoSection { name, names } => {
                write!(
                    f,
                    "there is no section `{name}`; the sections are {names:?}"
                )
            }
            Self::Missing { name } => write!(f, "`{name}` is not in the file"),
            Self::Extra { name, shape } => write!(
                f,
                "`{name}` of the shape {shape:?} is in the file and not in the model"
            ),
            Self::Shape { name, file, model } => write!(
                f,
                "`{name}` has the shape {file:?} in the file and {model:?} in the model; they must be equal"
            ),
            Self::OtherElement { name, file, asked } => write!(
                f,
                "`{name}` holds {file} in the file and {asked} is asked for; `Section::convert` changes the type"
            ),
            Self::OtherKind { file, here } => write!(
                f,
                "the state in the file is of {file}; here it must be of {here}"
            ),
            Self::Tied { first, second } => write!(
                f,
                "`{first}` and `{second}` are one parameter in the model and differ in the file; they must be equal"
            ),
            #[cfg(feature = "safetensors")]
            Self::Unsupported { name, element } => write!(
                f,
                "`{name}` holds {element} in the file; it must be F32 or F64"
            ),
        }
    }
}
