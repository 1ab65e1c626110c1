use std::fmt;

use crate::{Element, Shape, Tape, Var};

/// What is on a tape and how each value came from the others: [`Tape::graph`], [`Var::graph`].
///
/// Printed, it is text with a line for each value; [`dot`](Graph::dot) is the language of Graphviz.
///
/// ```
/// use tapegrad_autodiff::Tape;
///
/// let tape = Tape::<f64>::new();
/// let (x, c) = (tape.var([1.0, 2.0]), tape.constant(3.0));
/// let y = (c * x.exp()).sum(..);
/// assert_eq!(
///     y.graph().to_string(),
///     "0: var [2]\n\
///      1: constant [] (constant)\n\
///      2: exp [2] of 0\n\
///      3: * [2] of 1, 2\n\
///      4: sum [] of 3\n"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Graph {
    values: Vec<Listed>,
}

/// A value of a graph.
#[derive(Clone, Debug)]
struct Listed {
    index: usize,
    name: &'static str,
    shape: Shape,
    operands: Vec<usize>,
    live: bool,
}

impl<T: Element> Tape<T> {
    /// All values of the tape. What has no derivative is marked as constant; what it was computed from
    /// is remembered only while [anomalies are detected](Tape::detect_anomaly).
    pub fn graph(&self) -> Graph {
        self.graph_of(0..self.len())
    }

    fn graph_of(&self, nodes: impl Iterator<Item = usize>) -> Graph {
        let listed = |index| Listed {
            index,
            name: self.origin(index).name,
            shape: self.value(index).shape().clone(),
            operands: self.operands(index).map(|at| self.operand(at)).collect(),
            live: self.is_live(index),
        };
        Graph {
            values: nodes.map(listed).collect(),
        }
    }
}

impl<T: Element> Var<'_, T> {
    /// This value and all that it came from.
    pub fn graph(self) -> Graph {
        let tape = self.tape;
        let mut needed = vec![false; self.index + 1];
        needed[self.index] = true;
        for node in (0..=self.index).rev() {
            if needed[node] {
                tape.operands(node)
                    .for_each(|at| needed[tape.operand(at)] = true);
            }
        }
        tape.graph_of((0..=self.index).filter(|&node| needed[node]))
    }
}

impl Graph {
    /// The graph in the language of Graphviz: `dot -Tsvg` draws it.
    ///
    /// ```
    /// # let tape = tapegrad_autodiff::Tape::<f64>::new();
    /// let y = tape.var(2.0).exp();
    /// assert!(y.graph().dot().to_string().contains("n0 -> n1;"));
    /// ```
    pub fn dot(&self) -> impl fmt::Display + '_ {
        Dot(self)
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for value in &self.values {
            write!(f, "{}: {} {:?}", value.index, value.name, value.shape)?;
            for (place, operand) in value.operands.iter().enumerate() {
                let before = if place == 0 { " of" } else { "," };
                write!(f, "{before} {operand}")?;
            }
            writeln!(f, "{}", if value.live { "" } else { " (constant)" })?;
        }
        Ok(())
    }
}

struct Dot<'g>(&'g Graph);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digraph tape {{")?;
        for Listed {
            index,
            name,
            shape,
            operands,
            live,
        } in &self.0.values
        {
            let form = match (operands.is_empty(), live) {
                (true, true) => ", shape=box",
                (_, false) => ", shape=box, style=dashed",
                _ => "",
            };
            writeln!(
                f,
                "    n{index} [label=\"{}\\n{shape:?}\"{form}];",
                name.escape_default()
            )?;
            for operand in operands {
                writeln!(f, "    n{operand} -> n{index};")?;
            }
        }
        writeln!(f, "}}")
    }
}
