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

/// `n` if it is not 0.
#[track_caller]
pub(crate) fn at_least_one(who: &str, name: &str, n: usize) -> usize {
    if n == 0 {
        hyper_parameter(who, name, 0.0, "at least 1");
    }
    n
}

sentences! {
    hyper_parameter(who: &str, name: &str, x: f64, range: &str)
        "{who}: the {name} is {x}; it must be {range}";
    too_many_slots(slots: usize, most: usize)
        "Optimizer: the rule asks for {slots} slots; it must be at most {most}";
    no_gradient(name: &str)
        "Optimizer::step: the parameter `{name}` has no gradient; it must be used in the loss, or frozen (`trainable = false`)";
    gradient_shape(name: &str, gradient: &[usize], param: &[usize])
        "Optimizer::step: the parameter `{name}` has the shape {param:?} and its gradient {gradient:?}; they must be equal";
    not_unrolled(shape: &[usize])
        "Unroll: a parameter of the shape {shape:?} is not unrolled; it must be a trainable one of the model";
}
