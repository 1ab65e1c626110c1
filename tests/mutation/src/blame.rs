//! Which mutants an error of the compiler is about.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::Path;

use crate::compile::{Diagnostic, Place};
use crate::schema::Schema;
use crate::source::lines;

/// A file as it was compiled: its path, and what stands where.
pub struct Compiled<'a> {
    pub path: &'a Path,
    pub schema: Schema,
}

/// The mutants that the errors are about; fewer than there may be.
///
/// Of a function only the first error counts: it may make the compiler believe in types that the
/// other errors are about.
pub fn blame(diagnostics: &[Diagnostic], files: &[Compiled<'_>]) -> BTreeSet<u32> {
    let mut blamed = BTreeSet::new();
    let mut seen = HashSet::new();
    for diagnostic in diagnostics {
        let found = diagnostic.places.iter().filter(|place| place.primary);
        let found: Vec<_> = found.filter_map(|place| find(place, files)).collect();
        let functions: Vec<_> = found.iter().map(Found::function).collect();
        if !functions.iter().any(|function| seen.contains(function)) {
            blamed.extend(guilty(diagnostic, &found, files));
        }
        seen.extend(functions);
    }
    blamed
}

/// The mutants that an error is in; or that explain it, as one that moves a value; or else those
/// around it.
fn guilty(diagnostic: &Diagnostic, primary: &[Found<'_>], files: &[Compiled<'_>]) -> Vec<u32> {
    let within: Vec<_> = primary.iter().flat_map(Found::within).collect();
    if !within.is_empty() {
        return within;
    }
    let all = diagnostic
        .places
        .iter()
        .filter_map(|place| find(place, files));
    let explaining: Vec<_> = all.flat_map(|found| found.within()).collect();
    if !explaining.is_empty() {
        return explaining;
    }
    primary.iter().flat_map(Found::around).collect()
}

/// A place in a file that holds mutants.
struct Found<'a> {
    schema: &'a Schema,
    path: &'a Path,
    range: &'a Range<usize>,
}

fn find<'a>(place: &'a Place, files: &'a [Compiled<'_>]) -> Option<Found<'a>> {
    let file = files.iter().find(|file| file.path == place.file)?;
    Some(Found {
        schema: &file.schema,
        path: file.path,
        range: &place.range,
    })
}

impl<'a> Found<'a> {
    /// The function, by its file and where its body starts.
    fn function(&self) -> (&'a Path, Option<usize>) {
        let mut bodies = self.schema.bodies.iter();
        let body = bodies.find(|body| holds(body, self.range));
        (self.path, body.map(|body| body.start))
    }

    /// The mutants whose text holds the place.
    fn within(&self) -> Vec<u32> {
        let branches = self.schema.branches.iter();
        let holding = branches.filter(|(branch, _)| holds(branch, self.range));
        holding.map(|&(_, id)| id).collect()
    }

    /// The mutants of the innermost switch around the place, or else of those on its lines. A value
    /// that lives to the end of a statement does not outlive an arm: such an error is in no mutant.
    fn around(&self) -> Vec<u32> {
        let switches = self.schema.switches.iter();
        let holding = switches.filter(|(switch, _)| holds(switch, self.range));
        // If the place is a switch, the one around it does not keep its value.
        if let Some((_, ids)) =
            holding.min_by_key(|(switch, _)| (switch == self.range, switch.len()))
        {
            return ids.clone();
        }
        let lines = lines(&self.schema.text, self.range);
        let switches = self.schema.switches.iter();
        let on_lines = switches.filter(|(switch, _)| meet(switch, &lines));
        on_lines.flat_map(|(_, ids)| ids.clone()).collect()
    }
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}
