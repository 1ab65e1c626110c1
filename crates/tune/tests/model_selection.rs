//! Selections: the known best is found, the test rows are asked once, and no thread, interruption or failure changes
//! what is chosen.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use ndarray::Array2;
use rand::RngExt;
use tapegrad_nn::random;
use tapegrad_train::data::Dataset;
use tapegrad_tune::search::Random;
use tapegrad_tune::{
    JournalError, ModelSelection, Range, Selected, SelectionError, SelectionProblem, Space, Stage,
    StudyProblem, Value, Values,
};

const TRAIN: usize = 60;
const TEST: usize = 25;

/// Rows that know their number, of two classes.
fn rows(first: usize, count: usize) -> Dataset<f64> {
    let x = Array2::from_shape_fn((count, 1), |(row, _)| (first + row) as f64);
    let y = Array2::from_shape_fn((count, 1), |(row, _)| (row % 2) as f64);
    Dataset::new(x, y)
}

fn numbers(data: &Dataset<f64>) -> BTreeSet<usize> {
    data.x.iter().map(|&x| x as usize).collect()
}

/// Eight decades, three kinds of which one has a shift.
fn space() -> Space {
    Space::new()
        .log("rate", 1e-7..=1e1)
        .choice("kind", ["plain", "shifted", "slow"])
        .when("kind", "shifted", |shifted| {
            shifted.linear("shift", -1.0..=1.0)
        })
        .integer("width", 1..=64)
}

/// Least, 0, at the rate 1e-3, shifted by 0.3, whatever the width.
fn truth(values: &Values) -> f64 {
    let rate = (values.number("rate").log10() + 3.0).powi(2) / 10.0;
    rate + match values.choice("kind") {
        "plain" => 0.5,
        "slow" => 1.0,
        _ => (values.number("shift") - 0.3).powi(2),
    }
}

/// The truth and a little noise, which the rows and the seed fix.
fn score(values: &Values, train: &Dataset<f64>, others: &Dataset<f64>, seed: u64) -> f64 {
    truth(values) + 0.01 * noise(train, others, seed)
}

fn noise(train: &Dataset<f64>, others: &Dataset<f64>, seed: u64) -> f64 {
    let mut noise = 0.0;
    for data in [train, others] {
        let rows = numbers(data).len() as u64;
        let stream = random::derive(seed ^ rows, data.x.sum() as usize);
        noise += random::stream(stream).random::<f64>() - 0.5;
    }
    noise
}

fn selection<'a>(seed: u64) -> ModelSelection<'a> {
    ModelSelection::new(space()).stratified().seed(seed)
}

fn run(selection: ModelSelection<'_>) -> Result<Selected, SelectionError> {
    selection.run(&rows(0, TRAIN), &rows(TRAIN, TEST), score)
}

/// A folder of its own for a test, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("tapegrad-selection-{}-{number}", process::id());
        Self(env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn finds_the_best() {
    for seed in 1..=5 {
        let selected = run(selection(seed)).unwrap();
        println!("{selected}\n");
        let values = selected.values();
        assert_eq!(values.choice("kind"), "shifted");
        assert!((values.number("rate").log10() + 3.0).abs() < 0.5);
        assert!((values.number("shift") - 0.3).abs() < 0.15);
        // What was refined holds the best, and is a part of what was explored.
        let explored = selected.explore.best().unwrap();
        assert!(truth(values) <= truth(&explored.values));
        for (name, value) in [("rate", 1e-3), ("shift", 0.3)] {
            let dimension = |space: &Space| {
                let all = space.dimensions().iter();
                all.clone().find(|d| d.name() == name).unwrap().clone()
            };
            let [whole, part] = [&space(), &selected.refined].map(dimension);
            let width = |range: &Range| match *range {
                Range::Log { low, high } => (high / low).ln(),
                Range::Linear { low, high } => high - low,
                _ => panic!("{range}"),
            };
            assert!(width(part.range()) < 0.8 * width(whole.range()));
            let (Range::Log { low, high } | Range::Linear { low, high }) = *part.range() else {
                panic!("{part:?}");
            };
            assert!(low < value && value < high, "{name}: {low} to {high}");
        }
    }
}

/// Which rows each call has, how often, and with which seeds.
#[test]
fn rows_of_stages() {
    let calls = Mutex::new(Vec::new());
    let selection = selection(1).hold_out(0.2).folds(4).repeat(2).threads(2);
    let selected = selection.run(
        &rows(0, TRAIN),
        &rows(TRAIN, TEST),
        |values, train, others, seed| {
            let sets = (numbers(train), numbers(others));
            calls.lock().unwrap().push((sets, seed, values.clone()));
            score(values, train, others, seed)
        },
    );
    let selected = selected.unwrap();
    let calls = calls.into_inner().unwrap();
    assert_eq!(calls.len(), 40 + 20 + 5 * 8 + 1);
    let test: BTreeSet<_> = (TRAIN..TRAIN + TEST).collect();
    let (last, before) = calls.split_last().unwrap();
    assert_eq!(last.0, ((0..TRAIN).collect(), test.clone()));
    assert_eq!((last.1, &last.2), (selected.seed, selected.values()));
    for ((train, others), ..) in before {
        assert!(train.is_disjoint(others));
        assert!(train.union(others).copied().eq(0..TRAIN));
    }
    // One part is held out of both searches, an eighth of the calls of folds have the same rows and the same seed.
    let (searches, folds) = before.split_at(60);
    assert!(searches.iter().all(|call| call.0 == searches[0].0));
    assert_eq!(searches[0].0.1.len(), 12);
    let distinct: BTreeSet<_> = folds.iter().map(|call| (&call.0, call.1)).collect();
    assert_eq!(distinct.len(), 8);
    let seeds: BTreeSet<_> = searches.iter().map(|call| call.1).collect();
    assert_eq!(seeds.len(), 60);
    for finalist in &selected.finalists {
        assert_eq!(finalist.scores.each.len(), 8);
        let own = folds.iter().filter(|call| call.2 == finalist.values);
        let mut own: Vec<_> = own.map(|call| call.1).collect();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), 8);
    }
}

