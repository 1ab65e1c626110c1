//! What a `Trainer` costs over loops by hand on the workload `tiny`: 2-64-64-1, tanh, an L2 penalty on each layer,
//! Adam, 16 batches of 32 rows an epoch.
//!
//! ```text
//! cargo bench --bench trainer
//! ```

use std::time::Instant;

use tapegrad::ndarray::Array2;
use tapegrad::prelude::*;
use tapegrad::set_threads;
use tapegrad::train::Trainer;

const EPOCHS: usize = 20;
const BATCH: usize = 32;
const ROUNDS: usize = 200;

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
fn by_hand<'d, B: Iterator<Item = Dataset>>(mut epoch: impl FnMut(usize) -> B + 'd) -> Mlp {
    let (mut model, mut optimizer, mut tape) = (network(), Adam::new(1e-3), Tape::new());
    for number in 0..EPOCHS {
        for batch in epoch(number) {
            let on = Scope::train(&tape);
            let data_loss =
                loss::SquaredError.mean(model.forward(&on, on.input(&batch.x)), &batch.y);
            let gradients = on.backward(data_loss + model.penalty(&on));
            tape.clear();
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

/// In turn, so that all meet the same weather; the best of each.
fn main() {
    set_threads(1);
    let data = data();
    let made: Vec<_> = data.batches(BATCH, 0, 0).collect();
    let batches = |epoch| data.batches(BATCH, 0, epoch);
    assert_eq!(
        by_trainer(&data).layers[2].weight.value,
        by_hand(batches).layers[2].weight.value,
        "all do the same work"
    );
    let [mut trainer, mut hand, mut ready] = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        trainer = trainer.min(seconds(|| by_trainer(&data)));
        hand = hand.min(seconds(|| by_hand(batches)));
        ready = ready.min(seconds(|| by_hand(|_| made.iter().cloned())));
    }
    let step = |seconds: f64| 1e6 * seconds / (16 * EPOCHS) as f64;
    println!("µs a step                               beside the trainer");
    println!("trainer                       {:8.2}", step(trainer));
    for (name, time) in [("by hand", hand), ("by hand, batches made before", ready)] {
        println!("{name:<29} {:8.2}  {:8.3}", step(time), trainer / time);
    }
}
