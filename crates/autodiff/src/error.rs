//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use std::panic::Location;

use crate::sentences;

sentences! {
    check(order: usize, step: f64, relative: f64, absolute: f64)
        "check::Check: the order is {order}, the step {step} and the tolerances {relative} and {absolute}; they must be at least 1, positive, and at least 0";
    no_inputs(function: &str)
        "{function}: there is no input; there must be at least one to differentiate by";
    two_tapes(operation: &str)
        "{operation}: the variables belong to two tapes; all variables of an expression must be on one";
    broadcast(operation: &str, x: &[usize], y: &[usize])
        "{operation}: the shapes {x:?} and {y:?} do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
    broadcast_to(from: &[usize], to: &[usize])
        "broadcast_to: the shape {from:?} does not broadcast to {to:?}; counted from the last axis, its sizes must be equal or 1";
    sum_to(from: &[usize], to: &[usize])
        "sum_to: the shape {from:?} is no broadcast of {to:?}; counted from the last axis, sizes must be equal or 1 in the result";
    axis(operation: &str, axis: isize, shape: &[usize])
        "{operation}: the shape {shape:?} has no axis {axis}; it has {}, counted from 0, or from -1 backwards", shape.len();
    bounds(operation: &str, low: f64, high: f64)
        "{operation}: the bounds are {low} and {high}; they must be numbers, the first not above the second";
    repeated_axis(operation: &str, axis: isize, shape: &[usize])
        "{operation}: axis {axis} of the shape {shape:?} is listed twice; each axis must be listed once";
    too_many_axes(count: usize, most: usize)
        "axes: {count} axes are listed; at most {most} can be, or all with `..`";
    one_axis(operation: &str, shape: &[usize])
        "{operation}: one axis of the shape {shape:?} must be given, and was not";
    order(order: &[usize], shape: &[usize])
        "permute: the order {order:?} does not fit the shape {shape:?}; it must hold each of its {} axes once", shape.len();
    range(start: usize, end: usize, axis: usize, shape: &[usize])
        "slice: axis {axis} of the shape {shape:?} has no range {start}..{end}; it must lie within 0..{}", shape[axis];
    no_parts(operation: &str)
        "{operation}: there is no array; there must be at least one";
    parts(operation: &str, first: &[usize], other: &[usize], axis: usize)
        "{operation}: the shapes {first:?} and {other:?} do not fit; they must be equal but in axis {axis}";
    squeeze(axis: usize, shape: &[usize])
        "squeeze: axis {axis} of the shape {shape:?} has the size {}; it must be 1", shape[axis];
    place(operation: &str, place: usize, axis: usize, shape: &[usize])
        "{operation}: axis {axis} of the shape {shape:?} has no place {place}; places must be below {}", shape[axis];
    places_shape(operation: &str, shape: &[usize], y: &[usize], axis: usize, count: usize)
        "{operation}: the shape {y:?} does not fit {shape:?} with {count} places; it must be equal but in axis {axis}, where it must be {count}";
    matrix(operation: &str, shape: &[usize])
        "{operation}: the shape is {shape:?}; there must be at least two axes";
    nothing_to_reduce(operation: &str, shape: &[usize])
        "{operation}: nothing to reduce in the shape {shape:?}; the reduced axes must not be empty";
    degrees_of_freedom(operation: &str, count: usize, ddof: usize, shape: &[usize])
        "{operation}: there are {count} elements to reduce in the shape {shape:?} and ddof is {ddof}; there must be more";
    reshape(from: &[usize], to: &[usize])
        "reshape: the shape {from:?} cannot become {to:?}; the number of elements must stay {}", from.iter().product::<usize>();
    dot(operation: &str, x: &[usize], y: &[usize])
        "{operation}: the shapes {x:?} and {y:?} do not multiply; the inner dimensions must be equal";
    dot_rank(operation: &str, ranks: &str, x: &[usize], y: &[usize])
        "{operation}: the shapes {x:?} and {y:?} do not multiply; both must have {ranks}";
    dot_leading(operation: &str, x: &[usize], y: &[usize])
        "{operation}: the shapes {x:?} and {y:?} do not multiply; counted from the last, the axes before the matrices must be equal or one of them 1";
    matrices(operation: &str, shape: &[usize])
        "{operation}: the shape {shape:?} holds no matrix; it must have at least two axes";
    square_matrices(operation: &str, shape: &[usize])
        "{operation}: the shape {shape:?} holds no square matrix; it must have at least two axes, the last two equal";
    square_matrix(operation: &str, shape: &[usize])
        "{operation}: the shape {shape:?} is not that of a square matrix; it must have two axes, both equal";
    right_side(operation: &str, matrix: &[usize], right: &[usize])
        "{operation}: the right-hand side has the shape {right:?}; for a matrix of the shape {matrix:?} it must be [{0}] or [{0}, columns]", matrix[0];
    vector(operation: &str, shape: &[usize])
        "{operation}: the shape {shape:?} holds no vector; it must have at least one axis";
    bias(bias: &[usize], weight: &[usize])
        "affine: the bias has the shape {bias:?}; for a weight of the shape {weight:?} it must be [{}]", weight[1];
    equal_shapes(operation: &str, x: &[usize], y: &[usize])
        "{operation}: the shapes {x:?} and {y:?} differ; they must be equal";
    epsilon(operation: &str, epsilon: f64)
        "{operation}: ε is {epsilon}; it must be finite and at least 0";
    probabilities(logits: &[usize], probabilities: &[usize])
        "softmax_cross_entropy_with: the logits have the shape {logits:?} and the probabilities {probabilities:?}; they must be equal";
    class_weight(weight: f64)
        "softmax_cross_entropy: a class weight is {weight}; weights must be finite and at least 0";
    class_weights(count: usize, logits: &[usize])
        "softmax_cross_entropy: {count} class weights are given for logits of the shape {logits:?}; there must be one for each class";
    smoothing(smoothing: f64)
        "Classes::smoothing: the share is {smoothing}; it must be at least 0 and at most 1";
    logits(operation: &str, shape: &[usize])
        "{operation}: the logits have the shape {shape:?}; it must be [rows, classes]";
    class_count(count: usize, logits: &[usize])
        "softmax_cross_entropy: {count} classes are given for logits of the shape {logits:?}; there must be one for each row";
    class(class: usize, row: usize, logits: &[usize])
        "softmax_cross_entropy: row {row} is given the class {class} with logits of the shape {logits:?}; a class must be below {}", logits[1];
    not_a_number(operation: &str, shape: &[usize])
        "{operation}: the variable has the shape {shape:?}; it must hold one number (reduce it with `sum` or `mean`)";
    no_variable(index: usize, count: usize)
        "at: there is no variable {index}; the tape holds {count}, counted from 0";
    copy_length(shape: &[usize], len: usize)
        "copy_to: a value of the shape {shape:?} does not fit {len} numbers; there must be {}", shape.iter().product::<usize>();
    constant(operation: &str, which: &str)
        "{operation}: {which} is a constant; gradients are taken with respect to what depends on a `Tape::var`";
    result(operation: &str)
        "{operation}: the variable is the result of an operation; gradients are kept for variables made by `Tape::var` (`Tape::grad` takes any)";
    tangent(operation: &str, v: &[usize], x: &[usize])
        "{operation}: a tangent has the shape {v:?} and its variable {x:?}; they must be equal";
    tangent_count(operation: &str, tangents: usize, variables: usize)
        "{operation}: there are {tangents} tangents and {variables} variables; there must be one for each";
    not_recording(operation: &str)
        "{operation}: nothing is recorded in a rule while `backward` runs it; derivatives must be taken outside of rules";
    parameter(operation: &str, name: &str, value: f64)
        "{operation}: {name} is {value}; it must be a finite number";
    share_shape(operation: &str, share: &[usize], of: &[usize], place: &Location<'_>)
        "{operation}: the rule of an operand of the shape {of:?} gives a cotangent of the shape {share:?}; it must be equal or broadcast from it; the operation was called at {place}";
    rank(operation: &str, rank: usize)
        "{operation}: there are {rank} axes; there can be at most 64";
    checkpoint_variable()
        "checkpoint: the function makes a variable of its own, whose gradient would be lost; it must be among the inputs";
    cotangent(operation: &str, v: &[usize], y: &[usize])
        "{operation}: the cotangent has the shape {v:?} and the result {y:?}; they must be equal";
    anomaly(operation: &str, kind: &str, at: &str, shape: &[usize], operands: &str)
        "{operation}: the result of the shape {shape:?} is {kind} at {at}, from operands of the shapes {operands} that are not";
    anomaly_given(name: &str, kind: &str, at: &str, shape: &[usize])
        "{name}: the value given, of the shape {shape:?}, is {kind} at {at}";
    anomaly_of_derivative(operation: &str, kind: &str, at: &str, of: &[usize], operands: &str, place: &Location<'_>)
        "{operation}: its derivative by an operand of the shape {of:?} is {kind} at {at}, from a cotangent and operands of the shapes {operands} that are not; the operation was called at {place}";
    anomaly_of_sum(operation: &str, kind: &str, at: &str, shape: &[usize], place: &Location<'_>)
        "{operation}: the sum of the cotangents of its result, of the shape {shape:?}, is {kind} at {at}, from cotangents that are not; the operation was called at {place}";
    other_tape(operation: &str)
        "{operation}: the variable is not on the tape that was differentiated, or that tape was cleared since";
}
