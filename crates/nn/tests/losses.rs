//! Every loss from one table: its values and gradients against PyTorch, its derivatives against
//! differences, both element types, and what holds for all.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{ArrayD, arr0, array, s};
use serde::Deserialize;
use tapegrad_autodiff::check::Check;
use tapegrad_autodiff::{Classes, Element, Tape, Var, concatenate};
use tapegrad_nn::Loss;
use tapegrad_nn::loss::{self, Reduction};

/// What a loss is asked for.
#[derive(Clone, Copy, Debug)]
enum Form {
    Each,
    Mean,
    Sum,
    WeightedEach,
    WeightedMean,
    WeightedSum,
}

use Form::{Each, Mean, Sum, WeightedEach, WeightedMean, WeightedSum};

const FORMS: [Form; 6] = [Each, Mean, Sum, WeightedEach, WeightedMean, WeightedSum];

impl Form {
    fn of<'t, T: Element, Y>(
        self,
        loss: &impl Loss<'t, T, Y>,
        predictions: Var<'t, T>,
        targets: Y,
        weights: Var<'t, T>,
    ) -> Var<'t, T> {
        match self {
            Each => loss.each(predictions, targets),
            Mean => loss.mean(predictions, targets),
            Sum => loss.sum(predictions, targets),
            WeightedEach => loss.weighted_each(predictions, targets, weights),
            WeightedMean => loss.weighted_mean(predictions, targets, weights),
            WeightedSum => loss.weighted_sum(predictions, targets, weights),
        }
    }
}

/// Predictions, targets (numbers, or classes) and weights of rows on a tape.
#[derive(Clone, Copy)]
struct Given<'t, 'c, T: Element> {
    predictions: Var<'t, T>,
    numbers: Var<'t, T>,
    classes: &'c [usize],
    weights: Var<'t, T>,
}

type Of<T> = for<'t, 'c> fn(Form, Given<'t, 'c, T>) -> Var<'t, T>;

struct Row {
    /// The key in the fixture.
    name: &'static str,
    /// The file of the loss.
    file: &'static str,
    /// `numbers` that may be moved a little, `fixed` ones, or `classes`.
    targets: &'static str,
    double: Of<f64>,
    single: Of<f32>,
}

/// `"name", file, loss, targets;` for each.
macro_rules! table {
    ($($name:literal, $file:ident, $loss:expr, $targets:ident;)+) => {
        [$(Row {
            name: $name,
            file: stringify!($file),
            targets: stringify!($targets),
            double: |form, given| form.of(&$loss, given.predictions, table!(given, $targets), given.weights),
            single: |form, given| form.of(&$loss, given.predictions, table!(given, $targets), given.weights),
        }),+]
    };
    ($given:ident, classes) => { $given.classes };
    ($given:ident, $numbers:ident) => { $given.numbers };
}

const WEIGHTS: [f64; 3] = [0.5, 2.0, 1.5];

