//! Studies: the same for any number of threads, whatever fails, and whenever it is killed.

mod halving;
mod journal;
mod killed;
mod outcomes;
mod pruning;
mod threads;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use rand::RngExt;
use tapegrad_nn::random;
use tapegrad_tune::prune::Median;
use tapegrad_tune::search::{Next, Search, Seen, Suggestion};
use tapegrad_tune::{Space, Study, Trial};

/// A folder of its own for a test, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("tapegrad-study-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A search that looks at all that it is told: near the mean of the best and of what is ahead, or anywhere.
#[derive(Clone, Copy)]
struct Near;

impl Search for Near {
    fn name(&self) -> String {
        "near".to_owned()
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        if number % 7 == 5 && !ahead.is_empty() {
            return Next::Wait;
        }
        let mut stream = random::stream(random::derive(seed, number));
        let mut best: Vec<_> = seen
            .iter()
            .filter_map(|trial| Some((trial.score?, trial)))
            .collect();
        best.sort_by(|a, b| a.0.total_cmp(&b.0));
        let best = best.iter().take(2).map(|(_, trial)| trial.coordinates);
        let all: Vec<_> = best.chain(ahead.iter().copied()).collect();
        let coordinate = |d: usize| {
            let mean = all.iter().map(|at| at[d]).sum::<f64>() / all.len().max(1) as f64;
            let u: f64 = stream.random();
            if number.is_multiple_of(2) {
                u
            } else {
                (mean + 0.1 * (u - 0.5)).clamp(0.0, 1.0)
            }
        };
        Next::Try(Suggestion::at(
            (0..space.dimensions().len()).map(coordinate).collect(),
        ))
    }
}

fn space() -> Space {
    Space::new()
        .log("lr", 1e-4..=1e0)
        .integer("width", 4..=64)
        .choice("rule", ["sgd, with\tmomentum", "adam"])
        .when("rule", "adam", |adam| adam.linear("beta", 0.0..=0.99))
}

/// Falls with each step to what the place is worth; some trials fail.
fn objective(trial: &Trial<'_>) -> Result<f64, String> {
    let values = trial.values();
    let noise: f64 = random::stream(trial.seed()).random();
    let mut place = (values.number("lr").log10() + 2.0).powi(2) + 1.0 / values.number("width");
    if values.has("beta") {
        place += (values.number("beta") - 0.9).powi(2);
    }
    if noise < 0.08 {
        return Err(format!(
            "a line\nand\tanother \\ of \"trial\", {}",
            trial.number()
        ));
    }
    let steps = (9.0 * trial.budget()).ceil() as usize;
    for step in 1..=steps {
        let score = place + noise / step as f64;
        if !trial.report(step, score) {
            return Ok(f64::NAN);
        }
    }
    match noise > 0.95 {
        true => Ok(f64::NAN),
        false => Ok(place + noise / (steps + 1) as f64),
    }
}

/// Rounds of four and pruning, by a search that looks at everything.
fn study<'a>(trials: usize, search: impl Search + 'a) -> Study<'a> {
    Study::new(space(), search)
        .trials(trials)
        .seed(3)
        .together(4)
        .prune(Median::new().warm_up(2))
}

fn lines(journal: &Path) -> Vec<String> {
    let text = fs::read_to_string(journal).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}
