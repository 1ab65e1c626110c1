//! 4: the gradient of a batch from its shards, each on a thread and a tape of its own.
//!
//! A model is shared among threads, a tape is not. The shards' gradients are summed in their order,
//! so the weights are the same to the bit as when one thread does shard after shard.
//!
//! ```text
//! cargo run --release --example data_parallel
//! ```

use std::thread;
use std::time::Instant;

use tapegrad::prelude::*;

const ROWS: usize = 1024;
const SHARDS: usize = 4;
const STEPS: usize = 50;

fn main() {
    // The threads have the shards, so each does its kernels alone.
    tapegrad::set_threads(1);
    let (data, _) = data::sparse_linear_regression::<f32>(ROWS, 32, 4, 0.1, 1);
    let [one, all] = [false, true].map(|on_threads| fit(&data, on_threads));
    println!("the weights are equal to the bit: {}", one == all);
    assert!(one == all);
}

/// The bits of the weights after some steps along the gradient of the whole batch.
fn fit(data: &Dataset, on_threads: bool) -> Vec<u32> {
    let shards: Vec<Dataset> = data.batches(ROWS / SHARDS, 1, 0).collect();
    let mut model = Mlp::new(&[32, 256, 128, 1]).activation(Activation::Tanh);
    let mut optimizer = Adam::new(1e-3);
    let mut tapes: [Tape; SHARDS] = Default::default();
    let (start, mut loss) = (Instant::now(), f32::NAN);
    for _ in 0..STEPS {
        let work = shards.iter().zip(&mut tapes);
        let parts: Vec<(f32, GradientMap)> = thread::scope(|scope| {
            let model = &model;
            if !on_threads {
                return work.map(|(x, tape)| gradients(model, x, tape)).collect();
            }
            let running: Vec<_> = work
                .map(|(x, tape)| scope.spawn(|| gradients(model, x, tape)))
                .collect();
            let parts = running.into_iter().map(|thread| thread.join());
            parts.map(|part| part.expect("no panic")).collect()
        });
        loss = parts.iter().map(|(loss, _)| loss).sum();
        let (first, rest) = parts.split_first().expect("there are shards");
        let sum = first.1.iter().map(|(id, g)| {
            let rest = rest.iter().filter_map(|(_, part)| part.get(id));
            (id, rest.fold(g.to_owned(), |sum, g| sum + g))
        });
        optimizer.step(&mut model, &sum.collect());
    }
    let threads = if on_threads { SHARDS } else { 1 };
    let time = start.elapsed();
    println!("{threads} threads: loss {loss:.6} after {STEPS} steps in {time:.0?}");
    let mut bits = Vec::new();
    model.visit(Name::root(), &mut |_, param| {
        bits.extend(param.value.iter().map(|w| w.to_bits()));
    });
    bits
}

/// The part of a shard in the mean loss of the batch, and its gradients.
fn gradients(model: &Mlp, shard: &Dataset, tape: &mut Tape) -> (f32, GradientMap) {
    let on = Scope::train(tape);
    let y = model.forward(&on, on.input(&shard.x));
    let loss = loss::SquaredError.mean(y, &shard.y) / SHARDS as f64;
    let part = (loss.item(), on.backward(loss));
    tape.clear();
    part
}
