//! One test in a process of its own, with a limit of time and of memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::compile::Executable;

/// Of address space, in KiB: a mutant may ask for any amount.
const MEMORY: u32 = 8 << 20;

/// Which mutant is on in a process.
pub enum Switch<'a> {
    On(u32),
    /// None, and the sites that are reached are written to a file.
    Trace(&'a Path),
}

/// The test of that name of an executable.
pub struct Run<'a> {
    pub executable: &'a Executable,
    pub test: &'a str,
}

impl Run<'_> {
    /// Whether the test passes in time.
    pub fn passes(&self, switch: &Switch<'_>, limit: Duration) -> std::io::Result<bool> {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")])
            .arg(&self.executable.path)
            .args(["--exact", self.test, "--test-threads", "1"])
            .current_dir(&self.executable.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match switch {
            Switch::On(mutant) => command.env("TAPEGRAD_MUTANT", mutant.to_string()),
            Switch::Trace(file) => command.env("TAPEGRAD_TRACE", file),
        };
        let mut child = command.spawn()?;
        let start = Instant::now();
        let mut pause = Duration::from_micros(500);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status.success());
            }
            if start.elapsed() > limit {
                child.kill()?;
                child.wait()?;
                return Ok(false);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}
