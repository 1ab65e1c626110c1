//! The compiler: executables of tests, or what it has to say and where.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::workspace::Workspace;

/// What the compiler says.
pub struct Verdict {
    /// Nothing, if it accepts all.
    pub errors: Vec<Diagnostic>,
    /// The executables of tests, with the names of their targets.
    pub executables: Vec<(String, PathBuf)>,
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
    cargo(workspace, &["check", "--lib"])
}

/// Builds its tests, except those in its documentation.
pub fn tests(workspace: &Workspace) -> Result<Verdict, String> {
    cargo(workspace, &["test", "--tests", "--no-run"])
}

fn cargo(workspace: &Workspace, command: &[&str]) -> Result<Verdict, String> {
    let output = Command::new("cargo")
        .args(command)
        .args(["--package", "tapegrad-autodiff", "--locked"])
        .args(["--message-format", "json", "--target-dir"])
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
fn executable(message: &Value) -> Option<(String, PathBuf)> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let name = message["target"]["name"].as_str()?;
    Some((name.to_owned(), message["executable"].as_str()?.into()))
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
