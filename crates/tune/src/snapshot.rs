use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Module, Name};

/// Every parameter and statistic of a model as it was.
pub(crate) struct Snapshot<T: Element> {
    values: Vec<ArcArrayD<T>>,
}

impl<T: Element> Snapshot<T> {
    pub(crate) fn of(model: &(impl Module<T> + ?Sized)) -> Self {
        let mut values = Vec::new();
        model.visit(Name::root(), &mut |_, param| {
            values.push(param.value.clone())
        });
        Self { values }
    }

    /// Makes the model what it was.
    pub(crate) fn restore(self, model: &mut (impl Module<T> + ?Sized)) {
        let mut values = self.values.into_iter();
        model.visit_mut(Name::root(), &mut |_, param| {
            param.value = values.next().expect("a fit changes no structure");
        });
    }
}
