use tapegrad_autodiff::Element;

use super::Solution;
use super::curvature::{Curvature, add, inner, norm};

/// `q` of `(H + δ I) q = right`, from 0. Ends early where curvature is negative or only rounding is left.
pub(super) fn solve<T: Element>(
    curvature: &Curvature<'_, '_, T>,
    right: &[f64],
    most: usize,
    tolerance: f64,
) -> Solution {
    let mut q = vec![0.0; right.len()];
    let (mut r, mut p) = (right.to_vec(), right.to_vec());
    let size = norm(right);
    let (mut iterations, mut negative_curvature) = (0, false);
    while iterations < most && norm(&r) > tolerance * size {
        let product = curvature.times(&p);
        iterations += 1;
        if Curvature::<T>::is_flat(&p, &product) {
            negative_curvature = Curvature::<T>::is_negative(&p, &product);
            break;
        }
        let before = inner(&r, &r);
        let along = before / inner(&p, &product);
        add(&mut q, along, &p);
        add(&mut r, -along, &product);
        let turn = inner(&r, &r) / before;
        for (p, r) in p.iter_mut().zip(&r) {
            *p = r + turn * *p;
        }
    }
    // What the recursion says drifts from what is left.
    let mut left = right.to_vec();
    add(&mut left, -1.0, &curvature.times(&q));
    Solution {
        q,
        iterations,
        residual: if size > 0.0 { norm(&left) / size } else { 0.0 },
        negative_curvature,
        step: None,
    }
}
