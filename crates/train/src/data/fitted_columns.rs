mod saving;

use std::collections::BTreeMap;

use ndarray::Array2;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

use super::columns::position;
use super::missing::is_missing;
use super::{DataError, DataProblem, Dataset, LabelEncoder, Missing, Table};

/// What the columns of tables mean, learnt by [`Columns::fit`](super::Columns::fit) from the rows for training.
/// It can be saved with the model.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedColumns {
    pub(super) inputs: Vec<FittedColumn>,
    pub(super) targets: Vec<FittedColumn>,
    pub(super) drops_rows: bool,
    pub(super) ignores_unknown: bool,
}

/// A column by its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FittedColumn {
    name: String,
    content: Content,
}

/// What a column holds, and what stands for a missing value.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    Numbers {
        fill: Option<f64>,
    },
    Texts {
        known: LabelEncoder,
        fill: Option<usize>,
    },
}

/// What a field was read as.
enum Value {
    Number(f64),
    /// One of the known texts; `None` is none of them.
    Text(Option<usize>),
}

impl FittedColumn {
    /// From the given rows of a column.
    pub(super) fn fit(
        table: &Table,
        rows: &[usize],
        column: usize,
        is_text: bool,
        missing: Missing,
    ) -> Result<Self, DataProblem> {
        let mut of_name = Self {
            name: table.names()[column].clone(),
            content: Content::Numbers { fill: None },
        };
        let there = |row: &usize| !is_missing(table.field(*row, column), is_text);
        let there: Vec<usize> = rows.iter().copied().filter(there).collect();
        if there.len() < rows.len() && matches!(missing, Missing::Refuse | Missing::Drop) {
            let is_there = |row: &usize| there.binary_search(row).is_err();
            let row = rows.iter().copied().find(is_there).unwrap_or(0);
            return Err(of_name.missing_value(table, row, column));
        }
        let no_value = |()| DataProblem::NoValue {
            column: table.names()[column].clone(),
        };
        if is_text {
            let texts: Vec<&str> = there.iter().map(|&row| table.field(row, column)).collect();
            let known = LabelEncoder::fit(&texts);
            let fill = match missing {
                Missing::Refuse | Missing::Drop => None,
                _ => Some(most_frequent(&known, &texts).ok_or(()).map_err(no_value)?),
            };
            of_name.content = Content::Texts { known, fill };
        } else {
            let number = |row: &usize| of_name.number(table, *row, column);
            let numbers: Vec<f64> = there.iter().map(number).collect::<Result<_, _>>()?;
            let fill = missing.fill(&numbers).map_err(no_value)?;
            of_name.content = Content::Numbers { fill };
        }
        Ok(of_name)
    }

    fn is_text(&self) -> bool {
        matches!(self.content, Content::Texts { .. })
    }

    fn number(&self, table: &Table, row: usize, column: usize) -> Result<f64, DataProblem> {
        let text = table.field(row, column);
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| DataProblem::NotANumber {
            line: table.line(row),
            column: self.name.clone(),
            text: text.to_owned(),
        })
    }

    fn missing_value(&self, table: &Table, row: usize, column: usize) -> DataProblem {
        DataProblem::MissingValue {
            line: table.line(row),
            column: self.name.clone(),
            text: table.field(row, column).to_owned(),
        }
    }

    fn value(
        &self,
        table: &Table,
        row: usize,
        column: usize,
        ignores_unknown: bool,
    ) -> Result<Value, DataProblem> {
        let text = table.field(row, column);
        let missing = is_missing(text, self.is_text());
        match &self.content {
            Content::Numbers { fill: Some(fill) } if missing => Ok(Value::Number(*fill)),
            Content::Texts { fill, .. } if missing && fill.is_some() => Ok(Value::Text(*fill)),
            _ if missing => Err(self.missing_value(table, row, column)),
            Content::Numbers { .. } => Ok(Value::Number(self.number(table, row, column)?)),
            Content::Texts { known, .. } => match known.class(text) {
                None if !ignores_unknown => Err(DataProblem::UnknownText {
                    line: table.line(row),
                    column: self.name.clone(),
                    text: text.to_owned(),
                    known: known.labels().to_vec(),
                }),
                class => Ok(Value::Text(class)),
            },
        }
    }

    /// Appends the number of a field, which must be one in the element type.
    fn append_number<T: Element>(
        &self,
        number: f64,
        line: u64,
        to: &mut Vec<T>,
    ) -> Result<(), DataProblem> {
        if !T::of(number).is_finite() {
            let place = format!("line {line}, column `{}`", self.name);
            return Err(DataProblem::TooLarge { place, number });
        }
        to.push(T::of(number));
        Ok(())
    }
}

