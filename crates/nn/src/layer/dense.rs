use ndarray::ArrayD;
use tapegrad_autodiff::{Activation, Element, Var};

use crate::{
    Constraint, Dropout, Initializer, Module, Name, Normalization, Param, Penalty, Role, Scope,
    error, random,
};

/// The dense layer `y = x W + b`, or with all of its settings `y = dropout(f(normalize(x W + b)))`:
/// inputs `[…, fan_in]`, weight `[fan_in, fan_out]`, bias `[fan_out]`, outputs `[…, fan_out]`.
///
/// | setting | default |
/// |---|---|
/// | [`activation`](Dense::activation) `f` | none |
/// | [`normalize`](Dense::normalize) | none |
/// | [`dropout`](Dense::dropout) | none |
/// | [`initializer`](Dense::initializer) | Glorot uniform; the bias starts at 0 |
/// | [`seed`](Dense::seed) | 0 |
/// | [`penalize`](Dense::penalize) | none; on the weight |
/// | [`penalize_bias`](Dense::penalize_bias) | none |
/// | [`penalize_output`](Dense::penalize_output) | none |
/// | [`constrain`](Dense::constrain) | none; on the weight |
///
/// Without normalisation, bias and activation are part of the product's pass over memory where
/// [`Activation`] says so.
///
/// ```
/// use tapegrad_nn::{Activation, Dense, LayerNorm, Module};
///
/// let layer = Dense::<f32>::new(3, 8).normalize(LayerNorm::new).activation(Activation::Gelu).dropout(0.2);
/// let names: Vec<_> = layer.parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["weight", "bias", "normalization.gain", "normalization.shift"]);
/// ```
#[derive(Clone, Debug)]
pub struct Dense<T: Element = f32> {
    /// `W`.
    pub weight: Param<T>,
    /// `b`, unless the layer is linear.
    pub bias: Option<Param<T>>,
    /// Of `x W + b`.
    pub normalization: Option<Normalization<T>>,
    /// `f`.
    pub activation: Activation,
    /// Of the output.
    pub dropout: Option<Dropout>,
    /// What the outputs cost, divided by the number of rows.
    pub output_penalty: Penalty<T>,
    pub(crate) initializer: Initializer,
    pub(crate) seed: u64,
}

impl<T: Element> Dense<T> {
    /// A layer from `fan_in` inputs to `fan_out` outputs.
    pub fn new(fan_in: usize, fan_out: usize) -> Self {
        Self::started(fan_in, fan_out, Initializer::default(), 0)
    }

    /// A layer whose weight is drawn so.
    pub(crate) fn started(
        fan_in: usize,
        fan_out: usize,
        initializer: Initializer,
        seed: u64,
    ) -> Self {
        let zeros = |role, shape: &[usize]| Param::new(role, ArrayD::zeros(shape));
        let layer = Self {
            weight: zeros(Role::Weight, &[fan_in, fan_out]),
            bias: Some(zeros(Role::Bias, &[fan_out])),
            normalization: None,
            activation: Activation::Identity,
            dropout: None,
            output_penalty: Penalty::none(),
            initializer,
            seed,
        };
        layer.drawn()
    }

    /// The activation after the affine map and its normalisation.
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// What normalises `x W + b`, made for the number of outputs: [`BatchNorm::new`],
    /// [`LayerNorm::new`], or with settings `|width| BatchNorm::new(width).momentum(0.01)`. Batch
    /// normalisation leaves the bias without effect: [`without_bias`](Dense::without_bias) saves it.
    ///
    /// [`BatchNorm::new`]: crate::BatchNorm::new
    /// [`LayerNorm::new`]: crate::LayerNorm::new
    pub fn normalize<N: Into<Normalization<T>>>(
        mut self,
        of_width: impl FnOnce(usize) -> N,
    ) -> Self {
        self.normalization = Some(of_width(self.weight.value.shape()[1]).into());
        self
    }

