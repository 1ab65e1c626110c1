//! Where a training is: counters, what the epoch has summed so far, and the history.

use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Section};

use super::End;
use crate::History;

/// Whose state it is.
const KIND: &str = "Trainer";
/// Of the layout below.
const VERSION: u32 = 1;

#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub(super) history: History,
    /// Epochs that were finished.
    pub(super) epoch: usize,
    /// Steps that were taken or skipped.
    pub(super) step: usize,
    /// Batches in all: what random numbers are derived from.
    pub(super) batch: usize,
    /// Batches of the epoch that were trained on.
    pub(super) batch_of_epoch: usize,
    pub(super) sums: Sums,
    pub(super) latest: Latest,
    /// The best value of the column that [`Checkpoints::best`](crate::Checkpoints::best) looks at.
    pub(super) best: Option<f64>,
    /// How the run has ended, if it goes on no more.
    pub(super) end: Option<End>,
    /// What must be the same when the run goes on, by name.
    pub(super) settings: Vec<(String, String)>,
    /// Whether the run goes on from a checkpoint.
    pub(super) is_resumed: bool,
    /// The step of the last checkpoint that was written.
    pub(super) written: Option<usize>,
}

/// What the steps of an epoch have summed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    /// Data losses times rows.
    pub(super) loss: f64,
    pub(super) rows: usize,
    pub(super) penalty: f64,
    pub(super) steps: usize,
}

/// Of the last step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Latest {
    pub(super) loss: f64,
    pub(super) penalty: f64,
    pub(super) learning_rate: f64,
}

impl Default for Latest {
    fn default() -> Self {
        Self {
            loss: f64::NAN,
            penalty: f64::NAN,
            learning_rate: f64::NAN,
        }
    }
}

/// Epochs, steps, batches, batches of the epoch.
type Counts = [u64; 4];
/// Loss, rows, penalty, steps of the epoch.
type SavedSums = (f64, u64, f64, u64);
/// Who stopped and why.
type SavedEnd = Option<(String, String)>;
/// All but the history, and the settings of the run by name.
type Saved = (
    Vec<(String, String)>,
    Counts,
    SavedSums,
    [f64; 3],
    Option<f64>,
    SavedEnd,
);

impl Progress {
    /// All but the history.
    pub(super) fn save(&self) -> Section {
        let wide = |count: usize| count as u64;
        let end = self.end.as_ref().and_then(|end| match end {
            End::Stopped { by, reason } => Some((by.clone(), reason.clone())),
            _ => None,
        });
        let saved: Saved = (
            self.settings.clone(),
            [self.epoch, self.step, self.batch, self.batch_of_epoch].map(wide),
            (
                self.sums.loss,
                wide(self.sums.rows),
                self.sums.penalty,
                wide(self.sums.steps),
            ),
            [
                self.latest.loss,
                self.latest.penalty,
                self.latest.learning_rate,
            ],
            self.best,
            end,
        );
        let mut section = Section::new();
        section.set_state_of(KIND, VERSION, &saved);
        section
    }

    /// What was saved.
    pub(super) fn load(section: &Section) -> Result<Self, LoadProblem> {
        let saved: Saved = section.state_of(KIND, VERSION)?;
        let (settings, counts, (loss, rows, penalty, steps), latest, best, end) = saved;
        let [epoch, step, batch, batch_of_epoch] = counts;
        let end = end.map(|(by, reason)| End::Stopped { by, reason });
        Ok(Self {
            history: History::new(),
            epoch: saved_count("epochs", epoch)?,
            step: saved_count("steps", step)?,
            batch: saved_count("batches", batch)?,
            batch_of_epoch: saved_count("batches of the epoch", batch_of_epoch)?,
            sums: Sums {
                loss,
                rows: saved_count("rows of the epoch", rows)?,
                penalty,
                steps: saved_count("steps of the epoch", steps)?,
            },
            latest: Latest {
                loss: latest[0],
                penalty: latest[1],
                learning_rate: latest[2],
            },
            best,
            end,
            settings,
            is_resumed: true,
            written: None,
        })
    }
}
