//! Whether the tests of autodiff's operations have teeth: every operation is changed in many small
//! ways, and a test must fail for each. See the README beside this package.
//!
//! ```text
//! cargo run --release --manifest-path tests/mutation/Cargo.toml -- [--list | --all] [--files SUBSTRING]
//! ```

mod arguments;
mod blame;
mod build;
mod compile;
mod equivalent;
mod hunt;
mod mutant;
mod mutations;
mod process;
mod report;
mod schema;
mod sites;
mod source;
mod suite;
#[cfg(test)]
mod tests;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use arguments::Arguments;
use hunt::Fate;
use mutant::{Mutant, Stand};
use report::Report;
use source::File;
use workspace::Workspace;

/// Mutants that change no result.
const EQUIVALENT: &str = "tests/mutation/equivalent.txt";

fn main() -> ExitCode {
    let words = std::env::args().skip(1);
    match Arguments::parse(words).and_then(|arguments| run(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all is as it should be.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the package is in tests/ of the repository");
    let paths = source::files(root, &arguments.files)?;
    let files = paths.into_iter().map(|path| File::read(root, path));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let mutants = mutant::all(&files);
    if arguments.list {
        for mutant in &mutants {
            let path = files[mutant.file].path.display();
            println!("{path}:{}\n{}\n", mutant.line, mutant.name);
        }
        println!("{} mutants", mutants.len());
        return Ok(true);
    }
    let report = hunt(root, &files, &mutants)?;
    print!("{report}");
    if arguments.all {
        print!("{}", report.every());
    }
    Ok(report.survivors().is_empty() && report.stale().is_empty())
}

/// Builds all mutants and sets the tests on them.
fn hunt<'a>(root: &Path, files: &'a [File], mutants: &'a [Mutant]) -> Result<Report<'a>, String> {
    let list = std::fs::read_to_string(root.join(EQUIVALENT))
        .map_err(|error| format!("{EQUIVALENT}: {error}"))?;
    let equivalents = equivalent::parse(&list).map_err(|error| format!("{EQUIVALENT}: {error}"))?;
    let workspace =
        Workspace::copy_of(root).map_err(|error| format!("copying the repository: {error}"))?;
    let built = build::build(&workspace, files, mutants)?;
    let (alive, lost): (Vec<_>, Vec<_>) = mutants
        .iter()
        .zip(&built.stands)
        .partition(|(_, stand)| **stand != Stand::Nowhere);
    eprintln!("{} of {} mutants compile", alive.len(), mutants.len());
    let tests = suite::trace(&built.executables, &workspace.target)?;
    eprintln!("all {} tests pass without a mutant", tests.len());
    let alive: Vec<_> = alive.into_iter().map(|(mutant, _)| mutant).collect();
    let hunted =
        hunt::hunt(&alive, files, &tests).map_err(|error| format!("running the tests: {error}"))?;
    let lost = lost
        .into_iter()
        .map(|(mutant, _)| (mutant.id, Fate::DoesNotCompile));
    Ok(Report {
        files,
        mutants,
        fates: lost.chain(hunted).collect(),
        equivalents: equivalents.into_iter().collect(),
    })
}
