use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tapegrad_nn::checkpoint::{atomic_write, sync_folder};

use super::LogError;
use crate::fingerprint::Fingerprint;

/// A file that grows line by line, and is cut to what a checkpoint knows of when its run goes on.
#[derive(Clone, Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    overwrites: bool,
    written: Written,
    /// Which file a run begins with, as long as it has written nothing by which its own can be told.
    begun: Option<u64>,
}

/// What was written: how many bytes, and their fingerprint.
#[derive(Clone, Copy, Debug)]
struct Written {
    length: u64,
    fingerprint: Fingerprint,
}

impl Written {
    fn nothing() -> Self {
        Self {
            length: 0,
            fingerprint: Fingerprint::new(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        for &byte in bytes {
            self.fingerprint.take(u64::from(byte));
        }
    }
}

/// Length, fingerprint, and which file was begun.
pub(super) type SavedLog = (u64, u64, Option<u64>);

impl LogFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            overwrites: false,
            written: Written::nothing(),
            begun: None,
        }
    }

    pub(super) fn overwrite(self) -> Self {
        let overwrites = true;
        Self { overwrites, ..self }
    }

    /// Whether nothing was written yet.
    pub(super) fn is_empty(&self) -> bool {
        self.written.length == 0
    }

    /// An empty file for a new run, in a folder that is made if it is not there.
    pub(super) fn begin(&mut self) -> Result<(), LogError> {
        self.written = Written::nothing();
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(|cause| self.system(cause))?;
        let is_empty = |found: Metadata| found.is_file() && found.len() == 0;
        let created = match self.overwrites || fs::metadata(&self.path).is_ok_and(is_empty) {
            true => File::create(&self.path),
            false => File::create_new(&self.path),
        };
        match created {
            Ok(_) => {
                sync_folder(folder).map_err(|cause| self.system(cause))?;
                self.begun = Some(self.place()?);
                Ok(())
            }
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Err(LogError::InUse {
                file: self.path.clone(),
            }),
            Err(cause) => Err(self.system(cause)),
        }
    }

    /// Cuts the file to what was written when the run was saved. `before` makes of the bytes of a file what they were
    /// when a file that is written anew now and then was so the last time, if it can.
    ///
    /// If nothing was written, every file begins with it. Then a file is the run's own if it has begun that one, and
    /// it begins with `head`, as the first line does; else the run begins as a new one does.
    pub(super) fn go_on(
        &mut self,
        head: &str,
        before: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), LogError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && self.is_empty() => {
                return self.begin();
            }
            Err(cause) => return Err(self.system(cause)),
        };
        if self.is_empty() {
            let common = bytes.len().min(head.len());
            let is_of_run = bytes[..common] == head.as_bytes()[..common];
            if !is_of_run || self.begun != Some(self.place()?) {
                return self.begin();
            }
        }
        if self.beginning(&bytes).is_some() {
            let file = OpenOptions::new().write(true).open(&self.path);
            let cut = file.and_then(|file| file.set_len(self.written.length));
            return cut.map_err(|cause| self.system(cause));
        }
        if let Some(beginning) = before(&bytes)
            .as_deref()
            .and_then(|own| self.beginning(own))
        {
            return Ok(atomic_write(&self.path, beginning)?);
        }
        let (file, found, written) = (self.path.clone(), bytes.len() as u64, self.written.length);
        Err(match found < written {
            true => LogError::Short {
                file,
                found,
                written,
            },
            false => LogError::Other { file },
        })
    }

    /// What was written, if the bytes begin with it.
    fn beginning<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let length = usize::try_from(self.written.length).ok()?;
        let beginning = bytes.get(..length)?;
        let mut found = Written::nothing();
        found.take(beginning);
        (found.fingerprint == self.written.fingerprint).then_some(beginning)
    }

    /// Adds to the file, which is the system's then.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        let appended = OpenOptions::new().append(true).open(&self.path);
        let mut file = appended.map_err(|cause| self.system(cause))?;
        let length = file.metadata().map_err(|cause| self.system(cause))?.len();
        self.check_length(length)?;
        file.write_all(bytes).map_err(|cause| self.system(cause))?;
        self.written.take(bytes);
        Ok(())
    }

    /// Waits until the disk has all that was written.
    pub(super) fn sync(&self) -> Result<(), LogError> {
        let file = OpenOptions::new().append(true).open(&self.path);
        let file = file.map_err(|cause| self.system(cause))?;
        let length = file.metadata().map_err(|cause| self.system(cause))?.len();
        self.check_length(length)?;
        file.sync_data().map_err(|cause| self.system(cause))
    }

    /// What was written.
    pub(super) fn read(&self) -> Result<Vec<u8>, LogError> {
        let bytes = fs::read(&self.path).map_err(|cause| self.system(cause))?;
        self.check_length(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Writes the file anew; whenever the process dies, the old one or the new one stands there.
    pub(super) fn replace(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        atomic_write(&self.path, bytes)?;
        self.written = Written::nothing();
        self.written.take(bytes);
        Ok(())
    }

    fn check_length(&self, found: u64) -> Result<(), LogError> {
        match self.written.length {
            written if written == found => Ok(()),
            written => Err(LogError::Shared {
                file: self.path.clone(),
                found,
                written,
            }),
        }
    }

    /// A number for the file's place, by whatever name it is called.
    fn place(&self) -> Result<u64, LogError> {
        let path = fs::canonicalize(&self.path).map_err(|cause| self.system(cause))?;
        let mut fingerprint = Fingerprint::new();
        for byte in path.to_string_lossy().bytes() {
            fingerprint.take(u64::from(byte));
        }
        Ok(fingerprint.number())
    }

    fn system(&self, cause: io::Error) -> LogError {
        let file = self.path.clone();
        LogError::System { file, cause }
    }

    pub(super) fn save(&self) -> SavedLog {
        let Written {
            length,
            fingerprint,
        } = self.written;
        // Of a line that was written the place says no more: a folder may be moved.
        let begun = self.begun.filter(|_| self.is_empty());
        (length, fingerprint.number(), begun)
    }

    pub(super) fn load(&mut self, (length, fingerprint, begun): SavedLog) {
        self.begun = begun;
        self.written = Written {
            length,
            fingerprint: Fingerprint::of(fingerprint),
        };
    }
}
