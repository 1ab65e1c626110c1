//! Splits: the rows and sizes of scikit-learn, every row where it must be, what a seed fixes.

use std::collections::BTreeMap;

use approx::assert_relative_eq;
use ndarray::Array2;
use serde::Deserialize;
use tapegrad_train::data::{
    DataError, Dataset, Fold, HoldOut, KFold, LeaveOneOut, Splitter, StratifiedKFold,
    TimeSeriesSplit,
};

/// What is read here of `fixtures/scikit_learn.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    k_folds: Vec<Splits>,
    stratified: Vec<Splits>,
    in_time: Vec<Splits>,
    held_out: Vec<HeldOut>,
    weights: Vec<Weights>,
}

#[derive(Deserialize)]
struct Splits {
    rows: Option<usize>,
    classes: Option<Vec<usize>>,
    folds: usize,
    splits: Vec<(Vec<usize>, Vec<usize>)>,
    test_size: Option<usize>,
    gap: Option<usize>,
    max_train_size: Option<usize>,
}

#[derive(Deserialize)]
struct HeldOut {
    classes: Vec<usize>,
    share: f64,
    stratified: bool,
    train: usize,
    test: usize,
    train_counts: Vec<usize>,
}

#[derive(Deserialize)]
struct Weights {
    classes: Vec<usize>,
    weights: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/scikit_learn.json")).unwrap()
}

/// Rows whose input is their number.
fn of_classes(classes: &[usize]) -> Dataset<f64> {
    let column =
        |f: &dyn Fn(usize) -> f64| Array2::from_shape_fn([classes.len(), 1], |(row, _)| f(row));
    Dataset::new(
        column(&|row| row as f64),
        column(&|row| classes[row] as f64),
    )
}

fn counts(classes: &[usize], rows: &[usize]) -> BTreeMap<usize, usize> {
    let mut counts: BTreeMap<_, _> = classes.iter().map(|&class| (class, 0)).collect();
    rows.iter()
        .for_each(|&row| *counts.get_mut(&classes[row]).unwrap() += 1);
    counts
}

#[test]
fn rows_in_order_are_those_of_scikit_learn() {
    let fixture = fixture();
    let check = |splits: &Splits, folds: Result<Vec<Fold>, DataError>| {
        let folds = folds
            .unwrap()
            .into_iter()
            .map(|fold| (fold.train, fold.test));
        assert_eq!(folds.collect::<Vec<_>>(), splits.splits);
    };
    for case in &fixture.k_folds {
        let data = of_classes(&vec![0; case.rows.unwrap()]);
        check(case, KFold::new(case.folds).folds(&data));
    }
    for case in &fixture.stratified {
        let data = of_classes(case.classes.as_ref().unwrap());
        check(case, StratifiedKFold::new(case.folds).folds(&data));
    }
    for case in &fixture.in_time {
        let data = of_classes(&vec![0; case.rows.unwrap()]);
        let mut split = TimeSeriesSplit::new(case.folds).gap(case.gap.unwrap());
        split = case.test_size.map_or(split, |rows| split.test_rows(rows));
        split = case
            .max_train_size
            .map_or(split, |rows| split.most_train_rows(rows));
        check(case, split.folds(&data));
    }
    assert_eq!(
        (
            fixture.k_folds.len(),
            fixture.stratified.len(),
            fixture.in_time.len()
        ),
        (4, 15, 7)
    );
}

#[test]
fn sizes_held_out_are_those_of_scikit_learn() {
    let mut told = 0;
    for case in fixture().held_out {
        let data = of_classes(&case.classes);
        let hold_out = HoldOut::new(case.share, 3);
        let hold_out = if case.stratified {
            hold_out.stratified()
        } else {
            hold_out
        };
        let (train, test) = hold_out.split(&data).unwrap();
        assert_eq!((train.rows(), test.rows()), (case.train, case.test));
        if !case.train_counts.is_empty() {
            let rows = &hold_out.folds(&data).unwrap()[0].train;
            let counts: Vec<_> = counts(&case.classes, rows).into_values().collect();
            assert_eq!(
                counts, case.train_counts,
                "{} of {:?}",
                case.share, case.classes
            );
            told += 1;
        }
    }
    assert!(told >= 5, "{told}");
}