#[test]
fn any_number_of_threads() {
    let of = |threads| {
        let told = Mutex::new(Vec::new());
        let tell = |text: &str| told.lock().unwrap().push(text.to_owned());
        let selected = run(selection(3).threads(threads).tell(tell)).unwrap();
        assert_eq!(
            told.into_inner().unwrap().join("\n\n"),
            selected.to_string()
        );
        selected
    };
    let one = of(1);
    for threads in [2, 4] {
        assert_eq!(one, of(threads));
    }
    assert_ne!(one, run(selection(4)).unwrap());
}

/// Killed at any call, it goes on, and asks no trial again that was over; least of all the test rows.
#[test]
fn goes_on() {
    let small = || {
        let small = selection(2).explore(Random, 8).refine(Random, 4);
        small.finalists(2).folds(3)
    };
    let whole = run(small()).unwrap();
    let calls = 8 + 4 + 2 * 3 + 1;
    for dies_at in 0..calls {
        let folder = Folder::new();
        let counted = AtomicUsize::new(0);
        let start = |dies: bool| {
            small().folder(&folder.0).run(
                &rows(0, TRAIN),
                &rows(TRAIN, TEST),
                |values, train, others, seed| {
                    let call = counted.fetch_add(1, Ordering::Relaxed);
                    assert!(!dies || call != dies_at, "killed");
                    score(values, train, others, seed)
                },
            )
        };
        assert!(catch_unwind(AssertUnwindSafe(|| start(true))).is_err());
        let resumed = start(false).unwrap();
        assert_eq!(counted.load(Ordering::Relaxed), calls + 1);
        assert_eq!(resumed.to_string(), whole.to_string());
        assert_eq!(resumed.explore.to_csv(), whole.explore.to_csv());
        assert_eq!(resumed.finalists, whole.finalists);

        let again = start(false).unwrap();
        assert_eq!(counted.load(Ordering::Relaxed), calls + 1);
        assert_eq!(again.test.to_bits(), whole.test.to_bits());
    }
}

