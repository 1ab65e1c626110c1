//! The polynomials, as `coefficients.py` writes them.

use super::format::Polynomials;
use crate::kernel::machine::Machine;

/// `x·(x·(… + c₂) + c₁) + c₀`.
macro_rules! polynomial {
    ($on:expr, $x:expr, [$last:literal $(,)?]) => { $last };
    ($on:expr, $x:expr, [$first:literal, $($rest:tt)+]) => {
        $on.mul_add(polynomial!($on, $x, [$($rest)+]), $x, $first)
    };
}

impl Polynomials for f32 {
    const ERFC_CENTRE: Self = 2.0;

    /// `(eʳ − 1 − r) / r²` for `|r| ≤ ln 2 / 2`: within 2^-28.0.
    #[inline(always)]
    fn exp_rest(on: Machine, r: Self) -> Self {
        polynomial!(
            on,
            r,
            [0.5, 0.16666505, 0.04166616, 0.008370546, 0.0013953461,]
        )
    }

    /// `(ln((1 + s)/(1 − s)) − 2s) / s³` of `z = s²` for `|s| ≤ (√2 − 1)/(√2 + 1)`: within 2^-29.2.
    #[inline(always)]
    fn ln_rest(on: Machine, z: Self) -> Self {
        polynomial!(on, z, [0.66666776, 0.39977497, 0.29873058,])
    }

    /// `erf(x) / x − 1` of `z = x²` for `|x| ≤ 1`: within 2^-29.7.
    #[inline(always)]
    fn erf_rest(on: Machine, z: Self) -> Self {
        polynomial!(
            on,
            z,
            [
                0.12837917,
                -0.37612626,
                0.112836,
                -0.026854444,
                0.0051895347,
                -0.0008020834,
                7.889095e-05,
            ]
        )
    }

    /// `exp(z²) erfc(z) (z + K)` of `t = (z − K)/(z + K)` for `1 ≤ z ≤ 4.1`: within 2^-27.1.
    #[inline(always)]
    fn erfc_scaled(on: Machine, t: Self) -> Self {
        polynomial!(
            on,
            t,
            [
                1.0215827,
                -0.6871608,
                0.27947134,
                -0.03643307,
                -0.02148704,
                0.006315326,
                0.0028609727,
            ]
        )
    }
}

impl Polynomials for f64 {
    const ERFC_CENTRE: Self = 3.0;

    /// `(eʳ − 1 − r) / r²` for `|r| ≤ ln 2 / 2`: within 2^-58.0.
    #[inline(always)]
    fn exp_rest(on: Machine, r: Self) -> Self {
        polynomial!(
            on,
            r,
            [
                0.5000000000000012,
                0.166666666666667,
                0.041666666666515195,
                0.008333333333307108,
                0.0013888888947081975,
                0.000198412699175958,
                2.480148986796612e-05,
                2.7557216115301963e-06,
                2.7631308634904845e-07,
                2.5117918043155803e-08,
            ]
        )
    }

    /// `(ln((1 + s)/(1 − s)) − 2s) / s³` of `z = s²` for `|s| ≤ (√2 − 1)/(√2 + 1)`: within 2^-58.5.
    #[inline(always)]
    fn ln_rest(on: Machine, z: Self) -> Self {
        polynomial!(
            on,
            z,
            [
                0.6666666666666735,
                0.3999999999941111,
                0.2857142874325923,
                0.2222219847623143,
                0.18183569732233623,
                0.15313903316627284,
                0.14797508156422653,
            ]
        )
    }

    /// `erf(x) / x − 1` of `z = x²` for `|x| ≤ 1`: within 2^-57.0.
    #[inline(always)]
    fn erf_rest(on: Machine, z: Self) -> Self {
        polynomial!(
            on,
            z,
            [
                0.12837916709551256,
                -0.3761263890318355,
                0.11283791670945252,
                -0.026866170643276083,
                0.005223977607422596,
                -0.0008548325989667251,
                0.0001205529531995124,
                -1.4924744658598196e-05,
                1.6447517679364607e-06,
                -1.6209176310612294e-07,
                1.372297939784883e-08,
                -7.801196917551076e-10,
            ]
        )
    }

    /// `exp(z²) erfc(z) (z + K)` of `t = (z − K)/(z + K)` for `0 ≤ z ≤ 27.6`: within 2^-57.0.
    #[inline(always)]
    fn erfc_scaled(on: Machine, t: Self) -> Self {
        polynomial!(
            on,
            t,
            [
                1.0740069070883398,
                -0.8833944531698835,
                0.5902283571040994,
                -0.3104672619005741,
                0.11952776128743653,
                -0.026827234624304155,
                -0.0012124166306243553,
                0.0030340619989731974,
                -0.0005483096512611907,
                -0.0002767778288124954,
                0.00010756120966868292,
                3.0398064988895165e-05,
                -1.7469399623395534e-05,
                -4.748816144002305e-06,
                2.7622776038540663e-06,
                9.976736277057656e-07,
                -4.027165345390866e-07,
                -2.3105278067663103e-07,
                4.070888153486823e-08,
                4.7408157067635254e-08,
                1.8899259923437183e-09,
                -5.985664730020697e-09,
                -1.4003290594428887e-09,
            ]
        )
    }
}

/// `K` of [`single_erfc_scaled`].
pub(super) const SINGLE_ERFC_CENTRE: f64 = 3.0;

/// `(eʳ − 1 − r) / r²` for `|r| ≤ ln 2 / 2`: within 2^-28.0.
#[inline(always)]
pub(super) fn single_exp_rest(on: Machine, r: f64) -> f64 {
    polynomial!(
        on,
        r,
        [
            0.5000000109754317,
            0.16666504752773842,
            0.041666160108998505,
            0.008370546128382802,
            0.0013953461613820314,
        ]
    )
}

/// `exp(z²) erfc(z) (z + K)` of `t = (z − K)/(z + K)` for `0 ≤ z ≤ 10.3`: within 2^-28.8.
#[inline(always)]
pub(super) fn single_erfc_scaled(on: Machine, t: f64) -> f64 {
    polynomial!(
        on,
        t,
        [
            1.0740069078373522,
            -0.8833944877693288,
            0.5902282921679504,
            -0.3104659706985364,
            0.11952917280470683,
            -0.0268400612567141,
            -0.0012270463625384483,
            0.003080577704513789,
            -0.000481994297724168,
            -0.0003247191964605841,
        ]
    )
}
