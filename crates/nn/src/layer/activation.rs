use tapegrad_autodiff::{Activation, Element, Var};

use crate::{Module, Name, Param, Scope};

/// An activation as a layer of its own, for a [`Sequential`](crate::Sequential).
impl<T: Element> Module<T> for Activation {
    fn forward<'t>(&self, _on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        self.apply(x)
    }

    fn visit<'a>(&'a self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {}

    fn visit_mut(&mut self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {}
}
