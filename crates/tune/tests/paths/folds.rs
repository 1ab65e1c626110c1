//! Several parts of the rows: cross-validation against scikit-learn's, parts that fail, and stability.

use tapegrad_nn::{Dense, Penalty, Strength};
use tapegrad_train::data::{self, Dataset, HoldOut, KFold};
use tapegrad_train::metric::RSquared;
use tapegrad_tune::{CrossValidatedPath, Path, TuneError};

use super::{diabetes, exactly, fixture, lasso, squares};

#[test]
fn that_of_scikit_learn() {
    let fixture = fixture();
    let (mut model, strength) = lasso();
    let path = Path::new(&strength);
    let validated = path
        .cross_validate(&mut model, &diabetes(), &KFold::new(5), squares, exactly)
        .unwrap();
    let CrossValidatedPath {
        scores,
        best,
        one_standard_error,
        ..
    } = &validated;
    let mut most = f64::NAN;
    for (place, (score, errors)) in scores.iter().zip(&fixture.fold_errors).enumerate() {
        let mean = errors.iter().sum::<f64>() / 5.0;
        let squares: f64 = errors.iter().map(|error| (error - mean).powi(2)).sum();
        let error = (squares / 4.0 / 5.0).sqrt();
        assert!((score.mean / mean - 1.0).abs() < 1e-6, "{score:?} {mean}");
        assert!(
            (score.standard_error / error - 1.0).abs() < 1e-5,
            "{score:?} {error}"
        );
        if place == *best {
            most = mean + error;
        }
    }
    assert!((scores[*best].strength / (2.0 * fixture.best_alpha) - 1.0).abs() < 1e-10);
    let means = fixture
        .fold_errors
        .iter()
        .map(|errors| errors.iter().sum::<f64>() / 5.0);
    let within = means.into_iter().position(|mean| mean <= most);
    assert_eq!(Some(*one_standard_error), within);
    assert!(one_standard_error < best);
    // The model is at the best, of all rows.
    assert_eq!(strength.at(0), scores[*best].strength);
    assert_eq!(
        model.weight.value,
        validated.path.points[*best].coefficients
    );
    let text = validated.to_string();
    assert_eq!(text.lines().count(), 101);
    let last = &scores[99];
    let fields = text.lines().last().unwrap().split_whitespace();
    let fields: Vec<f64> = fields.map(|field| field.parse().unwrap()).collect();
    let inputs = validated.path.points[99].inputs.len() as f64;
    let expected = [last.strength, inputs, last.mean, last.standard_error];
    assert_eq!(fields.len(), 4);
    for (field, expected) in fields.into_iter().zip(expected) {
        assert!((field / expected - 1.0).abs() < 1e-3, "{field} {expected}");
    }
    assert!(text.lines().nth(best + 1).unwrap().ends_with("best"));
    assert!(validated.plot().to_svg().contains("one standard error"));
}

/// A metric of which more is better chooses as its loss does, and one fold has no error.
#[test]
fn other_scores() {
    let few = |strength: &Strength| Path::new(strength).count(12);
    let run = |path: &dyn Fn(&Strength) -> Path<f64>, splitter: &HoldOut| {
        let (mut model, strength) = lasso();
        path(&strength)
            .cross_validate(&mut model, &diabetes(), splitter, squares, exactly)
            .unwrap()
    };
    let splitter = HoldOut::new(0.3, 1);
    let losses = run(&few, &splitter);
    let shares = run(&|strength| few(strength).metric(RSquared), &splitter);
    assert_eq!(
        (losses.measure.as_str(), shares.measure.as_str()),
        ("loss", "r_squared")
    );
    assert_eq!(
        (losses.best, losses.one_standard_error),
        (shares.best, shares.best)
    );
    assert!(losses.scores[0].standard_error.is_nan());
    assert!(shares.scores[shares.best].mean > 0.4);
}

