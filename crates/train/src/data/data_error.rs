use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Data that were refused: which file, if they come from one, and why.
pub struct DataError {
    /// The file, or what its source was called; `None` for data in memory.
    pub file: Option<PathBuf>,
    /// What is wrong, and where.
    pub problem: DataProblem,
}

/// What is wrong with data. Lines are counted from 1, the names' line included; rows, columns of an array and
/// classes from 0.
#[derive(Debug)]
#[non_exhaustive]
pub enum DataProblem {
    /// The file is not there, or reading failed.
    Unreadable {
        /// What the system says.
        cause: io::Error,
    },
    /// Writing failed.
    #[cfg(feature = "npy")]
    Unwritable {
        /// What the system says.
        cause: io::Error,
    },
    /// The first bytes are not those of an `.npy` file.
    #[cfg(feature = "npy")]
    NotNpy,
    /// The format of an `.npy` file is newer than this program.
    #[cfg(feature = "npy")]
    NpyVersion {
        /// Before the point.
        major: u8,
        /// After it.
        minor: u8,
    },
    /// The header of an `.npy` file breaks the rules.
    #[cfg(feature = "npy")]
    NpyHeader {
        /// Which.
        reason: String,
    },
    /// An `.npy` file holds other numbers than are read.
    #[cfg(feature = "npy")]
    NpyType {
        /// NumPy's name of their type.
        descr: String,
    },
    /// Numbers are missing at the end of an `.npy` file, or there are too many.
    #[cfg(feature = "npy")]
    NpyLength {
        /// How many bytes there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// The archive of an `.npz` file is damaged.
    #[cfg(feature = "npy")]
    Archive {
        /// What is wrong.
        reason: String,
    },
    /// Something is wrong with an array of an `.npz` file.
    #[cfg(feature = "npy")]
    InArray {
        /// Its name.
        name: String,
        /// What.
        problem: Box<DataProblem>,
    },
    /// An array that is asked for is not in the file.
    #[cfg(feature = "npy")]
    NoArray {
        /// Its name.
        name: String,
        /// The names that there are.
        names: Vec<String>,
    },
    /// An array has another shape than is needed.
    #[cfg(feature = "npy")]
    ArrayShape {
        /// Its name.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// What it must have.
        expected: String,
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
    /// A column that is asked for is not there.
    MissingColumn {
        /// Its name.
        name: String,
        /// The columns' names.
        names: Vec<String>,
    },
    /// A column is asked for twice.
    RepeatedUse {
        /// The column's name.
        name: String,
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
    /// A value is missing, and nothing is to stand for it.
    MissingValue {
        /// Where the record starts.
        line: u64,
        /// The name of the column.
        column: String,
        /// What the field holds.
        text: String,
    },
    /// A column from which missing values are to be filled has no value.
    NoValue {
        /// The name of the column.
        column: String,
    },
    /// A text was not among those of the rows that were fitted on.
    UnknownText {
        /// Where the record starts.
        line: u64,
        /// The name of the column.
        column: String,
        /// What the field holds.
        text: String,
        /// The texts that are known.
        known: Vec<String>,
    },
    /// A number is finite in the file, but not in the element type that is asked for.
    TooLarge {
        /// Where it stands: a line and a column, or an index.
        place: String,
        /// The number.
        number: f64,
    },
    /// There is no row.
    NoRows,
    /// A number is NaN or infinite.
    NotFinite {
        /// Whose: the inputs', the targets' or the weights'.
        part: &'static str,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// The number.
        number: f64,
    },
    /// A target is not one of a task's.
    NotATarget {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// The target.
        target: f64,
        /// What it must be.
        expected: String,
    },
    /// A row has another number of targets than a task.
    Outputs {
        /// How many it has.
        found: usize,
        /// What there must be.
        expected: &'static str,
    },
    /// All rows are of one class.
    OneClass {
        /// The class.
        class: usize,
        /// The column of targets.
        column: usize,
    },
    /// There are fewer rows than folds, or too few of every class.
    TooFewForFolds {
        /// Who splits.
        splitter: &'static str,
        /// The number of folds.
        folds: usize,
        /// How many rows there are.
        rows: usize,
        /// Whether these are the rows of the largest class.
        of_a_class: bool,
    },
    /// A part of a split would have no row.
    NoRowsLeft {
        /// Who splits.
        splitter: &'static str,
        /// The part.
        part: &'static str,
        /// How many rows there are.
        rows: usize,
    },
    /// A class has too few rows to be in both parts of a split.
    RareClass {
        /// The class.
        class: usize,
        /// How many rows it has.
        rows: usize,
    },
    /// A part of a split has fewer rows than there are classes.
    FewerRowsThanClasses {
        /// The part.
        part: &'static str,
        /// How many rows it has.
        rows: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// The last rows do not suffice for the parts in time.
    TooFewForTime {
        /// How many parts there are.
        splits: usize,
        /// The rows of each for testing.
        test_rows: usize,
        /// The rows between training and testing.
        gap: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// A class below another has no row.
    EmptyClass {
        /// The class.
        class: usize,
        /// How many classes there are, by the largest.
        classes: usize,
    },
    /// A label was not among those fitted on.
    UnknownLabel {
        /// Its place in the list.
        row: usize,
        /// The label.
        label: String,
        /// The labels that are known.
        known: Vec<String>,
    },
    /// A number is not among the categories fitted on.
    UnknownCategory {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// The number.
        number: f64,
        /// How many categories the column has.
        known: usize,
    },
}

impl DataProblem {
    #[cfg(any(feature = "csv", feature = "npy"))]
    pub(super) fn of(self, file: &std::path::Path) -> DataError {
        DataError {
            file: Some(file.to_path_buf()),
            problem: self,
        }
    }

    /// Where it is within the file or the data; empty if nowhere in particular.
    fn place(&self) -> String {
        match self {
            Self::NoNames { line }
            | Self::RepeatedColumn { line, .. }
            | Self::Ragged { line, .. } => {
                format!("line {line}")
            }
            Self::NotANumber { line, column, .. }
            | Self::MissingValue { line, column, .. }
            | Self::UnknownText { line, column, .. } => format!("line {line}, column `{column}`"),
            Self::NoValue { column } => format!("column `{column}`"),
            Self::TooLarge { place, .. } => place.clone(),
            Self::NotFinite {
                part, row, column, ..
            } => format!("{part}, row {row}, column {column}"),
            Self::NotATarget { row, column, .. } => format!("targets, row {row}, column {column}"),
            Self::OneClass { column, .. } => format!("targets, column {column}"),
            Self::UnknownLabel { row, .. } => format!("row {row}"),
            Self::UnknownCategory { row, column, .. } => format!("row {row}, column {column}"),
            Self::TooFewForFolds { splitter, .. } | Self::NoRowsLeft { splitter, .. } => {
                (*splitter).to_owned()
            }
            Self::RareClass { .. } | Self::FewerRowsThanClasses { .. } => "HoldOut".to_owned(),
            Self::TooFewForTime { .. } => "TimeSeriesSplit".to_owned(),
            #[cfg(feature = "npy")]
            Self::InArray { name, problem } => match problem.place() {
                place if place.is_empty() => format!("array `{name}`"),
                place => format!("array `{name}`, {place}"),
            },
            #[cfg(feature = "npy")]
            Self::ArrayShape { name, .. } => format!("array `{name}`"),
            _ => String::new(),
        }
    }
}

impl From<DataProblem> for DataError {
    fn from(problem: DataProblem) -> Self {
        Self {
            file: None,
            problem,
        }
    }
}

/// As it is displayed: what a `main` that returns it prints.
impl fmt::Debug for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for DataError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            DataProblem::Unreadable { cause } => Some(cause),
            #[cfg(feature = "npy")]
            DataProblem::Unwritable { cause } => Some(cause),
            _ => None,
        }
    }
}

/// Places from the large to the small, a colon, and what must hold.
impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, place) = (&self.file, self.problem.place());
        if let Some(file) = file {
            f.write_str(&file.display().to_string())?;
            f.write_str(if place.is_empty() { ": " } else { ", " })?;
        }
        if !place.is_empty() {
            f.write_str(&place)?;
            f.write_str(": ")?;
        }
        self.problem.fmt(f)
    }
}

