mod page;
mod table;

use std::path::Path;

use tapegrad_nn::Summary;

use super::{Figure, PlotError};
use crate::History;

/// A page about a run: what a history [says](History::diagnose), its [learning curves](super::learning_curves) and
/// last rows, and what else is given.
///
/// | | default |
/// |---|---|
/// | [`title`](Report::title) | `Training run` |
/// | [`summary`](Report::summary) | no model |
/// | [`settings`](Report::settings) | no text |
/// | [`figure`](Report::figure) | no other figures |
/// | [`rows`](Report::rows) | the last 20 of the history |
///
/// The page is one file that needs no other and no network. In its table the best number of each column is marked;
/// its row is there, too, if it is not among the last.
///
/// ```
/// use tapegrad_nn::{Mlp, summary};
/// use tapegrad_train::{History, plot};
///
/// let mut history = History::new();
/// history.record(1, 30, [("loss", 0.9), ("validation_loss", 1.0)]);
/// history.record(2, 60, [("loss", 0.5), ("validation_loss", 0.7)]);
/// let model = Mlp::<f32>::new(&[2, 16, 1]);
/// let page = plot::report(&history)
///     .title("Two moons")
///     .summary(&summary(&model))
///     .settings("Adam, learning rate 0.001")
///     .figure(plot::weight_histograms(&model))
///     .to_html();
/// assert!(page.starts_with("<!doctype html>") && page.contains("Adam, learning rate 0.001"));
/// ```
pub fn report(history: &History) -> Report {
    Report {
        title: "Training run".to_owned(),
        history: history.clone(),
        summary: None,
        settings: None,
        figures: Vec::new(),
        rows: 20,
    }
}

/// What [`report`] makes.
#[derive(Clone, Debug)]
#[must_use = "a report is a page only when it is saved"]
pub struct Report {
    title: String,
    history: History,
    summary: Option<String>,
    settings: Option<String>,
    figures: Vec<Figure>,
    rows: usize,
}

impl Report {
    /// With another title.
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With what the model is made of.
    pub fn summary(self, summary: &Summary) -> Self {
        Self {
            summary: Some(summary.to_string()),
            ..self
        }
    }

    /// With what the run was made with, in any words: seeds, rates, a description of the network.
    pub fn settings(self, settings: impl Into<String>) -> Self {
        Self {
            settings: Some(settings.into()),
            ..self
        }
    }

    /// With one more figure, after those that there are.
    pub fn figure(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// With so many of the last rows of the history.
    pub fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// The page as the text of an HTML file.
    pub fn to_html(&self) -> String {
        page::text(self)
    }

    /// Writes the page to a file, by its ending `.html`, in place of what stood there; the old file stays until the
    /// new one is whole.
    ///
    /// # Errors
    /// If the ending is another, there is no such folder, or the system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        PlotError::ending(path, &["html"])?;
        PlotError::write(path, self.to_html().as_bytes())
    }
}
