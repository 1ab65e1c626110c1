//! Every loss from one table: its values and gradients against PyTorch, its derivatives against
//! differences, both element types, and what holds for all.

mod case;
mod row;
mod stated;

use std::collections::BTreeSet;

use ndarray::{ArrayD, arr0, array};
use tapegrad_autodiff::check::Check;
use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::Loss;
use tapegrad_nn::loss::{self, Reduction};

use self::case::{Case, rows};
use self::row::{Each, FORMS, Given, Mean, Sum, WeightedEach, WeightedMean, WeightedSum, table};

/// Each number is right to a part of the largest one of its array.
fn assert_close<T: Element>(what: &str, x: Var<'_, T>, expected: &ArrayD<f64>, part: f64) {
    assert_eq!(x.shape(), expected.shape(), "{what}");
    let largest = expected.fold(0.0, |max: f64, x| max.max(x.abs()));
    for (x, expected) in x.value().iter().zip(expected) {
        assert!(
            (x.wide() - expected).abs() <= part * largest,
            "{what}: {x} and not {expected}, where the largest is {largest}"
        );
    }
}

/// Usual and extreme predictions: everything that a loss is asked for, and gradients.
#[test]
fn as_pytorch() {
    for (row, cases) in rows() {
        for (size, case) in [("usual", &cases.usual), ("extreme", &cases.extreme)] {
            let tape = Tape::new();
            let given = case.on(&tape);
            for form in FORMS {
                let what = format!("{}, {size}: {form:?}", row.name);
                let expected = case.expected(form).array();
                assert_close(&what, (row.double)(form, given), &expected, 1e-12);
            }
            for (form, gradient) in [
                (Mean, &case.mean_gradient),
                (WeightedSum, &case.weighted_sum_gradient),
            ] {
                let what = format!("{}, {size}: gradient of {form:?}", row.name);
                let gradients = tape.grad((row.double)(form, given), &[given.predictions]);
                assert_close(&what, gradients[0], &gradient.array(), 1e-12);
            }
        }
    }
}

/// By predictions and weights, and by targets where they are numbers, to the second order.
#[test]
fn derivatives() {
    let second = Check {
        order: 2,
        ..Check::default()
    };
    for (row, cases) in rows() {
        let Case {
            predictions,
            targets,
            weights,
            classes,
            ..
        } = &cases.usual;
        let mut inputs = vec![predictions.array(), weights.array()];
        if row.targets == "numbers" {
            inputs.push(targets.array());
        }
        for form in FORMS {
            let outcome = second.gradient(
                |x| {
                    let fixed = || x[0].tape().constant(targets.array());
                    let given = Given {
                        predictions: x[0],
                        weights: x[1],
                        numbers: x.get(2).copied().unwrap_or_else(fixed),
                        classes,
                    };
                    // So that none is a constant, which has no gradient.
                    (row.double)(form, given).sum(..)
                        + x.iter()
                            .map(|x| x.square().sum(..))
                            .reduce(|a, b| a + b)
                            .unwrap()
                },
                &inputs,
            );
            outcome.unwrap_or_else(|mismatch| panic!("{}, {form:?}: {mismatch}", row.name));
        }
    }
}

/// The second derivatives of extreme predictions are finite as well.
#[test]
fn extremes_bend_finitely() {
    for (row, cases) in rows() {
        let tape = Tape::new();
        let given = cases.extreme.on(&tape);
        let sum = (row.double)(Sum, given) + given.predictions.square().sum(..);
        let slope = tape.grad(sum, &[given.predictions])[0];
        // Elements by themselves: large ones of two signs could hide in a sum.
        for place in 0..slope.len() {
            let one = slope.reshape(&[slope.len()]).slice(0, place..=place);
            let bend = one.reshape(&[]).backward();
            let bend = bend.wrt(given.predictions);
            assert!(bend.iter().all(|x| x.is_finite()), "{}: {bend}", row.name);
        }
    }
}

/// In `f32` all is as in `f64`, from the same numbers.
#[test]
fn single_precision() {
    for (row, cases) in rows() {
        let (single, double) = (Tape::<f32>::new(), Tape::<f64>::new());
        let given = cases.usual.on(&single);
        let same = |x: Var<'_, f32>, live| {
            let x = x.value().mapv(f64::from).into_shared();
            double.share(&x, live)
        };
        let wide = Given {
            predictions: same(given.predictions, true),
            numbers: same(given.numbers, false),
            weights: same(given.weights, false),
            classes: given.classes,
        };
        for form in FORMS {
            let what = format!("{}, {form:?} in f32", row.name);
            let (x, y) = ((row.single)(form, given), (row.double)(form, wide));
            assert_close(&what, x, &y.value().to_owned(), 1e-5);
            let x = single.grad(x.sum(..), &[given.predictions])[0];
            let y = double.grad(y.sum(..), &[wide.predictions])[0];
            assert_close(&what, x, &y.value().to_owned(), 1e-5);
        }
    }
}

/// Weights of 1 change nothing, twice the weights are twice the loss, and the mean is the sum
/// divided by the rows.
#[test]
fn weights_and_reductions() {
    for (row, cases) in rows() {
        let tape = Tape::new();
        let given = cases.usual.on(&tape);
        let of = |form, weights| (row.double)(form, Given { weights, ..given });
        let ones = tape.constant(ArrayD::ones(given.weights.shape()));
        let plain = [Each, Mean, Sum].map(|form| of(form, ones).value().to_owned());
        for (form, plain) in [WeightedEach, WeightedMean, WeightedSum]
            .into_iter()
            .zip(&plain)
        {
            let what = format!("{}, {form:?}", row.name);
            assert_close(&what, of(form, ones), plain, 1e-15);
            assert_close(&what, of(form, ones * 2.0), &(plain * 2.0), 1e-15);
        }
        let rows = given.weights.len() as f64;
        assert_close(row.name, of(Sum, ones) / rows, &plain[1], 1e-15);
    }
    let tape = Tape::new();
    let (p, y) = (tape.var([1.0, 4.0]), [0.0, 0.0]);
    let reduced = |reduction| loss::SquaredError.reduce(reduction, p, y).value();
    assert_eq!(reduced(Reduction::Mean), arr0(8.5).into_dyn());
    assert_eq!(reduced(Reduction::Sum), arr0(17.0).into_dyn());
    assert_eq!(reduced(Reduction::None), array![1.0, 16.0].into_dyn());
}

/// Every file that holds a loss has a row.
#[test]
fn no_loss_is_missing() {
    let folder = format!("{}/src/loss", env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if std::fs::read_to_string(&path)
            .unwrap()
            .contains("Loss<'t, T, Y> for ")
        {
            files.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(files, table().map(|row| row.file.to_owned()).into());
}
