//! Arrays of NumPy by name: `.npz` files, archives of [`npy`] files.
//!
//! What `savez` and `savez_compressed` write is read; what is written is not compressed. Files of the archive
//! that are no `.npy` are passed over.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_train::data::npz;
//!
//! let bytes = npz::to_bytes(&[("x", &array![[1.0, 2.0]].into_dyn().into_shared())])?;
//! assert_eq!(npz::from_bytes::<f64>(&bytes)?["x"], array![[1.0, 2.0]].into_dyn());
//! # Ok::<(), tapegrad_train::data::DataError>(())
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use tapegrad_autodiff::{ArcArrayD, Element};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{DataError, DataProblem, Dataset, npy};

/// How many bytes a byte of a deflated file may stand for.
const MOST_INFLATED: u64 = 1032;

/// Reads all arrays of a file.
///
/// # Errors
/// If the file cannot be read or is no archive, or as [`npy::read`] for any of the arrays.
pub fn read<T: Element>(
    path: impl AsRef<Path>,
) -> Result<BTreeMap<String, ArcArrayD<T>>, DataError> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|cause| DataProblem::Unreadable { cause });
    bytes
        .and_then(|bytes| parse(&bytes))
        .map_err(|problem| problem.of(path))
}

/// As [`read`], from the bytes of a file.
///
/// # Errors
/// As there.
pub fn from_bytes<T: Element>(bytes: &[u8]) -> Result<BTreeMap<String, ArcArrayD<T>>, DataError> {
    Ok(parse(bytes)?)
}

/// Writes arrays with their names to a file, in place of what stood there.
///
/// # Errors
/// If the system refuses, or a name stands there twice.
pub fn write<T: Element>(
    path: impl AsRef<Path>,
    arrays: &[(&str, &ArcArrayD<T>)],
) -> Result<(), DataError> {
    let path = path.as_ref();
    let write = |bytes| fs::write(path, bytes).map_err(|cause| DataProblem::Unwritable { cause });
    archive(arrays)
        .and_then(write)
        .map_err(|problem| problem.of(path))
}

/// The bytes that [`write()`] writes.
///
/// # Errors
/// If a name stands there twice.
pub fn to_bytes<T: Element>(arrays: &[(&str, &ArcArrayD<T>)]) -> Result<Vec<u8>, DataError> {
    Ok(archive(arrays)?)
}

impl<T: Element> Dataset<T> {
    /// Reads the arrays `x` and `y` of these names, and `weights` if there is one of this name, from a `.npz`
    /// file. An array of one axis is a column.
    ///
    /// # Errors
    /// As [`npz::read`](read), and if an array is not there, has more than two axes, or their rows differ in
    /// number.
    pub fn read_npz(path: impl AsRef<Path>, x: &str, y: &str) -> Result<Self, DataError> {
        let mut arrays = read(&path)?;
        of_arrays(&mut arrays, x, y).map_err(|problem| problem.of(path.as_ref()))
    }

    /// Writes `x`, `y` and, if there are any, `weights` to a `.npz` file.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write_npz(&self, path: impl AsRef<Path>) -> Result<(), DataError> {
        let weights = self.weights.iter().map(|weights| ("weights", weights));
        let arrays: Vec<_> = [("x", &self.x), ("y", &self.y)]
            .into_iter()
            .chain(weights)
            .collect();
        write(path, &arrays)
    }
}

fn of_arrays<T: Element>(
    arrays: &mut BTreeMap<String, ArcArrayD<T>>,
    x: &str,
    y: &str,
) -> Result<Dataset<T>, DataProblem> {
    let columns = |name: &str| {
        let array = arrays.get(name).ok_or_else(|| DataProblem::NoArray {
            name: name.to_owned(),
            names: arrays.keys().cloned().collect(),
        })?;
        match array.ndim() {
            1 => Ok(array.clone().insert_axis(ndarray::Axis(1))),
            2 => Ok(array.clone()),
            _ => Err(shape(name, array, "one axis or two")),
        }
    };
    let (of_x, of_y) = (columns(x)?, columns(y)?);
    let rows = of_x.shape()[0];
    let expected = format!("{rows} rows, as `{x}`");
    if of_y.shape()[0] != rows {
        return Err(shape(y, &of_y, &expected));
    }
    let data = Dataset::new(of_x, of_y);
    match arrays
        .get("weights")
        .filter(|_| ![x, y].contains(&"weights"))
    {
        None => Ok(data),
        Some(weights) if weights.shape() == [rows] => Ok(data.weighted(weights)),
        Some(weights) => Err(shape(
            "weights",
            weights,
            &format!("one axis of {expected}"),
        )),
    }
}

fn shape<T: Element>(name: &str, array: &ArcArrayD<T>, expected: &str) -> DataProblem {
    DataProblem::ArrayShape {
        name: name.to_owned(),
        shape: array.shape().to_vec(),
        expected: expected.to_owned(),
    }
}

fn archive<T: Element>(arrays: &[(&str, &ArcArrayD<T>)]) -> Result<Vec<u8>, DataProblem> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, array) in arrays {
        let bytes = npy::to_bytes(*array);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(u32::try_from(bytes.len()).is_err());
        writer
            .start_file(format!("{name}.npy"), options)
            .map_err(|error| unarchived(&error))?;
        writer
            .write_all(&bytes)
            .map_err(|cause| DataProblem::Unwritable { cause })?;
    }
    let bytes = writer.finish().map_err(|error| unarchived(&error))?;
    Ok(bytes.into_inner())
}

fn parse<T: Element>(bytes: &[u8]) -> Result<BTreeMap<String, ArcArrayD<T>>, DataProblem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unarchived(&error))?;
    let mut arrays = BTreeMap::new();
    // What the file could hold if all of it were one deflated file: files may overlap.
    let mut left = (bytes.len() as u64).saturating_mul(MOST_INFLATED);
    for index in 0..archive.len() {
        let mut file = archive
            .by_index(index)
            .map_err(|error| unarchived(&error))?;
        let name = file.name().map_err(|error| unarchived(&error))?;
        let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else {
            continue;
        };
        let in_array = |problem| DataProblem::InArray {
            name: name.clone(),
            problem: Box::new(problem),
        };
        let mut array = Vec::new();
        let read = file
            .by_ref()
            .take(left.saturating_add(1))
            .read_to_end(&mut array);
        read.map_err(|cause| in_array(DataProblem::Unreadable { cause }))?;
        left = left
            .checked_sub(array.len() as u64)
            .ok_or_else(|| DataProblem::Archive {
                reason: "its files are more than it can hold".to_owned(),
            })?;
        let array = npy::parse(&array).map_err(in_array)?;
        arrays.insert(name, array);
    }
    Ok(arrays)
}

fn unarchived(error: &zip::result::ZipError) -> DataProblem {
    DataProblem::Archive {
        reason: error.to_string(),
    }
}
