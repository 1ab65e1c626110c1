//! Fitted columns in a section of a checkpoint.

use tapegrad_nn::{LoadProblem, Section};

use super::{Content, FittedColumn, FittedColumns};
use crate::data::LabelEncoder;
use crate::data::saved_transform::malformed;

const KIND: &str = "FittedColumns";

/// Of the layout below.
const VERSION: u32 = 1;

/// Name; for numbers what is filled in; for texts the known ones and the one filled in.
type Saved = (String, Option<f64>, Option<(Vec<String>, Option<usize>)>);

/// Inputs and targets; whether rows with what is missing are dropped, and unknown texts ignored.
type State = ((Vec<Saved>, Vec<Saved>), bool, bool);

impl FittedColumns {
    /// What was learnt, for a file.
    pub fn save(&self) -> Section {
        let saved = |columns: &[FittedColumn]| columns.iter().map(save).collect::<Vec<Saved>>();
        let columns = (saved(&self.inputs), saved(&self.targets));
        let mut section = Section::new();
        let state: State = (columns, self.drops_rows, self.ignores_unknown);
        section.set_state_of(KIND, VERSION, &state);
        section
    }

    /// What was [saved](FittedColumns::save).
    ///
    /// # Errors
    /// If the section is of something else or another version.
    pub fn load(section: &Section) -> Result<Self, LoadProblem> {
        let ((inputs, targets), drops_rows, ignores_unknown): State =
            section.state_of(KIND, VERSION)?;
        let load = |columns: Vec<Saved>| columns.into_iter().map(load).collect::<Result<_, _>>();
        Ok(Self {
            inputs: load(inputs)?,
            targets: load(targets)?,
            drops_rows,
            ignores_unknown,
        })
    }
}

fn save(column: &FittedColumn) -> Saved {
    let name = column.name.clone();
    match &column.content {
        Content::Numbers { fill } => (name, *fill, None),
        Content::Texts { known, fill } => (name, None, Some((known.labels().to_vec(), *fill))),
    }
}

fn load((name, fill, texts): Saved) -> Result<FittedColumn, LoadProblem> {
    let content = match texts {
        None if fill.is_some_and(|fill| !fill.is_finite()) => {
            return Err(malformed(format!(
                "what is filled into `{name}` is not finite"
            )));
        }
        None => Content::Numbers { fill },
        Some((labels, fill)) => {
            let known = LabelEncoder::of_labels(labels)?;
            if fill.is_some_and(|fill| fill >= known.count()) {
                return Err(malformed(format!(
                    "what is filled into `{name}` is no text of it"
                )));
            }
            Content::Texts { known, fill }
        }
    };
    Ok(FittedColumn { name, content })
}
