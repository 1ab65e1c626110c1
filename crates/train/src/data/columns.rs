use std::collections::BTreeSet;

use super::fitted_columns::{FittedColumn, FittedColumns};
use super::missing::is_missing;
use super::{DataError, DataProblem, Missing, Table};
use crate::error;

/// What the columns of a [`Table`] mean, and what stands for missing values. [Fitted](Columns::fit) on the rows
/// for training, it makes a [`Dataset`](super::Dataset) of these and any others.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | [`targets`](Columns::targets), [`label`](Columns::label) | | columns of numbers, or one of class labels |
/// | [`one_hot`](Columns::one_hot) | none | inputs that are texts |
/// | [`leave_out`](Columns::leave_out) | none | columns that are not used |
/// | [`missing`](Columns::missing) | [`Missing::Refuse`] | what stands for missing values |
/// | [`ignore_unknown`](Columns::ignore_unknown) | refused | texts that were not fitted on |
///
/// All other columns are inputs that are numbers.
///
/// ```
/// use tapegrad_train::data::{Columns, Missing, Table};
///
/// let text = "size,colour,kind\n1,red,oak\n,blue,elm\n3,red,elm\n";
/// let train = Table::read("trees.csv", text.as_bytes())?;
/// let columns = Columns::label("kind").one_hot(&["colour"]).missing(Missing::Mean).fit(&train)?;
/// assert_eq!(columns.input_names(), ["size", "colour=blue", "colour=red"]);
/// assert_eq!(columns.labels().unwrap().labels(), ["elm", "oak"]);
///
/// let data = columns.dataset::<f64>(&train)?;
/// assert_eq!(data.x, ndarray::array![[1.0, 0.0, 1.0], [2.0, 1.0, 0.0], [3.0, 0.0, 1.0]].into_dyn());
/// assert_eq!(data.classes(), [1, 0, 0]);
///
/// let test = Table::read("new.csv", "kind,colour,size\noak,green,2\n".as_bytes())?;
/// let error = columns.dataset::<f64>(&test).unwrap_err().to_string();
/// assert_eq!(error, "new.csv, line 2, column `colour`: \"green\" is given; the rows that were fitted on have [\"blue\", \"red\"]");
/// # Ok::<(), tapegrad_train::data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    targets: Vec<String>,
    are_labels: bool,
    one_hot: Vec<String>,
    left_out: Vec<String>,
    missing: Missing,
    ignores_unknown: bool,
}

impl Columns {
    /// The columns named are targets, in that order, and numbers.
    pub fn targets(names: &[&str]) -> Self {
        Self {
            targets: owned(names),
            are_labels: false,
            one_hot: Vec::new(),
            left_out: Vec::new(),
            missing: Missing::Refuse,
            ignores_unknown: false,
        }
    }

    /// The column named holds class labels, of any text, which become class indices by a
    /// [`LabelEncoder`](super::LabelEncoder).
    pub fn label(name: &str) -> Self {
        Self {
            are_labels: true,
            ..Self::targets(&[name])
        }
    }

    /// These inputs are texts: each becomes as many columns of 0 and 1 as it has different texts.
    pub fn one_hot(mut self, names: &[&str]) -> Self {
        self.one_hot.extend(owned(names));
        self
    }

    /// These columns are not used.
    pub fn leave_out(mut self, names: &[&str]) -> Self {
        self.left_out.extend(owned(names));
        self
    }

    /// What stands for missing values.
    ///
    /// # Panics
    /// If a constant is not finite.
    #[track_caller]
    pub fn missing(mut self, missing: Missing) -> Self {
        if let Missing::Constant(value) = missing
            && !value.is_finite()
        {
            error::missing_constant(value);
        }
        self.missing = missing;
        self
    }

    /// A text in a column of texts that was not fitted on is 0 in all its columns; without this it is refused.
    /// (An unknown label always is.)
    pub fn ignore_unknown(mut self) -> Self {
        self.ignores_unknown = true;
        self
    }

    /// Learns from the rows for training which texts there are, and what stands for missing values.
    ///
    /// # Errors
    /// If a column is not there or asked for twice, a field that must be a number is none, a value is missing
    /// that must not be, or none is there to fill others from.
    pub fn fit(&self, table: &Table) -> Result<FittedColumns, DataError> {
        self.fitted(table)
            .map_err(|problem| problem.of(table.source()))
    }

    fn fitted(&self, table: &Table) -> Result<FittedColumns, DataProblem> {
        let mut named = BTreeSet::new();
        for name in [&self.targets, &self.one_hot, &self.left_out]
            .into_iter()
            .flatten()
        {
            position(table, name)?;
            if !named.insert(name) {
                let name = name.clone();
                return Err(DataProblem::RepeatedUse { name });
            }
        }
        let used = |name: &&String| !self.targets.contains(name) && !self.left_out.contains(name);
        let inputs: Vec<&String> = table.names().iter().filter(used).collect();

        let mut kept: Vec<usize> = (0..table.rows()).collect();
        if self.missing == Missing::Drop {
            for name in inputs.iter().copied().chain(&self.targets) {
                let (column, is_text) = (position(table, name)?, self.is_text(name));
                kept.retain(|&row| !is_missing(table.field(row, column), is_text));
            }
        }
        let fit = |name: &String, missing| {
            let column = position(table, name)?;
            FittedColumn::fit(table, &kept, column, self.is_text(name), missing)
        };
        // Nothing stands for a missing target: what was learnt from it would be made up.
        let of_targets = self.targets.iter().map(|name| fit(name, Missing::Refuse));
        let of_inputs = inputs.into_iter().map(|name| fit(name, self.missing));
        Ok(FittedColumns {
            inputs: of_inputs.collect::<Result<_, _>>()?,
            targets: of_targets.collect::<Result<_, _>>()?,
            drops_rows: self.missing == Missing::Drop,
            ignores_unknown: self.ignores_unknown,
        })
    }

    fn is_text(&self, name: &String) -> bool {
        self.one_hot.contains(name) || (self.are_labels && self.targets.contains(name))
    }
}

/// Where a column stands.
pub(super) fn position(table: &Table, name: &str) -> Result<usize, DataProblem> {
    let position = table.names().iter().position(|other| other == name);
    position.ok_or_else(|| DataProblem::MissingColumn {
        name: name.to_owned(),
        names: table.names().to_vec(),
    })
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
