use ndarray::ArrayViewD;
use tapegrad_autodiff::{ArrayMap, Element, IntoValue};

use crate::{Param, ParamId, error};

/// The gradients of one loss, keyed by parameter, in the fixed order of the parameters' making.
///
/// A returned value and not a field of the parameters: there is nothing to zero between steps. When
/// it is dropped, its memory goes back to the tape of the loss.
#[derive(Clone, Debug, Default)]
pub struct GradientMap<T: Element = f32> {
    of: ArrayMap<T>,
}

impl<T: Element> GradientMap<T> {
    pub(crate) fn new(of: ArrayMap<T>) -> Self {
        Self { of }
    }

    /// The gradient with respect to a parameter, of its shape.
    ///
    /// # Panics
    /// If there is none: the parameter was not used in the loss's scope, was frozen or was
    /// substituted.
    #[track_caller]
    pub fn wrt(&self, param: &Param<T>) -> ArrayViewD<'_, T> {
        match self.get(param) {
            Some(gradient) => gradient,
            None => error::no_gradient(param.value.shape()),
        }
    }

    /// The gradient with respect to a parameter, if there is one.
    pub fn get(&self, param: impl Into<ParamId>) -> Option<ArrayViewD<'_, T>> {
        self.of.get(param.into().number())
    }

    /// The shape of the gradient with respect to a parameter and its elements in row-major order,
    /// if there is one.
    pub fn numbers(&self, param: impl Into<ParamId>) -> Option<(&[usize], &[T])> {
        self.of.numbers(param.into().number())
    }

    /// Every gradient, in the order of the parameters' making.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, ArrayViewD<'_, T>)> {
        self.of
            .iter()
            .map(|(number, gradient)| (ParamId::numbered(number), gradient))
    }

    /// How many parameters have a gradient.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether no parameter has one.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// From numbers or arrays in any layout, owned or by reference; a view by reference.
impl<T: Element, A: IntoValue<T>> FromIterator<(ParamId, A)> for GradientMap<T> {
    fn from_iter<I: IntoIterator<Item = (ParamId, A)>>(gradients: I) -> Self {
        let gradients = gradients.into_iter();
        Self {
            of: gradients
                .map(|(id, gradient)| (id.number(), gradient))
                .collect(),
        }
    }
}
