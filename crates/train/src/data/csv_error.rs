use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A comma-separated file that was refused: which, and why.
#[derive(Debug)]
pub struct CsvError {
    /// The file, or what its source was called.
    pub file: PathBuf,
    /// What is wrong with it, and where.
    pub problem: CsvProblem,
}

/// What is wrong with a comma-separated file. Lines are counted from 1, the names' line included.
#[derive(Debug)]
#[non_exhaustive]
pub enum CsvProblem {
    /// The file is not there, or reading failed.
    Unreadable {
        /// What the system says.
        cause: io::Error,
    },
    /// There is nothing but blanks.
    Empty,
    /// The first line holds numbers or nothing in each field: taken for names, a row would be lost.
    NoNames {
        /// Where it stands.
        line: u64,
    },
    /// Two columns have one name.
    RepeatedColumn {
        /// Where the names stand.
        line: u64,
        /// Their name.
        name: String,
    },
    /// A target is not among the columns.
    MissingColumn {
        /// The target's name.
        name: String,
        /// The columns' names.
        names: Vec<String>,
    },
    /// A column is asked for twice.
    RepeatedTarget {
        /// The column's name.
        name: String,
    },
    /// A number is finite in the file, but not in the element type that is asked for.
    TooLarge {
        /// The row of numbers, counted from 0.
        row: usize,
        /// The name of the column.
        column: String,
        /// The number.
        number: f64,
    },
    /// A line has more or fewer fields than there are columns.
    Ragged {
        /// Where the record starts.
        line: u64,
        /// How many fields it has.
        fields: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// A field is not a finite number.
    NotANumber {
        /// Where the record starts.
        line: u64,
        /// The name of the column.
        column: String,
        /// What the field holds.
        text: String,
    },
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.file.display(), self.problem)
    }
}

impl Error for CsvError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            CsvProblem::Unreadable { cause } => Some(cause),
            _ => None,
        }
    }
}

/// As it goes on from the name of the file.
impl fmt::Display for CsvProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { cause } => write!(f, ": cannot be read: {cause}"),
            Self::Empty => write!(
                f,
                ": the file is empty; its first line must name the columns"
            ),
            Self::NoNames { line } => {
                write!(
                    f,
                    ", line {line}: no column is named; the first line must do so, and a number is no name"
                )
            }
            Self::RepeatedColumn { line, name } => {
                write!(
                    f,
                    ", line {line}: two columns are called `{name}`; names must differ"
                )
            }
            Self::MissingColumn { name, names } => {
                write!(
                    f,
                    ": there is no column `{name}`; the columns are {names:?}"
                )
            }
            Self::RepeatedTarget { name } => {
                write!(
                    f,
                    ": the column `{name}` is asked for twice; each target must be named once"
                )
            }
            Self::TooLarge {
                row,
                column,
                number,
            } => {
                write!(
                    f,
                    ", row {row}, column `{column}`: {number:e} is given; it must be finite in the element type"
                )
            }
            Self::Ragged {
                line,
                fields,
                columns,
            } => {
                write!(
                    f,
                    ", line {line}: {fields} fields are given; there must be {columns}, one for each column"
                )
            }
            Self::NotANumber { line, column, text } => {
                write!(
                    f,
                    ", line {line}, column `{column}`: {text:?} is given; it must be a finite number"
                )
            }
        }
    }
}
