//! What a tape tells of itself: who made a NaN or an infinity, and how values came from each other.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::{ArrayD, array};
use tapegrad_autodiff::{Activation, Tape, Var, Vjp};

/// The sentence of a panic.
fn sentence<R>(f: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).err().expect("it panics");
    payload
        .downcast_ref::<String>()
        .expect("it is a sentence")
        .clone()
}

/// A tape that detects anomalies, and what is said of what is done on it.
fn anomaly(f: impl for<'t> FnOnce(&'t Tape<f64>) -> Var<'t, f64>) -> String {
    let tape = Tape::new();
    tape.detect_anomaly();
    sentence(|| {
        let y = f(&tape);
        y.backward();
    })
}

#[test]
fn the_operation_that_makes_a_nan_or_an_infinity_is_named() {
    let told = anomaly(|tape| tape.var([2.0, -1.0]).ln().exp().sum(..));
    assert_eq!(
        told,
        "ln: the result of the shape [2] is NaN at [1], from operands of the shapes [2] that are not"
    );
    let told = anomaly(|tape| (tape.var([2.0, 1.0]) / tape.constant(array![[1.0], [0.0]])).sum(..));
    assert_eq!(
        told,
        "/: the result of the shape [2, 2] is infinite at [1, 0], from operands of the shapes [2], [2, 1] that are not"
    );
    // Constants are looked at too, and what is fused.
    let told = anomaly(|tape| tape.constant(-1.0).sqrt() * tape.var(1.0));
    assert!(
        told.starts_with("sqrt: the result of the shape [] is NaN at []"),
        "{told}"
    );
    let told = anomaly(|tape| {
        let (x, w) = (tape.var(array![[1e308]]), tape.var(array![[1e308]]));
        x.affine(w, None, Activation::Relu).sum(..)
    });
    assert!(
        told.starts_with("affine: the result of the shape [1, 1] is infinite"),
        "{told}"
    );
}

#[test]
fn the_operation_whose_derivative_makes_one_is_named_with_its_line() {
    let tape = Tape::<f64>::new();
    tape.detect_anomaly();
    let x = tape.var([4.0, 0.0]);
    let line = line!() + 1;
    let y = x.sqrt().sum(..);
    for told in [sentence(|| y.backward()), sentence(|| tape.grad(y, &[x]))] {
        assert_eq!(
            told,
            format!(
                "sqrt: its derivative by an operand of the shape [2] is infinite at [1], from a cotangent and operands of the shapes [2] that are not; the operation was called at {}:{line}:15",
                file!()
            )
        );
    }
}

#[test]
fn sums_of_cotangents_are_looked_at() {
    let told = anomaly(|tape| {
        let x = tape.var(1.0);
        x * 1e308 + x * 1e308
    });
    assert!(told.starts_with("+: the result"), "{told}");
    let tape = Tape::<f64>::new();
    let x = tape.var(0.0);
    tape.detect_anomaly();
    let y = x * 1e308 + x * 1e308;
    for told in [sentence(|| y.backward()), sentence(|| tape.grad(y, &[x]))] {
        assert!(
            told.starts_with(
                "var: the sum of the cotangents of its result, of the shape [], is infinite at []"
            ),
            "{told}"
        );
    }
}

/// What was given is not made: an infinity may stay one, a NaN is named where it comes in.
#[test]
fn infinities_that_were_given_are_let_pass() {
    let tape = Tape::<f64>::new();
    tape.detect_anomaly();
    let mask = tape.constant([0.0, f64::NEG_INFINITY]);
    let x = tape.var([1.0, 2.0]);
    let y = (x + mask).softmax(-1);
    assert_eq!(y.value(), array![1.0, 0.0].into_dyn());
    y.slice(0, ..1).sum(..).backward();
    let told = sentence(|| tape.var([1.0, f64::NAN]).index());
    assert_eq!(
        told,
        "var: the value given, of the shape [2], is NaN at [1]"
    );
    let told = sentence(|| (mask - mask).index());
    assert!(
        told.starts_with("-: the result of the shape [2] is NaN at [1]"),
        "{told}"
    );
}

