//! The one place that calls bincode: integers of fixed width, little-endian, from a slice.

use bincode::Options;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::LoadProblem;

#[expect(
    clippy::disallowed_methods,
    reason = "the place that the others are sent to"
)]
fn options() -> impl Options {
    bincode::options()
        .with_fixint_encoding()
        .with_little_endian()
        .reject_trailing_bytes()
}

/// The bytes of a value, or why it has none.
pub(crate) fn encode<S: Serialize + ?Sized>(value: &S) -> Result<Vec<u8>, String> {
    options()
        .serialize(value)
        .map_err(|error| error.to_string())
}

/// The value that stands in all of the bytes.
///
/// A stated length beyond the bytes is an error before anything of that length is allocated: text
/// is taken from the slice, and serde makes room for a list as it grows.
pub(crate) fn decode<S: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<S, LoadProblem> {
    options()
        .with_limit(bytes.len() as u64)
        .deserialize(bytes)
        .or_else(|error| LoadProblem::malformed(format!("{what} cannot be decoded: {error}")))
}

/// The text that the bytes start with, and those after it; `None` if there is none, or an empty one.
pub(crate) fn split_text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let text: &str = options().allow_trailing_bytes().deserialize(bytes).ok()?;
    let rest = &bytes[size_of::<u64>() + text.len()..];
    (!text.is_empty()).then_some((text, rest))
}
