//! Derivatives of whole networks, of the first order and above: number for number those of PyTorch,
//! of a closed form, and of Taylor's theorem.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayD};
use serde::{Deserialize, Deserializer};
use tapegrad::autodiff::{functional, total};
use tapegrad::prelude::*;

type Forward = for<'t> fn(&Mlp<f64>, &Scope<'t, f64>, Var<'t, f64>) -> Var<'t, f64>;
type LossOf = for<'t> fn(Var<'t, f64>, &Targets) -> Var<'t, f64>;

/// A network as it is, in one operation a layer, and in single operations.
const FORWARDS: [Forward; 2] = [
    |model, on, x| model.forward(on, x),
    |model, on, x| {
        let mut y = x;
        for layer in &model.layers {
            y = y.dot(on.param(&layer.weight)) + on.param(layer.bias.as_ref().unwrap());
            y = layer.activation.apply(y);
        }
        y
    },
];

struct Loss {
    name: &'static str,
    outputs: usize,
    /// Without a kink in any derivative.
    smooth: bool,
    /// Two ways to compute it.
    of: [LossOf; 2],
}

const LOSSES: [Loss; 6] = [
    Loss {
        name: "cross-entropy",
        outputs: 3,
        smooth: true,
        of: [
            |z, y| loss::CrossEntropy::new().mean(z, &y.classes),
            |z, y| {
                let right = Array2::from_shape_fn([y.classes.len(), 3], |(row, class)| {
                    f64::from(y.classes[row] == class)
                });
                (z.log_sum_exp(1) - (z * z.tape().constant(right)).sum(1)).mean(..)
            },
        ],
    },
    Loss {
        name: "squared",
        outputs: 2,
        smooth: true,
        of: [
            |z, y| loss::SquaredError.mean(z, &y.values),
            |z, y| y.residual(z).square().mean(..),
        ],
    },
    Loss {
        name: "absolute",
        outputs: 2,
        smooth: false,
        of: [
            |z, y| loss::AbsoluteError.mean(z, &y.values),
            |z, y| y.residual(z).maximum(-y.residual(z)).mean(..),
        ],
    },
    Loss {
        name: "huber",
        outputs: 2,
        smooth: false,
        of: [
            |z, y| loss::Huber::new(1.0).mean(z, &y.values),
            |z, y| {
                let size = y.residual(z).abs();
                let inner = size.minimum(z.tape().constant(1.0));
                (size - inner + 0.5 * inner.square()).mean(..)
            },
        ],
    },
    Loss {
        name: "binary cross-entropy",
        outputs: 2,
        smooth: true,
        of: [
            |z, y| loss::BinaryCrossEntropy::new().mean(z, &y.probabilities),
            |z, y| (z.softplus() - z * z.tape().constant(&y.probabilities)).mean(..),
        ],
    },
    Loss {
        name: "hinge",
        outputs: 2,
        smooth: false,
        of: [
            |z, y| loss::Hinge.mean(z, &y.signs),
            |z, y| {
                let tape = z.tape();
                let beyond = (z * tape.constant(&y.signs)).minimum(tape.constant(1.0));
                1.0 - beyond.mean(..)
            },
        ],
    },
];

/// `tests/fixtures/derivatives.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    #[serde(deserialize_with = "matrix")]
    x: Array2<f64>,
    targets: Targets,
    /// By the number of outputs.
    networks: BTreeMap<usize, Network>,
    /// By loss and activation.
    cases: BTreeMap<String, BTreeMap<String, Case>>,
}

#[derive(Deserialize)]
struct Targets {
    classes: Vec<usize>,
    #[serde(deserialize_with = "matrix")]
    values: Array2<f64>,
    #[serde(deserialize_with = "matrix")]
    probabilities: Array2<f64>,
    #[serde(deserialize_with = "matrix")]
    signs: Array2<f64>,
}

/// For each parameter its numbers, and those of a direction `v`.
#[derive(Deserialize)]
struct Network {
    parameters: Vec<Vec<f64>>,
    direction: Vec<Vec<f64>>,
}

/// For each parameter its gradient, and its part of the Hessian's product with the direction.
#[derive(Deserialize)]
struct Case {
    loss: f64,
    gradient: Vec<Vec<f64>>,
    product: Vec<Vec<f64>>,
}

fn matrix<'de, D: Deserializer<'de>>(rows: D) -> Result<Array2<f64>, D::Error> {
    let rows = Vec::<Vec<f64>>::deserialize(rows)?;
    Ok(Array2::from_shape_vec([rows.len(), rows[0].len()], rows.concat()).unwrap())
}

impl Targets {
    fn residual<'t>(&self, z: Var<'t, f64>) -> Var<'t, f64> {
        z - z.tape().constant(&self.values)
    }
}

impl Fixture {
    fn read() -> Self {
        serde_json::from_str(include_str!("fixtures/derivatives.json")).unwrap()
    }

