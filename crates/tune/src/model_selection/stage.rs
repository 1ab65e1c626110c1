use std::fmt;

/// A part of a [`ModelSelection`](super::ModelSelection), in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A search of the whole space, by rows held out.
    Explore,
    /// A search around the best, by the same rows.
    Refine,
    /// The best of both by folds.
    Validate,
    /// What was chosen, on rows of which no choice knew.
    Test,
}

/// The name in texts and of the journal.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Explore => "explore",
            Self::Refine => "refine",
            Self::Validate => "validate",
            Self::Test => "test",
        })
    }
}
