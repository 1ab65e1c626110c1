use ndarray::ArrayD;
use tapegrad_autodiff::{Element, Var};

use super::dense::with_last_axis;
use crate::{Module, Name, Param, ParamId, Role, Scope, error};

/// A layer that shares the weight of another, transposed: `y = x Wᵀ + b` with `W` `[fan_in,
/// fan_out]`, inputs `[…, fan_out]`, bias `[fan_in]`, outputs `[…, fan_in]`. The decoder of a tied
/// autoencoder, or the output layer of a language model over its [`Embedding`](crate::Embedding)
/// (Press and Wolf 2017).
///
/// The layer does not hold `W` but knows which parameter it is, and takes the variable that the
/// other layer bound in the same pass. So `W` is shown, saved, penalised and stepped once, by the
/// layer that has it, and its gradient is the sum over both uses.
///
/// ```
/// use tapegrad_nn::{Activation, Dense, Module, Sequential, Tied};
///
/// let encoder = Dense::<f32>::new(8, 3).activation(Activation::Tanh);
/// let decoder = Tied::to(&encoder.weight);
/// let model = Sequential::new().then(encoder).then(decoder);
/// let names: Vec<_> = model.parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["layers.0.weight", "layers.0.bias", "layers.1.bias"]);
/// assert_eq!(model.predict(ndarray::Array2::zeros([5, 8])).shape(), [5, 8]);
/// ```
///
/// # Panics
/// `forward` panics if the weight was not used before in the pass, or the last axis of the input is
/// not `fan_out`.
#[derive(Clone, Debug)]
pub struct Tied<T: Element = f32> {
    /// `b`, unless the layer is linear.
    pub bias: Option<Param<T>>,
    weight: ParamId,
    shape: [usize; 2],
}

impl<T: Element> Tied<T> {
    /// A layer that shares this weight; its own bias starts at 0. Settings of the other layer that
    /// draw its weight anew make it another parameter: use them before.
    ///
    /// # Panics
    /// If the weight has not two axes.
    #[track_caller]
    pub fn to(weight: &Param<T>) -> Self {
        let &[fan_in, fan_out] = weight.value.shape() else {
            error::tied_to(weight.value.shape());
        };
        let bias = Param::new(Role::Bias, ArrayD::zeros(vec![fan_in]));
        Self {
            bias: Some(bias),
            weight: weight.id(),
            shape: [fan_in, fan_out],
        }
    }

    /// `y = x Wᵀ`.
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// The weight that is shared.
    pub fn weight(&self) -> ParamId {
        self.weight
    }
}

impl<T: Element> Module<T> for Tied<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let Some(w) = on.bound(self.weight) else {
            error::not_bound(&on.path(), &self.shape);
        };
        let (input, [fan_in, fan_out]) = (x.shape(), self.shape);
        let Some((_, outer)) = input.split_last().filter(|(last, _)| **last == fan_out) else {
            error::features("tied layer", &on.path(), &input, fan_out);
        };
        let rows = x.reshape(&[outer.iter().product(), fan_out]);
        let mut y = rows.dot_t(w);
        if let Some(bias) = &self.bias {
            y += on.param(bias);
        }
        with_last_axis(y, outer, fan_in)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        self.bias.iter().for_each(|bias| f(&at.child("bias"), bias));
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        self.bias
            .iter_mut()
            .for_each(|bias| f(&at.child("bias"), bias));
    }
}
