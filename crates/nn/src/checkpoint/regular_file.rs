//! Reading files that end.

use std::fs;
use std::path::Path;

use crate::LoadProblem;

/// The bytes of a file, if it is one: a device may have no end, and a pipe keep its reader waiting.
pub(crate) fn read_regular_file(path: &Path) -> Result<Vec<u8>, LoadProblem> {
    let unreadable = |cause| LoadProblem::Unreadable { cause };
    // Asked before it is opened, as opening a pipe waits too.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(LoadProblem::NotAFile);
    }
    fs::read(path).map_err(unreadable)
}
