//! What misuse is told: who, what was given, what must hold. Each panics at the line of the caller.

use tapegrad_autodiff::sentences;

sentences! {
    dataset(x: &[usize], y: &[usize])
        "Dataset::new: the inputs have the shape {x:?} and the targets {y:?}; both must have two axes and as many rows";
    split_at(rows: usize, of: usize)
        "Dataset::split_at: the first part is to have {rows} rows; there are {of}";
    fraction(who: &str, fraction: f64)
        "{who}: the fraction is {fraction}; it must be at least 0 and at most 1";
    batch_size(method: &str)
        "Dataset::{method}: the batch size is 0; it must be at least 1";
    row_weights(weights: &[usize], rows: usize)
        "Dataset::weighted: the weights have the shape {weights:?}; for {rows} rows it must be [{rows}]";
    class_without_weight(row: usize, class: usize, weights: usize)
        "Dataset::weighted_by_class: row {row} is of the class {class} and there are {weights} weights; there must be one for each class";
    folds(who: &str, folds: usize)
        "{who}: the number of folds is {folds}; it must be at least 2";
    share(share: f64)
        "HoldOut::new: the share is {share}; it must be above 0 and below 1";
    not_a_class(row: usize, target: f64)
        "Dataset::classes: the target of row {row} is {target}; it must be a whole number and at least 0";
    outputs(who: &str, count: usize)
        "{who}: there are {count} targets a row; there must be one";
    transform_fit(who: &str, shape: &[usize])
        "{who}: the data have the shape {shape:?}; they must be [rows, columns] with at least one row";
    transform_number(who: &str, row: usize, column: usize, number: f64)
        "{who}: the number in row {row}, column {column} is {number}; it must be finite (`Dataset::check` tells before)";
    transform_columns(who: &str, shape: &[usize], columns: usize)
        "{who}: the data have the shape {shape:?}; they must be [rows, {columns}], as those it was fitted on";
    min_max_bounds(low: f64, high: f64)
        "MinMax::fit_between: the bounds are {low} and {high}; they must be finite, the lower first";
    one_hot_category(row: usize, column: usize, number: f64)
        "OneHot: the category in row {row}, column {column} is {number}; it must be one that was fitted on, or unknown ones ignored (`OneHot::check` tells before)";
    components(components: usize, rows: usize, columns: usize)
        "Pca::fit: {components} components are asked for; with {rows} rows and {columns} columns there must be from 1 to {}",
        rows.min(columns);
    label_class(class: usize, count: usize)
        "LabelEncoder::decode: the class is {class}; it must be below {count}";
    spread(who: &str, name: &str, value: f64)
        "{who}: the {name} is {value}; it must be finite and at least 0";
    mixup_alpha(alpha: f64)
        "Mixup::new: alpha is {alpha}; it must be finite and above 0";
    mixup_classes(count: usize)
        "Mixup::classes: the number of classes is {count}; it must be at least 2";
    mixup_class(row: usize, class: usize, classes: usize)
        "Mixup: the class of row {row} of the batch is {class}; it must be below {classes}";
    bounds(who: &str, low: f64, high: f64)
        "{who}: the bounds are {low} and {high}; the lower one must be below the upper one";
    metric_name(name: &str)
        "Trainer::metric: a metric is called `{name}`, as another column of the history; its name must be its own";
    endless()
        "Trainer: neither epochs nor steps were said; one must be";
    no_checkpoints()
        "Trainer: a run without checkpoints cannot be resumed; say where they are with Trainer::checkpoints";
    nothing_to_evaluate()
        "Trainer::evaluate: the data have no row; there must be at least one";
    none(who: &str, what: &str)
        "{who}: the number of {what} is 0; it must be at least 1";
    informative(informative: usize, features: usize)
        "data::sparse_linear_regression: {informative} features are to be informative; there are {features}";
    class_rows(who: &str, outputs: &[usize], targets: &[usize])
        "{who}: the outputs have the shape {outputs:?} and the targets {targets:?}; the outputs must be [rows, 1] or [rows, classes] and the targets one a row, with at least one row";
    one_column(who: &str, outputs: &[usize])
        "{who}: the outputs have the shape {outputs:?}; they must be one column, [rows, 1], that of class 1";
    target_class(who: &str, row: usize, target: f64, classes: usize)
        "{who}: the target of row {row} is {target}; it must be a class, a whole number at least 0 and below {classes}";
    probability(who: &str, row: usize, probability: f64)
        "{who}: a probability of row {row} is {probability}; it must be at least 0 and at most 1, as logits need not be";
    number_rows(who: &str, outputs: &[usize], targets: &[usize])
        "{who}: the outputs have the shape {outputs:?} and the targets {targets:?}; they must be equal, with at least one row";
    weight_count(who: &str, weights: usize, rows: usize)
        "{who}: {weights} weights are given for {rows} rows; there must be one for each";
    weight(who: &str, row: usize, weight: f64)
        "{who}: the weight of row {row} is {weight}; it must be finite and at least 0";
    class_lists(predicted: usize, actual: usize)
        "ConfusionMatrix::new: {predicted} predicted and {actual} actual classes are given; there must be as many of both, at least one";
    class_names(names: usize, classes: usize)
        "ConfusionMatrix::names: {names} names are given for {classes} classes; there must be one for each";
    average_class(class: usize, classes: usize)
        "ConfusionMatrix: the average is that of class {class}; it must be below {classes}, the number of classes";
    friedman1(features: usize)
        "data::friedman1: the number of features is {features}; it must be at least 5";
    corners(classes: usize, clusters: usize, informative: usize)
        "Classification: {classes} classes of {clusters} clusters are asked for; {informative} informative columns have a corner for {} clusters",
        1_usize << informative;
    field(row: usize, column: usize, rows: usize, columns: usize)
        "Table::field: row {row}, column {column} is asked for; there are {rows} rows of {columns}, counted from 0";
    missing_constant(value: f64)
        "Columns::missing: the constant is {value}; it must be finite";
    row(who: &str, row: usize, of: usize)
        "{who}: row {row} is asked for; there are {of}, counted from 0";
    boundary_logits(points: usize, logits: &[usize])
        "plot::boundary: for {points} points the logits have the shape {logits:?}; it must be [{points}, 1]";
    picture(width: usize, height: usize)
        "plot::boundary: the picture has {width} × {height} characters; it must have at least 2 in each direction";
    class_logits(points: usize, outputs: &[usize])
        "plot::decision_boundary: for {points} points the outputs have the shape {outputs:?}; it must be [{points}, 1] or [{points}, classes]";
    figure_size(width: u32, height: u32)
        "Figure::size: the size is {width} × {height} pixels; both must be at least 200 and at most 4096";
    importance_names(names: usize, columns: usize)
        "Importances::named: {names} names are given for {columns} columns; there must be one for each";
    importance_output(who: &str, output: usize, outputs: &[usize])
        "{who}: output {output} is asked for and the outputs have the shape {outputs:?}; it must be [rows, outputs], and the output one of them, counted from 0";
    importance_baseline(baseline: &[usize], columns: usize)
        "IntegratedGradients: the baseline has the shape {baseline:?}; for inputs of {columns} columns it must be [{columns}]";
    importance_weight()
        "importance::weight_rows: the model has no weight with two axes; there must be one, whose rows are the inputs";
    plane(who: &str, shape: &[usize])
        "{who}: the inputs have the shape {shape:?}; they must be points of a plane, [rows, 2], at least one";
}

/// The number, if it is finite and at least 0.
#[track_caller]
pub(crate) fn at_least_zero(who: &str, what: &str, value: f64) -> f64 {
    if !(value >= 0.0 && value.is_finite()) {
        spread(who, what, value);
    }
    value
}

/// The count, if it is at least 1.
#[track_caller]
pub(crate) fn at_least_one(who: &str, what: &str, count: usize) -> usize {
    if count == 0 {
        none(who, what);
    }
    count
}
