//! Derivatives through training: the same rule text on the tape, against differences of ordinary
//! training.

use ndarray::{Array2, array};
use tapegrad_autodiff::{Activation, Tape, Var};
use tapegrad_nn::penalty::Acts;
use tapegrad_nn::{Dense, Loss, Mlp, Module, Penalty, Scope, Strength, loss};
use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Decay, Lamb, Lion, Momentum, NAdam, Optimizer, RAdam,
    RmsProp, Rprop, Rule, Sgd, Unroll, Yogi, schedule,
};

use super::table::Property;

const STEPS: usize = 50;

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
fn trained<R: Rule>(mut optimizer: Optimizer<R, f64>, lambdas: [f64; 2], acts: Acts) -> f64 {
    let problem = problem();
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

/// The slope of a function at `x`, by the five-point formula: adaptive rules bend too much for three points.
fn slope(x: f64, step: f64, f: impl Fn(f64) -> f64) -> f64 {
    let at = |shift: f64| f(x + shift * step);
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * step)
}

/// The validation loss after unrolled training with what `prepare` substitutes, and the variables that it returns.
fn unrolled<'t, R: Rule, const N: usize>(
    optimizer: &Optimizer<R, f64>,
    model: &Mlp<f64>,
    tape: &'t Tape<f64>,
    prepare: impl FnOnce(Unroll<'t, R, f64>) -> (Unroll<'t, R, f64>, [Var<'t, f64>; N]),
) -> (f64, [f64; N]) {
    let problem = problem();
    let (mut unroll, vars) = prepare(Unroll::new(tape, optimizer, model));
    for _ in 0..STEPS {
        let on = unroll.scope();
        unroll.step(training_loss(model, &on, &problem));
    }
    let loss = validation_loss(model, &unroll.scope(), &problem);
    let gradients = loss.backward();
    (loss.item(), vars.map(|var| gradients.wrt(var)[[]]))
}

fn assert_close(what: &str, exact: f64, numeric: f64) {
    let off = (exact - numeric).abs() / exact.abs();
    println!("{what}: {off:.1e}");
    assert!(off <= 1e-6, "{what}: {exact} against {numeric}");
}

const LAMBDAS: [f64; 2] = [0.02, 0.05];

/// The derivative of the validation loss with respect to both strengths and the learning rate.
///
/// The rates are such that no weight meets a kink (of L1, of its threshold, of the most that a step shrinks)
/// within the step of the differences.
#[test]
fn slopes_by_strengths_and_by_the_learning_rate() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        let lr = optimizer.learning_rate();
        for acts in [Acts::InLoss, Acts::Proximal] {
            if acts == Acts::Proximal && !Property::Proximal.holds(name) {
                continue;
            }
            let strengths = LAMBDAS.map(Strength::new);
            let model = network(&strengths, acts);
            let tape = Tape::new();
            let (loss, exact) = unrolled(&optimizer, &model, &tape, |unroll| {
                let [l1, l2, lr] = [LAMBDAS[0], LAMBDAS[1], lr].map(|x| tape.var(x));
                let unroll = unroll
                    .substitute(&strengths[0], l1)
                    .substitute(&strengths[1], l2)
                    .learning_rate(lr);
                (unroll, [l1, l2, lr])
            });
            let plain = trained(optimizer.clone(), LAMBDAS, acts);
            assert!(
                (loss - plain).abs() <= 1e-13 * plain,
                "{name} {acts:?}: both are one training"
            );
            for place in 0..2 {
                let what = format!("{name} {acts:?}: λ{place}");
                let numeric = slope(LAMBDAS[place], 5e-6, |lambda| {
                    let mut lambdas = LAMBDAS;
                    lambdas[place] = lambda;
                    trained(optimizer.clone(), lambdas, acts)
                });
                if acts == Acts::InLoss && !Property::Smooth.holds(name) {
                    // In the loss a strength changes gradients alone, and a sign does not see it.
                    assert_eq!([exact[place], numeric], [0.0; 2], "{what}");
                    continue;
                }
                assert_close(&what, exact[place], numeric);
            }
            let numeric = slope(lr, 1e-4 * lr, |lr| {
                let mut optimizer = optimizer.clone();
                optimizer.set_learning_rate(lr);
                trained(optimizer, LAMBDAS, acts)
            });
            assert_close(&format!("{name} {acts:?}: lr"), exact[2], numeric);
        }
    }
    every_rule!(check);
}

