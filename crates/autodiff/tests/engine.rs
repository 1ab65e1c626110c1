//! The two runs of the rules: what they share, what they keep, and how far they go.

use ndarray::{ArrayD, array};
use tapegrad_autodiff::{ArcArrayD, Tape, Var, reduction};

#[test]
fn a_million_nodes() {
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..1_000_000 {
        y *= 1.000_001;
    }
    let expected = 1.000_001_f64.powi(1_000_000);
    let relative = |g: f64| (g / expected - 1.0).abs();
    assert!(relative(y.backward().wrt(x)[[]]) < 1e-9);
    let length = tape.len();
    assert!(relative(tape.grad(y, &[x])[0].item()) < 1e-9);
    assert!(tape.len() > length, "`grad` records");
}

/// Each of `n` sums uses the one before it twice: 2ⁿ paths, n steps.
#[test]
fn shared_results_are_visited_once() {
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let y = (0..60).fold(x, |y, _| y + y);
    assert_eq!(y.backward().wrt(x)[[]], 2.0_f64.powi(60));
    assert_eq!(tape.grad(y, &[x])[0].item(), 2.0_f64.powi(60));
}

#[test]
fn backward_leaves_the_tape_as_it_was() {
    let tape = Tape::<f32>::new();
    let x = tape.var(array![[0.1, -0.2], [0.3, 0.4]]);
    let y = (x.dot(x).tanh() + x.max(0)).sum(..);
    let length = tape.len();
    let first = y.backward();
    assert_eq!(tape.len(), length);
    assert_eq!(first.wrt(x), y.backward().wrt(x));
    assert_eq!(first.wrt(x), tape.grad(y, &[x])[0].value());
    assert!(tape.len() > length);
}

#[test]
fn unused_inputs_have_zero_gradients() {
    let tape = Tape::<f64>::new();
    let (x, unused, signed) = (tape.var(2.0), tape.var(array![1.0, 2.0]), tape.var(3.0));
    let y = x * x + signed.sign();
    let gradients = y.backward();
    assert_eq!(gradients.wrt(unused), array![0.0, 0.0].into_dyn());
    assert_eq!(gradients.wrt(signed)[[]], 0.0);
    let recorded = tape.grad(y, &[x, unused, signed]);
    assert_eq!(recorded[0].item(), 4.0);
    assert_eq!(recorded[1].value(), array![0.0, 0.0].into_dyn());
    // A zero gradient is a number like any other: it has a gradient, which is zero.
    assert_eq!(tape.grad(recorded[1].sum(..), &[x])[0].item(), 0.0);
}

#[test]
fn gradients_of_results_and_of_the_output_itself() {
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    let middle = x * x;
    let y = middle * middle;
    let g = tape.grad(y, &[middle, y, x, middle]);
    assert_eq!(
        g.iter().map(|g| g.item()).collect::<Vec<_>>(),
        [18.0, 1.0, 108.0, 18.0]
    );
}

/// The variable made after the output, which nothing can depend on.
#[test]
fn inputs_made_after_the_output() {
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    let y = x.exp();
    let later = tape.var(1.0);
    assert_eq!(tape.grad(y, &[later, x])[0].item(), 0.0);
    assert_eq!(y.backward().wrt(later)[[]], 0.0);
}

#[test]
fn backward_goes_through_recorded_gradients() {
    let tape = Tape::<f64>::new();
    let x = tape.var(array![1.0, 2.0, 3.0]);
    let slope = tape.grad(x.powi(4).sum(..), &[x])[0]; // 4 x³
    let penalised = slope.powi(2).sum(..); // 16 x⁶, whose gradient is 96 x⁵
    let expected = array![96.0, 96.0 * 32.0, 96.0 * 243.0].into_dyn();
    assert_eq!(penalised.backward().wrt(x), expected);
}

#[test]
fn constants_are_not_recorded() {
    let tape = Tape::<f64>::new();
    let (a, x) = (tape.constant(2.0), tape.var(3.0));
    let b = a.exp() * a;
    let y = b * x;
    assert!(
        format!("{tape:?}").contains("3: * [] (constant)"),
        "{tape:?}"
    );
    assert_eq!(y.backward().wrt(x)[[]], b.item());
}

#[test]
fn parameters_and_data_are_shared_not_copied() {
    let array: ArcArrayD<f32> = ArrayD::zeros(vec![10, 10]).into_shared();
    let tape = Tape::new();
    let value = tape.var(&array).value();
    assert_eq!(value.as_ptr(), array.as_ptr());
    let owned = ArrayD::<f32>::zeros(vec![10, 10]);
    let pointer = owned.as_ptr();
    assert_eq!(
        tape.constant(owned).value().as_ptr(),
        pointer,
        "an owned array is moved"
    );
}

