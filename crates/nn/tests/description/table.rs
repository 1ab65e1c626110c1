//! Networks with the text that describes each.

use tapegrad_nn::{
    Activation, BatchNorm, Constraint, Dense, Groups, Initializer, LayerNorm, Mlp, Penalty,
};

pub(crate) struct Row {
    /// In TOML, as one would write it.
    pub(crate) text: &'static str,
    /// In Rust.
    pub(crate) model: fn() -> Mlp<f64>,
}

pub(crate) static TABLE: &[Row] = &[
    Row {
        text: "inputs = 3\n layers = [{ units = 2 }]",
        model: || Mlp::new(&[3, 2]),
    },
    Row {
        text: r#"
            inputs = 20
            seed = 1
            [[layers]]
            units = 64
            activation = "relu"
            normalization = "batch"
            dropout = 0.2
            penalty = { l1 = 1e-3, l2 = 1e-4, proximal = true }
            [[layers]]
            units = 10
        "#,
        model: || {
            Mlp::new(&[20, 64, 10])
                .seed(1)
                .activation(Activation::Relu)
                .normalize(BatchNorm::new)
                .dropout(0.2)
                .penalize(0, Penalty::elastic_net(1e-3, 1e-4).proximal())
        },
    },
    Row {
        text: r#"
            inputs = 4
            seed = 9223372036854775807
            initializer = { orthogonal = 1.5 }
            input_dropout = 0.1
            [[layers]]
            units = 6
            activation = { leaky_relu = 0.2 }
            normalization = { batch = { momentum = 0.01 } }
            [[layers]]
            units = 5
            activation = { elu = 1 }
            normalization = { layer = { epsilon = 1e-3 } }
            [[layers]]
            units = 4
            activation = "gelu_tanh"
            normalization = "layer"
            [[layers]]
            units = 1
            activation = "sigmoid"
        "#,
        model: || {
            let mut model = Mlp::new(&[4, 6, 5, 4, 1])
                .initializer(Initializer::Orthogonal(1.5))
                .seed(i64::MAX as u64)
                .input_dropout(0.1)
                .normalize(LayerNorm::new)
                .activation_of(0, Activation::LeakyRelu(0.2))
                .activation_of(1, Activation::Elu(1.0))
                .activation_of(2, Activation::GeluTanh)
                .output_activation(Activation::Sigmoid);
            model.layers[0].normalization = Some(BatchNorm::new(6).momentum(0.01).into());
            model.layers[1].normalization = Some(LayerNorm::new(5).epsilon(1e-3).into());
            model
        },
    },
    // A layer with a start of its own, and one without a bias.
    Row {
        text: r#"
            inputs = 3
            seed = 7
            [[layers]]
            units = 4
            bias = false
            [[layers]]
            units = 3
            initializer = { constant = 0.5 }
            seed = 5
            [[layers]]
            units = 2
        "#,
        model: || {
            let mut model = Mlp::new(&[3, 4, 3, 2])
                .activation(Activation::Identity)
                .seed(7);
            model.layers[0].bias = None;
            let own = Dense::new(4, 3).initializer(Initializer::Constant(0.5));
            model.layers[1] = own.seed(5);
            model
        },
    },
    Row {
        text: r#"
            inputs = 3
            [[layers]]
            units = 4
            activation = "tanh"
            normalization = "batch"
            penalty = [
                { l2 = 0, group_lasso = { rows = 1e-3 } },
                { l1 = 1e-2 },
                { l2 = 1e-5, group_lasso = { whole = 1e-2 }, proximal = true },
            ]
            bias_penalty = { l2 = 0.1 }
            output_penalty = { l1 = 1e-4, group_lasso = { columns = 1e-6 } }
            constraint = { max_norm = { columns = 3 } }
            bias_constraint = "non_negative"
            frozen = ["bias", "normalization.gain"]
            [[layers]]
            units = 2
            penalty = { orthogonal = 0.1 }
            frozen = ["weight"]
        "#,
        model: || {
            let mut model = Mlp::new(&[3, 4, 2]).normalize(BatchNorm::new);
            let first = &mut model.layers[0];
            let step = Penalty::group_lasso(Groups::Whole, 1e-2) + Penalty::l2(1e-5);
            first.weight.penalty = Penalty::l2(0.0)
                + Penalty::group_lasso(Groups::Rows, 1e-3)
                + Penalty::l1(1e-2)
                + step.proximal();
            first.weight.constraint = Some(Constraint::max_norm(Groups::Columns, 3.0));
            first.output_penalty = Penalty::l1(1e-4) + Penalty::group_lasso(Groups::Columns, 1e-6);
            let bias = first.bias.as_mut().unwrap();
            bias.penalty = Penalty::l2(0.1);
            bias.constraint = Some(Constraint::non_negative());
            bias.trainable = false;
            let Some(tapegrad_nn::Normalization::Batch(normalization)) = &mut first.normalization
            else {
                unreachable!()
            };
            normalization.gain.trainable = false;
            model.layers[1].weight.penalty = Penalty::orthogonal(0.1);
            model.layers[1].weight.trainable = false;
            model
        },
    },
];
