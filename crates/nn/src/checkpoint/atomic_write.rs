//! Writing a file so that, whenever the process dies, either the old bytes or the new ones stand
//! there, whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::SaveError;

/// Writes `bytes` to a new file in the same folder, waits until the disk has them, and gives it the
/// name `path`, which moves in one step.
///
/// ```
/// use tapegrad_nn::checkpoint::atomic_write;
/// # let path = std::env::temp_dir().join(format!("atomic-{}.csv", std::process::id()));
/// atomic_write(&path, b"epoch,loss\n1,0.5\n")?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), tapegrad_nn::SaveError>(())
/// ```
///
/// # Errors
/// If the system refuses.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    replace(path, bytes).map_err(|cause| SaveError {
        file: path.to_owned(),
        cause,
    })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a symbolic link, to the file that it names.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if path.file_name().is_none() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        ));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (partial, file) = partial(folder)?;
    let renamed = fill(file, &path, bytes).and_then(|()| fs::rename(&partial, &path));
    if renamed.is_err() {
        // The first error is the one to tell; a file that is left over harms nothing.
        let _ = fs::remove_file(&partial);
    }
    renamed.and_then(|()| sync_folder(folder))
}

/// A new file beside the one that it is to become: one that nobody else writes, of a process that
/// died or of another thread. Its name is short, as that of the other may be as long as names can be.
fn partial(folder: &Path) -> io::Result<(PathBuf, File)> {
    let process = process::id();
    let mut number = 0;
    loop {
        let path = folder.join(format!(".tapegrad.{process}.{number}.partial"));
        match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            file => return Ok((path, file?)),
        }
    }
}

fn fill(mut file: File, old: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Ok(old) = fs::metadata(old) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until the disk has the names of the files in a folder: a new file lasts when its folder does, too. Where
/// folders cannot be opened, as anywhere but on Unix, it does nothing.
///
/// # Errors
/// If the system refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
