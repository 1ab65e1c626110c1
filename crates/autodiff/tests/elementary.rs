//! The elementary functions against values that are known better, at every level of the machine.

use std::f64::consts::FRAC_PI_2;
use std::ops::RangeInclusive;
use std::thread;

use tapegrad_autodiff::Element;
use tapegrad_autodiff::kernel::elementary;
use tapegrad_autodiff::kernel::elementwise::THREADED;
use tapegrad_autodiff::kernel::machine::{Level, Machine, vectorize_at};

/// In units of the last place, from the value before it is rounded.
const SINGLE_BOUND: f64 = 2.0;
const DOUBLE_BOUND: f64 = 4.0;

/// Calls a macro with each function and with what writes its values in `f64`.
macro_rules! for_each_function {
    ($do:ident) => {
        $do!(exp, each(f64::exp));
        $do!(exp_m1, each(f64::exp_m1));
        $do!(ln, each(f64::ln));
        $do!(ln_1p, each(f64::ln_1p));
        $do!(tanh, each(f64::tanh));
        $do!(sigmoid, each(|x| 1.0 / (1.0 + (-x).exp())));
        // The standard library has no error function: the library's own, which `double` tests.
        $do!(erf, elementary::erf::<f64>);
        $do!(gelu, elementary::gelu::<f64>);
        $do!(softplus, each(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()));
        $do!(log2, each(f64::log2));
        $do!(log10, each(f64::log10));
        $do!(sin, each(f64::sin));
        $do!(cos, each(f64::cos));
        $do!(atan, each(f64::atan));
        $do!(normal_cdf, elementary::normal_cdf::<f64>);
    };
}

fn each(f: impl Fn(f64) -> f64 + Sync + Copy) -> impl Fn(&[f64], &mut [f64]) + Sync + Copy {
    move |x, out| out.iter_mut().zip(x).for_each(|(y, &x)| *y = f(x))
}

#[inline(always)]
fn apply<T: Element>(level: Level, x: &[T], y: &mut [T], f: impl Fn(Machine, T) -> T) {
    vectorize_at(
        level,
        #[inline(always)]
        |on| {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = f(on, x);
            }
        },
    );
}

/// The function of slices.
type Whole<T> = fn(&[T], &mut [T]);

/// Up to where a method is made: beyond, it gives NaN, and the function of slices has to do more.
fn highest<T: Element>(function: &str) -> T {
    match function {
        "sin" | "cos" if T::epsilon().wide() == f64::EPSILON => T::of(1e6),
        "sin" | "cos" => T::of(1e8),
        _ => T::infinity(),
    }
}

/// Puts what the function of slices gives where the method gives NaN, as it must.
fn complete<T: Element>(highest: T, x: &[T], y: &mut [T], whole: Whole<T>) {
    if x.iter().all(|x| x.is_nan() || x.abs() <= highest) {
        return;
    }
    let mut all = vec![T::zero(); x.len()];
    whole(x, &mut all);
    for ((&x, y), &all) in x.iter().zip(y).zip(&all) {
        if x.abs() > highest {
            assert!(y.is_nan(), "{x:?}");
            *y = all;
        }
    }
}

/// The largest error, in units of the last place, and where it is.
#[derive(Clone, Copy, Default)]
struct Worst {
    error: f64,
    x: f64,
}

impl Worst {
    fn see(&mut self, error: f64, x: f64) {
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if error > self.error {
            *self = Self { error, x };
        }
    }
}

/// Text: a function's lines `x y d`, where its value at `x` is `y` and `d` units of the last place.
fn table(function: &str) -> Vec<(f64, f64, f64)> {
    let number = |word: &str| f64::from_bits(u64::from_str_radix(word, 16).unwrap());
    include_str!("fixtures/elementary.txt")
        .lines()
        .skip_while(|&line| line != function)
        .skip(1)
        .map_while(|line| {
            let (x, rest) = line.split_once(' ')?;
            let (y, distance) = rest.split_once(' ')?;
            Some((number(x), number(y), distance.parse().unwrap()))
        })
        .collect()
}

/// The distance of two neighbours at `y`; of the smallest numbers where `y` is denormal.
fn unit(y: f64) -> f64 {
    let exponent = (y.to_bits() >> 52 & 0x7ff).max(1) as i32 - 1023 - 52;
    // In two steps: each is normal.
    2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
}

