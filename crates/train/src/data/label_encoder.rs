use std::collections::{BTreeMap, BTreeSet};

use tapegrad_nn::{LoadProblem, Section};

use super::{DataError, DataProblem, saved_transform};
use crate::error;

/// Labels as class indices, from 0 in ascending order. As scikit-learn's `LabelEncoder`.
///
/// Labels are texts, in the order of their characters; if all are finite numbers, in the order of these.
///
/// ```
/// use tapegrad_train::data::LabelEncoder;
///
/// let encoder = LabelEncoder::fit(&["versicolor", "setosa", "setosa", "virginica"]);
/// assert_eq!(encoder.labels(), ["setosa", "versicolor", "virginica"]);
/// assert_eq!(encoder.encode(&["virginica", "setosa"])?, [2, 0]);
/// assert_eq!(encoder.decode(&[1, 1]), ["versicolor", "versicolor"]);
///
/// let error = encoder.encode(&["rose"]).unwrap_err().to_string();
/// assert_eq!(error, "row 0: the label is \"rose\"; those that were fitted on are [\"setosa\", \"versicolor\", \"virginica\"]");
/// # Ok::<(), tapegrad_train::data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelEncoder {
    labels: Vec<String>,
}

impl LabelEncoder {
    /// The labels in a list, each once.
    pub fn fit(labels: &[impl AsRef<str>]) -> Self {
        let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite());
        let mut labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        labels.sort_unstable();
        labels.dedup();
        let numbers: Option<Vec<f64>> = labels.iter().map(|text| number(text)).collect();
        if let Some(numbers) = numbers {
            let mut pairs: Vec<_> = numbers.into_iter().zip(labels).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            labels = pairs.into_iter().map(|(_, label)| label).collect();
        }
        Self {
            labels: labels.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The label of each class.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many classes there are.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// The class of a label, if there is one.
    pub fn class(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|other| other == label)
    }

    /// The class of each label.
    ///
    /// # Errors
    /// If a label was not fitted on.
    pub fn encode(&self, labels: &[impl AsRef<str>]) -> Result<Vec<usize>, DataError> {
        let classes: BTreeMap<&str, usize> =
            self.labels.iter().map(String::as_str).zip(0..).collect();
        let class = |(row, label): (usize, &str)| {
            classes.get(label).copied().ok_or_else(|| {
                let (label, known) = (label.to_owned(), self.labels.clone());
                DataProblem::UnknownLabel { row, label, known }.into()
            })
        };
        let labels = labels.iter().map(AsRef::as_ref);
        labels.enumerate().map(class).collect()
    }

    /// The label of each class.
    ///
    /// # Panics
    /// If there is no such class.
    #[track_caller]
    pub fn decode(&self, classes: &[usize]) -> Vec<&str> {
        if let Some(&class) = classes.iter().find(|&&class| class >= self.labels.len()) {
            error::label_class(class, self.labels.len());
        }
        classes
            .iter()
            .map(|&class| self.labels[class].as_str())
            .collect()
    }

    /// The labels, for a file.
    pub fn save(&self) -> Section {
        let mut section = Section::new();
        section.set_state_of(KIND, VERSION, &self.labels);
        section
    }

    /// The encoder that was [saved](LabelEncoder::save).
    ///
    /// # Errors
    /// If the section is of something else or another version.
    pub fn load(section: &Section) -> Result<Self, LoadProblem> {
        Self::of_labels(section.state_of(KIND, VERSION)?)
    }

    /// From the labels of a file, each of which must be another.
    pub(super) fn of_labels(labels: Vec<String>) -> Result<Self, LoadProblem> {
        let mut seen = BTreeSet::new();
        if let Some(label) = labels.iter().find(|label| !seen.insert(*label)) {
            let reason = format!("the label {label:?} stands there twice");
            return Err(saved_transform::malformed(reason));
        }
        Ok(Self { labels })
    }
}

const KIND: &str = "LabelEncoder";

/// Of what is saved.
const VERSION: u32 = 1;
