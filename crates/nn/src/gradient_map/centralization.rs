//! Gradient centralisation.

use tapegrad_autodiff::Element;

use super::GradientMap;
use super::columns::{self, AT_ONCE};

impl<T: Element> GradientMap<T> {
    /// `g − mean(g)` over all axes but the last, for gradients with two axes or more (Yong et al. 2020).
    ///
    /// The last axis is the output's: in the weight `[inputs, units]` of a dense layer the mean is taken
    /// down a column, over what a unit takes from all inputs. An embedding `[count, width]` is a dense layer of
    /// indicators, so there it is taken over the vectors: those that were not asked for move as well. Biases,
    /// gains and whatever has one axis stay.
    ///
    /// The whole gradient is meant, with penalties in the loss, before clipping; as the paper's.
    ///
    /// ```
    /// use ndarray::array;
    /// use tapegrad_nn::{GradientMap, Param, Role};
    /// let w = Param::<f64>::new(Role::Weight, array![[0.0, 0.0], [0.0, 0.0]]);
    /// let gradients = GradientMap::from_iter([(w.id(), array![[1.0, 5.0], [3.0, 5.0]])]);
    /// assert_eq!(gradients.centralize().wrt(&w), array![[-1.0, 0.0], [1.0, 0.0]].into_dyn());
    /// ```
    pub fn centralize(mut self) -> Self {
        for (_, shape, g) in self.of.iter_mut() {
            let &[_, .., columns] = shape else { continue };
            for first in (0..columns).step_by(AT_ONCE) {
                let rows = (g.len() / columns) as f64;
                let means = columns::sums(g, columns, first, |g| g).map(|sum| sum / rows);
                columns::change(g, columns, first, &means, |g, mean| g - mean);
            }
        }
        self
    }
}
