//! Derivatives of functions of arrays, for those who need no tape: values in, values out.
//!
//! A function takes one variable for each input and returns a variable. What is returned for several
//! inputs stands in their order.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_autodiff::functional;
//!
//! let at = [array![1.0, 2.0].into_dyn(), array![3.0, 4.0].into_dyn()];
//! let (y, gradients) = functional::value_and_grad(|x| (x[0] * x[1].square()).sum(..), &at);
//! assert_eq!(y, 41.0);
//! assert_eq!(gradients[1], array![6.0, 16.0].into_dyn());
//! ```

use ndarray::ArrayD;

use crate::{Element, Gradients, Shape, Tape, Var, error};

/// The one number that `f` gives, and its gradient by each input.
///
/// # Panics
/// If there is no input, or `f` does not give one number.
#[track_caller]
pub fn value_and_grad<T: Element, F>(f: F, inputs: &[ArrayD<T>]) -> (T, Vec<ArrayD<T>>)
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    of_number("value_and_grad", f, inputs)
}

#[track_caller]
fn of_number<T: Element, F>(function: &str, f: F, inputs: &[ArrayD<T>]) -> (T, Vec<ArrayD<T>>)
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::new();
    let x = variables(function, &tape, inputs);
    let y = f(&x);
    let gradients = y.backward();
    (y.item(), wrt(&gradients, &x))
}

/// The gradient of the one number that `f` gives by each input.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::functional;
/// let gradients = functional::grad(|x| x[0].squared_norm(), &[array![1.0, 2.0].into_dyn()]);
/// assert_eq!(gradients[0], array![2.0, 4.0].into_dyn());
/// ```
///
/// # Panics
/// As [`value_and_grad`].
#[track_caller]
pub fn grad<T: Element, F>(f: F, inputs: &[ArrayD<T>]) -> Vec<ArrayD<T>>
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    of_number("grad", f, inputs).1
}

/// The value of `f`, of any shape, and the cotangents `vᵀ ∂f/∂x` of each input.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::functional;
/// let (at, v) = ([array![1.0, 2.0].into_dyn()], array![10.0, 1.0].into_dyn());
/// let (y, cotangents) = functional::vjp(|x| x[0].square(), &at, &v);
/// assert_eq!(y, array![1.0, 4.0].into_dyn());
/// assert_eq!(cotangents[0], array![20.0, 4.0].into_dyn());
/// ```
///
/// # Panics
/// If there is no input, or `v` has not the shape of the value.
#[track_caller]
pub fn vjp<T: Element, F>(f: F, inputs: &[ArrayD<T>], v: &ArrayD<T>) -> (ArrayD<T>, Vec<ArrayD<T>>)
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::new();
    let x = variables("vjp", &tape, inputs);
    let y = f(&x);
    let gradients = y.backward_from(v);
    (y.value().into_owned(), wrt(&gradients, &x))
}

/// The value of `f`, of any shape, and its derivative `∂f/∂x v` along tangents, one for each input.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::functional;
/// let (at, v) = ([array![1.0, 2.0].into_dyn()], [array![10.0, 1.0].into_dyn()]);
/// let (_, along) = functional::jvp(|x| x[0].square(), &at, &v);
/// assert_eq!(along, array![20.0, 4.0].into_dyn());
/// ```
///
/// # Panics
/// If there is no input, not one tangent for each, or a tangent has not the shape of its input.
#[track_caller]
pub fn jvp<T: Element, F>(
    f: F,
    inputs: &[ArrayD<T>],
    tangents: &[ArrayD<T>],
) -> (ArrayD<T>, ArrayD<T>)
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::new();
    let x = variables("jvp", &tape, inputs);
    let tangents: Vec<_> = tangents.iter().map(|v| tape.constant(v)).collect();
    let y = f(&x);
    let along = tape.jvp(y, &x, &tangents);
    (y.value().into_owned(), along.value().into_owned())
}

