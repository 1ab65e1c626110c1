//! The trials of a study in a file.

mod line;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tapegrad_nn::checkpoint::sync_folder;

use super::{Finished, JournalError, Resumed};
use crate::Space;

/// How the first line begins, before the version.
const MAGIC: &str = "tapegrad study ";
const VERSION: &str = "1";

/// An append-only file: a line that says which study it is of, and one for each trial that is over, in the order in
/// which they ended.
///
/// Each line ends in a checksum, and is the disk's before the next trial begins. A process that is killed can leave a
/// last line that is cut: it has no end, and is dropped.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    /// Locked until it is closed.
    file: File,
    /// The trials that are over, by number, as they were found.
    pub(super) over: BTreeMap<usize, Finished>,
    /// The numbers of these trials, a line each.
    numbers: Vec<usize>,
    /// What was found, if the journal was there.
    pub(super) resumed: Option<Resumed>,
}

/// What says which study a journal is of: names and texts, in their order.
pub(super) type Head = [(&'static str, String)];

impl Journal {
    /// Opens the journal of a study, which is made if it is not there.
    pub(super) fn open(
        path: &Path,
        head: &Head,
        space: &Space,
        together: usize,
    ) -> Result<Self, JournalError> {
        let system = |cause| JournalError::System {
            file: path.to_owned(),
            cause,
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(system)?;
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(system(io::Error::other("this is no regular file")));
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(system)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let file = path.to_owned();
                return Err(JournalError::InUse { file });
            }
            // Where files cannot be locked, it is left to the user that there is one study at a time.
            Err(TryLockError::Error(cause)) if cause.kind() != io::ErrorKind::Unsupported => {
                return Err(system(cause));
            }
            _ => {}
        }
        let mut journal = Self {
            path: path.to_owned(),
            file,
            over: BTreeMap::new(),
            numbers: Vec::new(),
            resumed: None,
        };
        let mut bytes = Vec::new();
        journal.file.read_to_end(&mut bytes).map_err(system)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let whole = whole.map_or(0, |end| end + 1);
        let first = first_line(head);
        if whole > 0 {
            (journal.over, journal.numbers) =
                journal.read(&bytes[..whole], head, space, together)?;
        } else if !first.as_bytes().starts_with(&bytes) {
            return Err(match bytes.starts_with(MAGIC.as_bytes()) {
                true => journal.damaged(1, "the line has no end"),
                false => JournalError::NoJournal {
                    file: journal.path.clone(),
                },
            });
        }
        let cut = bytes.len() - whole;
        if cut > 0 {
            // On Windows a handle that appends cannot cut.
            let cuts = OpenOptions::new().write(true).open(path).map_err(system)?;
            cuts.set_len(whole as u64).map_err(system)?;
        }
        if whole == 0 {
            journal.append(&first)?;
            sync_folder(folder).map_err(system)?;
        }
        let trials = journal.over.len();
        journal.resumed = (!bytes.is_empty()).then_some(Resumed { trials, cut });
        Ok(journal)
    }

    /// Adds a trial that is over.
    pub(super) fn record(&mut self, trial: &Finished) -> Result<(), JournalError> {
        self.append(&line::sealed(&line::fields(trial)))
    }

    /// Adds a line, which is the disk's then.
    fn append(&mut self, line: &str) -> Result<(), JournalError> {
        let written = self.file.write_all(line.as_bytes());
        let synced = written.and_then(|()| self.file.sync_data());
        synced.map_err(|cause| JournalError::System {
            file: self.path.clone(),
            cause,
        })
    }

    /// Of a trial that the search does not lead to.
    pub(super) fn disagrees(&self, trial: usize) -> JournalError {
        let place = self.numbers.iter().position(|&number| number == trial);
        let line = place.map_or(1, |place| place + 2);
        let problem =
            format!("the trial {trial} is of a round in which the search does not try it");
        self.damaged(line, &problem)
    }

    /// The trials of whole lines, and their numbers as they stand.
    fn read(
        &self,
        bytes: &[u8],
        head: &Head,
        space: &Space,
        together: usize,
    ) -> Result<(BTreeMap<usize, Finished>, Vec<usize>), JournalError> {
        let mut lines = bytes.split(|&byte| byte == b'\n');
        self.check_head(lines.next().unwrap_or_default(), head)?;
        let (mut trials, mut numbers) = (BTreeMap::new(), Vec::new());
        // What is after the last end of a line is empty.
        let count = lines.clone().count() - 1;
        for (number, line) in (2..).zip(lines.take(count)) {
            let fields = line::opened(line)
                .ok_or_else(|| self.damaged(number, "the checksum is another"))?;
            let trial = line::trial(&fields, space)
                .filter(|trial| trial.round <= trial.number)
                .filter(|trial| trial.number - trial.round < together)
                .filter(|trial| trial.continues.is_none_or(|other| other < trial.round))
                .ok_or_else(|| self.damaged(number, "this is no trial of the study"))?;
            if trials.contains_key(&trial.number) {
                return Err(self.damaged(number, "the trial is there twice"));
            }
            numbers.push(trial.number);
            trials.insert(trial.number, trial);
        }
        // Of the last round some trials may not be over; of those before all are.
        let last = trials.values().map(|trial: &Finished| trial.round).max();
        let last = last.unwrap_or(0);
        let round_of = |number| trials.get(&number).map(|trial: &Finished| trial.round);
        for number in 0..last {
            let before = number.checked_sub(1).and_then(round_of);
            let is_next = |round: &usize| *round == number || Some(*round) == before;
            if round_of(number).filter(is_next).is_none() {
                let problem = format!("the trial {number} is missing before it");
                return Err(self.damaged(count + 1, &problem));
            }
        }
        if trials.range(last..).any(|(_, trial)| trial.round != last) {
            return Err(self.damaged(count + 1, "a trial is of a round that was over before it"));
        }
        Ok((trials, numbers))
    }

    fn check_head(&self, line: &[u8], head: &Head) -> Result<(), JournalError> {
        let file = self.path.clone();
        let Some(rest) = line.strip_prefix(MAGIC.as_bytes()) else {
            return Err(JournalError::NoJournal { file });
        };
        let version = rest.split(|&byte| byte == b'\t').next().unwrap_or(rest);
        if version != VERSION.as_bytes() {
            let found = String::from_utf8_lossy(version).into_owned();
            return Err(JournalError::Version { file, found });
        }
        let fields = line::opened(line).filter(|fields| fields.len() == head.len() + 1);
        let fields = fields.ok_or_else(|| self.damaged(1, "the checksum is another"))?;
        for ((what, expected), found) in head.iter().zip(&fields[1..]) {
            let expected = line::escaped(expected);
            if *found != format!("{what}={expected}") {
                let found = found.split_once('=').map_or(*found, |(_, found)| found);
                return Err(JournalError::Other {
                    file,
                    what,
                    found: found.to_owned(),
                    expected,
                });
            }
        }
        Ok(())
    }

    fn damaged(&self, line: usize, problem: &str) -> JournalError {
        JournalError::Damaged {
            file: self.path.clone(),
            line,
            problem: problem.to_owned(),
        }
    }
}

/// The line that says which study it is.
fn first_line(head: &Head) -> String {
    let fields = head
        .iter()
        .map(|(what, text)| format!("{what}={}", line::escaped(text)));
    let fields: Vec<_> = [format!("{MAGIC}{VERSION}")]
        .into_iter()
        .chain(fields)
        .collect();
    line::sealed(&fields)
}
