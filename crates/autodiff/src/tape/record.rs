//! What a tape remembers.

use std::cell::Ref;
use std::ops::{Deref, Range};
use std::panic::Location;

use super::Tape;
use crate::value::Value;
use crate::vjp::VjpFn;
use crate::{Element, Shape, Var, Vjp};

pub(super) struct Record<T: Element> {
    pub(super) nodes: Vec<Node<T>>,
    /// The operands of all nodes, each node's in one run.
    pub(super) operands: Vec<Operand<T>>,
    /// Whole numbers that rules refer to: classes, positions.
    pub(super) indices: Vec<usize>,
}

pub(super) struct Node<T: Element> {
    pub(super) value: Value<T>,
    pub(super) operands: Range<usize>,
    /// Whether the value depends on a [`Tape::var`].
    pub(super) live: bool,
    pub(super) origin: Origin,
}

pub(super) struct Operand<T: Element> {
    pub(super) node: usize,
    /// Missing while the rule is running, and where the operand has no derivative.
    pub(super) rule: Vjp<T>,
}

/// What made a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// The operation.
    pub(crate) name: &'static str,
    /// Where the user's code called it. What a rule calls stands where the operation does that the
    /// rule belongs to.
    pub(crate) place: &'static Location<'static>,
}

/// Where a list of whole numbers stands on a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indices {
    first: usize,
    last: usize,
}

