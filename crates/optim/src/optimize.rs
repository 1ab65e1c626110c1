use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, LoadProblem, Module, Section};

use crate::{Lookahead, Optimizer, Rule, Sam};

/// What changes a model by gradients, step by step: an [`Optimizer`], alone or in [`Sam`] or [`Lookahead`]. A
/// trainer takes any; so `dyn Optimize<T>` is one, too, and so is a mutable reference.
///
/// [`Lbfgs`](crate::Lbfgs) is none: a step of it asks for the loss as often as it likes.
///
/// ```
/// use tapegrad_nn::{Dense, GradientMap, Module};
/// use tapegrad_optim::{Adam, Lookahead, Optimize, Sam};
///
/// let mut model = Dense::<f64>::new(2, 1);
/// let ways: [Box<dyn Optimize<f64>>; 3] = [
///     Box::new(Adam::new(1e-2)),
///     Box::new(Sam::new(Adam::new(1e-2), 0.05)),
///     Box::new(Lookahead::new(Adam::new(1e-2))),
/// ];
/// for mut optimizer in ways {
///     let gradients = |model: &dyn Module<f64>| {
///         let parameters = model.parameters().into_iter();
///         parameters.map(|(_, param)| (param.id(), param.value.clone())).collect::<GradientMap<f64>>()
///     };
///     let first = gradients(&model);
///     optimizer.train(&mut model, first, &mut |model| gradients(model));
///     assert_eq!(optimizer.steps(), 1);
/// }
/// ```
pub trait Optimize<T: Element = f32> {
    /// Takes a step by the gradients of a loss at the model. `again` gives those of the same loss at other
    /// parameters, which only [`Sam`] asks for.
    ///
    /// # Panics
    /// As [`Optimizer::step`].
    #[track_caller]
    fn train(
        &mut self,
        model: &mut dyn Module<T>,
        gradients: GradientMap<T>,
        again: &mut dyn FnMut(&dyn Module<T>) -> GradientMap<T>,
    );

    /// How many steps were taken.
    fn steps(&self) -> usize;

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// What is remembered, for a checkpoint; settings belong to the program.
    fn save(&self, model: &dyn Module<T>) -> Section;

    /// Goes on from what was saved.
    ///
    /// # Errors
    /// As [`Optimizer::load`]. Then nothing is changed.
    fn load(&mut self, section: &Section, model: &dyn Module<T>) -> Result<(), LoadProblem>;
}

/// What is of one name in the type itself, and where the learning rate is.
macro_rules! own {
    ($self:ident, $optimizer:expr) => {
        fn steps(&self) -> usize {
            self.steps()
        }

        fn learning_rate(&$self) -> f64 {
            $optimizer.learning_rate()
        }

        fn save(&self, model: &dyn Module<T>) -> Section {
            self.save(model)
        }

        fn load(&mut self, section: &Section, model: &dyn Module<T>) -> Result<(), LoadProblem> {
            self.load(section, model)
        }
    };
}

/// What steps by the gradients at the model alone.
macro_rules! once {
    ($optimizer:ident, $self:ident => $inner:expr) => {
        impl<R: Rule, T: Element> Optimize<T> for $optimizer<R, T> {
            #[track_caller]
            fn train(
                &mut self,
                model: &mut dyn Module<T>,
                gradients: GradientMap<T>,
                _again: &mut dyn FnMut(&dyn Module<T>) -> GradientMap<T>,
            ) {
                self.step(model, &gradients);
            }

            own!($self, $inner);
        }
    };
}

once!(Optimizer, self => self);
once!(Lookahead, self => self.optimizer);

impl<R: Rule, T: Element> Optimize<T> for Sam<R, T> {
    #[track_caller]
    fn train(
        &mut self,
        model: &mut dyn Module<T>,
        gradients: GradientMap<T>,
        again: &mut dyn FnMut(&dyn Module<T>) -> GradientMap<T>,
    ) {
        let mut first = Some(gradients);
        self.step(model, |model| first.take().unwrap_or_else(|| again(model)));
    }

    own!(self, self.optimizer);
}

/// What points to one is one.
macro_rules! pointer {
    ($pointer:ty) => {
        impl<T: Element, O: Optimize<T> + ?Sized> Optimize<T> for $pointer {
            fn train(
                &mut self,
                model: &mut dyn Module<T>,
                gradients: GradientMap<T>,
                again: &mut dyn FnMut(&dyn Module<T>) -> GradientMap<T>,
            ) {
                (**self).train(model, gradients, again);
            }

            fn steps(&self) -> usize {
                (**self).steps()
            }

            fn learning_rate(&self) -> f64 {
                (**self).learning_rate()
            }

            fn save(&self, model: &dyn Module<T>) -> Section {
                (**self).save(model)
            }

            fn load(
                &mut self,
                section: &Section,
                model: &dyn Module<T>,
            ) -> Result<(), LoadProblem> {
                (**self).load(section, model)
            }
        }
    };
}

pointer!(&mut O);
pointer!(Box<O>);
