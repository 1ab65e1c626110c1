use std::fmt;

use super::Finished;
use crate::space::short;
use crate::{Range, Space};

/// The trials of a study that are over, by number: a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trials {
    /// The names of the dimensions, and whether they are numbers.
    names: Vec<(String, bool)>,
    each: Vec<Finished>,
    resumed: Option<Resumed>,
}

/// What a study found in its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// How many trials were not run again.
    pub trials: usize,
    /// How many bytes of a last line, cut off when the process was killed, were dropped; its trial was run again.
    pub cut: usize,
}

impl Trials {
    pub(super) fn new(space: &Space, each: Vec<Finished>, resumed: Option<Resumed>) -> Self {
        let name = |dimension: &crate::Dimension| {
            let is_number = !matches!(dimension.range(), Range::Choice(_));
            (dimension.name().to_owned(), is_number)
        };
        Self {
            names: space.dimensions().iter().map(name).collect(),
            each,
            resumed,
        }
    }

    /// All, by number.
    pub fn all(&self) -> &[Finished] {
        &self.each
    }

    /// The one with the least score of those that went to their end: of those with the largest budget that any of them
    /// had. Of equal ones the first.
    pub fn best(&self) -> Option<&Finished> {
        let complete = || self.each.iter().filter(|trial| trial.is_complete());
        let budget = complete().map(|trial| trial.budget).fold(0.0, f64::max);
        complete()
            .filter(|trial| trial.budget == budget)
            .min_by(|a, b| {
                a.score()
                    .unwrap_or(0.0)
                    .total_cmp(&b.score().unwrap_or(0.0))
            })
    }

    /// Those that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Finished> {
        self.each.iter().filter(|trial| trial.reason().is_some())
    }

    /// What was in the journal, if the study was begun before.
    pub fn resumed(&self) -> Option<Resumed> {
        self.resumed
    }

    /// The lines of a comma-separated file: `trial`, `budget`, `continues`, the dimensions by name, `step` (the last
    /// that was reported), `outcome`, `score`, `reason`. A number is written so that it is read back to the bit; what
    /// is not there is empty.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("trial,budget,continues");
        for (name, _) in &self.names {
            text = text + "," + &quoted(name);
        }
        text.push_str(",step,outcome,score,reason\n");
        for trial in &self.each {
            let continues = trial.continues.map(|n| n.to_string()).unwrap_or_default();
            text.push_str(&format!("{},{},{continues}", trial.number, trial.budget));
            for (name, _) in &self.names {
                text = text + "," + &quoted(&trial.values.text(name).unwrap_or_default());
            }
            let step = trial.reports.last().map(|(step, _)| step.to_string());
            let score = trial.score().map(|score| score.to_string());
            text.push_str(&format!(
                ",{},{},{},{}\n",
                step.unwrap_or_default(),
                trial.outcome.name(),
                score.unwrap_or_default(),
                quoted(trial.reason().unwrap_or_default())
            ));
        }
        text
    }

    /// The fields of the table, a line for each trial under that of the names, and which are to the right.
    fn fields(&self) -> (Vec<Vec<String>>, Vec<bool>) {
        let has_budgets = self.each.iter().any(|trial| trial.budget < 1.0);
        let line = |number: String, budget: String, values: Vec<String>, rest: [String; 2]| {
            let budget = has_budgets.then_some(budget);
            let [score, outcome] = rest;
            let ends = [score, outcome];
            let line = [number].into_iter().chain(budget).chain(values).chain(ends);
            line.collect::<Vec<_>>()
        };
        let names = self.names.iter().map(|(name, _)| name.clone()).collect();
        let rest = ["score", "outcome"].map(str::to_owned);
        let mut lines = vec![line("trial".to_owned(), "budget".to_owned(), names, rest)];
        for trial in &self.each {
            let values = self.names.iter().map(|(name, _)| {
                let text = trial.values.short_text(name);
                text.unwrap_or_else(|| "–".to_owned())
            });
            let score = trial.score().map(short).unwrap_or_default();
            let outcome = match trial.reason() {
                // The whole stands in the comma-separated file.
                Some(reason) => format!("failed: {}", reason.lines().next().unwrap_or_default()),
                None => trial.outcome.name().to_owned(),
            };
            lines.push(line(
                trial.number.to_string(),
                short(trial.budget),
                values.collect(),
                [score, outcome],
            ));
        }
        let mut right = vec![true; 1 + usize::from(has_budgets)];
        right.extend(self.names.iter().map(|(_, is_number)| is_number));
        right.extend([true, false]);
        (lines, right)
    }
}

/// A text as a field, in quotes if it needs them.
fn quoted(text: &str) -> String {
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// A table with a line for each trial, and the best one.
impl fmt::Display for Trials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lines, right) = self.fields();
        let width = |column: usize| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..right.len()).map(width).collect();
        for line in &lines {
            let mut text = String::new();
            for ((field, &width), &right) in line.iter().zip(&widths).zip(&right) {
                text = match right {
                    true => format!("{text}{field:>width$}  "),
                    false => format!("{text}{field:<width$}  "),
                };
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        match self.best() {
            Some(best) => write!(f, "best: {best}"),
            None => f.write_str("no trial went to its end with a score"),
        }
    }
}
