//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use tapegrad_autodiff::sentences;

sentences! {
    layer_input(layer: &str, path: &str, input: &[usize], weight: &[usize])
        "{layer}{}: the input has the shape {input:?} and the weight {weight:?}; the last axis of the input must be {}",
        if path.is_empty() { String::new() } else { format!(" `{path}`") }, weight[0];
    loss_of_several(shape: &[usize])
        "check::model: the loss has the shape {shape:?}; it must hold one number (reduce it with `sum` or `mean`)";
    no_parameters()
        "check::model: the model has no parameter; there must be at least one to differentiate by";
    no_bias()
        "Dense::penalize_bias: the layer has no bias; only one that it has can be penalised";
    sizes(sizes: &[usize])
        "Mlp::new: the sizes are {sizes:?}; there must be at least those of the input and the output";
    layer(layer: usize, count: usize)
        "Mlp::penalize: there is no layer {layer}; the network has {count}, counted from 0";
    strength(who: &str, value: f64)
        "{who}: the strength is {value}; it must be finite and at least 0";
    targets(loss: &str, predictions: &[usize], targets: &[usize])
        "{loss}: the predictions have the shape {predictions:?} and the targets {targets:?}; they must be equal";
    no_gradient(shape: &[usize])
        "GradientMap: there is no gradient for this parameter of the shape {shape:?}; it must be trainable, used in the loss's scope and not substituted";
    other_value(shape: &[usize])
        "Scope: a parameter of the shape {shape:?} has another value than when it was bound; each step needs a scope of its own, and each value a parameter of its own (a clone is the same parameter)";
    loss_on_another_tape()
        "Scope::backward: the loss is on another tape; it must be on the scope's";
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
