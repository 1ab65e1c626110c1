//! Gradient checks: what the rules say against central differences, to any order.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_autodiff::check::{self, Check};
//!
//! let x = array![0.3, -1.2].into_dyn();
//! check::gradient(|x| x[0].tanh() * x[0], &[x.clone()]).unwrap();
//! Check { order: 3, ..Check::default() }.gradient(|x| x[0].exp(), &[x]).unwrap();
//! ```
//!
//! # Kinks
//!
//! At a kink (`abs` or `relu` at 0, `max` with a tie) central differences see both sides and agree
//! with no subgradient, and within a step of it they see some of the other side. A mismatch there
//! says nothing of the rule: choose inputs that are further from kinks than the step. Networks with
//! rectifiers have kinks wherever a unit's input is 0; a seed for which none is near is soon found.

use std::error::Error;
use std::fmt;

use ndarray::{ArrayD, Dimension};

use crate::{Element, Tape, Var, error, total};

/// How a gradient is checked.
///
/// | field | default in `f64` | in `f32` | meaning |
/// |---|---|---|---|
/// | `order` | 1 | 1 | derivatives of orders 1 to this are checked, each against differences of the one before |
/// | `step` | 1e-5 | 1e-2 | difference step, relative to the larger of 1 and the size of the input |
/// | `relative` | 1e-6 | 2e-3 | largest error, relative to the size of the derivative |
/// | `absolute` | 1e-6 | 2e-3 | what is added to that |
/// | `fast` | `false` | `false` | one direction for each input, which all its elements share in, instead of each element: two evaluations for each input. Which element is wrong is not found out. |
///
/// The steps of `f32` are as wide as they are because of rounding; where there is a choice, check in
/// `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check<T: Element = f64> {
    /// Highest order of derivative.
    pub order: usize,
    /// Relative step of the differences.
    pub step: T,
    /// Relative tolerance.
    pub relative: T,
    /// Absolute tolerance.
    pub absolute: T,
    /// Whether each input is checked along one direction only.
    pub fast: bool,
}

impl<T: Element> Default for Check<T> {
    fn default() -> Self {
        let single = T::epsilon() > T::of(1e-10);
        let (step, tolerance) = if single { (1e-2, 2e-3) } else { (1e-5, 1e-6) };
        Self {
            order: 1,
            step: T::of(step),
            relative: T::of(tolerance),
            absolute: T::of(tolerance),
            fast: false,
        }
    }
}

/// Checks the first derivatives of `f` at `inputs` with the defaults of [`Check`].
///
/// # Errors
/// The worst element, if it is out of tolerance.
///
/// # Panics
/// If there is no input.
#[track_caller]
pub fn gradient<T: Element, F>(f: F, inputs: &[ArrayD<T>]) -> Result<(), Mismatch>
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    Check::default().gradient(f, inputs)
}

/// A function of variables, as the checks see it.
type Function<'f, T> = &'f dyn for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>;

impl<T: Element> Check<T> {
    /// Checks the derivatives of `f`, whose result may have any shape, with respect to every
    /// element of every input.
    ///
    /// The result is reduced to one number by fixed weights; its gradient by [`Tape::grad`] must
    /// equal that by [`Var::backward`] exactly and central differences within the tolerance; then
    /// the gradient, reduced likewise, takes the place of `f`. NaN never passes.
    ///
    /// # Errors
    /// The worst element of the first order that fails: that whose error is the largest in relation
    /// to what is allowed. Where the result has several elements, the numbers are those of its
    /// weighed sum.
    ///
    /// # Panics
    /// If there is no input, the order is 0, the step not positive, or a tolerance negative or NaN.
    #[track_caller]
    pub fn gradient<F>(&self, f: F, inputs: &[ArrayD<T>]) -> Result<(), Mismatch>
    where
        F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    {
        if inputs.is_empty() {
            error::no_inputs("check::gradient");
        }
        let [step, relative, absolute] = [self.step, self.relative, self.absolute].map(T::wide);
        if self.order == 0 || !(step > 0.0 && relative >= 0.0 && absolute >= 0.0) {
            error::check(self.order, step, relative, absolute);
        }
        self.orders(1, &|x| weigh(&[f(x)]), inputs)
    }

