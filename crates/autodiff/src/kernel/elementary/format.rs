//! What the functions need of a format of numbers: its bits, its constants, its polynomials.

use crate::kernel::machine::Machine;

/// The bits of a number, in operations that vectors of every level have.
pub trait Format: Sized + Copy {
    /// `0.5`.
    const HALF: Self;
    /// `2`.
    const TWO: Self;
    /// `log₂ e`.
    const LOG2_E: Self;
    /// `ln 2`, with so many zero bits at the end that whole multiples in the range are exact.
    const LN_2_HIGH: Self;
    /// `ln 2 − LN_2_HIGH`.
    const LN_2_LOW: Self;
    /// `log₂ e` to half of the digits: products with [`leading`](Self::leading) are exact.
    const LOG2_E_HIGH: Self;
    /// `log₂ e − LOG2_E_HIGH`.
    const LOG2_E_LOW: Self;
    /// `log₁₀ e`.
    const LOG10_E: Self;
    /// `log₁₀ e` to half of the digits.
    const LOG10_E_HIGH: Self;
    /// `log₁₀ e − LOG10_E_HIGH`.
    const LOG10_E_LOW: Self;
    /// `log₁₀ 2`, with so many zero bits at the end that whole multiples in the range are exact.
    const LOG10_2_HIGH: Self;
    /// `log₁₀ 2 − LOG10_2_HIGH`.
    const LOG10_2_LOW: Self;
    /// `√½`.
    const SQRT_HALF: Self;
    /// `π/2`.
    const QUARTER_TURN: Self;
    /// `π/2 − QUARTER_TURN`.
    const QUARTER_TURN_LOST: Self;
    /// `1.5·2^(p−1)` for `p` bits of precision: `x + SHIFTER − SHIFTER` is the integer nearest to
    /// a small `x`.
    const SHIFTER: Self;
    /// `e^x` is 0 from here down.
    const EXP_LOWEST: Self;
    /// `e^x` is infinite from here up.
    const EXP_HIGHEST: Self;
    /// `e^x − 1` is −1 from here down, and `tanh(−x/2)` too.
    const EXP_M1_LOWEST: Self;
    /// `erf x` is 1 from here up.
    const ERF_HIGHEST: Self;

    /// `Φ(x)` and `x·Φ(x)` are 0 from the negative of this down, and 1 and `x` from this up.
    const NORMAL_HIGHEST: Self;

    /// `2ⁿ` for an integer `n` that gives a normal number.
    fn power_of_two(n: Self) -> Self;

    /// `(k, m)` with `x = m·2ᵏ` and `√½ ≤ m < √2`, for a positive normal `x`.
    fn split(x: Self) -> (Self, Self);

    /// `x·2ᵏ` and `−k` if `x` is denormal, to be normal; else `x` and 0.
    fn normalize(x: Self) -> (Self, Self);

    /// `x` without the lower half of its digits: its square is exact.
    fn leading(x: Self) -> Self;
}

/// The polynomials: see `coefficients.py`.
pub trait Polynomials: Sized + Copy {
    /// Where [`erfc_scaled`](Self::erfc_scaled) is centred, `K`.
    const ERFC_CENTRE: Self;
    /// `(eʳ − 1 − r) / r²`.
    fn exp_rest(on: Machine, r: Self) -> Self;
    /// `(ln((1 + s)/(1 − s)) − 2s) / s³` of `z = s²`.
    fn ln_rest(on: Machine, z: Self) -> Self;
    /// `erf(x) / x − 1` of `z = x²`.
    fn erf_rest(on: Machine, z: Self) -> Self;
    /// `exp(z²) erfc(z) (z + K)` of `t = (z − K)/(z + K)`.
    fn erfc_scaled(on: Machine, t: Self) -> Self;
    /// `(atan(t) / t − 1) / t²` of `z = t²`.
    fn atan_rest(on: Machine, z: Self) -> Self;
}

