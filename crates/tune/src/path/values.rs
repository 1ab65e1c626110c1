//! Every parameter and statistic of a model.

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Module, Name};

/// The values of a model, which share their storage with it.
#[derive(Clone, Debug)]
pub(super) struct Values<T: Element>(Vec<ArcArrayD<T>>);

impl<T: Element> Values<T> {
    pub(super) fn of(model: &(impl Module<T> + ?Sized)) -> Self {
        let mut values = Vec::new();
        model.visit(Name::root(), &mut |_, param| {
            values.push(param.value.clone())
        });
        Self(values)
    }

    /// Gives them to a model.
    pub(super) fn write(&self, model: &mut (impl Module<T> + ?Sized)) {
        let mut values = self.0.iter();
        model.visit_mut(Name::root(), &mut |_, param| {
            let value = values.next().expect("a fit changes no structure");
            param.value = value.clone();
        });
    }

    pub(super) fn is_finite(&self) -> bool {
        let mut numbers = self.0.iter().flatten();
        numbers.all(|number| number.is_finite())
    }

    /// Their number.
    pub(super) fn shapes(&self) -> impl Iterator<Item = &[usize]> {
        self.0.iter().map(|value| value.shape())
    }

    /// Moves a model that has these values along the line from those before: by a share of the way from there. What is
    /// 0 stays so, and statistics stay.
    pub(super) fn ahead(&self, before: &Self, share: f64, model: &mut (impl Module<T> + ?Sized)) {
        let share = T::of(share);
        let mut pairs = self.0.iter().zip(&before.0);
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