/// The Hessian of the one number that `f` gives times a vector `v`, one part for each input, without
/// forming the Hessian.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::functional;
/// let (at, v) = ([array![1.0, 2.0].into_dyn()], [array![10.0, 1.0].into_dyn()]);
/// let product = functional::hvp(|x| x[0].powi(3).sum(..), &at, &v);
/// assert_eq!(product[0], array![60.0, 12.0].into_dyn());
/// ```
///
/// # Panics
/// As [`value_and_grad`], and if there is not one part of `v` for each input, of its shape.
#[track_caller]
pub fn hvp<T: Element, F>(f: F, inputs: &[ArrayD<T>], v: &[ArrayD<T>]) -> Vec<ArrayD<T>>
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::new();
    let x = variables("hvp", &tape, inputs);
    let v: Vec<_> = v.iter().map(|v| tape.constant(v)).collect();
    tape.check_tangents("hvp", &x, &v);
    wrt(&f(&x).backward_along(x.iter().copied().zip(v)), &x)
}

/// The Jacobians of `f`, of any shape, by each input: for each the shape of the value, followed by
/// that of the input.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::functional;
/// let jacobians = functional::jacobian(|x| x[0].square(), &[array![1.0, 2.0].into_dyn()]);
/// assert_eq!(jacobians[0], array![[2.0, 0.0], [0.0, 4.0]].into_dyn());
/// ```
///
/// # Panics
/// If there is no input.
#[track_caller]
pub fn jacobian<T: Element, F>(f: F, inputs: &[ArrayD<T>]) -> Vec<ArrayD<T>>
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::new();
    let x = variables("jacobian", &tape, inputs);
    let y = f(&x);
    let elements: usize = inputs.iter().map(ArrayD::len).sum();
    if y.len() > elements {
        let jacobians = tape.jacobian(y, &x).into_iter();
        return jacobians.map(|of_x| of_x.value().into_owned()).collect();
    }
    rows(y, &x)
}

/// The Hessians of the one number that `f` gives by each two inputs: `[i][j]` has the shape of input
/// `i`, followed by that of input `j`.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::functional;
/// let hessians = functional::hessian(|x| x[0].prod(..), &[array![1.0, 2.0].into_dyn()]);
/// assert_eq!(hessians[0][0], array![[0.0, 1.0], [1.0, 0.0]].into_dyn());
/// ```
///
/// # Panics
/// As [`value_and_grad`].
#[track_caller]
pub fn hessian<T: Element, F>(f: F, inputs: &[ArrayD<T>]) -> Vec<Vec<ArrayD<T>>>
where
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::new();
    let x = variables("hessian", &tape, inputs);
    let gradients = tape.grad(f(&x), &x);
    gradients.into_iter().map(|g| rows(g, &x)).collect()
}

/// The inputs as variables.
#[track_caller]
fn variables<'t, T: Element>(
    function: &str,
    tape: &'t Tape<T>,
    inputs: &[ArrayD<T>],
) -> Vec<Var<'t, T>> {
    if inputs.is_empty() {
        error::no_inputs(&format!("functional::{function}"));
    }
    inputs.iter().map(|x| tape.var(x)).collect()
}

fn wrt<T: Element>(gradients: &Gradients<T>, x: &[Var<'_, T>]) -> Vec<ArrayD<T>> {
    x.iter().map(|&x| gradients.wrt(x)).collect()
}

/// The Jacobians of `y`, a row for each of its elements, as values only.
fn rows<T: Element>(y: Var<'_, T>, x: &[Var<'_, T>]) -> Vec<ArrayD<T>> {
    let mut jacobians: Vec<_> = x
        .iter()
        .map(|x| Vec::with_capacity(y.len() * x.len()))
        .collect();
    for index in 0..y.len() {
        let mut unit = vec![T::zero(); y.len()];
        unit[index] = T::one();
        let unit = ArrayD::from_shape_vec(&y.shape()[..], unit).expect("one for each element");
        let gradients = y.backward_from(unit);
        for (numbers, &x) in jacobians.iter_mut().zip(x) {
            numbers.extend(gradients.wrt(x));
        }
    }
    let shaped = jacobians.into_iter().zip(x).map(|(numbers, x)| {
        let shape = Shape::joined(&y.shape(), &x.shape());
        ArrayD::from_shape_vec(&shape[..], numbers).expect("one for each pair of elements")
    });
    shaped.collect()
}