macro_rules! format {
    (
        $T:ident, $digits:expr, ln_2: $ln_2_high:expr, $ln_2_low:expr,
        log2_e: $log2_e_high:expr, $log2_e_low:expr,
        log10_e: $log10_e_high:expr, $log10_e_low:expr,
        log10_2: $log10_2_high:expr, $log10_2_low:expr, quarter_turn_lost: $quarter_turn_lost:expr,
        exp: $exp_lowest:expr, $exp_highest:expr, exp_m1: $exp_m1_lowest:expr,
        erf: $erf_highest:expr, normal: $normal_highest:expr
    ) => {
        impl Format for $T {
            const HALF: Self = 0.5;
            const TWO: Self = 2.0;
            const LOG2_E: Self = std::$T::consts::LOG2_E;
            const LN_2_HIGH: Self = $T::from_bits($ln_2_high);
            const LN_2_LOW: Self = $T::from_bits($ln_2_low);
            const LOG2_E_HIGH: Self = $T::from_bits($log2_e_high);
            const LOG2_E_LOW: Self = $T::from_bits($log2_e_low);
            const LOG10_E: Self = std::$T::consts::LOG10_E;
            const LOG10_E_HIGH: Self = $T::from_bits($log10_e_high);
            const LOG10_E_LOW: Self = $T::from_bits($log10_e_low);
            const LOG10_2_HIGH: Self = $T::from_bits($log10_2_high);
            const LOG10_2_LOW: Self = $T::from_bits($log10_2_low);
            const SQRT_HALF: Self = std::$T::consts::FRAC_1_SQRT_2;
            const QUARTER_TURN: Self = std::$T::consts::FRAC_PI_2;
            const QUARTER_TURN_LOST: Self = $quarter_turn_lost;
            const SHIFTER: Self = 1.5 * (1_u64 << $digits) as Self;
            const EXP_LOWEST: Self = $exp_lowest;
            const EXP_HIGHEST: Self = $exp_highest;
            const EXP_M1_LOWEST: Self = $exp_m1_lowest;
            const ERF_HIGHEST: Self = $erf_highest;
            const NORMAL_HIGHEST: Self = $normal_highest;

            #[inline(always)]
            fn power_of_two(n: Self) -> Self {
                // The exponent's bits stand lowest in the sum; the shift drops those above.
                const BIAS: $T = $T::SHIFTER + ($T::MAX_EXP - 1) as $T;
                Self::from_bits((n + BIAS).to_bits() << $digits)
            }

            #[inline(always)]
            fn split(x: Self) -> (Self, Self) {
                const ONE: $T = (1_u64 << $digits) as $T;
                let start = Self::SQRT_HALF.to_bits();
                // From here the exponent changes at √½ and not at 1.
                let bits = x.to_bits().wrapping_add((1.0 as $T).to_bits() - start);
                let exponent = Self::from_bits((bits >> $digits) | ONE.to_bits());
                let fraction = bits & ((1 << $digits) - 1);
                let mantissa = Self::from_bits(fraction.wrapping_add(start));
                (exponent - (ONE + ($T::MAX_EXP - 1) as $T), mantissa)
            }

            #[inline(always)]
            fn normalize(x: Self) -> (Self, Self) {
                const UP: $T = (1_u64 << ($digits + 1)) as $T;
                let denormal = x < Self::MIN_POSITIVE;
                (
                    if denormal { x * UP } else { x },
                    if denormal {
                        -($digits as Self) - 1.0
                    } else {
                        0.0
                    },
                )
            }

            #[inline(always)]
            fn leading(x: Self) -> Self {
                Self::from_bits(x.to_bits() >> (($digits + 2) / 2) << (($digits + 2) / 2))
            }
        }
    };
}

format!(
    f32, 23, ln_2: 0x3f31_7200, 0x35bf_be8e,
    log2_e: 0x3fb8_b000, 0xb938_9ad4, log10_e: 0x3ede_6000, 0xb804_ead9,
    log10_2: 0x3e9a_2100, 0xb64a_f608, quarter_turn_lost: -4.371_139e-8,
    exp: -104.0, 89.0, exp_m1: -20.0, erf: 4.0, normal: 15.0
);
format!(
    f64, 52, ln_2: 0x3fe6_2e42_fefa_3800, 0x3d2e_f357_93c7_6730,
    log2_e: 0x3ff7_1547_6800_0000, 0xbe46_a3e8_0f44_4178,
    log10_e: 0x3fdb_cb7b_1800_0000, 0xbe26_c8d7_8e6a_caa4,
    log10_2: 0x3fd3_4413_509f_7800, 0x3d1f_ef31_1f12_b358,
    quarter_turn_lost: 6.123_233_995_736_766e-17,
    exp: -746.0, 710.0, exp_m1: -40.0, erf: 6.0, normal: 40.0
);
