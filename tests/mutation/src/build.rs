//! One build that holds every mutant that compiles.

use crate::blame::{Compiled, blame};
use crate::compile::{self, Diagnostic, Executable};
use crate::mutant::{Mutant, Stand};
use crate::schema::{self, Branches};
use crate::source::File;
use crate::workspace::Workspace;

/// The tests of the crate with its mutants.
pub struct Built {
    pub executables: Vec<Executable>,
    /// Where the mutants stand, in their order.
    pub stands: Vec<Stand>,
}

/// Builds what the compiler accepts: as long as there are errors, the mutants to blame stand
/// elsewhere or nowhere.
pub fn build(workspace: &Workspace, files: &[File], mutants: &[Mutant]) -> Result<Built, String> {
    let mut stands = vec![Stand::Own; mutants.len()];
    // Checking takes a fraction of the time; building may find more.
    for compile in [compile::check, compile::tests] {
        loop {
            let compiled = write(workspace, files, mutants, &stands)?;
            let verdict = compile(workspace)?;
            if verdict.errors.is_empty() {
                if verdict.executables.is_empty() {
                    break; // it was a check
                }
                return Ok(Built {
                    executables: verdict.executables,
                    stands,
                });
            }
            let blamed = blame(&verdict.errors, &compiled);
            if blamed.is_empty() {
                return Err(unexplained(&verdict.errors));
            }
            for id in blamed {
                let mutant = &mutants[id as usize - 1];
                let stand = &mut stands[id as usize - 1];
                *stand = mutant.next(&files[mutant.file], *stand);
            }
        }
    }
    Err("there are no tests".to_owned())
}

/// Writes the files with the mutants where they stand.
fn write<'a>(
    workspace: &Workspace,
    files: &'a [File],
    mutants: &[Mutant],
    stands: &[Stand],
) -> Result<Vec<Compiled<'a>>, String> {
    let mut branches: Vec<Branches> = files.iter().map(|_| Branches::new()).collect();
    for (mutant, &stand) in mutants.iter().zip(stands) {
        if let Some((site, text)) = mutant.branch(&files[mutant.file], stand) {
            let of_file = &mut branches[mutant.file];
            of_file.entry(site).or_default().push((mutant.id, text));
        }
    }
    let write = |(file, branches): (&'a File, &Branches)| {
        let schema = schema::render(file, branches);
        workspace
            .write(&file.path, &schema.text)
            .map_err(|error| format!("{}: {error}", file.path.display()))?;
        Ok(Compiled {
            path: &file.path,
            schema,
        })
    };
    files.iter().zip(&branches).map(write).collect()
}

/// Errors that no mutant is blamed for.
fn unexplained(errors: &[Diagnostic]) -> String {
    let texts = errors.iter().map(|error| error.text.as_str());
    let texts: String = texts.collect();
    format!("the copy does not build, and no mutant is to blame:\n{texts}")
}
