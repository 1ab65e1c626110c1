//! Networks that have no description, and what is told of them.

use ndarray::ArrayD;
use tapegrad_nn::{
    Activation, BatchNorm, Constraint, LayerNorm, Mlp, Normalization, Penalty, Role, Strength,
};

fn network() -> Mlp<f64> {
    Mlp::new(&[2, 3, 3, 1]).normalize(LayerNorm::new)
}

type Change = fn(&mut Mlp<f64>);

#[test]
fn every_sentence() {
    let table: &[(Change, &str)] = &[
        (
            |model| {
                model.layers[1].weight.penalty =
                    Penalty::custom("ternary", 0.1, |w| w.square().sum(..))
            },
            "`layers.1.weight` has the penalty `ternary`, which is the program's own; what is described must be `l1`, `l2`, `group_lasso` or `orthogonal`",
        ),
        (
            // A name is no proof.
            |model| {
                model.layers[0].output_penalty = Penalty::custom("L1", 0.1, |w| w.abs().sum(..))
            },
            "`layers.0.output_penalty` has the penalty `L1`, which is the program's own; what is described must be `l1`, `l2`, `group_lasso` or `orthogonal`",
        ),
        (
            |model| {
                let strength = Strength::scheduled(|step: usize| step as f64);
                model.layers[0].bias.as_mut().unwrap().penalty = Penalty::l2(&strength);
            },
            "`layers.0.bias` has the penalty `L2` with a schedule; a strength that is described must be a number",
        ),
        (
            |model| {
                let mut layer = BatchNorm::new(3);
                layer.gain.penalty = Penalty::l2(0.1);
                model.layers[1].normalization = Some(layer.into());
            },
            "`layers.1.normalization.gain` has a penalty or a constraint; those that are described must be of a weight, a bias or an output",
        ),
        (
            |model| {
                let Some(Normalization::Layer(layer)) = &mut model.layers[1].normalization else {
                    unreachable!()
                };
                layer.shift.constraint = Some(Constraint::non_negative());
            },
            "`layers.1.normalization.shift` has a penalty or a constraint; those that are described must be of a weight, a bias or an output",
        ),
        (
            |model| model.layers[2] = model.layers[1].clone(),
            "`layers.2.weight` is the same parameter as `layers.1.weight`; each that is described must be its own (`Param::separate`)",
        ),
        (
            |model| {
                model.layers.remove(0);
                model.layers[0].weight.role = Role::Gain;
            },
            "`layers.0.weight` is a gain of the shape [3, 3]; in its place a description makes a weight of the shape [3, 3]",
        ),
        (
            |model| {
                model.layers.swap(0, 2);
            },
            "`layers.1.weight` is a weight of the shape [3, 3]; in its place a description makes a weight of the shape [1, 3]",
        ),
        (
            |model| model.layers[0].weight.value = ArrayD::zeros(vec![]).into_shared(),
            "`layers.0.weight` is a weight of the shape []; in its place a description makes a weight of the shape [0, 0]",
        ),
        (
            |model| model.layers.clear(),
            "`inputs` is 0; it must be at least 1",
        ),
        (
            |model| model.layers[1].activation = Activation::Elu(f64::NAN),
            "`layers.1.activation.elu` is NaN; it must be finite",
        ),
    ];
    for (change, sentence) in table {
        let mut model = network();
        assert!(model.description().is_ok());
        change(&mut model);
        assert_eq!(model.description().unwrap_err().to_string(), *sentence);
    }
}
