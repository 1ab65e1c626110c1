//! Summaries of models.

use tapegrad_autodiff::Var;
use tapegrad_nn::{
    Activation, BatchNorm, Constraint, Dense, Dropout, Embedding, Flatten, Function, Groups, Mlp,
    Module, Name, Param, Penalty, Residual, Role, Scope, Sequential, Summary, Tied, summary,
    summary_with_input,
};

fn network() -> Mlp<f32> {
    let mut model = Mlp::new(&[20, 64, 10])
        .normalize(BatchNorm::new)
        .dropout(0.2)
        .input_dropout(0.1)
        .penalize(0, Penalty::elastic_net(1e-3, 1e-4).proximal());
    model.layers[1].weight.trainable = false;
    model.layers[1].weight.constraint = Some(Constraint::max_norm(Groups::Columns, 3.0));
    model.layers[1] = model.layers[1].clone().penalize_bias(Penalty::l2(0.1));
    model
}

#[test]
fn tables_word_for_word() {
    let expected = "\
layer                   parameters                                                       trained  frozen  statistics  penalty                                             constraint
layers.0                weight [20, 64], bias [64]                                          1344       0           0  weight: L2 0.0001 (proximal) + L1 0.001 (proximal)
layers.0.normalization  gain [64], shift [64], running_mean [64], running_variance [64]      128       0         128
layers.1                weight [64, 10], bias [10]                                            10     640           0  bias: L2 0.1                                        weight: norm of columns ≤ 3
all                                                                                         1482     640         128
";
    assert_eq!(summary(&network()).to_string(), expected);

    let layer = Dense::<f64>::new(3, 2).without_bias();
    let expected = "\
layer   parameters     output  trained  frozen  statistics
itself  weight [3, 2]  [5, 2]        6       0           0
all                    [5, 2]        6       0           0
";
    assert_eq!(summary_with_input(&layer, &[5, 3]).to_string(), expected);
}

fn outputs(summary: &Summary) -> Vec<(&str, &[usize])> {
    let layers = summary.layers.iter();
    let seen = layers.filter_map(|layer| Some((&layer.name[..], layer.output.as_deref()?)));
    seen.collect()
}

#[test]
fn parts_stand_where_the_pass_comes_to_them() {
    let found = summary_with_input(&network(), &[7, 20]);
    let expected: [(&str, &[usize]); 5] = [
        ("input_dropout", &[7, 20]),
        ("layers.0", &[7, 64]),
        ("layers.0.normalization", &[7, 64]),
        ("layers.0.dropout", &[7, 64]),
        ("layers.1", &[7, 10]),
    ];
    assert_eq!(outputs(&found), expected);
    assert_eq!(found.output.as_deref(), Some(&[7, 10][..]));

    let inner = Sequential::new()
        .then(Dense::new(4, 4))
        .then(Dropout::new(0.5));
    let model = Sequential::<f64>::new()
        .then(Embedding::new(5, 2))
        .then(Flatten)
        .then(Activation::Relu)
        .then(Residual::new(inner))
        .then(Function::new(|_, x| x.sum(-1)));
    let found = summary_with_input(&model, &[3, 2]);
    let expected: [(&str, &[usize]); 8] = [
        ("layers.0", &[3, 2, 2]),
        ("layers.1", &[3, 4]),
        ("layers.2", &[3, 4]),
        ("layers.3", &[3, 4]),
        ("layers.3.inner", &[3, 4]),
        ("layers.3.inner.layers.0", &[3, 4]),
        ("layers.3.inner.layers.1", &[3, 4]),
        ("layers.4", &[3]),
    ];
    assert_eq!(outputs(&found), expected);
    assert_eq!(found.output.as_deref(), Some(&[3][..]));
}

/// The same rows with and without an input, but for parts without parameters; the same counts as the
/// model's.
#[test]
fn counts_are_the_models() {
    let decoder = |encoder: &Dense<f32>| Tied::to(&encoder.weight);
    let encoder = Dense::new(20, 3);
    let decoder = decoder(&encoder);
    let models: [Box<dyn Module<f32>>; 3] = [
        Box::new(network()),
        Box::new(Sequential::new().then(encoder).then(decoder)),
        Box::new(Sequential::new()),
    ];
    for model in &models {
        let plain = summary(&**model);
        let with_input = summary_with_input(&**model, &[1, 20]);
        assert_eq!(plain.trained() + plain.frozen(), model.parameter_count());
        let whole: usize = model
            .parameters()
            .iter()
            .map(|(_, param)| param.value.len())
            .sum();
        assert_eq!(plain.trained() + plain.frozen() + plain.statistics(), whole);
        let mut bare = with_input.clone();
        bare.output = None;
        bare.layers.retain_mut(|layer| {
            assert!(layer.output.take().is_some(), "{}", layer.name);
            !layer.parameters.is_empty()
        });
        assert_eq!(bare, plain);
        let lines = with_input.to_string().lines().count();
        assert_eq!(lines, with_input.layers.len() + 2);
    }
}

/// Two parts of one model that are one layer; one is called without a part of its own.
struct Twice {
    layer: Dense<f32>,
    scale: Param<f32>,
}

impl Module<f32> for Twice {
    fn forward<'t>(&self, on: &Scope<'t, f32>, x: Var<'t, f32>) -> Var<'t, f32> {
        let y = on.part("first", None, &self.layer, x);
        self.layer.forward(on, y) * on.param(&self.scale)
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f32>)) {
        self.layer.visit(&at.child("first"), f);
        self.layer.visit(&at.child("second"), f);
        f(&at.child("scale"), &self.scale);
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f32>)) {
        self.layer.visit_mut(&at.child("first"), f);
        self.layer.visit_mut(&at.child("second"), f);
        f(&at.child("scale"), &mut self.scale);
    }
}

#[test]
fn shared_parameters_count_once() {
    let model = Twice {
        layer: Dense::new(2, 2),
        scale: Param::new(Role::Gain, 1.0),
    };
    let found = summary_with_input(&model, &[1, 2]);
    assert_eq!((found.trained(), found.layers[1].trained()), (7, 0));
    let expected = "\
layer   parameters                                             output  trained  frozen  statistics
first   weight [2, 2], bias [2]                                [1, 2]        6       0           0
second  weight [2, 2] of first.weight, bias [2] of first.bias                0       0           0
itself  scale []                                               [1, 2]        1       0           0
all                                                            [1, 2]        7       0           0
";
    assert_eq!(found.to_string(), expected);
}

/// A summary leaves the model and the notes of later passes as they were.
#[test]
fn nothing_is_left_behind() {
    let model = network();
    let before = format!("{model:?}");
    let first = summary_with_input(&model, &[7, 20]);
    model.predict(ndarray::Array2::zeros([2, 20]));
    assert_eq!(summary_with_input(&model, &[7, 20]), first);
    assert_eq!(format!("{model:?}"), before);
}
