use crate::kernel::softmax;
use crate::tape::Indices;
use crate::{Axes, Element, Shape, Var, error};

impl<T: Element> Var<'_, T> {
    /// For each row of logits `[rows, classes]` the cross-entropy `ln Σⱼ e^xⱼ − x_class` of its
    /// softmax with the class that it should be: shape `[rows]`.
    ///
    /// Its rule is `x̄ = ȳ (softmax(x) − onehot(class))`. Neither the value nor the rule overflows or
    /// cancels, however sure the right answer is.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let logits = tape.var(ndarray::array![[0.0, 0.0], [1000.0, 0.0]]);
    /// let loss = logits.softmax_cross_entropy(&[1, 0]);
    /// assert_eq!(loss.value(), ndarray::array![2.0_f64.ln(), 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the logits have not two axes, there is not one class for each row, or a class is not
    /// below their number.
    #[track_caller]
    pub fn softmax_cross_entropy(self, classes: &[usize]) -> Self {
        let shape = self.shape();
        let [rows, count] = shape[..] else {
            error::logits(&shape)
        };
        if classes.len() != rows {
            error::class_count(classes.len(), &shape);
        }
        if let Some(row) = classes.iter().position(|&class| class >= count) {
            error::class(classes[row], row, &shape);
        }
        let mut loss = self.tape.fresh(Shape::from([rows]));
        softmax::cross_entropy(loss.numbers_mut(), self.read().numbers(), classes);
        let classes = self.tape.keep_indices(classes.iter().copied());
        self.unary("softmax_cross_entropy", loss, move |g, x, _y| {
            x.softmax_residual(g, classes)
        })
    }

    /// `ȳ (softmax(x) − onehot(class))` of each row and its `ȳ`.
    fn softmax_residual(self, g: Self, classes: Indices) -> Self {
        let value = {
            let (x, g) = (self.read(), g.read());
            let mut value = self.tape.fresh(x.shape().clone());
            let classes = self.tape.indices(classes);
            softmax::residual(value.numbers_mut(), x.numbers(), &classes, g.numbers());
            value
        };
        self.binary(
            "softmax_cross_entropy",
            g,
            value,
            move |h, x, g, _z| {
                let axes = Axes::from(-1).of("softmax_cross_entropy", &x.shape());
                x.softmax_over(axes).softmax_rule(h, axes) * g.reshape(&[g.len(), 1])
            },
            move |h, x, g, _z| {
                let ones = g.tape.full(g.shape(), T::one());
                (h * x.softmax_residual(ones, classes)).sum(-1)
            },
        )
    }
}
