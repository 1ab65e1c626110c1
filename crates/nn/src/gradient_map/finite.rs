//! Whether all numbers are finite.

use tapegrad_autodiff::Element;

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
        let mut arrays = self.of.iter().chain(self.updates.iter());
        arrays.all(|(_, array)| array.as_slice().is_some_and(all_finite))
    }
}

/// Block by block: one without an exit in it is vectorised.
fn all_finite<T: Element>(numbers: &[T]) -> bool {
    const BLOCK: usize = 256;
    let mut blocks = numbers.chunks(BLOCK);
    blocks.all(|block| block.iter().fold(true, |all, x| all & x.is_finite()))
}
