//! Every layer that is checked, and how.

use tapegrad_nn::{
    Activation, AlphaDropout, BatchNorm, Dense, DropConnect, Dropout, Embedding, Flatten, Function,
    GaussianNoise, Layer, LayerNorm, Mlp, PRelu, Penalty, Residual, Sequential, Tied,
    VariationalDense, VariationalDropout,
};

pub(crate) struct Row {
    /// As in `layers.json`.
    pub(crate) name: &'static str,
    /// The file of the layer under `src`, without `.rs`.
    pub(crate) file: &'static str,
    pub(crate) layer: fn() -> Box<dyn Layer<f64>>,
    /// The shape of an input.
    pub(crate) input: &'static [usize],
    /// What the numbers of an input are.
    pub(crate) inputs: Inputs,
    /// Whether training draws random numbers.
    pub(crate) random: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Inputs {
    Reals,
    /// Below 5.
    Indices,
}

impl Row {
    const fn new(
        name: &'static str,
        file: &'static str,
        input: &'static [usize],
        layer: fn() -> Box<dyn Layer<f64>>,
    ) -> Self {
        Self {
            name,
            file,
            layer,
            input,
            inputs: Inputs::Reals,
            random: false,
        }
    }

    const fn random(self) -> Self {
        Self {
            random: true,
            ..self
        }
    }

    const fn of_indices(self) -> Self {
        Self {
            inputs: Inputs::Indices,
            ..self
        }
    }

    /// An input in which no number is near a kink of any layer's.
    pub(crate) fn x(&self) -> ndarray::ArrayD<f64> {
        let mut count = 0;
        ndarray::ArrayD::from_shape_simple_fn(self.input, || {
            count += 1;
            match self.inputs {
                Inputs::Reals => 1.3 * f64::sin(f64::from(count) * 1.7) + 0.2,
                Inputs::Indices => f64::from(count * 3 % 5),
            }
        })
    }
}

pub(crate) static TABLE: &[Row] = &[
    Row::new("activation", "layer/activation", &[4, 3], || {
        Box::new(Activation::LeakyRelu(0.2))
    }),
    Row::new("alpha dropout", "layer/alpha_dropout", &[4, 3], || {
        Box::new(AlphaDropout::new(0.3))
    })
    .random(),
    Row::new("batch normalisation", "layer/batch_norm", &[4, 3], || {
        Box::new(BatchNorm::new(3))
    }),
    Row::new(
        "batch normalisation, settings",
        "layer/batch_norm",
        &[2, 3, 4],
        || Box::new(BatchNorm::new(4).momentum(0.3).epsilon(1e-2)),
    ),
    Row::new("dense", "layer/dense", &[2, 3, 4], || {
        let layer = Dense::new(4, 5).activation(Activation::Softplus);
        Box::new(layer.penalize(Penalty::l2(0.1)))
    }),
    Row::new("drop connect", "layer/drop_connect", &[4, 3], || {
        let dense = Dense::new(3, 2).activation(Activation::Relu);
        Box::new(DropConnect::new(dense.penalize(Penalty::l2(0.1)), 0.3))
    })
    .random(),
    Row::new("dropout", "layer/dropout", &[4, 3], || {
        Box::new(Dropout::new(0.3))
    })
    .random(),
    Row::new("embedding", "layer/embedding", &[2, 4], || {
        Box::new(Embedding::new(5, 3).penalize(Penalty::l2(0.1)))
    })
    .of_indices(),
    Row::new("flatten", "layer/flatten", &[3, 2, 4], || Box::new(Flatten)),
    Row::new("function", "layer/function", &[3, 4], || {
        Box::new(Function::new(|_, x| x.softmax(-1)))
    }),
    Row::new("gaussian noise", "layer/gaussian_noise", &[3, 4], || {
        Box::new(GaussianNoise::new(0.5))
    })
    .random(),
    Row::new(
        "layer normalisation",
        "layer/layer_norm",
        &[2, 3, 4],
        || Box::new(LayerNorm::new(4)),
    ),
    Row::new(
        "layer normalisation, settings",
        "layer/layer_norm",
        &[3, 4],
        || Box::new(LayerNorm::new(4).epsilon(0.1)),
    ),
    Row::new("normalisation", "layer/normalization", &[4, 3], || {
        let layer = Dense::new(3, 4).normalize(LayerNorm::new);
        Box::new(layer.activation(Activation::Gelu))
    }),
    Row::new("parametric rectifier", "layer/p_relu", &[4, 3], || {
        Box::new(PRelu::new(3))
    }),
    Row::new(
        "parametric rectifier, one slope",
        "layer/p_relu",
        &[4, 3],
        || Box::new(PRelu::shared()),
    ),
    Row::new("residual", "layer/residual", &[3, 4], || {
        let inner = Sequential::new().then(LayerNorm::new(4));
        let dense = Dense::new(4, 4).activation(Activation::Tanh);
        Box::new(Residual::new(inner.then(dense)))
    }),
    Row::new("sequential", "layer/sequential", &[6, 3], || {
        let model = Sequential::new()
            .then(Dense::new(3, 4).activation(Activation::Elu(0.7)))
            .then(BatchNorm::new(4))
            .then(Dense::new(4, 2).seed(1));
        Box::new(model.then(Function::new(|_, x| x.softmax(-1))))
    }),
    Row::new("tied", "layer/tied", &[4, 5], || {
        let encoder = Dense::new(5, 3).activation(Activation::Tanh);
        let decoder = Tied::to(&encoder.weight);
        Box::new(Sequential::new().then(encoder).then(decoder))
    }),
    Row::new("tied embedding", "layer/tied", &[2, 4], || {
        let table = Embedding::new(5, 3);
        let output = Tied::to(&table.weight).without_bias();
        let model = Sequential::new().then(table).then(Activation::Tanh);
        Box::new(model.then(output))
    })
    .of_indices(),
    Row::new("network, batch normalisation", "mlp", &[6, 3], || {
        let model = Mlp::new(&[3, 5, 4, 2]).normalize(BatchNorm::new);
        let model = model.activation(Activation::Relu);
        Box::new(model.activation_of(1, Activation::Silu))
    }),
    Row::new("network, layer normalisation", "mlp", &[6, 3], || {
        let model = Mlp::new(&[3, 5, 2]).normalize(LayerNorm::new);
        Box::new(model.output_activation(Activation::Sigmoid))
    }),
    Row::new(
        "variational dense",
        "layer/variational_dense",
        &[2, 3, 4],
        || {
            let dense = Dense::new(4, 2).activation(Activation::Tanh);
            Box::new(VariationalDense::new(dense, 0.1).deviation(0.3).prior(0.7))
        },
    )
    .random(),
    Row::new(
        "variational dropout",
        "layer/variational_dropout",
        &[2, 3, 4],
        || {
            let dense = Dense::new(4, 5).activation(Activation::Relu);
            Box::new(VariationalDropout::new(dense, 0.1).log_variance(-1.0))
        },
    )
    .random(),
];

/// The rows whose training draws nothing, and networks that do, with everything at once.
pub(crate) fn everything() -> Mlp<f64> {
    Mlp::new(&[3, 5, 4, 2])
        .normalize(BatchNorm::new)
        .activation(Activation::Gelu)
        .dropout(0.3)
        .dropout_of(1, 0.2)
        .input_dropout(0.1)
        .penalize(0, Penalty::l2(0.1))
}

#[test]
fn no_layer_is_missing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/layer");
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let file = format!("layer/{}", file.trim_end_matches(".rs"));
        assert!(
            TABLE.iter().any(|row| row.file == file),
            "{file} has no row"
        );
    }
}
