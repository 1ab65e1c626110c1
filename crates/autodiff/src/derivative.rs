//! Derivatives made of gradients, recorded on the tape: products with Jacobians and Hessians, and
//! both in full.

use std::collections::BTreeMap;

use crate::{Element, Gradients, IntoVar, Shape, Tape, Var, concatenate, error};

impl<T: Element> Tape<T> {
    /// The derivative `∂y/∂x v` of a `y` of any shape along the tangents `v` of the `xs`, one for each,
    /// of the shape of `y`: a Jacobian times a vector.
    ///
    /// It costs two reverse passes: the cotangents `uᵀ ∂y/∂x` are linear in `u`, and their derivative
    /// by `u` along `v` is `∂y/∂x v`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let v = tape.constant([10.0, 1.0]);
    /// assert_eq!(tape.jvp(x.powi(2), &[x], &[v]).value(), ndarray::array![20.0, 4.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If a tangent has not the shape of its `x` or there is not one for each, an `x` is a constant, or
    /// one of them is on another tape.
    #[inline(never)]
    #[track_caller]
    pub fn jvp<'t>(
        &'t self,
        y: Var<'t, T>,
        xs: &[Var<'t, T>],
        tangents: &[Var<'t, T>],
    ) -> Var<'t, T> {
        self.check_inputs("jvp", y, xs);
        self.check_tangents("jvp", xs, tangents);
        let u = self.leaf("cotangent", self.filled(y.shape(), T::one()), true);
        let slope = self.pull_back_along(y, u, xs, tangents);
        self.or_zeros(self.pull_back(&slope, &[u]), &[u])[0]
    }

    /// The Hessian of one number `y` by the `xs` times a vector `v`, one part for each `x`: `∂²y/∂x² v`,
    /// as the gradient of `∂y/∂x · v`, without forming the Hessian.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let v = tape.constant([10.0, 1.0]);
    /// let product = tape.hvp(x.powi(3).sum(..), &[x], &[v])[0];
    /// assert_eq!(product.value(), ndarray::array![60.0, 12.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `y` does not hold exactly one number, a part of `v` has not the shape of its `x` or there is
    /// not one for each, an `x` is a constant, or one of them is on another tape.
    #[inline(never)]
    #[track_caller]
    pub fn hvp<'t>(
        &'t self,
        y: Var<'t, T>,
        xs: &[Var<'t, T>],
        v: &[Var<'t, T>],
    ) -> Vec<Var<'t, T>> {
        let slope = self.slope_along("hvp", y, xs, v);
        self.or_zeros(self.pull_back(&slope, xs), xs)
    }

