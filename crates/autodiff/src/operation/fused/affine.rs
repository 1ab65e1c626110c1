use crate::kernel::elementwise::change;
use crate::kernel::product::{Finish, Start, gemm};
use crate::operation::activation::relu;
use crate::value::Value;
use crate::{Activation, Element, Shape, Var, Vjp, error};

impl<T: Element> Var<'_, T> {
    /// A dense layer: `Y = f(X W + b)` of `X` `[rows, k]`, `W` `[k, n]` and, if there is one, `b`
    /// `[n]`, with an [`Activation`] `f`. With `Z = X W + b` and its cotangent `Z̄ = Ȳ f′(Z)`:
    /// `X̄ = Z̄ Wᵀ`, `W̄ = Xᵀ Z̄` and `b̄` the sum of the rows of `Z̄`.
    ///
    /// It is [`dot`](Var::dot), `+` and the activation in one pass over memory.
    ///
    /// ```
    /// # use tapegrad_autodiff::{Activation, Tape};
    /// use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let (x, w) = (tape.var(array![[1.0, 2.0]]), tape.var(array![[3.0, -1.0], [4.0, 0.0]]));
    /// let y = x.affine(w, Some(tape.var(array![0.5, 0.5])), Activation::Relu);
    /// assert_eq!(y.value(), array![[11.5, 0.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes are not those, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn affine(self, weight: Self, bias: Option<Self>, activation: Activation) -> Self {
        self.same_tape("affine", weight);
        if let Some(bias) = bias {
            self.same_tape("affine", bias);
        }
        let shape = self.affine_shape(weight, bias);
        let product = |finish: Option<Finish<'_, T>>| {
            let mut value = self.tape.fresh(shape.clone());
            let (x, weight, bias) = (self.read(), weight.read(), bias.map(Self::read));
            let start = match &bias {
                Some(bias) => Start::Row(bias.numbers()),
                None => Start::Zero,
            };
            gemm(
                x.matrix(),
                weight.matrix(),
                start,
                value.numbers_mut(),
                finish,
            );
            value
        };
        // Where the rule needs the result alone, the product before the activation need not be kept.
        let passing = || self.affine_node(weight, bias, Value::passing(shape.clone()));
        match activation {
            Activation::Relu => {
                let y = product(Some(&|z| change(z, |_, z| relu(z))));
                passing().unary("relu", y, |g, _z, y| g.relu_rule(y))
            }
            Activation::Tanh => {
                let y = product(Some(&|z| {
                    change(
                        z,
                        #[inline(always)]
                        |on, z| on.tanh(z),
                    )
                }));
                passing().unary("tanh", y, |g, _z, y| g.tanh_rule(y))
            }
            Activation::Sigmoid => {
                let y = product(Some(&|z| {
                    change(
                        z,
                        #[inline(always)]
                        |on, z| on.sigmoid(z),
                    )
                }));
                passing().unary("sigmoid", y, |g, _z, y| g.sigmoid_rule(y))
            }
            _ => activation.apply(self.affine_node(weight, bias, product(None))),
        }
    }

    /// The shape of `X W + b`.
    #[track_caller]
    fn affine_shape(self, weight: Self, bias: Option<Self>) -> Shape {
        let (x, w) = (self.read(), weight.read());
        let (&[rows, k], &[l, n]) = (&x.shape()[..], &w.shape()[..]) else {
            error::dot_rank("affine", "two axes", x.shape(), w.shape())
        };
        if k != l {
            error::dot("affine", x.shape(), w.shape());
        }
        if let Some(bias) = bias.filter(|bias| *bias.read().shape() != [n]) {
            error::bias(bias.read().shape(), w.shape());
        }
        Shape::from([rows, n])
    }

    /// The node of `Z = X W + b`, whose rules need `X` and `W` but not `Z`.
    #[track_caller]
    fn affine_node(self, weight: Self, bias: Option<Self>, z: Value<T>) -> Self {
        let operands = [
            (self.index, Vjp::new(|g, x, _z| g.dot_t(x[1]))),
            (weight.index, Vjp::new(|g, x, _z| x[0].t_dot(g))),
        ];
        let bias = bias.map(|bias| (bias.index, Vjp::new(|g, _x, _z| g)));
        self.tape
            .push("affine", z, operands.into_iter().chain(bias))
    }
}
