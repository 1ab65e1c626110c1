use tapegrad_autodiff::Element;

use crate::{Adam, Decay, Optimizer, Schedule};

/// [`Adam`] with decoupled decay 0.01 unless told otherwise (Loshchilov and Hutter 2019):
/// `x ← x − lr (m̂ / (√v̂ + ε) + 0.01 x)`.
///
/// As PyTorch's `AdamW`, the decay is multiplied by the learning rate; in the paper it is not.
/// Unlike PyTorch's, biases do not decay unless [asked](Optimizer::decay_biases).
///
/// A name for two things that stand together; with options they are written out:
///
/// ```
/// use tapegrad_optim::{Adam, Decay, Optimizer};
/// let rule = Adam::default().betas(0.9, 0.95);
/// let optimizer: Optimizer<Adam> = Optimizer::new(Decay::decoupled(0.1).then(rule), 1e-3);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum AdamW {}

impl AdamW {
    /// An optimizer with Adam's rule and `Decay::decoupled(0.01)`.
    ///
    /// # Panics
    /// As [`Sgd::new`](crate::Sgd::new).
    #[track_caller]
    #[expect(
        clippy::new_ret_no_self,
        reason = "AdamW is the field's name for a rule and a decay together"
    )]
    pub fn new<T: Element>(lr: impl Schedule + 'static) -> Optimizer<Adam, T> {
        Adam::new(lr).decay(Decay::decoupled(0.01))
    }
}
