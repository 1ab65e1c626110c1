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
        self.of
            .slices()
            .chain(self.updates.slices())
            .all(all_finite)
    }
}

/// `0 x` is 0 for what is finite, and NaN for the rest: sums of it, side by side, are 0 or not.
fn all_finite<T: Element>(numbers: &[T]) -> bool {
    const LANES: usize = 64;
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let sums = vectorize(
        #[inline(always)]
        |_| {
            let mut sums = [T::zero(); LANES];
            for chunk in chunks {
                for (sum, &x) in sums.iter_mut().zip(chunk) {
                    *sum += T::zero() * x;
                }
            }
            sums
        },
    );
    sums.iter().all(|sum| *sum == T::zero()) && rest.iter().all(|x| x.is_finite())
}
