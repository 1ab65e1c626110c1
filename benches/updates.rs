//! What a step of each rule costs over ten million weights, beside a plain loop that reads and writes as many
//! bytes and does nothing else: each array is read once, and all but the gradient are written.
//!
//! ```text
//! cargo bench --bench updates
//! ```

use std::time::Instant;

use tapegrad::ndarray::ArrayD;
use tapegrad::prelude::*;
use tapegrad::set_threads;

const WEIGHTS: usize = 10_000_000;
const ROUNDS: usize = 15;

/// Adds `g` to every array, block by block, so that `g` is read from memory once.
fn copy(g: &[f32], written: &mut [&mut [f32]]) {
    const BLOCK: usize = 1024;
    for (block, g) in g.chunks(BLOCK).enumerate() {
        for array in &mut *written {
            let array = &mut array[block * BLOCK..][..g.len()];
            array.iter_mut().zip(g).for_each(|(x, g)| *x += g);
        }
    }
}

/// The same on several threads, each with a part of every array.
fn copy_on(threads: usize, g: &[f32], written: &mut [Vec<f32>]) {
    let part = g.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let mut parts: Vec<_> = written.iter_mut().map(|all| all.chunks_mut(part)).collect();
        for g in g.chunks(part) {
            let mut own: Vec<_> = parts.iter_mut().filter_map(Iterator::next).collect();
            scope.spawn(move || copy(g, &mut own));
        }
    });
}

fn seconds(f: impl FnOnce()) -> f64 {
    let start = Instant::now();
    f();
    start.elapsed().as_secs_f64()
}

/// Both in turn, so that they meet the same weather; the best of each.
fn update<R: Rule>(threads: usize, name: &str, mut optimizer: Optimizer<R>, rule: R) {
    set_threads(threads);
    let mut layer = Dense::<f32>::new(WEIGHTS / 1000, 1000).without_bias();
    let g = ArrayD::from_elem(vec![WEIGHTS / 1000, 1000], 0.01_f32);
    let gradients: GradientMap = [(layer.weight.id(), &g)].into_iter().collect();
    let mut written = vec![vec![1.0_f32; WEIGHTS]; 1 + rule.slots()];
    let g = g.as_slice().expect("contiguous");
    let [mut step, mut plain] = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        step = step.min(seconds(|| optimizer.step(&mut layer, &gradients)));
        plain = plain.min(seconds(|| copy_on(threads, g, &mut written)));
    }
    assert!(layer.weight.value[[0, 0]].is_finite() && written[0][0] > 1.0);
    let bytes = (4 * WEIGHTS * (2 * (1 + rule.slots()) + 1)) as f64;
    println!(
        "{threads:>7}  {name:<12}{:>10.2}{:>10.2}{:>12.1}{:>13.1}{:>9.2}",
        1e3 * step,
        1e3 * plain,
        1e-9 * bytes / step,
        1e-9 * bytes / plain,
        plain / step
    );
}

fn main() {
    println!("threads  rule           step ms  plain ms   step GB/s   plain GB/s    ratio");
    for threads in [1, 2] {
        update(threads, "Sgd", Sgd::new(1e-6), Sgd);
        update(
            threads,
            "Momentum",
            Momentum::new(1e-6),
            Momentum::default(),
        );
        update(threads, "RmsProp", RmsProp::new(1e-6), RmsProp::default());
        update(threads, "Adam", Adam::new(1e-6), Adam::default());
        update(threads, "AdamW", AdamW::new(1e-6), Adam::default());
    }
}
