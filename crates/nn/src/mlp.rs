use tapegrad_autodiff::{Element, Var};

use crate::{
    Activation, Constraint, Dense, Dropout, Initializer, Module, Name, Normalization, Param,
    Penalty, Scope, error, random,
};

/// A multi-layer perceptron: [`Dense`] layers, each but the last with an activation.
///
/// Each layer is `dropout(f(normalize(x W + b)))`, where the settings of the network are those of its
/// hidden layers, and the output layer is `x W + b`. A setting replaces what was set before, so those
/// of one layer come after those of all.
///
/// | setting | of | default |
/// |---|---|---|
/// | [`activation`](Mlp::activation) | hidden layers | tanh |
/// | [`activation_of`](Mlp::activation_of) | one layer | |
/// | [`output_activation`](Mlp::output_activation) | the last layer | none: the outputs are logits or means |
/// | [`normalize`](Mlp::normalize) | hidden layers | none |
/// | [`dropout`](Mlp::dropout) | hidden layers | none |
/// | [`dropout_of`](Mlp::dropout_of) | one layer | |
/// | [`input_dropout`](Mlp::input_dropout) | the inputs | none |
/// | [`initializer`](Mlp::initializer) | all layers | Glorot uniform |
/// | [`seed`](Mlp::seed) | all layers | 0; each layer's weight has a stream of its own |
/// | [`normalize_of`](Mlp::normalize_of) | one layer | |
/// | [`penalize`](Mlp::penalize), [`constrain`](Mlp::constrain) | one layer's weight | none |
/// | [`penalize_bias`](Mlp::penalize_bias), [`penalize_output`](Mlp::penalize_output) | one layer | none |
///
/// With dropout each training pass needs a [seed](Scope::seed) of its own.
///
/// ```
/// use tapegrad_nn::{Activation, BatchNorm, Mlp, Module, Penalty};
///
/// let model = Mlp::<f32>::new(&[2, 500, 1]).activation(Activation::Relu).seed(1).penalize(0, Penalty::l2(1e-3));
/// assert_eq!(model.parameter_count(), 2 * 500 + 500 + 500 + 1);
/// assert_eq!(model.parameters()[0].0, "layers.0.weight");
///
/// let model = model.normalize(BatchNorm::new).dropout(0.5).input_dropout(0.1);
/// assert_eq!(model.parameters()[2].0, "layers.0.normalization.gain");
/// ```
#[derive(Clone, Debug)]
pub struct Mlp<T: Element = f32> {
    /// Of the inputs.
    pub input_dropout: Option<Dropout>,
    /// From the input to the output.
    pub layers: Vec<Dense<T>>,
}

impl<T: Element> Mlp<T> {
    /// A network with the given sizes, from the inputs over hidden layers to the outputs.
    ///
    /// # Panics
    /// If there are fewer than two sizes.
    #[track_caller]
    pub fn new(sizes: &[usize]) -> Self {
        if sizes.len() < 2 {
            error::sizes(sizes);
        }
        let layers = sizes.windows(2).map(|pair| Dense::new(pair[0], pair[1]));
        Self {
            input_dropout: None,
            layers: layers.collect(),
        }
        .activation(Activation::Tanh)
        .seed(0)
    }

    /// The activation after hidden layers.
    pub fn activation(self, activation: Activation) -> Self {
        self.each_hidden(|layer| layer.activation(activation))
    }

    /// The activation after one layer.
    ///
    /// # Panics
    /// If there is no such layer.
    #[track_caller]
    pub fn activation_of(mut self, layer: usize, activation: Activation) -> Self {
        self.layer("Mlp::activation_of", layer).activation = activation;
        self
    }

    /// The activation after the last layer.
    pub fn output_activation(mut self, activation: Activation) -> Self {
        if let Some(output) = self.layers.last_mut() {
            output.activation = activation;
        }
        self
    }

    /// What normalises in hidden layers, before their activation, made for the width of each:
    /// [`BatchNorm::new`](crate::BatchNorm::new), [`LayerNorm::new`](crate::LayerNorm::new), or with
    /// settings `|width| BatchNorm::new(width).momentum(0.01)`.
    pub fn normalize<N: Into<Normalization<T>>>(self, of_width: impl Fn(usize) -> N) -> Self {
        self.each_hidden(|layer| layer.normalize(&of_width))
    }

