use std::fmt;

use crate::error;
use crate::history::{quoted, short};

/// How important each column of the inputs is.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::Dense;
/// use tapegrad_train::importance;
///
/// let mut model = Dense::<f64>::new(2, 2);
/// model.weight.value = array![[0.0, 0.5], [3.0, -4.0]].into_dyn().into_shared();
/// let importances = importance::weight_rows(&model).named(&["age", "income"]);
/// assert_eq!(importances.sorted()[0].name, "income");
/// assert_eq!(importances.to_csv(), "column,importance\nage,0.5\nincome,5\n");
/// assert_eq!(importances.to_string(), "\
/// column  importance
/// income      5.0000
/// age         0.5000");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Importances {
    /// In the order of the columns, called `x0`, `x1`, … unless they are [named](Importances::named).
    pub columns: Vec<Importance>,
}

/// How important a column is.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// Of the column.
    pub name: String,
    /// The importance; of repeats the mean.
    pub value: f64,
    /// The standard deviation over repeats, with their number for a divisor; `None` if there are none.
    pub deviation: Option<f64>,
}

impl Importances {
    pub(super) fn new(columns: impl IntoIterator<Item = (f64, Option<f64>)>) -> Self {
        let columns = columns.into_iter().enumerate();
        let columns = columns.map(|(index, (value, deviation))| Importance {
            name: format!("x{index}"),
            value,
            deviation,
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// The columns with these names.
    ///
    /// # Panics
    /// If there is not one for each column.
    #[track_caller]
    pub fn named(mut self, names: &[impl AsRef<str>]) -> Self {
        if names.len() != self.columns.len() {
            error::importance_names(names.len(), self.columns.len());
        }
        for (column, name) in self.columns.iter_mut().zip(names) {
            name.as_ref().clone_into(&mut column.name);
        }
        self
    }

    /// The importances in the order of the columns.
    pub fn values(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.value).collect()
    }

    /// A column by its name, the first of equals.
    pub fn get(&self, name: &str) -> Option<&Importance> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The largest absolute value first, equal ones in the order of the columns; NaN last.
    pub fn sorted(&self) -> Vec<&Importance> {
        let size = |column: &Importance| match column.value.is_nan() {
            true => f64::NEG_INFINITY,
            false => column.value.abs(),
        };
        let mut columns: Vec<_> = self.columns.iter().collect();
        columns.sort_by(|a, b| size(b).total_cmp(&size(a)));
        columns
    }

    /// The lines of a comma-separated file in the order of the columns, with `deviation` if there are some; a number
    /// is written so that it is read back to the bit.
    pub fn to_csv(&self) -> String {
        let with_deviation = self.has_deviations();
        let mut text = "column,importance".to_owned();
        text.push_str(if with_deviation { ",deviation\n" } else { "\n" });
        for column in &self.columns {
            text.push_str(&format!("{},{}", quoted(&column.name), column.value));
            if with_deviation {
                text.push(',');
                text.extend(column.deviation.map(|deviation| deviation.to_string()));
            }
            text.push('\n');
        }
        text
    }

    fn has_deviations(&self) -> bool {
        self.columns.iter().any(|column| column.deviation.is_some())
    }
}

/// A table, the [largest](Importances::sorted) first.
impl fmt::Display for Importances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .columns
            .iter()
            .map(|column| column.name.chars().count());
        let width = names.max().unwrap_or(0).max("column".len());
        write!(f, "{:width$}  importance", "column")?;
        if self.has_deviations() {
            write!(f, "  deviation")?;
        }
        for column in self.sorted() {
            write!(f, "\n{:width$}  {:>10}", column.name, short(column.value))?;
            if let Some(deviation) = column.deviation {
                write!(f, "  {:>9}", short(deviation))?;
            }
        }
        Ok(())
    }
}
