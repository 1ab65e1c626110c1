//! A confusion matrix in columns.

use std::fmt;

use super::ConfusionMatrix;

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.counts.iter().chain(&self.undecided);
        let digits = match f.precision() {
            Some(digits) => digits,
            None if numbers.clone().all(|count| count.fract() == 0.0) => 0,
            None => 3,
        };
        let is_undecided = self.undecided.iter().any(|count| *count != 0.0);
        let title = "actual \\ predicted";
        let width_of = |text: &str| text.chars().count();
        let first = self.names.iter().map(|name| width_of(name)).max();
        let first = first.unwrap_or(0).max(width_of(title));
        let widest = numbers.map(|count| format!("{count:.digits$}").len()).max();
        let widest = widest.unwrap_or(0);

        let mut heads: Vec<&str> = self.names.iter().map(String::as_str).collect();
        if is_undecided {
            heads.push("none");
        }
        write!(f, "{title:first$}")?;
        for head in &heads {
            write!(f, "  {head:>widest$}")?;
        }
        writeln!(f)?;
        for (actual, name) in self.names.iter().enumerate() {
            write!(f, "{name:first$}")?;
            let counts = self.counts.row(actual);
            let counts = counts.iter().chain([&self.undecided[actual]]);
            for (head, count) in heads.iter().zip(counts) {
                let width = width_of(head).max(widest);
                write!(f, "  {count:width$.digits$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
