use ndarray::ArrayD;
use tapegrad_autodiff::{Activation, Element, Var};

use crate::{Constraint, Initializer, Module, Name, Param, Penalty, Role, Scope, error, random};

/// The affine layer `y = x W + b`: inputs `[…, fan_in]`, weight `[fan_in, fan_out]`, bias
/// `[fan_out]`, outputs `[…, fan_out]`.
///
/// | setting | default |
/// |---|---|
/// | [`initializer`](Dense::initializer) | Glorot uniform; the bias starts at 0 |
/// | [`seed`](Dense::seed) | 0 |
/// | [`penalize`](Dense::penalize) | none; on the weight |
/// | [`penalize_bias`](Dense::penalize_bias) | none |
/// | [`penalize_output`](Dense::penalize_output) | none |
/// | [`constrain`](Dense::constrain) | none; on the weight |
#[derive(Clone, Debug)]
pub struct Dense<T: Element = f32> {
    /// `W`.
    pub weight: Param<T>,
    /// `b`, unless the layer is linear.
    pub bias: Option<Param<T>>,
    /// What the outputs cost, a mean over rows.
    pub output_penalty: Penalty<T>,
    initializer: Initializer,
    seed: u64,
}

impl<T: Element> Dense<T> {
    /// A layer from `fan_in` inputs to `fan_out` outputs.
    pub fn new(fan_in: usize, fan_out: usize) -> Self {
        let zeros = |role, shape: &[usize]| Param::new(role, ArrayD::zeros(shape));
        let layer = Self {
            weight: zeros(Role::Weight, &[fan_in, fan_out]),
            bias: Some(zeros(Role::Bias, &[fan_out])),
            output_penalty: Penalty::none(),
            initializer: Initializer::default(),
            seed: 0,
        };
        layer.drawn()
    }

    /// How the weight starts. Draws it anew, as a parameter of its own, and sets the bias back to
    /// 0.
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

    /// What the outputs cost, after the activation: the mean over rows of the penalty of each, charged in
    /// each pass to the sum of [`Module::penalty`] and in place of what was set before.
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
    /// `y = f(x W + b)` with an activation `f`, in one pass over memory.
    ///
    /// # Panics
    /// If the last axis of `x` is not the layer's input.
    #[track_caller]
    pub fn forward_with<'t>(
        &self,
        on: &Scope<'t, T>,
        x: Var<'t, T>,
        activation: Activation,
    ) -> Var<'t, T> {
        let (input, weight) = (x.shape(), self.weight.value.shape());
        if input.last() != Some(&weight[0]) {
            error::layer_input("dense layer", &on.path(), &input, weight);
        }
        let (w, mut bias) = (on.param(&self.weight), None);
        if let Some(param) = &self.bias {
            bias = Some(on.param(param));
        }
        if let [_, _] = input[..] {
            return self.charged(on, x.affine(w, bias, activation));
        }
        // More axes, or fewer, are rows.
        let outer = &input[..input.len() - 1];
        let rows = outer.iter().product();
        let y = x.reshape(&[rows, weight[0]]);
        let y = self.charged(on, y.affine(w, bias, activation));
        let mut few = [0; 8];
        match few.get_mut(..input.len()) {
            Some(shape) => {
                shape[..outer.len()].copy_from_slice(outer);
                shape[outer.len()] = weight[1];
                y.reshape(shape)
            }
            None => y.reshape(&[outer, &weight[1..]].concat()),
        }
    }

    /// The outputs `[rows, fan_out]`, whose cost the scope notes.
    #[track_caller]
    fn charged<'t>(&self, on: &Scope<'t, T>, y: Var<'t, T>) -> Var<'t, T> {
        if let Some(cost) = self.output_penalty.cost(on, y) {
            on.charge(cost / y.shape()[0].max(1) as f64);
        }
        y
    }
}

impl<T: Element> Module<T> for Dense<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        self.forward_with(on, x, Activation::Identity)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("weight"), &self.weight);
        self.bias.iter().for_each(|bias| f(&at.child("bias"), bias));
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("weight"), &mut self.weight);
        self.bias
            .iter_mut()
            .for_each(|bias| f(&at.child("bias"), bias));
    }
}
