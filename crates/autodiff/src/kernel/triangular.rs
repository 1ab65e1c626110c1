//! Systems of equations with a triangle.

use super::machine::{Machine, vectorize};
use crate::Element;

/// `X ← L⁻¹ X`: forward substitution with the lower triangle of a row-major matrix of `n` rows and
/// columns. What stands above its diagonal is not read.
///
/// ```
/// use tapegrad_autodiff::kernel::triangular::solve;
/// let mut x = [2.0, 9.0];
/// solve(&[2.0, 7.0, 1.0, 4.0], &mut x, 2);
/// assert_eq!(x, [1.0, 2.0]);
/// ```
///
/// # Panics
/// If `L` has not `n²` elements, or `X` not `n` rows.
pub fn solve<T: Element>(l: &[T], x: &mut [T], n: usize) {
    let width = width("solve", l, x, n);
    vectorize(
        #[inline(always)]
        move |on| {
            for i in 0..n {
                let (above, row) = x.split_at_mut(i * width);
                let (l, row) = (&l[i * n..][..=i], &mut row[..width]);
                if width == 1 {
                    row[0] -= inner(on, &l[..i], above);
                } else {
                    let above = Rows {
                        numbers: above,
                        first: 0,
                        step: width,
                        count: i,
                    };
                    subtract(
                        on,
                        row,
                        above,
                        #[inline(always)]
                        |j| l[j],
                    );
                }
                divide(row, l[i]);
            }
        },
    );
}

/// `X ← L⁻ᵀ X`: backward substitution with the transpose of the lower triangle of a row-major matrix
/// of `n` rows and columns. What stands above its diagonal is not read.
///
/// ```
/// use tapegrad_autodiff::kernel::triangular::t_solve;
/// let mut x = [4.0, 8.0];
/// t_solve(&[2.0, 7.0, 1.0, 4.0], &mut x, 2);
/// assert_eq!(x, [1.0, 2.0]);
/// ```
///
/// # Panics
/// As [`solve`].
pub fn t_solve<T: Element>(l: &[T], x: &mut [T], n: usize) {
    let width = width("t_solve", l, x, n);
    vectorize(
        #[inline(always)]
        move |on| {
            for i in (0..n).rev() {
                let l_row = &l[i * n..][..=i];
                if width == 1 {
                    let (above, row) = x.split_at_mut(i);
                    divide(&mut row[..1], l_row[i]);
                    // Its part in the equations above, along a row of `L`.
                    let l_row = Rows {
                        numbers: l_row,
                        first: 0,
                        step: 0,
                        count: 1,
                    };
                    subtract(
                        on,
                        above,
                        l_row,
                        #[inline(always)]
                        |_| row[0],
                    );
                } else {
                    let (row, below) = x[i * width..].split_at_mut(width);
                    let below = Rows {
                        numbers: below,
                        first: 0,
                        step: width,
                        count: n - 1 - i,
                    };
                    subtract(
                        on,
                        row,
                        below,
                        #[inline(always)]
                        |j| l[(i + 1 + j) * n + i],
                    );
                    divide(row, l_row[i]);
                }
            }
        },
    );
}

/// How many columns `X` has.
#[track_caller]
fn width<T>(function: &str, l: &[T], x: &[T], n: usize) -> usize {
    let width = x.len().checked_div(n).unwrap_or(0);
    assert!(
        l.len() == n * n && x.len() == n * width,
        "triangular::{function}: the matrix has {} elements and the right-hand side {}; with {n} rows these must be {} and a multiple of {n}",
        l.len(),
        x.len(),
        n * n
    );
    width
}

/// Rows of numbers as long as they are needed: the first from `first` on, the next `step` further.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    pub(super) numbers: &'a [T],
    pub(super) first: usize,
    pub(super) step: usize,
    pub(super) count: usize,
}

impl<'a, T> Rows<'a, T> {
    /// So much of the `index`-th row.
    #[inline(always)]
    fn row(&self, index: usize, length: usize) -> &'a [T] {
        &self.numbers[self.first + index * self.step..][..length]
    }
}

