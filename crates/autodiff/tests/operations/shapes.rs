//! The shapes that operands may have: axes of the sizes 0 to 3, up to four of them.

use proptest::collection::vec;
use proptest::prelude::*;

/// Which shapes fit the operands of an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shapes {
    /// One operand of any shape.
    Any,
    /// One operand with at least so many axes.
    AtLeast(usize),
    /// One operand with at least so many axes, none of them empty.
    Filled(usize),
    /// Two operands of one shape.
    Equal,
    /// Two operands of one shape, none of its axes empty.
    EqualFilled,
    /// One to four operands of one shape.
    Several,
    /// Two operands that broadcast.
    Broadcast,
    /// Anything else.
    Other(fn() -> BoxedStrategy<Vec<Vec<usize>>>),
}

impl Shapes {
    /// The shapes, one list a case.
    pub(crate) fn strategy(self) -> BoxedStrategy<Vec<Vec<usize>>> {
        match self {
            Self::Any => any(0..5, 0..4).prop_map(|shape| vec![shape]).boxed(),
            Self::AtLeast(rank) => any(rank..5, 0..4).prop_map(|shape| vec![shape]).boxed(),
            Self::Filled(rank) => any(rank..5, 1..4).prop_map(|shape| vec![shape]).boxed(),
            Self::Equal => any(0..5, 0..4).prop_map(|shape| vec![shape; 2]).boxed(),
            Self::EqualFilled => any(0..5, 1..4).prop_map(|shape| vec![shape; 2]).boxed(),
            Self::Several => (any(0..5, 0..4), 1..5_usize)
                .prop_map(|(shape, count)| vec![shape; count])
                .boxed(),
            Self::Broadcast => broadcast(any(0..5, 0..4), 2),
            Self::Other(strategy) => strategy(),
        }
    }
}

/// A shape of few elements.
pub(crate) fn any(
    rank: std::ops::Range<usize>,
    sizes: std::ops::Range<usize>,
) -> BoxedStrategy<Vec<usize>> {
    vec(sizes, rank).prop_map(small).boxed()
}

/// The shape with its last sizes cut to 1 until there are at most 24 elements.
fn small(mut shape: Vec<usize>) -> Vec<usize> {
    while let Some(axis) = shape
        .iter()
        .rposition(|&size| size > 1)
        .filter(|_| shape.iter().product::<usize>() > 24)
    {
        shape[axis] = 1;
    }
    shape
}

/// Shapes that broadcast to one: each axis is whole or 1, leading axes may be missing.
pub(crate) fn broadcast(
    shape: BoxedStrategy<Vec<usize>>,
    count: usize,
) -> BoxedStrategy<Vec<Vec<usize>>> {
    let operand = (vec(prop::bool::weighted(0.7), 4), 0..3_usize);
    (shape, vec(operand, count))
        .prop_map(|(shape, operands)| {
            let operands = operands.into_iter().map(|(whole, missing)| {
                let sizes = shape.iter().zip(whole);
                let sizes = sizes.map(|(&size, whole)| if whole { size } else { 1 });
                sizes.skip(missing.saturating_sub(1)).collect()
            });
            operands.collect()
        })
        .boxed()
}

/// What is drawn holds what is hard: nothing, one, and operands that are repeated.
#[test]
fn hard_shapes_are_among_them() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut drawn = |shapes: Shapes| -> Vec<Vec<Vec<usize>>> {
        let strategy = shapes.strategy();
        let mut next = || strategy.new_tree(&mut runner).unwrap().current();
        (0..200).map(|_| next()).collect()
    };
    let any = drawn(Shapes::Any);
    let some = |found: &dyn Fn(&[usize]) -> bool| any.iter().filter(|case| found(&case[0])).count();
    assert!(some(&|shape| shape.is_empty()) > 10);
    assert!(some(&|shape| shape.contains(&0)) > 10);
    assert!(some(&|shape| shape.contains(&1)) > 10);
    assert!(some(&|shape| shape.iter().product::<usize>() > 4) > 10);
    let pairs = drawn(Shapes::Broadcast);
    let some = |found: &dyn Fn(&[usize], &[usize]) -> bool| {
        pairs
            .iter()
            .filter(|case| found(&case[0], &case[1]))
            .count()
    };
    assert!(some(&|a, b| a == b) > 10);
    assert!(some(&|a, b| a.len() != b.len()) > 10);
    assert!(some(&|a, b| a.len() == b.len() && a != b) > 10);
}
