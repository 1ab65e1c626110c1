//! A history as text.

use std::fmt;

use super::History;

impl History {
    /// The lines of a comma-separated file: `epoch`, `step` and the columns; a number is written so that it is
    /// read back to the bit, one that was not measured is empty.
    ///
    /// ```
    /// use tapegrad_train::History;
    /// let mut history = History::new();
    /// history.record(1, 30, [("loss", 0.5)]);
    /// assert_eq!(history.to_csv(), "epoch,step,loss\n1,30,0.5\n");
    /// ```
    pub fn to_csv(&self) -> String {
        let rows = (0..self.len()).map(|row| self.csv_row(row));
        self.csv_head(self.columns.len()) + &rows.collect::<String>()
    }

    /// The line of the names, with so many of the columns.
    pub(crate) fn csv_head(&self, columns: usize) -> String {
        let mut text = "epoch,step".to_owned();
        for name in self.names().take(columns) {
            text.push(',');
            text.push_str(&quoted(name));
        }
        text + "\n"
    }

    /// The line of a row.
    pub(crate) fn csv_row(&self, row: usize) -> String {
        let mut text = format!("{},{}", self.epochs[row], self.steps[row]);
        for column in &self.columns {
            text.push(',');
            if let Some(value) = column.values[row] {
                text.push_str(&value.to_string());
            }
        }
        text + "\n"
    }
}

/// A name as a field, in quotes if it needs them.
pub(crate) fn quoted(name: &str) -> String {
    match name.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}

/// A number in few characters: four decimals, or a power of ten where they would not show it.
pub(crate) fn short(value: f64) -> String {
    match value != 0.0 && !(1e-3..1e5).contains(&value.abs()) {
        true => format!("{value:.2e}"),
        false => format!("{value:.4}"),
    }
}

/// A table with a line for each row.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LEAST: usize = 9;
        write!(f, "epoch     step")?;
        for name in self.names() {
            write!(f, "  {name:>LEAST$}")?;
        }
        for (row, (epoch, step)) in self.epochs.iter().zip(&self.steps).enumerate() {
            write!(f, "\n{epoch:5} {step:8}")?;
            for column in &self.columns {
                let width = column.name.chars().count().max(LEAST);
                let value = column.values[row].map_or_else(String::new, short);
                write!(f, "  {value:>width$}")?;
            }
        }
        Ok(())
    }
}
