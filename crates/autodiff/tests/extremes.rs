//! What each operation does at its extremes: ±0, tiny, huge and infinite numbers, NaN, ties and
//! kinks; the value and the derivatives of both orders, in both element types.
//!
//! What is right is written by `fixtures/extremes.py`: the limit, or at a kink the convention. A row
//! says in words what is not simply the limit. Zeros, infinities and NaN must be exact, and zeros of
//! a value have the right sign.

use ndarray::Array1;
use tapegrad_autodiff::{Classes, Element, Tape, Var};

const FIXTURE: &str = include_str!("fixtures/extremes.txt");

/// Against what an error is measured.
#[derive(Clone, Copy, Debug)]
enum Within {
    /// So many units of the last place.
    Units(f64),
    /// The same for the value, and below this `x`. From there on the derivatives come from a value
    /// that rounds to ±1: an error of so many `ε`, and the tail beyond is 0.
    UnitsThenEpsilons(f64, f64),
    /// So many units, and as many for each unit of an exponent `(factor · x)ⁿ`, which is rounded
    /// before it is raised.
    Raised(f64, f64, i32),
}
use Within::{Raised, Units, UnitsThenEpsilons};

impl Within {
    /// The error that the derivative of this order may have.
    fn bound<T: Element>(self, x: f64, expected: f64, order: usize) -> f64 {
        let epsilon = T::epsilon().wide();
        // At infinity there is nothing to be rounded.
        let size = if x.is_finite() { x.abs() } else { 0.0 };
        // A factor may round to a denormal number before it is multiplied by x.
        let smallest = (T::min_positive_value() * T::epsilon()).wide();
        let relative = epsilon * expected.abs() + smallest * (1.0 + size);
        match self {
            UnitsThenEpsilons(units, from) if order > 0 && x >= from => units * epsilon,
            Units(units) | UnitsThenEpsilons(units, _) => units * relative,
            Raised(units, factor, n) => units * relative * (1.0 + (factor * size).powi(n)),
        }
    }
}

fn same_number(y: f64, expected: f64, bound: f64) -> bool {
    y == expected
        || y.is_nan() && expected.is_nan()
        || expected != 0.0 && expected.is_finite() && (y - expected).abs() <= bound
}

/// The lines of a function for one element type.
fn lines<T: Element>(function: &str) -> Vec<&'static str> {
    let kind = if T::epsilon().wide() == f64::EPSILON {
        "f64 "
    } else {
        "f32 "
    };
    let lines = FIXTURE.lines().skip_while(|&line| line != function).skip(1);
    let lines: Vec<_> = lines
        .take_while(|line| line.contains(' '))
        .filter_map(|line| line.strip_prefix(kind))
        .collect();
    assert!(!lines.is_empty(), "{function} is not in the fixture");
    lines
}

/// The functions that the fixture has, those of one number first.
fn in_fixture() -> Vec<&'static str> {
    let is_row = |line: &str| line.starts_with("f32 ") || line.starts_with("f64 ");
    FIXTURE.lines().filter(|line| !is_row(line)).collect()
}

fn numbers(text: &str) -> Vec<f64> {
    let numbers = text.split_whitespace();
    numbers.map(|number| number.parse().unwrap()).collect()
}

/// The gradient by `grad`, which `backward` must give to the bit.
fn both<'t, T: Element>(y: Var<'t, T>, x: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
    let (replayed, recorded) = (y.backward(), y.tape().grad(y, x));
    for (&x, recorded) in x.iter().zip(&recorded) {
        for (replayed, recorded) in replayed.wrt(x).iter().zip(recorded.value()) {
            let (replayed, recorded) = (replayed.wide(), recorded.wide());
            let same = replayed.to_bits() == recorded.to_bits();
            assert!(
                same || replayed.is_nan() && recorded.is_nan(),
                "{replayed} and {recorded}"
            );
        }
    }
    recorded
}

