//! One change of one expression, and the name that it keeps when lines move.

use std::collections::HashMap;
use std::fmt;

use crate::source::{File, lines, one_line};

/// What may stand in the place of an expression.
pub struct Mutant {
    /// From 1, one after the other within a site.
    pub id: u32,
    /// Which file, and which site of it.
    pub file: usize,
    pub site: usize,
    /// In the place of the expression.
    pub text: String,
    /// Of the expression, from 1.
    pub line: usize,
    pub name: Name,
}

/// Where a mutant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// In the place of its expression.
    Own,
    /// Within the whole that the expression is a part of, in the place of that: where it has a
    /// type of its own.
    Whole,
    /// Nowhere: the compiler does not accept it.
    Nowhere,
}

impl Mutant {
    /// The site where it is a branch, and the text of the branch.
    pub fn branch(&self, file: &File, stand: Stand) -> Option<(usize, String)> {
        let own = &file.sites[self.site];
        match stand {
            Stand::Own => Some((self.site, self.text.clone())),
            Stand::Whole => {
                let whole = &file.sites[own.whole].range;
                let before = &file.text[whole.start..own.range.start];
                let after = &file.text[own.range.end..whole.end];
                Some((own.whole, format!("{before}({}){after}", self.text)))
            }
            Stand::Nowhere => None,
        }
    }

    /// Where to stand next, where the compiler does not accept it.
    pub fn next(&self, file: &File, stand: Stand) -> Stand {
        match stand {
            Stand::Own if file.sites[self.site].whole != self.site => Stand::Whole,
            _ => Stand::Nowhere,
        }
    }
}

/// What identifies a mutant whatever stands around its function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// Within the folder of operations.
    pub file: String,
    /// The function.
    pub within: String,
    /// The lines of the expression, as one.
    pub original: String,
    /// The same, mutated.
    pub mutated: String,
    /// From 1: which, of those in the function that all this holds for.
    pub nth: usize,
}

/// Every mutant of the files.
pub fn all(files: &[File]) -> Vec<Mutant> {
    let mut count = HashMap::new();
    let mut mutants = Vec::new();
    for (file, source) in files.iter().enumerate() {
        for (site, place) in source.sites.iter().enumerate() {
            let lines = lines(&source.text, &place.range);
            let before = &source.text[lines.start..place.range.start];
            let after = &source.text[place.range.end..lines.end];
            for text in &place.mutations {
                let mut name = Name {
                    file: source.name(),
                    within: place.within.clone(),
                    original: one_line(&source.text[lines.clone()]),
                    mutated: one_line(&format!("{before}{text}{after}")),
                    nth: 1,
                };
                let same = count.entry(name.clone()).or_insert(0);
                *same += 1;
                name.nth = *same;
                mutants.push(Mutant {
                    id: u32::try_from(mutants.len() + 1).expect("less than 2³² mutants"),
                    file,
                    site,
                    text: text.clone(),
                    line: source.line(place.range.start),
                    name,
                });
            }
        }
    }
    mutants
}

impl fmt::Display for Name {
    /// As it stands in the list of equivalent mutants.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.within)?;
        if self.nth > 1 {
            write!(f, " #{}", self.nth)?;
        }
        write!(f, "\n- {}\n+ {}", self.original, self.mutated)
    }
}
