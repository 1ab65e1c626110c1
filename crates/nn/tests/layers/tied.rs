//! Weights that two layers share.

use ndarray::array;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{Dense, Mlp, Module, Param, Penalty, Role, Scope, Sequential, Tied};

/// `x W Wᵀ`, and the same with two parameters of one value.
#[test]
fn the_gradient_is_the_sum_of_both_uses() {
    let encoder = Dense::<f64>::new(4, 2).seed(3).without_bias();
    let decoder = Tied::to(&encoder.weight).without_bias();
    let x = array![[0.1, -0.2, 0.3, 0.4], [1.0, 0.5, -0.3, 0.2]];
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = decoder.forward(&on, encoder.forward(&on, on.input(&x)));
    let tied = on.backward(y.square().sum(..));
    assert_eq!(tied.len(), 1);

    let second = Param::new(Role::Weight, &encoder.weight.value);
    let on = Scope::train(&tape);
    let y = encoder.forward(&on, on.input(&x)).dot_t(on.param(&second));
    let apart = on.backward(y.square().sum(..));
    let sum = &apart.wrt(&encoder.weight) + &apart.wrt(&second);
    for (both, sum) in tied.wrt(&encoder.weight).iter().zip(&sum) {
        approx::assert_relative_eq!(*both, *sum, max_relative = 1e-14);
    }
}

/// Shown and penalised once; a clone of the model is tied as the model is.
#[test]
fn the_weight_is_shown_once() {
    let encoder = Dense::<f64>::new(3, 2).penalize(Penalty::l2(1.0));
    let decoder = Tied::to(&encoder.weight);
    assert_eq!(decoder.weight(), encoder.weight.id());
    let squares = encoder.weight.value.mapv(|w| w * w).sum();
    let model = Sequential::new().then(encoder).then(decoder);
    assert_eq!(model.parameter_count(), 3 * 2 + 2 + 3);
    let tape = Tape::new();
    let on = Scope::eval(&tape);
    approx::assert_relative_eq!(model.penalty(&on).item(), squares, max_relative = 1e-14);
    let x = array![[1.0, 2.0, 3.0]];
    let (mut clone, before) = (model.clone(), model.predict(&x));
    assert_eq!(clone.predict(&x), before);
    clone.visit_mut(tapegrad_nn::Name::root(), &mut |_, param| {
        param.value.mapv_inplace(|w| 2.0 * w);
    });
    assert_eq!(
        clone.predict(&x),
        4.0 * before,
        "the decoder sees the encoder's new weight"
    );
}

/// A layer drawn anew has normalisations of its own, too.
#[test]
fn layers_drawn_anew_share_nothing() {
    let layer = Mlp::<f64>::new(&[2, 3, 1])
        .normalize(tapegrad_nn::BatchNorm::new)
        .layers[0]
        .clone();
    let again = layer.clone().seed(1);
    for ((name, old), (_, new)) in layer.parameters().into_iter().zip(again.parameters()) {
        assert_ne!(old.id(), new.id(), "{name}");
    }
}
