//! What holds for every search, whatever it is told.

use std::collections::BTreeSet;

use tapegrad_tune::search::{
    CmaEs, GaussianProcess, Genetic, Next, Random, Search, Seen, Suggestion, Tpe,
};
use tapegrad_tune::{Space, Values};

use super::searching::{Trial, best, branin, branin_space, digits_space, run, seen};

/// Each, and with other settings.
fn searches() -> [Box<dyn Search>; 13] {
    [
        Box::new(Random),
        Box::new(Tpe::new()),
        Box::new(Tpe::new().start_up(2).candidates(3)),
        Box::new(GaussianProcess::new()),
        Box::new(GaussianProcess::new().start_up(3).most(12)),
        Box::new(CmaEs::new()),
        Box::new(CmaEs::new().population(3).step(2.0)),
        Box::new(CmaEs::new().step(1e-6)),
        Box::new(CmaEs::new().step(10.0)),
        Box::new(Genetic::new()),
        Box::new(Genetic::new().population(2).tournament(1).mutation(0.5)),
        Box::new(Genetic::new().mutation(1e-6)),
        Box::new(Genetic::new().mutation(10.0)),
    ]
}

/// Of every kind of range, with conditions on conditions.
fn conditional() -> Space {
    let sgd = |sgd: Space| {
        let nesterov = |with: Space| with.linear("momentum", 0.5..=0.99);
        sgd.choice("nesterov", ["no", "yes"])
            .when("nesterov", "yes", nesterov)
    };
    Space::new()
        .choice("rule", ["sgd", "adam"])
        .when("rule", "sgd", sgd)
        .when("rule", "adam", |adam| adam.linear("beta", 0.8..=0.999))
        .log("lr", 1e-5..=1.0)
        .log_integer("width", 2..=1000)
        .integer("layers", 1..=4)
}

