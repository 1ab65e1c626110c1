use tapegrad_autodiff::{ArcArrayD, Element};

use super::{DataError, DataProblem, Dataset};

/// What a model is to learn from a [`Dataset`], for [`Dataset::check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Any numbers, of one output or several.
    Regression,
    /// 0 or 1, of one output or, where several labels may hold at once, of several.
    Binary,
    /// One class index, below this number.
    Classes(usize),
}

impl<T: Element> Dataset<T> {
    /// Whether the data can be learnt from: there is a row and a target, inputs, targets and weights are
    /// finite, and the targets are those of the task, of two classes at least.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_train::data::{Dataset, Task};
    ///
    /// let data = Dataset::<f64>::new(array![[0.0], [1.0]], array![[0.0], [3.0]]);
    /// assert!(data.check(Task::Classes(4)).is_ok());
    /// let error = data.check(Task::Classes(3)).unwrap_err();
    /// assert_eq!(error.to_string(), "targets, row 1, column 0: the target is 3; it must be a whole number from 0 to 2");
    /// ```
    ///
    /// # Errors
    /// If not, with the first place where it fails.
    pub fn check(&self, task: Task) -> Result<(), DataError> {
        if self.rows() == 0 {
            return Err(DataProblem::NoRows.into());
        }
        finite("inputs", &self.x)?;
        if let Some(weights) = &self.weights {
            finite("weights", weights)?;
        }
        finite("targets", &self.y)?;
        let outputs = self.y.shape()[1];
        let (wrong, expected) = match task {
            Task::Classes(_) => (outputs != 1, "one, a class"),
            _ => (outputs == 0, "at least one"),
        };
        if wrong {
            let found = outputs;
            return Err(DataProblem::Outputs { found, expected }.into());
        }
        let classes = match task {
            Task::Regression => return Ok(()),
            Task::Binary => 2,
            Task::Classes(count) => count,
        };
        for column in 0..outputs {
            self.check_classes(column, classes, task)?;
        }
        Ok(())
    }

    fn check_classes(&self, column: usize, classes: usize, task: Task) -> Result<(), DataProblem> {
        let targets = (0..self.rows()).map(|row| self.y[[row, column]].wide());
        let is_class = |y: f64| y >= 0.0 && y.fract() == 0.0 && y < classes as f64;
        if let Some((row, target)) = targets.clone().enumerate().find(|(_, y)| !is_class(*y)) {
            let expected = match (task, classes.checked_sub(1)) {
                (Task::Classes(_), Some(last)) => format!("a whole number from 0 to {last}"),
                (Task::Classes(_), None) => "one of 0 classes".to_owned(),
                _ => "0 or 1".to_owned(),
            };
            return Err(DataProblem::NotATarget {
                row,
                column,
                target,
                expected,
            });
        }
        let first = self.y[[0, column]].wide();
        if targets.into_iter().all(|y| y == first) {
            let class = first as usize;
            return Err(DataProblem::OneClass { class, column });
        }
        Ok(())
    }
}

/// `x` is `[rows]` or `[rows, columns]`.
fn finite<T: Element>(part: &'static str, x: &ArcArrayD<T>) -> Result<(), DataProblem> {
    if x.iter().all(|x| x.is_finite()) {
        return Ok(()); // several times as fast as to look for a place
    }
    let found = x.indexed_iter().find(|(_, x)| !x.is_finite());
    match found {
        None => Ok(()),
        Some((at, number)) => Err(DataProblem::NotFinite {
            part,
            row: at[0],
            column: if x.ndim() == 2 { at[1] } else { 0 },
            number: number.wide(),
        }),
    }
}