    fn orders(
        &self,
        order: usize,
        f: Function<'_, T>,
        inputs: &[ArrayD<T>],
    ) -> Result<(), Mismatch> {
        if order > self.order {
            return Ok(());
        }
        self.compare(order, f, inputs)?;
        self.orders(order + 1, &|x| weigh(&x[0].tape().grad(f(x), x)), inputs)
    }

    fn compare(
        &self,
        order: usize,
        f: Function<'_, T>,
        inputs: &[ArrayD<T>],
    ) -> Result<(), Mismatch> {
        let tape = Tape::new();
        let x: Vec<_> = inputs.iter().map(|x| tape.var(x)).collect();
        let y = f(&x);
        let values_only = y.backward();
        let mut worst = Worst::default();
        for (input, (&x, g)) in x.iter().zip(tape.grad(y, &x)).enumerate() {
            let (g, backward) = (g.value(), values_only.wrt(x));
            let mismatch = |index: Option<&[usize]>, exact: T, against, other: T| Mismatch {
                order,
                input,
                index: index.map(<[usize]>::to_vec),
                exact: exact.wide(),
                against,
                other: other.wide(),
            };
            for (index, &exact) in g.indexed_iter() {
                let other = backward[&index];
                if exact != other && !(exact.is_nan() && other.is_nan()) {
                    worst.see(f64::INFINITY, || {
                        mismatch(Some(index.slice()), exact, Against::Backward, other)
                    });
                }
            }
            let excess = |exact: T, numeric: T| {
                let size = exact.abs().max(numeric.abs());
                ((exact - numeric).abs() / (self.absolute + self.relative * size)).wide()
            };
            if self.fast {
                let direction = weights(g.shape(), &mut 1);
                let exact = (&g * &direction).sum();
                let numeric = self.difference(f, inputs, input, &direction);
                worst.see(excess(exact, numeric), || {
                    mismatch(None, exact, Against::Differences, numeric)
                });
                continue;
            }
            for (index, &exact) in g.indexed_iter() {
                let mut direction = ArrayD::zeros(g.shape());
                direction[&index] = inputs[input][&index].abs().max(T::one());
                let numeric = self.difference(f, inputs, input, &direction) / direction[&index];
                worst.see(excess(exact, numeric), || {
                    mismatch(Some(index.slice()), exact, Against::Differences, numeric)
                });
            }
        }
        worst.mismatch.map_or(Ok(()), Err)
    }

    /// The central difference of the one number that `f` gives, along a direction of one of its
    /// inputs.
    fn difference(
        &self,
        f: Function<'_, T>,
        inputs: &[ArrayD<T>],
        input: usize,
        direction: &ArrayD<T>,
    ) -> T {
        let at = |step: T| {
            let tape = Tape::new();
            let moved = inputs[input].clone() + direction.mapv(|d| d * step);
            let x = inputs.iter().enumerate();
            let x = x.map(|(index, x)| tape.var(if index == input { &moved } else { x }));
            f(&x.collect::<Vec<_>>()).item()
        };
        (at(self.step) - at(-self.step)) / (self.step + self.step)
    }
}

/// The worst mismatch so far, of those out of tolerance.
#[derive(Default)]
struct Worst {
    excess: f64,
    mismatch: Option<Mismatch>,
}

impl Worst {
    /// Takes note of an error that is `excess` times what is allowed.
    fn see(&mut self, excess: f64, mismatch: impl FnOnce() -> Mismatch) {
        let excess = if excess.is_nan() {
            f64::INFINITY
        } else {
            excess
        };
        if excess > 1.0 && (excess > self.excess) {
            *self = Self {
                excess,
                mismatch: Some(mismatch()),
            };
        }
    }
}

/// One number from results of any shapes: `Σ w y` with fixed weights. The first is 1, so that a
/// function of one number is checked as it is.
fn weigh<'t, T: Element>(results: &[Var<'t, T>]) -> Var<'t, T> {
    let mut count = 0;
    let weighed = results.iter().map(|y| {
        let weights = weights(&y.shape(), &mut count);
        y.inner(y.tape().constant(weights))
    });
    total(&weighed.collect::<Vec<_>>()).expect("there is at least one result")
}

