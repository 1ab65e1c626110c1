use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{ParamId, Scope};

use crate::error;

/// The handle of a hyper-parameter that is no strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuned(pub(super) ParamId);

impl Tuned {
    /// Its variable in a pass.
    ///
    /// # Panics
    /// If the pass is not one of its [`HyperParameters`](crate::HyperParameters).
    #[track_caller]
    pub fn on<'t, T: Element>(self, on: &Scope<'t, T>) -> Var<'t, T> {
        match on.bound(self) {
            Some(var) => var,
            None => error::not_on(&format!("{on:?}")),
        }
    }
}

impl From<Tuned> for ParamId {
    fn from(tuned: Tuned) -> Self {
        tuned.0
    }
}
