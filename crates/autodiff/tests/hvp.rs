//! Products of Hessians with vectors are those of the explicit way, whatever is between: the gradient of
//! `Σ ∂y/∂x · v`.

use ndarray::{ArrayD, IxDyn};
use tapegrad_autodiff::{Activation, Tape, Var, Vjp, total};

/// A number `y` of the inputs, and what it is differentiated by.
type Case = for<'t> fn(&[Var<'t, f64>]) -> (Var<'t, f64>, Vec<Var<'t, f64>>);

/// `x`, a matrix, a bias and a stack of one matrix.
const SHAPES: [&[usize]; 4] = [&[3, 2], &[2, 2], &[2], &[1, 2, 2]];

const CASES: [(&str, Case); 12] = [
    ("a network", |v| {
        let hidden = v[0].affine(v[1], Some(v[2]), Activation::Tanh);
        (hidden.dot(v[1]).softplus().sum(..), v.to_vec())
    }),
    ("a weight that is shared", |v| {
        let hidden = v[0].affine(v[1], Some(v[2]), Activation::Sigmoid);
        let again = hidden.affine(v[1], Some(v[2]), Activation::Tanh);
        (again.dot_t(v[1]).square().mean(..), vec![v[1], v[2]])
    }),
    ("both factors", |v| {
        let squares = v[1].dot(v[1]) + v[1].t_dot(v[1]) + v[1].dot_t(v[1]);
        (squares.tanh().sum(..), vec![v[1]])
    }),
    ("a product that is used twice", |v| {
        let z = v[0].affine(v[1], Some(v[2]), Activation::Identity);
        ((z.square() * z.sin()).sum(..), vec![v[0], v[1], v[2]])
    }),
    ("a rule that reads its product", |v| {
        let (x, w) = (v[0], v[1]);
        let rules = [
            (x, Vjp::new(|g, x, _z| g.dot_t(x[1]))),
            (w, Vjp::new(|g, x, _z| x[0].t_dot(g).exp().ln())),
        ];
        let product = x.dot(w).value();
        let z = x.tape().custom("product", product, rules);
        (z.exp().sum(..), vec![x, w])
    }),
    ("a rule that transposes its product", |v| {
        let rules = [
            (v[0], Vjp::new(|g, x, _z| x[1].dot_t(g).t())),
            (v[1], Vjp::new(|g, x, _z| g.t_dot(x[0]).t())),
        ];
        let product = v[0].dot(v[1]).value();
        let z = v[0].tape().custom("product", product, rules);
        (z.exp().sum(..), vec![v[1]])
    }),
    ("stacks that broadcast", |v| {
        let rows = v[0].reshape(&[3, 1, 2]);
        (rows.dot(v[3]).dot(v[1]).tanh().sum(..), v.to_vec())
    }),
    ("vectors", |v| {
        let y = v[2].dot(v[1]).dot(v[2]) + v[0].dot(v[2]).square().sum(..);
        (y.tanh(), v.to_vec())
    }),
    ("results, one of another", |v| {
        let hidden = v[0].dot(v[1]).tanh();
        let output = hidden.dot(v[1]).exp();
        let y = (output * hidden).sum(..);
        (y, vec![hidden, v[1], output, y])
    }),
    ("the same twice", |v| {
        let y = v[0].dot(v[1]).tanh().sum(..);
        (y, vec![v[1], v[1]])
    }),
    ("cotangents that pass unchanged", |v| {
        let sum = v[1] + v[1] + v[3].sum(0);
        (sum.powi(3).sum(..), v.to_vec())
    }),
    ("nothing to bend", |v| (v[1].sum(..), v.to_vec())),
];

fn numbers(shape: &[usize], seed: f64) -> ArrayD<f64> {
    let mut next = seed;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        next += 1.3;
        0.7 * next.sin()
    })
}

fn variables<'t>(tape: &'t Tape<f64>, shapes: &[Vec<usize>], seed: f64) -> Vec<Var<'t, f64>> {
    let numbers = shapes.iter().zip(1..).map(|(shape, place)| {
        let seed = seed + 10.0 * f64::from(place);
        numbers(shape, seed)
    });
    numbers.map(|x| tape.var(x)).collect()
}

