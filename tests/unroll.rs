//! Derivatives through training: the same rule text on the tape, against differences of ordinary
//! training.

use ndarray::{Array2, array};
use tapegrad::nn::penalty::Acts;
use tapegrad::prelude::*;

const STEPS: usize = 20;

struct Problem {
    x: Array2<f64>,
    y: Array2<f64>,
    validation: [Array2<f64>; 2],
}

fn problem() -> Problem {
    let wave = |rows, columns, phase: f64| {
        Array2::from_shape_fn([rows, columns], |(i, j)| {
            (1.3 * (i * columns + j) as f64 + phase).sin()
        })
    };
    Problem {
        x: wave(6, 2, 0.0),
        y: wave(6, 1, 0.4),
        validation: [wave(5, 2, 0.9), wave(5, 1, 1.7)],
    }
}

/// L1 on the first weight, L2 on the second.
fn network([l1, l2]: &[Strength; 2], acts: Acts) -> Mlp<f64> {
    let model = Mlp::new(&[2, 4, 1]).activation(Activation::Tanh).seed(5);
    let act = |penalty: Penalty<f64>| match acts {
        Acts::InLoss => penalty,
        Acts::Proximal => penalty.proximal(),
    };
    model
        .penalize(0, act(Penalty::l1(l1)))
        .penalize(1, act(Penalty::l2(l2)))
}

fn training_loss<'t>(model: &Mlp<f64>, on: &Scope<'t, f64>, problem: &Problem) -> Var<'t, f64> {
    loss::SquaredError.mean(model.forward(on, on.input(&problem.x)), &problem.y) + model.penalty(on)
}

fn validation_loss<'t>(model: &Mlp<f64>, on: &Scope<'t, f64>, problem: &Problem) -> Var<'t, f64> {
    let [x, y] = &problem.validation;
    loss::SquaredError.mean(model.forward(on, on.input(x)), y)
}

/// The validation loss after ordinary training.
fn trained<R: Rule>(optimizer: &Optimizer<R, f64>, lambdas: [f64; 2], acts: Acts) -> f64 {
    let (problem, mut optimizer) = (problem(), optimizer.clone());
    let mut model = network(&lambdas.map(Strength::new), acts);
    let mut tape = Tape::new();
    for _ in 0..STEPS {
        let on = Scope::train(&tape);
        let gradients = on.backward(training_loss(&model, &on, &problem));
        tape.clear();
        optimizer.step(&mut model, &gradients);
    }
    validation_loss(&model, &Scope::eval(&tape), &problem).item()
}

/// `d(validation loss after 20 steps) / dλ` by unrolling against central differences.
fn assert_hypergradients<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
    for acts in [Acts::InLoss, Acts::Proximal] {
        assert_hypergradients_of(name, &optimizer, acts);
    }
}

