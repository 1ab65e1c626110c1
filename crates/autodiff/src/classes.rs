use crate::error;

/// The classes that rows should be, for
/// [`softmax_cross_entropy`](crate::Var::softmax_cross_entropy): made from a list of indices, one a
/// row.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | [`weights`](Classes::weights) | all 1 | what an error in each class counts |
/// | [`smoothing`](Classes::smoothing) | 0 | the share of the target that is spread evenly over all classes |
#[derive(Clone, Copy, Debug)]
pub struct Classes<'a> {
    pub(crate) indices: &'a [usize],
    pub(crate) weights: Option<&'a [f64]>,
    pub(crate) smoothing: f64,
}

impl<'a> Classes<'a> {
    /// What an error in each class counts, one number for each: the loss of a row is multiplied by
    /// that of its class, with smoothing each class's part by its own, as in PyTorch.
    ///
    /// ```
    /// # use tapegrad_autodiff::{Classes, Tape};
    /// let tape = Tape::<f64>::new();
    /// let logits = tape.var(ndarray::array![[0.0, 0.0]]);
    /// let classes = Classes::from(&[1]).weights(&[1.0, 10.0]);
    /// assert_eq!(logits.softmax_cross_entropy(classes).item(), 10.0 * 2.0_f64.ln());
    /// ```
    pub fn weights(self, weights: &'a [f64]) -> Self {
        Self {
            weights: Some(weights),
            ..self
        }
    }

    /// The share `ε` of the target that is spread evenly: `1 − ε + ε/classes` at the class and
    /// `ε/classes` elsewhere (Szegedy et al. 2016).
    ///
    /// # Panics
    /// If the share is not from 0 to 1.
    #[track_caller]
    pub fn smoothing(self, smoothing: f64) -> Self {
        if !(0.0..=1.0).contains(&smoothing) {
            error::smoothing(smoothing);
        }
        Self { smoothing, ..self }
    }

    /// Whether each target is one class, and all classes count the same.
    pub(crate) fn are_plain(self) -> bool {
        self.weights.is_none() && self.smoothing == 0.0
    }

    /// What the logarithm of the probability of `class` is multiplied by in a row, among so many
    /// classes.
    pub(crate) fn target(self, row: usize, class: usize, count: usize) -> f64 {
        let weight = self.weights.map_or(1.0, |weights| weights[class]);
        let chosen = if self.indices[row] == class {
            1.0 - self.smoothing
        } else {
            0.0
        };
        weight * (chosen + self.smoothing / count as f64)
    }
}

impl<'a> From<&'a [usize]> for Classes<'a> {
    fn from(indices: &'a [usize]) -> Self {
        Self {
            indices,
            weights: None,
            smoothing: 0.0,
        }
    }
}

impl<'a, const N: usize> From<&'a [usize; N]> for Classes<'a> {
    fn from(indices: &'a [usize; N]) -> Self {
        Self::from(&indices[..])
    }
}

impl<'a> From<&'a Vec<usize>> for Classes<'a> {
    fn from(indices: &'a Vec<usize>) -> Self {
        Self::from(&indices[..])
    }
}
