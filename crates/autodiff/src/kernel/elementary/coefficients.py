"""Writes coefficients.rs: the polynomials of the elementary functions.

    python coefficients.py > coefficients.rs     (needs mpmath and numpy)

Each polynomial p is the best for `weight · (p − f)` on an interval: among all of its degree the
largest |weight · (p − f)| is the least. Remez's exchange finds it: solve for the p whose error is
±e in turn at n + 2 points, move the points to where the error is largest, repeat.
"""

import itertools

import mpmath as mp
import numpy

mp.mp.dps = 50


def remez(f, weight, low, high, degree):
    """The coefficients, lowest power first, and the largest weighted error."""
    n = degree + 2
    middle, half = mp.mpf(low + high) / 2, mp.mpf(high - low) / 2
    grid = [middle - half * mp.cos(mp.pi * i / (40 * n)) for i in range(40 * n + 1)]
    values = [(x, f(x), weight(x)) for x in grid]
    points = [values[round(40 * n * (2 * i + 1) / (2 * n))] for i in range(n)]
    for _ in range(30):
        rows = [[x**k for k in range(degree + 1)] + [(-1) ** i / w]
                for i, (x, _, w) in enumerate(points)]
        *p, e = mp.lu_solve(mp.matrix(rows), mp.matrix([y for _, y, _ in points]))
        errors = [w * (mp.polyval(p[::-1], x) - y) for x, y, w in values]
        runs = []  # The largest of each run of errors of one sign.
        for i, error in enumerate(errors):
            if runs and error * errors[runs[-1]] > 0:
                if abs(error) > abs(errors[runs[-1]]):
                    runs[-1] = i
            else:
                runs.append(i)
        while len(runs) > n:
            runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
        most = max(abs(error) for error in errors)
        if len(runs) < n or most < abs(e) * 1.001:
            break
        points = [values[i] for i in runs]
    return p, most


def series(terms):
    """The sum up to the first term that does not matter: near 0, where a formula cancels."""
    return mp.fsum(itertools.takewhile(lambda term: abs(term) > mp.mpf(10) ** -48, terms))


def exp_rest(r):
    return series(r**k / mp.factorial(k + 2) for k in itertools.count())


def ln_rest(z):
    return series(2 * z**k / (2 * k + 3) for k in itertools.count())


def erf_rest(z):
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1 if x > 0 else 2 / mp.sqrt(mp.pi) - 1


def sin_rest(z):
    return series(-((-z) ** k) / mp.factorial(2 * k + 3) for k in itertools.count())


def atan_rest(z):
    if z < 0.01:
        return series(-((-z) ** k) / (2 * k + 3) for k in itertools.count())
    t = mp.sqrt(z)
    return (mp.atan(t) / t - 1) / z


def erfc_scaled(centre):
    def f(t):
        z = centre * (1 + t) / (1 - t)
        return mp.exp(z * z) * mp.erfc(z) * (z + centre)
    return f


def exp_polynomial(degree):
    # In `erf` the rest of a square comes on top.
    half = mp.log(2) / 2 + (0.008 if degree < 9 else 0.0001)
    return remez(exp_rest, lambda r: max(r * r, TINY), -half, half, degree)


def ln_polynomial(degree):
    most = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.001")
    return remez(ln_rest, lambda z: max(z, TINY), 0, most, degree)


def erf_polynomial(degree):
    return remez(erf_rest, lambda z: 1, 0, 1, degree)


def erfc_polynomial(centre, low, high, degree):
    f = erfc_scaled(centre)
    ends = [(mp.mpf(z) - centre) / (z + centre) for z in (low, high)]
    return remez(f, lambda t: 1 / f(t), *ends, degree)


def sin_polynomial(degree):
    most = (mp.pi / 2) ** 2 * mp.mpf("1.001")
    return remez(sin_rest, lambda z: z / (1 + z * sin_rest(z)) + TINY, 0, most, degree)


