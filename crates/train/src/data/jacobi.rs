use ndarray::{Array1, Array2};

/// The eigenvalues of a symmetric matrix, the largest first, and its eigenvectors as rows.
///
/// Rotations in the cyclic order, each of which makes one element 0, until all are that are not on the
/// diagonal: Jacobi's method (1846), with Rutishauser's formulas (1966). Every eigenvector is orthogonal to the
/// others to rounding, also for equal eigenvalues.
pub(super) fn eigen(mut a: Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let n = a.nrows();
    let mut vectors = Array2::eye(n); // as rows
    let scale = a.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    // It converges quadratically: six to ten sweeps. More come only where rounding keeps it from an end.
    for _ in 0..64 {
        let mut largest = 0.0_f64;
        for p in 0..n {
            for q in p + 1..n {
                let off = a[[p, q]].abs();
                largest = largest.max(off);
                // What is lost beside both of its diagonal elements is 0.
                let beside = f64::EPSILON * 1e-3 * a[[p, p]].abs().min(a[[q, q]].abs());
                if off > beside.max(f64::MIN_POSITIVE) {
                    rotate(&mut a, &mut vectors, p, q);
                }
            }
        }
        if largest <= scale * 1e-18 {
            break;
        }
    }
    let mut order: Vec<_> = (0..n).collect();
    order.sort_by(|&i, &j| a[[j, j]].total_cmp(&a[[i, i]]));
    let values = order.iter().map(|&i| a[[i, i]]).collect();
    (values, vectors.select(ndarray::Axis(0), &order))
}

/// Makes `a[p, q]` 0 by a rotation in the plane of the axes `p` and `q`.
fn rotate(a: &mut Array2<f64>, vectors: &mut Array2<f64>, p: usize, q: usize) {
    let off = a[[p, q]];
    let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * off);
    // The smaller root of t² + 2 θ t − 1 = 0; `hypot` does not overflow.
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    a[[p, p]] -= t * off;
    a[[q, q]] += t * off;
    a[[p, q]] = 0.0;
    a[[q, p]] = 0.0;
    for k in (0..a.nrows()).filter(|k| *k != p && *k != q) {
        let (x, y) = (a[[p, k]], a[[q, k]]);
        (a[[p, k]], a[[q, k]]) = (c * x - s * y, s * x + c * y);
        (a[[k, p]], a[[k, q]]) = (a[[p, k]], a[[q, k]]);
    }
    for k in 0..vectors.ncols() {
        let (x, y) = (vectors[[p, k]], vectors[[q, k]]);
        (vectors[[p, k]], vectors[[q, k]]) = (c * x - s * y, s * x + c * y);
    }
}