/// Without the place.
#[rustfmt::skip] // a line a sentence
impl fmt::Display for DataProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { cause } =>
                write!(f, "cannot be read: {cause}"),
            #[cfg(feature = "npy")]
            Self::Unwritable { cause } =>
                write!(f, "cannot be written: {cause}"),
            #[cfg(feature = "npy")]
            Self::NotNpy =>
                write!(f, "this is no .npy file; its first bytes are others"),
            #[cfg(feature = "npy")]
            Self::NpyVersion { major, minor } =>
                write!(f, "the format has the version {major}.{minor}; versions 1, 2 and 3 are read"),
            #[cfg(feature = "npy")]
            Self::NpyHeader { reason } =>
                write!(f, "the header is malformed: {reason}"),
            #[cfg(feature = "npy")]
            Self::NpyType { descr } =>
                write!(f, "the numbers are of the type {descr:?}; they must be floats of 4 or 8 bytes, integers or bool, little-endian"),
            #[cfg(feature = "npy")]
            Self::NpyLength { found, expected } =>
                write!(f, "the array has {found} bytes; by its header it must have {expected}"),
            #[cfg(feature = "npy")]
            Self::Archive { reason } =>
                write!(f, "the archive is malformed: {reason}"),
            #[cfg(feature = "npy")]
            Self::InArray { problem, .. } =>
                problem.fmt(f),
            #[cfg(feature = "npy")]
            Self::NoArray { name, names } =>
                write!(f, "there is no array `{name}`; the arrays are {names:?}"),
            #[cfg(feature = "npy")]
            Self::ArrayShape { shape, expected, .. } =>
                write!(f, "the shape is {shape:?}; it must have {expected}"),
            Self::Empty =>
                write!(f, "the file is empty; its first line must name the columns"),
            Self::NoNames { .. } =>
                write!(f, "no column is named; the first line must do so, and a number is no name"),
            Self::RepeatedColumn { name, .. } =>
                write!(f, "two columns are called `{name}`; names must differ"),
            Self::MissingColumn { name, names } =>
                write!(f, "there is no column `{name}`; the columns are {names:?}"),
            Self::RepeatedUse { name } =>
                write!(f, "the column `{name}` is asked for twice; it must be named once"),
            Self::Ragged { fields, columns, .. } =>
                write!(f, "{fields} fields are given; there must be {columns}, one for each column"),
            Self::NotANumber { text, .. } =>
                write!(f, "{text:?} is given; it must be a finite number"),
            Self::MissingValue { text, .. } =>
                write!(f, "the value is missing ({text:?} is given); each must be there, or `Missing` say what stands for it"),
            Self::NoValue { .. } =>
                write!(f, "every value is missing; for others to be filled there must be one"),
            Self::UnknownText { text, known, .. } =>
                write!(f, "{text:?} is given; the rows that were fitted on have {known:?}"),
            Self::TooLarge { number, .. } =>
                write!(f, "{number:e} is given; it must be finite in the element type"),
            Self::NoRows =>
                write!(f, "there are 0 rows; there must be at least one"),
            Self::NotFinite { number, .. } =>
                write!(f, "the number is {number}; it must be finite"),
            Self::NotATarget { target, expected, .. } =>
                write!(f, "the target is {target}; it must be {expected}"),
            Self::Outputs { found, expected } =>
                write!(f, "there are {found} targets a row; there must be {expected}"),
            Self::OneClass { class, .. } =>
                write!(f, "every row is of the class {class}; there must be rows of two classes"),
            Self::TooFewForFolds { folds, rows, of_a_class: false, .. } =>
                write!(f, "{folds} folds are asked for and there are {rows} rows; there must be one for each fold"),
            Self::TooFewForFolds { folds, rows, .. } =>
                write!(f, "{folds} folds are asked for and no class has more than {rows} rows; one must have a row for each fold"),
            Self::NoRowsLeft { part, rows, .. } =>
                write!(f, "of {rows} rows none are left for {part}; there must be at least one"),
            Self::RareClass { class, rows } =>
                write!(f, "the class {class} has {rows} rows; for both parts it must have at least 2"),
            Self::FewerRowsThanClasses { part, rows, classes } =>
                write!(f, "{rows} rows are for {part}, of {classes} classes; each class must be able to have one"),
            Self::TooFewForTime { splits, test_rows, gap, rows } =>
                write!(f, "{splits} × {test_rows} rows for testing and a gap of {gap} leave none of {rows} for training; there must be at least one"),
            Self::EmptyClass { class, classes } =>
                write!(f, "the class {class} of {classes} has no row; for a weight it must have at least one"),
            Self::UnknownLabel { label, known, .. } =>
                write!(f, "the label is {label:?}; those that were fitted on are {known:?}"),
            Self::UnknownCategory { number, known, .. } =>
                write!(f, "the category is {number}; it is none of the {known} that were fitted on"),
        }
    }
}