/// What decay means, with its strength as a variable; of weights alone.
#[test]
fn slopes_by_the_strength_of_decay() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        let kinds: [fn(&Strength) -> Decay; 4] = [
            |k| Decay::coupled(k),
            |k| Decay::decoupled(k),
            |k| Decay::independent(k),
            |k| Decay::normalised(k, 6, 60, 5),
        ];
        for kind in kinds {
            let k = 0.03;
            let strength = Strength::new(k);
            let decaying = optimizer.clone().decay(kind(&strength));
            let model = network(&[0.0, 0.0].map(Strength::new), Acts::InLoss);
            let tape = Tape::new();
            let (_, [exact]) = unrolled(&decaying, &model, &tape, |unroll| {
                let k = tape.var(k);
                (unroll.substitute(&strength, k), [k])
            });
            let numeric = slope(k, 2e-5, |k| {
                let decaying = optimizer.clone().decay(kind(&Strength::new(k)));
                trained(decaying, [0.0, 0.0], Acts::InLoss)
            });
            assert_close(&format!("{name} {}", kind(&strength)), exact, numeric);
        }
    }
    check("momentum", Momentum::new(0.05));
    check("adam", Adam::new(schedule::Cosine::new(0.02, 0.0, STEPS)));
    check("lamb", Lamb::new(0.01));
}

/// A weight whose gradient is exactly 0 (a dead unit) has a root of 0 in every adaptive rule, and
/// poisons no derivative.
#[test]
fn dead_units_do_not_poison() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        for acts in [Acts::InLoss, Acts::Proximal] {
            let strength = Strength::new(0.1);
            let penalty = match acts {
                Acts::InLoss => Penalty::l2(&strength),
                Acts::Proximal => Penalty::l2(&strength).proximal(),
            };
            let mut model = Dense::<f64>::new(2, 1).penalize(penalty);
            model.weight.value = array![[0.5], [0.0]].into_dyn().into_shared();
            let (x, y) = (array![[1.0, 0.0], [2.0, 0.0]], array![[1.0], [0.5]]); // the second input is always 0
            let tape = Tape::new();
            let lambda = tape.var(0.1);
            let mut unroll = Unroll::new(&tape, &optimizer, &model).substitute(&strength, lambda);
            for _ in 0..5 {
                let on = unroll.scope();
                let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
                unroll.step(data_loss + model.penalty(&on));
            }
            let w = unroll.value(&model.weight);
            if Property::KeepsZeros.holds(name) {
                assert_eq!(w.value()[[1, 0]], 0.0, "{name}");
            }
            let slope = w.sum(..).backward().wrt(lambda)[[]];
            let changes = acts == Acts::Proximal || Property::Smooth.holds(name);
            assert!(
                slope.is_finite() && (slope != 0.0) == changes,
                "{name} {acts:?}: {slope}"
            );
        }
    }
    every_rule!(check);
}

/// Unrolling starts from an optimizer's state and changes neither it nor the model.
#[test]
fn goes_on_from_where_training_stands() {
    fn check<R: Rule>(name: &str, mut optimizer: Optimizer<R, f64>) {
        let problem = problem();
        let mut model = network(&LAMBDAS.map(Strength::new), Acts::InLoss);
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
        let parameters = middle.parameters().into_iter().zip(last.parameters());
        for ((place, unrolled), (_, trained)) in parameters {
            for (a, b) in unroll.value(unrolled).value().iter().zip(&trained.value) {
                assert!(
                    (a - b).abs() <= 1e-13 * b.abs(),
                    "{name}, {place}: {a} against {b}"
                );
            }
        }
    }
    every_rule!(check);
}
