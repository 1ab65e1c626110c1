//! Systems with a positive definite matrix `A = L Lᵀ`, of plain arrays.

use ndarray::{Array2, ArrayView2, Axis};
use tapegrad_autodiff::kernel::product::{Start, gemm};
use tapegrad_autodiff::kernel::{cholesky, triangular};

/// The factor `L`, a lower triangle.
#[derive(Clone, Debug)]
pub(crate) struct Factor {
    /// In row-major order.
    l: Vec<f64>,
    n: usize,
}

impl Factor {
    /// Of a symmetric matrix, if it is positive definite and numerically so.
    pub(crate) fn of(a: &Array2<f64>) -> Option<Self> {
        let n = a.nrows();
        let a = a.as_standard_layout();
        let a = a.as_slice().expect("in standard layout");
        let mut l = vec![0.0; n * n];
        cholesky::factor(&mut l, a, n);
        // An infinite matrix has a factor of infinities.
        let is_factor = (0..n).all(|i| l[i * n + i].is_finite());
        is_factor.then_some(Self { l, n })
    }

    /// `A⁻¹ B` of a `B` with as many rows as `A`.
    pub(crate) fn solve(&self, b: &Array2<f64>) -> Array2<f64> {
        self.substitute(b, |x| {
            triangular::solve(&self.l, x, self.n);
            triangular::t_solve(&self.l, x, self.n);
        })
    }

    /// `L⁻¹ B`: the sums of squares of its columns are the diagonal of `Bᵀ A⁻¹ B`.
    pub(crate) fn half_solve(&self, b: &Array2<f64>) -> Array2<f64> {
        self.substitute(b, |x| triangular::solve(&self.l, x, self.n))
    }

    /// `A⁻¹`.
    pub(crate) fn inverse(&self) -> Array2<f64> {
        let half = self.half_solve(&Array2::eye(self.n));
        product(half.t(), half.view())
    }

    /// `ln |A|`.
    pub(crate) fn log_determinant(&self) -> f64 {
        let diagonal = (0..self.n).map(|i| self.l[i * self.n + i]);
        2.0 * diagonal.map(f64::ln).sum::<f64>()
    }

    fn substitute(&self, b: &Array2<f64>, kernel: impl FnOnce(&mut [f64])) -> Array2<f64> {
        let shape = b.raw_dim();
        let mut x: Vec<f64> = b.iter().copied().collect();
        kernel(&mut x);
        Array2::from_shape_vec(shape, x).expect("one number for each place")
    }
}

/// `A B`, by the kernels of the tape.
pub(crate) fn product(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut c = vec![0.0; a.nrows() * b.ncols()];
    gemm(a, b, Start::Zero, &mut c, None);
    Array2::from_shape_vec([a.nrows(), b.ncols()], c).expect("one number for each place")
}

/// The sum of the squares of each column: with [`Factor::half_solve`] a diagonal of `Bᵀ A⁻¹ B`.
pub(crate) fn squares_of_columns(b: &Array2<f64>) -> Vec<f64> {
    let columns = b.axis_iter(Axis(1));
    columns
        .map(|column| column.iter().map(|x| x * x).sum())
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// `BᵀB + I` of numbers in `[−1, 1]`.
    fn matrix(n: usize) -> Array2<f64> {
        let b = Array2::from_shape_fn([n, n], |(i, j)| (2.4 * (i * n + j + 1) as f64).sin());
        b.t().dot(&b) + Array2::<f64>::eye(n)
    }

    #[track_caller]
    fn assert_near(x: &Array2<f64>, y: &Array2<f64>) {
        assert_eq!(x.dim(), y.dim());
        let off = (x - y).iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        assert!(off < 1e-10, "{off}");
    }

    #[test]
    fn solutions_solve() {
        for n in [0, 1, 2, 17, 70] {
            let a = matrix(n);
            let factor = Factor::of(&a).unwrap();
            for columns in [0, 1, 3] {
                let b = Array2::from_shape_fn([n, columns], |(i, j)| (i + 2 * j) as f64 - 1.5);
                let x = factor.solve(&b);
                assert_near(&a.dot(&x), &b);
                let squares = squares_of_columns(&factor.half_solve(&b));
                let diagonal: Vec<_> = b.t().dot(&x).diag().to_vec();
                for (square, expected) in squares.iter().zip(diagonal) {
                    assert!((square - expected).abs() < 1e-9 * expected.max(1.0));
                }
                assert_near(&product(a.view(), x.view()), &b);
            }
            assert_near(&a.dot(&factor.inverse()), &Array2::eye(n));
        }
        // By hand: 4 · 10 − 2 · 2.
        let factor = Factor::of(&array![[4.0, 2.0], [2.0, 10.0]]).unwrap();
        assert!((factor.log_determinant() - 36_f64.ln()).abs() < 1e-15);
        assert_eq!(Factor::of(&matrix(0)).unwrap().log_determinant(), 0.0);
    }

    #[test]
    fn others_have_no_factor() {
        let none = [
            array![[0.0]],
            array![[-1.0]],
            array![[1.0, 2.0], [2.0, 1.0]],
            array![[1.0, 1.0], [1.0, 1.0]],
            array![[f64::NAN]],
            array![[f64::INFINITY]],
            array![[1.0, f64::NAN], [f64::NAN, 1.0]],
        ];
        for a in none {
            assert!(Factor::of(&a).is_none(), "{a}");
        }
    }
}
