//! The compiler: executables of tests, or what it has to say and where.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::workspace::Workspace;

/// The crate of operations.
const CRATE: &str = "tapegrad-autodiff";

/// What the compiler says.
pub struct Verdict {
    /// Nothing, if it accepts all.
    pub errors: Vec<Diagnostic>,
    pub executables: Vec<Executable>,
}

/// Tests of one target.
pub struct Executable {
    /// Of the target.
    pub name: String,
    pub path: PathBuf,
    /// The folder of the package, in which its tests run.
    pub folder: PathBuf,
}

/// An error.
pub struct Diagnostic {
    /// As the compiler prints it.
    pub text: String,
    /// The places that it names, in files under the root of the workspace.
    pub places: Vec<Place>,
}

/// A range of a file.
pub struct Place {
    pub file: PathBuf,
    pub range: Range<usize>,
    /// Whether the error is here, or this explains it.
    pub primary: bool,
}

/// Checks the crate of operations.
pub fn check(workspace: &Workspace) -> Result<Verdict, String> {
    cargo(workspace, &["check", "--lib", "--package", CRATE])
}

/// Builds its tests, except those in its documentation, and those of what misuse is told.
pub fn tests(workspace: &Workspace) -> Result<Verdict, String> {
    let of_crate = ["--tests", "--package", CRATE];
    let of_misuse = ["--test", "errors", "--package", "tapegrad"];
    let mut verdict = cargo(workspace, &[&["test", "--no-run"], &of_crate[..]].concat())?;
    if verdict.errors.is_empty() {
        let misuse = cargo(workspace, &[&["test", "--no-run"], &of_misuse[..]].concat())?;
        verdict.errors = misuse.errors;
        verdict.executables.extend(misuse.executables);
    }
    Ok(verdict)
}

fn cargo(workspace: &Workspace, command: &[&str]) -> Result<Verdict, String> {
    let output = Command::new("cargo")
        .args(command)
        .args(["--locked", "--message-format", "json", "--target-dir"])
        .arg(&workspace.target)
        .current_dir(&workspace.root)
        .output()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    let messages: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let verdict = Verdict {
        errors: messages.iter().filter_map(diagnostic).collect(),
        executables: messages.iter().filter_map(executable).collect(),
    };
    if verdict.errors.is_empty() && !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(verdict)
}

/// The executable of tests that a message tells of.
fn executable(message: &Value) -> Option<Executable> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let manifest = Path::new(message["manifest_path"].as_str()?);
    Some(Executable {
        name: message["target"]["name"].as_str()?.to_owned(),
        path: message["executable"].as_str()?.into(),
        folder: manifest.parent()?.to_owned(),
    })
}

/// The error that a message tells of.
fn diagnostic(message: &Value) -> Option<Diagnostic> {
    let message = &message["message"];
    if message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    Some(Diagnostic {
        text: message["rendered"].as_str()?.to_owned(),
        places: spans.iter().filter_map(place).collect(),
    })
}

fn place(span: &Value) -> Option<Place> {
    let offset = |name: &str| usize::try_from(span[name].as_u64()?).ok();
    Some(Place {
        file: Path::new(span["file_name"].as_str()?).to_owned(),
        range: offset("byte_start")?..offset("byte_end")?,
        primary: span["is_primary"] == true,
    })
}