#[test]
fn folds_that_fail() {
    let data = diabetes();
    let parts = KFold::new(5);
    // The third fold tests with the rows from 178 on: without them, its fit is an error, or NaN.
    let rows = |data: &Dataset<f64>| data.y.iter().map(|y| y.to_bits()).collect::<Vec<u64>>();
    let third = [rows(&data)[..178].to_vec(), rows(&data)[266..].to_vec()].concat();
    for is_nan in [false, true] {
        let run = |fails: &dyn Fn(&Dataset<f64>) -> bool| {
            let (mut model, strength) = lasso();
            let before = model.clone();
            let fit = |model: &mut Dense<f64>, data: &Dataset<f64>| match (fails(data), is_nan) {
                (true, false) => Err("it is too warm".into()),
                (true, true) => {
                    model.weight.value.fill(f64::NAN);
                    Ok(())
                }
                (false, _) => exactly(model, data),
            };
            let path = Path::new(&strength).count(8);
            let outcome = path.cross_validate(&mut model, &data, &parts, squares, fit);
            if outcome.is_err() {
                assert_eq!(model.weight.value, before.weight.value);
                assert!(model.weight.trainable && strength.at(0) == 1.0);
            }
            outcome
        };
        let all = run(&|_| false).unwrap();
        let four = run(&|data| rows(data) == third).unwrap();
        let [(2, error)] = &four.failed[..] else {
            panic!("{:?}", four.failed);
        };
        println!("{error}");
        assert!(
            four.to_string()
                .contains(&format!("without fold 2: {error}"))
        );
        assert!(all.failed.is_empty() && all.scores[0].mean != four.scores[0].mean);
        assert_eq!(all.path.to_csv(), four.path.to_csv());

        let none = run(&|data| data.rows() < 442).unwrap_err();
        assert!(
            matches!(
                none,
                TuneError::AllFailed {
                    what: "folds",
                    count: 5,
                    ..
                }
            ),
            "{none}"
        );
        let first = match is_nan {
            true => "a weight after the fit at the strength",
            false => "the fit at the strength",
        };
        let told = none.to_string();
        assert!(
            told.starts_with(&format!("all 5 folds failed; the first: {first}")),
            "{told}"
        );
    }
}

/// Inputs that matter are selected by nearly every half, others by few; the same seed draws the same halves.
#[test]
fn stability() {
    let (data, truth) = data::sparse_linear_regression::<f64>(200, 20, 4, 1.0, 3);
    let run = |seed: u64| {
        let strength = Strength::new(0.7);
        let mut model = Dense::new(20, 1).penalize(Penalty::l1(&strength).proximal());
        let before = model.clone();
        let found = Path::new(&strength)
            .count(10)
            .ratio(0.2)
            .stability(&mut model, &data, 40, seed, squares, exactly)
            .unwrap();
        assert_eq!(model.weight.value, before.weight.value);
        assert_eq!(strength.at(0), 0.7);
        found
    };
    let found = run(1);
    println!("{found}");
    let informative: Vec<usize> = (0..20).filter(|&input| truth[input] != 0.0).collect();
    assert_eq!(found.stable(0.8), informative);
    let sum: f64 = found.selected.iter().sum();
    assert_eq!(found.mean_count, sum);
    assert!((found.false_selections(0.8) - sum * sum / (0.6 * 20.0)).abs() < 1e-12);
    assert_eq!(found.false_selections(0.5), f64::INFINITY);
    for shares in &found.shares {
        assert!(
            shares
                .iter()
                .zip(&found.selected)
                .all(|(one, any)| one <= any)
        );
    }
    assert_eq!(found.shares, run(1).shares);
    assert_ne!(found.shares, run(2).shares);
    assert!(found.plot().to_svg().contains("share of subsamples"));
}

/// The minimum of a lasso is one, wherever a path comes from: its scores do not depend on it.
#[test]
fn from_either_end() {
    let run = |path: &dyn Fn(Path<f64>) -> Path<f64>| {
        let (mut model, strength) = lasso();
        let path = path(Path::new(&strength).count(10).ratio(0.01));
        let validated = path
            .cross_validate(&mut model, &diabetes(), &KFold::new(4), squares, exactly)
            .unwrap();
        let best = &validated.path.points[validated.best];
        assert_eq!(strength.at(0), best.strength);
        assert_eq!(model.weight.value, best.coefficients);
        validated
    };
    let given = run(&|path| path.from(1.0));
    let upward = run(&|path| path.from(1.0).upward());
    assert_eq!((given.scores.len(), upward.scores.len()), (10, 10));
    for (a, b) in given.scores.iter().zip(&upward.scores) {
        assert_eq!(a.strength, b.strength);
        assert!((a.mean / b.mean - 1.0).abs() < 1e-6, "{a:?} {b:?}");
        assert!((a.standard_error / b.standard_error - 1.0).abs() < 1e-5);
    }
    assert_eq!(given.best, upward.best);

    // Its strong end found by fits: where nothing is left.
    let found = run(&|path| path.upward());
    let scores = &found.scores;
    assert!(scores.len() >= 10 && found.path.points[0].nonzero == 0);
    assert!(scores.is_sorted_by(|a, b| a.strength > b.strength));
    assert!(scores[found.best].mean < scores[0].mean);
}