    /// The Jacobians `∂y/∂x` of a `y` of any shape by each of the `xs`: for each the shape of `y`,
    /// followed by that of `x`.
    ///
    /// It takes a reverse pass for each element of `y` or, if there are fewer, for each of the `xs`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let jacobian = tape.jacobian(x.powi(2), &[x])[0];
    /// assert_eq!(jacobian.value(), ndarray::array![[2.0, 0.0], [0.0, 4.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If an `x` is a constant, or one of them is on another tape.
    #[inline(never)]
    #[track_caller]
    pub fn jacobian<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        self.check_inputs("jacobian", y, xs);
        let inputs: usize = xs.iter().map(|x| x.len()).sum();
        if y.len() <= inputs {
            self.jacobian_by_rows(y, xs)
        } else {
            self.jacobian_by_columns(y, xs)
        }
    }

    /// The Hessians `∂²y/∂xᵢ∂xⱼ` of one number `y` by each two of the `xs`: `[i][j]` has the shape of
    /// `xᵢ`, followed by that of `xⱼ`.
    ///
    /// It takes a reverse pass for each element of the `xs`; where a product with a vector will do,
    /// [`hvp`](Tape::hvp) takes one.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let hessian = tape.hessian(x.prod(..), &[x])[0][0];
    /// assert_eq!(hessian.value(), ndarray::array![[0.0, 1.0], [1.0, 0.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `y` does not hold exactly one number, an `x` is a constant, or one of them is on another
    /// tape.
    #[inline(never)]
    #[track_caller]
    pub fn hessian<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Vec<Var<'t, T>>> {
        let gradients = self.or_zeros(self.gradients("hessian", y, xs), xs);
        let mut blocks = Vec::with_capacity(xs.len());
        for g in gradients {
            blocks.push(self.jacobian_by_rows(g, xs));
        }
        blocks
    }

    /// A row for each element of `y`.
    #[track_caller]
    fn jacobian_by_rows<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        let mut rows = vec![Vec::with_capacity(y.len()); xs.len()];
        for index in 0..y.len() {
            let cotangents = self.pull_back(&[(y, self.unit(y, index))], xs);
            let cotangents = self.or_zeros(cotangents, xs);
            for (rows, (row, x)) in rows.iter_mut().zip(cotangents.into_iter().zip(xs)) {
                rows.push(row.reshape(&[1, x.len()]));
            }
        }
        let mut jacobians = Vec::with_capacity(xs.len());
        for (rows, x) in rows.iter().zip(xs) {
            let whole = if rows.is_empty() {
                self.full(Shape::from([0, x.len()]), T::zero())
            } else {
                concatenate(rows, 0)
            };
            jacobians.push(whole.reshape(&Shape::joined(&y.shape(), &x.shape())));
        }
        jacobians
    }

    /// A column for each element of the `xs`.
    #[track_caller]
    fn jacobian_by_columns<'t>(&'t self, y: Var<'t, T>, xs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        let u = self.leaf("cotangent", self.filled(y.shape(), T::one()), true);
        let cotangents = self.pull_back(&[(y, u)], xs);
        let mut jacobians = Vec::with_capacity(xs.len());
        for (&x, cotangent) in xs.iter().zip(cotangents) {
            let shape = Shape::joined(&y.shape(), &x.shape());
            let Some(cotangent) = cotangent.filter(|_| !x.is_empty()) else {
                jacobians.push(self.full(shape, T::zero()));
                continue;
            };
            let mut columns = Vec::with_capacity(x.len());
            for index in 0..x.len() {
                let column = self.pull_back(&[(cotangent, self.unit(x, index))], &[u]);
                columns.push(self.or_zeros(column, &[u])[0].reshape(&[y.len(), 1]));
            }
            jacobians.push(concatenate(&columns, 1).reshape(&shape));
        }
        jacobians
    }

    /// 1 at one element of the shape of `x`, and 0 elsewhere.
    #[track_caller]
    pub(crate) fn unit(&self, x: Var<'_, T>, index: usize) -> Var<'_, T> {
        let mut value = self.filled(x.shape(), T::zero());
        value.numbers_mut()[index] = T::one();
        self.leaf("constant", value, false)
    }

    /// The number `Σ g · v` over the cotangents `g` of `xs` from that of `y`, as variables with their
    /// cotangents `v`: what it takes to differentiate it. Products of matrices among them are not
    /// computed, because their derivatives need but their factors.
    #[track_caller]
    fn pull_back_along<'t>(
        &'t self,
        y: Var<'t, T>,
        seed: Var<'t, T>,
        xs: &[Var<'t, T>],
        v: &[Var<'t, T>],
    ) -> Vec<(Var<'t, T>, Var<'t, T>)> {
        let mut of_nodes = BTreeMap::<_, Vec<_>>::new();
        for (x, v) in xs.iter().zip(v) {
            of_nodes.entry(x.index).or_default().push(*v);
        }
        let mut slopes = Vec::with_capacity(xs.len());
        self.record_sweep(&[(y, seed)], xs, true, |node, g| {
            slopes.extend(of_nodes[&node].iter().map(|v| (g, *v)));
        });
        slopes
    }

    /// The derivative `Σ ∂y/∂x · v` of one number `y` along a vector, as variables with their cotangents.
    #[track_caller]
    fn slope_along<'t>(
        &'t self,
        operation: &str,
        y: Var<'t, T>,
        xs: &[Var<'t, T>],
        v: &[Var<'t, T>],
    ) -> Vec<(Var<'t, T>, Var<'t, T>)> {
        self.check_tangents(operation, xs, v);
        self.check_inputs(operation, y, xs);
        self.pull_back_along(y, self.number_one(operation, y), xs, v)
    }

    #[track_caller]
    pub(crate) fn check_tangents(
        &self,
        operation: &str,
        xs: &[Var<'_, T>],
        tangents: &[Var<'_, T>],
    ) {
        if xs.len() != tangents.len() {
            error::tangent_count(operation, tangents.len(), xs.len());
        }
        for (x, v) in xs.iter().zip(tangents) {
            x.same_tape(operation, *v);
            if x.shape() != v.shape() {
                error::tangent(operation, &v.shape(), &x.shape());
            }
        }
    }
}

impl<'t, T: Element> Var<'t, T> {
    /// The Hessian of this one number `y` times a vector `v`, as values: for every [`Tape::var`] `w` that it
    /// depends on `∂²y/∂w∂x v`, summed over pairs of an `x` and its part of `v`.
    ///
    /// Runs the same rules as [`Tape::hvp`], the second time on values only, and leaves the tape as it was.
    /// Of a network it costs less than three gradients.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0]);
    /// let products = x.powi(3).sum(..).backward_along([(x, [10.0, 1.0])]);
    /// assert_eq!(products.wrt(x), ndarray::array![60.0, 12.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the variable does not hold exactly one number, a part of `v` has not the shape of its `x`, an `x`
    /// is a constant, or one of them is on another tape.
    #[track_caller]
    pub fn backward_along<V: IntoVar<'t, T>>(
        self,
        directions: impl IntoIterator<Item = (Var<'t, T>, V)>,
    ) -> Gradients<T> {
        let (name, tape) = ("backward_along", self.tape);
        tape.check_inputs(name, self, &[]);
        let _aside = tape.aside();
        let directions = directions.into_iter();
        let (xs, v): (Vec<_>, Vec<_>) = directions.map(|(x, v)| (x, v.into_var(tape))).unzip();
        let slope = tape.slope_along(name, self, &xs, &v).into_iter();
        tape.backward_of(slope.map(|(g, v)| (g.index, v.read().clone())))
    }
}
