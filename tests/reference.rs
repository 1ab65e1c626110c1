//! What other libraries' optimizers do, number for number: values published in their own test
//! suites. Whole trajectories are in `crates/optim/tests/rules/trajectories.rs`.

use approx::assert_relative_eq;
use ndarray::{Array2, array};
use tapegrad::prelude::*;

/// One parameter and nothing to compute with.
struct Point(Param<f64>);

impl Point {
    fn new(x: impl IntoIterator<Item = f64>) -> Self {
        Self(Param::new(
            Role::Weight,
            x.into_iter().collect::<ndarray::Array1<f64>>(),
        ))
    }

    /// One step along a given gradient.
    fn step<R: Rule>(&mut self, optimizer: &mut Optimizer<R, f64>, gradient: &[f64]) {
        let gradient = ndarray::aview1(gradient);
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let gradients = on.backward((on.param(&self.0) * on.input(&gradient)).sum(..));
        optimizer.step(self, &gradients);
    }

    fn assert(&self, expected: &[f64], tolerance: f64) {
        for (x, expected) in self.0.value.iter().zip(expected) {
            assert_relative_eq!(*x, *expected, epsilon = tolerance, max_relative = tolerance);
        }
    }
}

impl Module<f64> for Point {
    fn forward<'t>(&self, on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
        x * on.param(&self.0)
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
        f(&at.child("x"), &self.0);
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
        f(&at.child("x"), &mut self.0);
    }
}

/// `sklearn/neural_network/tests/test_mlp.py`, `test_fit`: a 3-2-1 logistic network, one row, one
/// step, alpha 0.1. scikit-learn's penalty is `alpha / (2 n) Σ w²`, so λ is 0.05. Compared at its
/// three decimals.
#[test]
fn scikit_learn_mlp_one_step() {
    let mut model = Mlp::<f64>::new(&[3, 2, 1]).activation(Activation::Sigmoid);
    for layer in 0..2 {
        model = model.penalize(layer, Penalty::l2(0.1 / 2.0));
    }
    model.layers[0].weight.value = array![[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]]
        .into_dyn()
        .into_shared();
    model.layers[0].bias.as_mut().unwrap().value.fill(0.1);
    model.layers[1].weight.value = array![[0.1], [0.2]].into_dyn().into_shared();
    model.layers[1].bias.as_mut().unwrap().value.fill(1.0);

    let tape = Tape::new();
    let on = Scope::train(&tape);
    let logits = model.forward(&on, on.input(&array![[0.6, 0.8, 0.7]]));
    let gradients = on.backward(
        loss::BinaryCrossEntropy::new().mean(logits, &array![[0.0]]) + model.penalty(&on),
    );
    Sgd::new(0.1).step(&mut model, &gradients);

    let expected: [&[f64]; 4] = [
        &[0.098, 0.195756, 0.2956664, 0.096008, 0.4939998, -0.002244],
        &[0.098333, 0.09626],
        &[0.04706, 0.154089],
        &[0.9235],
    ];
    for ((name, param), expected) in model.parameters().into_iter().zip(expected) {
        for (x, expected) in param.value.iter().zip(expected) {
            assert!(
                (x - expected).abs() < 1.5e-3,
                "{name}: {x} against {expected}"
            );
        }
    }
    let logit = model.predict(array![[0.6, 0.8, 0.7]])[[0, 0]];
    assert_relative_eq!(1.0 / (1.0 + (-logit).exp()), 0.739, epsilon = 1.5e-3);
}

/// `keras/src/optimizers/adamw_test.py`.
mod keras_adamw {
    use super::*;

    #[test]
    fn one_step() {
        let mut point = Point::new([1.0, 2.0, 3.0, 4.0]);
        let mut optimizer =
            Optimizer::new(Adam::default().epsilon(1e-7), 0.5).decay(Decay::decoupled(0.004));
        point.step(&mut optimizer, &[1.0, 6.0, 7.0, 2.0]);
        point.assert(&[0.4980, 1.4960, 2.494, 3.492], 1e-4);
    }