def atan_polynomial(degree):
    return remez(atan_rest, lambda z: z / (1 + z * atan_rest(z)) + TINY, 0, 1, degree)


TINY = mp.mpf(10) ** -9  # A weight of 0 would be no equation.
FUNCTIONS = {  # the argument, the text
    "exp_rest": ("r", "`(eʳ − 1 − r) / r²` for `|r| ≤ ln 2 / 2`"),
    "ln_rest": ("z", "`(ln((1 + s)/(1 − s)) − 2s) / s³` of `z = s²` for `|s| ≤ (√2 − 1)/(√2 + 1)`"),
    "erf_rest": ("z", "`erf(x) / x − 1` of `z = x²` for `|x| ≤ 1`"),
    "sin_rest": ("z", "`(sin r / r − 1) / r²` of `z = r²` for `|r| ≤ π/2`"),
    "atan_rest": ("z", "`(atan(t) / t − 1) / t²` of `z = t²` for `|t| ≤ 1`"),
    "erfc_scaled": ("t", "`exp(z²) erfc(z) (z + K)` of `t = (z − K)/(z + K)` for `%s ≤ z ≤ %s`"),
}


def write(indent, kind, name, type_name, polynomial, interval=()):
    coefficients, error = polynomial
    x, text = FUNCTIONS[kind]
    shortest = numpy.float32 if type_name == "f32" else float
    public, type_name = ("", "Self") if indent else ("pub(super) ", type_name)
    lines = [f"/// {text % interval}: within 2^{mp.nstr(mp.log(error, 2), 3)}.",
             "#[inline(always)]",
             f"{public}fn {name}(on: Machine, {x}: {type_name}) -> {type_name} {{",
             f"    polynomial!(on, {x}, ["]
    lines += [f"        {shortest(float(c))!s}," for c in coefficients] + ["    ])", "}"]
    print("\n" + "\n".join(indent + line for line in lines))


def main():
    print("""//! The polynomials, as `coefficients.py` writes them.

use super::format::Polynomials;
use crate::kernel::machine::Machine;

/// `x·(x·(… + c₂) + c₁) + c₀`.
macro_rules! polynomial {
    ($on:expr, $x:expr, [$last:literal $(,)?]) => { $last };
    ($on:expr, $x:expr, [$first:literal, $($rest:tt)+]) => {
        $on.mul_add(polynomial!($on, $x, [$($rest)+]), $x, $first)
    };
}
""")
    for name, centre, low, high, degrees in [
        ("f32", 2, 1, 4.1, (4, 2, 6, 6, 8)),
        ("f64", 3, 0, 27.6, (9, 6, 11, 22, 19)),
    ]:
        print(f"impl Polynomials for {name} {{\n    const ERFC_CENTRE: Self = {centre}.0;")
        for kind, polynomial, *interval in [
            ("exp_rest", exp_polynomial(degrees[0])),
            ("ln_rest", ln_polynomial(degrees[1])),
            ("erf_rest", erf_polynomial(degrees[2])),
            ("erfc_scaled", erfc_polynomial(centre, low, high, degrees[3]), (low, high)),
            ("atan_rest", atan_polynomial(degrees[4])),
        ]:
            write("    ", kind, kind, name, polynomial, *interval)
        print("}\n")
    print("/// `K` of [`single_erfc_scaled`].\npub(super) const SINGLE_ERFC_CENTRE: f64 = 3.0;")
    write("", "exp_rest", "single_exp_rest", "f64", exp_polynomial(4))
    singles = erfc_polynomial(3, 0, 10.3, 9)
    write("", "erfc_scaled", "single_erfc_scaled", "f64", singles, (0, 10.3))
    write("", "sin_rest", "sin_rest", "f64", sin_polynomial(7))
    write("", "sin_rest", "single_sin_rest", "f64", sin_polynomial(4))


if __name__ == "__main__":
    main()
