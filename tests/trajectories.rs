//! Whole trajectories of what goes round an optimizer and of L-BFGS, number for number.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayD};
use serde::Deserialize;
use tapegrad::prelude::*;

/// `tests/fixtures/trajectories.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    x: Vec<[f64; 3]>,
    y: Vec<[f64; 2]>,
    start: Vec<f64>,
    trajectories: BTreeMap<String, Trajectory>,
}

#[derive(Deserialize)]
struct Trajectory {
    steps: Vec<usize>,
    states: Vec<Vec<f64>>,
}

impl Fixture {
    fn model(&self) -> Mlp<f64> {
        let mut model = Mlp::new(&[3, 4, 2]).activation(Activation::Tanh);
        let mut start = self.start.iter().copied();
        model.visit_mut(Name::root(), &mut |_, param| {
            let shape = param.value.raw_dim();
            param.value =
                ArrayD::from_shape_simple_fn(shape, || start.next().unwrap()).into_shared();
            param.penalty = Penalty::l2(0.01);
        });
        model
    }

    fn loss(&self, model: &Mlp<f64>) -> (f64, GradientMap<f64>) {
        let (x, y) = (Array2::from(self.x.clone()), Array2::from(self.y.clone()));
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
        let loss = data_loss + model.penalty(&on);
        (loss.item(), on.backward(loss))
    }

    /// Steps to each state, which must be within the tolerance of itself or of a thousandth.
    fn assert(&self, name: &str, tolerance: f64, mut step: impl FnMut(&mut Mlp<f64>)) {
        let trajectory = &self.trajectories[name];
        let mut model = self.model();
        let mut taken = 0;
        let mut worst = 0.0_f64;
        for (at, state) in trajectory.steps.iter().zip(&trajectory.states) {
            while taken < *at {
                step(&mut model);
                taken += 1;
            }
            let params = model.parameters();
            let reached = params.iter().flat_map(|(_, param)| param.value.iter());
            for (x, expected) in reached.zip(state) {
                let error = (x - expected).abs() / expected.abs().max(1e-3);
                worst = worst.max(error);
                assert!(
                    error <= tolerance,
                    "{name}, step {at}: {x} against {expected}"
                );
            }
        }
        println!("{name}: {worst:.1e}");
    }
}

#[test]
fn around_optimizers_and_along_lines() {
    let fixture: Fixture =
        serde_json::from_str(include_str!("fixtures/trajectories.json")).unwrap();
    let momentum = || Momentum::new(0.05);
    let adamw = || Optimizer::new(Decay::decoupled(0.1).then(Adam::default()), 0.01).decay_biases();
    fn sam<R: Rule>(fixture: &Fixture, name: &str, mut sam: Sam<R, f64>) {
        fixture.assert(name, 1e-12, |model| {
            sam.step(model, |model| fixture.loss(model).1);
        });
    }
    fn lookahead<R: Rule>(fixture: &Fixture, name: &str, mut optimizer: Lookahead<R, f64>) {
        fixture.assert(name, 1e-12, |model| {
            let (_, gradients) = fixture.loss(model);
            optimizer.step(model, &gradients);
        });
    }
    let lbfgs = |name: &str, lbfgs: Lbfgs<f64>| {
        let mut lbfgs = lbfgs.gradient_tolerance(0.0).change_tolerance(0.0);
        fixture.assert(name, 1e-10, |model| {
            lbfgs.step(model, |model| fixture.loss(model));
        });
    };
    for name in fixture.trajectories.keys() {
        match name.as_str() {
            "sam momentum" => sam(&fixture, name, Sam::new(momentum(), 0.05)),
            "sam adamw" => sam(&fixture, name, Sam::new(adamw(), 0.1)),
            "adaptive sam momentum" => {
                sam(&fixture, name, Sam::new(momentum(), 0.5).adaptive(0.0));
            }
            "adaptive sam adamw" => sam(&fixture, name, Sam::new(adamw(), 0.5).adaptive(0.01)),
            "lookahead momentum" => lookahead(&fixture, name, Lookahead::new(momentum())),
            "lookahead adamw" => {
                lookahead(&fixture, name, Lookahead::new(adamw()).every(6).alpha(0.8));
            }
            "lbfgs" => lbfgs(name, Lbfgs::new()),
            "lbfgs of 5" => lbfgs(name, Lbfgs::new().memory(5)),
            "lbfgs without search" => lbfgs(name, Lbfgs::new().fixed_step(0.5)),
            other => panic!("the fixture has a trajectory {other} without a row here"),
        }
    }
    assert_eq!(fixture.trajectories.len(), 9);
}