/// Derivatives of three orders, of functions that have a limit or grow no faster than their argument:
/// what lies far out, or on the other side of a kink, makes nothing that is not finite on the way.
#[test]
fn nothing_overflows_on_the_way() {
    let activations = Activation::ALL.iter().map(|&activation| {
        let f: Function = Box::new(move |x| activation.apply(x));
        (format!("{activation:?}"), f)
    });
    let others: [(&str, Function); 2] = [
        ("atan", Box::new(|x| x.atan())),
        ("erf", Box::new(|x| x.erf())),
    ];
    let others = others.map(|(name, f)| (name.to_owned(), f));
    for (name, f) in activations.chain(others) {
        for size in [40.0, 750.0, 1e4, 1e200, 0.9 * f64::MAX] {
            for x in [size, -size] {
                let tape = Tape::<f64>::new();
                tape.detect_anomaly();
                let x = tape.var(x);
                let mut y = f(x);
                for order in 1..=3 {
                    y = tape.grad(y, &[x])[0];
                    assert!(y.item().is_finite(), "{name} at {x}, order {order}: {y}");
                }
            }
        }
    }
}

type Function = Box<dyn for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>>;

#[test]
fn without_detection_nothing_is_said() {
    let tape = Tape::<f64>::new();
    let x = tape.var([4.0, 0.0]);
    assert_eq!(x.sqrt().sum(..).backward().wrt(x)[1], f64::INFINITY);
}

/// The rules of your own operations are looked at as any.
#[test]
fn custom_operations_are_named_too() {
    let told = anomaly(|tape| {
        let x = tape.var(3.0);
        tape.custom("broken", 2.0, [(x, Vjp::new(|g, _, _| g * f64::NAN))])
    });
    assert!(
        told.starts_with("broken: its derivative by an operand of the shape [] is NaN"),
        "{told}"
    );
}

#[test]
fn graphs_are_readable() {
    let tape = Tape::<f64>::new();
    let (x, w) = (tape.var(array![[1.0, 2.0]]), tape.var(array![[3.0], [4.0]]));
    let unused = tape.constant(5.0);
    let y = (x.affine(w, None, Activation::Tanh) + unused.exp()).sum(..);
    assert_eq!(
        tape.to_string(),
        "0: var [1, 2]\n\
         1: var [2, 1]\n\
         2: constant [] (constant)\n\
         3: affine [1, 1] of 0, 1\n\
         4: tanh [1, 1] of 3\n\
         5: exp [] (constant)\n\
         6: + [1, 1] of 4, 5\n\
         7: sum [] of 6\n"
    );
    assert_eq!(format!("{tape:?}"), tape.to_string());
    let dot = y.graph().dot().to_string();
    assert_eq!(
        dot,
        "digraph tape {\n    \
         n0 [label=\"var\\n[1, 2]\", shape=box];\n    \
         n1 [label=\"var\\n[2, 1]\", shape=box];\n    \
         n3 [label=\"affine\\n[1, 1]\"];\n    n0 -> n3;\n    n1 -> n3;\n    \
         n4 [label=\"tanh\\n[1, 1]\"];\n    n3 -> n4;\n    \
         n5 [label=\"exp\\n[]\", shape=box, style=dashed];\n    \
         n6 [label=\"+\\n[1, 1]\"];\n    n4 -> n6;\n    n5 -> n6;\n    \
         n7 [label=\"sum\\n[]\"];\n    n6 -> n7;\n}\n"
    );
}

/// Many matrices times one are one product, of all their rows, and so are its derivatives.
#[test]
fn many_matrices_times_one_are_one_product() {
    let tape = Tape::<f64>::new();
    let x = tape.var(ArrayD::zeros(vec![2, 3, 4]));
    let (w, v) = (
        tape.var(ArrayD::zeros(vec![4, 5])),
        tape.var(ArrayD::zeros(vec![5, 4])),
    );
    x.dot(w);
    x.dot_t(v);
    assert_eq!(
        tape.to_string(),
        "0: var [2, 3, 4]\n\
         1: var [4, 5]\n\
         2: var [5, 4]\n\
         3: reshape [6, 4] of 0\n\
         4: dot [6, 5] of 3, 1\n\
         5: reshape [2, 3, 5] of 4\n\
         6: reshape [6, 4] of 0\n\
         7: dot_t [6, 5] of 6, 2\n\
         8: reshape [2, 3, 5] of 7\n"
    );
}

#[test]
fn variables_are_readable() {
    let tape = Tape::<f64>::new();
    let y = tape.var([1.0, 2.0]) * 2.0;
    assert_eq!(y.to_string(), "[2, 4]");
    let debug = format!("{y:?}");
    assert_eq!(debug, "Var 1: * [2] = [2, 4]");
}