fn table() -> [Row; 30] {
    table! {
        "squared error", squared_error, loss::SquaredError, numbers;
        "squared error of one axis", squared_error, loss::SquaredError, numbers;
        "squared error of three axes", squared_error, loss::SquaredError, numbers;
        "absolute error", absolute_error, loss::AbsoluteError, numbers;
        "huber", huber, loss::Huber::new(0.7), numbers;
        "log-cosh", log_cosh, loss::LogCosh, numbers;
        "quantile", quantile, loss::Quantile::new(0.9), numbers;
        "binary cross-entropy", binary_cross_entropy, loss::BinaryCrossEntropy::new(), numbers;
        "binary cross-entropy, weighted", binary_cross_entropy, loss::BinaryCrossEntropy::new().positive_weight(3.0), numbers;
        "binary focal", binary_focal, loss::BinaryFocal::new(2.0).alpha(0.25), numbers;
        "binary focal, any exponent", binary_focal, loss::BinaryFocal::new(1.5).alpha(0.5), numbers;
        "hinge", hinge, loss::Hinge, fixed;
        "squared hinge", squared_hinge, loss::SquaredHinge, fixed;
        "cross-entropy", cross_entropy, loss::CrossEntropy::new(), classes;
        "cross-entropy, smooth and weighted", cross_entropy, loss::CrossEntropy::new().smoothing(0.1).class_weights(WEIGHTS), classes;
        "cross-entropy of probabilities", cross_entropy, loss::CrossEntropy::new(), numbers;
        "cross-entropy of probabilities, smooth and weighted", cross_entropy, loss::CrossEntropy::new().smoothing(0.1).class_weights(WEIGHTS), numbers;
        "focal", focal, loss::Focal::new(2.0).class_weights(WEIGHTS), classes;
        "focal, any exponent", focal, loss::Focal::new(1.5), classes;
        "multi-class hinge", multiclass_hinge, loss::MulticlassHinge::new().margin(0.8), classes;
        "multi-class hinge, squared", multiclass_hinge, loss::MulticlassHinge::new().squared(), classes;
        "kl divergence", kl_divergence, loss::KlDivergence::of_logits(), numbers;
        "kl divergence of log-probabilities", kl_divergence, loss::KlDivergence::of_log_probabilities(), numbers;
        "poisson", poisson_nll, loss::PoissonNll::of_log_rates(), numbers;
        "poisson of rates", poisson_nll, loss::PoissonNll::of_rates(), numbers;
        "gaussian", gaussian_nll, loss::GaussianNll::of_log_variances(), numbers;
        "gaussian of variances", gaussian_nll, loss::GaussianNll::of_variances(), numbers;
        "cosine distance", cosine_distance, loss::CosineDistance, numbers;
        "custom", custom, loss::Custom::new(|p, y| (p - y).powi(4)), numbers;
        "custom by row", custom, loss::Custom::new(|p, y| (p - y).abs().max(-1)), numbers;
    }
}

/// `tests/fixtures/losses.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    cases: BTreeMap<String, Cases>,
}

/// Predictions of usual size, and up to 1e4.
#[derive(Deserialize)]
struct Cases {
    usual: Case,
    extreme: Case,
}

#[derive(Deserialize)]
struct Case {
    predictions: Numbers,
    targets: Numbers,
    classes: Vec<usize>,
    weights: Numbers,
    each: Numbers,
    mean: Numbers,
    sum: Numbers,
    weighted_each: Numbers,
    weighted_mean: Numbers,
    weighted_sum: Numbers,
    mean_gradient: Numbers,
    weighted_sum_gradient: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    shape: Vec<usize>,
    numbers: Vec<f64>,
}

impl Numbers {
    fn array<T: Element>(&self) -> ArrayD<T> {
        let numbers = self.numbers.iter().map(|&x| T::of(x)).collect();
        ArrayD::from_shape_vec(&self.shape[..], numbers).unwrap()
    }
}

impl Case {
    fn on<'t, T: Element>(&self, tape: &'t Tape<T>) -> Given<'t, '_, T> {
        Given {
            predictions: tape.var(self.predictions.array()),
            numbers: tape.constant(self.targets.array()),
            classes: &self.classes,
            weights: tape.constant(self.weights.array()),
        }
    }

    fn expected(&self, form: Form) -> &Numbers {
        match form {
            Each => &self.each,
            Mean => &self.mean,
            Sum => &self.sum,
            WeightedEach => &self.weighted_each,
            WeightedMean => &self.weighted_mean,
            WeightedSum => &self.weighted_sum,
        }
    }
}

/// Every row of the table with its cases.
fn rows() -> Vec<(Row, Cases)> {
    let fixture = include_str!("fixtures/losses.json");
    let mut fixture: Fixture = serde_json::from_str(fixture).unwrap();
    let rows = table()
        .into_iter()
        .map(|row| {
            let cases = fixture.cases.remove(row.name);
            let cases = cases.unwrap_or_else(|| panic!("no case of {}", row.name));
            (row, cases)
        })
        .collect();
    let left: Vec<_> = fixture.cases.keys().collect();
    assert!(left.is_empty(), "no row of {left:?}");
    rows
}

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

