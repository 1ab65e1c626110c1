use std::collections::BTreeMap;

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

use crate::{Param, ParamId, error};

/// The gradients of one loss, keyed by parameter, in the fixed order of the parameters' making.
///
/// A returned value and not a field of the parameters: there is nothing to zero between steps.
#[derive(Clone, Debug, Default)]
pub struct GradientMap<T: Element = f32> {
    of: BTreeMap<ParamId, ArcArrayD<T>>,
}

impl<T: Element> GradientMap<T> {
    /// The gradient with respect to a parameter, of its shape.
    ///
    /// # Panics
    /// If there is none: the parameter was not used in the loss's scope, was frozen or was
    /// substituted.
    #[track_caller]
    pub fn wrt(&self, param: &Param<T>) -> ArcArrayD<T> {
        match self.get(param) {
            Some(gradient) => gradient.clone(),
            None => error::no_gradient(param.value.shape()),
        }
    }

    /// The gradient with respect to a parameter, if there is one.
    pub fn get(&self, param: impl Into<ParamId>) -> Option<&ArcArrayD<T>> {
        self.of.get(&param.into())
    }

    /// Every gradient, in the order of the parameters' making.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &ArcArrayD<T>)> {
        self.of.iter().map(|(&id, gradient)| (id, gradient))
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

impl<T: Element> FromIterator<(ParamId, ArcArrayD<T>)> for GradientMap<T> {
    fn from_iter<I: IntoIterator<Item = (ParamId, ArcArrayD<T>)>>(gradients: I) -> Self {
        Self {
            of: gradients
                .into_iter()
                .map(|(id, gradient)| (id, gradient.into_value()))
                .collect(),
        }
    }
}
