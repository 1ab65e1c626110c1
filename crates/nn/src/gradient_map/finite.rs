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
        let all = || self.of.slices().chain(self.updates.slices());
        // A sum that is finite is one of finite numbers. One that is not may have overflowed.
        is_sum_finite(all()) || all().flatten().all(|x| x.is_finite())
    }
}

/// How many sums there are, side by side.
const LANES: usize = 64;

fn is_sum_finite<'a, T: Element>(arrays: impl Iterator<Item = &'a [T]>) -> bool {
    vectorize(
        #[inline(always)]
        move |_| {
            let mut sums = [T::zero(); LANES];
            for numbers in arrays {
                let (chunks, rest) = numbers.as_chunks::<LANES>();
                for chunk in chunks {
                    for (sum, &x) in sums.iter_mut().zip(chunk) {
                        *sum += x;
                    }
                }
                for (sum, &x) in sums.iter_mut().zip(rest) {
                    *sum += x;
                }
            }
            sums.iter().all(|sum| sum.is_finite())
        },
    )
}