#[test]
fn double() {
    let mut failed = false;
    macro_rules! test {
        ($name:ident, $reference:expr) => {
            let table = table(stringify!($name));
            assert!(table.len() > 300);
            let x: Vec<f64> = table.iter().map(|row| row.0).collect();
            let mut y = vec![0.0; x.len()];
            for level in Level::all() {
                apply(
                    level,
                    &x,
                    &mut y,
                    #[inline(always)]
                    |on, x| on.$name(x),
                );
                let highest = highest(stringify!($name));
                complete(highest, &x, &mut y, elementary::$name);
                let mut worst = Worst::default();
                for (&(x, exact, distance), &y) in table.iter().zip(&y) {
                    let error = if y == exact {
                        distance.abs()
                    } else {
                        ((y - exact) / unit(exact) - distance).abs()
                    };
                    worst.see(error, x);
                }
                println!(
                    "{} f64 {level:?}: {:.2} at {:e}",
                    stringify!($name),
                    worst.error,
                    worst.x
                );
                failed |= worst.error > DOUBLE_BOUND;
            }
        };
    }
    for_each_function!(test);
    assert!(!failed, "an error is larger than {DOUBLE_BOUND}");
}

/// The error of `y` in units of the last place of an `f32`, for the exact value in `f64`.
fn single_error(y: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if y == rounded || y.is_nan() && rounded.is_nan() {
        // Zeros differ in their sign, which the table of special cases tests.
        return if rounded.is_finite() {
            (f64::from(y) - exact).abs() / single_unit(exact)
        } else {
            0.0
        };
    }
    if rounded.is_infinite() && y == f32::MAX.copysign(rounded) {
        return 1.0;
    }
    (f64::from(y) - exact).abs() / single_unit(exact)
}

#[inline(always)]
fn single_unit(y: f64) -> f64 {
    let exponent = (y.to_bits() >> 52 & 0x7ff).max(1023 - 126);
    f64::from_bits((exponent - 23) << 52)
}

/// How many errors are not at most `bound`.
fn larger_errors(y: &[f32], exact: &[f64], bound: f64) -> u64 {
    vectorize_at(
        Level::detected(),
        #[inline(always)]
        |_| {
            let pairs = y.iter().zip(exact);
            pairs.fold(0, |count, (&y, &exact)| {
                let small = (f64::from(y) - exact).abs() <= bound * single_unit(exact);
                count + u64::from(!small)
            })
        },
    )
}

const BLOCK: usize = 1 << 14;

