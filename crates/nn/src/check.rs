//! Gradient checks of whole models; [`autodiff`](tapegrad_autodiff::check)'s for functions beside
//! them.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_nn::{Loss, Mlp, Penalty, check, loss};
//!
//! let model = Mlp::<f64>::new(&[2, 3, 1]).seed(1).penalize(0, Penalty::l2(0.1));
//! let (x, y) = (array![[0.1, -0.4], [0.7, 0.2]], array![[1.0], [-1.0]]);
//! check::model(&model, &x, |p| loss::SquaredError.mean(p, &y)).unwrap();
//! ```

use std::error::Error;
use std::fmt;

pub use tapegrad_autodiff::check::{Against, Check, Mismatch, gradient};
use tapegrad_autodiff::{Element, IntoValue, Tape, Var};

use crate::{Module, Name, Param, Role, Scope, error};

/// Checks the first derivatives of what a model costs by every element of every parameter, with the
/// defaults of [`Check`]: of `loss` of its output for `x`, and of its penalties,
/// all of which [act in the loss](Scope::penalties_in_loss) here.
///
/// # Errors
/// The worst element, with the name of its parameter, if it is out of tolerance.
///
/// # Panics
/// If the model has no parameter, or the loss does not hold one number.
#[track_caller]
pub fn model<T: Element, L>(
    model: &(impl Module<T> + ?Sized),
    x: impl IntoValue<T>,
    loss: L,
) -> Result<(), ModelMismatch>
where
    L: for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
{
    model_with(Check::default(), model, x, loss)
}

/// As [`model`], with another order, step or tolerance, or [fast](Check::fast).
///
/// Parameters that are frozen are checked as well, statistics are not. The pass is one for training,
/// with the same random numbers each time.
///
/// # Errors
/// As [`model`].
///
/// # Panics
/// As [`model`], and as [`Check::gradient`].
#[track_caller]
pub fn model_with<T: Element, L>(
    check: Check<T>,
    model: &(impl Module<T> + ?Sized),
    x: impl IntoValue<T>,
    loss: L,
) -> Result<(), ModelMismatch>
where
    L: for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
{
    let x = x.into_value();
    let mut params: Vec<(String, &Param<T>)> = Vec::new();
    model.visit(Name::root(), &mut |name, param| {
        // What stands in the model twice is one variable.
        let first = params.iter().all(|(_, other)| other.id() != param.id());
        if first && param.role != Role::Statistic {
            params.push((name.to_string(), param));
        }
    });
    if params.is_empty() {
        error::no_parameters();
    }
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(0);
    let number = loss(model.forward(&on, on.input(&x)));
    if number.len() != 1 {
        error::loss_of_several(&number.shape());
    }
    let values: Vec<_> = params
        .iter()
        .map(|(_, param)| param.value.to_owned())
        .collect();
    let outcome = check.gradient(|vars| cost(model, &params, vars, &x, &loss), &values);
    outcome.map_err(|mismatch| ModelMismatch {
        parameter: params[mismatch.input].0.clone(),
        mismatch,
    })
}

/// What the model costs with variables for its parameters.
fn cost<'t, T: Element>(
    model: &(impl Module<T> + ?Sized),
    params: &[(String, &Param<T>)],
    vars: &[Var<'t, T>],
    x: &tapegrad_autodiff::ArcArrayD<T>,
    loss: &impl for<'a> Fn(Var<'a, T>) -> Var<'a, T>,
) -> Var<'t, T> {
    let mut on = Scope::train(vars[0].tape()).penalties_in_loss().seed(0);
    for ((_, param), &var) in params.iter().zip(vars) {
        on = on.substitute(*param, var);
    }
    let loss = loss(model.forward(&on, on.input(x)));
    loss.reshape(&[]) + model.penalty(&on)
}

/// A derivative by a parameter that failed its check.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMismatch {
    /// The name of the parameter.
    pub parameter: String,
    /// What failed.
    pub mismatch: Mismatch,
}

impl fmt::Display for ModelMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameter = format!("`{}`", self.parameter);
        fmt::Display::fmt(&self.mismatch.of(parameter), f)
    }
}

impl Error for ModelMismatch {}
