//! Outputs of a model and how they change with the numbers that are trained.

use ndarray::{Array2, ArrayD, ArrayView1, Axis, Slice};
use tapegrad_autodiff::{ArcArrayD, Element, Tape, Var};
use tapegrad_nn::{Module, Name, ParamId, Scope};
use tapegrad_train::data::Dataset;

use super::likelihood::Likelihood;
use super::prior::Prior;
use crate::TuneError;
use crate::validation_gradient::substituted;

/// Of some rows.
pub(super) struct Outputs {
    /// `f`, `[rows, outputs]`.
    pub(super) values: Array2<f64>,
    /// `Sᵀ J` of each row, one after the other, `[rows · outputs, parameters]`.
    pub(super) slopes: Array2<f64>,
}

impl Outputs {
    /// With `S` of a row from its place and its outputs. Each row goes through the model by itself, in evaluation,
    /// and back once for each output.
    #[track_caller]
    pub(super) fn of<T: Element>(
        model: &(impl Module<T> + ?Sized),
        x: &ArcArrayD<T>,
        factor: impl Fn(usize, ArrayView1<'_, f64>) -> Array2<f64>,
    ) -> Self {
        let rows = x.len_of(Axis(0));
        let (mut values, mut slopes, mut parameters) = (Vec::new(), Vec::new(), 0);
        let mut tape = Tape::new();
        for row in 0..rows {
            let variables = variables(model, &tape);
            parameters = variables.iter().map(|(_, x)| x.len()).sum();
            let on = substituted(Scope::eval(&tape), variables.iter().copied());
            let x = x.slice_axis(Axis(0), Slice::from(row..row + 1));
            let outputs = model.forward(&on, on.input(&x));
            let numbers: Vec<f64> = outputs.value().iter().map(|z| z.wide()).collect();
            for seed in factor(row, ArrayView1::from(&numbers)).columns() {
                let seed = seed.iter().map(|&s| T::of(s)).collect();
                let seed = ArrayD::from_shape_vec(&outputs.shape()[..], seed);
                let seed = seed.expect("one for each output");
                let gradients = outputs.backward_from(seed);
                for &(_, x) in &variables {
                    match gradients.get(x) {
                        Some(gradient) => slopes.extend(gradient.iter().map(|g| g.wide())),
                        None => slopes.extend(std::iter::repeat_n(0.0, x.len())),
                    }
                }
            }
            values.extend(numbers);
            tape.clear();
        }
        let outputs = values.len().checked_div(rows).unwrap_or(0);
        let shape = [rows * outputs, parameters];
        Self {
            values: Array2::from_shape_vec([rows, outputs], values).expect("outputs of all rows"),
            slopes: Array2::from_shape_vec(shape, slopes).expect("slopes of all outputs"),
        }
    }
}

/// The numbers that are trained, one parameter after the other.
pub(super) fn weights<T: Element>(model: &(impl Module<T> + ?Sized)) -> Vec<f64> {
    let tape = Tape::new();
    let variables = variables(model, &tape).into_iter();
    variables
        .flat_map(|(_, x)| x.value().into_iter().map(T::wide))
        .collect()
}

/// The largest number in the gradient of the mean data loss and the penalties, but for those that are held at 0.
#[track_caller]
pub(super) fn stationarity<T: Element>(
    model: &(impl Module<T> + ?Sized),
    data: &Dataset<T>,
    likelihood: Likelihood,
    prior: &Prior,
) -> Result<f64, TuneError> {
    let tape = Tape::new();
    let variables = variables(model, &tape);
    let on = Scope::eval(&tape).penalties_in_loss();
    let on = substituted(on, variables.iter().copied());
    let outputs = model.forward(&on, on.input(&data.x));
    let loss = likelihood.loss(outputs, data) + model.penalty(&on);
    TuneError::finite(loss.item().wide(), || "the training loss".to_owned())?;
    let gradients = loss.backward();
    let mut moves = prior.moves().into_iter();
    let mut most: f64 = 0.0;
    for (_, x) in variables {
        for (g, moves) in gradients.wrt(x).iter().zip(&mut moves) {
            if moves {
                most = most.max(g.wide().abs());
            }
        }
    }
    Ok(most)
}

/// The trained parameters, each once.
fn variables<'t, T: Element>(
    model: &(impl Module<T> + ?Sized),
    tape: &'t Tape<T>,
) -> Vec<(ParamId, Var<'t, T>)> {
    let mut variables: Vec<(ParamId, Var<'t, T>)> = Vec::new();
    model.visit(Name::root(), &mut |_, param| {
        let is_new = variables.iter().all(|(id, _)| *id != param.id());
        if param.is_trained() && is_new {
            variables.push((param.id(), tape.var(&param.value)));
        }
    });
    variables
}
