//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use tapegrad_autodiff::sentences;

sentences! {
    setting(who: &str, name: &str, x: f64, range: &str)
        "{who}: the {name} is {x}; it must be {range}";
    taken_name(name: &str)
        "HyperParameters: there is a hyper-parameter `{name}` before; each must have a name of its own";
    taken_strength(name: &str)
        "HyperParameters::strength: the strength `{name}` is there under another name; clones are one, and it must be given once";
    scheduled(name: &str)
        "HyperParameters::strength: the strength `{name}` has a schedule; one that is tuned must be a number";
    start(method: &str, name: &str, x: f64, range: &str)
        "HyperParameters::{method}: `{name}` starts at {x}; it must be {range}";
    not_tuned(who: &str)
        "{who}: what is asked for is no hyper-parameter here; it must be a strength or a handle of these hyper-parameters";
    not_on(shape: &str)
        "Tuned::on: the hyper-parameter has no variable in {shape}; the pass must be from `HyperParameters::scope` or a validation gradient";
    unused(who: &str, name: &str)
        "{who}: neither loss depends on the hyper-parameter `{name}`; it must be in the training loss or the validation loss";
    other_hyper_parameters()
        "HyperParameters::step: the gradient is that of other hyper-parameters; it must be of these";
    constraint(name: &str, constraint: &str)
        "Implicit: on the parameter `{name}` acts the constraint `{constraint}`, which the formula of a free minimum knows nothing of; there must be none (`Unrolled` refuses it, too)";
    nothing_to_choose()
        "Evidence::choose: there is no strength in the penalties of trained parameters; there must be one to choose";
    strength_of_none(strength: &str)
        "Evidence::choose: no trained parameter has {strength}, which was named; it must be in a penalty of the model";
    zero_strength(name: &str)
        "Evidence::choose: the strength of `{name}` starts at 0, from where there is no update; it must be above 0";
    evidence_schedule(name: &str)
        "Evidence::choose: the strength of `{name}` has a schedule; it must be a number";
    no_gaussian(name: &str, penalty: &str)
        "Evidence::choose: on the parameter `{name}` acts the penalty {penalty}; it must be one L2 or `Relevance`, which is a Gaussian prior";
    evidence_constraint(name: &str, constraint: &str)
        "Evidence::choose: on the parameter `{name}` acts the constraint `{constraint}`, within which no posterior is Gaussian; there must be none";
    other_groups(strengths: usize, groups: usize)
        "Relevance: there are {strengths} strengths, and a weight of {groups} groups; each must have one";
    other_model(parameters: usize, expected: usize)
        "Laplace::predict: the model has {parameters} trained numbers; it must be the one that was fitted, with {expected}";
    intervals_of_classes()
        "Predictive::intervals: the targets are classes; they must be numbers (`probabilities` is for classes)";
    probabilities_of_numbers()
        "Predictive::probabilities: the targets are numbers; they must be classes (`intervals` is for numbers)";
}

/// `x` if it is finite and not negative.
#[track_caller]
pub(crate) fn at_least_zero(who: &str, name: &str, x: f64) -> f64 {
    if !(x.is_finite() && x >= 0.0) {
        setting(who, name, x, "finite and at least 0");
    }
    x
}

/// `n` if it is not 0.
#[track_caller]
pub(crate) fn at_least_one(who: &str, name: &str, n: usize) -> usize {
    if n == 0 {
        setting(who, name, 0.0, "at least 1");
    }
    n
}

/// Tells unless `x` is finite and above 0.
#[track_caller]
pub(crate) fn above_zero(who: &str, name: &str, x: f64) {
    if !(x.is_finite() && x > 0.0) {
        setting(who, name, x, "finite and above 0");
    }
}
