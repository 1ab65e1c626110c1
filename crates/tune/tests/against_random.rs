//! Each search beside random search: the best score after 50 trials.

use tapegrad_tune::search::{CmaEs, GaussianProcess, Genetic, Random, Search, Tpe};

use super::searching::{Objective, best, objectives, run};

fn searches() -> [Box<dyn Search>; 5] {
    [
        Box::new(Random),
        Box::new(Tpe::new()),
        Box::new(GaussianProcess::new()),
        Box::new(CmaEs::new()),
        Box::new(Genetic::new()),
    ]
}

/// Quartiles of the best score after 50 trials.
fn quartiles(by: &dyn Search, (_, space, objective): &Objective, seeds: u64) -> [f64; 3] {
    let mut bests: Vec<f64> = (0..seeds)
        .map(|seed| best(&run(by, space, [50, 1], seed, |at| Some(objective(at)))))
        .collect();
    bests.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|share| {
        let place = share * (bests.len() - 1) as f64;
        let (low, high) = (bests[place.floor() as usize], bests[place.ceil() as usize]);
        low + (high - low) * place.fract()
    })
}

fn compare(seeds: u64) {
    for objective in objectives() {
        println!(
            "{}, the best of 50 trials, {seeds} seeds: quartiles",
            objective.0
        );
        let all = searches().map(|by| {
            let start = std::time::Instant::now();
            let quartiles = quartiles(&*by, &objective, seeds);
            let [low, median, high] = quartiles;
            println!(
                "{:>18} {low:9.4} {median:9.4} {high:9.4}   {:.1?}",
                by.name(),
                start.elapsed()
            );
            median
        });
        let [random, tpe, process, ..] = all;
        assert!(
            tpe < random,
            "TPE is not better than random search on {}",
            objective.0
        );
        assert!(
            process < random,
            "the process is not better than random search on {}",
            objective.0
        );
    }
}

/// `cargo test -p tapegrad-tune -- --ignored --nocapture twenty_seeds`
#[test]
#[ignore = "takes a minute"]
fn twenty_seeds() {
    compare(20);
}

#[test]
fn five_seeds() {
    compare(5);
}
