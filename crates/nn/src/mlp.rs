use tapegrad_autodiff::{Element, Var};

use crate::{Activation, Dense, Initializer, Module, Name, Param, Penalty, Scope, error, random};

/// A multi-layer perceptron: dense layers with one activation after each but the last.
///
/// | setting | default |
/// |---|---|
/// | [`activation`](Mlp::activation) | tanh after hidden layers |
/// | [`output_activation`](Mlp::output_activation) | none: the outputs are logits or means |
/// | [`initializer`](Mlp::initializer) | Glorot uniform |
/// | [`seed`](Mlp::seed) | 0; each layer's weight has a stream of its own |
/// | [`penalize`](Mlp::penalize) | none |
///
/// ```
/// use tapegrad_nn::{Activation, Mlp, Module, Penalty};
///
/// let model = Mlp::<f32>::new(&[2, 500, 1]).activation(Activation::Relu).seed(1).penalize(0, Penalty::l2(1e-3));
/// assert_eq!(model.parameter_count(), 2 * 500 + 500 + 500 + 1);
/// assert_eq!(model.parameters()[0].0, "layers.0.weight");
/// ```
#[derive(Clone, Debug)]
pub struct Mlp<T: Element = f32> {
    /// From the input to the output.
    pub layers: Vec<Dense<T>>,
    /// After every layer but the last.
    pub activation: Activation,
    /// After the last layer.
    pub output_activation: Activation,
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
        let layers = sizes
            .windows(2)
            .map(|pair| Dense::new(pair[0], pair[1]))
            .collect();
        Self {
            layers,
            activation: Activation::Tanh,
            output_activation: Activation::Identity,
        }
        .seed(0)
    }

    /// The activation after hidden layers.
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// The activation after the last layer.
    pub fn output_activation(self, output_activation: Activation) -> Self {
        Self {
            output_activation,
            ..self
        }
    }

    /// How the weights start. Draws them anew.
    pub fn initializer(self, initializer: Initializer) -> Self {
        self.each_layer(|_, layer| layer.initializer(initializer))
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
        let count = self.layers.len();
        match self.layers.get_mut(layer) {
            Some(layer) => layer.weight.penalty = penalty,
            None => error::layer(layer, count),
        }
        self
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
        for (index, layer) in self.layers.iter().enumerate() {
            let _part = on.enter("layers", index);
            let last = index + 1 == self.layers.len();
            let activation = if last {
                self.output_activation
            } else {
                self.activation
            };
            y = layer.forward_with(on, y, activation);
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
