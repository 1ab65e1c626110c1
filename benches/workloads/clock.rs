//! Time and memory of this process.

use std::fs;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

/// Seconds since the first call.
pub(crate) fn wall() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

/// Seconds that the threads of this process have run: others may be using the machine. Where the
/// system does not say, those of the wall.
pub(crate) fn processor() -> f64 {
    // The system counts at its ticks, some milliseconds apart, and whenever a thread rests.
    thread::sleep(Duration::from_nanos(1));
    threads().unwrap_or_else(wall)
}

fn threads() -> Option<f64> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(1e-9 * nanoseconds as f64)
}

/// The most memory that this process had, in 2²⁰ bytes; 0 where the system does not say.
pub(crate) fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// A number rounded to some decimals, as it is printed.
pub(crate) fn rounded(x: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    (x * scale).round() / scale
}
