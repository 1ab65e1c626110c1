use std::path::PathBuf;

use tapegrad_autodiff::Element;
use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Section};

use super::log_file::{LogFile, SavedLog};
use super::{Callback, CallbackError, Run};

/// Writes the history to a comma-separated file, a row after each epoch.
///
/// The file is that of [`History::to_csv`](crate::History::to_csv): `epoch`, `step` and the columns. A number is read
/// back to the bit, one that was not measured is an empty field; `NaN`, `inf` and `-inf` are written so. There are no
/// times of day in it: the same run writes the same bytes.
///
/// | setting | default |
/// |---|---|
/// | [`new`](CsvLog::new): the path | its folder is made if it is not there |
/// | [`overwrite`](CsvLog::overwrite) | off: that the file is there, and is not empty, is an error, and nothing is trained |
///
/// **Columns.** The first line has those of the first epoch, with all that the trainer is going to measure and that
/// callbacks say at the start. One that begins later is added at the end of each line: the file is written anew,
/// and in place of the old one in one step.
///
/// **Resuming.** What a run wrote after its checkpoint, a line cut short too, is cut off, and it goes on: the bytes in
/// the end are those of a run that was not interrupted. If the file is not what the run had written, it is left as it
/// is, and that is an [error](super::LogError). Of a run that had written nothing yet, the log is at the place where it
/// was begun; elsewhere the run begins it as a new run does.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::CsvLog;
/// use tapegrad_train::{Trainer, data};
///
/// # let path = std::env::temp_dir().join(format!("csv-log-{}.csv", std::process::id()));
/// let mut model = Mlp::<f32>::new(&[2, 16, 1]);
/// let fit = Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(3)
///     .callback(CsvLog::new(&path))
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// assert_eq!(std::fs::read_to_string(&path)?, fit.history.to_csv());
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvLog {
    file: LogFile,
    /// How many columns of the history the first line has.
    columns: usize,
}

/// The file, and the columns of the first line.
type Saved = (SavedLog, u64);

const VERSION: u32 = 2;

impl CsvLog {
    const NAME: &str = "CsvLog";

    /// To this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            file: LogFile::new(path.into()),
            columns: 0,
        }
    }

    /// A new run writes over what stands there.
    pub fn overwrite(self) -> Self {
        let file = self.file.overwrite();
        Self { file, ..self }
    }
}

impl<T: Element> Callback<T> for CsvLog {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        match run.is_resumed() {
            true => {
                let history = run.history();
                let (all, head) = (history.csv_head(usize::MAX), history.csv_head(self.columns));
                // More columns may have begun with the first row.
                let first = all.trim_end_matches('\n');
                self.file.go_on(first, |bytes| narrowed(bytes, &head))?;
            }
            false => self.file.begin()?,
        }
        Ok(())
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let history = run.history();
        let Some(last) = history.len().checked_sub(1) else {
            return Ok(());
        };
        let row = history.csv_row(last);
        let columns = history.names().count();
        let head = || history.csv_head(columns);
        if self.file.is_empty() {
            self.file.append((head() + &row).as_bytes())?;
        } else if columns > self.columns {
            let old_head = history.csv_head(self.columns);
            let rows = &self.file.read()?[old_head.len()..];
            let mut bytes = head().into_bytes();
            bytes.extend(widened(rows, columns - self.columns));
            bytes.extend(row.as_bytes());
            self.file.replace(&bytes)?;
        } else {
            self.file.append(row.as_bytes())?;
        }
        self.columns = columns;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), CallbackError> {
        Ok(self.file.sync()?)
    }

    fn save(&self) -> Section {
        let saved: Saved = (self.file.save(), self.columns as u64);
        let mut section = Section::new();
        section.set_state_of(Self::NAME, VERSION, &saved);
        section
    }

    fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        let (file, columns): Saved = section.state_of(Self::NAME, VERSION)?;
        self.columns = saved_count("columns", columns)?;
        self.file.load(file);
        Ok(())
    }
}

/// Rows with so many empty fields more. Fields of rows are numbers: no line is part of one.
fn widened(rows: &[u8], columns: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len());
    for row in rows.split_inclusive(|&byte| byte == b'\n') {
        bytes.extend(row.strip_suffix(b"\n").unwrap_or(row));
        bytes.extend(vec![b','; columns]);
        bytes.push(b'\n');
    }
    bytes
}

/// The bytes of a file as they were before columns were added to a first line: that line, and the rows whose fields
/// are empty in those columns.
fn narrowed(bytes: &[u8], head: &str) -> Option<Vec<u8>> {
    let own = head.strip_suffix('\n')?.as_bytes();
    let added = bytes.strip_prefix(own)?;
    let (mut is_quoted, mut columns, mut end) = (false, 0, 0);
    for &byte in added {
        end += 1;
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => columns += 1,
            b'\n' if !is_quoted => break,
            _ => {}
        }
    }
    let mut empty = vec![b','; columns];
    empty.push(b'\n');
    let mut narrow = head.as_bytes().to_vec();
    for row in added[end..].split_inclusive(|&byte| byte == b'\n') {
        let Some(own) = row.strip_suffix(&empty[..]) else {
            break;
        };
        narrow.extend(own);
        narrow.push(b'\n');
    }
    Some(narrow)
}
