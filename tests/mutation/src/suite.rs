//! The tests, and which mutants each of them reaches.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::compile::Executable;
use crate::mutant::Mutant;
use crate::process::{Run, Switch};
use crate::source::File;

/// What a test without a mutant may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A test that passes without a mutant.
pub struct Test<'a> {
    executable: &'a Executable,
    /// The name within the executable.
    own: String,
    /// How long it takes, without a mutant.
    time: Duration,
    /// The mutants whose site it reaches.
    reached: HashSet<u32>,
}

impl Test<'_> {
    /// Whether the test passes with a mutant on. One that takes far longer than without hangs.
    pub fn passes(&self, mutant: u32) -> std::io::Result<bool> {
        let run = Run {
            executable: self.executable,
            test: &self.own,
        };
        let limit = Duration::from_secs(10).max(10 * self.time);
        run.passes(&Switch::On(mutant), limit)
    }

    /// Whether the test is named after a function: `powi_cube::values` after `powi`.
    fn is_named_after(&self, function: &str) -> bool {
        self.own.split("::").any(|part| {
            let rest = part.strip_prefix(function);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        })
    }
}

/// Runs every test of the executables once without a mutant and notes what it reaches. One that fails
/// is an error.
pub fn trace<'a>(executables: &'a [Executable], traces: &Path) -> Result<Vec<Test<'a>>, String> {
    let file = traces.join("reached.txt");
    let mut tests = Vec::new();
    for executable in executables {
        let target = &executable.name;
        for own in names(executable)? {
            let (time, reached) = traced(executable, &own, &file)
                .map_err(|error| format!("{target}, {own}: {error}"))?
                .ok_or_else(|| format!("{target}, {own}: fails without a mutant"))?;
            tests.push(Test {
                executable,
                own,
                time,
                reached,
            });
        }
    }
    Ok(tests)
}

/// The names of the tests of an executable.
fn names(executable: &Executable) -> Result<Vec<String>, String> {
    let output = Command::new(&executable.path)
        .args(["--list", "--format", "terse"])
        .output()
        .map_err(|error| format!("{}: {error}", executable.path.display()))?;
    let list = String::from_utf8_lossy(&output.stdout);
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}

/// The time that a test takes and the mutants that it reaches, if it passes.
fn traced(
    executable: &Executable,
    test: &str,
    file: &Path,
) -> std::io::Result<Option<(Duration, HashSet<u32>)>> {
    std::fs::write(file, "")?;
    let run = Run { executable, test };
    let start = Instant::now();
    if !run.passes(&Switch::Trace(file), PATIENCE)? {
        return Ok(None);
    }
    let time = start.elapsed();
    let reached = std::fs::read_to_string(file)?;
    let reached = reached.lines().filter_map(|number| number.parse().ok());
    Ok(Some((time, reached.collect())))
}

/// The tests that reach a mutant, the likeliest to fail first: those named after its function, then
/// those named after another of its file, then the rest; and the quick ones first.
pub fn against<'a>(mutant: &Mutant, file: &File, tests: &'a [Test<'a>]) -> Vec<&'a Test<'a>> {
    let function = &file.sites[mutant.site].function;
    let reaching = tests
        .iter()
        .filter(|test| test.reached.contains(&mutant.id));
    let mut reaching: Vec<_> = reaching.collect();
    reaching.sort_by_key(|test| {
        let of_function = test.is_named_after(function);
        let of_file = file.methods.iter().any(|name| test.is_named_after(name));
        (!of_function, !of_file, test.time)
    });
    reaching
}