/// `Σ x · v`.
fn along<'t>(x: &[Var<'t, f64>], v: &[Var<'t, f64>]) -> Var<'t, f64> {
    let terms: Vec<_> = x.iter().zip(v).map(|(x, v)| x.inner(*v)).collect();
    total(&terms).unwrap()
}

fn close(what: &str, x: &ArrayD<f64>, expected: &ArrayD<f64>) {
    assert_eq!(x.shape(), expected.shape(), "{what}");
    let largest = expected.iter().fold(1.0, |max: f64, x| max.max(x.abs()));
    for (x, expected) in x.iter().zip(expected) {
        let error = (x - expected).abs();
        assert!(error <= 1e-12 * largest, "{what}: {x} and not {expected}");
    }
}

/// Recorded, as values, and with the derivatives of the products by the inputs and by the vector.
#[test]
fn products_are_those_of_the_explicit_way() {
    for anomaly in [false, true] {
        for (name, case) in CASES {
            let tape = Tape::new();
            if anomaly {
                tape.detect_anomaly();
            }
            let inputs = variables(&tape, &SHAPES.map(<[_]>::to_vec), 0.0);
            let (y, xs) = case(&inputs);
            let shapes: Vec<_> = xs.iter().map(|x| x.shape().to_vec()).collect();
            let (v, r) = (
                variables(&tape, &shapes, 0.2),
                variables(&tape, &shapes, 0.4),
            );

            let slope = along(&tape.grad(y, &xs), &v);
            let expected = tape.grad(slope, &xs);
            let products = tape.hvp(y, &xs, &v);
            for (product, expected) in products.iter().zip(&expected) {
                let expected = expected.value().into_owned();
                close(name, &product.value().into_owned(), &expected);
            }

            let (length, expected_values) = (tape.len(), slope.backward());
            let values = y.backward_along(xs.iter().copied().zip(v.iter().copied()));
            assert_eq!(tape.len(), length, "{name}");
            for &x in &inputs {
                close(name, &values.wrt(x), &expected_values.wrt(x));
            }

            let third = along(&expected, &r).backward();
            let same = along(&products, &r).backward();
            for &x in inputs.iter().chain(&v) {
                close(name, &same.wrt(x), &third.wrt(x));
            }
        }
    }
}

/// The derivative along tangents goes the same way.
#[test]
fn derivatives_along_tangents() {
    for (name, case) in CASES {
        let tape = Tape::new();
        let inputs = variables(&tape, &SHAPES.map(<[_]>::to_vec), 0.0);
        let (y, _) = case(&inputs);
        let v = variables(&tape, &SHAPES.map(<[_]>::to_vec), 0.2);
        let expected = along(&tape.grad(y, &inputs), &v);
        let slope = tape.jvp(y, &inputs, &v);
        let what = format!("{name}: slope");
        close(
            &what,
            &slope.value().into_owned(),
            &expected.value().into_owned(),
        );
        let (slope, expected) = (slope.backward(), expected.backward());
        for &x in inputs.iter().chain(&v) {
            close(&what, &slope.wrt(x), &expected.wrt(x));
        }
    }
}

/// Along some variables, the products by all that the number depends on, and zeros for the others.
#[test]
fn mixed_derivatives() {
    let tape = Tape::<f64>::new();
    let (x, y, unused) = (tape.var(2.0), tape.var(5.0), tape.var(1.0));
    let products = (x.square() * y.square()).backward_along([(x, 1.0), (unused, 7.0)]);
    assert_eq!(products.wrt(x)[[]], 2.0 * 25.0);
    assert_eq!(products.wrt(y)[[]], 4.0 * 10.0);
    assert_eq!(products.wrt(unused)[[]], 0.0);
    let nothing = x.square().backward_along::<f64>([]);
    assert_eq!(nothing.wrt(x)[[]], 0.0);
}
