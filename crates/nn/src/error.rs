//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use tapegrad_autodiff::sentences;

sentences! {
    layer_input(layer: &str, path: &str, input: &[usize], weight: &[usize])
        "{layer}{}: the input has the shape {input:?} and the weight {weight:?}; the last axis of the input must be {}",
        at(path), weight[0];
    features(layer: &str, path: &str, input: &[usize], features: usize)
        "{layer}{}: the input has the shape {input:?}; its last axis must be {features}",
        at(path);
    few_rows(path: &str, input: &[usize])
        "batch normalisation{}: the input has the shape {input:?}; a batch for training must have at least two rows",
        at(path);
    residual(path: &str, x: &[usize], y: &[usize])
        "residual{}: the input has the shape {x:?} and what is added {y:?}; they must be equal",
        at(path);
    flatten(path: &str)
        "flatten{}: the input is a single number; it must have an axis of rows",
        at(path);
    index(path: &str, index: f64, count: usize)
        "embedding{}: an index is {index}; it must be a whole number below {count}",
        at(path);
    tied_to(shape: &[usize])
        "Tied::to: the weight has the shape {shape:?}; it must have two axes";
    not_bound(path: &str, weight: &[usize])
        "tied layer{}: the weight {weight:?} that it shares was not used before in this pass; the layer that it is tied to must come first",
        at(path);
    no_seed(path: &str)
        "Scope{}: a layer that draws random numbers is in a pass without a seed; each step must have its own, as in `Scope::train(&tape).seed(step)`",
        at(path);
    rate(who: &str, value: f64)
        "{who}: the rate is {value}; it must be at least 0 and below 1";
    share(who: &str, what: &str, value: f64)
        "{who}: the {what} is {value}; it must be at least 0 and at most 1";
    at_least_zero(who: &str, what: &str, value: f64)
        "{who}: the {what} is {value}; it must be finite and at least 0";
    above_zero(who: &str, what: &str, value: f64)
        "{who}: the {what} is {value}; it must be finite and above 0";
    finite(who: &str, what: &str, value: f64)
        "{who}: the {what} is {value}; it must be finite";
    update_of_another_role(shape: &[usize])
        "Scope::update: the parameter of the shape {shape:?} is no statistic; one of another role is for optimizers to change";
    update_shape(new: &[usize], old: &[usize])
        "Scope::update: the new value has the shape {new:?} and the old one {old:?}; they must be equal";
    update_on_another_tape()
        "Scope::update: the new value is on another tape; it must be on the scope's";
    statistic(name: &str, old: &[usize], new: &[usize])
        "GradientMap::update_statistics: `{name}` has the shape {old:?} and its new value {new:?}; they must be equal";
    loss_of_several(shape: &[usize])
        "check::model: the loss has the shape {shape:?}; it must hold one number (reduce it with `sum` or `mean`)";
    no_parameters()
        "check::model: the model has no parameter; there must be at least one to differentiate by";
    no_bias()
        "Dense::penalize_bias: the layer has no bias; only one that it has can be penalised";
    sizes(sizes: &[usize])
        "Mlp::new: the sizes are {sizes:?}; there must be at least those of the input and the output";
    layer(who: &str, layer: usize, count: usize)
        "{who}: there is no layer {layer}; the network has {count}, counted from 0";
    strength(value: f64)
        "Strength: the number is {value}; it must be finite and at least 0";
    set_schedule()
        "Strength::set: the strength has a schedule, which says what it is at each step; one that is set must be a number";
    not_proximal(form: &str)
        "Penalty::proximal: the penalty `{form}` cannot act as a step; it must be one with a proximal operator (`l1`, `l2`, `elastic_net`, `group_lasso`)";
    two_group_steps(penalty: &str)
        "Penalty: `{penalty}` has two proximal terms on norms of groups; there can be one, as no step is known for several";
    no_matrix(shape: &[usize])
        "Penalty::orthogonal: the parameter has the shape {shape:?}; it must have two axes";
    proximal_output(penalty: &str)
        "Dense::penalize_output: `{penalty}` is proximal; outputs have no step after an update, so it must act in the loss";
    no_rows()
        "Lambda: there are 0 rows; a strength for their sum has no other for their mean, so there must be at least one";
    input_names(names: usize, inputs: Option<usize>)
        "Sparsity::selected: there are {names} names; {}",
        inputs.map_or("the model has no weight with two axes".to_owned(), |inputs| format!("the first weight has {inputs} inputs, and each must have one"));
    kkt_gradient(name: &str, expected: &[usize], given: Option<&[usize]>)
        "kkt: the parameter `{name}` has the shape {expected:?} and {}; each trained parameter must have one of its shape, from a loss of this model on a `Scope::train`",
        given.map_or("no gradient".to_owned(), |shape| format!("a gradient of the shape {shape:?}"));
    kkt_penalty()
        "kkt: the model has penalties that act in the loss, and `penalty` was not called in the pass of these gradients; the loss must have `model.penalty(&on)` in it";
    clip_limit(who: &str, limit: f64)
        "GradientMap::{who}: the limit is {limit}; it must be finite and above 0";
    gradient_shape(who: &str, name: &str, gradient: &[usize], param: &[usize])
        "{who}: the parameter `{name}` has the shape {param:?} and its gradient {gradient:?}; they must be equal";
    no_rows_to_add()
        "Accumulation::add: the gradients are of 0 rows; there must be at least one";
    accumulated_shape(now: &[usize], before: &[usize])
        "Accumulation::add: an array has the shape {now:?} and the one of its parameter before {before:?}; they must be equal";
    nothing_accumulated(what: &str)
        "Accumulation::{what}: there are no gradients; at least those of one micro-batch must be added before";
    no_match(who: &str, pattern: &str, names: &str)
        "Module::{who}: the pattern `{pattern}` matches no parameter that gradients train; those of the model are, the nearest first, {names}";
    no_inputs()
        "recompute_statistics: there is no input; there must be at least one batch";
    few_draws(draws: usize)
        "predictive: the number of draws is {draws}; it must be at least 2";
    bounds(low: f64, high: f64)
        "Constraint::between: the bounds are {low} and {high}; the lower must not be above the upper";
    limit(who: &str, limit: f64)
        "{who}: the limit is {limit}; it must be finite and at least 0";
    state(reason: &str)
        "Section::set_state: the state cannot be encoded: {reason}; it must be of a type that bincode can write";
    state_kind()
        "Section::set_state_of: the kind is empty; it must say whose the state is";
    same_name(name: &str)
        "Section::of: two parameters are called `{name}`; each must have a name of its own";
    clones_differ(first: &str, second: &str)
        "Section::of: `{first}` and `{second}` are clones of one parameter and differ; they must be equal, or one of them a parameter of its own (`Param::separate`)";
    #[cfg(feature = "safetensors")]
    safetensors(reason: &str)
        "safetensors::to_bytes: the header cannot be written: {reason}; no array may be called `__metadata__`, and names, shapes and texts must take less than 100 MB";
    targets(loss: &str, predictions: &[usize], targets: &[usize])
        "{loss}: the predictions have the shape {predictions:?} and the targets {targets:?}; they must be equal";
    no_gradient(shape: &[usize])
        "GradientMap: there is no gradient for this parameter of the shape {shape:?}; it must be trainable, used in the loss's scope and not substituted";
    other_value(shape: &[usize])
        "Scope: a parameter of the shape {shape:?} has another value than when it was bound; each step needs a scope of its own, and each value a parameter of its own (a clone is the same parameter)";
    loss_on_another_tape(operation: &str)
        "Scope::{operation}: the loss is on another tape; it must be on the scope's";
    direction(v: &[usize], param: &[usize])
        "Scope::hvp: a direction has the shape {v:?} and its parameter {param:?}; they must be equal";
    untrained_direction(param: &[usize])
        "Scope::hvp: there is a direction for a parameter of the shape {param:?} that this pass does not train; those that have one must be trainable and not substituted";
    charge_on_another_tape()
        "Scope::charge: the cost is on another tape; it must be on the scope's";
    late_charge()
        "Scope::charge: a cost comes after the penalties of the pass were summed; `penalty` must be called after the last `forward`";
    no_step()
        "Scope: the strength of a penalty has a schedule and the pass no step; `at_step` must say which it is, mostly `optimizer.steps()`";
    charge_of_several(shape: &[usize])
        "Scope::charge: the cost has the shape {shape:?}; it must hold one number (reduce it with `sum` or `mean`)";
    target(loss: &str, target: f64, range: &str)
        "{loss}: a target is {target}; targets must be {range}";
    targets_on_another_tape(loss: &str)
        "{loss}: the targets are on another tape; they must be on that of the predictions";
    nothing(loss: &str, shape: &[usize])
        "{loss}: the predictions have the shape {shape:?}; there must be at least one";
    substitute_from_another_tape()
        "Scope::substitute: the variable is on another tape; it must be on the scope's";
    substitute_bound()
        "Scope::substitute: the parameter is already bound; it must be substituted once, before its first use";
    substitute_shape(var: &[usize], param: &[usize])
        "Scope: a variable of the shape {var:?} is substituted for one of {param:?}; the shapes must be equal";
    predictions(loss: &str, shape: &[usize], expected: &str)
        "{loss}: the predictions have the shape {shape:?}; it must be {expected}";
    means_and_variances(predictions: &[usize], targets: &[usize])
        "GaussianNll: the predictions have the shape {predictions:?} and the targets {targets:?}; the last axis of the predictions must be twice as long, the others equal";
    class_count(loss: &str, count: usize, predictions: &[usize])
        "{loss}: {count} classes are given for predictions of the shape {predictions:?}; there must be one for each row";
    class(loss: &str, row: usize, class: usize, predictions: &[usize])
        "{loss}: row {row} is given the class {class} with predictions of the shape {predictions:?}; a class must be below {}", predictions[1];
    class_column(shape: &[usize])
        "loss: the targets have the shape {shape:?}; as classes they must be one column, [rows, 1]";
    no_class(row: usize, target: f64)
        "loss: the target of row {row} is {target}; a class must be a whole number and at least 0";
    class_weights(loss: &str, count: usize, predictions: &[usize])
        "{loss}: {count} weights of classes are given for predictions of the shape {predictions:?}; there must be one for each class";
    row_weights(weights: &[usize], costs: &[usize])
        "Loss: the weights have the shape {weights:?} and the costs of the rows {costs:?}; they must be equal";
    row_weights_on_another_tape()
        "Loss: the weights are on another tape; they must be on that of the predictions";
    custom_costs(predictions: &[usize], costs: &[usize])
        "Custom: for predictions of the shape {predictions:?} the closure gives {costs:?}; it must be one number for each element or for each row";
    setting(loss: &str, name: &str, value: f64, range: &str)
        "{loss}: the {name} is {value}; it must be {range}";
}

/// The place of a layer in its model, if it has one.
fn at(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" `{path}`")
    }
}