#[test]
fn which_inputs_are_used() {
    let tape = Tape::<f64>::new();
    let (x, unused) = (tape.var(2.0), tape.var(1.0));
    let gradients = tape.grad_if_used(x * x, &[unused, x]);
    assert!(gradients[0].is_none());
    assert_eq!(gradients[1].unwrap().item(), 4.0);
}

/// There is no limit to the axes that the engine sums over, as there is to those that are listed.
#[test]
fn many_axes() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.var(3.0), tape.var(ArrayD::ones(vec![2; 10])));
    assert_eq!((x * y).sum(..).backward().wrt(x)[[]], 1024.0);
    assert_eq!(y.sum_to(&[]).item(), 1024.0);
}

/// A long tape does not make a gradient over its end slower: 5000 gradients of a few nodes each.
#[test]
fn the_past_costs_nothing() {
    let tape = Tape::<f64>::new();
    let mut x = tape.var(1.0);
    for _ in 0..5000 {
        let g = tape.grad(x.powi(2) * 0.5, &[x])[0];
        x -= g * 1e-3;
    }
    assert!((x.item() - 0.999_f64.powi(5000)).abs() < 1e-12);
}

#[test]
fn impossible_sizes_are_refused() {
    let tape = Tape::<f32>::new();
    let wide = tape.constant(ArrayD::zeros(vec![1 << 40, 0]));
    let product = std::panic::AssertUnwindSafe(|| wide.dot(wide.t()));
    assert!(std::panic::catch_unwind(product).is_err());
    assert_eq!(
        tape.constant(ArrayD::zeros(vec![3, 0]))
            .dot(tape.constant(ArrayD::zeros(vec![0, 2])))
            .shape(),
        [3, 2]
    );
}

#[test]
fn numbers_stand_on_either_side_and_are_rounded_once() {
    let tape = Tape::<f32>::new();
    let x = tape.var(1.5_f32);
    let y: Var<'_, f32> = 1.0 - 0.1 * x / 3.0 + 2.0;
    assert_eq!(y.item(), 1.0 - 1.5_f32 * 0.1 / 3.0 + 2.0);
    assert_eq!((2.0 * (x * 2.0).exp()).item(), 2.0 * 3.0_f32.exp());
}

#[test]
fn ties_and_kinks() {
    let tape = Tape::<f64>::new();
    let x = tape.var(array![0.0, -0.0]);
    for y in [x.abs(), x.relu(), x.sign()] {
        let gradient = y.sum(..).backward().wrt(x);
        assert!(gradient.iter().all(|g| g.to_bits() == 0), "{gradient}");
    }
    let x = tape.var(array![2.0, 5.0, 5.0, 5.0]);
    let third = 1.0 / 3.0;
    assert_eq!(
        x.max(..).backward().wrt(x),
        array![0.0, third, third, third].into_dyn()
    );
}

#[test]
fn nothing_overflows() {
    let tape = Tape::<f64>::new();
    let x = tape.var(array![-1e4, -800.0, 0.0, 800.0, 1e4]);
    for y in [
        x.sigmoid(),
        x.softplus(),
        x.tanh(),
        x.softmax(..),
        x.log_sum_exp(..),
    ] {
        assert!(y.value().iter().all(|y| y.is_finite()), "{y}");
        assert!(
            y.sum(..).backward().wrt(x).iter().all(|g| g.is_finite()),
            "{y}"
        );
    }
    let infinite = tape.var(array![f64::NEG_INFINITY, f64::NEG_INFINITY]);
    assert_eq!(infinite.log_sum_exp(..).item(), f64::NEG_INFINITY);
    assert_eq!(
        tape.var(ArrayD::zeros(vec![0])).log_sum_exp(..).item(),
        f64::NEG_INFINITY
    );
}

#[test]
fn nan_is_never_hidden() {
    let tape = Tape::<f64>::new();
    let (x, one) = (
        tape.var(array![1.0, f64::NAN, 3.0]),
        tape.var(array![2.0, 2.0, 2.0]),
    );
    for y in [
        x.relu(),
        x.abs(),
        x.sign(),
        x.sigmoid(),
        x.maximum(one),
        one.maximum(x),
    ] {
        assert!(y.value()[1].is_nan(), "{y}");
    }
    for y in [x.relu(), x.maximum(one), one.maximum(x), x * one] {
        assert!(y.powi(2).sum(..).backward().wrt(x)[1].is_nan(), "{y}");
    }
    for y in [x.max(..), x.sum(..), x.mean(..), x.log_sum_exp(..)] {
        assert!(y.item().is_nan(), "{y}");
    }
}