/// `x ← x − Σ cⱼ yⱼ`, one row `yⱼ` after the other.
#[inline(always)]
pub(super) fn subtract<T: Element>(
    on: Machine,
    x: &mut [T],
    rows: Rows<'_, T>,
    c: impl Fn(usize) -> T,
) {
    let length = x.len();
    // Four at a time, so that `x` is read and written less often.
    let whole = rows.count - rows.count % 4;
    for j in (0..whole).step_by(4) {
        let (y0, y1, y2, y3) = (
            rows.row(j, length),
            rows.row(j + 1, length),
            rows.row(j + 2, length),
            rows.row(j + 3, length),
        );
        let (c0, c1, c2, c3) = (-c(j), -c(j + 1), -c(j + 2), -c(j + 3));
        for i in 0..length {
            let sum = on.mul_add(c1, y1[i], on.mul_add(c0, y0[i], x[i]));
            x[i] = on.mul_add(c3, y3[i], on.mul_add(c2, y2[i], sum));
        }
    }
    for j in whole..rows.count {
        let (y, c) = (rows.row(j, length), -c(j));
        for i in 0..length {
            x[i] = on.mul_add(c, y[i], x[i]);
        }
    }
}

#[inline(always)]
pub(super) fn divide<T: Element>(x: &mut [T], c: T) {
    for x in x {
        *x /= c;
    }
}

/// `Σ xᵢ yᵢ`, of few numbers as fast as of many: rows of a triangle have all lengths.
#[inline(always)]
fn inner<T: Element>(on: Machine, x: &[T], y: &[T]) -> T {
    const LANES: usize = 8;
    let mut lanes = [T::zero(); LANES];
    let whole = x.len() - x.len() % LANES;
    let y = &y[..x.len()];
    for i in (0..whole).step_by(LANES) {
        let (x, y) = (&x[i..][..LANES], &y[i..][..LANES]);
        for lane in 0..LANES {
            lanes[lane] = on.mul_add(x[lane], y[lane], lanes[lane]);
        }
    }
    for i in whole..x.len() {
        lanes[i - whole] = on.mul_add(x[i], y[i], lanes[i - whole]);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::cholesky::factor;

    /// At sizes around those of blocks of sums, with one right-hand side and with several: the
    /// factor gives the matrix back, and solutions the right-hand side.
    #[test]
    fn factors_and_solutions_fit() {
        for n in [0, 1, 2, 7, 32, 33, 70, 300] {
            let mut state = 1_u64;
            let mut next = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) as f64 / (1_u64 << 31) as f64 - 0.5
            };
            let mut a: Vec<f64> = (0..n * n).map(|_| next()).collect();
            for i in 0..n {
                a[i * n + i] += n as f64;
            }
            let mut l = vec![f64::NAN; n * n];
            factor(&mut l, &a, n);
            let at = |i: usize, j: usize| if j <= i { l[i * n + j] } else { 0.0 };
            for i in 0..n {
                for j in 0..n {
                    assert_eq!(l[i * n + j], at(i, j), "zeros above the diagonal");
                    let product: f64 = (0..n).map(|p| at(i, p) * at(j, p)).sum();
                    let expected = 0.5 * (a[i * n + j] + a[j * n + i]);
                    assert!(
                        (product - expected).abs() < 1e-12,
                        "{n}: {product} {expected}"
                    );
                }
            }
            for width in [0, 1, 3, 16] {
                let b: Vec<f64> = (0..n * width).map(|_| next()).collect();
                let (mut x, mut t) = (b.clone(), b.clone());
                solve(&l, &mut x, n);
                t_solve(&l, &mut t, n);
                for i in 0..n {
                    for c in 0..width {
                        let sum: f64 = (0..n).map(|p| at(i, p) * x[p * width + c]).sum();
                        let t_sum: f64 = (0..n).map(|p| at(p, i) * t[p * width + c]).sum();
                        let b = b[i * width + c];
                        assert!((sum - b).abs() < 1e-12, "{n}, {width}: {sum} {b}");
                        assert!((t_sum - b).abs() < 1e-12, "{n}, {width}: {t_sum} {b}");
                    }
                }
            }
        }
    }
}
