//! What comes back is what went in.

use rand::RngExt;
use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::description::{
    BatchNormDescription, BetweenDescription, ConstraintDescription, LayerNormDescription,
    NormalizationDescription, OfGroups, PenaltyDescription,
};
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{
    Activation, Groups, Initializer, LayerDescription, Mlp, MlpDescription, Module, Name, Scope,
    file,
};

use super::table::TABLE;

/// Everything in a network but the identities of its parameters, with every number.
fn written<T: Element>(model: &Mlp<T>) -> String {
    let mut text = String::new();
    for (count, part) in format!("{model:?}").split("ParamId(").enumerate() {
        let rest = part.split_once(')').map_or(part, |(_, rest)| rest);
        text += if count == 0 { part } else { rest };
    }
    for (name, param) in model.parameters() {
        let numbers: Vec<_> = param.value.iter().map(|number| number.wide()).collect();
        text += &format!("{name} {numbers:?}");
    }
    text
}

fn through_text(description: &MlpDescription) {
    let toml = toml::to_string(description).unwrap();
    assert_eq!(
        &toml::from_str::<MlpDescription>(&toml).unwrap(),
        description,
        "{toml}"
    );
    let json = serde_json::to_string(description).unwrap();
    assert_eq!(
        &serde_json::from_str::<MlpDescription>(&json).unwrap(),
        description,
        "{json}"
    );
}

/// The description of the network that a description makes makes the same network.
fn through_networks(description: &MlpDescription) {
    let model = description.build::<f64>().unwrap();
    let again = model.description().unwrap();
    through_text(&again);
    let other = again.build::<f64>().unwrap();
    assert_eq!(written(&model), written(&other), "{description:?}");
    assert_eq!(other.description().unwrap(), again);
    let single = description.build::<f32>().unwrap();
    assert_eq!(single.description().unwrap(), again);
}

#[test]
fn networks_of_the_table() {
    for row in TABLE {
        let description: MlpDescription = toml::from_str(row.text).unwrap();
        let model = (row.model)();
        assert_eq!(
            written(&description.build::<f64>().unwrap()),
            written(&model),
            "{}",
            row.text
        );
        assert_eq!(model.description().unwrap(), description, "{}", row.text);
        through_text(&description);
        through_networks(&description);
    }
}

/// A saved model and its description give the model back: in evaluation and in training, where dropout
/// draws by the names of layers.
#[test]
fn a_file_and_a_description_are_the_model() {
    for row in TABLE {
        let mut model = (row.model)();
        let mut count = 0.0;
        model.visit_mut(Name::root(), &mut |_, param| {
            param.value.mapv_inplace(|_| {
                count += 1.0;
                1.0 + f64::sin(count) / 2.0
            });
        });
        let text = serde_json::to_string(&model.description().unwrap()).unwrap();
        let bytes = file::to_bytes(&model);

        let description: MlpDescription = serde_json::from_str(&text).unwrap();
        let mut other = description.build::<f64>().unwrap();
        file::from_bytes(&mut other, &bytes).unwrap();
        let x = ndarray::Array2::from_shape_fn((5, description.inputs), |(i, j)| {
            (i * 3 + j) as f64 / 7.0
        });
        assert_eq!(model.predict(&x), other.predict(&x));
        let tape = Tape::new();
        let [one, two] = [&model, &other].map(|model| {
            let on = Scope::train(&tape).seed(3);
            let y = model.forward(&on, on.input(&x));
            let loss = y.square().mean(..) + model.penalty(&on);
            let gradients = on.backward(loss);
            let of_each = model.parameters().into_iter();
            let of_each = of_each.map(|(_, param)| gradients.get(param).map(|g| g.to_owned()));
            (y.value(), loss.item(), of_each.collect::<Vec<_>>())
        });
        assert_eq!(one, two, "{}", row.text);
    }
}

