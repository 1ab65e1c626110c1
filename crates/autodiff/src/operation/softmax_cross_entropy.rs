use crate::kernel::softmax;
use crate::{Axes, Element, Var, error};

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
        let loss = softmax::cross_entropy(&self.value(), classes);
        let classes: Box<[usize]> = classes.into();
        self.unary(loss, move |g, x, _y| {
            g.reshape(&[rows, 1]) * x.softmax_residual(&classes)
        })
    }

    /// `softmax(x) − onehot(class)` of each row, whose rule is that of the softmax.
    fn softmax_residual(self, classes: &[usize]) -> Self {
        let value = softmax::residual(&self.value(), classes);
        self.unary(value, |g, x, _y| {
            x.softmax(-1).softmax_rule(g, Axes::from(-1))
        })
    }
}