#[test]
fn class_weights_are_those_of_scikit_learn() {
    for case in fixture().weights {
        let data = of_classes(&case.classes);
        let weights = data.balanced_class_weights().unwrap();
        for (weight, expected) in weights.iter().zip(&case.weights) {
            assert_relative_eq!(weight, expected, max_relative = 1e-15);
        }
        assert_eq!(weights.len(), case.weights.len());
        // Each class has the same sum of weights, and they go with the rows.
        let data = data.weighted_by_class(&weights).shuffled(1);
        let mut sums = vec![0.0; weights.len()];
        let of_rows = data.weights.as_ref().unwrap();
        data.classes()
            .iter()
            .zip(of_rows)
            .for_each(|(&class, weight)| sums[class] += weight);
        for sum in &sums {
            assert_relative_eq!(
                *sum,
                data.rows() as f64 / sums.len() as f64,
                max_relative = 1e-14
            );
        }
    }
    let twice = of_classes(&[0, 1])
        .weighted([3.0, 5.0])
        .weighted_by_class(&[2.0, 10.0]);
    assert_eq!(twice.weights.unwrap().as_slice(), Some(&[6.0, 50.0][..]));
}

/// Over many sizes and counts of classes: in each repetition every row is tested once, trained with otherwise,
/// and the parts differ by one row at most, in each class too where that is promised.
#[test]
fn every_row_is_tested_once() {
    for rows in 2..40_usize {
        // Classes of unequal sizes, mixed.
        let classes: Vec<_> = (0..rows).map(|row| (row * row + row / 3) % 7 % 3).collect();
        let data = of_classes(&classes);
        for count in 2..=rows.min(6) {
            let check = |folds: &[Fold], stratified: bool| {
                let mut tested: Vec<_> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
                tested.sort_unstable();
                assert_eq!(tested, (0..rows).collect::<Vec<_>>());
                let near = |sizes: Vec<usize>| {
                    sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1
                };
                assert!(near(folds.iter().map(|fold| fold.test.len()).collect()));
                for fold in folds {
                    let train = (0..rows).filter(|row| !fold.test.contains(row));
                    assert_eq!(fold.train, train.collect::<Vec<_>>());
                }
                for class in counts(&classes, &[]).keys().filter(|_| stratified) {
                    let of_class = |fold: &Fold| counts(&classes, &fold.test)[class];
                    assert!(
                        near(folds.iter().map(of_class).collect()),
                        "class {class} of {classes:?}"
                    );
                }
            };
            for (seed, times) in [(1, 1), (2, 3)] {
                let folds = KFold::new(count).repeat(times, seed).folds(&data).unwrap();
                assert_eq!(folds.len(), times * count);
                folds.chunks(count).for_each(|folds| check(folds, false));
                if let Ok(folds) = StratifiedKFold::new(count).repeat(times, seed).folds(&data) {
                    assert_eq!(folds.len(), times * count);
                    folds.chunks(count).for_each(|folds| check(folds, true));
                }
            }
        }
        let one_out = LeaveOneOut.folds(&data).unwrap();
        assert!(
            one_out
                .iter()
                .enumerate()
                .all(|(row, fold)| fold.test == [row])
        );
        assert_eq!(one_out, KFold::new(rows).folds(&data).unwrap());
    }
}

