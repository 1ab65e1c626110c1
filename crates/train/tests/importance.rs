//! Importances with known answers.

use approx::assert_relative_eq;
use ndarray::{Array1, Array2, array};
use serde::Deserialize;
use tapegrad_nn::{Activation, BatchNorm, Dense, Mlp, Module, loss};
use tapegrad_train::data::Dataset;
use tapegrad_train::importance::{self, Importances, IntegratedGradients, Permutation};
use tapegrad_train::metric::{self, Metric};

/// `fixtures/importances.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    repeats: usize,
    x: Vec<Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    metric: String,
    weight: Vec<f64>,
    bias: f64,
    targets: Vec<f64>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

fn linear(weight: &[f64], bias: f64) -> Dense<f64> {
    let mut model = Dense::new(weight.len(), 1);
    let weight = Array1::from(weight.to_vec()).into_shape_with_order([weight.len(), 1]);
    model.weight.value = weight.unwrap().into_dyn().into_shared();
    model.bias.as_mut().unwrap().value.fill(bias);
    model
}

fn fixture() -> (Array2<f64>, Fixture) {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/importances.json")).unwrap();
    let x = Array2::from_shape_fn([fixture.x.len(), fixture.x[0].len()], |(i, j)| {
        fixture.x[i][j]
    });
    (x, fixture)
}

fn column(numbers: &[f64]) -> Array2<f64> {
    Array2::from_shape_fn([numbers.len(), 1], |(i, _)| numbers[i])
}

/// Mean and standard deviation over two thousand shuffles are scikit-learn's, as far as chance lets them: within five
/// standard errors of the difference of two means, and a tenth of a deviation.
#[test]
fn permutations_are_those_of_scikit_learn() {
    let (x, fixture) = fixture();
    let metrics: [Box<dyn Metric<f64>>; 6] = [
        Box::new(metric::RSquared),
        Box::new(metric::MeanSquaredError),
        Box::new(metric::MeanAbsoluteError),
        Box::new(metric::Accuracy::new()),
        Box::new(metric::RocAuc::new()),
        Box::new(metric::LogLoss::new()),
    ];
    assert_eq!(fixture.cases.len(), metrics.len());
    for case in &fixture.cases {
        let metric = metrics.iter().find(|metric| metric.name() == case.metric);
        let metric = metric.unwrap_or_else(|| panic!("{}", case.metric));
        let model = linear(&case.weight, case.bias);
        let data = Dataset::new(&x, column(&case.targets));
        let permutation = Permutation::new().repeats(fixture.repeats).seed(1);
        let found = permutation.of_metric(&model, &data, &**metric);
        for (j, found) in found.columns.iter().enumerate() {
            let (mean, deviation) = (case.mean[j], case.deviation[j]);
            let error = 5.0 * deviation * (2.0 / fixture.repeats as f64).sqrt() + 1e-12;
            assert!(
                (found.value - mean).abs() < error,
                "{} of column {j}: {} and not {mean}",
                case.metric,
                found.value
            );
            let spread = found.deviation.unwrap();
            assert!(
                (spread - deviation).abs() < 0.1 * deviation + 1e-12,
                "{spread} {deviation}"
            );
        }
    }
}

/// Of a linear model `Σ w x`, the mean squared error rises by `2 w² var(x) + 2 w cov(r, x)` with the residuals `r`, in
/// the mean over all orders.
#[test]
fn permutations_of_a_linear_model() {
    let (x, fixture) = fixture();
    let (weight, bias) = ([1.5, -0.5, 0.0, 1.0], 0.25);
    let (model, y) = (linear(&weight, bias), column(&fixture.cases[0].targets));
    let data = Dataset::new(&x, &y);
    let residuals = y.column(0).to_owned() - (x.dot(&array![1.5, -0.5, 0.0, 1.0]) + bias);
    let repeats = 2000;
    let found = Permutation::new()
        .repeats(repeats)
        .of_loss(&model, &data, loss::SquaredError);
    for (j, found) in found.columns.iter().enumerate() {
        let from_mean = &x.column(j) - x.column(j).mean().unwrap();
        let covariance = (&from_mean * &residuals).mean().unwrap();
        let variance = (&from_mean * &from_mean).mean().unwrap();
        let expected = 2.0 * weight[j].powi(2) * variance + 2.0 * weight[j] * covariance;
        let error = 5.0 * found.deviation.unwrap() / (repeats as f64).sqrt();
        assert!(
            (found.value - expected).abs() <= error,
            "{found:?} and not {expected}"
        );
    }
    assert_eq!(found.columns[2].deviation, Some(0.0));
}

