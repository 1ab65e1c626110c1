//! Time against size: what is linear shows the same cost of a unit of work from some size on.

use super::specification::{Activation, Kind, Optimizer, SPECIFICATION, Strengths, Workload};
use super::table::beside;
use super::{floor, tape};

/// Tables of doublings from batch 32, two hidden layers of 64, 64 inputs and 10 classes.
pub(crate) fn print(seconds: f64) {
    let doubled =
        |from: usize, to: usize| (0..).map(move |k| from << k).take_while(move |&n| n <= to);
    let table = |name: &str, unit: &str, works: &mut dyn Iterator<Item = (usize, Workload)>| {
        println!(
            "{name:>9}{:>14}{:>12}{:>9}{:>22}{:>12}",
            "tapegrad µs",
            "floor µs",
            "ratio",
            format!("tapegrad {unit}"),
            "floor"
        );
        for (size, work) in works {
            let mut both = [tape::build(&work), floor::build(&work)];
            let ([tapegrad, floor], ratio) = beside(&mut both, 0, seconds / 4.0);
            let [a, b] = [tapegrad, floor].map(|time| 1e6 * time / amount(&work));
            println!("{size:>9}{tapegrad:>14.2}{floor:>12.2}{ratio:>9.3}{a:>22.2}{b:>12.2}");
        }
        println!();
    };
    let floating = "ps/FLOP";
    table(
        "batch",
        floating,
        &mut doubled(16, 1024).map(|n| (n, network(n, 64, 2))),
    );
    table(
        "width",
        floating,
        &mut doubled(16, 1024).map(|n| (n, network(32, n, 2))),
    );
    table(
        "depth",
        floating,
        &mut doubled(1, 64).map(|n| (n, network(32, 64, n))),
    );
    table(
        "numbers",
        "ps/number",
        &mut doubled(1 << 6, 1 << 22).map(|n| (n, vector(n))),
    );
}

/// Training with `depth` hidden layers by the optimizer of `digits`.
fn network(batch: usize, width: usize, depth: usize) -> Workload {
    let mut sizes = vec![width; depth + 2];
    (sizes[0], sizes[depth + 1]) = (64, 10);
    Workload {
        sizes,
        batch,
        n_batches: 4,
        activation: Activation::Relu,
        l2: Strengths::default(),
        ..SPECIFICATION.workload("digits").clone()
    }
}

/// The optimizer alone.
fn vector(count: usize) -> Workload {
    Workload {
        kind: Kind::Opt,
        n_params: count,
        optimizer: Optimizer::default(),
        ..SPECIFICATION.workload("opt").clone()
    }
}

/// Floating-point operations of a training step's products, or numbers that are stepped.
fn amount(work: &Workload) -> f64 {
    let layers = work.sizes.windows(2).map(|pair| pair[0] * pair[1]);
    match work.kind {
        Kind::Opt => work.n_params as f64,
        // Three products for each layer but the first, whose input has no gradient.
        _ => {
            let first = work.sizes[0] * work.sizes[1];
            (2 * work.batch * (3 * layers.sum::<usize>() - first)) as f64
        }
    }
}
