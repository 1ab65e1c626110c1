//! The nine workloads that `workloads.json` fixes for all libraries, on the tape and beside it by
//! hand on the same kernels without a tape.
//!
//! ```text
//! cargo bench --bench workloads [-- --seconds 2]     # all: both beside each other, in rounds
//! cargo bench --bench workloads -- --workload tiny --seconds 5 --threads 1 [--floor]
//! cargo bench --bench workloads -- --growth          # time against batch, width, depth, numbers
//! cargo bench --bench workloads -- --long            # whether late steps are as fast as early
//! cargo test --bench workloads                       # the values, against double precision
//! ```
//!
//! With `--workload` it prints one line of JSON, as the programs for other libraries do. Tables
//! show time of the processor, since other programs may be running.

mod workloads {
    mod arguments;
    mod check;
    mod clock;
    mod data;
    mod expected;
    mod floor;
    mod growth;
    mod long;
    mod random;
    mod row;
    mod specification;
    mod table;
    mod tape;
    mod work;

    use tapegrad::autodiff::kernel::threads::set_threads;

    use self::arguments::{Arguments, Task};
    use self::specification::SPECIFICATION;

    pub(super) fn main() {
        let Arguments {
            task,
            seconds,
            threads,
            by_hand,
        } = Arguments::read();
        set_threads(threads);
        match task {
            Task::Check => check::all(),
            Task::Table => table::print(seconds),
            Task::Growth => growth::print(seconds),
            Task::Long => long::print(),
            Task::One(name) => {
                let work = SPECIFICATION.workload(&name);
                let (peer, mut work) = if by_hand {
                    ("floor", floor::build(work))
                } else {
                    ("tapegrad", tape::build(work))
                };
                let row = row::row(&mut *work, peer, &name, threads, seconds);
                let text = serde_json::to_string(&row).expect("a row is plain data");
                println!("{text}");
                if expected::deviation(&name, &row.trace) > 1.0 {
                    eprintln!("the trace of {name} is not the one expected");
                    std::process::exit(1);
                }
            }
        }
    }
}

fn main() {
    workloads::main();
}
