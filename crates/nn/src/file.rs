//! Saving and loading models.
//!
//! A file holds the value of every parameter under its name, such as `layers.0.weight`. It does not
//! hold the model's structure: build the model as it was built, then load. The feature `description` makes
//! text of a network's structure, which can stand in the file, too.
//!
//! ```
//! use tapegrad_nn::{Mlp, Module, file};
//!
//! # let folder = std::env::temp_dir();
//! # let path = folder.join(format!("model-{}.tape", std::process::id()));
//! let model = Mlp::<f32>::new(&[2, 16, 1]).seed(1);
//! file::save(&model, &path)?;
//!
//! let mut other = Mlp::<f32>::new(&[2, 16, 1]);
//! file::load(&mut other, &path)?;
//! assert_eq!(other.predict([0.5, -1.0]), model.predict([0.5, -1.0]));
//! # std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A model of the other element type takes the numbers when asked:
//!
//! ```
//! use tapegrad_nn::{Checkpoint, Mlp, file};
//!
//! let bytes = file::to_bytes(&Mlp::<f32>::new(&[2, 1]));
//! let mut model = Mlp::<f64>::new(&[2, 1]);
//! assert!(file::from_bytes(&mut model, &bytes).is_err());
//! Checkpoint::from_bytes(&bytes)?.section("model")?.convert::<f64>().load_into(&mut model)?;
//! # Ok::<(), tapegrad_nn::LoadProblem>(())
//! ```

use std::path::Path;

use tapegrad_autodiff::Element;

use crate::{Checkpoint, LoadError, LoadProblem, Module, SaveError, Section};

/// The section of the parameters.
const MODEL: &str = "model";

/// Writes a model's parameters to a file, in place of what stood there; the old file stays until the
/// new one is whole ([`Checkpoint::write`]).
///
/// # Errors
/// If the system refuses.
///
/// # Panics
/// As [`Section::of`].
#[track_caller]
pub fn save<T: Element>(
    model: &(impl Module<T> + ?Sized),
    path: impl AsRef<Path>,
) -> Result<(), SaveError> {
    checkpoint(model).write(path)
}

/// Sets a model's parameters to those in a file. On any error the model is as it was.
///
/// # Errors
/// If the file cannot be read, is no regular file or is damaged, and as [`Section::load_into`].
pub fn load<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    path: impl AsRef<Path>,
) -> Result<(), LoadError> {
    let path = path.as_ref();
    let checkpoint = Checkpoint::read(path)?;
    load_from(&checkpoint, model).map_err(|problem| problem.of(path))
}

/// The bytes that [`save`] writes.
///
/// # Panics
/// As [`Section::of`].
#[track_caller]
pub fn to_bytes<T: Element>(model: &(impl Module<T> + ?Sized)) -> Vec<u8> {
    checkpoint(model).to_bytes()
}

/// As [`load`], from the bytes of a file.
///
/// # Errors
/// As there.
pub fn from_bytes<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    bytes: &[u8],
) -> Result<(), LoadProblem> {
    load_from(&Checkpoint::from_bytes(bytes)?, model)
}

#[track_caller]
fn checkpoint<T: Element>(model: &(impl Module<T> + ?Sized)) -> Checkpoint {
    Checkpoint::new().with(MODEL, Section::of(model))
}

fn load_from<T: Element>(
    checkpoint: &Checkpoint,
    model: &mut (impl Module<T> + ?Sized),
) -> Result<(), LoadProblem> {
    checkpoint.section(MODEL)?.load_into(model)
}