fn penalties() -> Vec<Vec<PenaltyDescription>> {
    let one = PenaltyDescription::default;
    let mut penalties = vec![
        vec![PenaltyDescription {
            l1: Some(1e-3),
            ..one()
        }],
        vec![PenaltyDescription {
            l2: Some(0.0),
            ..one()
        }],
        vec![PenaltyDescription {
            l1: Some(0.1),
            l2: Some(0.2),
            ..one()
        }],
        vec![
            PenaltyDescription {
                l2: Some(0.2),
                ..one()
            },
            PenaltyDescription {
                l1: Some(0.1),
                ..one()
            },
        ],
    ];
    for groups in of_groups(0.3) {
        penalties.push(vec![PenaltyDescription {
            group_lasso: Some(groups),
            ..one()
        }]);
    }
    let mut all = penalties.clone();
    for mut proximal in penalties.into_iter() {
        proximal.iter_mut().for_each(|table| table.proximal = true);
        all.push(proximal);
    }
    all.push(vec![PenaltyDescription {
        orthogonal: Some(0.4),
        ..one()
    }]);
    all
}

fn of_groups(number: f64) -> [OfGroups; 3] {
    [
        OfGroups::Rows(number),
        OfGroups::Columns(number),
        OfGroups::Whole(number),
    ]
}

fn constraints() -> Vec<ConstraintDescription> {
    let between = |low, high| ConstraintDescription::Between(BetweenDescription { low, high });
    let mut all = vec![
        ConstraintDescription::NonNegative,
        ConstraintDescription::L1Ball(2.0),
        between(Some(-1.0), Some(0.5)),
        between(Some(-1.0), None),
        between(None, Some(1.0)),
        between(None, None),
    ];
    all.extend(of_groups(3.0).map(ConstraintDescription::MaxNorm));
    let groups = [Groups::Rows, Groups::Columns, Groups::Whole];
    all.extend(groups.map(ConstraintDescription::UnitNorm));
    all
}

fn normalizations() -> Vec<NormalizationDescription> {
    vec![
        NormalizationDescription::Batch(Default::default()),
        NormalizationDescription::Batch(BatchNormDescription {
            momentum: 1.0,
            epsilon: 0.0,
        }),
        NormalizationDescription::Layer(Default::default()),
        NormalizationDescription::Layer(LayerNormDescription { epsilon: 1e-3 }),
    ]
}

/// Every value of every setting, in a layer without other settings.
#[test]
fn every_setting() {
    let plain = || LayerDescription::new(4);
    let mut layers = vec![
        LayerDescription {
            bias: false,
            ..plain()
        },
        LayerDescription {
            dropout: Some(0.0),
            ..plain()
        },
        LayerDescription {
            seed: Some(u64::MAX >> 1),
            ..plain()
        },
    ];
    for &activation in Activation::ALL {
        layers.push(LayerDescription {
            activation,
            ..plain()
        });
    }
    for &initializer in Initializer::ALL {
        layers.push(LayerDescription {
            initializer: Some(initializer),
            ..plain()
        });
    }
    for normalization in normalizations() {
        layers.push(LayerDescription {
            normalization: Some(normalization),
            ..plain()
        });
    }
    for penalty in penalties() {
        let in_loss = penalty.iter().all(|table| !table.proximal);
        let of_vectors = penalty.iter().all(|table| table.orthogonal.is_none());
        layers.push(LayerDescription {
            penalty: penalty.clone(),
            ..plain()
        });
        if of_vectors {
            layers.push(LayerDescription {
                bias_penalty: penalty.clone(),
                ..plain()
            });
        }
        if in_loss && of_vectors {
            layers.push(LayerDescription {
                output_penalty: penalty,
                ..plain()
            });
        }
    }
    for constraint in constraints() {
        layers.push(LayerDescription {
            constraint: Some(constraint),
            ..plain()
        });
        layers.push(LayerDescription {
            bias_constraint: Some(constraint),
            ..plain()
        });
    }
    for name in [
        "weight",
        "bias",
        "normalization.gain",
        "normalization.shift",
    ] {
        let normalization = Some(NormalizationDescription::Layer(Default::default()));
        layers.push(LayerDescription {
            normalization,
            frozen: vec![name.to_owned()],
            ..plain()
        });
    }
    for layer in layers {
        let description = MlpDescription {
            inputs: 3,
            seed: 2,
            initializer: Initializer::Constant(0.25), // as no layer's own
            input_dropout: None,
            layers: vec![LayerDescription::new(3), layer, LayerDescription::new(1)],
        };
        through_text(&description);
        through_networks(&description);
        // What a person would write comes back as it was written, but for terms that act as steps: they
        // stand in their turns, in one table.
        let back = description.build::<f64>().unwrap().description().unwrap();
        if !description.layers[1]
            .penalty
            .iter()
            .any(|table| table.proximal)
            && !description.layers[1]
                .bias_penalty
                .iter()
                .any(|table| table.proximal)
        {
            assert_eq!(back, description);
        }
    }
}

