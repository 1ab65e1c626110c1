use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{Module, ParamId, Scope};

use crate::{HyperGradient, HyperParameters, TuneError};

/// How the validation loss of a trained model changes with its hyper-parameters: [`Implicit`](crate::Implicit) at
/// a minimum, [`Unrolled`](crate::Unrolled) through training steps.
pub trait ValidationGradient<T: Element = f32> {
    /// The gradient at a model, which stays as it is.
    ///
    /// `training` is the whole objective of training, `model.penalty(on)` with it, on a pass in which
    /// hyper-parameters are variables: strengths by themselves, others by [`Tuned::on`](crate::Tuned::on).
    /// `validation` is a loss of other rows on a pass for evaluation, mostly without penalties. Both are asked for
    /// on tapes of the method's own, and must not hold on to what belongs to another.
    ///
    /// Running statistics are taken as they are.
    ///
    /// # Errors
    /// If a loss or a number of the gradient is not finite.
    ///
    /// # Panics
    /// If neither loss depends on a hyper-parameter.
    fn gradient<M: Module<T> + ?Sized>(
        &self,
        hyper: &HyperParameters<T>,
        model: &M,
        training: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
        validation: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
    ) -> Result<HyperGradient<T>, TuneError>;
}

/// A pass in which variables stand for parameters and hyper-parameters.
pub(crate) fn substituted<'t, T: Element>(
    on: Scope<'t, T>,
    variables: impl Iterator<Item = (ParamId, Var<'t, T>)>,
) -> Scope<'t, T> {
    variables.fold(on, |on, (id, var)| on.substitute(id, var))
}
