use crate::kernel::softmax;
use crate::tape::Indices;
use crate::{Axes, Classes, Element, Shape, Var, Vjp, error};

impl<T: Element> Var<'_, T> {
    /// For each row of logits `[rows, classes]` the cross-entropy `ln Σⱼ e^xⱼ − x_class` of its
    /// softmax with the class that it should be: shape `[rows]`. The classes are a list of indices,
    /// with [weights](Classes::weights) and [label smoothing](Classes::smoothing) if you like.
    ///
    /// Its rule is `x̄ = ȳ (softmax(x) − onehot(class))`. Neither the value nor the rule overflows or
    /// cancels, however sure the right answer is. The second
    /// derivative is exact to some `ε` of 1, not of itself. Infinite logits are as in
    /// [`log_softmax`](Var::log_softmax).
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
    /// If the logits have not two axes, there is not one class for each row, a class is not below
    /// their number, there is not one weight for each, or one is negative or not finite.
    #[inline(never)]
    #[track_caller]
    pub fn softmax_cross_entropy<'c>(self, classes: impl Into<Classes<'c>>) -> Self {
        let (shape, classes) = (self.shape(), classes.into());
        let [rows, count] = shape[..] else {
            error::logits("softmax_cross_entropy", &shape)
        };
        let indices = classes.indices;
        if indices.len() != rows {
            error::class_count(indices.len(), &shape);
        }
        if let Some(row) = indices.iter().position(|&class| class >= count) {
            error::class(indices[row], row, &shape);
        }
        if let Some(weights) = classes.weights.filter(|weights| weights.len() != count) {
            error::class_weights(weights.len(), &shape);
        }
        let is_wrong = |weight: &&f64| !(weight.is_finite() && **weight >= 0.0);
        if let Some(&weight) = classes.weights.and_then(|all| all.iter().find(is_wrong)) {
            error::class_weight(weight);
        }
        if !classes.are_plain() {
            let mut targets = self.tape.fresh(shape);
            for (index, target) in targets.numbers_mut().iter_mut().enumerate() {
                *target = T::of(classes.target(index / count, index % count, count));
            }
            let targets = self.tape.leaf("targets", targets, false);
            return self.softmax_cross_entropy_with(targets);
        }
        let mut loss = self.tape.fresh(Shape::from([rows]));
        softmax::cross_entropy(loss.numbers_mut(), self.read().numbers(), indices);
        let classes = self.tape.keep_indices(indices.iter().copied());
        self.unary("softmax_cross_entropy", loss, move |g, x, _y| {
            x.class_residual(g, classes)
        })
    }

    /// `ȳ (softmax(x) − onehot(class))` of each row and its `ȳ`.
    #[track_caller]
    fn class_residual(self, g: Self, classes: Indices) -> Self {
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
                x.softmax_over(axes).softmax_rule(h, axes) * column(g)
            },
            move |h, x, g, _z| {
                let ones = g.tape.full(g.shape(), T::one());
                (h * x.class_residual(ones, classes)).sum(-1)
            },
        )
    }

    /// For each row of logits `[rows, classes]` the cross-entropy `−Σⱼ qⱼ ln softmax(x)ⱼ` of its
    /// softmax with the probabilities `q` of the classes, of the same shape: shape `[rows]`. They need
    /// not sum to 1, and may be differentiated by: `x̄ = ȳ (softmax(x) Σ q − q)`, `q̄ = −ȳ ln
    /// softmax(x)`. A class of which nothing is expected costs nothing, also where its logit is −∞;
    /// infinite logits are as in [`log_softmax`](Var::log_softmax). Where the softmax is nearly `q`,
    /// `x̄` is exact to some `ε` of 1, not of itself, as it is for [one
    /// class](Var::softmax_cross_entropy).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let logits = tape.var(ndarray::array![[0.0, 0.0]]);
    /// let probabilities = tape.constant(ndarray::array![[0.25, 0.75]]);
    /// assert_eq!(logits.softmax_cross_entropy_with(probabilities).item(), 2.0_f64.ln());
    /// ```
    ///
    /// # Panics
    /// If the logits have not two axes, the shapes differ, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn softmax_cross_entropy_with(self, probabilities: Self) -> Self {
        self.same_tape("softmax_cross_entropy_with", probabilities);
        let (shape, of_q) = (self.shape(), probabilities.shape());
        let [rows, count] = shape[..] else {
            error::logits("softmax_cross_entropy_with", &shape)
        };
        if of_q != shape {
            error::probabilities(&shape, &of_q);
        }
        let mut loss = self.tape.fresh(Shape::from([rows]));
        let (x, q) = (self.read(), probabilities.read());
        softmax::soft_cross_entropy(loss.numbers_mut(), x.numbers(), q.numbers(), count);
        drop((x, q));
        self.binary(
            "softmax_cross_entropy_with",
            probabilities,
            loss,
            |g, x, q, _y| x.residual(g, q),
            |g, x, _q, _y| -(x.log_softmax(-1) * column(g)),
        )
    }

    /// `ȳ (softmax(x) Σ q − q)` of each row and its `ȳ`.
    #[track_caller]
    fn residual(self, g: Self, q: Self) -> Self {
        let name = "softmax_cross_entropy_with";
        let value = {
            let (x, g, q) = (self.read(), g.read(), q.read());
            let mut value = self.tape.fresh(x.shape().clone());
            let out = value.numbers_mut();
            softmax::soft_residual(out, x.numbers(), q.numbers(), g.numbers());
            value
        };
        if !self.tape.is_recording() {
            return self.constant(name, value);
        }
        let axes = Axes::from(-1).of(name, &self.shape()).keep();
        let rules = [
            (
                self.index,
                Vjp::new(move |h, v, _z| {
                    let (x, g, q) = (v[0], v[1], v[2]);
                    let p = x.softmax_over(axes);
                    p.softmax_rule(h, axes) * (column(g) * q.sum_over(axes))
                }),
            ),
            (
                g.index,
                Vjp::new(move |h, v, _z| {
                    let ones = h.tape.full(v[1].shape(), T::one());
                    (h * v[0].residual(ones, v[2])).sum(-1)
                }),
            ),
            (
                q.index,
                Vjp::new(move |h, v, _z| {
                    let p = v[0].softmax_over(axes);
                    column(v[1]) * ((h * p).sum_over(axes) - h)
                }),
            ),
        ];
        self.tape.push(name, value, rules)
    }
}

/// One number a row, as a column.
fn column<T: Element>(g: Var<'_, T>) -> Var<'_, T> {
    g.reshape(&[g.len(), 1])
}
