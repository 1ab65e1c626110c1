use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{Module, Name, Param, Scope};

/// The coordinates of hyper-parameters as an optimizer takes them. Nothing is computed by them alone.
pub(super) struct Logarithms<T: Element>(pub(super) Vec<Param<T>>);

impl<T: Element> Module<T> for Logarithms<T> {
    fn forward<'t>(&self, _on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        x
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        for (index, param) in self.0.iter().enumerate() {
            f(&at.index(index), param);
        }
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        for (index, param) in self.0.iter_mut().enumerate() {
            f(&at.index(index), param);
        }
    }
}