/// Of two rows a shuffle exchanges both or none, so that mean and deviation are those of a coin; weights stay with
/// their rows; seeds fix everything, and columns do not disturb each other.
#[test]
fn shuffles_are_of_their_column() {
    let model = linear(&[2.0, 1.0], 0.0);
    let data = Dataset::new(array![[0.0, 1.0], [1.0, 3.0]], array![[1.0], [6.0]]);
    let of = |data: &Dataset<f64>, seed, repeats| {
        let permutation = Permutation::new().repeats(repeats).seed(seed);
        permutation.of_loss(&model, data, loss::SquaredError)
    };
    for weights in [[1.0, 1.0], [3.0, 1.0]] {
        let data = data.clone().weighted(weights);
        let found = of(&data, 3, 200);
        for column in found.columns {
            // Outputs 1 and 5 become 3 and 3, whichever column changes: residuals 0 and 1 become −2 and 3.
            let gain = (4.0 * weights[0] + 8.0 * weights[1]) / 2.0;
            let share = column.value / gain;
            assert!((0.35..0.65).contains(&share), "{share}");
            let expected = gain * (share * (1.0 - share)).sqrt();
            assert_relative_eq!(column.deviation.unwrap(), expected, max_relative = 1e-12);
        }
    }
    let found = of(&data, 3, 7);
    assert_eq!(found, of(&data, 3, 7));
    let seeds: Vec<_> = (0..20).map(|seed| of(&data, seed, 7).values()).collect();
    assert!(seeds.iter().any(|values| *values != found.values()));
    // The same column before others.
    let alone = Dataset::new(array![[0.0], [1.0]], array![[1.0], [6.0]]);
    let model = linear(&[2.0], 0.0);
    let permutation = Permutation::new().repeats(7).seed(3);
    let alone = permutation.of_cost(&alone, |data| {
        let p = model.predict(&data.x) + array![[1.0], [3.0]];
        (&p - &data.y).mapv(|r| r * r).mean().unwrap()
    });
    assert_eq!(alone.values()[0], found.values()[0]);
    assert_eq!(data.x, array![[0.0, 1.0], [1.0, 3.0]].into_dyn());
}

fn network() -> Mlp<f64> {
    let model = Mlp::new(&[3, 8, 2]).activation(Activation::Tanh).seed(2);
    model.normalize(BatchNorm::new)
}

fn inputs(rows: usize) -> Array2<f64> {
    Array2::from_shape_fn([rows, 3], |(i, j)| (1.7 * (3 * i + j) as f64).sin() * 1.5)
}

/// The mean of absolute differences of the output, and of a linear model its weights.
#[test]
fn saliency_is_the_derivative() {
    let (model, x, step) = (network(), inputs(20), 1e-5);
    for output in [0, 1] {
        let found = importance::saliency(&model, &x, output);
        for (j, found) in found.values().into_iter().enumerate() {
            let at = |by: f64| {
                let mut x = x.clone();
                x.column_mut(j).mapv_inplace(|x| x + by);
                model.predict(x)
            };
            let (above, below) = (at(step), at(-step));
            let slope = |i: usize| (above[[i, output]] - below[[i, output]]) / (2.0 * step);
            let expected = (0..20).map(|i| slope(i).abs()).sum::<f64>() / 20.0;
            assert_relative_eq!(found, expected, max_relative = 1e-8);
        }
    }
    let weight = [1.5, -2.0, 0.0];
    let found = importance::saliency(&linear(&weight, 1.0), &x, 0).values();
    for (found, weight) in found.iter().zip(weight) {
        assert_relative_eq!(*found, weight.abs(), max_relative = 1e-14);
    }
    // More rows than are on a tape at a time.
    let many = importance::saliency(&linear(&weight, 1.0), inputs(5000), 0).values();
    assert_relative_eq!(many[1], 2.0, max_relative = 1e-12);
}

