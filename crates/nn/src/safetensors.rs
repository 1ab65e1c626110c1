//! Weights from and for Python: the safetensors format, by the feature `safetensors`.
//!
//! Arrays keep their names and layout. The weight of a [`Dense`](crate::Dense) layer is
//! `[fan_in, fan_out]`, as in Keras and JAX; that of PyTorch's `Linear` is its transpose,
//! `[fan_out, fan_in]`. A file has no checksums: what only tapegrad reads is better
//! [saved](crate::file) in its own format.
//!
//! Weights of PyTorch, with their own names and layout, come in by way of a [`Section`]:
//!
//! ```
//! use tapegrad_nn::{Dense, Section, safetensors};
//!
//! # let mut theirs = Section::new();
//! # theirs.insert("linear.weight", "", ndarray::array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! # theirs.insert("linear.bias", "", [0.5_f32, -0.5]);
//! # let bytes = safetensors::to_bytes(&theirs, []);
//! let file = safetensors::from_bytes(&bytes)?;                        // of `Linear(3, 2)`
//! let mut section = Section::new();
//! section.insert("weight", "weight", &file.section.array::<f32>("linear.weight")?.t());
//! section.insert("bias", "bias", file.section.array::<f32>("linear.bias")?);
//!
//! let mut layer = Dense::<f32>::new(3, 2);
//! section.load_into(&mut layer)?;
//! assert_eq!(layer.weight.value[[2, 1]], 6.0);
//! # Ok::<(), tapegrad_nn::LoadProblem>(())
//! ```
//!
//! Source: <https://github.com/huggingface/safetensors>, whose crate writes the files and checks their
//! headers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::Metadata;
use safetensors::{Dtype, View, serialize};
use tapegrad_autodiff::Element;

use crate::checkpoint::{ElementType, StoredArray, atomic_write, read_regular_file};
use crate::{LoadError, LoadProblem, Module, SaveError, Section, error};

/// What a safetensors file holds.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The arrays, without roles.
    pub section: Section,
    /// The texts of `__metadata__`, by their keys.
    pub metadata: BTreeMap<String, String>,
}

/// Writes a model's parameters to a file, in place of what stood there, with texts that say what it
/// is: `[("format", "pt")]` for libraries that ask for it. The texts are in no fixed order.
///
/// The old file stays until the new one is whole.
///
/// # Errors
/// If the system refuses.
///
/// # Panics
/// As [`Section::of`] and [`to_bytes`].
#[track_caller]
pub fn save<'a, T: Element>(
    model: &(impl Module<T> + ?Sized),
    path: impl AsRef<Path>,
    metadata: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), SaveError> {
    atomic_write(path.as_ref(), &to_bytes(&Section::of(model), metadata))
}

/// Sets a model's parameters to those in a file. On any error the model is as it was.
///
/// # Errors
/// If the file cannot be read or is no regular file, and as [`from_bytes`] and [`Section::load_into`].
pub fn load<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    path: impl AsRef<Path>,
) -> Result<(), LoadError> {
    let path = path.as_ref();
    read_regular_file(path)
        .and_then(|bytes| from_bytes(&bytes)?.section.load_into(model))
        .map_err(|problem| problem.of(path))
}

/// The bytes of a file with the arrays of a section and the given texts. Roles and the state are left
/// out.
///
/// # Panics
/// If an array is called `__metadata__`, the format's own name, or if names, shapes and texts take
/// 100 MB or more.
#[track_caller]
pub fn to_bytes<'a>(
    section: &Section,
    metadata: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<u8> {
    if section.arrays.contains_key(METADATA) {
        error::safetensors("an array is called `__metadata__`");
    }
    let texts = metadata.into_iter();
    let texts = texts.map(|(key, text)| (key.to_owned(), text.to_owned()));
    match serialize(section.arrays(), Some(texts.collect())) {
        Ok(bytes) => bytes,
        Err(reason) => error::safetensors(&reason.to_string()),
    }
}

/// The format's own name in its header.
const METADATA: &str = "__metadata__";

impl View for &StoredArray {
    fn dtype(&self) -> Dtype {
        match self.element() {
            ElementType::F32 => Dtype::F32,
            ElementType::F64 => Dtype::F64,
        }
    }

    fn shape(&self) -> &[usize] {
        StoredArray::shape(self)
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = Vec::with_capacity(self.byte_count());
        self.append_to(&mut bytes);
        bytes.into()
    }

    fn data_len(&self) -> usize {
        self.byte_count()
    }
}

/// What the bytes of a file hold.
///
/// # Errors
/// If the header is malformed, if bytes are missing or left over, or if numbers are neither `F32` nor
/// `F64`. Damaged numbers are not noticed: the format has no checksums.
pub fn from_bytes(bytes: &[u8]) -> Result<Contents, LoadProblem> {
    let (header, payloads) = split(bytes)?;
    // Not by `SafeTensors::deserialize`, which adds up what the header claims without regard to
    // overflow.
    let header: Metadata = serde_json::from_slice(header).or_else(|error| {
        LoadProblem::malformed(format!("the header cannot be decoded: {error}"))
    })?;
    if header.data_len() != payloads.len() {
        return LoadProblem::malformed("the header and the bytes after it differ in length");
    }

    let mut section = Section::new();
    // By name, so that of several problems the same one is told.
    for (name, tensor) in BTreeMap::from_iter(header.tensors()) {
        let element = match tensor.dtype {
            Dtype::F32 => ElementType::F32,
            Dtype::F64 => ElementType::F64,
            other => {
                return Err(LoadProblem::Unsupported {
                    name,
                    element: other.to_string(),
                });
            }
        };
        // The header's lengths were checked against its shapes, one after the other.
        let (from, to) = tensor.data_offsets;
        let stored = payloads
            .get(from..to)
            .and_then(|payload| StoredArray::from_bytes("", element, &tensor.shape, payload));
        let Some(stored) = stored else {
            return LoadProblem::malformed(format!(
                "`{name}` cannot have the shape {:?}",
                tensor.shape
            ));
        };
        section.arrays.insert(name, stored);
    }
    let metadata = header.metadata().iter().flatten();
    Ok(Contents {
        section,
        metadata: metadata
            .map(|(key, text)| (key.clone(), text.clone()))
            .collect(),
    })
}

/// The header and what comes after it.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), LoadProblem> {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return LoadProblem::malformed("there are fewer than 8 bytes");
    };
    let parts = usize::try_from(u64::from_le_bytes(*length))
        .ok()
        .and_then(|length| rest.split_at_checked(length));
    match parts {
        Some(parts) => Ok(parts),
        None => LoadProblem::malformed("the header is longer than the file"),
    }
}
