//! Derivatives made of gradients: products with Jacobians and Hessians, both in full, functions of
//! arrays, and checkpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{ArrayD, array};
use tapegrad_autodiff::check::Check;
use tapegrad_autodiff::{Element, Tape, Var, concatenate, functional, total};

/// A function of two arguments of different shapes, with a result of another.
fn f<'t, T: Element>(x: &[Var<'t, T>]) -> Var<'t, T> {
    (x[0].dot(x[1]).tanh() * x[1].sum(..)).exp()
}

fn at() -> [ArrayD<f64>; 2] {
    [
        array![[0.1, -0.3], [0.5, 0.2], [-0.4, 0.6]].into_dyn(),
        array![0.7, -0.2].into_dyn(),
    ]
}

fn directions() -> [ArrayD<f64>; 2] {
    [
        array![[1.0, 0.5], [-0.3, 0.2], [0.4, -1.0]].into_dyn(),
        array![-0.6, 0.9].into_dyn(),
    ]
}

fn close(a: &ArrayD<f64>, b: &ArrayD<f64>) {
    assert_eq!(a.shape(), b.shape());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-13 * b.abs().max(1.0), "{a} and {b}");
    }
}

/// `[…y, …x] · [x]`.
fn times(jacobian: &ArrayD<f64>, v: &ArrayD<f64>) -> ArrayD<f64> {
    let rows = jacobian.len() / v.len();
    let shape = &jacobian.shape()[..jacobian.ndim() - v.ndim()];
    let matrix = jacobian.to_shape([rows, v.len()]).unwrap();
    let product = matrix.dot(&v.to_shape(v.len()).unwrap());
    product.into_shape_with_order(shape).unwrap()
}

#[test]
fn jacobians_in_full_and_in_products_agree() {
    let (at, v) = (at(), directions());
    let jacobians = functional::jacobian(f, &at);
    assert_eq!(jacobians[0].shape(), [3, 3, 2]);
    assert_eq!(jacobians[1].shape(), [3, 2]);
    let (y, along) = functional::jvp(f, &at, &v);
    close(
        &along,
        &(times(&jacobians[0], &v[0]) + times(&jacobians[1], &v[1])),
    );
    let u = array![1.0, -2.0, 0.5].into_dyn();
    let (same, cotangents) = functional::vjp(f, &at, &u);
    assert_eq!(y, same);
    for (cotangent, jacobian) in cotangents.iter().zip(&jacobians) {
        let matrix = jacobian.to_shape([3, cotangent.len()]).unwrap();
        let product = matrix.t().dot(&u.to_shape(3).unwrap());
        close(
            cotangent,
            &product.into_shape_with_order(cotangent.shape()).unwrap(),
        );
    }
    // By differences, column by column.
    for (input, jacobian) in jacobians.iter().enumerate() {
        for (index, _) in at[input].indexed_iter() {
            let moved = |step: f64| {
                let mut at = at.clone();
                at[input][&index] += step;
                let tape = Tape::new();
                let x: Vec<_> = at.iter().map(|x| tape.var(x)).collect();
                f(&x).value().into_owned()
            };
            let column = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let mut unit = ArrayD::zeros(at[input].shape());
            unit[&index] = 1.0;
            let exact = times(jacobian, &unit);
            assert!(exact.iter().zip(&column).all(|(a, b)| (a - b).abs() < 1e-8));
        }
    }
}

/// The Jacobian of many results of few elements, which goes by columns, is that by rows.
#[test]
fn jacobians_by_columns() {
    let at = [array![0.3, -0.7].into_dyn(), array![0.2].into_dyn()];
    fn g<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        concatenate(&[x[0].exp(), x[0].square() * x[1], x[0] * 3.0], 0)
    }
    let jacobians = functional::jacobian(g, &at);
    let (a, b, c) = (0.3_f64, -0.7_f64, 0.2);
    close(
        &jacobians[0],
        &array![
            [a.exp(), 0.0],
            [0.0, b.exp()],
            [2.0 * a * c, 0.0],
            [0.0, 2.0 * b * c],
            [3.0, 0.0],
            [0.0, 3.0]
        ]
        .into_dyn(),
    );
    close(
        &jacobians[1],
        &array![[0.0], [0.0], [a * a], [b * b], [0.0], [0.0]].into_dyn(),
    );
    // Of nothing, and by nothing.
    let empty = functional::jacobian(|x| x[0].slice(0, ..0), &at);
    assert_eq!(
        (empty[0].shape(), empty[1].shape()),
        (&[0, 2][..], &[0, 1][..])
    );
}

