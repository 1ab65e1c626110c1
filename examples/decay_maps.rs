//! 8: what decay means decides whether its strength can be tuned apart from the learning rate.
//!
//! Loshchilov and Hutter (2019, figure 2) saw the best strengths of L2 in Adam's gradient on a diagonal, and those of
//! decay beside its step, `x − lr d(g) − λ x` (here independent), along an axis. Six maps show when that is so: of
//! the validation loss, the darker the lower, blank where it is that of a coin, with `#` at the best λ of each rate.
//!
//! With batch normalisation, as in their networks, it is so. Weights before it have no scale, and Adam's directions
//! `d` none either: weights and rate `c` times as large make the same network at every step (but for ε) if λ is the
//! same; if λ is `1 / c` as large where the rate multiplies it (decoupled, as PyTorch's AdamW has it); if it is
//! `1 / c²` as large in the gradient (coupled), which shrinks as weights grow. Once the initial weights are forgotten
//! the rate alone sets the scale, and the best λ goes as `lr⁰`, `lr⁻¹`, `lr⁻²`. What is best is an angle by which
//! weights turn in a step, in the paper's form `∝ √λ` (Kosson et al. 2024): with a small one wrong labels are learned,
//! with a large one nothing.
//!
//! Without normalisation it is the other way round. Training ends where decay balances the gradient: `g + λ x = 0`,
//! `d(g) + λ x = 0`, `lr d(g) + λ x = 0`. Only the last, independent decay, has to follow the rate, as `lr¹`.
//!
//! It takes a task that wants decay: on spirals, with wrong labels too, the smallest λ was the best with normalisation.
//! And the paper's other finding is not seen here: with the best λ of each rate, coupled decay is no worse.
//!
//! ```text
//! cargo run --release --example decay_maps
//! ```

use std::{array, f64::consts::LN_2, thread};

use tapegrad::prelude::*;