/// The value, `Σ wᵢ ∂yᵢ` by each input, and the derivative of its inner product with `v`.
fn derivatives<T: Element>(
    inputs: &[Vec<f64>],
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    (w, v): (&dyn Fn(usize) -> f64, &dyn Fn(usize) -> f64),
) -> [Vec<f64>; 3] {
    let tape = Tape::<T>::new();
    let constant = |count: usize, f: &dyn Fn(usize) -> f64| {
        tape.constant(Array1::from_shape_fn(count, |i| T::of(f(i))))
    };
    let x: Vec<_> = inputs
        .iter()
        .map(|x| tape.var(x.iter().map(|&x| T::of(x)).collect::<Array1<T>>()))
        .collect();
    let y = f(&x);
    let flat = y.reshape(&[y.len()]);
    let g = both((flat * constant(y.len(), w)).sum(..), &x);
    let mut count = 0;
    let along = g.iter().map(|&g| {
        let first = count;
        count += g.len();
        (g * constant(g.len(), &|i| v(first + i))).sum(..)
    });
    let h = both(along.reduce(|sum, part| sum + part).unwrap(), &x);
    let wide = |parts: &[Var<'_, T>]| -> Vec<f64> {
        let each = parts.iter().map(|part| {
            let numbers: Vec<_> = part.value().iter().map(|x| x.wide()).collect();
            numbers
        });
        each.collect::<Vec<_>>().concat()
    };
    [wide(&[flat]), wide(&g), wide(&h)]
}

/// A table of functions, each with its bound and what it does where that is not simply the limit.
macro_rules! table {
    ($run:ident, $failures:ident; $($name:literal, $within:expr, $f:expr, $says:literal;)+) => {{
        $(
            $run::<f32>($name, $within, $says, $f, &mut $failures);
            $run::<f64>($name, $within, $says, $f, &mut $failures);
        )+
        [$($name),+]
    }};
}

fn each<T: Element>(
    name: &str,
    within: Within,
    says: &str,
    f: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
    failures: &mut Vec<String>,
) {
    let rows: Vec<_> = lines::<T>(name).into_iter().map(numbers).collect();
    let x: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let found = derivatives::<T>(&[x], |x| f(x[0]), (&|_| 1.0, &|_| 1.0));
    for (index, row) in rows.iter().enumerate() {
        let x = row[0];
        for (order, found) in found.iter().enumerate() {
            let (y, expected) = (found[index], T::of(row[1 + order]).wide());
            let bound = within.bound::<T>(x, expected, order);
            let sign =
                order > 0 || y.is_nan() || y.is_sign_negative() == expected.is_sign_negative();
            let exact = expected == 0.0
                && order > 0
                && y.abs() <= bound
                && matches!(within, UnitsThenEpsilons(..));
            if !(same_number(y, expected, bound) || exact) || expected == 0.0 && !sign {
                let error = (y - expected).abs() / (expected.abs() * T::epsilon().wide());
                failures.push(format!(
                    "{name} ({}) at {x:e}, order {order}: {y:e} and not {expected:e}, {error:.1} units ({says})",
                    std::any::type_name::<T>()
                ));
            }
        }
    }
}

