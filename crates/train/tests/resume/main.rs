//! A run that is killed and resumed in a new process, as often as it takes, has the same bytes as one that is not.
//!
//! The program starts itself: with a folder in the environment it trains there, else it tests.

mod killed;
mod program;
mod refusals;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

/// A folder of its own for a test, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("tapegrad-resume-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The checkpoints in a folder but for the best model, the newest last.
fn checkpoints(folder: &Path) -> Vec<PathBuf> {
    let is_of_step = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("step-"))
    };
    let files = fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(is_of_step).collect();
    files.sort();
    files
}
