//! One workload, timed as the other libraries are.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clock::{peak_memory, processor, rounded, wall};
use super::specification::SPECIFICATION;
use super::work::Work;

/// What is said of a workload, on one line.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    peer: &'static str,
    workload: String,
    threads: usize,
    steps: usize,
    seconds: f64,
    us_per_step: f64,
    us_per_step_min: f64,
    /// Of the processor, on all threads.
    cpu_us_per_step: f64,
    cpu_per_wall: f64,
    peak_rss_mb: f64,
    final_loss: f64,
    pub(crate) trace: Trace,
}

/// The values at some steps, counted from 1.
pub(crate) type Trace = BTreeMap<usize, f64>;

/// The steps whose values are compared, and those between.
pub(crate) fn trace(work: &mut dyn Work) -> Trace {
    let wanted = &SPECIFICATION.trace_steps;
    let mut trace = Trace::new();
    for index in 0..traced_steps() {
        let keep = wanted.contains(&(index + 1));
        work.step(index, keep);
        if keep {
            trace.insert(index + 1, work.value());
        }
    }
    trace
}

/// How many steps are traced, before any is timed.
pub(crate) fn traced_steps() -> usize {
    SPECIFICATION.trace_steps.iter().copied().max().unwrap_or(0)
}

/// Runs a workload for some seconds, in about twenty chunks of as many steps.
pub(crate) fn row(
    work: &mut dyn Work,
    peer: &'static str,
    workload: &str,
    threads: usize,
    seconds: f64,
) -> Row {
    let trace = trace(work);
    let mut next = traced_steps();
    let mut chunk = |steps: usize| {
        let start = wall();
        run(work, next, steps);
        next += steps;
        wall() - start
    };
    let (mut steps, mut time) = (1, chunk(1));
    while time < seconds / 50.0 {
        steps *= 2;
        time = chunk(steps);
    }
    let steps = ((steps as f64 * seconds / 20.0 / time).round() as usize).max(1);
    let (mut times, used, start) = (Vec::new(), processor(), wall());
    while times.is_empty() || wall() - start < seconds {
        times.push(chunk(steps));
    }
    let (used, total) = (processor() - used, times.iter().sum::<f64>());
    let all = steps * times.len();
    times.sort_by(f64::total_cmp);
    let each = 1e6 / steps as f64;
    Row {
        peer,
        workload: workload.to_owned(),
        threads,
        steps: all,
        seconds: rounded(total, 4),
        us_per_step: rounded(median(&times) * each, 3),
        us_per_step_min: rounded(times[0] * each, 3),
        cpu_us_per_step: rounded(used / all as f64 * 1e6, 3),
        cpu_per_wall: rounded(used / total, 3),
        peak_rss_mb: rounded(peak_memory(), 1),
        final_loss: work.value(),
        trace,
    }
}

/// So many steps from one on; the last keeps its value.
pub(crate) fn run(work: &mut dyn Work, from: usize, steps: usize) {
    for index in from..from + steps {
        work.step(index, index + 1 == from + steps);
    }
}

/// The median of ascending numbers.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    }
}
