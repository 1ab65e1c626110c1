//! What text that makes no network is told.

use tapegrad_nn::{LayerDescription, MlpDescription, Module};

/// What is told of a network with one layer `layer` on two inputs, and of its fields in `network`.
fn told(network: &str, layer: &str) -> String {
    let text = format!("{network}\n inputs = 2\n [[layers]]\n units = 3\n [[layers]]\n {layer}");
    let description: MlpDescription = toml::from_str(&text).expect(&text);
    description.build::<f64>().expect_err(&text).to_string()
}

#[test]
fn every_sentence() {
    let of_layers = [
        ("units = 0", "`layers.1.units` is 0; it must be at least 1"),
        (
            "units = 1\n dropout = 1.0",
            "`layers.1.dropout` is 1; it must be at least 0 and below 1",
        ),
        (
            "units = 1\n dropout = nan",
            "`layers.1.dropout` is NaN; it must be at least 0 and below 1",
        ),
        (
            "units = 1\n activation = { leaky_relu = nan }",
            "`layers.1.activation.leaky_relu` is NaN; it must be finite",
        ),
        (
            "units = 1\n activation = { elu = inf }",
            "`layers.1.activation.elu` is inf; it must be finite",
        ),
        (
            "units = 1\n initializer = { normal = -1 }",
            "`layers.1.initializer.normal` is -1; it must be finite and at least 0",
        ),
        (
            "units = 1\n normalization = { batch = { momentum = 2 } }",
            "`layers.1.normalization.batch.momentum` is 2; it must be at least 0 and at most 1",
        ),
        (
            "units = 1\n normalization = { batch = { epsilon = -1 } }",
            "`layers.1.normalization.batch.epsilon` is -1; it must be finite and at least 0",
        ),
        (
            "units = 1\n normalization = { layer = { epsilon = inf } }",
            "`layers.1.normalization.layer.epsilon` is inf; it must be finite and at least 0",
        ),
        (
            "units = 1\n penalty = { l1 = -1e-3 }",
            "`layers.1.penalty.l1` is -0.001; it must be finite and at least 0",
        ),
        (
            "units = 1\n penalty = [{ l1 = 1 }, { l2 = inf }]",
            "`layers.1.penalty.l2` is inf; it must be finite and at least 0",
        ),
        (
            "units = 1\n bias_penalty = { group_lasso = { columns = nan } }",
            "`layers.1.bias_penalty.group_lasso.columns` is NaN; it must be finite and at least 0",
        ),
        (
            "units = 1\n penalty = { orthogonal = -1 }",
            "`layers.1.penalty.orthogonal` is -1; it must be finite and at least 0",
        ),
        (
            "units = 1\n penalty = { proximal = true }",
            "`layers.1.penalty` has no term; there must be at least one of `l1`, `l2`, `group_lasso`, `orthogonal`",
        ),
        (
            "units = 1\n penalty = { l1 = 1, orthogonal = 1, proximal = true }",
            "`layers.1.penalty.orthogonal` cannot act as a step; what is proximal must be `l1`, `l2` or `group_lasso`",
        ),
        (
            "units = 1\n [[layers.penalty]]\n group_lasso = { rows = 1 }\n proximal = true\n [[layers.penalty]]\n group_lasso = { whole = 1 }\n proximal = true",
            "`layers.1.penalty` has two proximal terms on norms of groups; there can be one, as no step is known for several",
        ),
        (
            "units = 1\n output_penalty = { l1 = 1, proximal = true }",
            "`layers.1.output_penalty` is proximal; outputs have no step after an update, so it must act in the loss",
        ),
        (
            "units = 1\n bias_penalty = { orthogonal = 1 }",
            "`layers.1.bias_penalty.orthogonal` is said of what is no weight; it must be of a weight",
        ),
        (
            "units = 1\n output_penalty = [{ l1 = 1 }, { orthogonal = 1 }]",
            "`layers.1.output_penalty.orthogonal` is said of what is no weight; it must be of a weight",
        ),
        (
            "units = 1\n bias = false\n bias_penalty = { l2 = 1 }",
            "`layers.1.bias_penalty` is said of a layer without a bias; its `bias` must be true",
        ),
        (
            "units = 1\n bias = false\n bias_constraint = 'non_negative'",
            "`layers.1.bias_constraint` is said of a layer without a bias; its `bias` must be true",
        ),
        (
            "units = 1\n constraint = { max_norm = { rows = -1 } }",
            "`layers.1.constraint.max_norm.rows` is -1; it must be finite and at least 0",
        ),
        (
            "units = 1\n constraint = { l1_ball = nan }",
            "`layers.1.constraint.l1_ball` is NaN; it must be finite and at least 0",
        ),
        (
            "units = 1\n constraint = { between = { low = 2, high = 1 } }",
            "`layers.1.constraint.between` has the bounds 2 and 1; the lower must not be above the upper",
        ),
        (
            "units = 1\n bias_constraint = { between = { low = inf } }",
            "`layers.1.bias_constraint.between.low` is inf; it must be finite",
        ),
        (
            "units = 1\n bias = false\n frozen = ['weight', 'bias']",
            "`layers.1.frozen` names `bias`; the layer's parameters are [\"weight\"]",
        ),
        (
            "units = 1\n normalization = 'batch'\n frozen = ['normalization.running_mean']",
            "`layers.1.frozen` names `normalization.running_mean`; the layer's parameters are [\"weight\", \"bias\", \"normalization.gain\", \"normalization.shift\"]",
        ),
        (
            "units = 9223372036854775807",
            "`layers.1` brings the network to 36893488147419103237 numbers; there may be 10000000 (`build_within` sets another limit)",
        ),
    ];
    for (layer, sentence) in of_layers {
        assert_eq!(told("", layer), sentence);
    }
    let of_networks = [
        (
            "input_dropout = -0.1",
            "`input_dropout` is -0.1; it must be at least 0 and below 1",
        ),
        (
            "initializer = { orthogonal = nan }",
            "`initializer.orthogonal` is NaN; it must be finite",
        ),
        (
            "initializer = { constant = inf }",
            "`initializer.constant` is inf; it must be finite",
        ),
        (
            "initializer = { truncated_normal = inf }",
            "`initializer.truncated_normal` is inf; it must be finite and at least 0",
        ),
    ];
    for (network, sentence) in of_networks {
        assert_eq!(told(network, "units = 1"), sentence);
    }
    let whole = |text: &str| {
        let description: MlpDescription = toml::from_str(text).unwrap();
        description.build::<f32>().unwrap_err().to_string()
    };
    assert_eq!(
        whole("inputs = 2\n layers = []"),
        "`layers` is empty; there must be at least one layer"
    );
    assert_eq!(
        whole("inputs = 0\n layers = [{ units = 1 }]"),
        "`inputs` is 0; it must be at least 1"
    );
}

