//! One table of operations, and every check over it: a row for each, derivatives of orders 1 to 3,
//! both runs of the rules.

use std::collections::BTreeSet;

use ndarray::ArrayD;
use tapegrad_autodiff::check::Check;
use tapegrad_autodiff::{Activation, Tape, Var, keep, total};

type X<'t> = Var<'t, f64>;

/// Where an operation is smooth, and so where it is tried.
#[derive(Clone, Copy)]
enum Domain {
    /// All numbers.
    Reals,
    /// Above zero.
    Positive,
    /// Away from zero.
    NonZero,
    /// No two numbers equal.
    Distinct,
}
use Domain::*;

struct Operation {
    /// The method's name, or the operator.
    name: &'static str,
    domain: Domain,
    /// The shapes of the operands, one list a case.
    cases: &'static [&'static [&'static [usize]]],
    f: for<'t> fn(&[X<'t>]) -> X<'t>,
}

/// One operand: a number, one element, some, none, none among some.
const UNARY: &[&[&[usize]]] = &[
    &[&[]],
    &[&[1]],
    &[&[3]],
    &[&[2, 3]],
    &[&[0]],
    &[&[2, 0]],
    &[&[2, 1, 2]],
];
/// Two operands: equal, broadcast on the left, on the right, on both, empty.
const BINARY: &[&[&[usize]]] = &[
    &[&[], &[]],
    &[&[2, 3], &[2, 3]],
    &[&[3], &[2, 3]],
    &[&[2, 3], &[]],
    &[&[2, 1], &[1, 3]],
    &[&[1], &[2, 2]],
    &[&[0, 3], &[1, 3]],
    &[&[0], &[1]],
];
/// One operand that is reduced over its last axis.
const REDUCED: &[&[&[usize]]] = &[
    &[&[1]],
    &[&[3]],
    &[&[2, 3]],
    &[&[0, 2]],
    &[&[2, 1]],
    &[&[2, 2, 2]],
];

/// Rows, a weight, and a bias or none.
const AFFINE: &[&[&[usize]]] = &[
    &[&[2, 3], &[3, 2], &[2]],
    &[&[2, 3], &[3, 1]],
    &[&[1, 1], &[1, 3], &[3]],
    &[&[0, 3], &[3, 2], &[2]],
    &[&[2, 0], &[0, 2], &[2]],
];

