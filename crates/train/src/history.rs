mod saving;
mod table;

pub(crate) use table::{quoted, short};

/// What was measured while a model was trained: a row for each epoch, a column for each number.
///
/// A [`Trainer`](crate::Trainer) keeps one; a loop of your own does with [`record`](History::record). It holds
/// no times of day: two runs of one seed have equal histories.
///
/// | column of a trainer | |
/// |---|---|
/// | `loss` | mean data loss of the batches, as they were when they were trained on |
/// | `penalty` | mean of what the [penalties](tapegrad_nn::Module::penalty) cost at the same steps |
/// | `learning_rate` | of the last step |
/// | `validation_loss`, `validation_accuracy` … | of the validation data after the epoch, and so is each metric |
/// | `training_loss`, `training_accuracy` … | of the training data after the epoch, if it is asked for |
///
/// | better are | of |
/// |---|---|
/// | smaller numbers | `loss`, and names that end in `_loss` |
/// | what the metric says | metrics of a trainer |
/// | as it is said | [`smaller_is_better`](History::smaller_is_better), [`larger_is_better`](History::larger_is_better), [`not_judged`](History::not_judged) |
/// | none: not judged | all others, as `learning_rate`, `penalty`, and those of your own of which nothing is said |
///
/// ```
/// use tapegrad_train::History;
///
/// let mut history = History::new();
/// history.record(1, 30, [("loss", 0.9), ("validation_loss", 1.0)]);
/// history.record(2, 60, [("loss", 0.5)]);
/// history.record(3, 90, [("loss", 0.3), ("validation_loss", 0.7)]);
/// assert_eq!(history.last("loss"), Some(0.3));
/// assert_eq!(history.best("validation_loss"), Some((3, 0.7)));
/// assert_eq!(history.column("validation_loss"), Some(&[Some(1.0), None, Some(0.7)][..]));
/// println!("{history}");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    epochs: Vec<usize>,
    steps: Vec<usize>,
    columns: Vec<Column>,
}

/// One number of each row, where it was measured.
#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    /// `None` where no number is better than another.
    is_better_larger: Option<bool>,
    values: Vec<Option<f64>>,
}

impl History {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row: how many epochs and steps were finished, and numbers by name. A name that is new begins a
    /// column, one that is not given stays empty in this row, of one that is given twice the last stays.
    pub fn record<'n>(
        &mut self,
        epoch: usize,
        step: usize,
        numbers: impl IntoIterator<Item = (&'n str, f64)>,
    ) {
        self.epochs.push(epoch);
        self.steps.push(step);
        self.columns
            .iter_mut()
            .for_each(|column| column.values.push(None));
        for (name, number) in numbers {
            self.add(name, number);
        }
    }

    /// Puts a number in the last row, in place of what stood there.
    pub(crate) fn add(&mut self, name: &str, number: f64) {
        let place = self.place(name);
        if let Some(last) = self.columns[place].values.last_mut() {
            *last = Some(number);
        }
    }

    /// Says that larger numbers of a column are better, as of an accuracy. The column begins, if there is none of this
    /// name.
    pub fn larger_is_better(&mut self, name: &str) {
        self.judge(name, Some(true));
    }

    /// Says that smaller numbers of a column are better, as of an error. The column begins, if there is none of this
    /// name.
    pub fn smaller_is_better(&mut self, name: &str) {
        self.judge(name, Some(false));
    }

    /// Says that no number of a column is better than another, as of a norm. The column begins, if there is none of
    /// this name.
    pub fn not_judged(&mut self, name: &str) {
        self.judge(name, None);
    }

    /// Says whether larger numbers are better, if any are.
    pub(crate) fn judge(&mut self, name: &str, is_better_larger: Option<bool>) {
        let place = self.place(name);
        self.columns[place].is_better_larger = is_better_larger;
    }

    /// The place of a column, which is made if there is none.
    fn place(&mut self, name: &str) -> usize {
        let place = self.columns.iter().position(|column| column.name == name);
        place.unwrap_or_else(|| {
            let is_loss = name == "loss" || name.ends_with("_loss");
            self.columns.push(Column {
                name: name.to_owned(),
                is_better_larger: is_loss.then_some(false),
                values: vec![None; self.epochs.len()],
            });
            self.columns.len() - 1
        })
    }

    fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    /// How many epochs were finished at each row.
    pub fn epochs(&self) -> &[usize] {
        &self.epochs
    }

    /// How many steps were taken at each row.
    pub fn steps(&self) -> &[usize] {
        &self.steps
    }

    /// The names of the columns, in the order in which they began.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The numbers of a column, one for each row where it was measured.
    pub fn column(&self, name: &str) -> Option<&[Option<f64>]> {
        self.find(name).map(|column| &column.values[..])
    }

    /// The epochs at which a column was measured and its numbers; none if there is no such column.
    pub fn points(&self, name: &str) -> impl Iterator<Item = (usize, f64)> {
        let values = self.column(name).unwrap_or_default();
        let rows = self.epochs.iter().zip(values);
        rows.filter_map(|(&epoch, &value)| Some((epoch, value?)))
    }

    /// The numbers of the last row by their names, where they were measured.
    pub fn last_row(&self) -> impl Iterator<Item = (&str, f64)> {
        let columns = self.columns.iter();
        columns.filter_map(|column| Some((column.name.as_str(), (*column.values.last()?)?)))
    }

    /// The number of a column that was measured last.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.points(name).last().map(|(_, value)| value)
    }

    /// Whether larger numbers of a column are better; `false` also where none are.
    pub fn is_better_larger(&self, name: &str) -> bool {
        self.direction(name) == Some(true)
    }

    /// Whether some numbers of a column are better than others.
    pub fn is_judged(&self, name: &str) -> bool {
        self.direction(name).is_some()
    }

    fn direction(&self, name: &str) -> Option<bool> {
        self.find(name)?.is_better_larger
    }

    /// The epoch of the best number of a column, the first of equals, and that number; NaN is never best. `None` if
    /// there is none, and of a column that is [not judged](History::is_judged).
    pub fn best(&self, name: &str) -> Option<(usize, f64)> {
        let is_better_larger = self.direction(name)?;
        let numbers = self.points(name).filter(|(_, value)| !value.is_nan());
        numbers.reduce(|best, next| {
            let is_better = match is_better_larger {
                true => next.1 > best.1,
                false => next.1 < best.1,
            };
            if is_better { next } else { best }
        })
    }
}
