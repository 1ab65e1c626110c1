/// What is asked for on the command line.
pub(crate) struct Arguments {
    pub(crate) task: Task,
    pub(crate) seconds: f64,
    pub(crate) threads: usize,
    pub(crate) by_hand: bool,
}

pub(crate) enum Task {
    /// The values of all workloads: what `cargo test` asks for.
    Check,
    Table,
    Growth,
    Long,
    One(String),
}

impl Arguments {
    /// `cargo bench` adds `--bench`; what belongs to other harnesses is passed over.
    pub(crate) fn read() -> Self {
        let (mut measured, mut task, mut by_hand) = (false, None, false);
        let (mut seconds, mut threads) = (None, None);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut next = || {
                let missing = || panic!("{argument} needs a value");
                arguments.next().unwrap_or_else(missing)
            };
            match &argument[..] {
                "--bench" => measured = true,
                "--workload" => task = Some(Task::One(next())),
                "--growth" => task = Some(Task::Growth),
                "--long" => task = Some(Task::Long),
                "--seconds" => seconds = Some(next().parse().expect("a number of seconds")),
                "--threads" => threads = Some(next().parse().expect("a number of threads")),
                "--floor" => by_hand = true,
                _ => {}
            }
        }
        let otherwise = if measured { Task::Table } else { Task::Check };
        Self {
            task: task.unwrap_or(otherwise),
            seconds: seconds.unwrap_or(2.0),
            threads: threads.unwrap_or(1),
            by_hand,
        }
    }
}