/// The operands of a node; up to twenty need no memory but the stack's.
#[expect(
    clippy::large_enum_variant,
    reason = "it stands on the stack for one step; a box would be memory"
)]
pub(crate) enum Operands<'t, T: Element> {
    Three([Var<'t, T>; 3], usize),
    Twenty([Var<'t, T>; 20], usize),
    Many(Vec<Var<'t, T>>),
}

impl<'t, T: Element> Deref for Operands<'t, T> {
    type Target = [Var<'t, T>];
    #[inline]
    fn deref(&self) -> &[Var<'t, T>] {
        match self {
            Self::Three(operands, len) => &operands[..*len],
            Self::Twenty(operands, len) => &operands[..*len],
            Self::Many(operands) => operands,
        }
    }
}

/// How much of everything there is.
#[derive(Clone, Copy)]
pub(super) struct Length {
    nodes: usize,
    operands: usize,
    indices: usize,
}

impl<T: Element> Record<T> {
    pub(super) fn new() -> Self {
        Self {
            nodes: Vec::new(),
            operands: Vec::new(),
            indices: Vec::new(),
        }
    }
}

impl<T: Element> Tape<T> {
    /// A value that comes from no operation that has a derivative; with a gradient if it is live.
    #[inline]
    #[track_caller]
    pub(crate) fn leaf(&self, name: &'static str, value: Value<T>, live: bool) -> Var<'_, T> {
        self.append(name, value, live, [])
    }

    /// Appends the result of an operation on `operands`, given by index with their rules. Without a
    /// rule for a live operand, or while not recording, it is a constant.
    #[inline]
    #[track_caller]
    pub(crate) fn push(
        &self,
        name: &'static str,
        value: Value<T>,
        operands: impl IntoIterator<Item = (usize, Vjp<T>)>,
    ) -> Var<'_, T> {
        self.append(name, value, false, operands)
    }

    #[inline]
    #[track_caller]
    fn append(
        &self,
        name: &'static str,
        value: Value<T>,
        mut live: bool,
        operands: impl IntoIterator<Item = (usize, Vjp<T>)>,
    ) -> Var<'_, T> {
        let first = self.record.borrow().operands.len();
        let recording = self.recording.get();
        if recording {
            // The record is free while the next operand is made.
            for (node, rule) in operands {
                let record = &mut *self.record.borrow_mut();
                live |= rule.is_some() && record.nodes[node].live;
                record.operands.push(Operand { node, rule });
            }
        }
        let mut borrowed = self.record.borrow_mut();
        let record = &mut *borrowed;
        if recording {
            // Who looks for anomalies asks what a constant was made of, too.
            if !live && !self.detects_anomalies.get() {
                record.operands.truncate(first);
            }
        }
        let place = match self.deriving.get() {
            None => Location::caller(),
            Some(rule) => record.nodes[rule.node].origin.place,
        };
        record.nodes.push(Node {
            value,
            operands: first..record.operands.len(),
            live,
            origin: Origin { name, place },
        });
        let index = record.nodes.len() - 1;
        let var = Var { tape: self, index };
        drop(borrowed);
        if recording && self.detects_anomalies.get() {
            self.inspect(var);
        }
        var
    }

    /// The value of a node, for as long as nothing is appended.
    #[inline]
    pub(crate) fn value(&self, node: usize) -> Ref<'_, Value<T>> {
        Ref::map(self.record.borrow(), |record| &record.nodes[node].value)
    }

    #[inline]
    pub(crate) fn is_live(&self, node: usize) -> bool {
        self.record.borrow().nodes[node].live
    }

    #[inline]
    pub(crate) fn is_leaf(&self, node: usize) -> bool {
        self.record.borrow().nodes[node].operands.is_empty()
    }

    pub(crate) fn origin(&self, node: usize) -> Origin {
        self.record.borrow().nodes[node].origin
    }

    /// Where the operands of a node stand.
    #[inline]
    pub(crate) fn operands(&self, node: usize) -> Range<usize> {
        self.record.borrow().nodes[node].operands.clone()
    }

    /// The node that an operand is.
    #[inline]
    pub(crate) fn operand(&self, operand: usize) -> usize {
        self.record.borrow().operands[operand].node
    }

    /// The node that an operand is, if it has a derivative.
    #[inline]
    pub(crate) fn ruled_operand(&self, operand: usize) -> Option<usize> {
        let operand = &self.record.borrow().operands[operand];
        operand.rule.is_some().then_some(operand.node)
    }

    /// The node that an operand is, if it is live and has a derivative.
    #[inline]
    pub(crate) fn live_operand(&self, operand: usize) -> Option<usize> {
        let record = self.record.borrow();
        let operand = &record.operands[operand];
        (operand.rule.is_some() && record.nodes[operand.node].live).then_some(operand.node)
    }

    /// The operands of a node.
    #[inline]
    pub(crate) fn operand_vars(&self, node: usize) -> Operands<'_, T> {
        let record = self.record.borrow();
        let operands = &record.operands[record.nodes[node].operands.clone()];
        let var = |place: usize| Var {
            tape: self,
            index: operands.get(place).map_or(0, |operand| operand.node),
        };
        match operands.len() {
            len @ 0..=3 => Operands::Three(std::array::from_fn(var), len),
            len @ 4..=20 => Operands::Twenty(std::array::from_fn(var), len),
            len => Operands::Many((0..len).map(var).collect()),
        }
    }

    /// The shape of a node, if that of another is different.
    #[inline]
    pub(crate) fn shape_unlike(&self, node: usize, other: usize) -> Option<Shape> {
        let nodes = &self.record.borrow().nodes;
        let shape = nodes[node].value.shape();
        (shape != nodes[other].value.shape()).then(|| shape.clone())
    }

    /// Calls `run` with the rule of an operand. The rule leaves the record meanwhile, because it
    /// appends to it.
    #[inline]
    pub(crate) fn with_rule<R>(&self, operand: usize, run: impl FnOnce(&VjpFn<T>) -> R) -> R {
        let rule = self.record.borrow_mut().operands[operand].rule.take();
        let lent = super::guard::Lent {
            tape: self,
            operand,
            rule,
        };
        run(lent.rule.function())
    }

    /// Keeps whole numbers on the tape, for a rule to refer to.
    pub(crate) fn keep_indices(&self, indices: impl IntoIterator<Item = usize>) -> Indices {
        let kept = &mut self.record.borrow_mut().indices;
        let first = kept.len();
        kept.extend(indices);
        Indices {
            first,
            last: kept.len(),
        }
    }

    /// The whole numbers that were kept.
    pub(crate) fn indices(&self, indices: Indices) -> Ref<'_, [usize]> {
        Ref::map(self.record.borrow(), |record| {
            &record.indices[indices.first..indices.last]
        })
    }

    /// How much is recorded.
    pub(super) fn length(&self) -> Length {
        let record = self.record.borrow();
        Length {
            nodes: record.nodes.len(),
            operands: record.operands.len(),
            indices: record.indices.len(),
        }
    }

    /// Lets go of all that came after it was so long.
    pub(super) fn shorten(&self, to: Length) {
        self.truncate(to.nodes);
        let mut record = self.record.borrow_mut();
        record.operands.truncate(to.operands);
        record.indices.truncate(to.indices);
    }

    /// Lets go of all but the first `len` values.
    #[inline]
    pub(super) fn truncate(&self, len: usize) {
        let (nodes, spare) = (
            &mut self.record.borrow_mut().nodes,
            &mut self.spare.borrow_mut(),
        );
        while nodes.len() > len {
            let node = nodes.pop().expect("it is longer");
            if let (_, Some(numbers)) = node.value.into_parts() {
                spare.put(numbers);
            }
        }
    }
}

impl Length {
    pub(super) const NOTHING: Self = Self {
        nodes: 0,
        operands: 0,
        indices: 0,
    };

    pub(super) fn nodes(self) -> usize {
        self.nodes
    }
}
