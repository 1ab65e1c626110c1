use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rand::seq::SliceRandom;
use tapegrad_autodiff::Element;
use tapegrad_nn::random;

use super::comma_separated::Fields;
use super::{Columns, DataError, DataProblem, Dataset, LabelEncoder};
use crate::error;

/// A comma-separated file under a line of names: the fields as they stand there.
///
/// Fields may be quoted (RFC 4180) or have blanks around them; empty lines are passed over. The first line must
/// not be numbers alone. What the columns mean, numbers, class labels or texts, and what stands for missing
/// values is said by [`Columns`]; where all are numbers, [`dataset`](Table::dataset) is enough.
///
/// ```
/// use tapegrad_train::data::Table;
///
/// let text = "width,height,label\n1.5,2,0\n3,4,1\n";
/// let table = Table::read("flowers.csv", text.as_bytes()).unwrap();
/// let data = table.dataset::<f32>(&["label"]).unwrap();
/// assert_eq!((data.x.shape(), data.y.shape()), (&[2, 2][..], &[2, 1][..]));
///
/// let table = Table::read("flowers.csv", "width,label\n1.5,yes\n".as_bytes()).unwrap();
/// let error = table.dataset::<f32>(&["label"]).unwrap_err();
/// assert_eq!(error.to_string(), "flowers.csv, line 2, column `label`: \"yes\" is given; it must be a finite number");
/// let (data, labels) = table.classes::<f32>("label").unwrap();
/// assert_eq!((data.classes(), labels.labels()), (vec![0], &["yes".to_owned()][..]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    source: PathBuf,
    fields: Fields,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// If the file cannot be read, has no names, or rows of other lengths: [`DataProblem`] says where.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let source = path.as_ref();
        match File::open(source) {
            Ok(file) => Self::read(source, file),
            Err(cause) => Err(DataProblem::Unreadable { cause }.of(source)),
        }
    }

    /// Reads from anywhere; `source` is what errors call it.
    ///
    /// # Errors
    /// As [`open`](Table::open).
    pub fn read(source: impl AsRef<Path>, mut reader: impl Read) -> Result<Self, DataError> {
        let source = source.as_ref().to_path_buf();
        let mut bytes = Vec::new();
        let read = reader
            .read_to_end(&mut bytes)
            .map_err(|cause| DataProblem::Unreadable { cause });
        match read.and_then(|_| Fields::parse(&bytes)) {
            Ok(fields) => Ok(Self { source, fields }),
            Err(problem) => Err(problem.of(&source)),
        }
    }

    /// Where it was read from.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// The name of each column.
    pub fn names(&self) -> &[String] {
        &self.fields.names
    }

    /// How many rows there are below the names.
    pub fn rows(&self) -> usize {
        self.fields.lines.len()
    }

    /// What a field holds, without the quotes and blanks around it.
    ///
    /// # Panics
    /// If there is no such row or column.
    #[track_caller]
    pub fn field(&self, row: usize, column: usize) -> &str {
        if row >= self.rows() || column >= self.names().len() {
            error::field(row, column, self.rows(), self.names().len());
        }
        self.fields.get(row, column)
    }

    /// The line that a row starts on, counted from 1.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.fields.lines[row]
    }

    /// The rows with the given indices, in that order. They keep the lines that they were on.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Self {
        if let Some(&row) = rows.iter().find(|&&row| row >= self.rows()) {
            error::row("Table::select", row, self.rows());
        }
        Self {
            source: self.source.clone(),
            fields: self.fields.select(rows),
        }
    }

    /// Two parts of shuffled rows, the first with `fraction` of them, rounded; the same rows as
    /// [`Dataset::split`] gives.
    ///
    /// # Panics
    /// If the fraction is not in `[0, 1]`.
    #[track_caller]
    pub fn split(&self, fraction: f64, seed: u64) -> (Self, Self) {
        if !(0.0..=1.0).contains(&fraction) {
            error::fraction("Table::split", fraction);
        }
        let mut order: Vec<_> = (0..self.rows()).collect();
        order.shuffle(&mut random::stream(seed));
        let (first, others) = order.split_at((fraction * self.rows() as f64).round() as usize);
        (self.select(first), self.select(others))
    }

    /// The columns named are targets, in that order; all others are inputs; each field must be a number.
    ///
    /// # Errors
    /// If a column is not there or asked for twice, or a field is missing, no finite number, or none in the
    /// element type.
    pub fn dataset<T: Element>(&self, targets: &[&str]) -> Result<Dataset<T>, DataError> {
        Columns::targets(targets).fit(self)?.dataset(self)
    }

    /// The column named holds class labels of any text, all others are inputs; and the labels of the classes.
    ///
    /// # Errors
    /// As [`dataset`](Table::dataset).
    pub fn classes<T: Element>(
        &self,
        label: &str,
    ) -> Result<(Dataset<T>, LabelEncoder), DataError> {
        let columns = Columns::label(label).fit(self)?;
        let labels = columns.labels().expect("the target is a label").clone();
        Ok((columns.dataset(self)?, labels))
    }
}

impl<T: Element> Dataset<T> {
    /// Reads a comma-separated file of numbers under a line of names: the columns named are
    /// targets, all others inputs. See [`Table`].
    ///
    /// # Errors
    /// As [`Table::open`] and [`Table::dataset`].
    pub fn read_csv(path: impl AsRef<Path>, targets: &[&str]) -> Result<Self, DataError> {
        Table::open(path)?.dataset(targets)
    }
}