/// What is set otherwise is another selection: it does not go on with the journals, and the test rows are not asked.
#[test]
fn refuses_other_settings() {
    type Changed = fn(ModelSelection<'static>) -> ModelSelection<'static>;
    let table: [(Stage, Changed); 8] = [
        (Stage::Explore, |s| s.seed(3)),
        (Stage::Explore, |s| s.together(3)),
        (Stage::Explore, |s| s.hold_out(0.3)),
        (Stage::Refine, |s| s.explore(Random, 10)),
        (Stage::Refine, |s| s.around(2)),
        (Stage::Validate, |s| s.finalists(4)),
        (Stage::Validate, |s| s.folds(4)),
        (Stage::Validate, |s| s.repeat(2)),
    ];
    let folder = Folder::new();
    let of = |changed: Changed| {
        let folder = folder.0.clone();
        let base = selection(2).explore(Random, 20).refine(Random, 10);
        changed(base.folds(3).folder(folder))
    };
    let tests = AtomicUsize::new(0);
    let run = |selection: ModelSelection<'_>| {
        selection.run(
            &rows(0, TRAIN),
            &rows(TRAIN, TEST),
            |values, train, others, seed| {
                tests.fetch_add(usize::from(others.rows() == TEST), Ordering::Relaxed);
                // So much that all finalists are within a standard error.
                truth(values) + 10.0 * noise(train, others, seed)
            },
        )
    };
    let selected = run(of(|s| s)).unwrap();
    let chosen = selected.values().number("rate");
    let other = move |values: &Values| -(values.number("rate") / chosen).ln().abs();
    let table = table.map(|(stage, changed)| (stage, of(changed)));
    let other = (Stage::Test, of(|s| s).one_standard_error(other));
    for (stage, changed) in table.into_iter().chain([other]) {
        let error = run(changed).unwrap_err();
        println!("{error}");
        assert_eq!(error.stage, stage);
        let before = error.finished.iter().map(|(stage, _)| *stage);
        let all = [Stage::Explore, Stage::Refine, Stage::Validate];
        assert!(before.eq(all.into_iter().filter(|one| *one < stage)));
        let SelectionProblem::Study(study) = error.problem else {
            panic!("no study");
        };
        let problem = study.problem;
        assert!(
            matches!(problem, StudyProblem::Journal(JournalError::Other { .. })),
            "{problem:?}"
        );
    }
    run(of(|s| s.threads(2))).unwrap();
    assert_eq!(tests.into_inner(), 1);
}

/// Stages all of whose trials fail, rows that cannot be split, and a space that cannot be searched.
#[test]
fn no_result() {
    // Rows to be scored on: 15 are held out, 12 in a fold.
    for (stage, size) in [
        (Stage::Explore, 15),
        (Stage::Validate, 12),
        (Stage::Test, TEST),
    ] {
        let error = selection(1).run(
            &rows(0, TRAIN),
            &rows(TRAIN, TEST),
            |values, train, others, seed| match others.rows() == size {
                true => f64::NAN,
                false => score(values, train, others, seed),
            },
        );
        let error = error.unwrap_err();
        println!("{error}");
        let count = match stage {
            Stage::Explore => 40,
            Stage::Validate => 25,
            _ => 1,
        };
        assert_eq!(
            error.to_string(),
            format!(
                "{stage}: all {count} trials failed, the first because the score is NaN; it must be finite; \
                 one must have a score"
            )
        );
        assert_eq!(error.stage, stage);
        assert_eq!(error.finished.len(), stage as usize);
        assert!(
            matches!(error.problem, SelectionProblem::Study(study) if study.trials.all().len() == count)
        );
    }

    let calls = AtomicUsize::new(0);
    let asked = |selection: ModelSelection<'_>, train: &Dataset<f64>| {
        let error = selection.run(train, &rows(TRAIN, TEST), |_, _, _, _| {
            calls.fetch_add(1, Ordering::Relaxed);
            0.0
        });
        error.unwrap_err()
    };
    let mut numbers = rows(0, TRAIN);
    numbers.y = numbers.x.mapv(|x| x / 7.0).into_shared();
    for (selection, train, stage) in [
        (selection(1), &numbers, Stage::Explore),
        (selection(1), &rows(0, 1), Stage::Explore),
        (
            ModelSelection::new(space()).folds(9),
            &rows(0, 8),
            Stage::Validate,
        ),
    ] {
        let error = asked(selection, train);
        println!("{error}");
        assert_eq!(error.stage, stage);
        assert!(matches!(error.problem, SelectionProblem::Data(_)));
    }
    let error = asked(ModelSelection::new(Space::new()), &rows(0, TRAIN));
    assert_eq!(
        error.to_string(),
        "explore: the space has no dimension; there must be one at least"
    );
    assert_eq!(calls.into_inner(), 0);
}

/// Some trials fail, and some folds: they are told, and do not make a finalist better.
#[test]
fn some_fail() {
    // What is wide is far the best, and fails on one fold.
    let selected = selection(1).finalists(8).run(
        &rows(0, TRAIN),
        &rows(TRAIN, TEST),
        |values, train, others, seed| {
            let is_wide = values.integer("width") > 32;
            match others.rows() {
                15 if values.integer("width") % 5 == 0 => Err("a width of five"),
                12 if is_wide && numbers(others).contains(&0) => Err("too wide"),
                12 if is_wide => Ok(-1.0),
                _ => Ok(score(values, train, others, seed)),
            }
        },
    );
    let selected = selected.unwrap();
    let report = selected.to_string();
    println!("{report}");
    let wide = selected.finalists.iter();
    let wide = wide.filter(|finalist| finalist.values.integer("width") > 32);
    let wide: Vec<_> = wide.collect();
    assert!(!wide.is_empty() && wide.len() < selected.finalists.len());
    for finalist in wide {
        assert_eq!(finalist.scores.mean(), -1.0);
        assert_eq!(finalist.scores.failed().count(), 1);
    }
    assert!(selected.values().integer("width") <= 32);
    assert!(selected.explore.failed().count() > 0);
    assert!(report.contains("because a width of five") && report.contains("failed, too wide"));
    assert!(report.contains("with the fewest failed folds"));
}