const fn row(
    name: &'static str,
    domain: Domain,
    cases: &'static [&'static [&'static [usize]]],
    f: for<'t> fn(&[X<'t>]) -> X<'t>,
) -> Operation {
    Operation {
        name,
        domain,
        cases,
        f,
    }
}

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    row("+", Reals, BINARY, |x| x[0] + x[1]),
    row("+ number", Reals, UNARY, |x| x[0] + 0.5),
    row("number +", Reals, UNARY, |x| 2.5 + x[0]),
    row("-", Reals, BINARY, |x| x[0] - x[1]),
    row("- number", Reals, UNARY, |x| x[0] - 0.5),
    row("number -", Reals, UNARY, |x| 2.5 - x[0]),
    row("*", Reals, BINARY, |x| x[0] * x[1]),
    row("* number", Reals, UNARY, |x| x[0] * -0.5),
    row("number *", Reals, UNARY, |x| 2.5 * x[0]),
    row("/", NonZero, BINARY, |x| x[0] / x[1]),
    row("/ number", NonZero, UNARY, |x| x[0] / -0.5),
    row("number /", NonZero, UNARY, |x| 2.5 / x[0]),
    row("neg", Reals, UNARY, |x| -x[0]),
    row("+=", Reals, BINARY, |x| { let mut y = x[0]; y += x[1]; y += 0.5; y }),
    row("-=", Reals, BINARY, |x| { let mut y = x[0]; y -= x[1]; y -= 0.5; y }),
    row("*=", Reals, BINARY, |x| { let mut y = x[0]; y *= x[1]; y *= 0.5; y }),
    row("/=", NonZero, BINARY, |x| { let mut y = x[0]; y /= x[1]; y /= 0.5; y }),
    row("exp", Reals, UNARY, |x| x[0].exp()),
    row("ln", Positive, UNARY, |x| x[0].ln()),
    row("sqrt", Positive, UNARY, |x| x[0].sqrt()),
    row("powi", Reals, UNARY, |x| x[0].powi(3)),
    row("powi", Reals, UNARY, |x| x[0].powi(2)),
    row("powi", Reals, UNARY, |x| x[0].powi(1)),
    row("powi", Reals, UNARY, |x| x[0].powi(0)),
    row("powi", NonZero, UNARY, |x| x[0].powi(-2)),
    row("powf", Positive, UNARY, |x| x[0].powf(2.5)),
    row("powf", Positive, UNARY, |x| x[0].powf(0.0)),
    row("powf", Positive, UNARY, |x| x[0].powf(-0.5)),
    row("abs", NonZero, UNARY, |x| x[0].abs()),
    row("sign", NonZero, UNARY, |x| x[0].sign()),
    row("tanh", Reals, UNARY, |x| x[0].tanh()),
    row("sigmoid", Reals, UNARY, |x| x[0].sigmoid()),
    row("softplus", Reals, UNARY, |x| x[0].softplus()),
    row("sigmoid_cross_entropy", Reals, BINARY, |x| x[0].sigmoid_cross_entropy(x[1])),
    row("relu", NonZero, UNARY, |x| x[0].relu()),
    row("apply", Reals, UNARY, |x| Activation::Identity.apply(x[0])),
    row("apply", NonZero, UNARY, |x| Activation::Relu.apply(x[0])),
    row("apply", Reals, UNARY, |x| Activation::Tanh.apply(x[0])),
    row("apply", Reals, UNARY, |x| Activation::Sigmoid.apply(x[0])),
    row("apply", Reals, UNARY, |x| Activation::Softplus.apply(x[0])),
    row("affine", Reals, AFFINE, |x| x[0].affine(x[1], x.get(2).copied(), Activation::Identity)),
    row("affine", Distinct, AFFINE, |x| x[0].affine(x[1], x.get(2).copied(), Activation::Relu)),
    row("affine", Reals, AFFINE, |x| x[0].affine(x[1], x.get(2).copied(), Activation::Tanh)),
    row("affine", Reals, AFFINE, |x| x[0].affine(x[1], x.get(2).copied(), Activation::Sigmoid)),
    row("affine", Reals, AFFINE, |x| x[0].affine(x[1], x.get(2).copied(), Activation::Softplus)),
    row("l1_norm", NonZero, UNARY, |x| x[0].l1_norm()),
    row("squared_norm", Reals, UNARY, |x| x[0].squared_norm()),
    row("elastic_net", NonZero, UNARY, |x| x[0].elastic_net(Some(0.5), Some(0.25))),
    row("elastic_net", NonZero, UNARY, |x| x[0].elastic_net(None, None)),
    row("mean_squared_difference", Reals, &[&[&[3], &[3]], &[&[2, 1], &[2, 1]], &[&[], &[]]], |x| x[0].mean_squared_difference(x[1])),
    row("inner", Reals, &[&[&[3], &[3]], &[&[2, 2], &[2, 2]], &[&[], &[]], &[&[0], &[0]]], |x| x[0].inner(x[1])),
    row("total", Reals, &[&[&[3]], &[&[3], &[3]], &[&[], &[], &[]], &[&[2, 0], &[2, 0], &[2, 0]]], |x| total(x).expect("there are terms")),
    row("maximum", Distinct, BINARY, |x| x[0].maximum(x[1])),
    row("sum", Reals, UNARY, |x| x[0].sum(..)),
    row("sum", Reals, REDUCED, |x| x[0].sum(-1)),
    row("sum", Reals, REDUCED, |x| x[0].sum(keep(-1))),
    row("sum", Reals, &[&[&[2, 3]], &[&[0, 2]], &[&[2, 2, 2]]], |x| x[0].sum(0)),
    row("sum", Reals, &[&[&[2, 3, 2]], &[&[2, 1, 0]]], |x| x[0].sum([-1, 0])),
    row("mean", Reals, REDUCED, |x| x[0].mean(-1)),
    row("mean", Reals, &[&[&[2, 3, 2]], &[&[1]], &[&[]]], |x| x[0].mean(keep(..))),
    row("max", Distinct, REDUCED, |x| x[0].max(-1)),
    row("max", Distinct, REDUCED, |x| x[0].max(keep(-1))),
    row("max", Distinct, &[&[&[2, 3, 2]], &[&[1, 3]]], |x| x[0].max([0, 2 - 1])),
    row("log_sum_exp", Reals, REDUCED, |x| x[0].log_sum_exp(-1)),
    row("log_sum_exp", Reals, &[&[&[2, 3]], &[&[]]], |x| x[0].log_sum_exp(keep(..))),
    row("softmax", Reals, REDUCED, |x| x[0].softmax(-1)),
    row("softmax", Reals, &[&[&[2, 3]], &[&[0, 2]]], |x| x[0].softmax(0)),
    row("softmax_cross_entropy", Reals, &[&[&[3, 4]], &[&[3, 3]]], |x| x[0].softmax_cross_entropy(&[2, 0, 1])),
    row("softmax_cross_entropy", Reals, &[&[&[0, 4]], &[&[0, 0]]], |x| x[0].softmax_cross_entropy(&[])),
    row("broadcast_to", Reals, &[&[&[]], &[&[3]], &[&[1, 1]], &[&[2, 1]], &[&[2, 3]]], |x| x[0].broadcast_to(&[2, 2, 3])),
    row("broadcast_to", Reals, &[&[&[1]], &[&[0]]], |x| x[0].broadcast_to(&[2, 0])),
    row("sum_to", Reals, &[&[&[2, 3]], &[&[2, 1, 3]], &[&[1]], &[&[0, 3]]], |x| x[0].sum_to(&[1])),
    row("sum_to", Reals, &[&[&[2, 3]], &[&[2, 2, 1]], &[&[]]], |x| x[0].sum_to(&[])),
    row("reshape", Reals, &[&[&[2, 3]], &[&[6]], &[&[1, 6, 1]]], |x| x[0].reshape(&[3, 2])),
    row("reshape", Reals, &[&[&[]], &[&[1]]], |x| x[0].reshape(&[1, 1])),
    row("t", Reals, UNARY, |x| x[0].t()),
    row("dot", Reals, &[&[&[2, 3], &[3, 2]], &[&[3], &[3]], &[&[2, 3], &[3]], &[&[3], &[3, 2]]], |x| x[0].dot(x[1])),
    row("dot", Reals, &[&[&[2, 0], &[0, 2]], &[&[0, 2], &[2, 2]], &[&[0], &[0]], &[&[1], &[1]]], |x| x[0].dot(x[1])),
    row("dot_t", Reals, &[&[&[2, 3], &[4, 3]], &[&[2, 0], &[1, 0]]], |x| x[0].dot_t(x[1])),
    row("t_dot", Reals, &[&[&[3, 2], &[3, 4]], &[&[0, 2], &[0, 1]]], |x| x[0].t_dot(x[1])),
];

