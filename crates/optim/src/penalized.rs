use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{GradientMap, Module, Scope};

/// A data loss with the penalties of a model, and their gradients.
pub(crate) fn penalized<M: Module<T> + ?Sized, T: Element>(
    tape: &mut Tape<T>,
    data_loss: impl for<'t> Fn(&Scope<'t, T>, &M) -> Var<'t, T>,
) -> impl FnMut(&M) -> (T, GradientMap<T>) {
    move |model| {
        let on = Scope::train(tape);
        let loss = data_loss(&on, model) + model.penalty(&on);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    }
}
