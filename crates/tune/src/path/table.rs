//! A path as text.

use std::fmt;

use tapegrad_autodiff::Element;

use super::FittedPath;

impl<T: Element> FittedPath<T> {
    /// The lines of a comma-separated file: `strength,loss,penalty,nonzero,inputs,residual` and a column for each input,
    /// its coefficient or the norm of its row. Numbers are written so that they are read back to the bit.
    pub fn to_csv(&self) -> String {
        let mut text = "strength,loss,penalty,nonzero,inputs,residual".to_owned();
        for name in &self.names {
            text.push(',');
            text.push_str(&quoted(name));
        }
        text.push('\n');
        for point in &self.points {
            let (loss, penalty) = (point.loss, point.penalty);
            text.push_str(&format!("{},{loss},{penalty},", point.strength));
            let (inputs, residual) = (point.inputs.len(), point.residual);
            text.push_str(&format!("{},{inputs},{residual}", point.nonzero));
            for number in point.of_inputs() {
                text.push_str(&format!(",{number}"));
            }
            text.push('\n');
        }
        text
    }

    /// The names of the inputs that are active at one point and not at the one before, and the reverse.
    fn changes(&self, place: usize) -> String {
        let inputs = |place: Option<usize>| match place {
            Some(place) => &self.points[place].inputs[..],
            None => &[],
        };
        let (here, before) = (inputs(Some(place)), inputs(place.checked_sub(1)));
        let only = |these: &[usize], others: &[usize], sign: char| {
            let these = these.iter().filter(|input| !others.contains(input));
            let words = these.map(|&input| format!(" {sign}{}", self.names[input]));
            words.collect::<String>()
        };
        only(here, before, '+') + &only(before, here, '−')
    }
}

/// A name as a field, in quotes if it needs them.
fn quoted(name: &str) -> String {
    match name.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}

/// A line for each strength; at its end the inputs that enter there (`+`) or leave (`−`).
impl<T: Element> fmt::Display for FittedPath<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "  strength          loss       penalty  nonzero  inputs  residual"
        )?;
        for (place, point) in self.points.iter().enumerate() {
            write!(
                f,
                "\n{:10.3e}  {:12.6}  {:12.6}  {:7}  {:6}  {:8.1e}",
                point.strength,
                point.loss,
                point.penalty,
                point.nonzero,
                point.inputs.len(),
                point.residual
            )?;
            let changes = self.changes(place);
            if !changes.is_empty() {
                write!(f, " {changes}")?;
            }
        }
        Ok(())
    }
}
