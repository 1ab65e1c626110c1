//! The last rows of a history, and the best.

use super::page::escaped;
use crate::History;
use crate::plot::number::short;

/// The row of the best number of a column.
fn best_row(history: &History, name: &str) -> Option<usize> {
    let (epoch, best) = history.best(name)?;
    let values = history.column(name)?;
    let rows = history.epochs().iter().zip(values);
    let mut rows = rows.map(|(other, value)| *other == epoch && *value == Some(best));
    rows.position(|is_best| is_best)
}

pub(super) fn text(history: &History, last: usize) -> String {
    if history.is_empty() {
        return "<p>Nothing was recorded.</p>\n".to_owned();
    }
    let names: Vec<&str> = history.names().collect();
    let best: Vec<Option<usize>> = names.iter().map(|name| best_row(history, name)).collect();
    let first = history.len().saturating_sub(last);
    let is_shown = |row: &usize| *row >= first || best.contains(&Some(*row));
    let shown: Vec<usize> = (0..history.len()).filter(is_shown).collect();
    let head = ["epoch", "step"].into_iter().chain(names.iter().copied());
    let head: String = head
        .map(|name| format!("<th scope=\"col\">{}</th>", escaped(name)))
        .collect();
    let mut table = format!(
        "<p class=\"quiet\">{} of {} rows; ★ marks the best of a column.</p>\n\
         <div class=\"wide\">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n",
        shown.len(),
        history.len()
    );
    let mut next = 0;
    for row in shown {
        if row > next {
            let columns = names.len() + 2;
            table.push_str(&format!(
                "<tr><td class=\"quiet\" colspan=\"{columns}\">…</td></tr>\n"
            ));
        }
        next = row + 1;
        let (epoch, step) = (history.epochs()[row], history.steps()[row]);
        table.push_str(&format!("<tr><td>{epoch}</td><td>{step}</td>"));
        for (name, best) in names.iter().zip(&best) {
            let value = history.column(name).and_then(|values| values[row]);
            let number = match value {
                None => String::new(),
                Some(value) if value.is_nan() => "NaN".to_owned(),
                Some(value) => short(value, 5),
            };
            table.push_str(&match *best == Some(row) {
                true => format!("<td class=\"best\">{number} ★</td>"),
                false => format!("<td>{number}</td>"),
            });
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n</table>\n</div>\n");
    table
}