fn some<V>(stream: &mut Stream, of: impl FnOnce(&mut Stream) -> V) -> Option<V> {
    stream.random::<bool>().then(|| of(stream))
}

fn one_of<V: Clone>(stream: &mut Stream, list: &[V]) -> V {
    list[stream.random_range(0..list.len())].clone()
}

fn random_layer(stream: &mut Stream) -> LayerDescription {
    let penalty = one_of(stream, &penalties());
    let mut layer = LayerDescription {
        bias: stream.random(),
        activation: one_of(stream, Activation::ALL),
        normalization: some(stream, |stream| one_of(stream, &normalizations())),
        dropout: some(stream, |stream| stream.random()),
        initializer: some(stream, |stream| one_of(stream, Initializer::ALL)),
        seed: some(stream, |stream| stream.random::<u64>() >> 1),
        penalty,
        constraint: some(stream, |stream| one_of(stream, &constraints())),
        ..LayerDescription::new(stream.random_range(1..6))
    };
    // Another list of terms beside the first, unless both act on groups as steps.
    let more = one_of(stream, &penalties());
    let both: Vec<_> = layer.penalty.iter().chain(&more).copied().collect();
    let of_groups = both
        .iter()
        .filter(|table| table.proximal && table.group_lasso.is_some());
    if of_groups.count() < 2 {
        layer.penalty = both;
    }
    if layer.bias {
        layer.bias_constraint = some(stream, |stream| one_of(stream, &constraints()));
        layer.frozen.extend(some(stream, |_| "bias".to_owned()));
    }
    layer
}

#[test]
fn random_networks() {
    for seed in 0..300 {
        let stream = &mut random::stream(seed);
        let description = MlpDescription {
            inputs: stream.random_range(1..6),
            seed: stream.random::<u64>() >> 1,
            initializer: one_of(stream, Initializer::ALL),
            input_dropout: some(stream, |stream| stream.random()),
            layers: (0..stream.random_range(1..5))
                .map(|_| random_layer(stream))
                .collect(),
        };
        through_text(&description);
        let model = description.build::<f64>().unwrap();
        let again = model.description().unwrap();
        let json = serde_json::to_string(&again).unwrap();
        let other = serde_json::from_str::<MlpDescription>(&json).unwrap();
        assert_eq!(other, again);
        assert_eq!(
            written(&model),
            written(&other.build::<f64>().unwrap()),
            "{json}"
        );
    }
}

/// The network's seed is found again from those of its layers.
#[test]
fn seeds_are_found_again() {
    let stream = &mut random::stream(1);
    for seed in [0, 1, u64::MAX]
        .into_iter()
        .chain((0..200).map(|_| stream.random()))
    {
        let description = Mlp::<f32>::new(&[1, 2, 1, 2, 1])
            .seed(seed)
            .description()
            .unwrap();
        assert_eq!(description.seed, seed);
        assert!(description.layers.iter().all(|layer| layer.seed.is_none()));
    }
    // Of two seeds the one that a person would write is the network's.
    let mut model = Mlp::<f32>::new(&[1, 2, 1]).seed(3);
    model.layers[0] = model.layers[0].clone().seed(4);
    let description = model.description().unwrap();
    assert_eq!((description.seed, description.layers[0].seed), (3, Some(4)));
}