/// Also where a power of what is nearly 0 would not bend finitely.
#[test]
fn focus_of_any_exponent() {
    for gamma in [0.0, 0.1, 0.5, 1.0, 1.9] {
        for z in [-1e4, -750.0, -30.0, 0.0, 30.0, 750.0, 1e4] {
            let tape = Tape::<f64>::new();
            let z = tape.var(array![[z]]);
            let pair = concatenate(&[z, tape.constant(array![[0.0]])], 1);
            let both = loss::BinaryFocal::new(gamma).mean(z, array![[0.5]])
                + loss::Focal::new(gamma).mean(pair, &[0]);
            // The term in `z` has a second derivative of its own, so that none is a constant.
            let slope = tape.grad(both + z.square().sum(..), &[z])[0];
            let bend = tape.grad(slope.sum(..), &[z])[0];
            let all = [both.item(), slope.item(), bend.item()];
            assert!(all.iter().all(|x| x.is_finite()), "{gamma}, {z}: {all:?}");
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

/// What the documentation says of kinks and limits.
#[test]
fn kinks() {
    /// A name, a loss of predictions, the predictions, its value there and its gradient.
    type Kink<'a> = (&'a str, Of, &'a [f64], f64, &'a [f64]);
    type Of = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;
    let at_kinks: [Kink<'_>; 13] = [
        (
            "absolute",
            |p| loss::AbsoluteError.sum(p, [2.0, -0.0]),
            &[2.0, 0.0],
            0.0,
            &[0.0, 0.0],
        ),
        (
            "quantile",
            |p| loss::Quantile::new(0.9).sum(p, [2.0]),
            &[2.0],
            0.0,
            &[0.0],
        ),
        (
            "huber",
            |p| loss::Huber::new(0.5).sum(p, [0.0]),
            &[0.5],
            0.125,
            &[0.5],
        ),
        (
            "log-cosh",
            |p| loss::LogCosh.sum(p, [0.0]),
            &[0.0],
            0.0,
            &[0.0],
        ),
        (
            "hinge",
            |p| loss::Hinge.sum(p, [-1.0]),
            &[-1.0],
            0.0,
            &[0.0],
        ),
        (
            "squared hinge",
            |p| loss::SquaredHinge.sum(p, [-1.0]),
            &[-1.0],
            0.0,
            &[0.0],
        ),
        (
            "multi-class hinge",
            |p| loss::MulticlassHinge::new().sum(p.reshape(&[1, 2]), &[0]),
            &[2.0, 1.0],
            0.0,
            &[0.0, 0.0],
        ),
        (
            "cosine",
            |p| loss::CosineDistance.sum(p.reshape(&[1, 2]), array![[3.0, 4.0]]),
            &[0.0, 0.0],
            1.0,
            &[0.0, 0.0],
        ),
        (
            "cosine",
            |p| loss::CosineDistance.sum(p.reshape(&[1, 2]), array![[0.0, 0.0]]),
            &[3.0, 4.0],
            1.0,
            &[0.0, 0.0],
        ),
        (
            "divergence",
            |p| {
                loss::KlDivergence::of_log_probabilities()
                    .sum(p.reshape(&[1, 2]), array![[0.0, 1.0]])
            },
            &[f64::NEG_INFINITY, 0.0],
            0.0,
            &[0.0, -1.0],
        ),
        (
            "rate",
            |p| loss::PoissonNll::of_rates().sum(p, [0.0]),
            &[0.0],
            0.0,
            &[1.0],
        ),
        (
            "one class",
            |p| loss::Focal::new(0.0).sum(p.reshape(&[1, 1]), &[0]),
            &[3.0],
            0.0,
            &[0.0],
        ),
        (
            "one class",
            |p| loss::Focal::new(2.0).sum(p.reshape(&[1, 1]), &[0]),
            &[3.0],
            0.0,
            &[0.0],
        ),
    ];
    for (name, of, at, value, gradient) in at_kinks {
        let tape = Tape::new();
        let p = tape.var(at.to_vec());
        let y = of(p);
        assert_eq!(y.item(), value, "{name}");
        let g = y.backward().wrt(p).to_owned();
        assert_eq!(g.as_slice().unwrap(), gradient, "{name}");
    }
}

/// Small residuals keep their digits, as does what is nearly right.
#[test]
fn what_is_small_is_not_lost() {
    let tape = Tape::<f64>::new();
    let at = |x: f64| tape.var(array![[x]]);
    let (right, wrong) = (array![[1.0]], array![[0.0]]);
    let relative = |x: Var<'_, f64>, expected: f64| (x.item() / expected - 1.0).abs();
    let e = |x: f64| x.exp();
    assert!(relative(loss::LogCosh.mean(at(1e-7), &wrong), 5e-15) < 1e-14);
    assert!(
        relative(
            loss::BinaryCrossEntropy::new().mean(at(50.0), &right),
            e(-50.0)
        ) < 1e-14
    );
    assert!(
        relative(
            loss::BinaryFocal::new(1.0).mean(at(50.0), &right),
            e(-100.0)
        ) < 1e-14
    );
    assert!(
        relative(
            loss::BinaryFocal::new(1.0).mean(at(-50.0), &wrong),
            e(-100.0)
        ) < 1e-14
    );
    let sure = tape.var(array![[50.0, 0.0]]);
    assert!(relative(loss::CrossEntropy::new().mean(sure, &[0]), e(-50.0)) < 1e-14);
    assert!(relative(loss::Focal::new(1.0).mean(sure, &[0]), e(-100.0)) < 1e-14);
    let slope = tape.grad(loss::Focal::new(1.0).mean(sure, &[0]), &[sure])[0];
    assert!(
        relative(slope.slice(1, 1..), 2.0 * e(-100.0)) < 1e-12,
        "{slope}"
    );
}

/// Targets come as lists, arrays in any layout, variables, and by way of `dyn`.
#[test]
fn targets_of_many_types() {
    let tape = Tape::<f64>::new();
    let logits = tape.var(array![[0.1, 0.7, -0.3], [1.0, -1.0, 0.5]]);
    let loss = loss::CrossEntropy::new();
    let expected = loss.mean(logits, &[2, 0]).item();
    let (list, spaced) = (vec![2, 0], array![2, 9, 0]);
    let one_hot = array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
    for (place, mean) in [
        loss.mean(logits, &list[..]),
        loss.mean(logits, &list),
        loss.mean(logits, &array![2, 0]),
        loss.mean(logits, &spaced.slice(s![..; 2])),
        loss.mean(logits, Classes::from(&list)),
        loss.mean(logits, &one_hot),
        loss.mean(logits, &one_hot.t().as_standard_layout().t()),
        loss.mean(logits, one_hot.clone().into_dyn()),
        loss.mean(logits, &one_hot.clone().into_dyn()),
        loss.mean(logits, tape.constant(&one_hot)),
        loss::Focal::new(0.0).mean(logits, &spaced.slice(s![..; 2])),
    ]
    .into_iter()
    .enumerate()
    {
        assert!((mean.item() - expected).abs() < 1e-15, "{place}");
    }
    // The loss's settings come before those of the targets, which else are kept.
    let smooth = Classes::from(&list).smoothing(0.3);
    let of = |loss: &loss::CrossEntropy, classes| loss.mean(logits, classes).item();
    assert_ne!(of(&loss, smooth), expected);
    let smoother = loss::CrossEntropy::new().smoothing(0.5);
    assert_eq!(of(&smoother, smooth), of(&smoother, Classes::from(&list)));

    let chosen: [&dyn for<'t, 'y> Loss<'t, f64, &'y ArrayD<f64>>; 2] =
        [&loss::SquaredError, &loss::Huber::new(1.0)];
    let (p, y) = (tape.var([3.0]), array![1.0].into_dyn());
    assert_eq!(
        chosen.map(|loss| (&loss).weighted_sum(p, &y, [2.0]).item()),
        [8.0, 3.0]
    );
    // A single number is a row.
    let each = loss::BinaryCrossEntropy::new().each(tape.var(0.0), 1.0);
    assert_eq!((each.shape().len(), each.item()), (0, 2.0_f64.ln()));
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
