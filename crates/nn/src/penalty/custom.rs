use std::borrow::Cow;

use tapegrad_autodiff::{Element, Var};

use super::Form;

/// A closure.
pub(super) struct Custom<F> {
    pub(super) name: &'static str,
    pub(super) cost: F,
}

impl<T: Element, F> Form<T> for Custom<F>
where
    F: for<'t> Fn(Var<'t, T>) -> Var<'t, T> + Send + Sync + 'static,
{
    fn name(&self) -> Cow<'static, str> {
        self.name.into()
    }

    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T> {
        (self.cost)(w)
    }
}