/// The choice by its words: the simplest of those that are as good.
#[test]
fn one_standard_error() {
    let mut differ = 0;
    for seed in 1..=5 {
        let least = run(selection(seed)).unwrap();
        let simple = selection(seed).one_standard_error(|values| values.integer("width") as f64);
        let simple = run(simple).unwrap();
        assert_eq!(least.finalists, simple.finalists);
        let mean = |n: usize| least.finalists[n].scores.mean();
        let width = |n: usize| least.finalists[n].values.integer("width");
        let all = 0..least.finalists.len();
        assert!(all.clone().all(|n| mean(n) >= mean(least.chosen)));
        let error = least.finalists[least.chosen].scores.standard_error();
        let bound = mean(least.chosen) + error.unwrap();
        assert!(mean(simple.chosen) <= bound);
        let as_good = all.filter(|&n| mean(n) <= bound);
        assert!(
            as_good
                .into_iter()
                .all(|n| width(n) >= width(simple.chosen))
        );
        differ += usize::from(least.chosen != simple.chosen);
    }
    assert!(differ > 0);
}

/// Of random places, all are in the part around them, with the dimensions that they have; and there is no other word.
#[test]
fn around_places() {
    let space = Space::new()
        .linear("a", -2.0..=3.0)
        .choice("b", ["one", "two", "three", "four"])
        .when("b", "three", |b| {
            let b = b.log_integer("c", 1..=1000).choice("d", ["x", "y", "z"]);
            b.when("d", "y", |d| d.log("e", 1e-9..=1e3))
        })
        .when("b", "one", |b| b.integer("f", -50..=50));
    let mut gone = 0;
    for seed in 0..300 {
        let mut stream = random::stream(seed);
        let count = 1 + seed as usize % 5;
        let mut places = vec![vec![0.0; space.dimensions().len()]; count];
        places
            .iter_mut()
            .flatten()
            .for_each(|u| *u = stream.random());
        let margin = [0.0, 0.1, 1.0][seed as usize % 3];
        let slices: Vec<&[f64]> = places.iter().map(Vec::as_slice).collect();
        let part = space.around(&slices, margin);
        part.check().unwrap();
        gone += space.dimensions().len() - part.dimensions().len();
        let word = |range: &Range, value: Option<Value>| match (range, value) {
            (Range::Choice(words), Some(Value::Choice(n))) => Some(words[n].clone()),
            _ => None,
        };
        for place in &places {
            let values = space.values(place);
            let at = part.dimensions().iter().map(|dimension| {
                let name = dimension.name();
                let of = space.dimensions().iter().find(|d| d.name() == name);
                let value = values.value(name);
                match (dimension.range(), word(of.unwrap().range(), value), value) {
                    (Range::Choice(words), Some(word), _) => {
                        let n = words.iter().position(|other| *other == word);
                        dimension.range().coordinate(&Value::Choice(n.unwrap()))
                    }
                    (range, _, Some(value)) => range.coordinate(&value),
                    _ => 0.5,
                }
            });
            let found = part.values(&at.collect::<Vec<_>>());
            assert!(
                found
                    .iter()
                    .map(|(name, _)| name)
                    .eq(values.iter().map(|(name, _)| name))
            );
            for (name, text) in values.iter() {
                match values.value(name).unwrap() {
                    Value::Number(x) => {
                        assert!((found.number(name) - x).abs() <= 1e-12 * x.abs().max(1e-3));
                    }
                    _ => assert!(found.iter().any(|other| other == (name, text.clone()))),
                }
            }
        }
        for dimension in part.dimensions() {
            let Range::Choice(words) = dimension.range() else {
                continue;
            };
            for word in words {
                let has = |place: &Vec<f64>| {
                    let values = space.values(place);
                    values.has(dimension.name()) && values.choice(dimension.name()) == word
                };
                assert!(places.iter().any(has));
            }
        }
    }
    assert!(gone > 100);
    let all = [0.0, 1.0].map(|u| [u; 6]);
    let whole = Space::new().linear("a", 0.0..=1.0).log_integer("c", 2..=9);
    let all = all.each_ref().map(|place| &place[..2]);
    assert_eq!(whole.around(&all, 0.0), whole);
    assert_eq!(whole.around(&[&[0.5, 0.5]], 1.0), whole);
}