/// What is no description at all is told by serde: where, and what was expected.
#[test]
fn text_of_another_form() {
    let table = [
        (r#"{"inputs": 2}"#, "missing field `layers`"),
        (
            r#"{"inputs": -2, "layers": []}"#,
            "invalid value: integer `-2`, expected usize",
        ),
        (
            r#"{"inputs": 2, "sed": 1, "layers": []}"#,
            "unknown field `sed`, expected one of",
        ),
        (
            r#"{"inputs": 2, "layers": [{"unit": 3}]}"#,
            "unknown field `unit`, expected one of",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "activation": "rleu"}]}"#,
            "unknown variant `rleu`, expected one of",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "activation": "leaky_relu"}]}"#,
            "invalid type: unit variant",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "penalty": {"l3": 1}}]}"#,
            "unknown field `l3`, expected one of",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "penalty": [{"l1": 1}, {"l": 1}]}]}"#,
            "unknown field `l`, expected",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "penalty": 1}]}"#,
            "expected a table or a list of tables",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "penalty": {"l1": 1, "l1": 2}}]}"#,
            "duplicate field `l1`",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "penalty": {"group_lasso": {"row": 1}}}]}"#,
            "unknown variant `row`",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "normalization": "group"}]}"#,
            "unknown variant `group`, expected `batch` or `layer`",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "normalization": 1}]}"#,
            "expected `batch`, `layer`, or a table of one with its settings",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "normalization": {"batch": {"rate": 1}}}]}"#,
            "unknown field `rate`, expected `momentum` or `epsilon`",
        ),
        (
            r#"{"inputs": 2, "layers": [{"units": 3, "constraint": {"between": {"lo": 1}}}]}"#,
            "unknown field `lo`, expected `low` or `high`",
        ),
        (
            r#"{"inputs": 2, "initializer": "he", "layers": []}"#,
            "unknown variant `he`, expected one of",
        ),
    ];
    for (text, piece) in table {
        let error = serde_json::from_str::<MlpDescription>(text).expect_err(text);
        assert!(error.to_string().contains(piece), "{text}: {error}");
    }
}