    /// The [rate](Dropout::new) of dropout of the outputs.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(mut self, rate: f64) -> Self {
        self.dropout = Some(Dropout::of("Dense::dropout", rate));
        self
    }

    /// How the weight starts. Draws it anew, as a parameter of its own, and sets the bias back to
    /// 0.
    ///
    /// # Panics
    /// As [`Initializer::draw`].
    #[track_caller]
    pub fn initializer(self, initializer: Initializer) -> Self {
        Self {
            initializer,
            ..self
        }
        .drawn()
    }

    /// The seed of the weight. Draws it anew, as a parameter of its own, and sets the bias back to
    /// 0.
    ///
    /// Layers of one shape and seed start alike: give each its own, or let [`Mlp`](crate::Mlp) do
    /// so.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }.drawn()
    }

    #[track_caller]
    fn drawn(mut self) -> Self {
        let [fan_in, fan_out] = [0, 1].map(|axis| self.weight.value.shape()[axis]);
        self.weight = self.weight.separate();
        self.weight.value = self
            .initializer
            .draw(fan_in, fan_out, &mut random::stream(self.seed));
        self.bias = self.bias.map(|bias| bias.separate());
        self.bias
            .iter_mut()
            .for_each(|bias| bias.value.fill(T::zero()));
        if let Some(normalization) = &mut self.normalization {
            normalization.visit_mut(Name::root(), &mut |_, param| *param = param.separate());
        }
        self
    }

    /// `y = x W`.
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// What the weight costs, in place of what was set before; sum penalties to have several.
    pub fn penalize(mut self, penalty: Penalty<T>) -> Self {
        self.weight.penalty = penalty;
        self
    }

    /// What the bias costs, in place of what was set before.
    ///
    /// # Panics
    /// If there is no bias.
    #[track_caller]
    pub fn penalize_bias(mut self, penalty: Penalty<T>) -> Self {
        match &mut self.bias {
            Some(bias) => bias.penalty = penalty,
            None => error::no_bias(),
        }
        self
    }

    /// What the outputs cost, after the activation and before dropout: the penalty of their array
    /// divided by the number of rows, charged in each pass to the sum of [`Module::penalty`] and in place of
    /// what was set before.
    ///
    /// For penalties that are sums over rows, as `Σ|y|`, `Σ y²` and the group lasso of rows, that is the mean
    /// of what each row costs, which no size of batch changes. Others depend on the batch: the group lasso of
    /// columns, `Σ_j ‖y_j‖₂` over units, grows as the root of the number of rows, so its part here falls.
    ///
    /// As Keras's `activity_regularizer`.
    ///
    /// # Panics
    /// If the penalty is proximal.
    #[track_caller]
    pub fn penalize_output(self, penalty: Penalty<T>) -> Self {
        if penalty.is_proximal() {
            error::proximal_output(&penalty.to_string());
        }
        Self {
            output_penalty: penalty,
            ..self
        }
    }

    /// Where the weight must stay after each step, in place of what was set before.
    pub fn constrain(mut self, constraint: Constraint) -> Self {
        self.weight.constraint = Some(constraint);
        self
    }
}

impl<T: Element> Dense<T> {
    /// The layer with `w` in place of its weight.
    #[track_caller]
    pub(crate) fn with_weight<'t>(
        &self,
        on: &Scope<'t, T>,
        x: Var<'t, T>,
        w: Var<'t, T>,
    ) -> Var<'t, T> {
        self.with_noise(on, x, w, None)
    }

    /// The layer with `w` in place of its weight, and with noise of the shape of `x w` added to that.
    #[track_caller]
    pub(super) fn with_noise<'t>(
        &self,
        on: &Scope<'t, T>,
        x: Var<'t, T>,
        w: Var<'t, T>,
        noise: Option<Var<'t, T>>,
    ) -> Var<'t, T> {
        let mut bias = None;
        if let Some(param) = &self.bias {
            bias = Some(on.param(param));
        }
        let mut y = if self.normalization.is_none() && noise.is_none() {
            affine(on, x, w, bias, self.activation)
        } else {
            let mut z = affine(on, x, w, bias, Activation::Identity);
            if let Some(noise) = noise {
                z += noise;
            }
            if let Some(normalization) = &self.normalization {
                z = on.part("normalization", None, normalization, z);
            }
            self.activation.apply(z)
        };
        if let Some(cost) = self.output_penalty.cost(on, y) {
            on.charge(cost / (y.len() / w.shape()[1].max(1)).max(1) as f64);
        }
        if let Some(dropout) = &self.dropout {
            y = on.part("dropout", None, dropout, y);
        }
        y
    }
}

/// `f(x W + b)` of inputs with any number of axes.
#[track_caller]
pub(super) fn affine<'t, T: Element>(
    on: &Scope<'t, T>,
    x: Var<'t, T>,
    w: Var<'t, T>,
    bias: Option<Var<'t, T>>,
    activation: Activation,
) -> Var<'t, T> {
    let (input, weight) = (x.shape(), w.shape());
    if input.last() != Some(&weight[0]) {
        error::layer_input("dense layer", &on.path(), &input, &weight);
    }
    if let [_, _] = input[..] {
        return x.affine(w, bias, activation);
    }
    // More axes, or fewer, are rows.
    let outer = &input[..input.len() - 1];
    let rows = outer.iter().product();
    let y = x.reshape(&[rows, weight[0]]).affine(w, bias, activation);
    with_last_axis(y, outer, weight[1])
}

/// The same numbers under the shape `[outer…, width]`.
#[track_caller]
pub(super) fn with_last_axis<'t, T: Element>(
    y: Var<'t, T>,
    outer: &[usize],
    width: usize,
) -> Var<'t, T> {
    let mut few = [0; 8];
    match few.get_mut(..outer.len() + 1) {
        Some(shape) => {
            shape[..outer.len()].copy_from_slice(outer);
            shape[outer.len()] = width;
            y.reshape(shape)
        }
        None => y.reshape(&[outer, &[width]].concat()),
    }
}

impl<T: Element> Module<T> for Dense<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        self.with_weight(on, x, on.param(&self.weight))
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("weight"), &self.weight);
        self.bias.iter().for_each(|bias| f(&at.child("bias"), bias));
        if let Some(normalization) = &self.normalization {
            normalization.visit(&at.child("normalization"), f);
        }
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("weight"), &mut self.weight);
        self.bias
            .iter_mut()
            .for_each(|bias| f(&at.child("bias"), bias));
        if let Some(normalization) = &mut self.normalization {
            normalization.visit_mut(&at.child("normalization"), f);
        }
    }
}
