use tapegrad_autodiff::Element;

use super::Solution;
use super::curvature::{Curvature, add, norm};

/// Of the largest eigenvalue.
const POWER_ITERATIONS: usize = 20;

/// `q = η Σ (I − η (H + δ I))ᵏ right` with at most so many terms. What is left out is
/// `right − (H + δ I) q = (I − η (H + δ I))ᵏ right`, the next term.
pub(super) fn sum<T: Element>(
    curvature: &Curvature<'_, '_, T>,
    right: &[f64],
    step: Option<f64>,
    most: usize,
    tolerance: f64,
) -> Solution {
    let step = step.unwrap_or_else(|| match largest_eigenvalue(curvature, right.len()) {
        0.0 => 1.0,
        largest => 1.0 / largest,
    });
    let (mut q, mut term) = (vec![0.0; right.len()], right.to_vec());
    let size = norm(right);
    let (mut iterations, mut negative_curvature) = (0, false);
    // One that diverges ends where its numbers do.
    while iterations < most && norm(&term) > tolerance * size && norm(&term).is_finite() {
        let product = curvature.times(&term);
        iterations += 1;
        negative_curvature |= Curvature::<T>::is_negative(&term, &product);
        add(&mut q, step, &term);
        add(&mut term, -step, &product);
    }
    Solution {
        q,
        iterations,
        residual: if size > 0.0 { norm(&term) / size } else { 0.0 },
        negative_curvature,
        step: Some(step),
    }
}

/// An estimate from below of the largest absolute eigenvalue, by power iterations from numbers of either sign
/// without a pattern.
fn largest_eigenvalue<T: Element>(curvature: &Curvature<'_, '_, T>, count: usize) -> f64 {
    let golden = 2.399963229728653;
    let mut x: Vec<f64> = (1..=count).map(|i| (golden * i as f64).sin()).collect();
    let mut largest = 0.0;
    for _ in 0..POWER_ITERATIONS {
        let size = norm(&x);
        if size == 0.0 {
            break;
        }
        x.iter_mut().for_each(|x| *x /= size);
        x = curvature.times(&x);
        largest = norm(&x);
    }
    largest
}
