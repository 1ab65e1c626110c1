use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};
use tapegrad_autodiff::Element;

use super::{DataError, DataProblem, Dataset};

/// A comma-separated file of numbers under a line of names.
///
/// Fields may be quoted (RFC 4180) or have blanks around them; empty lines are passed over. Every
/// field must be a finite number, and the first line must not be numbers alone.
///
/// ```
/// use tapegrad_train::data::Table;
///
/// let text = "width,height,label\n1.5,2,0\n3,4,1\n";
/// let table = Table::read("flowers.csv", text.as_bytes()).unwrap();
/// let data = table.dataset::<f32>(&["label"]).unwrap();
/// assert_eq!((data.x.shape(), data.y.shape()), (&[2, 2][..], &[2, 1][..]));
///
/// let error = Table::read("flowers.csv", "width,label\n1.5,yes\n".as_bytes()).unwrap_err();
/// assert_eq!(error.to_string(), "flowers.csv, line 2, column `label`: \"yes\" is given; it must be a finite number");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Where it was read from.
    pub source: PathBuf,
    /// The name of each column.
    pub names: Vec<String>,
    /// `[rows, columns]`.
    pub values: Array2<f64>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// If the file cannot be read, or is not a table of numbers: [`DataProblem`] says where.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let source = path.as_ref();
        match File::open(source) {
            Ok(file) => Self::read(source, file),
            Err(cause) => Err(DataError {
                file: Some(source.into()),
                problem: DataProblem::Unreadable { cause },
            }),
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
        match read.and_then(|_| parse(&bytes)) {
            Ok((names, values)) => Ok(Self {
                source,
                names,
                values,
            }),
            Err(problem) => Err(DataError {
                file: Some(source),
                problem,
            }),
        }
    }

    /// The columns named are targets, in that order; all others are inputs.
    ///
    /// # Errors
    /// If a column is not there or asked for twice, or a number is not finite in the element type.
    pub fn dataset<T: Element>(&self, targets: &[&str]) -> Result<Dataset<T>, DataError> {
        self.split(targets).map_err(|problem| DataError {
            file: Some(self.source.clone()),
            problem,
        })
    }

    fn split<T: Element>(&self, targets: &[&str]) -> Result<Dataset<T>, DataProblem> {
        let mut columns = Vec::new();
        for &name in targets {
            match self.names.iter().position(|column| column == name) {
                None => {
                    return Err(DataProblem::MissingColumn {
                        name: name.to_owned(),
                        names: self.names.clone(),
                    });
                }
                Some(column) if columns.contains(&column) => {
                    return Err(DataProblem::RepeatedTarget {
                        name: name.to_owned(),
                    });
                }
                Some(column) => columns.push(column),
            }
        }
        let mut numbers = self.values.indexed_iter();
        if let Some(((row, column), &number)) =
            numbers.find(|(_, number)| !T::of(**number).is_finite())
        {
            return Err(DataProblem::TooLarge {
                place: format!("row {row}, column `{}`", self.names[column]),
                number,
            });
        }
        let inputs: Vec<_> = (0..self.names.len())
            .filter(|column| !columns.contains(column))
            .collect();
        let select = |columns: &[usize]| self.values.select(Axis(1), columns).mapv(T::of);
        Ok(Dataset::new(select(&inputs), select(&columns)))
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

/// The names and the numbers of a file.
fn parse(bytes: &[u8]) -> Result<(Vec<String>, Array2<f64>), DataProblem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // a byte-order mark
    let unreadable = |cause: csv::Error| DataProblem::Unreadable {
        cause: cause.into(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);

    let header = reader.byte_headers().map_err(unreadable)?;
    let names: Vec<String> = header.iter().map(text).collect();
    let line = line_of(bytes, header.position());
    if bytes.trim_ascii().is_empty() {
        return Err(DataProblem::Empty);
    }
    if names
        .iter()
        .all(|name| name.is_empty() || name.parse::<f64>().is_ok())
    {
        return Err(DataProblem::NoNames { line });
    }
    let mut seen = BTreeSet::new();
    if let Some(name) = names.iter().find(|name| !seen.insert(*name)) {
        return Err(DataProblem::RepeatedColumn {
            line,
            name: name.clone(),
        });
    }

    let mut values = Vec::new();
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        let start = record
            .position()
            .map_or(0, |position| position.byte() as usize);
        if bytes[start..reader.position().byte() as usize]
            .trim_ascii()
            .is_empty()
        {
            continue; // a line of blanks
        }
        if record.len() != names.len() {
            let line = line_of(bytes, record.position());
            return Err(DataProblem::Ragged {
                line,
                fields: record.len(),
                columns: names.len(),
            });
        }
        for (field, column) in record.iter().zip(&names) {
            let number = str::from_utf8(field)
                .ok()
                .and_then(|text| text.parse::<f64>().ok());
            let Some(number) = number.filter(|number| number.is_finite()) else {
                let line = line_of(bytes, record.position());
                return Err(DataProblem::NotANumber {
                    line,
                    column: column.clone(),
                    text: text(field),
                });
            };
            values.push(number);
        }
    }
    let shape = [values.len() / names.len(), names.len()];
    let values = Array2::from_shape_vec(shape, values).expect("every row was seen to be complete");
    Ok((names, values))
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// The line that a record starts on, counted from 1. Its position is before the empty lines that
/// were passed over to get there.
fn line_of(bytes: &[u8], position: Option<&csv::Position>) -> u64 {
    let before = position
        .map_or(0, |position| position.byte() as usize)
        .min(bytes.len());
    let empty = bytes[before..]
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    let bytes = &bytes[..before + empty];
    // A line ends with LF, CR, or CR LF.
    let ends = |place: &usize| {
        bytes[*place] == b'\n' || (bytes[*place] == b'\r' && bytes.get(place + 1) != Some(&b'\n'))
    };
    1 + (0..bytes.len()).filter(ends).count() as u64
}
