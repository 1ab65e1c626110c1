//! The types of numbers, as NumPy calls them, and their bytes.

use tapegrad_autodiff::{ArcArrayD, Element};

/// What an array of the element type is written as.
pub(super) fn type_of<T: Element>() -> &'static str {
    if size_of::<T>() == 4 { "<f4" } else { "<f8" }
}

/// Appends the numbers of a contiguous array.
pub(super) fn append<T: Element>(array: &ArcArrayD<T>, bytes: &mut Vec<u8>) {
    for x in array {
        match size_of::<T>() {
            4 => bytes.extend((x.wide() as f32).to_le_bytes()),
            _ => bytes.extend(x.wide().to_le_bytes()),
        }
    }
}

/// How many bytes a number of a type has; `None` if it is not read.
pub(super) fn size(descr: &str) -> Option<usize> {
    match descr {
        "|b1" | "|i1" | "|u1" => Some(1),
        "<i2" | "<u2" => Some(2),
        "<f4" | "<i4" | "<u4" => Some(4),
        "<f8" | "<i8" | "<u8" => Some(8),
        _ => None,
    }
}

/// The numbers of a type that has a [`size`], which divides the bytes.
pub(super) fn read(descr: &str, bytes: &[u8]) -> Vec<f64> {
    fn each<const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f64) -> Vec<f64> {
        let (numbers, _) = bytes.as_chunks::<N>();
        numbers.iter().map(|&bytes| number(bytes)).collect()
    }
    match descr {
        "|b1" => each(bytes, |[x]: [u8; 1]| f64::from(u8::from(x != 0))),
        "|i1" => each(bytes, |x| f64::from(i8::from_le_bytes(x))),
        "|u1" => each(bytes, |x| f64::from(u8::from_le_bytes(x))),
        "<i2" => each(bytes, |x| f64::from(i16::from_le_bytes(x))),
        "<u2" => each(bytes, |x| f64::from(u16::from_le_bytes(x))),
        "<i4" => each(bytes, |x| f64::from(i32::from_le_bytes(x))),
        "<u4" => each(bytes, |x| f64::from(u32::from_le_bytes(x))),
        "<i8" => each(bytes, |x| i64::from_le_bytes(x) as f64),
        "<u8" => each(bytes, |x| u64::from_le_bytes(x) as f64),
        "<f4" => each(bytes, |x| f64::from(f32::from_le_bytes(x))),
        _ => each(bytes, f64::from_le_bytes),
    }
}
