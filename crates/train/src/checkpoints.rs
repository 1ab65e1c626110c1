use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tapegrad_nn::{Checkpoint, LoadError, Section};

use crate::callback::Monitor;
use crate::{FitError, error};

/// Where and how often a [`Trainer`](crate::Trainer) writes checkpoints: all that a run needs to go on to the bit.
///
/// | file | |
/// |---|---|
/// | `step-000000000120.tape` | the whole run after 120 steps, mostly the end of an epoch |
/// | `best.tape` | the model after the best epoch so far, as it was evaluated |
///
/// | setting | default |
/// |---|---|
/// | [`every`](Checkpoints::every) | 1 epoch, and at the end |
/// | [`every_steps`](Checkpoints::every_steps) | none between the epochs' ends |
/// | [`keep`](Checkpoints::keep) | the 2 newest; an older one is there if the newest is damaged |
/// | [`best`](Checkpoints::best) | not written |
///
/// The first is written when a run begins, and the last when it ends. Each waits for the disk twice, some milliseconds:
/// for epochs that are shorter, say [`every`](Checkpoints::every).
///
/// Both kinds of file are whole whenever the process dies, and hold the model in the section `model`, which
/// [`file::load`](tapegrad_nn::file::load) reads.
///
/// ```
/// use tapegrad_train::Checkpoints;
/// let checkpoints = Checkpoints::new("runs/first").every(10).keep(3).best("validation_loss");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoints {
    pub(crate) folder: PathBuf,
    pub(crate) every: usize,
    pub(crate) every_steps: Option<usize>,
    pub(crate) keep: usize,
    pub(crate) best: Option<Monitor>,
}

/// A checkpoint that was found, and what was passed over on the way.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub file: PathBuf,
    /// What it holds.
    pub checkpoint: Checkpoint,
    /// Newer files that cannot be read, the newest first.
    pub skipped: Vec<LoadError>,
}

impl Checkpoints {
    /// In a folder, which is made if it is not there.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            every: 1,
            every_steps: None,
            keep: 2,
            best: None,
        }
    }

    /// Every so many epochs.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn every(self, epochs: usize) -> Self {
        let every = error::at_least_one("Checkpoints::every", "epochs", epochs);
        Self { every, ..self }
    }

    /// Every so many steps, too, in the middle of an epoch.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn every_steps(self, steps: usize) -> Self {
        let steps = error::at_least_one("Checkpoints::every_steps", "steps", steps);
        let every_steps = Some(steps);
        Self {
            every_steps,
            ..self
        }
    }

    /// How many stay; older ones are deleted when a new one is written.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn keep(self, count: usize) -> Self {
        let keep = error::at_least_one("Checkpoints::keep", "checkpoints", count);
        Self { keep, ..self }
    }

    /// Writes the model of the epoch that is best by a column of the history, too, such as `validation_loss`.
    pub fn best(self, column: &str) -> Self {
        let best = Some(Monitor::of(column));
        Self { best, ..self }
    }

    /// The newest checkpoint that can be read, if there is one, and the errors of newer ones.
    ///
    /// # Errors
    /// If the folder cannot be listed, or there are checkpoints and none can be read. A folder that is not there
    /// is an empty one.
    pub fn newest(&self) -> Result<Option<Found>, FitError> {
        let mut skipped = Vec::new();
        for (_, file) in self.files()?.into_iter().rev() {
            match Checkpoint::read(&file) {
                Ok(checkpoint) => {
                    return Ok(Some(Found {
                        file,
                        checkpoint,
                        skipped,
                    }));
                }
                Err(cause) => skipped.push(cause),
            }
        }
        match skipped.is_empty() {
            true => Ok(None),
            false => Err(FitError::NoCheckpoint {
                folder: self.folder.clone(),
                skipped,
            }),
        }
    }

    /// Writes the checkpoint of a step, and deletes those that are too old.
    pub(crate) fn write(&self, step: usize, checkpoint: &Checkpoint) -> Result<(), FitError> {
        checkpoint.write(self.folder.join(name(step)))?;
        let files = self.files()?;
        let older = files.iter().filter(|(other, _)| *other <= step).rev();
        for (_, file) in older.skip(self.keep) {
            match fs::remove_file(file) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    return Err(self.folder(cause));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes the best model.
    pub(crate) fn write_best(&self, model: Section) -> Result<(), FitError> {
        let checkpoint = Checkpoint::new().with("model", model);
        Ok(checkpoint.write(self.folder.join(BEST))?)
    }

    /// Gives files that cannot be read another name, so that they neither count as kept nor are read again.
    pub(crate) fn set_aside(&self, damaged: &[LoadError]) -> Result<(), FitError> {
        for error in damaged {
            let mut name = error.file.clone().into_os_string();
            name.push(".damaged");
            fs::rename(&error.file, name).map_err(|cause| self.folder(cause))?;
        }
        Ok(())
    }

    /// Makes the folder, for a new run.
    pub(crate) fn begin(&self) -> Result<(), FitError> {
        let best = self.folder.join(BEST);
        let newest = self.files()?.pop().map(|(_, file)| file);
        if let Some(file) = newest.or(best.exists().then_some(best)) {
            return Err(FitError::FolderInUse { file });
        }
        fs::create_dir_all(&self.folder).map_err(|cause| self.folder(cause))
    }

    /// The checkpoints by their steps, in ascending order.
    fn files(&self) -> Result<Vec<(usize, PathBuf)>, FitError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(self.folder(cause)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|cause| self.folder(cause))?.path();
            if let Some(step) = step_of(&path) {
                files.push((step, path));
            }
        }
        files.sort();
        Ok(files)
    }

    fn folder(&self, cause: io::Error) -> FitError {
        let folder = self.folder.clone();
        FitError::Folder { folder, cause }
    }
}

/// The file of the best model.
const BEST: &str = "best.tape";

/// The name of the file of a step.
fn name(step: usize) -> String {
    format!("step-{step:012}.tape")
}

/// The step in the name of a file, if it is one of a checkpoint.
fn step_of(path: &Path) -> Option<usize> {
    let file = path.file_name()?.to_str()?;
    let number = file.strip_prefix("step-")?.strip_suffix(".tape")?;
    let step = number.parse().ok()?;
    (name(step) == file).then_some(step)
}