/// Numbers of the domain that look random and are the same in every run.
fn input(domain: Domain, shape: &[usize], seed: usize) -> ArrayD<f64> {
    let mut count = 7 * seed;
    ArrayD::from_shape_simple_fn(shape, || {
        count += 1;
        let u = (count as f64 * 0.754_877_666).fract(); // in [0, 1), no two alike
        match domain {
            Reals | Distinct => 2.4 * u - 1.2,
            Positive => 0.4 + 1.2 * u,
            NonZero => (0.4 + 1.2 * (2.0 * u).fract()) * if u < 0.5 { -1.0 } else { 1.0 },
        }
    })
}

fn inputs(operation: &Operation, shapes: &[&[usize]]) -> Vec<ArrayD<f64>> {
    shapes
        .iter()
        .enumerate()
        .map(|(seed, shape)| input(operation.domain, shape, seed))
        .collect()
}

fn each_case(mut check: impl FnMut(&Operation, Vec<ArrayD<f64>>, &str)) {
    for operation in OPERATIONS {
        for shapes in operation.cases {
            check(
                operation,
                inputs(operation, shapes),
                &format!("{} of {shapes:?}", operation.name),
            );
        }
    }
}

#[test]
fn derivatives_of_orders_one_to_three() {
    each_case(|operation, inputs, case| {
        // A square makes every derivative depend on the input, so that linear operations are tried
        // at all orders too.
        let check = Check {
            order: 3,
            ..Check::default()
        };
        check
            .gradient(operation.f, &inputs)
            .unwrap_or_else(|mismatch| panic!("{case}: {mismatch}"));
        check
            .gradient(|x| (operation.f)(x) * (operation.f)(x), &inputs)
            .unwrap_or_else(|mismatch| panic!("{case}, squared: {mismatch}"));
    });
}

