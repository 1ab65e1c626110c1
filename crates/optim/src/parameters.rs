//! The parameters of a model: each once, and those that gradients can train.

use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, Module, Name, Param, ParamId, Role};

use crate::error;

/// Every parameter that a gradient could train, frozen ones too.
pub(crate) fn visit<'a, T: Element>(
    model: &'a (impl Module<T> + ?Sized),
    mut f: impl FnMut(&Name<'_>, &'a Param<T>),
) {
    model.visit(Name::root(), &mut |name, param| {
        if param.role != Role::Statistic {
            f(name, param);
        }
    });
}

/// That each of the parameters of a model that were `seen` was so once. They are sorted.
#[track_caller]
pub(crate) fn check_distinct<T: Element>(
    who: &str,
    model: &(impl Module<T> + ?Sized),
    seen: &mut [ParamId],
) {
    if !seen.is_sorted() {
        seen.sort_unstable();
    }
    if let Some(pair) = seen.windows(2).find(|pair| pair[0] == pair[1]) {
        error::not_distinct(who, &last_name(model, pair[0]));
    }
}

/// Where a parameter stands in a model for the last time.
fn last_name<T: Element>(model: &(impl Module<T> + ?Sized), id: ParamId) -> String {
    let mut last = String::new();
    model.visit(Name::root(), &mut |name, param| {
        if param.id() == id {
            last = name.to_string();
        }
    });
    last
}

/// That the gradients are those of every trained parameter.
#[track_caller]
pub(crate) fn check_gradients<T: Element>(
    who: &str,
    model: &(impl Module<T> + ?Sized),
    gradients: &GradientMap<T>,
) {
    if gradients.lacks_penalty() {
        error::no_penalty(who);
    }
    let mut refused = None;
    model.visit(Name::root(), &mut |name, param| {
        let shape = param.value.shape();
        let gradient = gradients.numbers(param).map(|(shape, _)| shape);
        if param.is_trained() && gradient != Some(shape) {
            refused.get_or_insert_with(|| (name.to_string(), gradient, shape));
        }
    });
    match refused {
        Some((name, None, _)) => error::no_gradient(who, &name),
        Some((name, Some(gradient), param)) => error::gradient_shape(who, &name, gradient, param),
        None => {}
    }
}