/// Whatever a number is, there is a network that works or a sentence.
#[test]
fn no_number_panics() {
    let fields = [
        "dropout = N",
        "activation = { leaky_relu = N }",
        "activation = { elu = N }",
        "initializer = { orthogonal = N }",
        "initializer = { normal = N }",
        "initializer = { truncated_normal = N }",
        "initializer = { constant = N }",
        "normalization = { batch = { momentum = N } }",
        "normalization = { batch = { epsilon = N } }",
        "normalization = { layer = { epsilon = N } }",
        "penalty = { l1 = N }",
        "penalty = { l1 = N, l2 = N, proximal = true }",
        "bias_penalty = { group_lasso = { rows = N }, proximal = true }",
        "penalty = { orthogonal = N }",
        "constraint = { max_norm = { whole = N } }",
        "constraint = { l1_ball = N }",
        "constraint = { between = { low = N } }",
        "bias_constraint = { between = { high = N } }",
        "constraint = { between = { low = 0, high = N } }",
    ];
    let numbers = [
        "nan", "inf", "-inf", "-1e308", "-1", "-0.0", "0", "5e-324", "0.5", "1", "2", "1e308",
    ];
    for field in fields {
        let mut outcomes = [0; 2];
        for number in numbers {
            let field = field.replace('N', number);
            let text = format!("inputs = 2\n [[layers]]\n units = 3\n {field}");
            let description: MlpDescription = toml::from_str(&text).unwrap();
            let built = description.build::<f32>();
            outcomes[usize::from(built.is_ok())] += 1;
            if let Ok(model) = built {
                assert_eq!(model.predict(ndarray::array![[0.5, 1.0]]).shape(), [1, 3]);
                let again = model.description().unwrap();
                assert!(again.build::<f32>().is_ok(), "{field}");
            }
        }
        assert!(
            outcomes.iter().all(|count| *count > 0),
            "{field}: {outcomes:?}"
        );
    }
}

/// The limit is one of numbers, statistics among them, and found before memory is taken.
#[test]
fn the_limit() {
    let mut description: MlpDescription =
        toml::from_str("inputs = 3\n layers = [{ units = 4, normalization = 'batch' }, { units = 2, bias = false }]").unwrap();
    let numbers = 3 * 4 + 4 + 4 * 4 + 4 * 2;
    let model = description.build_within::<f32>(numbers).unwrap();
    let held: usize = model
        .parameters()
        .iter()
        .map(|(_, param)| param.value.len())
        .sum();
    assert_eq!(held, numbers);
    let error = description.build_within::<f32>(numbers - 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`layers.1` brings the network to 40 numbers; there may be 39 (`build_within` sets another limit)"
    );
    description.inputs = usize::MAX;
    description.layers = vec![LayerDescription::new(usize::MAX); 5];
    assert_eq!(description.build::<f32>().unwrap_err().place, "layers.0");
    assert!(description.build_within::<f32>(usize::MAX).is_err());
}

/// Orthogonal weights take more work than there are numbers; it is summed over layers, found before it is
/// done, and no limit of numbers lifts it.
#[test]
fn the_limit_of_work() {
    let text = |inputs: usize, layers: &str| {
        let text = format!("inputs = {inputs}\n initializer = {{ orthogonal = 1 }}\n {layers}");
        toml::from_str::<MlpDescription>(&text).unwrap()
    };
    let square = "[[layers]]\n units = 1100\n";
    let error = text(1100, &square.repeat(2)).build_within::<f32>(usize::MAX);
    assert_eq!(
        error.unwrap_err().to_string(),
        "`layers.1` brings the work of drawing orthogonal weights to 2662000000; `rows · columns · min(rows, columns)` may be 2000000000 in all"
    );
    // One that is drawn otherwise takes none, and a thin one little.
    let thin = "[[layers]]\n units = 1100\n initializer = 'he_normal'\n [[layers]]\n units = 2\n";
    assert!(text(1100, thin).build::<f32>().is_ok());
    let huge = format!("[[layers]]\n units = {}\n", i64::MAX);
    assert!(
        text(1 << 62, &huge.repeat(3))
            .build_within::<f32>(usize::MAX)
            .is_err()
    );
}