#[test]
fn transposed_inputs() {
    each_case(|operation, inputs, case| {
        let transposed: Vec<_> = inputs
            .iter()
            .map(|x| x.t().as_standard_layout().into_owned())
            .collect();
        // Off the tape: an array in column-major layout.
        let tape = Tape::new();
        let plain: Vec<_> = inputs.iter().map(|x| tape.var(x)).collect();
        let strided: Vec<_> = transposed.iter().map(|x| tape.var(&x.t())).collect();
        assert_eq!(
            (operation.f)(&plain).value(),
            (operation.f)(&strided).value(),
            "{case}"
        );
        // On the tape: the result of a transposition, which the cotangent passes through.
        Check {
            order: 3,
            ..Check::default()
        }
        .gradient(
            |x| (operation.f)(&x.iter().map(|x| x.t()).collect::<Vec<_>>()),
            &transposed,
        )
        .unwrap_or_else(|mismatch| panic!("{case}, transposed: {mismatch}"));
    });
}

#[test]
fn values_are_contiguous() {
    each_case(|operation, inputs, case| {
        let tape = Tape::new();
        let x: Vec<_> = inputs.iter().map(|x| tape.var(x)).collect();
        let y = (operation.f)(&x);
        assert!(y.value().is_standard_layout(), "{case}");
        for g in tape.grad(y.sum(..), &x) {
            assert!(g.value().is_standard_layout(), "{case}");
        }
    });
}

/// Every public method and operator in `src/operation` has a row, an operator with a number on
/// either side one for each.
#[test]
fn no_operation_is_missing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/operation");
    let mut defined = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path())
            .unwrap()
            .lines()
        {
            let line = line.trim_start();
            if let Some(method) = line.strip_prefix("pub fn ") {
                defined.insert(method.split(['(', '<']).next().unwrap().to_owned());
            }
            if line.starts_with("impl") && line.contains(" for ") {
                defined.insert(operator(line));
            }
        }
    }
    let rows: BTreeSet<_> = OPERATIONS
        .iter()
        .map(|operation| operation.name.to_owned())
        .collect();
    assert!(
        defined.len() > 35,
        "the source was not understood: {defined:?}"
    );
    assert_eq!(
        defined, rows,
        "left: operations in the source, right: rows of the table"
    );
}

/// The row that an implementation such as `impl<T: Element> Add<f64> for Var<'_, T>` must have.
fn operator(implementation: &str) -> String {
    const SYMBOLS: [(&str, &str); 9] = [
        ("AddAssign", "+="),
        ("SubAssign", "-="),
        ("MulAssign", "*="),
        ("DivAssign", "/="),
        ("Add", "+"),
        ("Sub", "-"),
        ("Mul", "*"),
        ("Div", "/"),
        ("Neg", "neg"),
    ];
    let (head, on) = implementation.split_once(" for ").unwrap();
    let symbol = SYMBOLS
        .iter()
        .find(|(name, _)| head.contains(&format!("> {name}")));
    let Some((_, symbol)) = symbol else {
        panic!("an operator without a symbol here: {implementation}")
    };
    if on.starts_with("f64") {
        format!("number {symbol}")
    } else if head.ends_with("<f64>") {
        format!("{symbol} number")
    } else {
        (*symbol).to_owned()
    }
}
