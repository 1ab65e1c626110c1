//! The list of mutants that change no result.
//!
//! An entry is a paragraph: the file and the function, the line and the line mutated, and why no
//! test can tell them apart.
//!
//! ```text
//! reshape.rs: Var<'_, T>::reshape
//! - return self;
//! + return self + self;
//! A reason, in a sentence.
//! ```

use crate::mutant::Name;

/// Reads the list; lines that begin with `#` say nothing.
pub fn parse(list: &str) -> Result<Vec<Name>, String> {
    let lines: Vec<_> = list.lines().filter(|line| !line.starts_with('#')).collect();
    let paragraphs = lines.split(|line| line.trim().is_empty());
    paragraphs
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| {
            entry(paragraph).ok_or_else(|| {
                let paragraph = paragraph.join("\n");
                format!("not a file and function, two lines and a reason:\n{paragraph}")
            })
        })
        .collect()
}

fn entry(paragraph: &[&str]) -> Option<Name> {
    let [place, original, mutated, reason @ ..] = paragraph else {
        return None;
    };
    if reason.is_empty() {
        return None;
    }
    let (file, within) = place.split_once(": ")?;
    let (within, nth) = match within.rsplit_once(" #") {
        Some((within, nth)) => (within, nth.parse().ok()?),
        None => (within, 1),
    };
    Some(Name {
        file: file.to_owned(),
        within: within.to_owned(),
        original: original.strip_prefix("- ")?.to_owned(),
        mutated: mutated.strip_prefix("+ ")?.to_owned(),
        nth,
    })
}
