//! Checkpoints: named sections of arrays and state in one file, every byte of which is checked.
//!
//! [`file`](crate::file) saves and loads a model in a line. Here is what it is made of, for those who
//! save more: an optimizer beside its model, a history, a random stream. The bytes are specified
//! [on one page](mod@format).

use std::collections::BTreeMap;
use std::path::Path;

mod atomic_write;
mod encoding;
mod layout;
mod load_error;
mod parameters;
mod regular_file;
mod save_error;
mod saved_count;
mod section;
mod stored_array;

#[doc = include_str!("checkpoint/format.md")]
pub mod format {}

pub use atomic_write::{atomic_write, sync_folder};
pub use load_error::{LoadError, LoadProblem};
pub(crate) use regular_file::read_regular_file;
pub use save_error::SaveError;
pub use saved_count::saved_count;
pub use section::Section;
pub use stored_array::{ElementType, StoredArray};

/// Sections by name: what a file holds.
///
/// ```
/// use tapegrad_nn::{Checkpoint, Mlp, Section};
///
/// let model = Mlp::<f32>::new(&[2, 3, 1]).seed(1);
/// let mut progress = Section::new();
/// progress.set_state(&(7_u64, vec![0.9, 0.5]));                     // an epoch, and losses
/// let bytes = Checkpoint::new()
///     .with("model", Section::of(&model))
///     .with("progress", progress)
///     .to_bytes();
///
/// let checkpoint = Checkpoint::from_bytes(&bytes)?;
/// let mut other = Mlp::<f32>::new(&[2, 3, 1]);
/// checkpoint.section("model")?.load_into(&mut other)?;
/// assert_eq!(other.layers[0].weight.value, model.layers[0].weight.value);
/// let (epoch, losses) = checkpoint.section("progress")?.state::<(u64, Vec<f64>)>()?;
/// assert_eq!((epoch, losses.len()), (7, 2));
/// # Ok::<(), tapegrad_nn::LoadProblem>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    sections: BTreeMap<String, Section>,
}

impl Checkpoint {
    /// A checkpoint without sections.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a section more, in place of what had its name.
    pub fn with(mut self, name: &str, section: Section) -> Self {
        self.sections.insert(name.to_owned(), section);
        self
    }

    /// The section called `name`.
    ///
    /// # Errors
    /// If there is none.
    pub fn section(&self, name: &str) -> Result<&Section, LoadProblem> {
        let section = self.sections.get(name);
        section.ok_or_else(|| LoadProblem::NoSection {
            name: name.to_owned(),
            names: self.sections.keys().cloned().collect(),
        })
    }

    /// Every section with its name, in the order of the names' bytes.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.sections
            .iter()
            .map(|(name, section)| (name.as_str(), section))
    }

    /// The bytes of a file. Equal contents have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        layout::write(&self.sections)
    }

    /// The checkpoint in the bytes of a file, all of which are checked.
    ///
    /// # Errors
    /// If any byte is missing, damaged or left over, or if the version is unknown.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadProblem> {
        let sections = layout::read(bytes)?;
        Ok(Self { sections })
    }

    /// Writes a file, in place of what stood there.
    ///
    /// The bytes go to a new file in the same folder, which is given the name when the disk has them:
    /// whenever the process dies, the old file or the new one is there, whole. Beside it a file
    /// `.tapegrad.process.number.partial` may be left.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        atomic_write(path.as_ref(), &self.to_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is no regular file, and as [`from_bytes`](Checkpoint::from_bytes).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        read_regular_file(path)
            .and_then(|bytes| Self::from_bytes(&bytes))
            .map_err(|problem| problem.of(path))
    }
}
