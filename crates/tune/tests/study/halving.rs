use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tapegrad_tune::prune::Prune;
use tapegrad_tune::search::{
    Grid, Hyperband, Next, Random, Search, Seen, SuccessiveHalving, Suggestion,
};
use tapegrad_tune::{Finished, Outcome, Space, Study};

fn line() -> Space {
    Space::new().linear("x", 0.0..=1.0)
}

/// Budgets and places of each rung that follows: a rung ends where the budget changes or a place is a new one.
fn rungs(trials: &[Finished]) -> Vec<(f64, usize)> {
    let mut rungs: Vec<(f64, usize)> = Vec::new();
    let mut was_new = false;
    for trial in trials {
        let is_new = trial.continues.is_none();
        match rungs.last_mut() {
            Some((budget, count)) if *budget == trial.budget && is_new == was_new => *count += 1,
            _ => rungs.push((trial.budget, 1)),
        }
        was_new = is_new;
    }
    rungs
}

/// Those that go on from a rung of a ladder are its best, in their order, at their places and with their seeds.
fn check(trials: &[Finished], seeds: &BTreeMap<usize, u64>, eta: f64) {
    for trial in trials {
        let Some(from) = trial.continues.map(|from| &trials[from]) else {
            continue;
        };
        assert_eq!(trial.coordinates, from.coordinates);
        assert_eq!(seeds[&trial.number], seeds[&from.number]);
        assert!((trial.budget / from.budget - eta).abs() < 1e-12);
    }
    let first = trials.iter().filter(|trial| trial.continues.is_none());
    let different: BTreeSet<_> = seeds
        .iter()
        .take(trials.len())
        .map(|(_, seed)| seed)
        .collect();
    assert_eq!(different.len(), first.count());
    let mut rest = trials;
    for pair in rungs(trials).windows(2) {
        let (rung, above) = rest.split_at(pair[0].1);
        let mut sorted: Vec<_> = rung
            .iter()
            .map(|t| (t.score().unwrap(), t.number))
            .collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let best = sorted.iter().map(|&(_, number)| Some(number));
        let go_on = above[..pair[1].1].iter().map(|trial| trial.continues);
        assert!(go_on.eq(best.take(pair[1].1)));
        rest = above;
    }
}

#[test]
fn ladders() {
    for (eta, least, places, expected) in [
        (
            3,
            1.0 / 9.0,
            None,
            vec![(1.0 / 9.0, 9), (1.0 / 3.0, 3), (1.0, 1)],
        ),
        (
            3,
            0.05,
            None,
            vec![(1.0 / 9.0, 9), (1.0 / 3.0, 3), (1.0, 1)],
        ),
        (2, 0.25, Some(7), vec![(0.25, 7), (0.5, 3), (1.0, 1)]),
        (4, 0.25, Some(3), vec![(0.25, 3), (1.0, 1)]),
        (3, 1.0, Some(2), vec![(1.0, 2)]),
    ] {
        let mut search = SuccessiveHalving::new(Random, least).eta(eta);
        if let Some(places) = places {
            search = search.places(places);
        }
        let count: usize = expected.iter().map(|(_, count)| count).sum();
        for together in [1, 4] {
            let study = Study::new(line(), &search)
                .trials(2 * count)
                .together(together);
            let seeds = Mutex::new(BTreeMap::new());
            let trials = study.run(|trial| {
                seeds.lock().unwrap().insert(trial.number(), trial.seed());
                trial.values().number("x") + trial.budget()
            });
            let (trials, seeds) = (trials.unwrap(), seeds.into_inner().unwrap());
            let both = if least == 1.0 {
                vec![(1.0, 4)]
            } else {
                [expected.clone(), expected.clone()].concat()
            };
            assert_eq!(rungs(trials.all()), both, "{}", search.name());
            check(&trials.all()[..count], &seeds, eta as f64);
            assert!(trials.best().unwrap().budget == 1.0);
        }
    }
}

/// `⌈(S + 1) ηˢ / (s + 1)⌉` places, as in the text of the paper.
#[test]
fn brackets() {
    for (eta, most) in [(3_usize, 4_u32), (2, 3), (4, 2)] {
        let mut expected = Vec::new();
        for s in (0..=most).rev() {
            let full = eta.pow(s) as f64;
            let places = (f64::from(most + 1) * full / f64::from(s + 1)).ceil();
            for rung in 0..=s {
                let power = eta.pow(rung) as f64;
                expected.push((
                    1.0 / eta.pow(s - rung) as f64,
                    (places / power).floor() as usize,
                ));
            }
        }
        let count: usize = expected.iter().map(|(_, count)| count).sum();
        let search = Hyperband::new(Random, 1.0 / eta.pow(most) as f64).eta(eta);
        let study = Study::new(line(), search).trials(count).together(5);
        let trials = study.run(|trial| trial.values().number("x")).unwrap();
        // The top of a ladder and the next first rung may have one budget.
        assert_eq!(rungs(trials.all()), expected);
    }
}

#[test]
fn failures() {
    // None of a rung: the next ladder begins.
    let search = SuccessiveHalving::new(Random, 1.0 / 9.0);
    let study = Study::new(line(), search).trials(22).together(2);
    let trials = study.run(|trial| match trial.number() < 9 {
        true => f64::NAN,
        false => trial.values().number("x"),
    });
    let trials = trials.unwrap();
    let expected = [(1.0 / 9.0, 18), (1.0 / 3.0, 3), (1.0, 1)];
    assert_eq!(rungs(trials.all()), expected);
    // All but two: these go on.
    let search = SuccessiveHalving::new(Random, 1.0 / 9.0);
    let study = Study::new(line(), search).trials(12);
    let trials = study.run(|trial| match trial.number() {
        4 => Ok(1.0),
        7 => Ok(0.0),
        n if n >= 9 => Ok(n as f64),
        _ => Err("not this one"),
    });
    let goes_on = |trial: &Finished| trial.continues;
    let goes_on: Vec<_> = trials.unwrap().all().iter().filter_map(goes_on).collect();
    assert_eq!(goes_on, [7, 4, 9]);
}

