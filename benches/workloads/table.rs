use super::clock::processor;
use super::row::{median, run, trace, traced_steps};
use super::specification::{NAMES, SPECIFICATION};
use super::work::Work;
use super::{expected, floor, tape};

/// How often each is timed.
const ROUNDS: usize = 15;

/// A line for each workload.
pub(crate) fn print(seconds: f64) {
    println!(
        "{:10}{:>14}{:>12}{:>9}   traces agree",
        "workload", "tapegrad µs", "floor µs", "ratio"
    );
    for name in NAMES {
        let work = SPECIFICATION.workload(name);
        let mut both = [tape::build(work), floor::build(work)];
        let agree = both
            .each_mut()
            .map(|work| expected::deviation(name, &trace(&mut **work)) <= 1.0);
        let ([tapegrad, floor], ratio) = beside(&mut both, traced_steps(), seconds);
        let agree = match agree {
            [true, true] => "yes",
            [false, true] => "tapegrad's not",
            [true, false] => "floor's not",
            [false, false] => "no",
        };
        println!("{name:10}{tapegrad:>14.2}{floor:>12.2}{ratio:>9.3}   {agree}");
    }
}

/// Microseconds of the processor for a step of each of two, and the ratio of the first to the
/// second: medians over rounds in which they take turns, so that what else the machine does meets
/// both.
pub(crate) fn beside(
    both: &mut [Box<dyn Work>; 2],
    mut next: usize,
    seconds: f64,
) -> ([f64; 2], f64) {
    let mut chunk = |work: &mut dyn Work, steps: usize| {
        let start = processor();
        run(work, next, steps);
        next += steps;
        (processor() - start) / steps as f64 * 1e6
    };
    let each = seconds / (2 * ROUNDS) as f64;
    let steps = both.each_mut().map(|work| {
        let (mut steps, mut time) = (1, chunk(&mut **work, 1));
        while time * (steps as f64) < 1e6 * each / 2.0 {
            steps *= 2;
            time = chunk(&mut **work, steps);
        }
        ((1e6 * each / time).round() as usize).max(1)
    });
    let (mut times, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..ROUNDS {
        let round = [0, 1].map(|form| chunk(&mut *both[form], steps[form]));
        ratios.push(round[0] / round[1]);
        for (times, time) in times.iter_mut().zip(round) {
            times.push(time);
        }
    }
    ratios.sort_by(f64::total_cmp);
    for times in &mut times {
        times.sort_by(f64::total_cmp);
    }
    (times.map(|times| median(&times)), median(&ratios))
}
