//! A search without a study around it, and what is searched.

use std::f64::consts::PI;
use std::sync::OnceLock;

use tapegrad_autodiff::{Activation, Tape};
use tapegrad_nn::{Mlp, Module, Penalty, Scope, Strength};
use tapegrad_optim::Adam;
use tapegrad_train::data::{Dataset, moons};
use tapegrad_tune::search::{Next, Search, Seen};
use tapegrad_tune::{Space, Values};

use super::problem::{data_loss, digits, validation_loss};

/// A finished trial.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    pub(crate) place: Vec<f64>,
    pub(crate) score: Option<f64>,
}

pub(crate) fn seen(trials: &[Trial]) -> Vec<Seen<'_>> {
    let numbered = trials.iter().enumerate();
    numbered
        .map(|(number, trial)| Seen {
            number,
            coordinates: &trial.place,
            budget: 1.0,
            score: trial.score,
        })
        .collect()
}

/// Asks for `together` places at once, or fewer if it is to wait, until there are enough trials.
pub(crate) fn run(
    by: &dyn Search,
    space: &Space,
    [enough, together]: [usize; 2],
    seed: u64,
    mut objective: impl FnMut(&Values) -> Option<f64>,
) -> Vec<Trial> {
    space.check().unwrap();
    let mut trials: Vec<Trial> = Vec::new();
    while trials.len() < enough {
        let mut round: Vec<Vec<f64>> = Vec::new();
        while round.len() < together.min(enough - trials.len()) {
            let ahead: Vec<&[f64]> = round.iter().map(Vec::as_slice).collect();
            let number = trials.len() + round.len();
            match by.next(space, &seen(&trials), &ahead, number, seed) {
                Next::Try(suggestion) => round.push(suggestion.coordinates),
                Next::Wait => break,
                Next::Done => panic!("{} was done", by.name()),
            }
        }
        assert!(!round.is_empty(), "{} waits for nothing", by.name());
        trials.extend(round.into_iter().map(|place| {
            let score = objective(&space.values(&place));
            Trial { place, score }
        }));
    }
    trials
}

pub(crate) fn best(trials: &[Trial]) -> f64 {
    let scores = trials.iter().filter_map(|trial| trial.score);
    scores.fold(f64::INFINITY, f64::min)
}

/// What is searched: a name, a space and a function on it, to be made as small as can be.
pub(crate) type Objective = (&'static str, Space, fn(&Values) -> f64);

pub(crate) fn objectives() -> [Objective; 3] {
    [
        ("Branin", branin_space(), branin),
        ("Hartmann-6", hartmann_space(), hartmann),
        ("digits by an MLP", digits_space(), digits_loss),
    ]
}

pub(crate) fn moons_by_network() -> Objective {
    ("moons by an MLP", moons_space(), moons_loss)
}

pub(crate) fn branin_space() -> Space {
    Space::new()
        .linear("x", -5.0..=10.0)
        .linear("y", 0.0..=15.0)
}

/// Its three minima are 0.397887.
pub(crate) fn branin(at: &Values) -> f64 {
    let [x, y] = ["x", "y"].map(|name| at.number(name));
    let curve = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    curve * curve + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

const SIX: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

pub(crate) fn hartmann_space() -> Space {
    SIX.iter()
        .fold(Space::new(), |space, name| space.linear(name, 0.0..=1.0))
}

/// Its minimum is −3.32237.
pub(crate) fn hartmann(at: &Values) -> f64 {
    const ALPHA: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const A: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const P: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let x = SIX.map(|name| at.number(name));
    let hill = |i: usize| {
        let far = (0..6).map(|j| A[i][j] * (x[j] - P[i][j]).powi(2));
        ALPHA[i] * (-far.sum::<f64>()).exp()
    };
    -(0..4).map(hill).sum::<f64>()
}

pub(crate) fn moons_space() -> Space {
    Space::new()
        .log("layers.0 L2", 1e-7..=1.0)
        .log("layers.1 L2", 1e-7..=1.0)
        .log("lr", 1e-4..=1.0)
        .choice("activation", ["relu", "tanh", "sigmoid"])
}

/// Of a network of width 16, 40 noisy rows to train on and 200 to validate.
fn moons_loss(at: &Values) -> f64 {
    let (train, validation) = moons(240, 0.3, 5).split_at(40);
    network(at, &[2, 16, 1], [&train, &validation])
}

pub(crate) fn digits_space() -> Space {
    moons_space()
        .linear("dropout", 0.0..=0.8)
        .log_integer("width", 4..=24)
}

/// 100 rows to train on and 200 to validate.
fn digits_loss(at: &Values) -> f64 {
    static PARTS: OnceLock<[Dataset<f64>; 2]> = OnceLock::new();
    let [train, validation] = PARTS.get_or_init(|| {
        let (train, validation) = digits().split_at(100);
        [train, validation]
    });
    let width = at.integer("width") as usize;
    network(at, &[64, width, 10], [train, validation])
}

/// The validation loss after 50 steps on all rows.
fn network(at: &Values, sizes: &[usize], [train, validation]: [&Dataset<f64>; 2]) -> f64 {
    let [first, second] = ["layers.0 L2", "layers.1 L2"].map(|name| Strength::new(at.number(name)));
    let activation = match at.choice("activation") {
        "relu" => Activation::Relu,
        "tanh" => Activation::Tanh,
        _ => Activation::Sigmoid,
    };
    let mut model = Mlp::<f64>::new(sizes)
        .activation(activation)
        .seed(2)
        .penalize(0, Penalty::l2(&first))
        .penalize(1, Penalty::l2(&second));
    if at.has("dropout") {
        model = model.dropout(at.number("dropout"));
    }
    let mut optimizer = Adam::new(at.number("lr"));
    let mut tape = Tape::new();
    for step in 0..50 {
        let on = Scope::train(&tape).seed(3).at_step(step);
        let loss = data_loss(&on, &model, train) + model.penalty(&on);
        let gradients = on.backward(loss);
        optimizer.step(&mut model, &gradients);
        tape.clear();
    }
    validation_loss(&model, validation)
}
