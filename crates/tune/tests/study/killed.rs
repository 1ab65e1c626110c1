//! Killed at any moment.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use rand::RngExt;
use tapegrad_nn::random;
use tapegrad_tune::search::Hyperband;
use tapegrad_tune::{StudyError, Trials};

use super::{Folder, Near, lines, objective, study};

const FOLDER: &str = "TAPEGRAD_STUDY_FOLDER";
const TRIALS: usize = 24;

fn run(folder: &Folder, pause: Duration, threads: usize) -> Result<Trials, StudyError> {
    let study = study(TRIALS, Hyperband::new(Near, 0.1));
    study
        .journal(folder.journal())
        .threads(threads)
        .run(|trial| {
            thread::sleep(pause);
            objective(trial)
        })
}

/// What the other process does: nothing in the tests' own.
#[test]
fn child() {
    if let Ok(folder) = env::var(FOLDER) {
        // It is not this process that deletes it.
        let folder = std::mem::ManuallyDrop::new(Folder(folder.into()));
        run(&folder, Duration::from_millis(1), 2).unwrap();
    }
}

fn start(folder: &Folder) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "study::killed::child", "--nocapture"])
        .env(FOLDER, &folder.0)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn at_fifty_random_moments() {
    let expected = study(TRIALS, Hyperband::new(Near, 0.1))
        .run(objective)
        .unwrap()
        .to_csv();
    let start_time = Instant::now();
    let whole = Folder::new();
    assert!(start(&whole).wait().unwrap().success());
    let time = start_time.elapsed();

    let mut stream = random::stream(1);
    let (mut killed, mut over) = (0, [0; TRIALS + 1]);
    while killed < 50 {
        let folder = Folder::new();
        // Once, or again and again.
        for _ in 0..stream.random_range(1..4) {
            let mut child = start(&folder);
            thread::sleep(time.mul_f64(stream.random::<f64>()));
            let was_running = child.try_wait().unwrap().is_none();
            child.kill().unwrap();
            child.wait().unwrap();
            killed += usize::from(was_running);

            // What a copy is gone on with from here.
            let copy = Folder::new();
            let mut found = 0;
            if folder.journal().exists() {
                fs::copy(folder.journal(), copy.journal()).unwrap();
                let lines = lines(&copy.journal());
                found = lines
                    .iter()
                    .filter(|line| line.ends_with('\n'))
                    .count()
                    .saturating_sub(1);
            }
            let trials = run(&copy, Duration::ZERO, 1).unwrap();
            assert_eq!(trials.to_csv(), expected);
            assert_eq!(trials.resumed().map_or(0, |resumed| resumed.trials), found);
            over[found] += 1;
        }
        let trials = run(&folder, Duration::ZERO, 3).unwrap();
        assert_eq!(trials.to_csv(), expected);
    }
    println!("a whole run takes {time:?}, all {:?}", start_time.elapsed());
    println!("so many times with 0, 1, 2 … trials over: {over:?}");
    assert!(over[1..TRIALS].iter().sum::<usize>() > 10, "{over:?}");
}
