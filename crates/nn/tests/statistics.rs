//! Running statistics that are computed anew.

use approx::assert_relative_eq;
use ndarray::{Array2, ArrayD, array};
use serde::Deserialize;
use tapegrad_autodiff::Var;
use tapegrad_nn::{
    Activation, BatchNorm, Dropout, Mlp, Module, Name, Normalization, Param, Role, Scope,
    Sequential, recompute_statistics,
};

/// `fixtures/statistics.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    batches: Vec<Vec<Vec<f64>>>,
    layers: Vec<Numbers>,
}

#[derive(Deserialize)]
struct Numbers {
    weight: Vec<Vec<f64>>,
    bias: Vec<f64>,
    running_mean: Vec<f64>,
    running_variance: Vec<f64>,
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec([rows.len(), rows[0].len()], rows.concat()).unwrap()
}

/// As PyTorch's `update_bn`, whatever the statistics were and whatever the layers' momentum is.
#[test]
fn as_pytorch() {
    let Fixture { batches, layers } =
        serde_json::from_str(include_str!("fixtures/statistics.json")).unwrap();
    let batches: Vec<_> = batches.iter().map(|batch| matrix(batch)).collect();
    for (momentum, before) in [
        (0.1, 0.5),
        (0.0, 3.0),
        (1.0, f64::NAN),
        (0.3, f64::INFINITY),
    ] {
        let mut model = Sequential::<f64>::new();
        for numbers in &layers {
            let mut layer = Mlp::<f64>::new(&[numbers.weight.len(), numbers.bias.len()])
                .layers
                .remove(0)
                .activation(Activation::Tanh)
                .normalize(|width| BatchNorm::new(width).momentum(momentum));
            layer.weight.value = matrix(&numbers.weight).into_dyn().into_shared();
            let bias = layer.bias.as_mut().unwrap();
            bias.value = ArrayD::from_shape_vec(vec![numbers.bias.len()], numbers.bias.clone())
                .unwrap()
                .into_shared();
            let Some(Normalization::Batch(norm)) = &mut layer.normalization else {
                unreachable!("it was set");
            };
            norm.running_mean.value.fill(before);
            norm.running_variance.value.fill(before);
            model = model.then(layer);
        }
        assert_eq!(recompute_statistics(&mut model, &batches), 3);
        let parameters = model.parameters();
        let statistics = parameters
            .iter()
            .filter(|(_, param)| param.role == Role::Statistic);
        let found: Vec<f64> = statistics
            .flat_map(|(_, param)| param.value.clone())
            .collect();
        let expected: Vec<f64> = layers
            .iter()
            .flat_map(|layer| [&layer.running_mean[..], &layer.running_variance].concat())
            .collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_relative_eq!(found, expected, max_relative = 1e-12, epsilon = 1e-14);
        }
    }
}

/// Layers that draw do so alike each time, and parameters stay.
#[test]
fn dropout_is_seeded() {
    let mut model = Sequential::<f64>::new()
        .then(Dropout::new(0.5))
        .then(BatchNorm::new(2));
    let batches = || (0..4).map(|_| array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let mut results = [0, 1].map(|_| {
        recompute_statistics(&mut model, batches());
        let parameters = model.parameters();
        let values: Vec<f64> = parameters
            .iter()
            .flat_map(|(_, p)| p.value.clone())
            .collect();
        values
    });
    assert_eq!(results[0], results[1]);
    results[0].truncate(4);
    assert_eq!(results[0], [1.0, 1.0, 0.0, 0.0]);
}

/// A layer that is used twice, at the input and far from it, and a statistic of the model's own.
struct Twice {
    norm: BatchNorm<f64>,
    largest: Param<f64>,
}

impl Module<f64> for Twice {
    fn forward<'t>(&self, on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
        on.update_running(&self.largest, x.max(..), 0.25);
        let near = on.part("norm", None, &self.norm, x);
        near + on.part("norm", None, &self.norm, x + 8.0)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
        self.norm.visit(&at.child("norm"), f);
        f(&at.child("largest"), &self.largest);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
        self.norm.visit_mut(&at.child("norm"), f);
        f(&at.child("largest"), &mut self.largest);
    }
}

/// Each use counts as much as any other, in whichever pass, and nothing stays of what was no number.
#[test]
fn uses_count_and_not_passes() {
    let mut model = Twice {
        norm: BatchNorm::new(1),
        largest: Param::new(Role::Statistic, f64::NAN),
    };
    // The means are 2 and 10, then 5 and 13; the variances 2 and 18.
    let batches = [array![[1.0], [3.0]], array![[2.0], [8.0]]];
    assert_eq!(recompute_statistics(&mut model, batches), 2);
    let near = |found: &Param<f64>, expected: f64| {
        assert_relative_eq!(found.value.sum(), expected, max_relative = 1e-14);
    };
    near(&model.norm.running_mean, (2.0 + 10.0 + 5.0 + 13.0) / 4.0);
    near(&model.norm.running_variance, (2.0 + 18.0) / 2.0);
    near(&model.largest, (3.0 + 8.0) / 2.0);
}
