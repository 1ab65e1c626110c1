//! A summary in columns.

use std::fmt;

use super::{LayerSummary, ParameterSummary, Summary};

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = [
            self.words("layer", "all".to_owned(), |layer| match &layer.name[..] {
                "" => "itself".to_owned(),
                name => name.to_owned(),
            }),
            self.words("parameters", String::new(), |layer| {
                each(layer, |parameter| {
                    let whose = parameter.shared_with.iter();
                    let whose: String = whose.map(|name| format!(" of {name}")).collect();
                    Some(format!("{} {:?}{whose}", parameter.name, parameter.shape))
                })
            }),
            self.words("output", shape(&self.output), |layer| shape(&layer.output)),
            self.numbers("trained", self.trained(), LayerSummary::trained),
            self.numbers("frozen", self.frozen(), LayerSummary::frozen),
            self.numbers("statistics", self.statistics(), LayerSummary::statistics),
            self.words("penalty", String::new(), |layer| {
                each(layer, |parameter| named(parameter, &parameter.penalty))
            }),
            self.words("constraint", String::new(), |layer| {
                each(layer, |parameter| named(parameter, &parameter.constraint))
            }),
        ];
        for row in 0..self.layers.len() + 2 {
            let mut line = String::new();
            for column in columns.iter().filter(|column| column.is_used()) {
                let (cell, width) = (&column.cells[row], column.width());
                line += &match column.right {
                    true => format!("{cell:>width$}  "),
                    false => format!("{cell:width$}  "),
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A title, a cell for each layer, and one for all of them.
struct Column {
    cells: Vec<String>,
    right: bool,
}

impl Column {
    fn is_used(&self) -> bool {
        self.cells[1..].iter().any(|cell| !cell.is_empty())
    }

    fn width(&self) -> usize {
        let widths = self.cells.iter().map(|cell| cell.chars().count());
        widths.max().unwrap_or(0)
    }
}

impl Summary {
    fn words(&self, title: &str, all: String, of: impl Fn(&LayerSummary) -> String) -> Column {
        let cells = self.layers.iter().map(of);
        Column {
            cells: [title.to_owned()]
                .into_iter()
                .chain(cells)
                .chain([all])
                .collect(),
            right: false,
        }
    }

    fn numbers(&self, title: &str, all: usize, of: impl Fn(&LayerSummary) -> usize) -> Column {
        Column {
            right: true,
            ..self.words(title, all.to_string(), |layer| of(layer).to_string())
        }
    }
}

/// What is to be said of each parameter, in a list.
fn each(layer: &LayerSummary, of: impl Fn(&ParameterSummary) -> Option<String>) -> String {
    let said: Vec<_> = layer.parameters.iter().filter_map(of).collect();
    said.join(", ")
}

fn named(parameter: &ParameterSummary, words: &Option<String>) -> Option<String> {
    let words = words.as_ref()?;
    Some(format!("{}: {words}", parameter.name))
}

fn shape(shape: &Option<Vec<usize>>) -> String {
    shape
        .as_ref()
        .map_or(String::new(), |shape| format!("{shape:?}"))
}
