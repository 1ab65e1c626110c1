use ndarray::{Array2, ArrayView2, Axis};
use tapegrad_autodiff::{ArcArrayD, Element, Tape};
use tapegrad_nn::{Module, Scope};

use crate::error;

/// How many rows are on the tape at a time.
const ROWS: usize = 4096;

/// An output of a model in evaluation for each row, and its derivatives by the row's inputs.
#[track_caller]
pub(super) fn input_gradient<T: Element>(
    who: &str,
    model: &dyn Module<T>,
    x: ArrayView2<'_, f64>,
    output: usize,
) -> (Vec<f64>, Array2<f64>) {
    let (mut tape, mut values) = (Tape::new(), Vec::with_capacity(x.nrows()));
    let mut gradients = Array2::zeros(x.dim());
    let parts = gradients.axis_chunks_iter_mut(Axis(0), ROWS);
    for (mut gradients, x) in parts.zip(x.axis_chunks_iter(Axis(0), ROWS)) {
        {
            let on = Scope::eval(&tape);
            let x = tape.var(x.mapv(T::of));
            let y = model.forward(&on, x);
            match y.shape()[..] {
                [rows, outputs] if rows == gradients.nrows() && output < outputs => {}
                ref outputs => error::importance_output(who, output, outputs),
            }
            let y = y.slice(1, output..=output);
            values.extend(y.value().iter().map(|y| y.wide()));
            // In evaluation no row has a part in the output of another, so that the sum tells them apart.
            let found = y.sum(..).backward();
            for (out, g) in gradients.iter_mut().zip(&found.wrt(x)) {
                *out = g.wide();
            }
        }
        tape.clear();
    }
    (values, gradients)
}

/// Inputs `[rows, columns]` with at least one row.
#[track_caller]
pub(super) fn rows_of<T: Element>(who: &str, x: &ArcArrayD<T>) -> Array2<f64> {
    match x.mapv(|x| x.wide()).into_dimensionality() {
        Ok(x) if x.nrows() > 0 => x,
        _ => error::transform_fit(who, x.shape()),
    }
}
