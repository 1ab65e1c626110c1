use tapegrad_autodiff::{ArcArrayD, Element, IntoValue, Tape, Var, total};

use crate::freeze::{nearest, set_trainable};
use crate::{Name, Param, Role, Scope, error};

/// A function with parameters.
///
/// A module is a plain struct: `forward` computes, and two visitors of a line or two pass down the
/// name and show each parameter in a fixed order. Saving, printing, penalties and optimizers need
/// no more. What a visitor does not show is not penalised and not trained.
///
/// A module with several parts calls the `forward` of each by [`Scope::part`], so that errors and
/// summaries name it.
///
/// ```
/// use tapegrad_autodiff::{Element, Var};
/// use tapegrad_nn::{Dense, Module, Name, Param, Scope};
///
/// struct Doubled<T: Element> { inner: Dense<T> }
///
/// impl<T: Element> Module<T> for Doubled<T> {
///     fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
///         on.part("inner", None, &self.inner, x) * 2.0
///     }
///     fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
///         self.inner.visit(&at.child("inner"), f);
///     }
///     fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
///         self.inner.visit_mut(&at.child("inner"), f);
///     }
/// }
///
/// let model = Doubled { inner: Dense::<f32>::new(2, 1) };
/// let names: Vec<_> = model.parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["inner.weight", "inner.bias"]);
/// ```
pub trait Module<T: Element = f32> {
    /// The output for the input `x`, on the scope's tape.
    #[track_caller]
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T>;

    /// Shows each parameter and its name to `f`. `at` is the name of the module itself.
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>));

    /// Shows each parameter to be changed, in the same order.
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>));

    /// The sum of what all parameters' penalties cost, and of what was [charged](Scope::charge) in the
    /// pass so far, as penalties of outputs are; 0 without any. Add it to the mean data loss, report it
    /// apart.
    ///
    /// What was charged in the whole pass is in each call. So call it once in a pass, on the whole model and
    /// after its `forward`: parts that are asked one by one would count charges again.
    ///
    /// What acts [as a step](crate::Penalty::proximal) is in the number and not in its gradient.
    #[track_caller]
    fn penalty<'t>(&self, on: &Scope<'t, T>) -> Var<'t, T> {
        on.penalties_are_summed();
        let mut sum: Option<Var<'t, T>> = None;
        for first in (0..).step_by(AT_ONCE) {
            let (params, more) = penalised(self, first);
            // The sum so far, then the costs.
            let mut terms = sum.map(|sum| [sum; AT_ONCE + 1]);
            let mut count = usize::from(sum.is_some());
            for param in params.into_iter().flatten() {
                if let Some(cost) = param.penalty.cost(on, on.param(param)) {
                    terms.get_or_insert([cost; AT_ONCE + 1])[count] = cost;
                    count += 1;
                }
            }
            sum = terms.and_then(|terms| total(&terms[..count]));
            if !more {
                break;
            }
        }
        match (sum, on.charges()) {
            (Some(sum), Some(charges)) => sum + charges,
            (one, none) => one
                .or(none)
                .unwrap_or_else(|| on.tape().constant(T::zero())),
        }
    }

    /// Every parameter with its name.
    fn parameters(&self) -> Vec<(String, &Param<T>)> {
        let mut parameters = Vec::new();
        self.visit(Name::root(), &mut |name, param| {
            parameters.push((name.to_string(), param))
        });
        parameters
    }

    /// Freezes every parameter whose name [matches](crate::matches) a pattern: optimizers leave it as it is.
    /// Returns how many match, those that were frozen before among them.
    ///
    /// Statistics are not meant: no gradient trains them, and a pass for training goes on to update those of
    /// frozen layers, as in PyTorch.
    ///
    /// ```
    /// use tapegrad_nn::{Mlp, Module};
    /// let mut model = Mlp::<f32>::new(&[2, 8, 8, 1]);
    /// assert_eq!(model.freeze("layers.*.weight"), 3);
    /// assert_eq!(model.unfreeze("layers.2.**"), 2);
    /// assert!(!model.layers[1].weight.trainable && model.layers[2].weight.trainable);
    /// ```
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    fn freeze(&mut self, pattern: &str) -> usize {
        match set_trainable(self, pattern, false) {
            0 => error::no_match("freeze", pattern, &nearest(self, pattern)),
            count => count,
        }
    }

    /// Lets optimizers change every parameter whose name matches a pattern: what
    /// [`freeze`](Module::freeze) does, undone. Returns how many match.
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    fn unfreeze(&mut self, pattern: &str) -> usize {
        match set_trainable(self, pattern, true) {
            0 => error::no_match("unfreeze", pattern, &nearest(self, pattern)),
            count => count,
        }
    }

    /// How many numbers are trained or frozen. Statistics are not counted.
    fn parameter_count(&self) -> usize {
        self.parameters()
            .iter()
            .filter(|(_, param)| param.role != Role::Statistic)
            .map(|(_, param)| param.value.len())
            .sum()
    }

    /// The output for `x` in an evaluation pass on a tape of its own.
    #[track_caller]
    fn predict(&self, x: impl IntoValue<T>) -> ArcArrayD<T>
    where
        Self: Sized,
    {
        let tape = Tape::new();
        self.forward(&Scope::eval(&tape), tape.constant(x)).value()
    }
}

/// How many penalties are added at a time: a number that needs no memory but the stack's.
const AT_ONCE: usize = 16;

/// The penalised parameters of a module from the `first`-th on, and whether there are more.
fn penalised<T: Element>(
    module: &(impl Module<T> + ?Sized),
    first: usize,
) -> ([Option<&Param<T>>; AT_ONCE], bool) {
    let (mut params, mut count) = ([None; AT_ONCE], 0_usize);
    module.visit(Name::root(), &mut |_, param| {
        if !param.penalty.is_none() {
            if let Some(slot) = params.get_mut(count.wrapping_sub(first)) {
                *slot = Some(param);
            }
            count += 1;
        }
    });
    (params, count > first + AT_ONCE)
}
