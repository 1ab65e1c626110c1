use std::any::{Any, TypeId};
use std::fmt;

use ndarray::IxDyn;
use tapegrad_autodiff::{ArcArrayD, Element};

/// The type of an array's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElementType {
    /// Four bytes each.
    F32,
    /// Eight bytes each.
    F64,
}

impl ElementType {
    /// The type called `T`.
    pub fn of<T: Element>() -> Self {
        if TypeId::of::<T>() == TypeId::of::<f32>() {
            Self::F32
        } else {
            Self::F64
        }
    }
}

/// As Rust calls it.
impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// An array of a [`Section`](crate::Section), of either element type, and what it is for.
///
/// Storage is shared with the parameter that it was taken from, or that it is loaded into.
#[derive(Clone, Debug)]
pub struct StoredArray {
    role: String,
    numbers: Numbers,
}

/// In row-major layout.
#[derive(Clone, Debug)]
enum Numbers {
    F32(ArcArrayD<f32>),
    F64(ArcArrayD<f64>),
}

impl StoredArray {
    /// `value` is contiguous.
    pub(crate) fn new<T: Element>(role: &str, value: ArcArrayD<T>) -> Self {
        let value: &dyn Any = &value;
        let numbers = match (value.downcast_ref(), value.downcast_ref()) {
            (Some(value), _) => Numbers::F32(ArcArrayD::clone(value)),
            (None, value) => Numbers::F64(
                value
                    .cloned()
                    .expect("the elements of an array are f32 or f64"),
            ),
        };
        Self {
            role: role.to_owned(),
            numbers,
        }
    }

    /// From little-endian bytes in row-major order; `None` if they do not make an array of the shape.
    pub(crate) fn from_bytes(
        role: &str,
        element: ElementType,
        shape: &[usize],
        bytes: &[u8],
    ) -> Option<Self> {
        fn array<T: Element, const N: usize>(
            shape: &[usize],
            bytes: &[u8],
            number: fn([u8; N]) -> T,
        ) -> Option<ArcArrayD<T>> {
            let (numbers, rest) = bytes.as_chunks::<N>();
            let numbers = numbers.iter().map(|&bytes| number(bytes)).collect();
            let array = ArcArrayD::from_shape_vec(IxDyn(shape), numbers).ok();
            array.filter(|_| rest.is_empty())
        }
        let numbers = match element {
            ElementType::F32 => Numbers::F32(array(shape, bytes, f32::from_le_bytes)?),
            ElementType::F64 => Numbers::F64(array(shape, bytes, f64::from_le_bytes)?),
        };
        Some(Self {
            role: role.to_owned(),
            numbers,
        })
    }

    /// What it is for: of a parameter, the [name of its role](crate::Role::name).
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The type of its numbers.
    pub fn element(&self) -> ElementType {
        match self.numbers {
            Numbers::F32(_) => ElementType::F32,
            Numbers::F64(_) => ElementType::F64,
        }
    }

    /// Its sizes along the axes.
    pub fn shape(&self) -> &[usize] {
        match &self.numbers {
            Numbers::F32(value) => value.shape(),
            Numbers::F64(value) => value.shape(),
        }
    }

    /// The array, if its numbers are of the type `T`.
    pub(crate) fn value<T: Element>(&self) -> Option<&ArcArrayD<T>> {
        let value: &dyn Any = match &self.numbers {
            Numbers::F32(value) => value,
            Numbers::F64(value) => value,
        };
        value.downcast_ref()
    }

    /// The same numbers as those of the type `T` nearest to them.
    pub(crate) fn convert<T: Element>(&self) -> Self {
        if ElementType::of::<T>() == self.element() {
            return self.clone();
        }
        let value = match &self.numbers {
            Numbers::F32(value) => value.map(|x| T::of(x.wide())),
            Numbers::F64(value) => value.map(|&x| T::of(x)),
        };
        Self::new(&self.role, value.into_shared())
    }

    /// Appends the numbers in row-major order, little-endian.
    pub(crate) fn append_to(&self, bytes: &mut Vec<u8>) {
        match &self.numbers {
            Numbers::F32(value) => value
                .iter()
                .for_each(|x| bytes.extend_from_slice(&x.to_le_bytes())),
            Numbers::F64(value) => value
                .iter()
                .for_each(|x| bytes.extend_from_slice(&x.to_le_bytes())),
        }
    }

    /// How many bytes the numbers take.
    #[cfg(feature = "safetensors")]
    pub(crate) fn byte_count(&self) -> usize {
        match &self.numbers {
            Numbers::F32(value) => value.len() * size_of::<f32>(),
            Numbers::F64(value) => value.len() * size_of::<f64>(),
        }
    }

    /// Whether shapes, types and bits are equal, NaN and signs of zero included.
    pub(crate) fn same_bits(&self, other: &Self) -> bool {
        self.shape() == other.shape()
            && match (&self.numbers, &other.numbers) {
                (Numbers::F32(x), Numbers::F32(y)) => x
                    .iter()
                    .map(|x| x.to_bits())
                    .eq(y.iter().map(|y| y.to_bits())),
                (Numbers::F64(x), Numbers::F64(y)) => x
                    .iter()
                    .map(|x| x.to_bits())
                    .eq(y.iter().map(|y| y.to_bits())),
                _ => false,
            }
    }
}
