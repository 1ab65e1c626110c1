//! Folds: mean and error by the formula, what fails, and choices that know nothing of what they are scored on.

use std::convert::Infallible;

use ndarray::Array2;
use tapegrad_train::data::{DataError, Dataset, HoldOut, KFold, Splitter, StratifiedKFold};
use tapegrad_tune::search::Grid;
use tapegrad_tune::{Scored, Scores, Space, Study, ValidationError, cross_validate, nested};

/// Rows that know their number, of two classes.
fn rows(count: usize) -> Dataset<f64> {
    let x = Array2::from_shape_fn((count, 1), |(row, _)| row as f64);
    let y = Array2::from_shape_fn((count, 1), |(row, _)| (row % 2) as f64);
    Dataset::new(x, y)
}

fn sum(data: &Dataset<f64>) -> f64 {
    data.x.iter().sum()
}

fn check(splitter: &impl Splitter, count: usize) {
    let data = rows(30);
    let mut numbers = Vec::new();
    let scores = cross_validate(splitter, &data, |train, validation, number| {
        let mut all: Vec<_> = train.x.iter().chain(validation.x.iter()).copied().collect();
        all.sort_by(f64::total_cmp);
        assert!(all.into_iter().eq((0..30).map(f64::from)));
        numbers.push(number);
        sum(validation)
    });
    let scores = scores.unwrap();
    assert!(numbers.into_iter().eq(0..count));
    let folds = splitter.folds(&data).unwrap();
    let each: Vec<f64> = folds
        .iter()
        .map(|fold| fold.test.iter().sum::<usize>() as f64)
        .collect();
    assert!(
        scores
            .each
            .iter()
            .map(|score| score.clone().unwrap())
            .eq(each.iter().copied())
    );
    let mean = each.iter().sum::<f64>() / count as f64;
    assert_eq!(scores.mean(), mean);
    let error = scores.standard_error();
    match count {
        1 => assert_eq!(error, None),
        _ => {
            let variance =
                each.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
            let expected = variance.sqrt() / (count as f64).sqrt();
            assert!((error.unwrap() - expected).abs() <= 1e-12 * expected);
        }
    }
}

#[test]
fn every_splitter() {
    check(&HoldOut::new(0.2, 1), 1);
    check(&HoldOut::new(0.2, 1).stratified(), 1);
    check(&KFold::new(5), 5);
    check(&KFold::new(4).repeat(3, 1), 12);
    check(&StratifiedKFold::new(3).shuffle(1), 3);
    check(&StratifiedKFold::new(3).repeat(2, 1), 6);
}

#[test]
fn folds_that_fail() {
    let some = cross_validate(&KFold::new(4), &rows(8), |_, validation, fold| match fold {
        1 => Err("it was not to be"),
        2 => Ok(f64::NAN),
        _ => Ok(sum(validation)),
    });
    let some: Scores = some.unwrap();
    assert_eq!(some.mean(), (1.0 + 13.0) / 2.0);
    let failed: Vec<_> = some.failed().collect();
    assert_eq!(
        failed,
        [
            (1, "it was not to be"),
            (2, "the score is NaN; it must be finite")
        ]
    );
    assert_eq!(
        some.to_string(),
        "7.0000 ± 6.0000 of 2 folds; fold 1 failed, it was not to be; \
         fold 2 failed, the score is NaN; it must be finite"
    );

    let none = cross_validate(&KFold::new(4), &rows(8), |_, _, _| f64::INFINITY).unwrap_err();
    assert!(matches!(none, ValidationError::AllFailed { count: 4, .. }));
    assert_eq!(
        none.to_string(),
        "all 4 folds failed, the first because the score is inf; it must be finite; one must have a score"
    );
    let few = cross_validate(&KFold::new(9), &rows(8), |_, _, _| 0.0).unwrap_err();
    let of_data: DataError = KFold::new(9).folds(&rows(8)).unwrap_err();
    assert!(matches!(few, ValidationError::Data(_)) && few.to_string() == of_data.to_string());
}

/// A setting of which the worst folds fail is not the best one.
#[test]
fn folds_of_trials() {
    let space = || Space::new().integer("setting", 0..=1);
    let run = |fails: bool| {
        Study::new(space(), Grid::new(2)).run(|trial| {
            let setting = trial.values().integer("setting");
            cross_validate(&KFold::new(3), &rows(6), |_, _, fold| {
                match (setting, fold) {
                    (1, 0) => Ok(0.0_f32),
                    (1, _) if fails => Err("it diverged"),
                    (1, _) => Ok(9.0),
                    _ => Ok(1.5),
                }
            })
        })
    };
    let trials = run(true).unwrap();
    assert_eq!(trials.best().unwrap().score(), Some(1.5));
    assert_eq!(trials.all()[1].reason(), Some("fold 1 failed, it diverged"));
    assert_eq!(run(false).unwrap().all()[1].score(), Some(6.0));
    // All of them.
    let none = Study::new(space(), Grid::new(2))
        .run(|_| cross_validate(&KFold::new(3), &rows(6), |_, _, _| f64::NAN));
    assert!(
        none.unwrap_err()
            .to_string()
            .starts_with("all 2 trials failed, the first because all 3 folds failed")
    );
    assert_eq!(
        f32::NAN.scored(),
        Err("the score is NaN; it must be finite".to_owned())
    );
}

#[test]
fn choices_within_folds() {
    let space = Space::new().integer("rows", 0..=100);
    let data = rows(12);
    // What is chosen is how many rows were seen: all but those of the fold.
    let outer = KFold::new(4).shuffle(1);
    let folds = outer.folds(&data).unwrap();
    let nested = nested(
        &outer,
        &data,
        |train, fold| {
            assert_eq!(sum(train), folds[fold].train.iter().sum::<usize>() as f64);
            let inner = cross_validate(&KFold::new(3), train, |_, validation, _| {
                validation.rows() as f64
            });
            if fold == 2 {
                return Err("nothing to choose from".to_owned());
            }
            let rows = 3.0 * inner.map_err(|error| error.to_string())?.mean();
            Ok(space.values(&[(rows + 0.5) / 101.0]))
        },
        |values, train, test, _| {
            assert_eq!(values.integer("rows") as usize, train.rows());
            Ok::<_, Infallible>(sum(test))
        },
    );
    let nested = nested.unwrap();
    for (fold, chosen) in nested.chosen.iter().enumerate() {
        assert_eq!(chosen.is_some(), fold != 2);
        assert_eq!(nested.scores.each[fold].is_ok(), fold != 2);
    }
    let failed: Vec<_> = nested.scores.failed().collect();
    assert_eq!(failed, [(2, "nothing to choose from")]);
    assert!(nested.to_string().ends_with("fold 3: rows 9"), "{nested}");
}