const STEPS: usize = 1000;
const RATES: usize = 7;
const STRENGTHS: usize = 10;
type Kind = (&'static str, fn(f64) -> Decay);
const KINDS: [Kind; 3] = [
    ("independent", |k| Decay::independent(k)),
    ("decoupled", |k| Decay::decoupled(k)),
    ("coupled", |k| Decay::coupled(k)),
];

fn main() {
    tapegrad::set_threads(1); // each row of a map has a thread
    // Is the sum of 4 features among 20 large, up or down? Noise makes some labels wrong.
    let (data, _) = data::sparse_linear_regression::<f32>(384 + 1000, 20, 4, 1.0, 7);
    let data = data.map_y(|y| y.mapv(|y| f32::from(y.abs() > 3.0)));
    let (train, validation) = data.split_at(384);

    // Lowest rate and lowest strengths, as powers of 2, and the powers of the rate that are expected.
    let with = ("with", -7, [-18, -14, -20], [0, -1, -2]);
    let without = ("without", -10, [-20, -14, -18], [1, 0, 0]);
    for (word, rate, strengths, expected) in [with, without] {
        let maps: [_; 3] = array::from_fn(|kind| {
            let (name, decay) = KINDS[kind];
            let loss = |lr, k| fit(&train, &validation, word == "with", lr, decay(k));
            let map = Map::new(rate, strengths[kind], loss);
            let slope = map.slope();
            assert!((slope - f64::from(expected[kind])).abs() < 0.5, "{slope}");
            let mut lines = vec![format!("λ, {name}")];
            lines.extend(map.draw());
            lines.push(format!("best λ ∝ lr^{slope:.1} ({})", expected[kind]));
            let [each, one] = map.tuned();
            lines.push(format!("loss {each:.2}, one λ {one:.2}"));
            lines
        });
        println!("\n{word} batch normalisation\n");
        for line in 0..maps[0].len() {
            let [left, middle, right] = maps.each_ref().map(|lines| &lines[line]);
            println!("{left:27}{middle:27}{}", right.trim_end());
        }
    }
    println!("\n(in brackets the power expected; mean loss with each rate's best λ, with one λ)");
}

/// The validation loss after training at constant rates, at most that of a coin.
fn fit(train: &Dataset, validation: &Dataset, normalise: bool, lr: f64, decay: Decay) -> f64 {
    let mut model = Mlp::new(&[20, 32, 32, 1])
        .activation(Activation::Relu)
        .seed(1);
    let own = |of: ParamGroup<Adam>| of.lr(3e-3).decay(Decay::None);
    let mut optimizer = Adam::new(lr)
        .decay(decay)
        .group(own(ParamGroup::role(Role::Bias)));
    if normalise {
        model = model.normalize(BatchNorm::new);
        // What has a scale is left alone.
        for of in [ParamGroup::role(Role::Gain), ParamGroup::layer("layers.2")] {
            optimizer = optimizer.group(own(of));
        }
    }
    let (mut tape, loss) = (Tape::new(), loss::BinaryCrossEntropy::new());
    let batches = (0..).flat_map(|epoch| train.batches(16, 1, epoch));
    for batch in batches.take(STEPS) {
        let on = Scope::train(&tape);
        let gradients = on.backward(loss.mean(model.forward(&on, on.input(&batch.x)), &batch.y));
        tape.clear();
        optimizer.step(&mut model, &gradients);
    }
    let on = Scope::eval(&tape);
    let loss = loss.mean(model.forward(&on, on.input(&validation.x)), &validation.y);
    f64::from(loss.item()).min(LN_2) // where it is not a number, too
}

/// Losses by strength, a row for each power of 4, and by rate, a column for each power of 2.
struct Map {
    rate: i32,
    strength: i32,
    losses: Vec<[f64; RATES]>,
}

impl Map {
    fn new(rate: i32, strength: i32, loss: impl Fn(f64, f64) -> f64 + Sync) -> Self {
        let row = |row: usize| {
            let strength = 2_f64.powi(strength + 2 * row as i32);
            array::from_fn(|column| loss(2_f64.powi(rate + column as i32), strength))
        };
        let losses = thread::scope(|scope| {
            let start = |at| scope.spawn(move || row(at));
            let rows: Vec<_> = (0..STRENGTHS).map(start).collect();
            rows.into_iter()
                .map(|row| row.join().expect("no panic"))
                .collect()
        });
        Self {
            rate,
            strength,
            losses,
        }
    }

    /// The row of the best strength of a rate.
    fn best(&self, column: usize) -> usize {
        let loss = |row: &usize| self.losses[*row][column];
        let best = (0..STRENGTHS).min_by(|a, b| loss(a).total_cmp(&loss(b)));
        best.expect("there are strengths")
    }

    /// The power of the rate with which its best strength goes, by least squares.
    fn slope(&self) -> f64 {
        let offsets = (0..RATES).map(|column| column as f64 - (RATES - 1) as f64 / 2.0);
        let squares: f64 = offsets.clone().map(|x| x * x).sum();
        let products = offsets
            .enumerate()
            .map(|(column, x)| x * 2.0 * self.best(column) as f64);
        products.sum::<f64>() / squares
    }

    /// The mean losses with the best strength of each rate, and with the best strength for all.
    fn tuned(&self) -> [f64; 2] {
        let mean = |losses: &[f64; RATES]| losses.iter().sum::<f64>() / RATES as f64;
        let each = array::from_fn(|column| self.losses[self.best(column)][column]);
        [
            mean(&each),
            self.losses.iter().map(mean).fold(LN_2, f64::min),
        ]
    }

    fn draw(&self) -> Vec<String> {
        let lowest = self.losses.iter().flatten().copied().fold(LN_2, f64::min);
        let cell = |row: usize, column: usize| {
            let part = (LN_2 - self.losses[row][column]) / (LN_2 - lowest);
            let shade = [' ', '.', ':', '+', '*'][(4.0 * part).round() as usize];
            [' ', if self.best(column) == row { '#' } else { shade }]
        };
        let row = |row: usize| {
            let cells: String = (0..RATES).flat_map(|column| cell(row, column)).collect();
            format!("2^{:<4}|{cells}", self.strength + 2 * row as i32)
        };
        let last = self.rate + RATES as i32 - 1;
        let axis = format!("lr     2^{:<4}...   2^{last}", self.rate);
        (0..STRENGTHS).rev().map(row).chain([axis]).collect()
    }
}