/// Near a perfect prediction, and far from the origin, in single precision.
#[test]
fn cross_entropies_do_not_cancel() {
    let tape = Tape::<f32>::new();
    for z in [-30.0_f32, -10.0, 3.0, 10.0, 14.0, 17.0, 30.0] {
        let exact = (-f64::from(z)).exp().ln_1p();
        let relative = |loss: f32| (f64::from(loss) / exact - 1.0).abs();
        let (one, two) = (tape.var([z]), tape.var(array![[z, 0.0], [z + 1e4, 1e4]]));
        assert!(
            relative(one.sigmoid_cross_entropy(tape.constant([1.0])).item()) < 1e-6,
            "{z}"
        );
        let rows = two.softmax_cross_entropy(&[0, 0]).value();
        assert!(relative(rows[0]) < 1e-6, "{z}: {rows}");
        assert!(
            (f64::from(rows[1]) - exact).abs() < 1e-3 * exact.max(1e-9),
            "{z}: {rows}"
        );
    }
}

/// Ten million times 0.1, as one slice and down the rows of a matrix of any width.
#[test]
fn sums_do_not_drift() {
    let x = vec![0.1_f32; 10_000_000];
    assert!((reduction::sum(&x) / 1e7 - 0.1).abs() < 1e-7);
    let tape = Tape::<f32>::new();
    for width in [1, 2, 5, 10] {
        let columns = tape.var(ndarray::Array2::from_elem([1_000_000, width], 0.1));
        for mean in columns.mean(0).value() {
            assert!((mean - 0.1).abs() < 1e-7, "width {width}: {mean}");
        }
    }
}

/// The same numbers give the same bits whatever the strides they came in.
#[test]
fn sums_do_not_depend_on_the_layout() {
    let x =
        ndarray::Array2::from_shape_fn([300, 700], |(i, j)| ((i * 700 + j) as f32 * 0.37).sin());
    let column_major = x.t().as_standard_layout().into_owned().reversed_axes();
    let tape = Tape::<f32>::new();
    let (a, b) = (tape.var(&x), tape.var(&column_major));
    assert_eq!(a.sum(..).item().to_bits(), b.sum(..).item().to_bits());
    assert_eq!(a.sum(0).value(), b.sum(0).value());
}

/// A tape may go to another thread, and what comes of it to any.
#[test]
fn threads() {
    fn send<S: Send>(_: &S) {}
    fn sync<S: Send + Sync>(_: &S) {}
    let tape = Tape::<f32>::new();
    let x = tape.var(2.0);
    let gradients = (x * x).backward();
    send(&tape);
    sync(&gradients);
    sync(&x.value());
    let shards: Vec<f32> = std::thread::scope(|scope| {
        let shard = |part: f32| {
            scope.spawn(move || {
                let tape = Tape::new();
                let x = tape.var(part);
                (x * x).backward().wrt(x)[[]]
            })
        };
        let running: Vec<_> = [1.0, 2.0, 3.0].map(shard).into_iter().collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(shards, [2.0, 4.0, 6.0]);
}

/// A term of a penalty that is not there is not computed: `0 · ∞` would be NaN.
#[test]
fn penalties_at_infinity() {
    let tape = Tape::<f64>::new();
    let x = tape.var([f64::INFINITY, 0.0, -2.0]);
    assert_eq!(
        x.l1_norm().backward().wrt(x),
        array![1.0, 0.0, -1.0].into_dyn()
    );
    assert_eq!(
        x.squared_norm().backward().wrt(x),
        array![f64::INFINITY, 0.0, -4.0].into_dyn()
    );
}

/// A penalty without strengths is 0, whatever it is multiplied by.
#[test]
fn a_penalty_of_nothing() {
    let tape = Tape::<f64>::new();
    let (x, c) = (tape.var([f64::INFINITY, 0.0, -2.0]), tape.var(3.0));
    let slope = tape.grad(c * x.elastic_net(None, None), &[x])[0];
    assert_eq!(slope.value(), array![0.0, 0.0, 0.0].into_dyn());
    assert_eq!(slope.sum(..).backward().wrt(c)[[]], 0.0);
}

#[test]
fn ranges_of_every_kind() {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let tape = Tape::<f64>::new();
    let x = tape.var([0.0, 1.0, 2.0, 3.0]);
    for (start, from) in [(Unbounded, 0), (Included(1), 1), (Excluded(0), 1)] {
        for (end, to) in [(Unbounded, 4), (Included(2), 3), (Excluded(2), 2)] {
            let expected: ndarray::Array1<_> = (from..to).map(f64::from).collect();
            let found = x.slice(0, (start, end)).value();
            assert_eq!(found, expected.into_dyn(), "{start:?}, {end:?}");
        }
    }
}

#[test]
fn comparisons_of_equal_numbers() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, -0.0, f64::INFINITY]);
    let masks = [x.greater(x), x.less(x), x.greater_equal(x), x.less_equal(x)];
    assert_eq!(masks.map(|mask| mask.sum(..).item()), [0.0, 0.0, 3.0, 3.0]);
    let nan = tape.var(f64::NAN);
    let masks = [
        nan.greater(nan),
        nan.less(nan),
        nan.greater_equal(nan),
        nan.less_equal(nan),
    ];
    assert_eq!(masks.map(|mask| mask.item()), [0.0; 4]);
}