    /// The network `h` away along its direction.
    fn model(&self, outputs: usize, activation: Activation, h: f64) -> Mlp<f64> {
        let Network {
            parameters,
            direction,
        } = &self.networks[&outputs];
        let mut numbers = parameters.iter().zip(direction);
        let mut model = Mlp::new(&[5, 7, 6, outputs]).activation(activation);
        model.visit_mut(Name::root(), &mut |_, param| {
            let (x, v) = numbers.next().unwrap();
            let moved = x.iter().zip(v).map(|(x, v)| x + h * v).collect();
            param.value = ArrayD::from_shape_vec(param.value.shape(), moved)
                .unwrap()
                .into_shared();
        });
        model
    }

    /// One of the two ways to compute a loss of a network.
    fn value<'t>(
        &self,
        loss: &Loss,
        way: usize,
        model: &Mlp<f64>,
        on: &Scope<'t, f64>,
    ) -> Var<'t, f64> {
        let z = FORWARDS[way](model, on, on.input(&self.x));
        loss.of[way](z, &self.targets)
    }

    /// A network's direction, by parameter.
    fn direction(&self, model: &Mlp<f64>) -> GradientMap<f64> {
        let outputs = model.layers.last().unwrap().weight.value.shape()[1];
        let direction = self.networks[&outputs].direction.iter();
        let parts = model.parameters().into_iter().zip(direction);
        let parts = parts.map(|((_, param), v)| {
            let v = ArrayD::from_shape_vec(param.value.shape(), v.clone());
            (param.id(), v.unwrap())
        });
        parts.collect()
    }

    /// A network's parameters and its direction.
    fn on_tape<'t>(&self, model: &Mlp<f64>, on: &Scope<'t, f64>) -> [Vec<Var<'t, f64>>; 2] {
        let outputs = model.layers.last().unwrap().weight.value.shape()[1];
        let xs = model
            .parameters()
            .into_iter()
            .map(|(_, param)| on.param(param));
        let xs: Vec<_> = xs.collect();
        let direction = self.networks[&outputs].direction.iter().zip(&xs);
        let direction = direction
            .map(|(v, x)| on.input(v.clone()).reshape(&x.shape()))
            .collect();
        [xs, direction]
    }
}

/// The derivative `Σ v ∂y/∂x` along a direction, which can be differentiated again.
fn along<'t>(y: Var<'t, f64>, xs: &[Var<'t, f64>], direction: &[Var<'t, f64>]) -> Var<'t, f64> {
    let gradient = y.tape().grad(y, xs);
    let terms = gradient.iter().zip(direction).map(|(&g, &v)| g.inner(v));
    total(&terms.collect::<Vec<_>>()).unwrap()
}

/// Each number is right to `1e-12` of the largest one of its array: a small one may be what is left
/// of large terms, and no order of summation is the right one.
fn assert_close<'a>(
    what: &str,
    numbers: impl IntoIterator<Item = &'a f64>,
    expected: impl IntoIterator<Item = &'a f64, IntoIter: ExactSizeIterator + Clone>,
) {
    let (numbers, expected) = (Vec::from_iter(numbers), expected.into_iter());
    assert_eq!(numbers.len(), expected.len(), "{what}");
    let largest = expected.clone().fold(0.0, |max, x| x.abs().max(max));
    for (place, (x, expected)) in numbers.into_iter().zip(expected).enumerate() {
        assert!(
            (x - expected).abs() <= 1e-12 * largest,
            "{what}: number {place} is {x} and not {expected}, where the largest is {largest}"
        );
    }
}

/// The loss, its gradient and the Hessian's product with a direction, by both runs of the rules.
#[test]
fn as_pytorch() {
    let fixture = Fixture::read();
    let activations = [
        ("tanh", Activation::Tanh),
        ("relu", Activation::Relu),
        ("gelu", Activation::Gelu),
    ];
    for loss in LOSSES {
        for (name, activation) in activations {
            let case = &fixture.cases[loss.name][name];
            let model = fixture.model(loss.outputs, activation, 0.0);
            for way in 0..2 {
                let what = format!("{}, {name}, way {way}", loss.name);
                let tape = Tape::new();
                let on = Scope::train(&tape);
                let value = fixture.value(&loss, way, &model, &on);
                let [xs, direction] = fixture.on_tape(&model, &on);
                let slope = along(value, &xs, &direction);
                assert_close(&format!("{what}: loss"), &[value.item()], &[case.loss]);
                assert_gradient(
                    &format!("{what}: gradient"),
                    &model,
                    &on,
                    value,
                    &case.gradient,
                );
                let what = format!("{what}: H v");
                assert_gradient(&what, &model, &on, slope, &case.product);
                let direction = fixture.direction(&model);
                assert_by_parameter(&what, &model, &on.hvp(value, &direction), &case.product);
            }
        }
    }
    let cases = fixture.cases.values().map(BTreeMap::len).sum::<usize>();
    assert_eq!(cases, LOSSES.len() * activations.len());
}

