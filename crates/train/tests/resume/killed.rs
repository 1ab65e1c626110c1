//! Killed at any moment.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use rand::RngExt;
use tapegrad_nn::random;

use super::program::{self, RESULTS};
use super::{Folder, checkpoints};

const FOLDER: &str = "TAPEGRAD_RESUME_FOLDER";
const SETTINGS: &str = "TAPEGRAD_RESUME_SETTINGS";

/// What the other process does: nothing in the tests' own.
#[test]
fn child() {
    let (Ok(folder), Ok(settings)) = (env::var(FOLDER), env::var(SETTINGS)) else {
        return;
    };
    let (hidden, threads) = settings.split_once(' ').unwrap();
    let fit = program::run(
        Path::new(&folder),
        hidden.parse().unwrap(),
        threads.parse().unwrap(),
    );
    fit.unwrap();
}

fn start(folder: &Path, hidden: usize, threads: usize) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(SETTINGS, format!("{hidden} {threads}"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs to the end, however often it was killed before.
fn finish(folder: &Path, hidden: usize, threads: usize) {
    let status = start(folder, hidden, threads).wait().unwrap();
    assert!(status.success());
}

/// What came out: the bytes of each file, of the checkpoints those of the last.
fn results(folder: &Path) -> Vec<Vec<u8>> {
    let read = |name: &str| match name.strip_suffix("/last") {
        None => fs::read(folder.join(name)).unwrap(),
        Some(inner) => {
            let files = checkpoints(&folder.join(inner));
            assert!((1..=3).contains(&files.len()), "{files:?}");
            fs::read(files.last().unwrap()).unwrap()
        }
    };
    RESULTS.iter().map(|name| read(name)).collect()
}

fn assert_same(results: &[Vec<u8>], expected: &[Vec<u8>]) {
    for ((name, own), expected) in RESULTS.iter().zip(results).zip(expected) {
        assert!(own == expected, "{name} differs");
    }
}

#[test]
fn killed_at_twenty_random_moments() {
    let whole = Folder::new();
    finish(whole.path(), 8, 1); // for the time without cold caches
    let whole = Folder::new();
    let start_time = Instant::now();
    finish(whole.path(), 8, 1);
    let time = start_time.elapsed();
    let expected = results(whole.path());
    let log = fs::read_to_string(whole.path().join("log.csv")).unwrap();
    assert!(
        (10..60).contains(&log.lines().count()),
        "early stopping stops it:\n{log}"
    );

    let mut stream = random::stream(1);
    let mut killed = 0;
    while killed < 20 {
        let folder = Folder::new();
        // Once, or again and again.
        for _ in 0..stream.random_range(1..4) {
            let mut child = start(folder.path(), 8, 1);
            thread::sleep(time.mul_f64(stream.random::<f64>()));
            let was_running = child.try_wait().unwrap().is_none();
            child.kill().unwrap();
            child.wait().unwrap();
            killed += usize::from(was_running);
        }
        finish(folder.path(), 8, 1);
        assert_same(&results(folder.path()), &expected);
    }
}

#[test]
fn threads_change_nothing() {
    let expected = {
        let folder = Folder::new();
        finish(folder.path(), 520, 1);
        results(folder.path())
    };
    for threads in [2, 4] {
        let folder = Folder::new();
        let mut child = start(folder.path(), 520, threads);
        thread::sleep(Duration::from_millis(400));
        let _ = child.kill();
        child.wait().unwrap();
        finish(folder.path(), 520, threads);
        assert_same(&results(folder.path()), &expected);
    }
}
