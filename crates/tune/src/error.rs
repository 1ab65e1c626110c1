//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use tapegrad_autodiff::sentences;

sentences! {
    setting(who: &str, name: &str, x: f64, range: &str)
        "{who}: the {name} is {x}; it must be {range}";
    taken_name(name: &str)
        "HyperParameters: there is a hyper-parameter `{name}` before; each must have a name of its own";
    taken_strength(name: &str)
        "HyperParameters::strength: the strength `{name}` is there before; clones are one, and it must be given once";
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
    no_dimension(method: &str, name: &str)
        "Values::{method}: there is no dimension `{name}` at this place; it must be one of the space's, whose condition holds";
    other_kind(method: &str, name: &str, range: &str)
        "Values::{method}: the dimension `{name}` is {range}; it must be asked for as what it is";
    other_space()
        "Space::when: the closure gives another space; it must add dimensions to the one that it is given";
    unfit_space(wrong: &str)
        "Space::values: {wrong}";
    coordinates(given: &[f64], dimensions: usize)
        "Space::values: the coordinates are {given:?}; there must be a number from 0 to 1 for each of {dimensions} dimensions";
    other_value(range: &str, value: &str)
        "Range::coordinate: the value {value} is none of the range {range}; it must be of the same kind";
    no_penalties()
        "Space::penalties: the model has no penalty whose strength is a number; there must be one at least";
    not_penalised(names: &[String])
        "Values::penalize: no dimension is called as a penalty of the model, {names:?}; one must be";
    no_levels(name: &str)
        "Grid: there is no range `{name}` in the space; a number of levels must be one of a dimension with numbers";
    report_step(step: usize, last: usize)
        "Trial::report: the step is {step} after {last}; it must be larger than the one before";
    waits(search: &str)
        "Study: the search `{search}` waits, and no trial is ahead; it must try a place or be done";
    no_end(search: &str)
        "Study: the search `{search}` has no end, and neither has the study; it must be given a number of trials (`Study::trials`)";
    place(search: &str, coordinates: &[f64], dimensions: usize)
        "Study: the search `{search}` suggests {coordinates:?}; there must be a number from 0 to 1 for each of {dimensions} dimensions";
    budget(search: &str, budget: f64)
        "Study: the search `{search}` suggests the budget {budget}; it must be above 0 and at most 1";
    continues(search: &str, other: usize)
        "Study: the search `{search}` goes on from the trial {other}; it must be one that is over";
    scheduled_path(method: &str)
        "{method}: the strength has a schedule; one that a path sets must be a number";
    strength_twice()
        "Path::with: the strength is there before; clones are one, and it must be given once";
    strength_ratio(own: f64, first: f64)
        "Path::with: the strength is {own} and the first {first}; both must be above 0, as they keep their ratio";
    penalises_nothing()
        "Path: no trained parameter of the model has a penalty of this strength; one must have (`Penalty::l1(&strength)`)";
    path_names(names: usize, inputs: usize)
        "Path::names: there are {names} names and {inputs} inputs, the rows of the first penalised parameter; they must be as many";
    no_point(place: usize, points: usize)
        "FittedPath::go_to: the place is {place} and there are {points} points; it must be below that";
    model_of_other_path()
        "FittedPath::go_to: the model has other parameters than that which was fitted; they must have the same shapes";
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

/// `n` if it is not 0 or 1.
#[track_caller]
pub(crate) fn at_least_two(who: &str, name: &str, n: usize) -> usize {
    if n < 2 {
        setting(who, name, n as f64, "at least 2");
    }
    n
}

/// `x` if it is finite and above 0.
#[track_caller]
pub(crate) fn above_zero(who: &str, name: &str, x: f64) -> f64 {
    if !(x.is_finite() && x > 0.0) {
        setting(who, name, x, "finite and above 0");
    }
    x
}

/// A standard deviation in a cube of length 1, with which places differ and stay finite.
#[track_caller]
pub(crate) fn deviation(who: &str, name: &str, x: f64) -> f64 {
    if !(1e-6..=10.0).contains(&x) {
        setting(who, name, x, "from 1e-6 to 10");
    }
    x
}

/// A budget that trials may begin with.
#[track_caller]
pub(crate) fn least_budget(who: &str, budget: f64) -> f64 {
    if !(1e-6..=1.0).contains(&budget) {
        setting(who, "least budget", budget, "from 1e-6 to 1");
    }
    budget
}

/// `η`, if there is something to be divided.
#[track_caller]
pub(crate) fn eta(who: &str, eta: usize) -> usize {
    if !(2..=1000).contains(&eta) {
        setting(who, "eta", eta as f64, "from 2 to 1000");
    }
    eta
}
