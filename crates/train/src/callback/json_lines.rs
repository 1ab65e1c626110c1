use std::path::PathBuf;

use tapegrad_autodiff::Element;
use tapegrad_nn::{LoadProblem, Section};

use super::log_file::{LogFile, SavedLog};
use super::{Callback, CallbackError, Run};
use crate::History;

/// Writes the history as JSON lines: after each epoch an object with `epoch`, `step` and what was measured.
///
/// A number is read back to the bit. JSON has no others: NaN and infinities are the strings `"NaN"`, `"Infinity"` and
/// `"-Infinity"`, which JavaScript's `Number`, Python's `float` and Rust's `parse` understand. What was not measured
/// is left out. There are no times of day: the same run writes the same bytes.
///
/// | setting | default |
/// |---|---|
/// | [`new`](JsonLines::new): the path | its folder is made if it is not there |
/// | [`overwrite`](JsonLines::overwrite) | off: that the file is there, and is not empty, is an error, and nothing is trained |
///
/// A run that is resumed goes on with the file as [`CsvLog`](super::CsvLog) does.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::JsonLines;
/// use tapegrad_train::{Trainer, data};
///
/// # let path = std::env::temp_dir().join(format!("json-lines-{}.jsonl", std::process::id()));
/// let mut model = Mlp::<f32>::new(&[2, 16, 1]);
/// Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(3)
///     .callback(JsonLines::new(&path))
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// let text = std::fs::read_to_string(&path)?;
/// assert!(text.starts_with(r#"{"epoch":1,"step":2,"loss":0."#));
/// assert_eq!(text.lines().count(), 3);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JsonLines {
    file: LogFile,
}

const VERSION: u32 = 2;

/// How the first line begins.
const FIRST: &str = "{\"epoch\":1,\"step\":";

impl JsonLines {
    const NAME: &str = "JsonLines";

    /// To this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let file = LogFile::new(path.into());
        Self { file }
    }

    /// A new run writes over what stands there.
    pub fn overwrite(self) -> Self {
        let file = self.file.overwrite();
        Self { file }
    }
}

impl<T: Element> Callback<T> for JsonLines {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        match run.is_resumed() {
            true => self.file.go_on(FIRST, |_| None)?,
            false => self.file.begin()?,
        }
        Ok(())
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let line = line(run.history(), run.epoch(), run.step());
        Ok(self.file.append(line.as_bytes())?)
    }

    fn sync(&mut self) -> Result<(), CallbackError> {
        Ok(self.file.sync()?)
    }

    fn save(&self) -> Section {
        let mut section = Section::new();
        section.set_state_of(Self::NAME, VERSION, &self.file.save());
        section
    }

    fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        let file: SavedLog = section.state_of(Self::NAME, VERSION)?;
        self.file.load(file);
        Ok(())
    }
}

/// The last row as an object.
fn line(history: &History, epoch: usize, step: usize) -> String {
    let mut line = format!("{{\"epoch\":{epoch},\"step\":{step}");
    for (name, number) in history.last_row() {
        line.push_str(&format!(",{}:{}", string(name), number_text(number)));
    }
    line + "}\n"
}

/// The shortest text that is read back to the bit.
fn number_text(number: f64) -> String {
    match number {
        f64::INFINITY => string("Infinity"),
        f64::NEG_INFINITY => string("-Infinity"),
        number if number.is_nan() => string("NaN"),
        number => format!("{number:?}"),
    }
}

fn string(text: &str) -> String {
    let mut string = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => string.extend(['\\', character]),
            control if control < ' ' => {
                string.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => string.push(other),
        }
    }
    string + "\""
}
