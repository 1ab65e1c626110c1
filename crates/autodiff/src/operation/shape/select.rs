use crate::kernel::elementwise::spread;
use crate::operation::broadcast_of;
use crate::value::Value;
use crate::{Element, IntoVar, Shape, Var, Vjp};

impl<'t, T: Element> Var<'t, T> {
    /// `x` where this condition is not 0, and `y` elsewhere, variables, numbers or arrays, all three
    /// broadcast; each cotangent is
    /// that of the result where it was taken, and 0 elsewhere. It is selected and not multiplied: what
    /// is not taken may be infinite or NaN.
    ///
    /// The other side of such a selection still has a derivative, and `0 · ∞` there is NaN: keep the
    /// operands themselves within their domain.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var([1.0, f64::NAN]), tape.var([10.0, 20.0]));
    /// let z = y.less(15.0).where_(x, y);
    /// assert_eq!(z.value(), ndarray::array![1.0, 20.0].into_dyn());
    /// assert_eq!(z.sum(..).backward().wrt(x), ndarray::array![1.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn where_(self, x: impl IntoVar<'t, T>, y: impl IntoVar<'t, T>) -> Self {
        let (x, y) = (x.into_var(self.tape), y.into_var(self.tape));
        self.same_tape("where_", x);
        self.same_tape("where_", y);
        let of_pair = broadcast_of("where_", &x.shape(), &y.shape());
        let shape = broadcast_of("where_", &self.shape(), &of_pair);
        let [condition, x_whole, y_whole] = [self, x, y].map(|part| part.repeated(&shape));
        let mut value = self.tape.fresh(shape);
        let pairs = x_whole.numbers().iter().zip(y_whole.numbers());
        let pairs = condition.numbers().iter().zip(pairs);
        for (out, (&condition, (&x, &y))) in value.numbers_mut().iter_mut().zip(pairs) {
            *out = if condition == T::zero() { y } else { x };
        }
        for whole in [condition, x_whole, y_whole] {
            self.tape.recycle(whole);
        }
        let rules = [
            (self.index, Vjp::none()),
            (
                x.index,
                Vjp::new(|g, operands, _| g.kept_where(operands[0], true)),
            ),
            (
                y.index,
                Vjp::new(|g, operands, _| g.kept_where(operands[0], false)),
            ),
        ];
        self.tape.push("where_", value, rules)
    }

    /// This cotangent where the condition is met or not, and 0 elsewhere.
    fn kept_where(self, condition: Self, met: bool) -> Self {
        self.piecewise("where_", condition, move |g, condition| {
            if (condition != T::zero()) == met {
                g
            } else {
                T::zero()
            }
        })
    }

    /// The value repeated to a shape that it broadcasts to.
    fn repeated(self, shape: &Shape) -> Value<T> {
        let x = self.read();
        if x.shape() == shape {
            return x.clone();
        }
        let mut whole = self.tape.fresh(shape.clone());
        let x = (x.numbers(), &x.shape()[..]);
        spread(whole.numbers_mut(), shape, x, |_, x| x);
        whole
    }

    /// 1 where `x > y` and 0 elsewhere, with broadcasting, as a constant: a mask. `y` is a variable,
    /// a number or an array.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0, 3.0]);
    /// assert_eq!(x.greater(2.0).value(), ndarray::array![0.0, 0.0, 1.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn greater(self, y: impl IntoVar<'t, T>) -> Self {
        self.compare("greater", y.into_var(self.tape), |x, y| x > y)
    }

    /// 1 where `x ≥ y` and 0 elsewhere: as [`greater`](Var::greater).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0, 3.0]);
    /// assert_eq!(x.greater_equal(2.0).value(), ndarray::array![0.0, 1.0, 1.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// As [`greater`](Var::greater).
    #[inline(never)]
    #[track_caller]
    pub fn greater_equal(self, y: impl IntoVar<'t, T>) -> Self {
        self.compare("greater_equal", y.into_var(self.tape), |x, y| x >= y)
    }

    /// 1 where `x < y` and 0 elsewhere: as [`greater`](Var::greater).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0, 3.0]);
    /// assert_eq!(x.less(2.0).value(), ndarray::array![1.0, 0.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// As [`greater`](Var::greater).
    #[inline(never)]
    #[track_caller]
    pub fn less(self, y: impl IntoVar<'t, T>) -> Self {
        self.compare("less", y.into_var(self.tape), |x, y| x < y)
    }

    /// 1 where `x ≤ y` and 0 elsewhere: as [`greater`](Var::greater).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0, 3.0]);
    /// assert_eq!(x.less_equal(2.0).value(), ndarray::array![1.0, 1.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// As [`greater`](Var::greater).
    #[inline(never)]
    #[track_caller]
    pub fn less_equal(self, y: impl IntoVar<'t, T>) -> Self {
        self.compare("less_equal", y.into_var(self.tape), |x, y| x <= y)
    }

    /// 1 where `x = y` and 0 elsewhere, where one is NaN too: as [`greater`](Var::greater).
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([1.0, 2.0, f64::NAN]);
    /// assert_eq!(x.equal(x).value(), ndarray::array![1.0, 1.0, 0.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// As [`greater`](Var::greater).
    #[inline(never)]
    #[track_caller]
    pub fn equal(self, y: impl IntoVar<'t, T>) -> Self {
        self.compare("equal", y.into_var(self.tape), |x, y| x == y)
    }

    #[track_caller]
    fn compare(
        self,
        name: &'static str,
        y: Self,
        holds: impl Fn(T, T) -> bool + Copy + Sync,
    ) -> Self {
        let mask = move |_, x, y| if holds(x, y) { T::one() } else { T::zero() };
        self.constant(name, self.zip(name, y, mask))
    }
}
