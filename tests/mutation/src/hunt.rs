//! Every mutant against the tests that reach it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;

use crate::mutant::Mutant;
use crate::source::File;
use crate::suite::{Test, against};

/// What came of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The compiler rejects it.
    DoesNotCompile,
    /// A test fails, or hangs.
    Killed,
    /// The tests that reach it pass.
    Survived,
    /// No test reaches it.
    Unreached,
}

/// The fates of some mutants, found on as many threads as there are cores.
pub fn hunt(
    mutants: &[&Mutant],
    files: &[File],
    tests: &[Test],
) -> std::io::Result<Vec<(u32, Fate)>> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism()?.get();
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(mutant) = mutants.get(next.fetch_add(1, Relaxed)) {
                    let fate = fate(mutant, &files[mutant.file], tests);
                    if send.send(fate.map(|fate| (mutant.id, fate))).is_err() {
                        break; // another could not start a process
                    }
                }
            });
        }
        drop(send);
        let mut fates = Vec::new();
        for fate in receive {
            fates.push(fate?);
            if fates.len() % 50 == 0 {
                eprintln!("{} of {} mutants", fates.len(), mutants.len());
            }
        }
        Ok(fates)
    })
}

/// Runs the tests that reach a mutant until one fails.
fn fate(mutant: &Mutant, file: &File, tests: &[Test]) -> std::io::Result<Fate> {
    let against = against(mutant, file, tests);
    if against.is_empty() {
        return Ok(Fate::Unreached);
    }
    for test in against {
        if !test.passes(mutant.id)? {
            return Ok(Fate::Killed);
        }
    }
    Ok(Fate::Survived)
}
