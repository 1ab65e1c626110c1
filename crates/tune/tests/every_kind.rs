//! Hyper-parameters of every kind: through steps of training, and at a minimum.

use ndarray::Array2;
use tapegrad_autodiff::{Activation, Tape, Var};
use tapegrad_nn::{Dense, Mlp, Module, Penalty, Scope, Strength};
use tapegrad_optim::{Adam, Decay, Momentum, Optimizer, RmsProp, Rule};
use tapegrad_train::data::{Dataset, moons};
use tapegrad_tune::{HyperParameters, Implicit, Tuned, Unrolled, ValidationGradient};

use super::problem::{assert_close, data_loss, slope, validation_loss};

const STEPS: usize = 30;

/// Targets that are moved towards ½ by a share: the smoothing of labels.
fn smoothed<'t>(
    on: &Scope<'t, f64>,
    model: &Mlp<f64>,
    data: &Dataset<f64>,
    smoothing: Tuned,
) -> Var<'t, f64> {
    let (logits, share) = (model.forward(on, on.input(&data.x)), smoothing.on(on));
    let targets = on.input(&data.y) * (1.0 - share) + share * 0.5;
    (logits.softplus() - targets * logits).mean(..)
}

/// `Σⱼ λⱼ Σₖ wⱼₖ²` of the first weight: a strength for each input.
fn by_inputs<'t>(on: &Scope<'t, f64>, model: &Mlp<f64>, inputs: Tuned) -> Var<'t, f64> {
    let rows = on.param(&model.layers[0].weight).square().sum(1);
    (inputs.on(on) * rows).sum(..)
}

/// Hyper-parameters of every kind, as the numbers of one list.
struct All {
    hyper: HyperParameters<f64>,
    decay: Strength,
    lasso: Strength,
    smoothing: Tuned,
    inputs: Tuned,
    lr: Tuned,
}

/// Strengths of decay and of proximal L1, smoothing, a strength for each of two inputs, a learning rate.
fn all([decay, lasso, smoothing, first, second, lr]: [f64; 6]) -> All {
    let mut hyper = HyperParameters::new();
    let [decay, lasso] = [decay, lasso].map(Strength::new);
    hyper.strength("decay", &decay);
    hyper.strength("lasso", &lasso);
    let smoothing = hyper.share("smoothing", smoothing);
    let inputs = hyper.positive("inputs", [first, second]);
    let lr = hyper.positive("lr", lr);
    All {
        hyper,
        decay,
        lasso,
        smoothing,
        inputs,
        lr,
    }
}

fn network(lasso: &Strength) -> Mlp<f64> {
    Mlp::new(&[2, 5, 1])
        .activation(Activation::Tanh)
        .seed(2)
        .penalize(1, Penalty::l1(lasso).proximal())
}

fn training<'t>(
    on: &Scope<'t, f64>,
    model: &Mlp<f64>,
    data: &Dataset<f64>,
    of: &All,
) -> Var<'t, f64> {
    smoothed(on, model, data, of.smoothing) + by_inputs(on, model, of.inputs) + model.penalty(on)
}

/// Every part through steps of several rules, against differences of ordinary training.
#[test]
fn every_kind_through_steps() {
    fn check<R: Rule>(name: &str, optimizer: impl Fn(&Strength, f64) -> Optimizer<R, f64>) {
        let (train, validation) = moons::<f64>(60, 0.2, 1).split_at(20);
        let start = [0.03, 0.02, 0.1, 0.01, 0.05, 0.02];
        let exact = {
            let of = all(start);
            let method = Unrolled::new(optimizer(&of.decay, start[5]), STEPS).learning_rate(of.lr);
            let gradient = method
                .gradient(
                    &of.hyper,
                    &network(&of.lasso),
                    |on, model| training(on, model, &train, &of),
                    |on, model| data_loss(on, model, &validation),
                )
                .unwrap();
            println!("{gradient}");
            let of_inputs = gradient.wrt(of.inputs);
            let single = |what: Tuned| gradient.wrt(what)[[]];
            [
                gradient.wrt(&of.decay)[[]],
                gradient.wrt(&of.lasso)[[]],
                single(of.smoothing),
                of_inputs[[0]],
                of_inputs[[1]],
                single(of.lr),
            ]
        };
        for (place, exact) in exact.into_iter().enumerate() {
            let x = start[place];
            let is_share = place == 2;
            let coordinate = if is_share {
                (x / (1.0 - x)).ln()
            } else {
                x.ln()
            };
            let numeric = slope(coordinate, 1e-4, |coordinate| {
                let mut at = start;
                at[place] = match is_share {
                    true => 1.0 / (1.0 + (-coordinate).exp()),
                    false => coordinate.exp(),
                };
                let of = all(at);
                let (mut optimizer, mut model) = (optimizer(&of.decay, at[5]), network(&of.lasso));
                let mut tape = Tape::new();
                for _ in 0..STEPS {
                    let on = of.hyper.scope(&tape);
                    let gradients = on.backward(training(&on, &model, &train, &of));
                    tape.clear();
                    optimizer.step(&mut model, &gradients);
                }
                validation_loss(&model, &validation)
            });
            assert_close(&format!("{name} {place}"), exact, numeric, 1e-6);
        }
    }
    check("momentum", |k, lr| {
        Momentum::new(lr).decay(Decay::decoupled(k))
    });
    check("adam", |k, lr| Adam::new(lr).decay(Decay::coupled(k)));
    check("rms_prop", |k, lr| {
        RmsProp::new(lr).decay(Decay::independent(k))
    });
}

/// Of a layer whose minimum has a closed form: a strength for each input.
#[test]
fn an_array_at_a_minimum() {
    // L = Σ (w − a)² + Σ λⱼ wⱼ² has its minimum at wⱼ = aⱼ / (1 + λⱼ); V = Σ bⱼ wⱼ.
    let [a, b, lambda] = [[1.0, -2.0, 0.5], [0.3, 1.0, 2.0], [0.1, 1.0, 5.0]];
    let mut layer = Dense::<f64>::new(3, 1).without_bias();
    let w = Array2::from_shape_fn([3, 1], |(j, _)| a[j] / (1.0 + lambda[j]));
    layer.weight.value = w.into_dyn().into_shared();
    let mut hyper = HyperParameters::new();
    let inputs = hyper.positive("inputs", lambda);
    let gradient = Implicit::new()
        .tolerance(1e-12)
        .gradient(
            &hyper,
            &layer,
            |on, layer| {
                let w = on.param(&layer.weight).sum(1);
                (w - on.input(a)).square().sum(..) + (inputs.on(on) * w.square()).sum(..)
            },
            |on, layer| (on.param(&layer.weight).sum(1) * on.input(b)).sum(..),
        )
        .unwrap();
    for j in 0..3 {
        let exact = -b[j] * a[j] * lambda[j] / (1.0 + lambda[j]).powi(2);
        assert_close("inputs", gradient.wrt(inputs)[[j]], exact, 1e-10);
    }
}
