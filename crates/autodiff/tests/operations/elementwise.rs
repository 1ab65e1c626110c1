//! Functions of each element.

use crate::naive::{each, pairs};
use crate::row::operations;
use crate::shapes::Shapes::{Any, Broadcast};

operations! {
    plus: "+", Reals, Broadcast, |x| x[0] + x[1], pairs(|x, y| x + y);
    plus_number: "+ number", Reals, Any, |x| x[0] + 0.5, each(|x| x + 0.5);
    number_plus: "number +", Reals, Any, |x| 2.5 + x[0], each(|x| 2.5 + x);
    minus: "-", Reals, Broadcast, |x| x[0] - x[1], pairs(|x, y| x - y);
    minus_number: "- number", Reals, Any, |x| x[0] - 0.5, each(|x| x - 0.5);
    number_minus: "number -", Reals, Any, |x| 2.5 - x[0], each(|x| 2.5 - x);
    times: "*", Reals, Broadcast, |x| x[0] * x[1], pairs(|x, y| x * y);
    times_number: "* number", Reals, Any, |x| x[0] * -0.5, each(|x| x * -0.5);
    number_times: "number *", Reals, Any, |x| 2.5 * x[0], each(|x| 2.5 * x);
    over: "/", NonZero, Broadcast, |x| x[0] / x[1], pairs(|x, y| x / y);
    over_number: "/ number", NonZero, Any, |x| x[0] / -0.5, each(|x| x / -0.5);
    number_over: "number /", NonZero, Any, |x| 2.5 / x[0], each(|x| 2.5 / x);
    neg: "neg", Reals, Any, |x| -x[0], each(|x| -x);
    plus_assign: "+=", Reals, Broadcast, |x| { let mut y = x[0]; y += x[1]; y += 0.5; y }, pairs(|x, y| x + y + 0.5);
    minus_assign: "-=", Reals, Broadcast, |x| { let mut y = x[0]; y -= x[1]; y -= 0.5; y }, pairs(|x, y| x - y - 0.5);
    times_assign: "*=", Reals, Broadcast, |x| { let mut y = x[0]; y *= x[1]; y }, pairs(|x, y| x * y);
    times_assign_number: "*=", Reals, Any, |x| { let mut y = x[0]; y *= 0.5; y }, each(|x| x * 0.5);
    over_assign: "/=", NonZero, Broadcast, |x| { let mut y = x[0]; y /= x[1]; y }, pairs(|x, y| x / y);
    over_assign_number: "/=", NonZero, Any, |x| { let mut y = x[0]; y /= 0.5; y }, each(|x| x / 0.5);
    exp: "exp", Reals, Any, |x| x[0].exp(), each(f64::exp);
    exp_m1: "exp_m1", Reals, Any, |x| x[0].exp_m1(), each(f64::exp_m1);
    ln: "ln", Positive, Any, |x| x[0].ln(), each(f64::ln);
    ln_1p: "ln_1p", Positive, Any, |x| x[0].ln_1p(), each(f64::ln_1p);
    log2: "log2", Positive, Any, |x| x[0].log2(), each(f64::log2);
    log10: "log10", Positive, Any, |x| x[0].log10(), each(f64::log10);
    sqrt: "sqrt", Positive, Any, |x| x[0].sqrt(), each(f64::sqrt);
    rsqrt: "rsqrt", Positive, Any, |x| x[0].rsqrt(), each(|x| 1.0 / x.sqrt());
    square: "square", Reals, Any, |x| x[0].square(), each(|x| x * x);
    reciprocal: "reciprocal", NonZero, Any, |x| x[0].reciprocal(), each(|x| 1.0 / x);
    powi_cube: "powi", Reals, Any, |x| x[0].powi(3), each(|x| x * x * x);
    powi_square: "powi", Reals, Any, |x| x[0].powi(2), each(|x| x * x);
    powi_one: "powi", Reals, Any, |x| x[0].powi(1), each(|x| x);
    powi_zero: "powi", Reals, Any, |x| x[0].powi(0), each(|_| 1.0);
    powi_below: "powi", NonZero, Any, |x| x[0].powi(-2), each(|x| 1.0 / (x * x));
    powf: "powf", Positive, Any, |x| x[0].powf(2.5), each(|x| x * x * x.sqrt());
    powf_one: "powf", Positive, Any, |x| x[0].powf(1.0), each(|x| x);
    powf_zero: "powf", Positive, Any, |x| x[0].powf(0.0), each(|_| 1.0);
    powf_below: "powf", Positive, Any, |x| x[0].powf(-0.5), each(|x| 1.0 / x.sqrt());
    abs: "abs", NonZero, Any, |x| x[0].abs(), each(f64::abs);
    sign: "sign", NonZero, Any, |x| x[0].sign(), each(f64::signum);
    sin: "sin", Reals, Any, |x| x[0].sin(), each(f64::sin);
    cos: "cos", Reals, Any, |x| x[0].cos(), each(f64::cos);
    atan: "atan", Reals, Any, |x| x[0].atan(), each(f64::atan);
    erf: "erf", Reals, Any, |x| x[0].erf(), each(erf);
    maximum: "maximum", NonZero, Broadcast, |x| x[0].maximum(x[1]), pairs(f64::max);
    minimum: "minimum", NonZero, Broadcast, |x| x[0].minimum(x[1]), pairs(f64::min);
    clamp: "clamp", NonZero, Any, |x| (2.0 * x[0]).clamp(-2.0, 0.0), each(|x| (2.0 * x).clamp(-2.0, 0.0));
    clamp_above: "clamp", NonZero, Any, |x| x[0].clamp(0.0, f64::INFINITY), each(|x| x.max(0.0));
}

/// `2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1))`, which converges everywhere and cancels little near 0.
pub(crate) fn erf(x: f64) -> f64 {
    let (mut sum, mut power) = (0.0, x);
    for n in 0..60_u32 {
        sum += power / f64::from(2 * n + 1);
        power *= -x * x / f64::from(n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}
