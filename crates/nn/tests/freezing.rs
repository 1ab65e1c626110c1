//! Freezing by name.

use ndarray::array;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{BatchNorm, Mlp, Module, Role, Scope, matches};

fn model() -> Mlp<f64> {
    Mlp::new(&[2, 4, 4, 1]).normalize(BatchNorm::new)
}

/// Exactly what matches is frozen, of statistics nothing; it has no gradient, and is trained again afterwards.
#[test]
fn what_matches_and_no_more() {
    for pattern in [
        "**",
        "layers.0.weight",
        "layers.*.weight",
        "layers.1.**",
        "**.normalization.*",
        "**.gain",
    ] {
        let mut model = model();
        let expected: Vec<bool> = model
            .parameters()
            .iter()
            .map(|(name, param)| param.role != Role::Statistic && matches(pattern, name))
            .collect();
        let count = expected.iter().filter(|matches| **matches).count();
        assert_eq!(
            (model.freeze(pattern), model.freeze(pattern)),
            (count, count)
        );

        let tape = Tape::new();
        let on = Scope::train(&tape);
        let x = on.input(array![[1.0, 2.0], [0.5, -1.0]]);
        let gradients = on.backward(model.forward(&on, x).sum(..));
        for ((name, param), frozen) in model.parameters().into_iter().zip(&expected) {
            let is_statistic = param.role == Role::Statistic;
            assert_eq!(param.trainable, !frozen && !is_statistic, "{name}");
            let is_trained = !frozen && !is_statistic;
            assert_eq!(gradients.get(param).is_some(), is_trained, "{name}");
        }
        // Statistics of frozen layers go on.
        assert_eq!(gradients.updates().count(), 4);

        let module: &mut dyn Module<f64> = &mut model;
        assert_eq!(module.unfreeze(pattern), count);
        let parameters = model.parameters();
        let mut trainable = parameters
            .iter()
            .map(|(_, param)| (param.role, param.trainable));
        assert!(trainable.all(|(role, trainable)| trainable == (role != Role::Statistic)));
    }
}
