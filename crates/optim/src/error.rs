//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use tapegrad_autodiff::sentences;

/// `x` if it is in `[0, 1)`.
#[track_caller]
pub(crate) fn fraction(who: &str, name: &str, x: f64) -> f64 {
    if !(0.0..1.0).contains(&x) {
        hyper_parameter(who, name, x, "at least 0 and below 1");
    }
    x
}

/// `x` if it is finite and not negative.
#[track_caller]
pub(crate) fn at_least_zero(who: &str, name: &str, x: f64) -> f64 {
    if !(x.is_finite() && x >= 0.0) {
        hyper_parameter(who, name, x, "finite and at least 0");
    }
    x
}

/// `x` if it is finite and positive.
#[track_caller]
pub(crate) fn above_zero(who: &str, name: &str, x: f64) -> f64 {
    if !(x.is_finite() && x > 0.0) {
        hyper_parameter(who, name, x, "finite and above 0");
    }
    x
}

/// `x` if it is in `[0, 1]`.
#[track_caller]
pub(crate) fn share(who: &str, name: &str, x: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) {
        hyper_parameter(who, name, x, "at least 0 and at most 1");
    }
    x
}

/// `x` if it is in `(0, 1)`.
#[track_caller]
pub(crate) fn proper_fraction(who: &str, name: &str, x: f64) -> f64 {
    if !(x > 0.0 && x < 1.0) {
        hyper_parameter(who, name, x, "above 0 and below 1");
    }
    x
}

/// `x` if it is finite and above 1.
#[track_caller]
pub(crate) fn above_one(who: &str, name: &str, x: f64) -> f64 {
    if !(x.is_finite() && x > 1.0) {
        hyper_parameter(who, name, x, "finite and above 1");
    }
    x
}

/// Both if they are in `[0, 1)`.
#[track_caller]
pub(crate) fn betas(who: &str, beta1: f64, beta2: f64) -> [f64; 2] {
    [fraction(who, "beta1", beta1), fraction(who, "beta2", beta2)]
}

/// `n` if it is not 0.
#[track_caller]
pub(crate) fn at_least_one(who: &str, name: &str, n: usize) -> usize {
    if n == 0 {
        hyper_parameter(who, name, 0.0, "at least 1");
    }
    n
}

/// `step` if it comes after the one before.
#[track_caller]
pub(crate) fn later(who: &str, name: &str, step: usize, before: usize) -> usize {
    if step <= before {
        not_later(who, name, step, before);
    }
    step
}

sentences! {
    hyper_parameter(who: &str, name: &str, x: f64, range: &str)
        "{who}: the {name} is {x}; it must be {range}";
    not_later(who: &str, name: &str, step: usize, before: usize)
        "{who}: the {name} {step} comes after {before}; each must be a later step than the one before, the first later than 0";
    too_many_slots(slots: usize, most: usize)
        "Optimizer: the rule asks for {slots} slots; it must be at most {most}";
    no_gradient(who: &str, name: &str)
        "{who}: the parameter `{name}` has no gradient; it must be used in the loss on a `Scope::train`, or frozen (`trainable = false`)";
    no_penalty(who: &str)
        "{who}: the model has penalties that act in the loss, and `penalty` was not called in the pass of these gradients; the loss must have `model.penalty(&on)` in it";
    gradient_shape(who: &str, name: &str, gradient: &[usize], param: &[usize])
        "{who}: the parameter `{name}` has the shape {param:?} and its gradient {gradient:?}; they must be equal";
    state_shape(who: &str, name: &str, state: &[usize], param: &[usize])
        "{who}: the parameter `{name}` has the shape {param:?} and had {state:?} in the steps before; it must stay, or the optimizer be made anew";
    not_distinct(who: &str, name: &str)
        "{who}: the parameter `{name}` stands in the model before; each must be one of its own (a clone is the same parameter, `separate` makes another)";
    other_slots(who: &str, slots: &[&str], own: &[&str])
        "{who}: the rule remembers {slots:?} and that of the optimizer {own:?}; they must remember the same";
    empty_group(who: &str, group: &str)
        "{who}: no parameter of the model is in the group of {group}; its pattern (`*` stops at a dot, `**` does not), layer or role must have one";
    no_momentum(rule: &str)
        "Optimizer::momentum: the rule `{rule}` has no momentum that could change with the step; it must have one (of `RmsProp` one above 0)";
    after_update(who: &str, name: &str, what: &str)
        "{who}: on the parameter `{name}` acts `{what}` after an update, which a line search knows nothing of; it must act in the loss, as penalties can, or not at all";
    constrained(who: &str, name: &str, constraint: &str)
        "{who}: on the parameter `{name}` acts the constraint `{constraint}`, which a proximal gradient step knows nothing of; there must be none";
    stale_loss()
        "Unroll::step: the loss depends on no parameter as it is after the steps so far; it must be made on this step's `scope`";
    not_differentiable(shape: &[usize], what: &str)
        "Unroll: for a parameter of the shape {shape:?} `{what}` acts after the update and has no derivative here; it must be an L1 or L2 penalty, or act in the loss";
    substitute_shape(method: &str, shape: &[usize], what: &str)
        "Unroll::{method}: the variable has the shape {shape:?}; {what} is one number";
    not_unrolled(shape: &[usize])
        "Unroll: a parameter of the shape {shape:?} is not unrolled; it must be a trainable one of the model";
    no_average(who: &str, updates: usize)
        "{who}: there is no average after {updates} updates; at least one must have counted";
    swapped_in(who: &str)
        "{who}: the averages are swapped in; `swap` must put the model's own parameters back first";
    other_parameters(who: &str)
        "{who}: the model has other parameters than those that were averaged; it must be the same or a clone, or the average be made anew";
    average_shape(who: &str, name: &str, average: &[usize], param: &[usize])
        "{who}: the parameter `{name}` has the shape {param:?} and its average {average:?}; they must be equal";
    late_averaging(option: &str, updates: usize)
        "Ema::{option}: the option comes after {updates} updates; it changes what the average is and must be set before the first";
}
