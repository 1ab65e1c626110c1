//! Elementary functions, in loops that are vectors.
//!
//! `on.exp(x)` in a loop that [`vectorize`](super::machine::vectorize) compiles takes as many
//! numbers at once as the machine has room for: no branch, no table, no call. The functions of this
//! module are that loop, on several threads if it is long. A closure with such calls must itself be
//! `#[inline(always)]`: a long one is else not inlined.
//!
//! `sin` and `cos` of very large numbers are not made for such loops: the methods give NaN, and the
//! functions what the standard library gives.
//!
//! The largest error, in units of the last place:
//!
//! | function | `f32` | `f64` |
//! |---|---|---|
//! | `exp` | 1.05 | 0.95 |
//! | `exp_m1` | 1.13 | 1.12 |
//! | `ln` | 0.84 | 0.75 |
//! | `ln_1p` | 0.84 | 0.76 |
//! | `tanh` | 1.35 | 1.30 |
//! | `sigmoid` | 1.19 | 1.12 |
//! | `erf` | 1.50 | 1.04 |
//! | `gelu` | 0.62 | 3.07 |
//! | `softplus` | 1.10 | 0.98 |
//! | `log2` | 1.16 | 0.86 |
//! | `log10` | 1.04 | 0.69 |
//! | `sin` | 0.56 | 1.52 |
//! | `cos` | 0.56 | 1.75 |
//! | `atan` | 1.39 | 1.37 |
//! | `normal_cdf` | 0.61 | 3.01 |
//!
//! Of `f32` every number was tried, but for `sin` and `cos` one in 2047 beyond 10⁸; of `f64` a table
//! of about 700 for each function, and 6000 more once. The larger of the errors without and with
//! fused operations is listed. Denormal results are within so many of the smallest number.
//! Infinities, NaN and the sign of 0 are as in the standard library. This shows the errors, but
//! those of the 6000, in minutes:
//!
//! ```sh
//! cargo test --release -p tapegrad-autodiff --test elementary -- --include-ignored --nocapture
//! ```

mod coefficients;
mod erf;
mod exp;
mod format;
mod ln;
mod sigmoid;
mod tanh;
mod trigonometric;

use super::elementwise;
use super::machine::Machine;
use crate::Element;

/// The formats that the functions are made for: `f32` and `f64`.
pub trait Elementary: format::Format + format::Polynomials {
    /// `x·Φ(x)`, in the precision that it needs, as each of these.
    #[doc(hidden)]
    fn gelu_on(on: Machine, x: Self) -> Self;
    /// `Φ(x)`.
    #[doc(hidden)]
    fn normal_cdf_on(on: Machine, x: Self) -> Self;
    /// `sin x`.
    #[doc(hidden)]
    fn sin_on(on: Machine, x: Self) -> Self;
    /// `cos x`.
    #[doc(hidden)]
    fn cos_on(on: Machine, x: Self) -> Self;
}

impl Elementary for f32 {
    #[inline(always)]
    fn gelu_on(on: Machine, x: Self) -> Self {
        erf::single_gelu(on, x)
    }

    #[inline(always)]
    fn normal_cdf_on(on: Machine, x: Self) -> Self {
        erf::single_normal_cdf(on, x)
    }

    #[inline(always)]
    fn sin_on(on: Machine, x: Self) -> Self {
        trigonometric::single_sin(on, x)
    }

    #[inline(always)]
    fn cos_on(on: Machine, x: Self) -> Self {
        trigonometric::single_cos(on, x)
    }
}

impl Elementary for f64 {
    #[inline(always)]
    fn gelu_on(on: Machine, x: Self) -> Self {
        erf::gelu(on, x)
    }

    #[inline(always)]
    fn normal_cdf_on(on: Machine, x: Self) -> Self {
        erf::normal_cdf(on, x)
    }

    #[inline(always)]
    fn sin_on(on: Machine, x: Self) -> Self {
        trigonometric::sin(on, x)
    }

    #[inline(always)]
    fn cos_on(on: Machine, x: Self) -> Self {
        trigonometric::cos(on, x)
    }
}

/// A function of each element, or another where it has no number.
macro_rules! each {
    ($out:expr, $x:expr, $f:expr) => {
        elementwise::map($out, $x, $f)
    };
    ($out:expr, $x:expr, $f:expr, $other:path) => {
        elementwise::map_or($out, $x, $f, $other)
    };
}