    /// What normalises in one layer, before its activation.
    ///
    /// # Panics
    /// If there is no such layer.
    #[track_caller]
    pub fn normalize_of<N: Into<Normalization<T>>>(
        mut self,
        layer: usize,
        of_width: impl FnOnce(usize) -> N,
    ) -> Self {
        let layer = self.layer("Mlp::normalize_of", layer);
        *layer = layer.clone().normalize(of_width);
        self
    }

    /// The [rate](Dropout::new) of dropout after hidden layers.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(self, rate: f64) -> Self {
        let dropout = Dropout::of("Mlp::dropout", rate);
        self.each_hidden(|mut layer| {
            layer.dropout = Some(dropout);
            layer
        })
    }

    /// The [rate](Dropout::new) of dropout after one layer.
    ///
    /// # Panics
    /// If there is no such layer, or the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout_of(mut self, layer: usize, rate: f64) -> Self {
        let dropout = Dropout::of("Mlp::dropout_of", rate);
        self.layer("Mlp::dropout_of", layer).dropout = Some(dropout);
        self
    }

    /// The [rate](Dropout::new) of dropout of the inputs.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn input_dropout(mut self, rate: f64) -> Self {
        self.input_dropout = Some(Dropout::of("Mlp::input_dropout", rate));
        self
    }

    /// How the weights start. Draws them anew.
    ///
    /// # Panics
    /// As [`Initializer::draw`].
    #[track_caller]
    pub fn initializer(mut self, initializer: Initializer) -> Self {
        for layer in &mut self.layers {
            *layer = layer.clone().initializer(initializer);
        }
        self
    }

    /// The seed of all weights. Draws them anew.
    pub fn seed(self, seed: u64) -> Self {
        self.each_layer(|index, layer| layer.seed(random::derive(seed, index)))
    }

    /// What the weight of one layer costs, in place of what was set before; sum penalties to have
    /// several.
    ///
    /// # Panics
    /// If there is no such layer.
    #[track_caller]
    pub fn penalize(mut self, layer: usize, penalty: Penalty<T>) -> Self {
        self.layer("Mlp::penalize", layer).weight.penalty = penalty;
        self
    }

    /// What the bias of one layer costs, in place of what was set before.
    ///
    /// # Panics
    /// If there is no such layer, or it has no bias.
    #[track_caller]
    pub fn penalize_bias(mut self, layer: usize, penalty: Penalty<T>) -> Self {
        let layer = self.layer("Mlp::penalize_bias", layer);
        match &mut layer.bias {
            Some(bias) => bias.penalty = penalty,
            None => error::no_bias(),
        }
        self
    }

    /// What the outputs of one layer cost; see [`Dense::penalize_output`].
    ///
    /// # Panics
    /// If there is no such layer, or the penalty is proximal.
    #[track_caller]
    pub fn penalize_output(mut self, layer: usize, penalty: Penalty<T>) -> Self {
        let layer = self.layer("Mlp::penalize_output", layer);
        *layer = layer.clone().penalize_output(penalty);
        self
    }

    /// Where the weight of one layer must stay after each step, in place of what was set before.
    ///
    /// # Panics
    /// If there is no such layer.
    #[track_caller]
    pub fn constrain(mut self, layer: usize, constraint: Constraint) -> Self {
        self.layer("Mlp::constrain", layer).weight.constraint = Some(constraint);
        self
    }

    #[track_caller]
    fn layer(&mut self, who: &str, layer: usize) -> &mut Dense<T> {
        let count = self.layers.len();
        match self.layers.get_mut(layer) {
            Some(layer) => layer,
            None => error::layer(who, layer, count),
        }
    }

    fn each_hidden(self, f: impl Fn(Dense<T>) -> Dense<T>) -> Self {
        let count = self.layers.len();
        self.each_layer(|index, layer| if index + 1 < count { f(layer) } else { layer })
    }

    fn each_layer(mut self, f: impl Fn(usize, Dense<T>) -> Dense<T>) -> Self {
        self.layers = self
            .layers
            .into_iter()
            .enumerate()
            .map(|(index, layer)| f(index, layer))
            .collect();
        self
    }
}

impl<T: Element> Module<T> for Mlp<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mut y = x;
        if let Some(dropout) = &self.input_dropout {
            y = on.part("input_dropout", None, dropout, y);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            y = on.part("layers", index, layer, y);
        }
        y
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        let layers = at.child("layers");
        self.layers
            .iter()
            .enumerate()
            .for_each(|(index, layer)| layer.visit(&layers.index(index), f));
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        let layers = at.child("layers");
        self.layers
            .iter_mut()
            .enumerate()
            .for_each(|(index, layer)| layer.visit_mut(&layers.index(index), f));
    }
}