#[test]
fn hessians_in_full_and_in_products_agree() {
    let (at, v) = (at(), directions());
    fn g<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        f(x).sum(..)
    }
    let hessians = functional::hessian(g, &at);
    let product = functional::hvp(g, &at, &v);
    for i in 0..2 {
        let whole = times(&hessians[i][0], &v[0]) + times(&hessians[i][1], &v[1]);
        close(&product[i], &whole);
        assert_eq!(hessians[i][1 - i].shape().len(), 3);
    }
    // Symmetric.
    let (upper, lower) = (&hessians[0][1], &hessians[1][0]);
    for ((i, j, k), &h) in upper
        .view()
        .into_dimensionality::<ndarray::Ix3>()
        .unwrap()
        .indexed_iter()
    {
        assert!((h - lower[[k, i, j]]).abs() < 1e-13);
    }
    let (value, gradients) = functional::value_and_grad(g, &at);
    assert!(value > 0.0);
    assert_eq!(gradients, functional::grad(g, &at));
}

/// What is recorded can be differentiated again: the gradient of `tr H` for `Σ x⁴`.
#[test]
fn derivatives_of_derivatives() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, 2.0]);
    let y = x.powi(4).sum(..);
    let hessian = tape.hessian(y, &[x])[0][0];
    let trace = (hessian * tape.constant(array![[1.0, 0.0], [0.0, 1.0]])).sum(..);
    assert_eq!(trace.backward().wrt(x), array![24.0, 48.0].into_dyn());
    let v = tape.constant([1.0, 1.0]);
    let slope = tape.jvp(y, &[x], &[v]);
    assert_eq!(slope.item(), 36.0);
    assert_eq!(slope.backward().wrt(x), array![12.0, 48.0].into_dyn());
    let product = tape.hvp(y, &[x], &[v])[0];
    assert_eq!(
        product.sum(..).backward().wrt(x),
        array![24.0, 48.0].into_dyn()
    );
    let jacobian = tape.jacobian(x.powi(3), &[x])[0];
    assert_eq!(
        jacobian.sum(..).backward().wrt(x),
        array![6.0, 12.0].into_dyn()
    );
}

/// Where nothing depends on an input, derivatives are zero.
#[test]
fn unused_inputs() {
    let tape = Tape::<f64>::new();
    let (x, unused) = (tape.var([1.0, 2.0]), tape.var(array![[3.0]]));
    let y = x.square();
    let (v, w) = (tape.constant([1.0, 1.0]), tape.constant(array![[1.0]]));
    assert_eq!(
        tape.jvp(y, &[unused], &[w]).value(),
        array![0.0, 0.0].into_dyn()
    );
    assert_eq!(
        tape.jacobian(y, &[x, unused])[1].value(),
        ArrayD::zeros(vec![2, 1, 1])
    );
    let linear = x.sum(..);
    assert_eq!(
        tape.hvp(linear, &[x, unused], &[v, w])[1].value(),
        array![[0.0]].into_dyn()
    );
    assert_eq!(
        tape.hessian(linear, &[x])[0][0].value(),
        ArrayD::zeros(vec![2, 2])
    );
    assert_eq!(
        tape.vjp(y, v, &[unused])[0].value(),
        array![[0.0]].into_dyn()
    );
}

/// A checkpoint computes what its function does, at all orders and by each run.
#[test]
fn checkpoints() {
    let check = Check {
        order: 3,
        ..Check::default()
    };
    let at = at();
    check
        .gradient(|x| x[0].tape().checkpoint(x, f) + f(x), &at)
        .unwrap();
    let tape = Tape::<f64>::new();
    let x: Vec<_> = at.iter().map(|x| tape.var(x)).collect();
    let (direct, again) = (f(&x).sum(..), tape.checkpoint(&x, f).sum(..));
    let (direct, again) = (direct.backward(), again.backward());
    for &x in &x {
        assert_eq!(direct.wrt(x), again.wrt(x));
    }
    // One within another, one that returns its input, and a constant among the inputs.
    let c = tape.constant(2.0);
    let nested = tape.checkpoint(&[x[1], c], |v| {
        let inner = v[0].tape().checkpoint(&[v[0]], |v| v[0].sin());
        inner * v[1]
    });
    let identity = tape.checkpoint(&[nested], |v| v[0]).sum(..);
    let expected = at[1].mapv(|x| 2.0 * x.cos());
    close(&identity.backward().wrt(x[1]), &expected);
    close(
        &tape.grad(identity, &[x[1]])[0].value().to_owned(),
        &expected,
    );
}