/// Numbers between ½ and 1½ that no symmetry of the results cancels, from the `count`-th on.
fn weights<T: Element>(shape: &[usize], count: &mut u32) -> ArrayD<T> {
    ArrayD::from_shape_simple_fn(shape, || {
        let weight = T::of(1.0 + 0.5 * f64::from(*count).sin());
        *count += 1;
        weight
    })
}

/// A derivative that failed its check.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The order of the derivative.
    pub order: usize,
    /// With respect to which input.
    pub input: usize,
    /// With respect to which element of it; none where it is along a direction.
    pub index: Option<Vec<usize>>,
    /// What the recorded run of the rules gives.
    pub exact: f64,
    /// What it was compared with.
    pub against: Against,
    /// What that gives.
    pub other: f64,
}

/// What a recorded derivative is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Against {
    /// Central differences.
    Differences,
    /// The run of the rules on values only.
    Backward,
}

impl Mismatch {
    /// What is wrong, with the input under a name of its own.
    ///
    /// ```
    /// # use tapegrad_autodiff::check;
    /// let at = [ndarray::array![0.0].into_dyn()];
    /// let mismatch = check::gradient(|x| x[0].relu(), &at).unwrap_err();     // at its kink
    /// let sentence = mismatch.of("the bias").to_string();
    /// assert!(sentence.starts_with("derivative of order 1 by element [0] of the bias: "));
    /// ```
    pub fn of(&self, input: impl fmt::Display) -> impl fmt::Display {
        let Self {
            order,
            exact,
            other,
            ..
        } = self;
        let element = match &self.index {
            Some(index) => format!("element {index:?}"),
            None => "a direction".to_owned(),
        };
        let against = match self.against {
            Against::Differences => "central differences give",
            Against::Backward => "`backward` gives",
        };
        format!(
            "derivative of order {order} by {element} of {input}: the rules give {exact}, {against} {other}"
        )
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = format!("input {}", self.input);
        fmt::Display::fmt(&self.of(input), f)
    }
}

impl Error for Mismatch {}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn square_with_half_its_derivative<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        x[0].unary("wrong", x[0].map(|_, x| x * x), |g, x, _y| g * x)
    }

    /// The derivative is right as a value, but computed past the tape.
    fn exponential_of_one_order<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        x[0].unary("wrong", x[0].map(|_, x| x.exp()), |g, x, _y| {
            g * x.tape().constant(x.value().mapv(f64::exp))
        })
    }

    /// The checker sees a rule that is wrong, at its order, and names the element.
    #[test]
    fn wrong_rules_are_found() {
        let mismatch = gradient(
            square_with_half_its_derivative,
            &[array![0.0, 3.0].into_dyn()],
        )
        .unwrap_err();
        assert_eq!(
            (mismatch.order, mismatch.input, mismatch.index.as_deref()),
            (1, 0, Some(&[1][..]))
        );
        let text = mismatch.to_string();
        assert!(
            text.starts_with("derivative of order 1 by element [1] of input 0: the rules give "),
            "{text}"
        );

        let inputs = [array![0.5].into_dyn()];
        assert_eq!(gradient(exponential_of_one_order, &inputs), Ok(()));
        let second = Check {
            order: 2,
            ..Check::default()
        }
        .gradient(exponential_of_one_order, &inputs)
        .unwrap_err();
        assert_eq!((second.order, second.exact), (2, 0.0));
    }

    #[test]
    fn nan_never_passes() {
        assert!(gradient(|x| x[0].ln(), &[array![-1.0].into_dyn()]).is_err());
        assert!(gradient(|x| x[0] * f64::NAN, &[array![1.0].into_dyn()]).is_err());
    }

    /// At a kink the one-sided derivative is not what differences see.
    #[test]
    fn kinks_are_seen() {
        assert!(gradient(|x| x[0].relu(), &[array![0.0].into_dyn()]).is_err());
    }
}