fn spaces() -> [(&'static str, Space); 6] {
    let words = Space::new()
        .choice("a", ["x", "y", "z"])
        .choice("b", ["u", "v"]);
    [
        ("Branin", branin_space()),
        ("digits", digits_space()),
        ("conditional", conditional()),
        ("only choices", words.choice("c", ["alone"])),
        ("one value", Space::new().linear("a", 2.0..=2.0)),
        (
            "extreme",
            Space::new()
                .integer("n", i64::MIN..=i64::MAX)
                .log("x", 5e-324..=f64::MAX),
        ),
    ]
}

/// Some number of what stands at a place, the same in every process.
fn mixed(at: &Values) -> f64 {
    let text = at.to_string();
    let sum = text.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    (sum % 1009) as f64 / 1009.0
}

type Judge = fn(&Values) -> Option<f64>;

/// Scores as they should not be.
fn judges() -> [(&'static str, Judge); 8] {
    [
        ("mixed", |at| Some(mixed(at))),
        ("all failed", |_| None),
        ("half failed", |at| {
            Some(mixed(at)).filter(|score| *score < 0.5)
        }),
        ("all equal", |_| Some(3.0)),
        ("all zero", |_| Some(0.0)),
        ("vast", |at| Some((mixed(at) - 0.5) * 2e300)),
        ("some infinite", |at| {
            Some(if mixed(at) < 0.3 {
                f64::INFINITY
            } else {
                mixed(at)
            })
        }),
        ("tiny", |at| Some(mixed(at) * 1e-310)),
    ]
}

#[test]
fn places_are_in_the_cube_and_lead_to_values() {
    for by in searches() {
        for (space_name, space) in spaces() {
            for (n, (judge_name, judge)) in judges().into_iter().enumerate() {
                let together = [1, 5][n % 2];
                for trial in run(&*by, &space, [16, together], 3, judge) {
                    let inside = |x: &f64| (0.0..=1.0).contains(x);
                    assert!(
                        trial.place.len() == space.dimensions().len()
                            && trial.place.iter().all(inside),
                        "{by} on {space_name}, {judge_name}: {:?}",
                        trial.place,
                        by = by.name(),
                    );
                }
            }
        }
    }
}

/// In another order of calls, after others, and from another value of the search.
#[test]
fn what_was_seen_and_the_seed_decide() {
    for (by, again) in searches().into_iter().zip(searches()) {
        for (name, space) in spaces() {
            let trials = run(&*by, &space, [18, 4], 1, |at| Some(mixed(at)));
            assert_eq!(trials, run(&*by, &space, [18, 4], 1, |at| Some(mixed(at))));
            let other = run(&*by, &space, [18, 4], 2, |at| Some(mixed(at)));
            assert_ne!(trials, other, "{} on {name} and another seed", by.name());
            // Backwards: nothing is kept between calls.
            for number in (0..=18).rev().step_by(5) {
                let ask =
                    |by: &dyn Search| by.next(&space, &seen(&trials[..number]), &[], number, 1);
                assert_eq!(
                    ask(&*by),
                    ask(&*again),
                    "{} on {name} at {number}",
                    by.name()
                );
            }
        }
    }
}

#[test]
fn what_is_ahead_is_not_tried_again() {
    let space = branin_space();
    for by in searches() {
        for enough in [20, 21, 40] {
            let trials = run(&*by, &space, [enough, 1], 5, |at| Some(branin(at)));
            let mut round: Vec<Vec<f64>> = Vec::new();
            for number in enough..enough + 6 {
                let ahead: Vec<&[f64]> = round.iter().map(Vec::as_slice).collect();
                match by.next(&space, &seen(&trials), &ahead, number, 5) {
                    Next::Try(suggestion) => round.push(suggestion.coordinates),
                    Next::Wait => break,
                    Next::Done => unreachable!(),
                }
            }
            let bits = |place: &Vec<f64>| place.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let different: BTreeSet<_> = round.iter().map(bits).collect();
            assert!(!round.is_empty());
            assert_eq!(different.len(), round.len(), "{} after {enough}", by.name());
        }
    }
}

/// With places that are ahead it goes elsewhere than without.
#[test]
fn models_keep_away_from_what_is_ahead() {
    let space = Space::new().linear("x", 0.0..=1.0);
    for by in [
        Box::new(Tpe::new()) as Box<dyn Search>,
        Box::new(GaussianProcess::new()),
    ] {
        let trials = run(&*by, &space, [14, 1], 2, |at| {
            Some((at.number("x") - 0.6).powi(2))
        });
        let place =
            |ahead: &[&[f64]], number| match by.next(&space, &seen(&trials), ahead, number, 2) {
                Next::Try(suggestion) => suggestion.coordinates[0],
                other => panic!("{other:?}"),
            };
        let there = [place(&[], 14)];
        let around: Vec<[f64; 1]> = (0..8).map(|_| there).collect();
        let ahead: Vec<&[f64]> = around.iter().map(|x| &x[..]).collect();
        let far = |ahead| {
            (0..20)
                .map(|n| (place(ahead, 14 + n) - there[0]).abs())
                .sum::<f64>()
        };
        assert!(
            far(&ahead) > far(&[]),
            "{}: {} {}",
            by.name(),
            far(&ahead),
            far(&[])
        );
    }
}

#[test]
fn generations_wait() {
    let space = branin_space();
    for (by, population) in [
        (Box::new(CmaEs::new().population(6)) as Box<dyn Search>, 6),
        (Box::new(Genetic::new().population(6)), 6),
    ] {
        let mut round: Vec<Vec<f64>> = Vec::new();
        loop {
            let ahead: Vec<&[f64]> = round.iter().map(Vec::as_slice).collect();
            match by.next(&space, &[], &ahead, round.len(), 1) {
                Next::Try(suggestion) => round.push(suggestion.coordinates),
                next => {
                    assert_eq!(
                        (next, round.len()),
                        (Next::Wait, population),
                        "{}",
                        by.name()
                    );
                    break;
                }
            }
        }
        // However many are asked for at once, the trials are the same.
        let objective = |at: &Values| Some(branin(at));
        let one_by_one = run(&*by, &space, [40, 1], 1, objective);
        for together in [2, 6, 100] {
            assert_eq!(run(&*by, &space, [40, together], 1, objective), one_by_one);
        }
    }
}

/// Only trials with the largest budget of which there are enough count.
#[test]
fn budgets() {
    let space = Space::new().linear("x", 0.0..=1.0);
    let places: Vec<[f64; 1]> = (0..60).map(|n| [(n as f64 + 0.5) / 60.0]).collect();
    let trial = |(number, place): (usize, &'_ [f64; 1]), budget, least: f64| {
        (number, *place, budget, Some((place[0] - least).abs()))
    };
    // The cheap ones are best at 0.2, the others at 0.8.
    let small = places.iter().enumerate().map(|t| trial(t, 0.1, 0.2));
    let full = places.iter().enumerate().map(|t| trial(t, 1.0, 0.8));
    let told: Vec<_> = small.chain(full).collect();
    let told: Vec<Seen> = told
        .iter()
        .map(|(number, place, budget, score)| Seen {
            number: *number,
            coordinates: place,
            budget: *budget,
            score: *score,
        })
        .collect();
    for by in [
        Box::new(Tpe::new()) as Box<dyn Search>,
        Box::new(GaussianProcess::new()),
    ] {
        let place = |seen: &[Seen]| match by.next(&space, seen, &[], 120, 1) {
            Next::Try(Suggestion { coordinates, .. }) => coordinates[0],
            other => panic!("{other:?}"),
        };
        let near =
            |place: f64, least: f64| assert!((place - least).abs() < 0.15, "{} {place}", by.name());
        near(place(&told), 0.8);
        near(place(&told[..69]), 0.2); // nine with all are too few
    }
}

/// Of generations the trial with the most budget counts at each place, and of these the last.
#[test]
fn budgets_of_generations() {
    let space = Space::new().linear("x", 0.0..=1.0);
    for by in [
        Box::new(CmaEs::new().population(6)) as Box<dyn Search>,
        Box::new(Genetic::new().population(6)),
    ] {
        let mut round: Vec<Vec<f64>> = Vec::new();
        loop {
            let ahead: Vec<&[f64]> = round.iter().map(Vec::as_slice).collect();
            match by.next(&space, &[], &ahead, round.len(), 1) {
                Next::Try(suggestion) => round.push(suggestion.coordinates),
                _ => break,
            }
        }
        // What comes after all places were tried with budgets, best at some place, one after the other.
        let after = |budgets: &[(f64, f64)]| {
            let mut told: Vec<Seen> = Vec::new();
            for &(budget, least) in budgets {
                told.extend(round.iter().zip(told.len()..).map(|(place, number)| Seen {
                    number,
                    coordinates: place,
                    budget,
                    score: Some((place[0] - least).abs()),
                }));
            }
            by.next(&space, &told, &[], 60, 1)
        };
        let (low, high) = (after(&[(1.0, 0.0)]), after(&[(1.0, 1.0)]));
        assert_ne!(low, high, "{}", by.name());
        assert_eq!(after(&[(0.1, 0.0), (1.0, 1.0)]), high, "{}", by.name());
        assert_eq!(after(&[(1.0, 1.0), (0.1, 0.0)]), high, "{}", by.name());
        assert_eq!(after(&[(1.0, 0.0), (1.0, 1.0)]), high, "{}", by.name());
    }
}

/// A place that the search finds only if it goes by what is there.
#[test]
fn conditions_and_words_are_learnt() {
    let score = |at: &Values| {
        let rule = match at.choice("rule") {
            "sgd" if at.choice("nesterov") == "yes" => (at.number("momentum") - 0.9).abs(),
            "sgd" => 1.0,
            _ => 2.0 + at.number("beta"),
        };
        Some(rule + (at.number("lr").log10() + 2.0).abs() + (at.integer("layers") - 2).abs() as f64)
    };
    let median = |by: &dyn Search| {
        let mut all: Vec<f64> = (0..5)
            .map(|seed| best(&run(by, &conditional(), [60, 1], seed, score)))
            .collect();
        all.sort_by(f64::total_cmp);
        all[2]
    };
    let random = median(&Random);
    for by in [
        Box::new(Tpe::new()) as Box<dyn Search>,
        Box::new(GaussianProcess::new()),
        Box::new(CmaEs::new()),
        Box::new(Genetic::new()),
    ] {
        let found = median(&*by);
        println!("{}: {found:.4}, random {random:.4}", by.name());
        assert!(found < random, "{}: {found}, random {random}", by.name());
    }
}

/// The first trial is the best of all, and so the parent of all: its word is never drawn again.
#[test]
fn another_word_is_drawn() {
    let space = Space::new().choice("word", ["a", "b", "c"]);
    for seed in 0..5 {
        let mut count = 0.0;
        let genetic = Genetic::new().population(2).tournament(64);
        let trials = run(&genetic, &space, [40, 1], seed, |_| {
            count += 1.0;
            Some(count)
        });
        let word = |trial: &Trial| space.values(&trial.place).choice("word").to_owned();
        let first = word(&trials[0]);
        let drawn: BTreeSet<_> = trials[2..].iter().map(word).collect();
        assert!(
            drawn.len() == 2 && !drawn.contains(&first),
            "{first}: {drawn:?}"
        );
    }
}

/// What a search asks for after a thousand trials.
#[test]
fn a_thousand_trials() {
    let space = digits_space();
    let trials = run(&Random, &space, [1000, 1], 1, |at| Some(mixed(at)));
    for by in searches() {
        let Next::Try(Suggestion { coordinates, .. }) =
            by.next(&space, &seen(&trials), &[], 1000, 1)
        else {
            panic!("{} has nothing to try", by.name());
        };
        // A new place, which is one of the space.
        assert!(trials.iter().all(|trial| trial.place != coordinates));
        assert!(space.values(&coordinates).has("lr"));
    }
    // Generations that are gone through again, a thousand times.
    let branin = |by: &dyn Search| {
        best(&run(by, &branin_space(), [1000, 8], 1, |at| {
            Some(branin(at))
        }))
    };
    assert!(branin(&CmaEs::new()) < branin(&Random));
    assert!(branin(&Genetic::new()) < branin(&Random));
}

/// Where CMA-ES has converged it begins again, and finds another minimum.
#[test]
fn cma_es_begins_again() {
    let two = |at: &Values| {
        let x = at.number("x");
        // 0 in the wide valley where it starts, −1 in the narrow one.
        Some((x - 0.4).powi(2).min(100.0 * (x - 0.95).powi(2) - 1.0))
    };
    let space = Space::new().linear("x", 0.0..=1.0);
    let narrow = CmaEs::new().step(0.02);
    let trials = run(&narrow, &space, [600, 1], 1, two);
    assert!(best(&trials[..60]) >= 0.0);
    assert!(best(&trials) < -0.5, "{}", best(&trials));
}
