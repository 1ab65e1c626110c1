//! What a `Trainer` costs over loops by hand on the workload `tiny`: 2-64-64-1, tanh, an L2 penalty on each layer,
//! Adam, 16 batches of 32 rows an epoch.
//!
//! ```text
//! cargo bench --bench trainer
//! ```

use std::time::Instant;

use tapegrad::ndarray::Array2;
use tapegrad::optim::Guard;
use tapegrad::prelude::*;
use tapegrad::set_threads;
use tapegrad::train::Trainer;

const EPOCHS: usize = 20;
const BATCH: usize = 32;
const ROUNDS: usize = 101;

fn network() -> Mlp {
    (0..3).fold(Mlp::new(&[2, 64, 64, 1]).seed(1), |model, layer| {
        model.penalize(layer, Penalty::l2(1e-4))
    })
}

fn data() -> Dataset {
    let number = |row: usize, column: usize| ((row * 7 + column * 3) as f32 * 0.37).sin();
    Dataset::new(
        Array2::from_shape_fn([16 * BATCH, 2], |(row, column)| number(row, column)),
        Array2::from_shape_fn([16 * BATCH, 1], |(row, _)| number(row, 5)),
    )
}

/// By hand, over batches however they are made.
fn by_hand<'d, B: Iterator<Item = Dataset>>(
    mut epoch: impl FnMut(usize) -> B + 'd,
    mut guard: Option<Guard>,
) -> Mlp {
    let (mut model, mut optimizer, mut tape) = (network(), Adam::new(1e-3), Tape::new());
    for number in 0..EPOCHS {
        for batch in epoch(number) {
            let on = Scope::train(&tape);
            let data_loss =
                loss::SquaredError.mean(model.forward(&on, on.input(&batch.x)), &batch.y);
            let gradients = on.backward(data_loss + model.penalty(&on));
            tape.clear();
            if let Some(guard) = &mut guard {
                let passes = guard.lets_pass(&model, &gradients);
                assert!(passes.expect("the data are finite"));
            }
            optimizer.step(&mut model, &gradients);
        }
    }
    model
}

fn by_trainer(data: &Dataset) -> Mlp {
    let mut model = network();
    let mut trainer = Trainer::new(Adam::new(1e-3), loss::SquaredError)
        .epochs(EPOCHS)
        .batch_size(BATCH);
    trainer.fit(&mut model, data).expect("the data are finite");
    model
}

fn seconds(f: impl FnOnce() -> Mlp) -> f64 {
    let start = Instant::now();
    let model = f();
    assert!(model.layers[0].weight.value[[0, 0]].is_finite());
    start.elapsed().as_secs_f64()
}

/// The number in the middle.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// In turn, so that all meet the same weather: each round has its ratios, of which the one in the middle is told.
fn main() {
    set_threads(1);
    let data = data();
    let made: Vec<_> = data.batches(BATCH, 0, 0).collect();
    let batches = |epoch| data.batches(BATCH, 0, epoch);
    assert_eq!(
        by_trainer(&data).layers[2].weight.value,
        by_hand(batches, None).layers[2].weight.value,
        "all do the same work"
    );
    let mut rounds = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let mut times = [0.0; 4];
        for place in 0..4 {
            let who = (round + place) % 4; // nobody is always the one after the same
            let _shift = vec![1u8; 20000 + 16 * ((round * 7 + place * 13) % 64)];
            times[who] = seconds(|| match who {
                0 => by_trainer(&data),
                1 => by_hand(batches, None),
                2 => by_hand(batches, Some(Guard::stop())),
                _ => by_hand(|_| made.iter().cloned(), None),
            });
        }
        rounds.push(times);
    }
    println!("µs a step                               the trainer beside it");
    let names = [
        "trainer",
        "by hand",
        "by hand, with a guard",
        "by hand, batches made before",
    ];
    for (who, name) in names.into_iter().enumerate() {
        let step = 1e6 * median(rounds.iter().map(|times| times[who])) / (16 * EPOCHS) as f64;
        let ratio = median(rounds.iter().map(|times| times[0] / times[who]));
        println!("{name:<29} {step:8.2}  {ratio:8.3}");
    }
}
