//! Whether all numbers are finite.

use tapegrad_autodiff::Element;
use tapegrad_autodiff::kernel::machine::vectorize;

use super::GradientMap;

impl<T: Element> GradientMap<T> {
    /// Whether no gradient and no new value of a statistic is NaN or infinite: one pass over the numbers.
    ///
    /// ```
    /// use tapegrad_nn::{GradientMap, Param, Role};
    /// let w = Param::<f64>::new(Role::Weight, 0.0);
    /// assert!(GradientMap::from_iter([(w.id(), 1.0)]).is_finite());
    /// assert!(!GradientMap::from_iter([(w.id(), f64::NAN)]).is_finite());
    /// ```
    pub fn is_finite(&self) -> bool {
        let mut sums = [T::zero(); LANES];
        for numbers in self.of.slices().chain(self.updates.slices()) {
            sums = added(sums, numbers);
        }
        sums.iter().all(|sum| *sum == T::zero())
    }
}

/// How many sums there are, side by side.
const LANES: usize = 64;

/// Sums with `0 x` of every number, which is 0 for what is finite, and NaN for the rest.
fn added<T: Element>(sums: [T; LANES], numbers: &[T]) -> [T; LANES] {
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    vectorize(
        #[inline(always)]
        move |_| {
            let mut sums = sums;
            for chunk in chunks {
                for (sum, &x) in sums.iter_mut().zip(chunk) {
                    *sum += T::zero() * x;
                }
            }
            for (sum, &x) in sums.iter_mut().zip(rest) {
                *sum += T::zero() * x;
            }
            sums
        },
    )
}
