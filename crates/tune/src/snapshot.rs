use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Module, Name};

/// Every parameter and statistic of a model as it was. Values share their storage with it.
#[derive(Clone, Debug)]
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
    pub(crate) fn restore(&self, model: &mut (impl Module<T> + ?Sized)) {
        let mut values = self.values.iter();
        model.visit_mut(Name::root(), &mut |_, param| {
            let value = values.next().expect("a fit changes no structure");
            param.value = value.clone();
        });
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = T> {
        self.values.iter().flatten().copied()
    }

    /// Of each value.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = &[usize]> {
        self.values.iter().map(|value| value.shape())
    }

    /// Moves a model that is as here along the line from what it was before: by a share of the way from there. What is
    /// 0 stays so, and statistics stay.
    pub(crate) fn ahead(&self, before: &Self, share: f64, model: &mut (impl Module<T> + ?Sized)) {
        let share = T::of(share);
        let mut pairs = self.values.iter().zip(&before.values);
        model.visit_mut(Name::root(), &mut |_, param| {
            let (here, before) = pairs.next().expect("a fit changes no structure");
            if param.is_trained() {
                let pairs = here.iter().zip(before);
                for (x, (&here, &before)) in param.value.iter_mut().zip(pairs) {
                    if here != T::zero() {
                        *x = here + (here - before) * share;
                    }
                }
            }
        });
    }
}
