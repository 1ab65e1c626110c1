//! The switch of the mutants: which one is on, said by `TAPEGRAD_MUTANT`.
//!
//! With `TAPEGRAD_TRACE`, the path of a file, none is on, and the numbers of those that could be,
//! where it is asked, are written there.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

const NONE: u32 = 0;
const TRACE: u32 = u32::MAX - 1;
const UNREAD: u32 = u32::MAX;

static ACTIVE: AtomicU32 = AtomicU32::new(UNREAD);

/// The mutant that is on, if it is one of these, else 0.
#[inline]
pub(crate) fn of(mutants: &'static [u32]) -> u32 {
    let active = match ACTIVE.load(Relaxed) {
        UNREAD => read(),
        active => active,
    };
    if active == TRACE {
        trace(mutants);
    }
    if mutants.contains(&active) {
        active
    } else {
        NONE
    }
}

#[cold]
fn read() -> u32 {
    let active = if std::env::var_os("TAPEGRAD_TRACE").is_some() {
        TRACE
    } else {
        let number = std::env::var("TAPEGRAD_MUTANT");
        number.map_or(NONE, |number| {
            number.parse().expect("the number of a mutant")
        })
    };
    ACTIVE.store(active, Relaxed);
    active
}

#[cold]
fn trace(mutants: &[u32]) {
    static REACHED: [AtomicBool; 1 << 16] = [const { AtomicBool::new(false) }; 1 << 16];
    static FILE: OnceLock<Mutex<std::fs::File>> = OnceLock::new();
    let reached = &REACHED[mutants[0] as usize];
    if reached.load(Relaxed) || reached.swap(true, Relaxed) {
        return;
    }
    let file = FILE.get_or_init(|| {
        let path = std::env::var_os("TAPEGRAD_TRACE").expect("it was there");
        Mutex::new(std::fs::File::create(path).expect("a file can be made"))
    });
    let mut file = file.lock().expect("no other thread panicked here");
    let numbers: String = mutants.iter().map(|mutant| format!("{mutant}\n")).collect();
    file.write_all(numbers.as_bytes())
        .expect("it can be written");
}