/// Defines a method of [`Machine`], and the function that applies it to a slice.
macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $name:ident = $formula:literal by $function:path $(, to $highest:literal, or $other:path)?;
    )*) => {
        /// Elementary functions of one number, for loops: see [`elementary`](self).
        impl Machine {
            $(
                #[doc = $formula]
                $(
                    ///
                    #[doc = concat!("NaN beyond ±", $highest, ".")]
                    #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") is")]
                    /// for all numbers.
                )?
                #[inline(always)]
                pub fn $name<T: Element>(self, x: T) -> T {
                    $function(self, x)
                }
            )*
        }
        $(
            #[doc = $formula]
            ///
            $(#[$doc])*
            ///
            /// # Panics
            ///
            /// If the lengths differ.
            #[track_caller]
            pub fn $name<T: Element>(x: &[T], out: &mut [T]) {
                check_lengths(stringify!($name), x.len(), out.len());
                each!(out, x, #[inline(always)] |on, x| on.$name(x) $(, $other)?);
            }
        )*
    };
}

functions! {
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 3];
    /// elementary::exp(&[0.0, 1.0, f64::NEG_INFINITY], &mut y);
    /// assert_eq!([y[0], y[2]], [1.0, 0.0]);
    /// assert!((y[1] - std::f64::consts::E).abs() < 1e-15);
    /// ```
    exp = "`eˣ`." by exp::exp;

    /// Exact to the last digits near 0 too, where it is about `x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::exp_m1(&[1e-20, -1000.0], &mut y);
    /// assert_eq!(y, [1e-20, -1.0]);
    /// ```
    exp_m1 = "`eˣ − 1`." by exp::exp_m1;

    /// −∞ at 0, NaN below.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::ln(&[1.0, 2.0], &mut y);
    /// assert_eq!(y, [0.0, std::f64::consts::LN_2]);
    /// ```
    ln = "`ln x`." by ln::ln;

    /// Exact to the last digits near 0 too, where it is about `x`. −∞ at −1, NaN below.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::ln_1p(&[1e-20, 1.0], &mut y);
    /// assert_eq!(y, [1e-20, std::f64::consts::LN_2]);
    /// ```
    ln_1p = "`ln(1 + x)`." by ln::ln_1p;

    /// −∞ at 0, NaN below. A whole number at powers of two.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::log2(&[8.0, f64::MIN_POSITIVE], &mut y);
    /// assert_eq!(y, [3.0, -1022.0]);
    /// ```
    log2 = "`log₂ x`." by ln::log2;

    /// −∞ at 0, NaN below. A whole number at powers of ten, and at normal numbers nearest
    /// to one.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::log10(&[1000.0, 1e-300], &mut y);
    /// assert_eq!(y, [3.0, -300.0]);
    /// ```
    log10 = "`log₁₀ x`." by ln::log10;

    /// Any number, but the standard library computes it one by one beyond 10⁶, in `f32` 10⁸.
    /// NaN at ±∞.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 3];
    /// elementary::sin(&[-1e-20, std::f64::consts::FRAC_PI_2, 1e300], &mut y);
    /// assert_eq!(y, [-1e-20, 1.0, f64::sin(1e300)]);
    /// ```
    sin = "`sin x`, of radians." by T::sin_on, to "10⁶, in `f32` 10⁸", or num_traits::Float::sin;

    /// Any number, but the standard library computes it one by one beyond 10⁶, in `f32` 10⁸.
    /// NaN at ±∞.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 3];
    /// elementary::cos(&[0.0, std::f64::consts::PI, 1e300], &mut y);
    /// assert_eq!(y, [1.0, -1.0, f64::cos(1e300)]);
    /// ```
    cos = "`cos x`, of radians." by T::cos_on, to "10⁶, in `f32` 10⁸", or num_traits::Float::cos;

    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::atan(&[1e-20, f64::INFINITY], &mut y);
    /// assert_eq!(y, [1e-20, std::f64::consts::FRAC_PI_2]);
    /// ```
    atan = "`atan x`, in radians." by trigonometric::atan;

    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::tanh(&[1e-20, -50.0], &mut y);
    /// assert_eq!(y, [1e-20, -1.0]);
    /// ```
    tanh = "`tanh x`." by tanh::tanh;

    /// For a very negative `x` it is about `eˣ`, down to where that is 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::sigmoid(&[0.0, -700.0], &mut y);
    /// assert_eq!(y[0], 0.5);
    /// assert!((y[1] / f64::exp(-700.0) - 1.0).abs() < 1e-15);
    /// ```
    sigmoid = "`1 / (1 + e⁻ˣ)`, the logistic function." by sigmoid::sigmoid;

    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::erf(&[0.0, 10.0], &mut y);
    /// assert_eq!(y, [0.0, 1.0]);
    /// ```
    erf = "`erf x = 2/√π ∫₀ˣ e^−t² dt`, the error function." by erf::erf;

    /// It keeps its digits for a very negative `x` too, down to where it is 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::normal_cdf(&[-1.0_f64, f64::INFINITY], &mut y);
    /// assert!((y[0] - 0.158_655_253_931_457_05).abs() < 1e-15);
    /// assert_eq!(y[1], 1.0);
    /// ```
    normal_cdf = "`Φ(x) = ½ erfc(−x/√2)`, the normal distribution." by T::normal_cdf_on;

    /// It keeps its digits for a very negative `x` too, down to where it is 0.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::gelu(&[-1.0_f64, 100.0], &mut y);
    /// assert!((y[0] + 0.158_655_253_931_457_05).abs() < 1e-15);
    /// assert_eq!(y[1], 100.0);
    /// ```
    gelu = "`x·Φ(x) = x/2·(1 + erf(x/√2))` with the normal distribution `Φ`." by T::gelu_on;

    /// For a very negative `x` it is about `eˣ`, for a large one `x`.
    ///
    /// ```
    /// # use tapegrad_autodiff::kernel::elementary;
    /// let mut y = [0.0; 2];
    /// elementary::softplus(&[1000.0, -700.0], &mut y);
    /// assert_eq!(y[0], 1000.0);
    /// assert!((y[1] / f64::exp(-700.0) - 1.0).abs() < 1e-15);
    /// ```
    softplus = "`ln(1 + eˣ)`." by ln::softplus;
}

#[track_caller]
fn check_lengths(name: &str, x: usize, out: usize) {
    assert!(
        x == out,
        "`{name}` writes one number for each that it reads: it was given {x} to read and room for \
         {out}"
    );
}

/// `x`, or `high` if it is larger. NaN stays.
#[inline(always)]
fn bounded<T: Element>(x: T, high: T) -> T {
    if x > high { high } else { x }
}