fn assert_hypergradients_of<R: Rule>(name: &str, optimizer: &Optimizer<R, f64>, acts: Acts) {
    let (lambdas, problem) = ([0.02, 0.05], problem());
    let strengths = lambdas.map(Strength::new);
    let model = network(&strengths, acts);

    let tape = Tape::new();
    let vars = lambdas.map(|lambda| tape.var(lambda));
    let mut unroll = Unroll::new(&tape, optimizer, &model)
        .substitute(&strengths[0], vars[0])
        .substitute(&strengths[1], vars[1]);
    for _ in 0..STEPS {
        let on = unroll.scope();
        unroll.step(training_loss(&model, &on, &problem));
    }
    let loss = validation_loss(&model, &unroll.scope(), &problem);
    let plain = trained(optimizer, lambdas, acts);
    assert!(
        (loss.item() - plain).abs() <= 1e-13 * plain,
        "{name} {acts:?}: both are one training"
    );

    let gradients = loss.backward();
    for (place, var) in vars.into_iter().enumerate() {
        let exact = gradients.wrt(var)[[]];
        let at = |shift: f64| {
            let mut lambdas = lambdas;
            lambdas[place] += shift;
            trained(optimizer, lambdas, acts)
        };
        // The five-point formula: the adaptive rules bend too much for three points.
        let step = 2e-5;
        let numeric =
            (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
        println!("{name} {acts:?}: λ{place}: {exact} against {numeric}");
        assert!(exact != 0.0, "{name} {acts:?}");
        assert!(
            (exact - numeric).abs() <= 1e-7 * exact.abs().max(1.0),
            "{name} {acts:?}: {exact} against {numeric}"
        );
    }
}

/// The rates are such that no weight meets a kink (of L1, of its threshold, of the most that a step shrinks)
/// within the step of the differences.
#[test]
fn every_rule() {
    assert_hypergradients("sgd", Sgd::new(0.1));
    assert_hypergradients("momentum", Momentum::new(0.05));
    assert_hypergradients(
        "nesterov",
        Optimizer::new(Momentum::default().nesterov(), 0.05),
    );
    assert_hypergradients("rms_prop", RmsProp::new(0.01));
    assert_hypergradients(
        "rms_prop centred",
        Optimizer::new(RmsProp::default().centred(), 0.008),
    );
    assert_hypergradients(
        "rms_prop momentum",
        Optimizer::new(RmsProp::default().momentum(0.5), 0.003),
    );
    assert_hypergradients("adam", Adam::new(0.02));
    assert_hypergradients(
        "adam amsgrad",
        Optimizer::new(Adam::default().amsgrad(), 0.02),
    );
    assert_hypergradients("adam coupled", Adam::new(0.02).decay(Decay::coupled(0.1)));
    assert_hypergradients("adamw", AdamW::new(schedule::Cosine::new(0.02, 0.0, STEPS)));
}

/// A weight whose gradient is exactly 0 (a dead unit) has a root of 0 in every adaptive rule, and
/// poisons no derivative.
#[test]
fn dead_units_do_not_poison() {
    let strength = Strength::new(0.1);
    let mut model = Dense::<f64>::new(2, 1).penalize(Penalty::l2(&strength));
    model.weight.value = array![[0.5], [0.0]].into_dyn().into_shared();
    let (x, y) = (array![[1.0, 0.0], [2.0, 0.0]], array![[1.0], [0.5]]); // the second input is always 0
    let tape = Tape::new();
    let lambda = tape.var(0.1);
    let mut unroll = Unroll::new(
        &tape,
        &Optimizer::new(Adam::default().amsgrad(), 0.02),
        &model,
    );
    for _ in 0..5 {
        let on = unroll.scope().substitute(&strength, lambda);
        let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
        unroll.step(data_loss + model.penalty(&on));
    }
    let w = unroll.value(&model.weight);
    assert_eq!(w.value()[[1, 0]], 0.0);
    let slope = w.sum(..).backward().wrt(lambda)[[]];
    assert!(slope.is_finite() && slope != 0.0, "{slope}");
}

/// Unrolling starts from an optimizer's state and changes neither it nor the model.
#[test]
fn goes_on_from_where_training_stands() {
    let problem = problem();
    let mut model = network(&[0.02, 0.05].map(Strength::new), Acts::InLoss);
    let mut optimizer = Adam::new(0.02);
    let mut steps = |count| {
        let mut tape = Tape::new();
        for _ in 0..count {
            let on = Scope::train(&tape);
            let gradients = on.backward(training_loss(&model, &on, &problem));
            tape.clear();
            optimizer.step(&mut model, &gradients);
        }
        (model.clone(), optimizer.clone())
    };
    let (middle, state) = steps(7);
    let (last, _) = steps(3);

    let tape = Tape::new();
    let mut unroll = Unroll::new(&tape, &state, &middle);
    for _ in 0..3 {
        unroll.step(training_loss(&middle, &unroll.scope(), &problem));
    }
    assert_eq!(state.steps(), 7);
    for ((name, unrolled), (_, trained)) in middle.parameters().into_iter().zip(last.parameters()) {
        for (a, b) in unroll.value(unrolled).value().iter().zip(&trained.value) {
            assert!((a - b).abs() <= 1e-13 * b.abs(), "{name}: {a} against {b}");
        }
    }
}
