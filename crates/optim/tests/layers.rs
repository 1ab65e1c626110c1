//! Optimizers and what layers have beside weights: statistics, gains, shared weights, random masks.

use ndarray::{Array2, array};
use tapegrad_autodiff::Tape;
use tapegrad_nn::{
    Activation, BatchNorm, Dense, GradientMap, LayerNorm, Loss, Mlp, Module, PRelu, Role, Scope,
    Sequential, Tied, loss,
};
use tapegrad_optim::{Adam, Decay, Sgd, Unroll};

fn gradients(model: &impl Module<f64>, x: &Array2<f64>) -> GradientMap<f64> {
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(1);
    on.backward(model.forward(&on, on.input(x)).square().sum(..))
}

/// The step writes the running statistics, and gradients do not touch them.
#[test]
fn a_step_writes_statistics() {
    let x = array![[1.0, 2.0], [3.0, 6.0]];
    let mut model = BatchNorm::<f64>::new(2);
    let g = gradients(&model, &x);
    Sgd::new(0.1)
        .decay(Decay::coupled(0.5))
        .decay_biases()
        .step(&mut model, &g);
    assert_eq!(
        model.running_mean.value,
        array![0.1 * 2.0, 0.1 * 4.0].into_dyn()
    );
    let variances = array![0.9 + 0.1 * 2.0, 0.9 + 0.1 * 8.0].into_dyn();
    assert_eq!(model.running_variance.value, variances);
    let gain = 1.0 - 0.1 * (g.wrt(&model.gain)[[0]] + 0.5);
    assert!(
        (model.gain.value[[0]] - gain).abs() < 1e-15,
        "gains decay if asked"
    );
}

/// Decay is for weights: gains, slopes and shifts have none unless it is asked for.
#[test]
fn gains_do_not_decay() {
    let dense = Dense::<f64>::new(2, 2).normalize(LayerNorm::new);
    let mut model = Sequential::new()
        .then(dense)
        .then(PRelu::new(2))
        .then(BatchNorm::new(2));
    let before = model.clone();
    let zero: GradientMap<f64> = model
        .parameters()
        .into_iter()
        .map(|(_, param)| (param.id(), 0.0 * &param.value))
        .collect();
    Sgd::new(0.1)
        .decay(Decay::decoupled(0.5))
        .step(&mut model, &zero);
    for ((name, old), (_, new)) in before.parameters().into_iter().zip(model.parameters()) {
        assert_eq!(old.value != new.value, old.role == Role::Weight, "{name}");
    }
}

/// A weight that two layers share takes one step, along the sum of the gradients.
#[test]
fn a_tied_weight_is_stepped_once() {
    let encoder = Dense::<f64>::new(3, 2).seed(2).activation(Activation::Tanh);
    let (weight, decoder) = (encoder.weight.clone(), Tied::to(&encoder.weight));
    let mut model = Sequential::new().then(encoder).then(decoder);
    let x = array![[0.5, -1.0, 2.0]];
    let g = gradients(&model, &x);
    Sgd::new(0.1).step(&mut model, &g);
    let expected = &weight.value - &(0.1 * &g.wrt(&weight));
    let after = model.parameters()[0].1;
    assert_eq!(after.id(), weight.id());
    for (w, expected) in after.value.iter().zip(&expected) {
        assert!((w - expected).abs() < 1e-15);
    }
    // And again: the decoder goes with it.
    let mut optimizer = Adam::new(0.05);
    let squared = |model: &Sequential<f64>| {
        (model.predict(&x) - &x.clone().into_dyn())
            .mapv(|e| e * e)
            .sum()
    };
    let start = squared(&model);
    for _ in 0..100 {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let error = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &x);
        let g = on.backward(error);
        optimizer.step(&mut model, &g);
    }
    assert!(
        squared(&model) < 0.01 * start,
        "{} of {start}",
        squared(&model)
    );
}

/// Training with everything at once learns a line, and evaluation agrees with it: the running
/// statistics become those of the data.
#[test]
fn running_statistics_become_those_of_the_data() {
    let x = Array2::from_shape_fn([64, 1], |(row, _)| row as f64 / 8.0 + 10.0);
    let y = x.mapv(|x| 3.0 * x - 1.0);
    let mut model = Mlp::<f64>::new(&[1, 16, 1]).normalize(BatchNorm::new);
    let mut optimizer = Adam::new(0.05);
    for step in 0..600 {
        let tape = Tape::new();
        let on = Scope::train(&tape).seed(step);
        let g = on.backward(loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y));
        optimizer.step(&mut model, &g);
    }
    let error = (model.predict(&x) - &y.clone().into_dyn())
        .mapv(|e| e * e)
        .mean()
        .unwrap();
    let spread = y.var(0.0);
    assert!(error < 0.01 * spread, "{error} of {spread}");
}

/// Unrolled training leaves statistics out and works on.
#[test]
fn unrolled_training_has_no_statistics() {
    let model = Mlp::<f64>::new(&[2, 3, 1])
        .normalize(BatchNorm::new)
        .dropout(0.5);
    let x = array![[0.5, -1.0], [2.0, 1.0], [0.3, 0.1]];
    let tape = Tape::new();
    let mut unroll = Unroll::new(&tape, &Sgd::new(0.1), &model);
    for step in 0..2 {
        let on = unroll.scope().seed(step);
        unroll.step(model.forward(&on, on.input(&x)).square().sum(..));
    }
    let gain = model.parameters()[2].1;
    assert_eq!(gain.role, Role::Gain);
    assert!(unroll.value(gain).value() != gain.value);
}