    /// `2 · 0.996³`: the decay alone, three times.
    #[test]
    fn decay_without_gradient() {
        let mut point = Point::new([2.0]);
        let mut optimizer =
            Optimizer::new(Adam::default().epsilon(1e-7), 1.0).decay(Decay::decoupled(0.004));
        for _ in 0..3 {
            point.step(&mut optimizer, &[0.0]);
        }
        point.assert(&[1.976_095_9], 1e-7);
        point.assert(&[2.0 * 0.996_f64.powi(3)], 1e-15);

        // What is excluded stays.
        let mut bias = Point(Param::new(Role::Bias, array![2.0]));
        bias.step(&mut AdamW::new(1.0), &[0.0]);
        bias.assert(&[2.0], 0.0);
    }

    /// Keras adds ε to the root before its bias is corrected, PyTorch and we after it: its ε of 2
    /// is our `2 / √(1 − β₂ᵗ)`.
    #[test]
    fn five_steps() {
        const GOLDEN: [[f64; 10]; 5] = [
            [0.4998; 10],
            [
                0.2486, 0.2475, 0.2463, 0.2451, 0.244, 0.2428, 0.2417, 0.2405, 0.2394, 0.2382,
            ],
            [
                0.1223, 0.1198, 0.1174, 0.1149, 0.1124, 0.11, 0.1075, 0.1051, 0.1027, 0.1003,
            ],
            [
                0.0586, 0.0549, 0.0512, 0.0475, 0.0439, 0.0402, 0.0366, 0.033, 0.0294, 0.0258,
            ],
            [
                0.0263, 0.0215, 0.0167, 0.012, 0.0073, 0.0026, -0.0021, -0.0067, -0.0113, -0.0159,
            ],
        ];
        let mut point = Point::new([1.0; 10]);
        let mut optimizer = Adam::new(1.0).decay(Decay::decoupled(0.5));
        for (step, golden) in GOLDEN.iter().enumerate() {
            let epsilon = 2.0 / (1.0 - 0.999_f64.powi(step as i32 + 1)).sqrt();
            optimizer.set_rule(Adam::default().epsilon(epsilon));
            let gradient: [f64; 10] = std::array::from_fn(|i| {
                if step == 0 {
                    0.01
                } else {
                    0.1 * (i + 1) as f64
                }
            });
            point.step(&mut optimizer, &gradient);
            for (x, golden) in point.0.value.iter().zip(golden) {
                assert!(
                    (x - golden).abs() < 6e-5,
                    "step {step}: {x} against {golden}"
                );
            }
        }
    }
}

/// `coreylowman/dfdx:dfdx/src/nn/optim/sgd.rs`: lr 0.01, decay 0.1, the loss `mean(rate · x)` from
/// ones.
mod dfdx_sgd {
    use super::*;

    const RATE: [f64; 5] = [0.1, 1.0, 2.0, 10.0, 100.0];

    fn trajectory<R: Rule>(mut optimizer: Optimizer<R, f64>, expected: [[f64; 5]; 5]) {
        let mut point = Point::new([1.0; 5]);
        for expected in expected {
            point.step(&mut optimizer, &RATE.map(|rate| rate / 5.0));
            point.assert(&expected, 1e-6);
        }
    }

    #[test]
    fn decays_are_one_without_momentum() {
        let expected = [
            [0.9988, 0.997, 0.995, 0.979, 0.799],
            [0.99760115, 0.994003, 0.990005, 0.958021, 0.59820104],
            [0.9964036, 0.991009, 0.98501503, 0.937063, 0.39760286],
            [0.9952072, 0.988018, 0.98003, 0.9161259, 0.19720526],
            [0.994012, 0.98502994, 0.97505, 0.8952098, -0.00299193],
        ];
        trajectory(Sgd::new(0.01).decay(Decay::coupled(0.1)), expected);
        trajectory(Sgd::new(0.01).decay(Decay::decoupled(0.1)), expected);
    }

