use std::error::Error;
use std::fmt;

/// Why a [`Space`](super::Space) cannot be searched.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum SpaceError {
    /// It has no dimension.
    Empty,
    /// A range has no values, or not those that it should.
    Range {
        /// Of which dimension.
        name: String,
        /// What is wrong, in words.
        wrong: String,
    },
    /// A name is there twice.
    Twice {
        /// Which.
        name: String,
    },
    /// A condition is on a choice, or one of its words, that is not there before it.
    NoChoice {
        /// The choice.
        name: String,
        /// The word.
        word: String,
    },
}

impl fmt::Display for SpaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the space has no dimension; there must be one at least"),
            Self::Range { name, wrong } => write!(f, "the dimension `{name}`: {wrong}"),
            Self::Twice { name } => write!(
                f,
                "the dimension `{name}` is there twice; each must have a name of its own"
            ),
            Self::NoChoice { name, word } => write!(
                f,
                "a condition asks whether `{name}` is `{word}`; there must be a choice before it that has this word"
            ),
        }
    }
}

impl fmt::Debug for SpaceError {
    /// The sentence, so that an error that leaves `main` can be read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for SpaceError {}