/// Inputs may repeat or depend on each other, as weights that are shared do: the derivative is that of
/// the function alone.
#[test]
fn checkpoints_of_inputs_that_depend_on_each_other() {
    fn product<'t>(v: &[Var<'t, f64>]) -> Var<'t, f64> {
        v[0] * v[1]
    }
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    let square = x.square();
    let cases = [
        (tape.checkpoint(&[x, x], product), 6.0, 2.0),
        (tape.checkpoint(&[x, square], product), 27.0, 18.0),
    ];
    for (y, slope, curvature) in cases {
        assert_eq!(y.backward().wrt(x)[[]], slope);
        let recorded = tape.grad(y, &[x])[0];
        assert_eq!(recorded.item(), slope);
        assert_eq!(recorded.backward().wrt(x)[[]], curvature);
    }
    let check = Check {
        order: 3,
        ..Check::default()
    };
    check
        .gradient(
            |v| {
                let tape = v[0].tape();
                let state = v[0].dot(v[1]).tanh();
                tape.checkpoint(&[state, v[1]], |v| v[0].dot(v[1]).tanh())
            },
            &[at()[0].clone(), array![[0.3, -0.5], [0.8, 0.1]].into_dyn()],
        )
        .unwrap();
}

/// A function of a checkpoint may take derivatives itself.
#[test]
fn derivatives_within_checkpoints() {
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    let slope = tape.checkpoint(&[x], |v| v[0].tape().grad(v[0].powi(3), &[v[0]])[0]);
    assert_eq!(slope.item(), 27.0);
    assert_eq!(slope.backward().wrt(x)[[]], 18.0);
    assert_eq!(tape.grad(slope, &[x])[0].item(), 18.0);
    let along = tape.checkpoint(&[x], |v| {
        let one = v[0].tape().constant(1.0);
        v[0].tape().jvp(v[0].powi(3), &[v[0]], &[one])
    });
    assert_eq!((along.item(), along.backward().wrt(x)[[]]), (27.0, 18.0));
}

/// Of many operands, all are walked once: ten thousand take no longer than they must.
#[test]
fn many_operands() {
    let tape = Tape::<f64>::new();
    let parts: Vec<_> = (0..10_000).map(|i| tape.var([f64::from(i)])).collect();
    let whole = concatenate(&parts, 0);
    let sum = total(&parts).unwrap();
    let gradients = (whole.square().sum(..) + sum.sum(..)).backward();
    assert_eq!(gradients.wrt(parts[5])[0], 11.0);
    assert_eq!(gradients.wrt(parts[9_999])[0], 19_999.0);
}

/// Little is remembered, and the function is computed once forward and once for each derivative.
#[test]
fn checkpoints_save_memory() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let tape = Tape::<f64>::new();
    let (x, w) = (tape.var([0.1, 0.2]), tape.var([1.0, 2.0]));
    let length = tape.len();
    let y = tape.checkpoint(&[x, w], move |v| {
        count.fetch_add(1, Ordering::Relaxed);
        (0..100).fold(v[0] * v[1], |y, _| y.tanh())
    });
    assert_eq!(tape.len(), length + 2);
    let gradients = y.sum(..).backward();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    assert_eq!(tape.len(), length + 3);
    assert!(gradients.wrt(x)[0] > 0.0 && gradients.wrt(w)[0] > 0.0);
}

#[test]
#[should_panic = "makes a variable of its own"]
fn checkpoints_have_no_variables_of_their_own() {
    let tape = Tape::<f64>::new();
    tape.checkpoint(&[tape.var(1.0)], |v| v[0] * v[0].tape().var(2.0));
}

#[test]
fn gradients_stop_where_they_are_told_to() {
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    assert!(x.stop_gradient().value() == x.value());
    let y = x.stop_gradient() * 2.0;
    assert!(tape.grad_if_used(y, &[x])[0].is_none());
    assert_eq!((y * x).backward().wrt(x)[[]], 6.0);
}