    #[test]
    fn decoupled_with_momentum() {
        trajectory(
            Optimizer::new(Momentum::default().momentum(0.5), 0.01).decay(Decay::decoupled(0.1)),
            [
                [0.9988, 0.997, 0.995, 0.979, 0.799],
                [0.9975012, 0.993003, 0.988005, 0.948021, 0.498201],
                [0.9961537, 0.98851, 0.980017, 0.912073, 0.147703],
                [0.9947826, 0.983771, 0.971537, 0.873661, -0.227445],
                [0.9934003, 0.978913, 0.962815, 0.834037, -0.614717],
            ],
        );
    }

    const COUPLED: [[f64; 5]; 5] = [
        [0.9988, 0.997, 0.995, 0.979, 0.799],
        [0.9970012, 0.992503, 0.987505, 0.947521, 0.49770102],
        [0.99490476, 0.987262, 0.97877, 0.91083395, 0.14655378],
        [0.99266165, 0.9816542, 0.9694238, 0.8715796, -0.22916639],
        [0.99034745, 0.9758687, 0.9597812, 0.83108085, -0.6167973],
    ];

    #[test]
    fn coupled_with_momentum() {
        trajectory(
            Optimizer::new(Momentum::default().momentum(0.5), 0.01).decay(Decay::coupled(0.1)),
            COUPLED,
        );
    }

    /// Coupled decay k is the penalty `k/2 Σ x²` in the loss.
    #[test]
    fn coupled_is_l2_in_the_loss() {
        let mut point = Point::new([1.0; 5]);
        point.0.penalty = Penalty::l2(0.1 / 2.0);
        let mut optimizer = Optimizer::new(Momentum::default().momentum(0.5), 0.01);
        for expected in COUPLED {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let data_loss = point.forward(&on, on.input(array(RATE))).mean(..);
            let gradients = on.backward(data_loss + point.penalty(&on));
            optimizer.step(&mut point, &gradients);
            point.assert(&expected, 1e-6);
        }
    }

    fn array(x: [f64; 5]) -> ndarray::Array1<f64> {
        x.into_iter().collect()
    }
}

/// `candle-nn/tests/optim.rs`: `y = 3 x₁ + x₂ − 2` on four points, the summed squared error, from
/// zero.
mod candle_linear_regression {
    use super::*;

    fn fit<R: Rule>(mut optimizer: Optimizer<R, f64>, steps: usize) -> [f64; 3] {
        let x: Array2<f64> = array![[2.0, 1.0], [7.0, 4.0], [-4.0, 12.0], [5.0, 8.0]];
        let y = x.dot(&array![[3.0], [1.0]]) - 2.0;
        let mut model = Dense::new(2, 1).initializer(Initializer::Zeros);
        for _ in 0..steps {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let loss = (model.forward(&on, on.input(&x)) - on.input(&y))
                .powi(2)
                .sum(..);
            let gradients = on.backward(loss);
            optimizer.step(&mut model, &gradients);
        }
        [
            model.weight.value[[0, 0]],
            model.weight.value[[1, 0]],
            model.bias.unwrap().value[[0]],
        ]
    }

    #[test]
    fn sgd() {
        let fitted = fit(Sgd::new(0.004), 1000);
        for (x, expected) in fitted.iter().zip([2.9983196, 0.99790204, -1.9796902]) {
            assert_relative_eq!(*x, expected, max_relative = 3e-6); // candle's numbers are f32
        }
    }

    #[test]
    fn adamw() {
        let fitted = fit(AdamW::new(0.1).decay_biases(), 100);
        for (x, expected) in fitted.iter().zip([2.7257, 0.7097, 0.7873]) {
            assert_relative_eq!(*x, expected, epsilon = 5.1e-5);
        }
    }
}