#[test]
fn held_out_rows_are_the_others_and_classes_keep_their_shares() {
    for rows in 6..60_usize {
        let classes: Vec<_> = (0..rows).map(|row| (row * row + row / 3) % 7 % 3).collect();
        let data = of_classes(&classes);
        for share in [0.1, 0.3, 0.5, 0.77] {
            for hold_out in [HoldOut::new(share, 5), HoldOut::new(share, 5).stratified()] {
                let Ok(folds) = hold_out.folds(&data) else {
                    continue;
                };
                let mut all = [folds[0].train.clone(), folds[0].test.clone()].concat();
                all.sort_unstable();
                assert_eq!(all, (0..rows).collect::<Vec<_>>());
                if hold_out != HoldOut::new(share, 5) {
                    let (of_all, of_test) =
                        (counts(&classes, &all), counts(&classes, &folds[0].test));
                    let exact = folds[0].test.len() as f64 / rows as f64;
                    for (class, count) in of_all {
                        assert!((of_test[&class] as f64 - exact * count as f64).abs() < 1.0);
                    }
                }
            }
        }
    }
}

#[test]
fn training_comes_before_testing_in_time() {
    for rows in 3..40 {
        let data = of_classes(&vec![0; rows]);
        for (count, gap) in [(2, 0), (2, 3), (4, 1)] {
            let split = TimeSeriesSplit::new(count).gap(gap).most_train_rows(5);
            let Ok(folds) = split.folds(&data) else {
                continue;
            };
            assert_eq!(folds.len(), count);
            for fold in &folds {
                assert_eq!(fold.train.last().unwrap() + gap + 1, fold.test[0]);
                assert!(fold.train.len() <= 5 && fold.train.is_sorted() && fold.test.is_sorted());
            }
            assert!(
                folds
                    .windows(2)
                    .all(|pair| pair[0].test.last().unwrap() + 1 == pair[1].test[0])
            );
            assert_eq!(*folds[count - 1].test.last().unwrap(), rows - 1);
        }
    }
}

#[test]
fn seeds_fix_the_parts() {
    let data = of_classes(&[0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    let parts = |seed| {
        let all = [
            KFold::new(3).repeat(2, seed).folds(&data),
            StratifiedKFold::new(3).repeat(2, seed).folds(&data),
            HoldOut::new(0.4, seed).folds(&data),
            HoldOut::new(0.4, seed).stratified().folds(&data),
        ];
        all.map(Result::unwrap)
    };
    assert_eq!(parts(1), parts(1));
    for (one, other) in parts(1).iter().zip(parts(2)) {
        assert_ne!(*one, other);
    }
    for folds in &parts(1)[..2] {
        assert_ne!(folds[..3], folds[3..], "repetitions differ");
    }
    assert_eq!(
        KFold::new(3).shuffle(1).folds(&data).unwrap(),
        parts(1)[0][..3]
    );
}

/// Over an epoch classes come equally often, and rows of a class too.
#[test]
fn balanced_batches_are_balanced() {
    let classes = [vec![2; 90], vec![5; 9], vec![0; 2]].concat();
    let data = of_classes(&classes);
    let epoch = |seed, epoch| -> Vec<usize> {
        data.balanced_batches(10, seed, epoch)
            .flat_map(|batch| batch.x.iter().map(|x| *x as usize).collect::<Vec<_>>())
            .collect()
    };
    let rows = epoch(1, 0);
    assert_eq!(rows.len(), 101);
    assert!(
        counts(&classes, &rows)
            .values()
            .all(|count| [33, 34].contains(count))
    );
    for class in [0, 2, 5] {
        let of_class = (0..classes.len()).filter(|row| classes[*row] == class);
        let often: Vec<_> = of_class
            .map(|row| rows.iter().filter(|other| **other == row).count())
            .collect();
        assert!(
            often.iter().max().unwrap() - often.iter().min().unwrap() <= 1,
            "{often:?}"
        );
    }
    assert_eq!(epoch(1, 3), epoch(1, 3));
    assert_ne!(epoch(1, 0), epoch(1, 1));
    assert_ne!(epoch(1, 0), epoch(2, 0));
    assert_eq!(data.balanced_batches(10, 1, 0).len(), 11);
    assert_eq!(data.balanced_batches(10, 1, 0).drop_last().len(), 10);
    let mut begun = data.batches(10, 1, 0);
    begun.next();
    assert!(begun.drop_last().all(|batch| batch.rows() == 10));
    assert_eq!(of_classes(&[]).balanced_batches(3, 1, 0).len(), 0);
}
