//! Who made a NaN or an infinity.

use ndarray::{ArrayView, IxDyn};

use super::Tape;
use crate::value::Value;
use crate::{Element, Var, error};

/// What the worst number of a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Finite,
    Infinite,
    Nan,
}

impl Kind {
    fn of_number<T: Element>(x: T) -> Self {
        if x.is_nan() {
            Self::Nan
        } else if x.is_infinite() {
            Self::Infinite
        } else {
            Self::Finite
        }
    }

    fn of<T: Element>(value: &Value<T>) -> Self {
        if value.is_passing() {
            return Self::Finite;
        }
        let kinds = value.numbers().iter().map(|&x| Self::of_number(x));
        kinds.max().unwrap_or(Self::Finite)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Finite => "finite",
            Self::Infinite => "infinite",
            Self::Nan => "NaN",
        }
    }
}

impl<T: Element> Tape<T> {
    /// From here on, the first operation that makes a NaN or an infinity panics, in a forward
    /// computation as in a derivative: a sentence names it, its shapes, the element, and the line of
    /// your code that called it. It holds for the tape's life; every value is looked through.
    ///
    /// An operation makes a NaN if none of its operands holds one, and an infinity if all its
    /// operands are finite: infinities that you gave may stay such. A variable or constant that is
    /// NaN is named as well.
    ///
    /// ```should_panic
    /// use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// tape.detect_anomaly();
    /// let x = tape.var([4.0, 0.0]);
    /// x.sqrt().sum(..).backward();    // the derivative of `sqrt` … infinite at [1] … called here
    /// ```
    pub fn detect_anomaly(&self) {
        self.detects_anomalies.set(true);
    }

    /// Panics if a value that was just appended is worse than what it was made of.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(super) fn inspect(&self, y: Var<'_, T>) {
        // What is passing through made what this one finished.
        let mut operands = self.operands(y.index).map(|operand| self.operand(operand));
        let passing = operands.find(|&node| self.value(node).is_passing());
        let node = passing.unwrap_or(y.index);
        let (kind, made_of) = (Kind::of(&y.read()), self.operands_kind(node));
        let operands = self.operand_shapes(node);
        let given = operands.is_empty();
        // What a rule makes is looked at when it is done: by itself it has no line of its own.
        let in_rule = self.deriving.get().is_some();
        if kind <= made_of || in_rule || given && kind == Kind::Infinite {
            return;
        }
        let name = self.origin(node).name;
        let (at, shape) = (place(&y.read(), kind), y.shape());
        if given {
            error::anomaly_given(name, kind.word(), &at, &shape);
        }
        error::anomaly(name, kind.word(), &at, &shape, &operands);
    }

    /// Panics if the cotangent `share` of an operand, which stands at `place`, is worse than what the
    /// rule of `node` had for it.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn inspect_share(&self, share: Var<'_, T>, g: Var<'_, T>, node: usize, at: usize) {
        let value = share.read();
        let kind = Kind::of(&value);
        let had = Kind::of(&g.read())
            .max(self.operands_kind(node))
            .max(Kind::of(&self.value(node)));
        if kind > had {
            let origin = self.origin(node);
            error::anomaly_of_derivative(
                origin.name,
                kind.word(),
                &place(&value, kind),
                &self.value(at).shape().clone(),
                &self.operand_shapes(node),
                origin.place,
            );
        }
    }

    /// Panics if the sum of two cotangents of a node is worse than they are.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn inspect_sum(&self, sum: &Value<T>, parts: [&Value<T>; 2], node: usize) {
        let kind = Kind::of(sum);
        if parts.into_iter().all(|part| Kind::of(part) < kind) {
            let origin = self.origin(node);
            let at = place(sum, kind);
            error::anomaly_of_sum(origin.name, kind.word(), &at, sum.shape(), origin.place);
        }
    }

    pub(crate) fn detects_anomalies(&self) -> bool {
        self.detects_anomalies.get()
    }

    /// The worst of what a node was made of. What is passing through is what it was made of.
    fn operands_kind(&self, node: usize) -> Kind {
        let operands = self.operands(node).map(|operand| self.operand(operand));
        let kinds = operands.map(|operand| {
            let passing = self.value(operand).is_passing();
            if passing {
                self.operands_kind(operand)
            } else {
                Kind::of(&self.value(operand))
            }
        });
        kinds.max().unwrap_or(Kind::Finite)
    }

    fn operand_shapes(&self, node: usize) -> String {
        let shapes = self.operands(node).map(|operand| {
            let operand = self.operand(operand);
            format!("{:?}", self.value(operand).shape())
        });
        shapes.collect::<Vec<_>>().join(", ")
    }
}

/// Where the first number of a kind is.
fn place<T: Element>(value: &Value<T>, kind: Kind) -> String {
    let array = ArrayView::from_shape(IxDyn(value.shape()), value.numbers());
    let array = array.expect("one number for each place");
    let mut found = array
        .indexed_iter()
        .filter(|&(_, &x)| Kind::of_number(x) == kind);
    match found.next() {
        Some((index, _)) => format!("{:?}", ndarray::Dimension::slice(&index)),
        None => String::new(),
    }
}
