//! Outputs, gradients and running statistics, number for number those of PyTorch.

use std::collections::BTreeMap;

use approx::relative_eq;
use ndarray::{ArrayD, ArrayViewD};
use serde::Deserialize;
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::{Layer, Name, Role, Scope};

use super::table::{Inputs, Row, TABLE};

/// `fixtures/layers.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    parameters: BTreeMap<String, Numbers>,
    passes: Vec<Pass>,
}

#[derive(Deserialize)]
struct Pass {
    training: bool,
    x: Numbers,
    y: Numbers,
    c: Numbers,
    x_gradient: Option<Numbers>,
    gradients: BTreeMap<String, Numbers>,
    statistics: BTreeMap<String, Numbers>,
}

#[derive(Deserialize)]
struct Numbers {
    shape: Vec<usize>,
    numbers: Vec<f64>,
}

impl Numbers {
    fn array(&self) -> ArrayD<f64> {
        ArrayD::from_shape_vec(self.shape.clone(), self.numbers.clone()).unwrap()
    }

    /// Of the same shape, and the numbers equal to a relative 1e-12; below 0.01, where sums cancel,
    /// to an absolute 1e-14.
    #[track_caller]
    fn assert_equal(&self, what: &str, found: ArrayViewD<'_, f64>) {
        assert_eq!(found.shape(), self.shape, "{what}");
        for (found, expected) in found.iter().zip(&self.numbers) {
            assert!(
                relative_eq!(found, expected, max_relative = 1e-12, epsilon = 1e-14),
                "{what}: {found} and not {expected}"
            );
        }
    }
}

/// Sets every parameter of a layer to its numbers.
fn set(layer: &mut dyn Layer<f64>, numbers: &BTreeMap<String, Numbers>) {
    let mut count = 0;
    layer.visit_mut(Name::root(), &mut |name, param| {
        let value = numbers[&name.to_string()].array();
        assert_eq!(param.value.shape(), value.shape(), "{name}");
        param.value = value.into_shared();
        count += 1;
    });
    assert_eq!(count, numbers.len());
}

/// A pass with variables for the parameters that are trained, so that evaluation has gradients too.
fn check(row: &Row, layer: &mut dyn Layer<f64>, pass: &Pass) {
    let tape = Tape::new();
    let mut on = if pass.training {
        Scope::train(&tape)
    } else {
        Scope::eval(&tape)
    };
    let mut trained: Vec<(String, Var<'_, f64>)> = Vec::new();
    for (name, param) in layer.parameters() {
        if param.is_trained() {
            let var = tape.var(&param.value);
            on = on.substitute(param, var);
            trained.push((name, var));
        }
    }
    let x = match row.inputs {
        Inputs::Reals => tape.var(pass.x.array()),
        Inputs::Indices => tape.constant(pass.x.array()),
    };
    let y = layer.forward(&on, x);
    pass.y.assert_equal(row.name, y.value().view());
    let loss = (y * tape.constant(pass.c.array())).sum(..);
    let at = |what: &str| format!("{}, {what}", row.name);
    if let Some(gradient) = &pass.x_gradient {
        gradient.assert_equal(&at("x"), loss.backward().wrt(x).view());
    }
    assert_eq!(trained.len(), pass.gradients.len(), "{}", row.name);
    if !trained.is_empty() {
        let gradients = loss.backward();
        for (name, var) in &trained {
            pass.gradients[name].assert_equal(&at(name), gradients.wrt(*var).view());
        }
    }

    if pass.training {
        // As everybody trains.
        let on = Scope::train(&tape);
        let y = layer.forward(&on, tape.constant(pass.x.array()));
        let gradients = match trained[..] {
            [] => Default::default(),
            _ => on.backward((y * tape.constant(pass.c.array())).sum(..)),
        };
        assert_eq!(gradients.len(), trained.len());
        for (name, param) in layer.parameters() {
            if param.is_trained() {
                pass.gradients[&name].assert_equal(&at(&name), gradients.wrt(param));
            }
        }
        gradients.update_statistics(layer);
    }
    for (name, param) in layer.parameters() {
        if param.role == Role::Statistic {
            pass.statistics[&name].assert_equal(&at(&name), param.value.view());
        }
    }
}

#[test]
fn layers_are_those_of_pytorch() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/layers.json")).unwrap();
    assert_eq!(fixture.cases.len(), TABLE.len());
    for row in TABLE {
        let case = &fixture.cases[row.name];
        let trains = case.passes.iter().any(|pass| pass.training);
        assert_eq!(trains, !row.random, "{}", row.name);
        assert!(case.passes.iter().any(|pass| !pass.training));
        let mut layer = (row.layer)();
        set(&mut *layer, &case.parameters);
        for pass in &case.passes {
            check(row, &mut *layer, pass);
        }
    }
}
