//! The places of a file where something is mutated.

mod walk;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use syn::Expr;
use syn::visit::Visit;

use crate::source::{one_line, range};

/// An expression, and what may stand in its place.
pub struct Site {
    pub range: Range<usize>,
    /// The function that it is in, with the implementation: `Add for Var<'_, T>::add`.
    pub within: String,
    /// The function's name alone.
    pub function: String,
    /// No two alike, none as the original.
    pub mutations: Vec<String>,
    /// The site, by its number, of the whole that it is a part of: a statement, a variable's first
    /// value, what a block, an arm or a closure gives. There a mutation of another type may fit.
    pub whole: usize,
    /// Whether it is a statement, so that its value is dropped.
    pub is_statement: bool,
}

/// What is found in a file.
#[derive(Default)]
pub struct Found {
    /// In the order of the source, an outer one before those within it.
    pub sites: Vec<Site>,
    /// The bodies of functions.
    pub bodies: Vec<Range<usize>>,
    /// The names of public functions.
    pub methods: Vec<String>,
}

/// The sites of a file.
pub fn find(text: &str) -> syn::Result<Found> {
    let file = syn::parse_file(text)?;
    let mut walk = walk::Walk::new(text);
    walk.visit_file(&file);
    Ok(walk.finish())
}

/// What puts an expression before those within it: its start, and its end, reversed.
type Key = (usize, Reverse<usize>);

fn key(expression: &Expr) -> Key {
    let range = range(expression);
    (range.start, Reverse(range.end))
}

/// Sites as they are found.
#[derive(Default)]
struct Draft {
    sites: BTreeMap<Key, Site>,
    /// The whole of each.
    wholes: BTreeMap<Key, Key>,
}

impl Draft {
    /// The site of an expression of a function, which is a part of a whole, if not one itself.
    fn site(&mut self, expression: &Expr, whole: Option<Key>, function: &Function) -> &mut Site {
        let key = key(expression);
        self.wholes.entry(key).or_insert(whole.unwrap_or(key));
        self.sites.entry(key).or_insert_with(|| Site {
            range: range(expression),
            within: function.with_implementation.clone(),
            function: function.name.clone(),
            mutations: Vec::new(),
            whole: 0, // numbered at the end
            is_statement: false,
        })
    }

    fn finish(self) -> Vec<Site> {
        let keys = self.sites.keys().copied();
        let numbers: BTreeMap<_, _> = keys.zip(0..).collect();
        let whole = |key: &Key| numbers.get(&self.wholes[key]).copied();
        let sites = self.sites.into_iter().map(|(key, site)| Site {
            whole: whole(&key).unwrap_or(numbers[&key]),
            ..site
        });
        sites.collect()
    }
}

/// The function that is walked through.
#[derive(Clone)]
struct Function {
    name: String,
    with_implementation: String,
}

impl Site {
    /// Adds a mutation of the expression's text, if it is another.
    fn add(&mut self, text: &str, mutation: String) {
        let original = one_line(&text[self.range.clone()]);
        if one_line(&mutation) != original && !self.mutations.contains(&mutation) {
            self.mutations.push(mutation);
        }
    }
}
