//! Names, and settings of networks.

use ndarray::array;
use tapegrad_nn::{Activation, Dropout, LayerNorm, Mlp, Module, Name, Normalization};

use super::table::TABLE;

/// Both visitors show the same names in the same order, each parameter once.
#[test]
fn visitors_agree() {
    for row in TABLE {
        let mut layer = (row.layer)();
        let shown: Vec<_> = layer
            .parameters()
            .into_iter()
            .map(|(name, param)| (name, param.id()))
            .collect();
        let mut changed = Vec::new();
        layer.visit_mut(Name::root(), &mut |name, param| {
            changed.push((name.to_string(), param.id()));
        });
        assert_eq!(shown, changed, "{}", row.name);
        let mut ids: Vec<_> = shown.iter().map(|(_, id)| *id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), shown.len(), "{}", row.name);
        assert_eq!(layer.clone().parameters().len(), shown.len());
        assert!(!format!("{layer:?}").is_empty());
    }
}

/// Settings of a network are those of its hidden layers; those of one layer come after.
#[test]
fn settings_of_networks() {
    let model = Mlp::<f32>::new(&[2, 3, 4, 1])
        .activation(Activation::Elu(0.5))
        .activation_of(1, Activation::Mish)
        .output_activation(Activation::Sigmoid)
        .dropout(0.5)
        .dropout_of(0, 0.25)
        .input_dropout(0.1)
        .normalize(|width| LayerNorm::new(width).epsilon(1e-3));
    let activations: Vec<_> = model.layers.iter().map(|layer| layer.activation).collect();
    assert_eq!(
        activations,
        [Activation::Elu(0.5), Activation::Mish, Activation::Sigmoid]
    );
    let rates = model
        .layers
        .iter()
        .map(|layer| layer.dropout.map(Dropout::rate));
    assert_eq!(rates.collect::<Vec<_>>(), [Some(0.25), Some(0.5), None]);
    assert_eq!(model.input_dropout, Some(Dropout::new(0.1)));
    let normalized = model.layers.iter().map(|layer| match &layer.normalization {
        Some(Normalization::Layer(layer)) => Some(layer.gain.value.len()),
        _ => None,
    });
    assert_eq!(normalized.collect::<Vec<_>>(), [Some(3), Some(4), None]);
    let names: Vec<_> = model
        .parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "layers.0.weight",
        "layers.0.bias",
        "layers.0.normalization.gain",
        "layers.0.normalization.shift",
        "layers.1.weight",
    ];
    assert_eq!(names[..5], expected);
    assert_eq!(model.predict(array![[0.5, 1.0]]).shape(), [1, 1]);
}
