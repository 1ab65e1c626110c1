//! A process is killed while it saves: by hand, for what happens when is not fixed by a seed.
//!
//! ```text
//! cargo test -p tapegrad-nn --test files -- --ignored --nocapture is_readable_after
//! ```

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::RngExt;
use tapegrad_autodiff::ArcArrayD;
use tapegrad_nn::{Param, Role, file, random};

use super::models::Bag;
use super::round_trip::folder;

const KILLS: usize = 200;
/// Where the process that is to be killed writes.
const PATH: &str = "TAPEGRAD_SAVES_WITHOUT_END";

/// A megabyte or so of one number.
fn model(number: f64) -> Bag<f64> {
    let weight = |number| Param::new(Role::Weight, ArcArrayD::from_elem(vec![64, 1024], number));
    Bag(vec![("a", weight(number)), ("b", weight(number))])
}

#[test]
#[ignore = "saves until it is killed; the test below starts it"]
fn saves_without_end() {
    let Ok(path) = env::var(PATH) else { return };
    for number in 0_u32.. {
        file::save(&model(number.into()), &path).unwrap();
    }
}

#[test]
#[ignore = "takes a quarter of a minute, and the disk"]
fn the_file_is_readable_after_every_kill() {
    let folder = folder("crash");
    let path: PathBuf = folder.join("model.tape");
    let mut stream = random::stream(1);
    file::save(&model(-1.0), &path).unwrap();
    let (mut half_written, mut replaced) = (0, 0);
    for kill in 0..KILLS {
        let before = fs::read(&path).unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "files::crash::saves_without_end"])
            .env(PATH, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Not before it has begun.
        let start = Instant::now();
        while fs::read_dir(&folder).unwrap().count() < 2 && fs::read(&path).unwrap() == before {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "nothing is saved"
            );
        }
        sleep(Duration::from_micros(stream.random_range(0..20_000)));
        child.kill().unwrap();
        child.wait().unwrap();

        let mut loaded = model(0.5);
        file::load(&mut loaded, &path).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        let first = loaded.0[0].1.value[[0, 0]];
        assert!(
            loaded
                .0
                .iter()
                .all(|(_, param)| param.value.iter().all(|&x| x == first)),
            "kill {kill}: the numbers of two saves are mixed"
        );
        replaced += usize::from(fs::read(&path).unwrap() != before);
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap().path();
            if entry != path {
                half_written += 1;
                fs::remove_file(entry).unwrap();
            }
        }
    }
    println!(
        "{KILLS} kills: a readable file each time, a new one {replaced} times, a partial one beside it {half_written} times"
    );
    fs::remove_dir_all(folder).unwrap();
}