#[test]
fn functions_of_one_number() {
    let mut failures = Vec::new();
    let names = table! { each, failures;
        "exp", Units(2.0), |x| x.exp(), "";
        "exp_m1", Units(2.0), |x| x.exp_m1(), "";
        "ln", Units(2.0), |x| x.ln(), "below 0 NaN, where the derivatives are those of ln |x|, as at −0";
        "ln_1p", Units(2.0), |x| x.ln_1p(), "below −1 NaN, where the derivatives are those of ln |1 + x|";
        "log2", Units(3.0), |x| x.log2(), "below 0 NaN, where the derivatives are those of log₂ |x|, as at −0";
        "log10", Units(3.0), |x| x.log10(), "below 0 NaN, where the derivatives are those of log₁₀ |x|, as at −0";
        "sqrt", Units(2.0), |x| x.sqrt(), "−0 is as +0: the root is +0, the derivatives are ∞ and −∞; NaN below";
        "rsqrt", Units(4.0), |x| x.rsqrt(), "−0 is as +0: ∞, −∞ and ∞; NaN below";
        "square", Units(1.0), |x| x.square(), "the second derivative is 2 at NaN too";
        "reciprocal", Units(2.0), |x| x.reciprocal(), "−∞ and its derivatives at −0";
        "powi_3", Units(2.0), |x| x.powi(3), "";
        "powi_below", Units(4.0), |x| x.powi(-2), "";
        "powf", Units(2.0), |x| x.powf(2.5), "−0 is as +0, and −∞ as ∞, as in IEEE 754; NaN between";
        "abs", Units(0.0), |x| x.abs(), "both derivatives are 0 at 0; at NaN the second is 0";
        "sign", Units(0.0), |x| x.sign(), "0 at 0; both derivatives are 0 everywhere, at NaN too";
        "sin", Units(2.0), |x| x.sin(), "NaN at ±∞";
        "cos", Units(2.0), |x| x.cos(), "NaN at ±∞";
        "atan", Units(4.0), |x| x.atan(), "";
        "erf", Raised(2.0, 0.7, 2), |x| x.erf(), "the derivatives keep their digits in the tails, but for the rounding of x²";
        "clamp", Units(0.0), |x| x.clamp(-1.0, 1.0), "at a bound the derivative is 1, as at NaN";
        "relu", Units(0.0), |x| x.relu(), "the derivative is 0 at 0, and 1 at NaN";
        "leaky_relu", Units(0.0), |x| x.leaky_relu(0.25), "at 0 as below; the derivative is 1 at NaN";
        "elu", Units(2.0), |x| x.elu(0.5), "at 0 as below";
        "selu", Units(2.0), |x| x.selu(), "at 0 as below";
        "gelu", Raised(2.0, 0.7, 2), |x| x.gelu(), "the left tail keeps its digits, but for the rounding of x²";
        "gelu_tanh", Raised(4.0, 0.5, 3), |x| x.gelu_tanh(), "the left tail keeps its digits, but for the rounding of a cubic";
        "silu", Units(4.0), |x| x.silu(), "";
        "mish", Units(8.0), |x| x.mish(), "";
        "tanh", UnitsThenEpsilons(2.0, -INFINITY), |x| x.tanh(), "derivatives from y: 0 where it rounds to ±1";
        "hard_tanh", Units(0.0), |x| x.hard_tanh(), "at ±1 the derivative is 1, as at NaN";
        "softsign", Units(4.0), |x| x.softsign(), "the second derivative is 0 at 0";
        "sigmoid", UnitsThenEpsilons(2.0, -0.5), |x| x.sigmoid(), "derivatives from y: 0 where it rounds to 1, and the second to ε where y is nearly ½";
        "log_sigmoid", Units(4.0), |x| x.log_sigmoid(), "";
        "softplus", Units(4.0), |x| x.softplus(), "";
    };
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(names[..], in_fixture()[..names.len()]);
    assert_eq!(in_fixture()[names.len()], "log_sum_exp");
}

/// Several numbers at once: the error is relative to the largest of what is compared, but `ε` of 1
/// for derivatives of a higher order than `relative`.
fn several<T: Element>(
    name: &str,
    (operands, relative): (usize, usize),
    says: &str,
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    failures: &mut Vec<String>,
) {
    for line in lines::<T>(name) {
        let parts: Vec<_> = line.split('|').map(numbers).collect();
        let width = parts[0].len() / operands;
        let inputs: Vec<_> = parts[0].chunks(width).map(<[f64]>::to_vec).collect();
        let along = |k: usize| [2.0, -1.0, 3.0][k % 3];
        let found = derivatives::<T>(&inputs, &f, (&|i| (i + 1) as f64, &along));
        for (order, (found, expected)) in found.iter().zip(&parts[1..]).enumerate() {
            let expected: Vec<_> = expected.iter().map(|&y| T::of(y).wide()).collect();
            let finite = expected.iter().filter(|y| y.is_finite());
            let scale = finite.fold(0.0_f64, |most, y| most.max(y.abs()));
            let least = if order > relative { 1.0 } else { 0.0 };
            let bound = 8.0 * T::epsilon().wide() * scale.max(least);
            let close = |(&y, &expected): (&f64, &f64)| {
                same_number(y, expected, bound) || expected == 0.0 && y.abs() <= bound
            };
            if found.len() != expected.len() || !found.iter().zip(&expected).all(close) {
                failures.push(format!(
                    "{name} ({}) of {:?}, order {order}: {found:?} and not {expected:?} ({says})",
                    std::any::type_name::<T>(),
                    parts[0]
                ));
            }
        }
    }
}

