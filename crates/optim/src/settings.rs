use std::fmt;
use std::sync::Arc;

use tapegrad_nn::Role;

use crate::{Decay, Schedule};

/// What applies to one parameter: the optimizer's own, and what its groups have set.
#[derive(Clone)]
pub(crate) struct Settings<R> {
    /// Of the parameter, when it was looked up.
    pub(crate) role: Role,
    /// In place of the optimizer's.
    pub(crate) rule: Option<R>,
    /// In place of the optimizer's learning rate.
    pub(crate) rate: Option<Arc<dyn Schedule>>,
    /// What multiplies the learning rate.
    pub(crate) factor: f64,
    pub(crate) decay: Decay,
}

impl<R> Settings<R> {
    /// The learning rate at a step where the optimizer's own is `lr`.
    pub(crate) fn rate(&self, lr: f64, step: usize) -> f64 {
        self.rate.as_ref().map_or(lr, |rate| rate.at(step)) * self.factor
    }
}

impl<R: fmt::Debug> fmt::Debug for Settings<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("rule", &self.rule)
            .field("rate", &self.rate.as_ref().map(|rate| rate.at(0)))
            .field("factor", &self.factor)
            .field("decay", &self.decay)
            .finish()
    }
}
