mod histogram;
mod message;
mod record;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tapegrad_autodiff::Element;
use tapegrad_nn::{Name, Role};

use self::histogram::Histogram;
use self::message::{Content, event};
use self::record::record;
use super::{Callback, CallbackError, LogError, Run};
use crate::error;

/// Writes the history to event files in a folder, for `tensorboard --logdir`.
///
/// | tag | |
/// |---|---|
/// | `loss`, `penalty`, `learning_rate` | columns of the history, after each epoch |
/// | `validation/loss`, `training/accuracy`, … | `validation_loss`, `training_accuracy`: TensorBoard shows each part by itself |
/// | `norm/layers.0.weight` | other columns: a `/` stands for the first space |
/// | `step/loss`, `step/penalty` | of a step, if they are [asked for](TensorBoard::every_steps) |
/// | `weights/layers.0.weight` | the distribution of a weight's numbers, if it is [asked for](TensorBoard::histograms) |
///
/// The step of all is that of the training, so that they have one axis. The format holds numbers as `f32`, and a time
/// of day: it is the one at which the event was written, and the only thing here that two runs of one seed do not share.
///
/// | setting | default |
/// |---|---|
/// | [`new`](TensorBoard::new): the folder | made if it is not there |
/// | [`overwrite`](TensorBoard::overwrite) | off: event files in the folder are an error, and nothing is trained |
/// | [`every_steps`](TensorBoard::every_steps) | no events between epochs |
/// | [`histograms`](TensorBoard::histograms) | none |
///
/// A run that is resumed writes a file beside the others. It begins with the event by which TensorBoard drops what
/// was written of later steps before the interruption: nothing is shown twice. The files are called
/// `events.out.tfevents.0000000001.tapegrad`, and so on, in the order in which they are read.
///
/// ```
/// use tapegrad_nn::{Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::TensorBoard;
/// use tapegrad_train::{Trainer, data};
///
/// # let folder = std::env::temp_dir().join(format!("tensor-board-{}", std::process::id()));
/// let mut model = Mlp::<f32>::new(&[2, 16, 1]);
/// Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(3)
///     .callback(TensorBoard::new(&folder).every_steps(1).histograms(1))
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// assert!(folder.join("events.out.tfevents.0000000001.tapegrad").exists());
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: TensorFlow's `event.proto`, `summary.proto` and `record_writer.cc`.
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    overwrites: bool,
    every_steps: Option<usize>,
    histograms: Option<usize>,
    /// The first step of the run of this process.
    first: usize,
    /// `None` before the first event.
    file: Option<(PathBuf, File)>,
}

impl TensorBoard {
    /// Into this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            overwrites: false,
            every_steps: None,
            histograms: None,
            first: 0,
            file: None,
        }
    }

    /// A new run deletes the event files of runs before, those that were written by this.
    pub fn overwrite(self) -> Self {
        let overwrites = true;
        Self { overwrites, ..self }
    }

    /// Writes the loss and the penalty of every so many steps, too.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn every_steps(self, steps: usize) -> Self {
        let steps = error::at_least_one("TensorBoard::every_steps", "steps", steps);
        let every_steps = Some(steps);
        Self {
            every_steps,
            ..self
        }
    }

    /// Writes a histogram of each weight after every so many epochs: of its finite numbers, in 30 buckets of one
    /// width.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn histograms(self, epochs: usize) -> Self {
        let epochs = error::at_least_one("TensorBoard::histograms", "epochs", epochs);
        let histograms = Some(epochs);
        Self { histograms, ..self }
    }

    /// The event files of the folder that were written by this, by their numbers.
    fn files(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if let Some(number) = number_of(&path) {
                files.push((number, path));
            }
        }
        files.sort();
        Ok(files)
    }

    /// A new file after those that are there.
    fn open(&self) -> Result<(PathBuf, File), LogError> {
        let files = self.files().map_err(|cause| system(&self.folder, cause))?;
        let last = files.last().map_or(0, |(number, _)| *number);
        let path = self.folder.join(name(last.saturating_add(1)));
        let mut file = File::create_new(&path).map_err(|cause| system(&path, cause))?;
        for (step, content) in [(0, Content::Version), (self.first, Content::Start)] {
            let bytes = record(&event(now(), step, &content));
            file.write_all(&bytes)
                .map_err(|cause| system(&path, cause))?;
        }
        Ok((path, file))
    }

    fn write(&mut self, step: usize, content: &Content<'_>) -> Result<(), LogError> {
        let open = match self.file.take() {
            Some(open) => open,
            None => self.open()?,
        };
        let (path, file) = self.file.insert(open);
        let bytes = record(&event(now(), step, content));
        file.write_all(&bytes).map_err(|cause| system(path, cause))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

fn system(file: &Path, cause: io::Error) -> LogError {
    let file = file.to_owned();
    LogError::System { file, cause }
}

/// The name of the file of a number.
fn name(number: u64) -> String {
    format!("events.out.tfevents.{number:010}.tapegrad")
}

/// The number in the name of a file, if it is one of these.
fn number_of(path: &Path) -> Option<u64> {
    let file = path.file_name()?.to_str()?;
    let number = file.strip_prefix("events.out.tfevents.")?;
    let number = number.strip_suffix(".tapegrad")?.parse().ok()?;
    (name(number) == file).then_some(number)
}

/// The tag of a column of the history.
fn tag(column: &str) -> String {
    for whose in ["validation", "training"] {
        let of = column.strip_prefix(whose);
        if let Some(what) = of.and_then(|rest| rest.strip_prefix('_')) {
            return format!("{whose}/{what}");
        }
    }
    column.replacen(' ', "/", 1)
}

impl<T: Element> Callback<T> for TensorBoard {
    fn name(&self) -> &str {
        "TensorBoard"
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        self.file = None;
        self.first = run.step() + 1;
        fs::create_dir_all(&self.folder).map_err(|cause| system(&self.folder, cause))?;
        if run.is_resumed() {
            return Ok(());
        }
        for (_, file) in self.files().map_err(|cause| system(&self.folder, cause))? {
            match self.overwrites {
                true => fs::remove_file(&file).map_err(|cause| system(&file, cause))?,
                false => return Err(LogError::InUse { file }.into()),
            }
        }
        Ok(())
    }

    fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let every = self.every_steps;
        if every.is_some_and(|every| run.step().is_multiple_of(every)) {
            let numbers = [("step/loss", run.loss()), ("step/penalty", run.penalty())];
            let numbers = numbers.map(|(tag, number)| (tag.to_owned(), number));
            self.write(run.step(), &Content::Scalars(&numbers))?;
        }
        Ok(())
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let row = run.history().last_row();
        let numbers: Vec<_> = row.map(|(column, number)| (tag(column), number)).collect();
        self.write(run.step(), &Content::Scalars(&numbers))?;

        let every = self.histograms;
        if every.is_some_and(|every| run.epoch().is_multiple_of(every)) {
            let mut histograms = Vec::new();
            run.model().visit(Name::root(), &mut |name, param| {
                let histogram = Histogram::of(&param.value).filter(|_| param.role == Role::Weight);
                histograms
                    .extend(histogram.map(|histogram| (format!("weights/{name}"), histogram)));
            });
            self.write(run.step(), &Content::Histograms(&histograms))?;
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), CallbackError> {
        if let Some((path, file)) = &self.file {
            file.sync_data().map_err(|cause| system(path, cause))?;
        }
        Ok(())
    }
}