/// The sum is the difference of the outputs, the nearer the more steps by their square; of a linear model each part is
/// `w (x − b)`.
#[test]
fn integrated_gradients_are_complete() {
    let (model, x) = (network(), inputs(20));
    let baseline = [0.3, -0.2, 0.1];
    for output in [0, 1] {
        let of = |steps| {
            let of = IntegratedGradients::new().steps(steps).baseline(&baseline);
            of.attributions(&model, &x, output)
        };
        let found = of(64);
        let start = model.predict(array![baseline]);
        let ends = model.predict(&x);
        for (i, difference) in found.differences.iter().enumerate() {
            let expected = ends[[i, output]] - start[[0, output]];
            assert_relative_eq!(*difference, expected, max_relative = 1e-12, epsilon = 1e-14);
        }
        let ratio = of(64).gap() / of(128).gap();
        assert!((3.9..4.1).contains(&ratio), "{ratio}");
        assert!(of(4096).gap() < 1e-7, "{}", of(4096).gap());
    }
    let weight = [1.5, -2.0, 0.0];
    let of = IntegratedGradients::new().steps(1).baseline(&baseline);
    let found = of.attributions(&linear(&weight, 1.0), &x, 0);
    assert!(found.gap() < 1e-14);
    for ((i, j), found) in found.values.indexed_iter() {
        let expected = weight[j] * (x[[i, j]] - baseline[j]);
        assert_relative_eq!(*found, expected, max_relative = 1e-13, epsilon = 1e-15);
    }
    for (j, found) in found.importances().values().into_iter().enumerate() {
        let sum: f64 = (0..20)
            .map(|i| (weight[j] * (x[[i, j]] - baseline[j])).abs())
            .sum();
        assert_relative_eq!(found, sum / 20.0, max_relative = 1e-13);
    }
}

/// Both element types see the same.
#[test]
fn single_precision() {
    let wide = Mlp::<f64>::new(&[3, 8, 1])
        .activation(Activation::Tanh)
        .seed(2);
    let single = Mlp::<f32>::new(&[3, 8, 1])
        .activation(Activation::Tanh)
        .seed(2);
    let x = inputs(10);
    let x32 = x.mapv(|x| x as f32);
    let y = wide.predict(&x).mapv(|y| y + 0.3);
    let pairs = [
        (
            importance::saliency(&wide, &x, 0),
            importance::saliency(&single, &x32, 0),
        ),
        (
            IntegratedGradients::new()
                .attributions(&wide, &x, 0)
                .importances(),
            IntegratedGradients::new()
                .attributions(&single, &x32, 0)
                .importances(),
        ),
        (
            importance::weight_rows(&wide),
            importance::weight_rows(&single),
        ),
        (
            Permutation::new().of_loss(&wide, &Dataset::new(&x, &y), loss::SquaredError),
            Permutation::new().of_loss(
                &single,
                &Dataset::new(&x32, y.mapv(|y| y as f32)),
                loss::SquaredError,
            ),
        ),
    ];
    for (wide, single) in pairs {
        for (wide, single) in wide.values().into_iter().zip(single.values()) {
            assert_relative_eq!(wide, single, max_relative = 1e-4);
        }
    }
}

/// By size, with NaN last, and a name that needs quotes.
#[test]
fn tables() {
    let mut found: Importances = importance::weight_rows(&linear(&[0.5, 0.0, 20000.0, 0.5], 0.0));
    found.columns[1].value = f64::NAN;
    found.columns[3].value = -0.5;
    found.columns[3].deviation = Some(0.25);
    let found = found.named(&["größe", "b", "c,d", "e"]);
    let names: Vec<_> = found
        .sorted()
        .iter()
        .map(|column| &column.name[..])
        .collect();
    assert_eq!(names, ["c,d", "größe", "e", "b"]);
    assert_eq!(
        found.to_string(),
        "column  importance  deviation\n\
         c,d     20000.0000\n\
         größe       0.5000\n\
         e          -0.5000     0.2500\n\
         b              NaN"
    );
    assert_eq!(
        found.to_csv(),
        "column,importance,deviation\ngröße,0.5,\nb,NaN,\n\"c,d\",20000,\ne,-0.5,0.25\n"
    );
    assert_eq!(found.get("e").map(|column| column.value), Some(-0.5));
    assert_eq!(found.get("x0"), None);
}
