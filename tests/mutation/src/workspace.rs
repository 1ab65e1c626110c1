//! The copy of the repository that is mutated.

use std::io;
use std::path::{Path, PathBuf};

/// The crate that is mutated, from the root of the repository.
const CRATE: &str = "crates/autodiff";

/// The module that says which mutant is on.
const SWITCH: &str = include_str!("../switch/mutant.rs");

/// A copy of the repository, in which the crate has the switch.
pub struct Workspace {
    pub root: PathBuf,
    /// Where cargo builds it: apart from the repository's own, whose artifacts have the same names.
    pub target: PathBuf,
}

impl Workspace {
    /// Copies the repository at `root`, in the place of the last copy.
    pub fn copy_of(root: &Path) -> io::Result<Self> {
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => std::path::absolute(target)?,
            None => root.join("target"),
        };
        let target = target.join("mutation");
        let copy = target.join("workspace");
        if copy.exists() {
            std::fs::remove_dir_all(&copy)?;
        }
        copy_folder(root, &copy)?;
        let source = copy.join(CRATE).join("src");
        std::fs::write(source.join("mutant.rs"), SWITCH)?;
        let library = source.join("lib.rs");
        let text = std::fs::read_to_string(&library)?;
        std::fs::write(library, text + "\nmod mutant;\n")?;
        Ok(Self { root: copy, target })
    }

    /// Writes a file of the copy, its path from the root, if it is to change.
    pub fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let path = self.root.join(path);
        if std::fs::read_to_string(&path)? != text {
            std::fs::write(path, text)?;
        }
        Ok(())
    }
}

/// Copies a folder without what is built and what is known of its past.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if name != "target" && name != ".git" {
                copy_folder(&entry.path(), &to.join(name))?;
            }
        } else if entry.file_type()?.is_file() && name != ".git" {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
