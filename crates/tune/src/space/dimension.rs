use super::Range;

/// A named range of a [`Space`](super::Space).
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    name: String,
    range: Range,
    /// The choices, by number, and the words they must have fallen on.
    conditions: Vec<(usize, usize)>,
}

impl Dimension {
    pub(super) fn new(name: &str, range: Range) -> Self {
        Self {
            name: name.to_owned(),
            range,
            conditions: Vec::new(),
        }
    }

    pub(super) fn only_if(&mut self, choice: usize, word: usize) {
        self.conditions.push((choice, word));
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may be.
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// The dimensions that must have fallen so that this one is there, and the number of the word of each.
    pub fn conditions(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.conditions.iter().copied()
    }
}
