//! A file that holds all its mutants, one of which a number turns on.
//!
//! The expression `a + b` with the mutants 7 and 8 becomes
//!
//! ```text
//! (match crate::mutant::of(&[7, 8]) { 0 => a + b, 7 => a - b, 8 => a, _ => unreachable!() })
//! ```
//!
//! Only the first arm holds the mutants within `a` and `b`: the other arms are the plain source,
//! for no two mutants are on at once. The first arm also says what type there must be.

use std::collections::HashMap;
use std::ops::Range;

use crate::source::File;

/// For each site of a file the mutants that stand there: their numbers and their texts.
pub type Branches = HashMap<usize, Vec<(u32, String)>>;

/// The text of a file, and what stands where in it.
#[derive(Default)]
pub struct Schema {
    pub text: String,
    /// The text of each mutant.
    pub branches: Vec<(Range<usize>, u32)>,
    /// Each site with its switch, and the mutants of it.
    pub switches: Vec<(Range<usize>, Vec<u32>)>,
    /// The bodies of functions.
    pub bodies: Vec<Range<usize>>,
}

/// A file with its mutants.
pub fn render(file: &File, branches: &Branches) -> Schema {
    let mut writer = Writer {
        file,
        branches,
        next: 0,
        copied: Vec::new(),
        schema: Schema::default(),
    };
    writer.copy(0..file.text.len());
    let bodies = file.bodies.iter();
    let bodies = bodies.map(|body| writer.place(body.start)..writer.place(body.end));
    Schema {
        bodies: bodies.collect(),
        ..writer.schema
    }
}

struct Writer<'a> {
    file: &'a File,
    branches: &'a Branches,
    /// The first site that is not yet written.
    next: usize,
    /// Where a piece of the source starts in the source, and where in the text.
    copied: Vec<(usize, usize)>,
    schema: Schema,
}

impl Writer<'_> {
    /// Writes a range of the source with the sites in it.
    fn copy(&mut self, range: Range<usize>) {
        let mut from = range.start;
        while let Some(site) = self.file.sites.get(self.next)
            && site.range.end <= range.end
        {
            self.piece(from..site.range.start);
            from = site.range.end;
            self.next += 1;
            self.site(self.next - 1);
        }
        self.piece(from..range.end);
    }

    fn piece(&mut self, range: Range<usize>) {
        self.copied.push((range.start, self.schema.text.len()));
        self.schema.text += &self.file.text[range];
    }

    /// Writes a site: its expression, its mutants and a switch, if there are any.
    fn site(&mut self, number: usize) {
        let site = &self.file.sites[number];
        let Some(branches) = self.branches.get(&number) else {
            return self.copy(site.range.clone());
        };
        let (open, close) = match site.is_statement {
            true => ("{ ", "; }"),
            false => ("", ""),
        };
        let start = self.schema.text.len();
        let ids: Vec<_> = branches.iter().map(|&(id, _)| id).collect();
        self.schema.text += &format!("(match crate::mutant::of(&{ids:?}) {{ 0 => {open}");
        self.copy(site.range.clone());
        for (id, text) in branches {
            self.schema.text += &format!("{close}, {id} => {open}");
            let start = self.schema.text.len();
            self.schema.text += text;
            let branch = start..self.schema.text.len();
            self.schema.branches.push((branch, *id));
        }
        self.schema.text += close;
        self.schema.text += ", _ => unreachable!() })";
        let whole = start..self.schema.text.len();
        self.schema.switches.push((whole, ids));
    }

    /// Where a place of the source, not within a site, is in the text.
    fn place(&self, offset: usize) -> usize {
        let after = self.copied.partition_point(|&(source, _)| source <= offset);
        let (source, text) = self.copied[after - 1];
        text + (offset - source)
    }
}
