//! Gradient checks: what the rules say against central differences, to any order.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_autodiff::check;
//!
//! let x = array![0.3, -1.2].into_dyn();
//! check::gradient(|x| x[0].tanh() * x[0], &[x]).unwrap();
//! ```
//!
//! At a kink (`abs` or `relu` at 0, `max` with a tie) central differences see both sides and agree
//! with no subgradient: choose inputs that are further from it than the step.

use std::error::Error;
use std::fmt;

use ndarray::{ArrayD, Dimension, IxDyn};

use crate::{Tape, Var, error};

/// How a gradient is checked.
///
/// | field | default | meaning |
/// |---|---|---|
/// | `order` | 1 | derivatives of orders 1 to this are checked, each against differences of the one before |
/// | `step` | 1e-5 | difference step, relative to the larger of 1 and the size of the input |
/// | `tolerance` | 1e-6 | largest error, relative to the larger of 1 and the size of the derivative |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// Highest order of derivative.
    pub order: usize,
    /// Relative step of the differences.
    pub step: f64,
    /// Relative tolerance.
    pub tolerance: f64,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            order: 1,
            step: 1e-5,
            tolerance: 1e-6,
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
pub fn gradient<F>(f: F, inputs: &[ArrayD<f64>]) -> Result<(), Mismatch>
where
    F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
{
    Check::default().gradient(f, inputs)
}

/// A function of variables, as the checks see it.
type Function<'f> = &'f dyn for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>;

impl Check {
    /// Checks the derivatives of `f`, whose result may have any shape, with respect to every
    /// element of every input.
    ///
    /// The result is reduced to one number by fixed weights; its gradient by [`Tape::grad`] must
    /// equal that by [`Var::backward`] exactly and central differences within the tolerance; then
    /// the gradient, reduced likewise, takes the place of `f`. NaN never passes.
    ///
    /// # Errors
    /// The worst element of the first order that fails. Where the result has several elements, the
    /// numbers are those of its weighed sum.
    ///
    /// # Panics
    /// If there is no input, the order is 0, the step not positive, or the tolerance negative or
    /// NaN.
    #[track_caller]
    pub fn gradient<F>(&self, f: F, inputs: &[ArrayD<f64>]) -> Result<(), Mismatch>
    where
        F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    {
        if inputs.is_empty() {
            error::no_inputs();
        }
        if self.order == 0 || !(self.step > 0.0 && self.tolerance >= 0.0) {
            error::check(self.order, self.step, self.tolerance);
        }
        self.orders(1, &|x| weigh(&[f(x)]), inputs)
    }

    fn orders(
        &self,
        order: usize,
        f: Function<'_>,
        inputs: &[ArrayD<f64>],
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
        f: Function<'_>,
        inputs: &[ArrayD<f64>],
    ) -> Result<(), Mismatch> {
        let tape = Tape::new();
        let x: Vec<_> = inputs.iter().map(|x| tape.var(x)).collect();
        let y = f(&x);
        let values_only = y.backward();
        let mut worst: Option<(f64, Mismatch)> = None;
        let mut see = |error: f64, mismatch: Mismatch| {
            let error = if error.is_nan() { f64::INFINITY } else { error };
            if error > self.tolerance && worst.as_ref().is_none_or(|&(most, _)| error > most) {
                worst = Some((error, mismatch));
            }
        };
        for (input, (x, g)) in x.iter().zip(tape.grad(y, &x)).enumerate() {
            let (g, backward, differences) = (
                g.value(),
                values_only.wrt(*x),
                self.differences(f, inputs, input),
            );
            for (index, &exact) in g.indexed_iter() {
                let mismatch = |against, other| Mismatch {
                    order,
                    input,
                    index: index.slice().to_vec(),
                    exact,
                    against,
                    other,
                };
                if exact != backward[&index] {
                    see(f64::INFINITY, mismatch(Against::Backward, backward[&index]));
                }
                let numeric = differences[&index];
                let scale = exact.abs().max(numeric.abs()).max(1.0);
                see(
                    (exact - numeric).abs() / scale,
                    mismatch(Against::Differences, numeric),
                );
            }
        }
        worst.map_or(Ok(()), |(_, mismatch)| Err(mismatch))
    }

    /// Central differences of the one number that `f` gives, for each element of one of its inputs.
    fn differences(&self, f: Function<'_>, inputs: &[ArrayD<f64>], input: usize) -> ArrayD<f64> {
        let at = |index: &IxDyn, shift: f64| {
            let mut inputs = inputs.to_vec();
            inputs[input][index] += shift;
            let tape = Tape::new();
            f(&inputs.iter().map(|x| tape.var(x)).collect::<Vec<_>>()).item()
        };
        let difference = |(index, x): (IxDyn, &f64)| {
            let step = self.step * x.abs().max(1.0);
            (at(&index, step) - at(&index, -step)) / (2.0 * step)
        };
        let x = &inputs[input];
        ArrayD::from_shape_vec(x.shape(), x.indexed_iter().map(difference).collect())
            .expect("one for each element")
    }
}

/// One number from results of any shapes: `Σ w y` with fixed weights between ½ and 1½ that no
/// symmetry of the results cancels. The first weight is 1, so that a function of one number is
/// checked as it is.
fn weigh<'t>(results: &[Var<'t, f64>]) -> Var<'t, f64> {
    let mut count = 0.0_f64;
    let weighed = results.iter().map(|y| {
        let weights = ArrayD::from_shape_simple_fn(y.shape(), || {
            count += 1.0;
            1.0 + 0.5 * (count - 1.0).sin()
        });
        (*y * y.tape().constant(weights)).sum(..)
    });
    weighed
        .reduce(|sum, y| sum + y)
        .expect("there is at least one result")
}

/// A derivative that failed its check.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The order of the derivative.
    pub order: usize,
    /// With respect to which input.
    pub input: usize,
    /// With respect to which element of it.
    pub index: Vec<usize>,
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

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let against = match self.against {
            Against::Differences => "central differences give",
            Against::Backward => "`backward` gives",
        };
        let Self {
            order,
            input,
            index,
            exact,
            other,
            ..
        } = self;
        write!(
            f,
            "derivative of order {order} by element {index:?} of input {input}: the rules give {exact}, {against} {other}"
        )
    }
}

impl Error for Mismatch {}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn square_with_half_its_derivative<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        x[0].unary(x[0].map(|_, x| x * x), |g, x, _y| g * x)
    }

    /// The derivative is right as a value, but computed past the tape.
    fn exponential_of_one_order<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        x[0].unary(x[0].map(|_, x| x.exp()), |g, x, _y| {
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
            (mismatch.order, mismatch.input, &mismatch.index[..]),
            (1, 0, &[1][..])
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
