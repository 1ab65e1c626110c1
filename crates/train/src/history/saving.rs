//! A history in a section of a checkpoint.

use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Section};

use super::{Column, History};

/// Whose state it is.
const KIND: &str = "History";
/// Of the layout below.
const VERSION: u32 = 2;

/// Epochs, steps, and columns.
type Saved = (Vec<u64>, Vec<u64>, Vec<SavedColumn>);
/// Its name, whether larger is better, if it is judged, and its numbers.
type SavedColumn = (String, Option<bool>, Vec<Option<f64>>);

impl History {
    /// All of it, for a [`Checkpoint`](tapegrad_nn::Checkpoint).
    pub fn save(&self) -> Section {
        let wide = |counts: &[usize]| counts.iter().map(|&count| count as u64).collect();
        let columns = self.columns.iter();
        let columns = columns.map(|column| {
            let Column {
                name,
                is_better_larger,
                values,
            } = column.clone();
            (name, is_better_larger, values)
        });
        let saved: Saved = (wide(&self.epochs), wide(&self.steps), columns.collect());
        let mut section = Section::new();
        section.set_state_of(KIND, VERSION, &saved);
        section
    }

    /// What was [saved](History::save).
    ///
    /// # Errors
    /// If the section has another content or version, columns of other lengths than there are rows, or a name
    /// twice.
    pub fn load(section: &Section) -> Result<Self, LoadProblem> {
        let (epochs, steps, columns) = section.state_of::<Saved>(KIND, VERSION)?;
        let counts = |what: &str, counts: Vec<u64>| {
            let counts = counts.into_iter().map(|count| saved_count(what, count));
            counts.collect::<Result<Vec<_>, _>>()
        };
        let (epochs, steps) = (counts("epochs", epochs)?, counts("steps", steps)?);
        if epochs.len() != steps.len() {
            return LoadProblem::malformed("the history has not as many steps as epochs");
        }
        let mut history = Self {
            epochs,
            steps,
            columns: Vec::new(),
        };
        for (name, is_better_larger, values) in columns {
            if values.len() != history.len() || history.column(&name).is_some() {
                return LoadProblem::malformed(format!(
                    "the column `{name}` of the history must stand there once, with {} numbers",
                    history.len()
                ));
            }
            history.columns.push(Column {
                name,
                is_better_larger,
                values,
            });
        }
        Ok(history)
    }
}
