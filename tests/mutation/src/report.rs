//! What is said in the end: a table by file, the survivors, and entries of the list that are wrong.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::hunt::Fate;
use crate::mutant::{Mutant, Name};
use crate::source::File;

/// The fates of all mutants of the files.
pub struct Report<'a> {
    pub files: &'a [File],
    pub mutants: &'a [Mutant],
    pub fates: HashMap<u32, Fate>,
    /// Those that are listed as equivalent.
    pub equivalents: HashSet<Name>,
}

/// Counts of mutants.
#[derive(Default)]
struct Row {
    mutants: usize,
    no_code: usize,
    killed: usize,
    equivalent: usize,
    survived: usize,
}

impl Report<'_> {
    fn fate(&self, mutant: &Mutant) -> Fate {
        self.fates[&mutant.id]
    }

    fn lives(&self, mutant: &Mutant) -> bool {
        matches!(self.fate(mutant), Fate::Survived | Fate::Unreached)
    }

    /// The mutants that no test kills and no reason explains.
    pub fn survivors(&self) -> Vec<&Mutant> {
        let mutants = self.mutants.iter();
        mutants
            .filter(|mutant| self.lives(mutant) && !self.equivalents.contains(&mutant.name))
            .collect()
    }

    /// The entries of the list, of the files at hand, that are killed or are no mutants, with which
    /// of the two it is.
    pub fn stale(&self) -> Vec<(&Name, &'static str)> {
        let names: HashMap<_, _> = self
            .mutants
            .iter()
            .map(|mutant| (&mutant.name, mutant))
            .collect();
        let files: HashSet<_> = self.files.iter().map(File::name).collect();
        let mut stale: Vec<_> = self
            .equivalents
            .iter()
            .filter(|name| files.contains(&name.file))
            .filter_map(|name| match names.get(name) {
                Some(mutant) if self.lives(mutant) => None,
                Some(mutant) if self.fate(mutant) == Fate::Killed => Some((name, "is killed")),
                Some(_) => Some((name, "does not compile")),
                None => Some((name, "is no mutant")),
            })
            .collect();
        stale.sort_by_key(|(name, _)| name.to_string());
        stale
    }

    /// A mutant with its fate and its place.
    fn entry(&self, mutant: &Mutant) -> String {
        let fate = match self.fate(mutant) {
            Fate::DoesNotCompile => "does not compile",
            Fate::Killed => "killed",
            Fate::Survived => "survives",
            Fate::Unreached => "no test reaches",
        };
        let path = self.files[mutant.file].path.display();
        format!("\n{fate}: {path}:{}\n{}\n", mutant.line, mutant.name)
    }

    /// Every mutant.
    pub fn every(&self) -> String {
        self.mutants
            .iter()
            .map(|mutant| self.entry(mutant))
            .collect()
    }

    fn row(&self, of: impl Fn(&Mutant) -> bool) -> Row {
        let mut row = Row::default();
        for mutant in self.mutants.iter().filter(|mutant| of(mutant)) {
            row.mutants += 1;
            match self.fate(mutant) {
                Fate::DoesNotCompile => row.no_code += 1,
                Fate::Killed => row.killed += 1,
                _ if self.equivalents.contains(&mutant.name) => row.equivalent += 1,
                Fate::Survived | Fate::Unreached => row.survived += 1,
            }
        }
        row
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<32}{:>9}{:>12}{:>9}{:>12}{:>10}",
            "file", "mutants", "no compile", "killed", "equivalent", "survived"
        )?;
        for (number, file) in self.files.iter().enumerate() {
            let row = self.row(|mutant| mutant.file == number);
            writeln!(f, "{:<32}{row}", file.name())?;
        }
        let all = self.row(|_| true);
        writeln!(f, "{:<32}{all}", "all")?;
        let counted = all.killed + all.survived;
        let percent = 100.0 * all.killed as f64 / counted.max(1) as f64;
        writeln!(f, "\n{percent:.1} % of {counted} mutants are killed")?;
        for mutant in self.survivors() {
            f.write_str(&self.entry(mutant))?;
        }
        for (name, why) in self.stale() {
            writeln!(f, "\nlisted as equivalent, but {why}:\n{name}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>9}{:>12}{:>9}{:>12}{:>10}",
            self.mutants, self.no_code, self.killed, self.equivalent, self.survived
        )
    }
}
