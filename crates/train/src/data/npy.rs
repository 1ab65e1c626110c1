//! Arrays of NumPy: `.npy` files, of one array each. [`npz`](super::npz) files hold several.
//!
//! | in the file | read as |
//! |---|---|
//! | `<f4 <f8` | the nearest number of the element type |
//! | `\|i1 <i2 <i4 <i8`, `\|u1 <u2 <u4 <u8` | the same |
//! | `\|b1` | 0 or 1 |
//!
//! Versions 1 to 3 are read, in row-major and column-major order. What is written is version 1, row-major, `<f4`
//! or `<f8` as the element type. Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_train::data::npy;
//!
//! let bytes = npy::to_bytes::<f32>(array![[1.0, 2.0], [3.0, 4.5]]);
//! assert_eq!(npy::from_bytes::<f64>(&bytes)?, array![[1.0, 2.0], [3.0, 4.5]].into_dyn());
//!
//! let error = npy::from_bytes::<f64>(&bytes[..bytes.len() - 4]).unwrap_err();
//! assert_eq!(error.to_string(), "the array has 12 bytes; by its header it must have 16");
//! # Ok::<(), tapegrad_train::data::DataError>(())
//! ```

mod header;
mod numbers;

use std::fs;
use std::path::Path;

use ndarray::{ArrayD, IxDyn, ShapeBuilder};
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

use self::header::Header;
use super::{DataError, DataProblem};

/// Reads an array from a file.
///
/// # Errors
/// If the file cannot be read, is none of the format, holds other types than those above, or a number that is
/// finite there and not in the element type.
pub fn read<T: Element>(path: impl AsRef<Path>) -> Result<ArcArrayD<T>, DataError> {
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
pub fn from_bytes<T: Element>(bytes: &[u8]) -> Result<ArcArrayD<T>, DataError> {
    Ok(parse(bytes)?)
}

/// Writes an array to a file, in place of what stood there.
///
/// # Errors
/// If the system refuses.
pub fn write<T: Element>(
    path: impl AsRef<Path>,
    array: impl IntoValue<T>,
) -> Result<(), DataError> {
    let path = path.as_ref();
    let written = fs::write(path, to_bytes(array));
    written.map_err(|cause| DataProblem::Unwritable { cause }.of(path))
}

/// The bytes that [`write()`] writes.
pub fn to_bytes<T: Element>(array: impl IntoValue<T>) -> Vec<u8> {
    let array = array.into_value();
    let mut bytes = header::bytes(numbers::type_of::<T>(), array.shape());
    numbers::append(&array, &mut bytes);
    bytes
}

pub(super) fn parse<T: Element>(bytes: &[u8]) -> Result<ArcArrayD<T>, DataProblem> {
    let (header, numbers) = header::parse(bytes)?;
    let Header {
        descr,
        fortran_order,
        shape,
    } = header;
    let malformed = || DataProblem::NpyHeader {
        reason: format!("the shape {shape:?} is too large"),
    };
    let size = numbers::size(&descr).ok_or_else(|| DataProblem::NpyType {
        descr: descr.clone(),
    })?;
    let sizes = shape.iter().chain([&size]);
    let expected = sizes.copied().try_fold(1_usize, usize::checked_mul);
    let expected = expected.ok_or_else(malformed)?;
    if numbers.len() != expected {
        return Err(DataProblem::NpyLength {
            found: numbers.len(),
            expected,
        });
    }
    let numbers = numbers::read(&descr, numbers);
    let order = IxDyn(&shape).set_f(fortran_order);
    let array = ArrayD::from_shape_vec(order, numbers).map_err(|_| malformed())?;
    if let Some((at, &number)) = array
        .indexed_iter()
        .find(|(_, number)| number.is_finite() && !T::of(**number).is_finite())
    {
        let place = format!("element {:?}", ndarray::Dimension::slice(&at));
        return Err(DataProblem::TooLarge { place, number });
    }
    Ok(array.mapv(T::of).into_value())
}
