use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};
use tapegrad_autodiff::Element;

use super::Dataset;

/// A comma-separated file of numbers under a line of names.
///
/// Fields may be quoted (RFC 4180) or have blanks around them; empty lines are passed over. Every field must be a finite number.
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
    /// If the file cannot be read, or is not a table of numbers: [`CsvError`] says where.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CsvError> {
        let source = path.as_ref();
        match File::open(source) {
            Ok(file) => Self::read(source, file),
            Err(cause) => Err(CsvError::Unreadable {
                source: source.into(),
                cause,
            }),
        }
    }

    /// Reads from anywhere; `source` is what errors call it.
    ///
    /// # Errors
    /// As [`open`](Table::open).
    pub fn read(source: impl AsRef<Path>, mut reader: impl Read) -> Result<Self, CsvError> {
        let source = source.as_ref().to_path_buf();
        let mut bytes = Vec::new();
        if let Err(cause) = reader.read_to_end(&mut bytes) {
            return Err(CsvError::Unreadable { source, cause });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes); // a byte-order mark
        let unreadable = |cause: csv::Error| CsvError::Unreadable {
            source: source.clone(),
            cause: cause.into(),
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let names: Vec<String> = reader
            .byte_headers()
            .map_err(unreadable)?
            .iter()
            .map(text)
            .collect();
        if names.is_empty() {
            return Err(CsvError::Empty { source });
        }
        if let Some(again) =
            (1..names.len()).find(|&column| names[..column].contains(&names[column]))
        {
            return Err(CsvError::RepeatedColumn {
                source,
                name: names[again].clone(),
            });
        }
        let mut values = Vec::new();
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(unreadable)? {
            let line = line(bytes, record.position());
            if record.len() != names.len() {
                return Err(CsvError::Ragged {
                    source,
                    line,
                    fields: record.len(),
                    columns: names.len(),
                });
            }
            for (field, column) in record.iter().zip(&names) {
                match text(field).parse::<f64>() {
                    Ok(number) if number.is_finite() => values.push(number),
                    _ => {
                        return Err(CsvError::NotANumber {
                            source,
                            line,
                            column: column.clone(),
                            text: text(field),
                        });
                    }
                }
            }
        }
        let shape = [values.len() / names.len(), names.len()];
        let values =
            Array2::from_shape_vec(shape, values).expect("every row was seen to be complete");
        Ok(Self {
            source,
            names,
            values,
        })
    }

    /// The columns named are targets, in that order; all others are inputs.
    ///
    /// # Errors
    /// If a column is not there.
    pub fn dataset<T: Element>(&self, targets: &[&str]) -> Result<Dataset<T>, CsvError> {
        let place = |name: &&str| {
            self.names
                .iter()
                .position(|column| column == name)
                .ok_or_else(|| CsvError::MissingColumn {
                    source: self.source.clone(),
                    name: (*name).to_owned(),
                    names: self.names.clone(),
                })
        };
        let targets = targets.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let inputs: Vec<_> = (0..self.names.len())
            .filter(|column| !targets.contains(column))
            .collect();
        let select = |columns: &[usize]| self.values.select(Axis(1), columns).mapv(T::of);
        Ok(Dataset::new(select(&inputs), select(&targets)))
    }
}

impl<T: Element> Dataset<T> {
    /// Reads a comma-separated file of numbers under a line of names: the columns named are targets, all others inputs. See [`Table`].
    ///
    /// # Errors
    /// As [`Table::open`] and [`Table::dataset`].
    pub fn read_csv(path: impl AsRef<Path>, targets: &[&str]) -> Result<Self, CsvError> {
        Table::open(path)?.dataset(targets)
    }
}

/// The line that a record starts on. The reader's position is before the empty lines that it passed over to get there.
fn line(bytes: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let rest = bytes.get(position.byte() as usize..).unwrap_or_default();
    let passed = rest
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .filter(|&&byte| byte == b'\n');
    position.line() + passed.count() as u64
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// What is wrong with a comma-separated file, and where. Lines are counted from 1, the names' line included.
#[derive(Debug)]
#[non_exhaustive]
pub enum CsvError {
    /// The file is not there, or reading failed.
    Unreadable {
        /// The file.
        source: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// There is no line of names.
    Empty {
        /// The file.
        source: PathBuf,
    },
    /// Two columns have one name.
    RepeatedColumn {
        /// The file.
        source: PathBuf,
        /// Their name.
        name: String,
    },
    /// A target is not among the columns.
    MissingColumn {
        /// The file.
        source: PathBuf,
        /// The target's name.
        name: String,
        /// The columns' names.
        names: Vec<String>,
    },
    /// A line has more or fewer fields than there are columns.
    Ragged {
        /// The file.
        source: PathBuf,
        /// Where the record starts.
        line: u64,
        /// How many fields it has.
        fields: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// A field is not a finite number.
    NotANumber {
        /// The file.
        source: PathBuf,
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
        match self {
            Self::Unreadable { source, cause } => {
                write!(f, "{}: cannot be read: {cause}", source.display())
            }
            Self::Empty { source } => write!(
                f,
                "{}: the file is empty; its first line must name the columns",
                source.display()
            ),
            Self::RepeatedColumn { source, name } => {
                write!(
                    f,
                    "{}, line 1: two columns are called `{name}`; names must differ",
                    source.display()
                )
            }
            Self::MissingColumn {
                source,
                name,
                names,
            } => {
                write!(
                    f,
                    "{}: there is no column `{name}`; the columns are {names:?}",
                    source.display()
                )
            }
            Self::Ragged {
                source,
                line,
                fields,
                columns,
            } => {
                write!(
                    f,
                    "{}, line {line}: {fields} fields are given; there must be {columns}, one for each column",
                    source.display()
                )
            }
            Self::NotANumber {
                source,
                line,
                column,
                text,
            } => {
                write!(
                    f,
                    "{}, line {line}, column `{column}`: {text:?} is given; it must be a finite number",
                    source.display()
                )
            }
        }
    }
}

impl std::error::Error for CsvError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
