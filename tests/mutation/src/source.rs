//! The source that is mutated: files of operations, what stands where in them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;

use crate::sites::{self, Site};

/// The folder of operations, from the root of the repository.
pub const OPERATIONS: &str = "crates/autodiff/src/operation";

/// A file of operations.
pub struct File {
    /// From the root of the repository.
    pub path: PathBuf,
    pub text: String,
    /// In the order of the source, an outer one before those within it.
    pub sites: Vec<Site>,
    /// The bodies of its functions.
    pub bodies: Vec<Range<usize>>,
    /// The names of its public functions: what its tests are named after.
    pub methods: Vec<String>,
}

impl File {
    /// The file at `path`, with the sites in it.
    pub fn read(root: &Path, path: PathBuf) -> Result<Self, String> {
        let text = std::fs::read_to_string(root.join(&path))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let found = sites::find(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self {
            path,
            text,
            sites: found.sites,
            bodies: found.bodies,
            methods: found.methods,
        })
    }

    /// The path within the folder of operations: `sum.rs`.
    pub fn name(&self) -> String {
        let name = self.path.strip_prefix(OPERATIONS).unwrap_or(&self.path);
        name.display().to_string()
    }

    /// The line, from 1, that a place is on.
    pub fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }
}

/// The whole lines of a text that a range is on.
pub fn lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let rest = text[range.end..].find('\n');
    start..rest.map_or(text.len(), |at| range.end + at)
}

/// The paths, in order, of the files of operations that contain `part`.
pub fn files(root: &Path, part: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(OPERATIONS)];
    while let Some(folder) = folders.pop() {
        let describe = |error| format!("{}: {error}", folder.display());
        for entry in std::fs::read_dir(root.join(&folder)).map_err(describe)? {
            let path = folder.join(entry.map_err(describe)?.file_name());
            if root.join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.retain(|path| path.to_string_lossy().contains(part));
    found.sort();
    Ok(found)
}

/// Where a node of the syntax tree stands in the text that it was parsed from.
pub fn range(node: &impl Spanned) -> Range<usize> {
    node.span().byte_range()
}

/// The text with every run of white space as one space: one line that formatting does not change.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
