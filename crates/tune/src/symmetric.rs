//! Systems with a positive definite matrix `A = L Lᵀ`, of plain arrays.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};
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

    /// `L⁻¹ B`: the sums of squares of its columns are the diagonal of `Bᵀ A⁻¹ B`.
    pub(crate) fn half_solve(&self, b: &Array2<f64>) -> Array2<f64> {
        let mut x: Vec<f64> = b.iter().copied().collect();
        triangular::solve(&self.l, &mut x, self.n);
        Array2::from_shape_vec(b.raw_dim(), x).expect("one number for each place")
    }

    /// The diagonal of `A⁻¹`.
    pub(crate) fn inverse_diagonal(&self) -> Vec<f64> {
        squares_of_columns(&self.inverse_triangle())
    }

    /// The least of the squares `Lᵢᵢ²`: of a matrix with ones on its diagonal, the share of a column that no
    /// others give. Infinite without a column.
    pub(crate) fn least_pivot(&self) -> f64 {
        let pivots = (0..self.n).map(|i| self.l[i * self.n + i].powi(2));
        pivots.fold(f64::INFINITY, f64::min)
    }

    /// `L⁻¹`, in halves, so that products do most of the work.
    fn inverse_triangle(&self) -> Array2<f64> {
        let mut inverse = Array2::zeros([self.n, self.n]);
        let l = ArrayView2::from_shape([self.n, self.n], &self.l);
        invert(l.expect("one number for each place"), inverse.view_mut());
        inverse
    }

    /// `ln |A|`.
    pub(crate) fn log_determinant(&self) -> f64 {
        let diagonal = (0..self.n).map(|i| self.l[i * self.n + i]);
        2.0 * diagonal.map(f64::ln).sum::<f64>()
    }
}

/// `[[L₁, 0], [M, L₂]]⁻¹ = [[L₁⁻¹, 0], [−L₂⁻¹ M L₁⁻¹, L₂⁻¹]]`, into zeros.
fn invert(l: ArrayView2<'_, f64>, mut inverse: ArrayViewMut2<'_, f64>) {
    const SMALL: usize = 32;
    let n = l.nrows();
    if n <= SMALL {
        let triangle: Vec<f64> = l.iter().copied().collect();
        let mut unit: Vec<f64> = Array2::eye(n).into_iter().collect();
        triangular::solve(&triangle, &mut unit, n);
        let unit = Array2::from_shape_vec([n, n], unit).expect("one number for each place");
        return inverse.assign(&unit);
    }
    let half = n / 2;
    let (above, below) = inverse.view_mut().split_at(Axis(0), half);
    let (mut first, _) = above.split_at(Axis(1), half);
    let (mut corner, mut second) = below.split_at(Axis(1), half);
    invert(l.slice(s![..half, ..half]), first.view_mut());
    invert(l.slice(s![half.., half..]), second.view_mut());
    let along = product(l.slice(s![half.., ..half]), first.view());
    corner.assign(&-product(second.view(), along.view()));
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
            let half = factor.inverse_triangle();
            assert_near(&factor.half_solve(&Array2::eye(n)), &half);
            let inverse = product(half.t(), half.view());
            assert_near(&a.dot(&inverse), &Array2::eye(n));
            assert_near(&product(a.view(), inverse.view()), &Array2::eye(n));
            for (x, y) in factor.inverse_diagonal().iter().zip(inverse.diag()) {
                assert!((x - y).abs() < 1e-14);
            }
            for columns in [0, 1, 3] {
                let b = Array2::from_shape_fn([n, columns], |(i, j)| (i + 2 * j) as f64 - 1.5);
                let squares = squares_of_columns(&factor.half_solve(&b));
                let diagonal: Vec<_> = b.t().dot(&inverse.dot(&b)).diag().to_vec();
                for (square, expected) in squares.iter().zip(diagonal) {
                    assert!((square - expected).abs() < 1e-9 * expected.max(1.0));
                }
            }
        }
        // By hand: 4 · 10 − 2 · 2.
        let factor = Factor::of(&array![[4.0, 2.0], [2.0, 10.0]]).unwrap();
        assert!((factor.log_determinant() - 36_f64.ln()).abs() < 1e-15);
        assert!((factor.least_pivot() - 4.0).abs() < 1e-15);
        let nothing = Factor::of(&matrix(0)).unwrap();
        assert_eq!(
            (nothing.log_determinant(), nothing.least_pivot()),
            (0.0, f64::INFINITY)
        );
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