#[test]
fn functions_of_several_numbers() {
    let mut failures = Vec::new();
    let names = table! { several, failures;
        "log_sum_exp", (1, 1), |x| x[0].log_sum_exp(..), "an infinite maximum is the value, the derivative is shared in equal parts by those that are equal to it; the second derivative is to ε where one is nearly all";
        "softmax", (1, 0), |x| x[0].softmax(0), "elements equal to an infinite maximum share in equal parts, also −∞; derivatives to ε where one is nearly all";
        "log_softmax", (1, 1), |x| x[0].log_softmax(0), "as softmax; the first derivative is relatively exact";
        "softmax_cross_entropy", (1, 1), |x| row(x[0]).softmax_cross_entropy(&[0]), "as log_softmax: 0 for an infinite logit of the right class";
        "softmax_cross_entropy_with", (2, 0), |x| row(x[0]).softmax_cross_entropy_with(row(x[1])), "as log_softmax; a class of which nothing is expected counts nothing";
        "sigmoid_cross_entropy", (2, 2), |x| x[0].sigmoid_cross_entropy(x[1]), "0 for an infinite logit of the right sign";
        "norm", (1, 2), |x| x[0].norm(..), "";
        "std", (1, 2), |x| x[0].std(.., 0), "";
        "variance", (1, 2), |x| x[0].variance(.., 0), "exactly 0 of equal elements";
        "prod", (1, 2), |x| x[0].prod(..), "zeros are as any number";
    };
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let in_fixture = in_fixture();
    assert_eq!(names[..], in_fixture[in_fixture.len() - names.len()..]);
}

fn row<'t, T: Element>(x: Var<'t, T>) -> Var<'t, T> {
    x.reshape(&[1, x.len()])
}