/// The gradient of `y` by every parameter, recorded and replayed.
fn assert_gradient<'t>(
    what: &str,
    model: &Mlp<f64>,
    on: &Scope<'t, f64>,
    y: Var<'t, f64>,
    expected: &[Vec<f64>],
) {
    let parameters = model.parameters();
    assert_eq!(parameters.len(), expected.len(), "{what}");
    let xs: Vec<_> = parameters
        .iter()
        .map(|(_, param)| on.param(param))
        .collect();
    for (place, recorded) in on.tape().grad(y, &xs).into_iter().enumerate() {
        let (name, _) = &parameters[place];
        let what = format!("{what} by {name}, recorded");
        assert_close(&what, &recorded.value(), &expected[place]);
    }
    assert_by_parameter(what, model, &on.backward(y), expected);
}

fn assert_by_parameter(
    what: &str,
    model: &Mlp<f64>,
    replayed: &GradientMap<f64>,
    expected: &[Vec<f64>],
) {
    for ((name, param), expected) in model.parameters().into_iter().zip(expected) {
        let what = format!("{what} by {name}, replayed");
        assert_close(&what, replayed.wrt(param), expected);
    }
}

/// `f(x + h v)` less its Taylor polynomial of order `n` in `h` falls like `hⁿ⁺¹`, with derivatives
/// along `v` from gradients of gradients.
#[test]
fn taylor() {
    use Activation::{Elu, HardTanh, LeakyRelu, Relu, Selu, Softsign};
    let smooth = |activation: &&Activation| {
        !matches!(
            activation,
            Elu(_) | HardTanh | LeakyRelu(_) | Relu | Selu | Softsign
        )
    };
    let fixture = Fixture::read();
    for loss in LOSSES.into_iter().filter(|loss| loss.smooth) {
        for &activation in Activation::ALL.iter().filter(smooth) {
            for way in 0..2 {
                let sizes = fixture.remainders(&loss, activation, way);
                for (order, sizes) in sizes.into_iter().enumerate() {
                    for pair in sizes.windows(2) {
                        let exponent = (pair[0] / pair[1]).log2();
                        assert!(
                            (exponent - (order + 1) as f64).abs() < 0.1,
                            "{}, {activation:?}, way {way}: order {order} leaves h^{exponent}",
                            loss.name
                        );
                    }
                }
            }
        }
    }
}

/// Each is half of the one before: small enough for the next term of the series to be small beside
/// the first one left, large enough for that one to be far above the rounding of `f`.
const STEPS: [f64; 4] = [1.0 / 128.0, 1.0 / 256.0, 1.0 / 512.0, 1.0 / 1024.0];

impl Fixture {
    /// For each order from 0 to 3 and each step what the Taylor polynomial leaves: the norm over
    /// several points of the line, since at one the next derivative may happen to be small.
    fn remainders(&self, loss: &Loss, activation: Activation, way: usize) -> [[f64; 4]; 4] {
        let mut sizes = [[0.0_f64; 4]; 4];
        for from in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            let tape = Tape::new();
            let model = self.model(loss.outputs, activation, from);
            let on = Scope::train(&tape);
            let value = self.value(loss, way, &model, &on);
            let [xs, direction] = self.on_tape(&model, &on);
            let slope = along(value, &xs, &direction);
            let curvature = along(slope, &xs, &direction);
            let third = along(curvature, &xs, &direction);
            let derivatives = [value, slope, curvature, third].map(Var::item);

            for (step, h) in STEPS.into_iter().enumerate() {
                let moved = self.model(loss.outputs, activation, from + h);
                let tape = Tape::new();
                let mut rest = self.value(loss, way, &moved, &Scope::eval(&tape)).item();
                let mut power = 1.0; // hⁿ / n!
                for (order, derivative) in derivatives.iter().enumerate() {
                    rest -= power * derivative;
                    power *= h / (order + 1) as f64;
                    sizes[order][step] = sizes[order][step].hypot(rest);
                }
            }
        }
        sizes
    }
}

/// Softmax regression, the mean cross-entropy of `X W`, has the Hessian
/// `1/n Σᵢ xᵢ xᵢᵀ ⊗ (diag(pᵢ) − pᵢ pᵢᵀ)` by the elements of `W` `[features, classes]` in row-major
/// order, with the softmax `pᵢ` of row `i`.
#[test]
fn hessian_of_softmax_regression() {
    let Fixture { x, targets, .. } = Fixture::read();
    let (rows, features) = x.dim();
    let w = Array2::from_shape_fn([features, 3], |(i, j)| (1.3 * (3 * i + j) as f64).sin());

    let odds = x.dot(&w).exp();
    let expected = Array2::from_shape_fn([w.len(); 2], |(a, b)| {
        let ((i, j), (k, l)) = ((a / 3, a % 3), (b / 3, b % 3));
        let of_row = |row: usize| {
            let p = |class: usize| odds[[row, class]] / odds.row(row).sum();
            x[[row, i]] * x[[row, k]] * (p(j) * f64::from(j == l) - p(j) * p(l))
        };
        (0..rows).map(of_row).sum::<f64>() / rows as f64
    });
    for of in LOSSES[0].of {
        let mut hessians = functional::hessian(
            |w| of(w[0].tape().constant(&x).dot(w[0]), &targets),
            &[w.clone().into_dyn()],
        );
        let hessian = hessians.remove(0).remove(0);
        let hessian = hessian.into_shape_with_order([w.len(); 2]).unwrap();
        assert_close("Hessian", &hessian, &expected);
    }
}
