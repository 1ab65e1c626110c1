use tapegrad_autodiff::Element;
use tapegrad_nn::{LoadProblem, Module, Section};
use tapegrad_optim::{Average, Averaging};

/// An average, whichever way it averages.
pub(super) trait AnyAverage<T: Element> {
    fn update(&mut self, model: &dyn Module<T>);

    /// Exchanges the averages and the model, if an update counted so far.
    fn swap(&mut self, model: &mut dyn Module<T>);

    /// Whether no update counted so far.
    fn is_empty(&self) -> bool;

    /// Begins anew, with nothing averaged.
    fn reset(&mut self);

    fn save(&self, model: &dyn Module<T>) -> Section;

    fn load(&mut self, section: &Section, model: &dyn Module<T>) -> Result<(), LoadProblem>;
}

impl<A: Averaging, T: Element> AnyAverage<T> for Average<A, T> {
    fn update(&mut self, model: &dyn Module<T>) {
        self.update(model);
    }

    fn swap(&mut self, model: &mut dyn Module<T>) {
        if !self.is_empty() {
            self.swap(model);
        }
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn reset(&mut self) {
        self.reset();
    }

    fn save(&self, model: &dyn Module<T>) -> Section {
        self.save(model)
    }

    fn load(&mut self, section: &Section, model: &dyn Module<T>) -> Result<(), LoadProblem> {
        self.load(section, model)
    }
}