/// `f` of an array as one column, so that what is reduced does not lie side by side.
#[test]
fn along_columns() {
    let mut failures = Vec::new();
    table! { several, failures;
        "log_sum_exp", (1, 1), |x| column(x[0]).log_sum_exp(0), "";
        "softmax", (1, 0), |x| column(x[0]).softmax(0), "";
        "log_softmax", (1, 1), |x| column(x[0]).log_softmax(0), "";
        "norm", (1, 2), |x| column(x[0]).norm(0), "";
        "std", (1, 2), |x| column(x[0]).std(0, 0), "";
        "variance", (1, 2), |x| column(x[0]).variance(0, 0), "";
        "prod", (1, 2), |x| column(x[0]).prod(0), "";
    };
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn column<T: Element>(x: Var<'_, T>) -> Var<'_, T> {
    x.reshape(&[x.len(), 1])
}

/// Inputs, the value, and both derivatives of the sum of values by each input.
type Case = (
    &'static str,
    for<'t> fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    &'static [&'static [f64]],
    &'static [f64],
    &'static [f64],
    &'static [f64],
);

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Where there is no limit, or where it depends on the side: what was agreed on.
#[rustfmt::skip]
const CONVENTIONS: &[Case] = &[
    ("max: ties share in equal parts", |x| x[0].max(..), &[&[3.0, 1.0, 3.0]], &[3.0], &[0.5, 0.0, 0.5], &[0.0; 3]),
    ("max: zeros of two signs are a tie", |x| x[0].max(..) + 0.0, &[&[0.0, -0.0]], &[0.0], &[0.5; 2], &[0.0; 2]),
    ("max: infinite ties", |x| x[0].max(..), &[&[INFINITY, INFINITY, 0.0, INFINITY]], &[INFINITY], &[1.0 / 3.0, 1.0 / 3.0, 0.0, 1.0 / 3.0], &[0.0; 4]),
    ("max: −∞ everywhere", |x| x[0].max(..), &[&[-INFINITY; 2]], &[-INFINITY], &[0.5; 2], &[0.0; 2]),
    ("max: NaN is not hidden", |x| x[0].max(..), &[&[1.0, NAN, INFINITY]], &[NAN], &[NAN; 3], &[0.0; 3]),
    ("min: ties share in equal parts", |x| x[0].min(..), &[&[3.0, 1.0, 1.0]], &[1.0], &[0.0, 0.5, 0.5], &[0.0; 3]),
    ("min: infinite ties", |x| x[0].min(..), &[&[-INFINITY, -INFINITY, 0.0]], &[-INFINITY], &[0.5, 0.5, 0.0], &[0.0; 3]),
    ("min: NaN is not hidden", |x| x[0].min(..), &[&[1.0, NAN]], &[NAN], &[NAN; 2], &[0.0; 2]),
    ("maximum: half to each of a tie", |x| x[0].maximum(x[1]), &[&[3.0, 0.0, INFINITY, -INFINITY, 1.0], &[3.0, -0.0, INFINITY, -INFINITY, 2.0]],
        &[3.0, -0.0, INFINITY, -INFINITY, 2.0], &[0.5, 0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.5, 0.5, 1.0], &[0.0; 10]),
    ("maximum: the derivative goes to NaN", |x| x[0].maximum(x[1]), &[&[NAN, 1.0, NAN], &[1.0, NAN, NAN]], &[NAN; 3], &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0], &[0.0; 6]),
    ("maximum: of zeros of two signs it is the second", |x| x[0].maximum(x[1]), &[&[-0.0], &[0.0]], &[0.0], &[0.5; 2], &[0.0; 2]),
    ("minimum: half to each of a tie", |x| x[0].minimum(x[1]), &[&[3.0, 0.0, INFINITY, -INFINITY, 1.0], &[3.0, -0.0, INFINITY, -INFINITY, 2.0]],
        &[3.0, -0.0, INFINITY, -INFINITY, 1.0], &[0.5, 0.5, 0.5, 0.5, 1.0, 0.5, 0.5, 0.5, 0.5, 0.0], &[0.0; 10]),
    ("minimum: the derivative goes to NaN", |x| x[0].minimum(x[1]), &[&[NAN, 1.0], &[1.0, NAN]], &[NAN; 2], &[1.0, 0.0, 0.0, 1.0], &[0.0; 4]),
    ("minimum: of zeros of two signs it is the second", |x| x[0].minimum(x[1]), &[&[-0.0], &[0.0]], &[0.0], &[0.5; 2], &[0.0; 2]),
    ("clamp: zeros of two signs are one bound, and stay", |x| x[0].clamp(0.0, 1.0) + x[1].clamp(-1.0, -0.0), &[&[-0.0], &[-0.0]], &[-0.0], &[1.0; 2], &[0.0; 2]),
    ("clamp: a zero above the bound −0 stays", |x| x[0].clamp(-1.0, -0.0), &[&[0.0]], &[0.0], &[1.0], &[0.0]),
    ("clamp: the bounds may be one", |x| x[0].clamp(1.0, 1.0), &[&[0.0, 1.0, 2.0]], &[1.0; 3], &[0.0, 1.0, 0.0], &[0.0; 3]),
    ("elu: zeros are as below, where a negative α turns the sign", |x| x[0].elu(-1.0), &[&[0.0, -0.0]], &[-0.0, 0.0], &[-1.0; 2], &[-1.0; 2]),
    ("norm: both derivatives of zeros are 0", |x| x[0].norm(..), &[&[0.0, -0.0]], &[0.0], &[0.0; 2], &[0.0; 2]),
    ("norm: an infinite element has no direction", |x| x[0].norm(..), &[&[INFINITY, 1.0]], &[INFINITY], &[NAN, 0.0], &[NAN; 2]),
    ("std: both derivatives of equal elements are 0", |x| x[0].std(.., 0), &[&[0.1; 3]], &[0.0], &[0.0; 3], &[0.0; 3]),
    ("std: of however many", |x| x[0].std(.., 1), &[&[0.7; 7]], &[0.0], &[0.0; 7], &[0.0; 7]),
    ("std: of huge ones, whose sum overflows", |x| x[0].std(.., 0), &[&[1e308; 3]], &[0.0], &[0.0; 3], &[0.0; 3]),
    ("std: along columns", |x| column(x[0]).std(0, 0), &[&[0.1; 3]], &[0.0], &[0.0; 3], &[0.0; 3]),
    ("variance: an infinite element has no deviation", |x| x[0].variance(.., 0), &[&[INFINITY, 1.0]], &[NAN], &[NAN; 2], &[0.0; 2]),
    ("sigmoid_cross_entropy: NaN is not hidden, but by y it is linear", |x| x[0].sigmoid_cross_entropy(x[1]), &[&[NAN], &[0.0]], &[NAN], &[NAN; 2], &[NAN, -1.0]),
    ("standardize: equal elements are 0, whatever ε is added", |x| x[0].standardize(-1, 1e-5), &[&[2.0; 3]], &[0.0; 3], &[0.0; 3], &[0.0; 3]),
    ("standardize: ε may be 0", |x| x[0].standardize(-1, 0.0), &[&[1.0, 3.0]], &[-1.0, 1.0], &[0.0; 2], &[0.0; 2]),
    ("layer_norm: over the last axis, however many there are", |x| x[0].reshape(&[1, 1, 2]).layer_norm(x[1], x[2], 0.0), &[&[1.0, 3.0], &[2.0], &[5.0]],
        &[3.0, 7.0], &[0.0, 0.0, 0.0, 2.0], &[0.0; 4]),
    ("softmax_cross_entropy: a class of the weight 0 costs nothing", |x| row(x[0]).softmax_cross_entropy(Classes::from(&[1]).weights(&[1.0, 0.0])), &[&[1.0, 3.0]], &[0.0], &[0.0; 2], &[0.0; 2]),
    ("elastic_net: the derivative is 0 at 0", |x| x[0].elastic_net(Some(0.5), Some(0.25)), &[&[0.0, -0.0, 2.0, -2.0]], &[4.0], &[0.0, 0.0, 1.5, -1.5], &[0.5; 4]),
];

/// Zeros of a value have the sign that is written; those of a derivative have any.
#[test]
fn conventions() {
    let mut failures = Vec::new();
    for &(says, f, inputs, y, g, h) in CONVENTIONS {
        let inputs: Vec<_> = inputs.iter().map(|x| x.to_vec()).collect();
        let found = derivatives::<f64>(&inputs, f, (&|_| 1.0, &|_| 1.0));
        for (order, (found, expected)) in found.iter().zip([y, g, h]).enumerate() {
            let signed = order == 0;
            let same = |(&y, &expected): (&f64, &f64)| {
                let sign = y.is_sign_negative() == expected.is_sign_negative();
                same_number(y, expected, 0.0) && (sign || !signed || expected != 0.0)
            };
            if found.len() != expected.len() || !found.iter().zip(expected).all(same) {
                failures.push(format!(
                    "{says}: order {order} is {found:?} and not {expected:?}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Of numbers whose squares are whole the norm has no error, and a small one at any scale.
fn norms<T: Element>(exponents: std::ops::RangeInclusive<i32>) {
    let tape = Tape::<T>::new();
    let norm = |x: &[f64], scale: f64| {
        let x = x.iter().map(|x| T::of(x * scale));
        tape.var(x.collect::<Array1<T>>()).norm(..).item().wide()
    };
    // What is scaled for nothing is rounded for nothing: of these triples it would be seen in some.
    let triples = (0..30 * 30 * 30).map(|n| [n / 900, n / 30 % 30, n % 30].map(f64::from));
    for x in triples {
        let y = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        if y.fract() == 0.0 {
            assert_eq!(norm(&x, 1.0), y, "{x:?}");
        }
    }
    for exponent in exponents {
        let scale = 2.0_f64.powi(exponent);
        let error = norm(&[2.0, 3.0, 6.0], scale) / scale - 7.0;
        let bound = 14.0 * T::epsilon().wide();
        assert!(error.abs() <= bound, "2^{exponent}: {error:e}");
    }
}

#[test]
fn norms_at_any_scale() {
    norms::<f32>(-126..=124);
    norms::<f64>(-1022..=1020);
}