/// The largest errors of `f`, by level, over the numbers with the bits `0, step, 2 step, …`.
#[inline(always)]
fn worst_of_singles(
    levels: &[Level],
    step: usize,
    f: impl Fn(Machine, f32) -> f32 + Sync + Copy,
    (highest, whole): (f32, Whole<f32>),
    reference: &(dyn Fn(&[f64], &mut [f64]) + Sync),
) -> Vec<Worst> {
    let stride = step * BLOCK;
    let blocks = (1_usize << 32) / stride;
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let part = |worker: usize| {
        let mut worst = vec![Worst::default(); levels.len()];
        let (mut x, mut y) = (vec![0.0_f32; BLOCK], vec![0.0_f32; BLOCK]);
        let mut exact = vec![0.0; BLOCK];
        for block in (worker..blocks).step_by(workers) {
            for (i, x) in x.iter_mut().enumerate() {
                *x = f32::from_bits((block * stride + i * step) as u32);
            }
            // All that the standard library does is sampled by larger steps.
            if step == 1 && x[0].abs() > highest {
                continue;
            }
            let wide: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
            reference(&wide, &mut exact);
            for (worst, &level) in worst.iter_mut().zip(levels) {
                apply(level, &x, &mut y, f);
                complete(highest, &x, &mut y, whole);
                // Most blocks have nothing to be looked at one by one.
                if larger_errors(&y, &exact, worst.error) > 0 {
                    for ((&x, &y), &exact) in x.iter().zip(&y).zip(&exact) {
                        worst.see(single_error(y, exact), f64::from(x));
                    }
                }
            }
        }
        worst
    };
    let parts: Vec<_> = thread::scope(|scope| {
        let part = &part;
        let started: Vec<_> = (0..workers).map(|i| scope.spawn(move || part(i))).collect();
        started
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    (0..levels.len())
        .map(|level| {
            parts.iter().fold(Worst::default(), |mut most, part| {
                most.see(part[level].error, part[level].x);
                most
            })
        })
        .collect()
}

/// Tests every `step`-th number. Every one is compared with the library's own in `f64`, which
/// `double` tests: the standard library's would take an hour.
fn single(step: usize, levels: &[Level]) {
    let mut failed = false;
    macro_rules! test {
        ($name:ident, $reference:expr) => {
            let reference: &(dyn Fn(&[f64], &mut [f64]) + Sync) = if step == 1 {
                &elementary::$name::<f64>
            } else {
                &$reference
            };
            let worst = worst_of_singles(
                levels,
                step,
                #[inline(always)]
                |on, x| on.$name(x),
                (highest(stringify!($name)), elementary::$name),
                reference,
            );
            for (worst, level) in worst.iter().zip(levels) {
                println!(
                    "{} f32 {level:?}: {:.3} at {:e}",
                    stringify!($name),
                    worst.error,
                    worst.x
                );
                failed |= worst.error > SINGLE_BOUND;
            }
        };
    }
    for_each_function!(test);
    assert!(!failed, "an error is larger than {SINGLE_BOUND}");
}

#[test]
fn some_singles() {
    // An odd step: all the last digits are met.
    single(2047, &Level::all().collect::<Vec<_>>());
}

/// `cargo test --release -p tapegrad-autodiff --test elementary -- --ignored --nocapture`
#[test]
#[ignore = "minutes"]
fn every_single() {
    // Without fused operations, and with them.
    single(1, &[Level::Baseline, Level::detected()]);
}

fn special_cases<T: Element>() {
    let (zero, one, infinity, nan) = (T::zero(), T::one(), T::infinity(), T::nan());
    let (large, small) = (T::max_value(), T::min_positive_value() * T::epsilon());
    assert!(
        small > zero && small * T::of(0.5) == zero,
        "the smallest denormal"
    );
    let check = |name, level, f: &dyn Fn(T) -> T, cases: &[(T, T)]| {
        assert!(f(nan).is_nan(), "{name}(NaN) at {level:?}");
        for &(x, expected) in cases {
            let y = f(x);
            let same = y == expected && y.is_sign_negative() == expected.is_sign_negative();
            assert!(
                same || y.is_nan() && expected.is_nan(),
                "{name}({x:?}) is {y:?} and not {expected:?} at {level:?}"
            );
        }
    };
    macro_rules! check {
        ($name:ident, $($x:expr => $y:expr),+ $(,)?) => {
            for level in Level::all() {
                let f = |x| {
                    let mut y = [T::zero(); 37];
                    apply(level, &[x; 37], &mut y, #[inline(always)] |on, x| on.$name(x));
                    assert!(y.iter().all(|&one| one == y[0] || one.is_nan() && y[0].is_nan()));
                    y[0]
                };
                check(stringify!($name), level, &f, &[$(($x, $y)),+]);
            }
        };
    }
    let half = T::of(0.5);
    check!(exp, zero => one, -zero => one, infinity => infinity, -infinity => zero,
        large => infinity, -large => zero, small => one);
    check!(exp_m1, zero => zero, -zero => -zero, infinity => infinity, -infinity => -one,
        large => infinity, -large => -one, small => small, -small => -small);
    check!(ln, one => zero, zero => -infinity, -zero => -infinity, infinity => infinity,
        -one => nan, -small => nan, -infinity => nan);
    check!(ln_1p, zero => zero, -zero => -zero, -one => -infinity, infinity => infinity,
        -T::of(2.0) => nan, -infinity => nan, small => small, -small => -small,
        -one - T::epsilon() => nan);
    check!(tanh, zero => zero, -zero => -zero, infinity => one, -infinity => -one, large => one,
        -large => -one, T::of(20.0) => one, -T::of(20.0) => -one, small => small,
        -small => -small);
    check!(sigmoid, zero => half, -zero => half, infinity => one, -infinity => zero,
        large => one, -large => zero, T::of(40.0) => one, small => half);
    check!(erf, zero => zero, -zero => -zero, infinity => one, -infinity => -one, large => one,
        -large => -one, T::of(6.0) => one, -T::of(6.0) => -one);
    check!(gelu, zero => zero, -zero => -zero, infinity => infinity, -infinity => -zero,
        large => large, -large => -zero, T::of(40.0) => T::of(40.0), -T::of(40.0) => -zero);
    check!(softplus, infinity => infinity, -infinity => zero, large => large, -large => zero,
        T::of(40.0) => T::of(40.0));
    let quarter = T::of(FRAC_PI_2);
    check!(log2, one => zero, zero => -infinity, -zero => -infinity, infinity => infinity,
        -one => nan, -small => nan, -infinity => nan);
    check!(log10, one => zero, zero => -infinity, -zero => -infinity, infinity => infinity,
        -one => nan, -small => nan, -infinity => nan);
    check!(sin, zero => zero, -zero => -zero, infinity => nan, -infinity => nan, small => small,
        -small => -small);
    check!(cos, zero => one, -zero => one, infinity => nan, -infinity => nan, small => one);
    check!(atan, zero => zero, -zero => -zero, infinity => quarter, -infinity => -quarter,
        large => quarter, -large => -quarter, small => small, -small => -small);
    check!(normal_cdf, zero => half, -zero => half, infinity => one, -infinity => zero,
        large => one, -large => zero, T::of(40.0) => one, -T::of(40.0) => zero, small => half,
        -small => half);
}

#[test]
fn special_cases_of_both() {
    special_cases::<f32>();
    special_cases::<f64>();
}

/// `x` and the logarithm that it must have.
fn check_logarithms<T: Element>(table: &[(T, i32)], log: impl Fn(Machine, T) -> T + Copy + Sync) {
    let x: Vec<T> = table.iter().map(|row| row.0).collect();
    let mut y = x.clone();
    for level in Level::all() {
        apply(level, &x, &mut y, log);
        for (&(x, exponent), &y) in table.iter().zip(&y) {
            assert!(y == T::of(exponent.into()), "{x:?} at {level:?}: {y:?}");
        }
    }
}

fn logarithms_of_powers<T: Element>(of_two: RangeInclusive<i32>, of_ten: RangeInclusive<i32>) {
    let power_of_two = |n: i32| 2.0_f64.powi(n / 2) * 2.0_f64.powi(n - n / 2);
    let twos: Vec<_> = of_two.map(|n| (T::of(power_of_two(n)), n)).collect();
    check_logarithms(
        &twos,
        #[inline(always)]
        |on, x| on.log2(x),
    );
    // The nearest number to a power of ten: its logarithm is nearest to the same whole number.
    let power_of_ten = |n: i32| format!("1e{n}").parse::<f64>().unwrap();
    let tens: Vec<_> = of_ten.map(|n| (T::of(power_of_ten(n)), n)).collect();
    check_logarithms(
        &tens,
        #[inline(always)]
        |on, x| on.log10(x),
    );
}

#[test]
fn logarithms_of_powers_are_whole() {
    logarithms_of_powers::<f32>(-149..=127, -37..=38);
    logarithms_of_powers::<f64>(-1074..=1023, -307..=308);
}

/// Numbers that a method leaves out, among others and on several threads.
fn left_out<T: Element>(standard: fn(f64) -> f64, whole: Whole<T>, highest: T) {
    let x: Vec<T> = (0..THREADED + 5)
        .map(|i| match i % 1000 {
            7 => T::of(i as f64 * 1e30),
            8 => -T::max_value(),
            9 if i > THREADED / 2 => T::nan(),
            _ => T::of(i as f64 * 0.37 - 1e5),
        })
        .collect();
    let mut y = vec![T::zero(); x.len()];
    whole(&x, &mut y);
    for (&x, &y) in x.iter().zip(&y).step_by(3) {
        let mut alone = [T::zero()];
        whole(&[x], &mut alone);
        let same = y.wide().to_bits() == alone[0].wide().to_bits();
        assert!(
            same || x.is_nan() && y.is_nan(),
            "{x:?}: {y:?}, alone {alone:?}"
        );
        if x.abs() > highest {
            let error = (y.wide() - standard(x.wide())).abs();
            assert!(error <= T::epsilon().wide(), "{x:?}: {y:?}");
        }
    }
}

#[test]
fn what_methods_leave_out() {
    left_out::<f32>(f64::sin, elementary::sin, 1e8);
    left_out::<f32>(f64::cos, elementary::cos, 1e8);
    left_out::<f64>(f64::sin, elementary::sin, 1e6);
    left_out::<f64>(f64::cos, elementary::cos, 1e6);
}

#[test]
#[should_panic(expected = "`tanh` writes one number for each that it reads")]
fn lengths_differ() {
    elementary::tanh(&[0.0_f32; 3], &mut [0.0; 2]);
}
