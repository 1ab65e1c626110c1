use crate::{Element, IntoValue, Tape, Var, Vjp, error};

impl<T: Element> Tape<T> {
    /// An operation of your own: its value, computed any way you like, and each operand with its
    /// rule, written in operations.
    ///
    /// A rule `(g, x, y) → x̄` gets the cotangent `g` of the result, the operands `x` in the order
    /// given here, and the result `y`, on the tape that is differentiated at the time: use those, and
    /// capture plain data only. What it returns is summed to the operand's shape if it broadcasts to
    /// more. [`check::gradient`](crate::check::gradient) tells whether it is right, to any order.
    ///
    /// ```
    /// use tapegrad_autodiff::{Element, Var, Vjp, check};
    ///
    /// /// The cube root, with `∂x = 1 / (3 y²)`.
    /// fn cbrt<T: Element>(x: Var<'_, T>) -> Var<'_, T> {
    ///     let value = x.value().mapv(T::cbrt);
    ///     x.tape().custom("cbrt", value, [(x, Vjp::new(|g, _x, y| g / (3.0 * y * y)))])
    /// }
    /// let at = ndarray::array![8.0, 0.7, -2.0].into_dyn();
    /// check::Check { order: 3, ..Default::default() }.gradient(|x| cbrt(x[0]), &[at]).unwrap();
    /// ```
    ///
    /// # Panics
    /// If an operand is on another tape.
    #[inline(never)]
    #[track_caller]
    pub fn custom<'t>(
        &'t self,
        name: &'static str,
        value: impl IntoValue<T>,
        operands: impl IntoIterator<Item = (Var<'t, T>, Vjp<T>)>,
    ) -> Var<'t, T> {
        let value = self.shared(value.into_value());
        let operands: Vec<_> = operands.into_iter().collect();
        if operands.iter().any(|(x, _)| !std::ptr::eq(x.tape(), self)) {
            error::two_tapes(name);
        }
        let operands = operands.into_iter().map(|(x, rule)| (x.index, rule));
        self.push(name, value, operands)
    }
}
