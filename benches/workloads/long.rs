//! Whether a long training slows down: numbers that fade must not become subnormal and slow.

use super::clock::processor;
use super::row::run;
use super::specification::SPECIFICATION;
use super::{floor, tape};

pub(crate) fn print() {
    println!(
        "{:10}{:10}{:>8}{:>16}{:>15}{:>14}",
        "workload", "", "steps", "first tenth µs", "last tenth µs", "last loss"
    );
    for (name, steps) in [("tiny", 100_000), ("deep", 100_000)] {
        let work = SPECIFICATION.workload(name);
        for (peer, mut work) in [
            ("tapegrad", tape::build(work)),
            ("floor", floor::build(work)),
        ] {
            let tenth = steps / 10;
            let times: Vec<_> = (0..10)
                .map(|part| {
                    let start = processor();
                    run(&mut *work, part * tenth, tenth);
                    (processor() - start) / tenth as f64 * 1e6
                })
                .collect();
            let loss = work.value();
            println!(
                "{name:10}{peer:10}{steps:>8}{:>16.2}{:>15.2}{loss:>14.3e}",
                times[0], times[9]
            );
        }
    }
}
