//! The derivatives of every layer against central differences.

use ndarray::ArrayD;
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::check::{self, Check};
use tapegrad_nn::{Layer, Module, PRelu, Param, ParamId, Scope};

use super::table::{Inputs, TABLE, everything};

/// Something of an output with a derivative that is not 0 by any element, or a constant.
fn cost<'t>(y: Var<'t, f64>) -> Var<'t, f64> {
    let mut count = 0.0;
    let c = y.tape().constant_from_fn(&y.shape(), || {
        count += 1.0;
        f64::cos(count)
    });
    (y * c + (y * y) * 0.1).sum(..)
}

/// By every parameter and the input, in one pass for training and in one for evaluation.
fn check_layer(name: &str, layer: &dyn Layer<f64>, x: &ArrayD<f64>, inputs: Inputs) {
    let params: Vec<(String, &Param<f64>)> = layer.parameters();
    let ids: Vec<ParamId> = params
        .iter()
        .map(|(_, param)| ParamId::from(*param))
        .collect();
    let mut values: Vec<ArrayD<f64>> = params
        .iter()
        .map(|(_, param)| param.value.to_owned())
        .collect();
    if inputs == Inputs::Reals {
        values.push(x.clone());
    }
    if values.is_empty() {
        return;
    }
    for training in [true, false] {
        let checked = Check::default().gradient(
            |vars| {
                let tape = vars[0].tape();
                let mut on = match training {
                    true => Scope::train(tape).seed(1),
                    false => Scope::eval(tape),
                };
                for (&id, &var) in ids.iter().zip(vars) {
                    on = on.substitute(id, var);
                }
                let x = match inputs {
                    Inputs::Reals => vars[ids.len()],
                    Inputs::Indices => tape.constant(x),
                };
                cost(layer.forward(&on, x))
            },
            &values,
        );
        if let Err(mismatch) = checked {
            panic!("{name}, training {training}: {mismatch}");
        }
    }
}

#[test]
fn by_parameters_and_inputs() {
    for row in TABLE {
        check_layer(row.name, &*(row.layer)(), &row.x(), row.inputs);
    }
}

/// With penalties, by the check that is offered for models.
#[test]
fn of_models() {
    for row in TABLE {
        let layer = (row.layer)();
        if layer
            .parameters()
            .iter()
            .any(|(_, param)| param.is_trained())
        {
            let checked = check::model(&*layer, row.x(), cost);
            assert_eq!(
                checked.map_err(|wrong| wrong.to_string()),
                Ok(()),
                "{}",
                row.name
            );
        }
    }
    let x = TABLE
        .iter()
        .find(|row| row.name == "sequential")
        .unwrap()
        .x();
    check::model(&everything(), x, cost).unwrap();
}

/// A statistic is not among what is differentiated by.
#[test]
fn statistics_have_no_gradient() {
    let row = TABLE
        .iter()
        .find(|row| row.name == "batch normalisation")
        .unwrap();
    let layer = (row.layer)();
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let gradients = on.backward(cost(layer.forward(&on, on.input(row.x()))));
    let with: Vec<_> = layer
        .parameters()
        .into_iter()
        .filter(|(_, param)| gradients.get(*param).is_some())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(with, ["gain", "shift"]);
}

/// At the kink, where differences have nothing to say: the slope, as PyTorch's.
#[test]
fn of_the_parametric_rectifier_at_zero() {
    let tape = Tape::new();
    let x = tape.var([0.0, 1.0, -1.0]);
    let y = PRelu::<f64>::shared().forward(&Scope::eval(&tape), x);
    let expected = ndarray::array![0.25, 1.0, 0.25].into_dyn();
    assert_eq!(y.sum(..).backward().wrt(x), expected);
}