/// Stops a trial with a score below 0.
struct Low;

impl Prune for Low {
    fn name(&self) -> String {
        "low".to_owned()
    }

    fn prunes(&self, reports: &[(usize, f64)], _: &[Finished]) -> bool {
        reports.iter().any(|(_, score)| *score < 0.0)
    }
}

/// A trial that is pruned does not go on, though its last report is the least score of the rung.
#[test]
fn pruned() {
    let search = SuccessiveHalving::new(Random, 1.0 / 3.0);
    let study = Study::new(line(), search).trials(4).prune(Low);
    let trials = study.run(|trial| {
        let score = [3.0, -1.0, 2.0, 1.0][trial.number()];
        trial.report(1, score);
        score
    });
    let trials = trials.unwrap();
    assert_eq!(trials.all()[1].outcome, Outcome::Pruned(-1.0));
    assert_eq!(trials.all()[1].seen().score, None);
    assert_eq!(trials.all()[3].continues, Some(2));
}

/// The search within sees first rungs, numbered as if there were nothing else; where it ends the best go on, and all
/// ends.
#[test]
fn within() {
    struct Within;
    impl Search for Within {
        fn name(&self) -> String {
            "within".to_owned()
        }
        fn next(&self, _: &Space, seen: &[Seen], ahead: &[&[f64]], number: usize, _: u64) -> Next {
            assert_eq!(seen.len() + ahead.len(), number);
            assert!(seen.iter().map(|trial| trial.number).eq(0..seen.len()));
            let place = |n: usize| n as f64 / 100.0;
            assert!(
                seen.iter()
                    .all(|trial| trial.coordinates == [place(trial.number)])
            );
            assert!(
                ahead
                    .iter()
                    .zip(seen.len()..)
                    .all(|(at, n)| **at == [place(n)])
            );
            Next::Try(Suggestion::at(vec![place(number)]))
        }
    }
    for together in [1, 3, 50] {
        let search = Hyperband::new(Within, 1.0 / 9.0);
        let study = Study::new(line(), search).trials(60).together(together);
        study.run(|trial| trial.values().number("x")).unwrap();
    }
    for (levels, together) in (1..=20).flat_map(|levels| [(levels, 1), (levels, 4), (levels, 50)]) {
        let search = SuccessiveHalving::new(Grid::new(levels), 1.0 / 9.0);
        let study = Study::new(line(), search).together(together);
        let trials = study.run(|trial| trial.values().number("x")).unwrap();
        let ladder = |first: usize| {
            let above = (first / 3).max(1);
            [(1.0 / 9.0, first), (1.0 / 3.0, above), (1.0, 1)]
        };
        let rest = Some(levels % 9).filter(|&rest| rest > 0);
        let ladders = (0..levels / 9).map(|_| 9).chain(rest);
        let expected: Vec<_> = ladders.flat_map(ladder).collect();
        assert_eq!(rungs(trials.all()), expected, "{levels}, {together}");
    }
}

/// Levels as they are asked for, each combination once, and what is not there not repeated.
#[test]
fn grid() {
    let space = Space::new()
        .log("l1", 1e-6..=1e-2)
        .log_integer("width", 1..=64)
        .integer("depth", 1..=2)
        .choice("rule", ["sgd", "adam"])
        .when("rule", "sgd", |sgd| sgd.linear("momentum", 0.0..=0.9));
    let grid = Grid::new(5).levels("width", 7).levels("momentum", 3);
    let trials = Study::new(space, grid).together(16).run(|_| 0.0).unwrap();
    assert_eq!(trials.all().len(), 5 * 7 * 2 * (3 + 1));
    let mut each: Vec<_> = trials
        .all()
        .iter()
        .map(|trial| trial.values.to_string())
        .collect();
    each.sort();
    each.dedup();
    assert_eq!(each.len(), trials.all().len());
    let column = |name: &str| {
        let values = trials.all().iter().filter(|trial| trial.values.has(name));
        let mut values: Vec<_> = values.map(|trial| trial.values.number(name)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    assert_eq!(column("width"), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
    assert_eq!(column("depth"), [1.0, 2.0]);
    assert_eq!(column("momentum"), [0.0, 0.45, 0.9]);
    for (found, expected) in column("l1").iter().zip([1e-6, 1e-5, 1e-4, 1e-3, 1e-2]) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found}");
    }
    // The same in the same order, with a condition that always holds and without one.
    let plain = line().choice("one", ["word"]).integer("n", 1..=9);
    let held = line()
        .choice("one", ["word"])
        .when("one", "word", |more| more.integer("n", 1..=9));
    let grid = Grid::new(4).levels("n", 3);
    for number in 0..14 {
        let [a, b] = [&plain, &held].map(|space| grid.next(space, &[], &[], number, 0));
        assert!(
            a == b && (a == Next::Done) == (number >= 12),
            "{number}: {a:?} {b:?}"
        );
    }
    assert_eq!(grid.next(&plain, &[], &[], usize::MAX, 0), Next::Done);
    let points = Space::new().log("one", 2.0..=2.0).linear("x", 0.0..=4.0);
    let trials = Study::new(points, Grid::new(1))
        .run(|trial| trial.values().number("x"))
        .unwrap();
    assert_eq!(trials.all().len(), 1);
    assert_eq!(trials.best().unwrap().score(), Some(2.0));
}