/// The class that most texts are of, the first of equals; `None` if there is no text.
fn most_frequent(known: &LabelEncoder, texts: &[&str]) -> Option<usize> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(*text).or_insert(0_usize) += 1;
    }
    let most = *counts.values().max()?;
    (0..known.count()).find(|&class| counts[known.labels()[class].as_str()] == most)
}

impl FittedColumns {
    /// The inputs and targets of a table that has the columns, in any order; others are passed over.
    ///
    /// # Errors
    /// If a column is not there, a field that must be a number is none or none in the element type, a value is
    /// missing for which nothing stands, or a text is none that was fitted on.
    pub fn dataset<T: Element>(&self, table: &Table) -> Result<Dataset<T>, DataError> {
        self.read(table, &self.targets, self.drops_rows)
            .map_err(|problem| problem.of(table.source()))
    }

    /// The inputs alone, of each row of a table that need not have the targets. No row is dropped: where
    /// [`dataset`](FittedColumns::dataset) would, a missing value is an error.
    ///
    /// # Errors
    /// As there.
    pub fn inputs<T: Element>(&self, table: &Table) -> Result<ArcArrayD<T>, DataError> {
        let data = self.read(table, &[], false);
        data.map(|data| data.x)
            .map_err(|problem| problem.of(table.source()))
    }

    /// The labels of the classes, if the target is a label.
    pub fn labels(&self) -> Option<&LabelEncoder> {
        match &self.targets[..] {
            [
                FittedColumn {
                    content: Content::Texts { known, .. },
                    ..
                },
            ] => Some(known),
            _ => None,
        }
    }

    /// What each input is called: the name of its column, or `column=text`.
    pub fn input_names(&self) -> Vec<String> {
        let names = self.inputs.iter().flat_map(|column| match &column.content {
            Content::Numbers { .. } => vec![column.name.clone()],
            Content::Texts { known, .. } => {
                let texts = known.labels().iter();
                texts
                    .map(|text| format!("{}={text}", column.name))
                    .collect()
            }
        });
        names.collect()
    }

    fn read<T: Element>(
        &self,
        table: &Table,
        targets: &[FittedColumn],
        drops_rows: bool,
    ) -> Result<Dataset<T>, DataProblem> {
        let place = |columns: &[FittedColumn]| -> Result<Vec<usize>, DataProblem> {
            columns
                .iter()
                .map(|column| position(table, &column.name))
                .collect()
        };
        let (of_inputs, of_targets) = (place(&self.inputs)?, place(targets)?);
        let inputs = || self.inputs.iter().zip(&of_inputs);
        let targets = || targets.iter().zip(&of_targets);

        let (mut x, mut y, mut rows) = (Vec::new(), Vec::new(), 0);
        for row in 0..table.rows() {
            let missing = |(column, at): (&FittedColumn, &usize)| {
                is_missing(table.field(row, *at), column.is_text())
            };
            if drops_rows && inputs().chain(targets()).any(missing) {
                continue;
            }
            let line = table.line(row);
            for (column, &at) in inputs() {
                match column.value(table, row, at, self.ignores_unknown)? {
                    Value::Number(number) => column.append_number(number, line, &mut x)?,
                    Value::Text(class) => {
                        let one = |other| {
                            if Some(other) == class {
                                T::one()
                            } else {
                                T::zero()
                            }
                        };
                        x.extend((0..column.width()).map(one));
                    }
                }
            }
            for (column, &at) in targets() {
                match column.value(table, row, at, false)? {
                    Value::Text(class) => y.extend(class.map(|class| T::of(class as f64))),
                    Value::Number(number) => column.append_number(number, line, &mut y)?,
                }
            }
            rows += 1;
        }
        let width = self.inputs.iter().map(FittedColumn::width).sum();
        let matrix = |columns: usize, numbers| {
            let matrix = Array2::from_shape_vec([rows, columns], numbers);
            matrix.expect("each row has all columns").into_value()
        };
        Ok(Dataset::new(matrix(width, x), matrix(of_targets.len(), y)))
    }
}

impl FittedColumn {
    /// How many inputs it makes.
    fn width(&self) -> usize {
        match &self.content {
            Content::Numbers { .. } => 1,
            Content::Texts { known, .. } => known.count(),
        }
    }
}
