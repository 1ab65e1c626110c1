//! What derivatives cost beside what is differentiated, and long chains beside short ones.
//!
//! ```text
//! cargo bench --bench derivatives
//! ```

use std::hint::black_box;
use std::time::Instant;

use tapegrad::prelude::*;
use tapegrad::set_threads;

/// The best of several times of `f`, in seconds.
fn best(times: usize, mut f: impl FnMut()) -> f64 {
    let mut seconds = f64::INFINITY;
    for _ in 0..times {
        let start = Instant::now();
        f();
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    seconds
}

/// Of one network: the loss; `backward` from it; both, a gradient; and the loss with a Hessian-vector
/// product.
fn network(batch: usize, width: usize) {
    let model = Mlp::<f32>::new(&[64, width, width, 10]).activation(Activation::Tanh);
    let numbers = (0..batch * 64).map(|i| (i as f32).sin()).collect();
    let x = ArcArrayD::from_shape_vec(vec![batch, 64], numbers).expect("a matrix");
    let classes: Vec<usize> = (0..batch).map(|row| row % 10).collect();
    let mut tape = Tape::new();
    let parameters = model.parameters();
    let directions = parameters
        .iter()
        .map(|(_, param)| (param.id(), param.value.mapv(|w| 1.0 - w)));
    let directions: GradientMap = directions.collect();
    let mut run = |derivative: usize| {
        let on = Scope::train(&tape);
        let z = model.forward(&on, on.input(&x));
        let loss = loss::CrossEntropy::new().mean(z, &classes);
        match derivative {
            0 => {
                black_box(loss.item());
            }
            1 => drop(black_box(on.backward(loss))),
            _ => drop(black_box(on.hvp(loss, &directions))),
        }
        tape.clear();
    };
    let mut seconds = [f64::INFINITY; 3];
    for _ in 0..20 {
        // In turn, so that all meet the same weather.
        for (derivative, seconds) in seconds.iter_mut().enumerate() {
            *seconds = seconds.min(best(10, || run(derivative)));
        }
    }
    let [forward, with_backward, with_product] = seconds.map(|seconds| 1e6 * seconds);
    let backward = with_backward - forward;
    println!(
        "{batch:>6}{width:>7}{forward:>12.1}{backward:>13.1}{with_backward:>13.1}{with_product:>10.1}{:>19.2}{:>15.2}",
        backward / forward,
        with_product / with_backward
    );
}

/// A chain of `n` operations on one number: nanoseconds for each, forward, backward and dropped.
fn chain(n: usize) {
    let mut seconds = [f64::INFINITY; 3];
    for _ in 0..5 {
        let start = Instant::now();
        let tape = Tape::<f64>::new();
        let x = tape.var(1.0);
        let y = (0..n).fold(x, |y, _| y * 1.000_001);
        let forward = start.elapsed();
        let start = Instant::now();
        black_box(y.backward());
        let backward = start.elapsed();
        let start = Instant::now();
        drop(tape);
        let dropped = start.elapsed();
        for (least, time) in seconds.iter_mut().zip([forward, backward, dropped]) {
            *least = least.min(time.as_secs_f64());
        }
    }
    let [forward, backward, dropped] = seconds.map(|seconds| 1e9 * seconds / n as f64);
    println!("{n:>9}{forward:>12.1}{backward:>13.1}{dropped:>10.1}");
}

fn main() {
    set_threads(1);
    println!(
        " batch  width  forward µs  backward µs  gradient µs    hvp µs  backward/forward   hvp/gradient"
    );
    for (batch, width) in [(32, 64), (128, 128), (128, 512)] {
        network(batch, width);
    }
    println!("\n    chain  forward ns  backward ns   drop ns   (for each operation)");
    for n in [10_000, 100_000, 1_000_000] {
        chain(n);
    }
}
