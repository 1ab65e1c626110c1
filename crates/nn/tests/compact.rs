//! Compacted networks give the same outputs.

use approx::assert_relative_eq;
use ndarray::{Array2, array};
use rand::RngExt;
use tapegrad_autodiff::{Element, IntoValue, Tape};
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{
    Activation, BatchNorm, LayerNorm, Mlp, Module, Name, Penalty, Role, Scope, compact, sparsity,
    summary_with_input,
};

const ROWS: usize = 10_000;

/// A network whose weights are mostly 0, with whole rows and columns among them; its statistics and
/// biases are not.
fn sparse<T: Element>(stream: &mut Stream) -> Mlp<T> {
    let depth = 2 + stream.random_range(0..3);
    let sizes: Vec<usize> = (0..=depth)
        .map(|_| 1 + stream.random_range(0..24))
        .collect();
    let activations = [
        Activation::Relu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Elu(1.3),
        Activation::Softplus,
    ];
    let mut model = Mlp::new(&sizes)
        .seed(stream.random())
        .input_dropout(0.1)
        .dropout(0.3);
    for index in 0..depth {
        model.layers[index].activation = activations[stream.random_range(0..activations.len())];
        let layer = model.layers[index].clone();
        model.layers[index] = match stream.random_range(0..4) {
            0 => layer.normalize(BatchNorm::new),
            1 if index + 1 < depth => layer.normalize(LayerNorm::new),
            2 => layer.without_bias(),
            _ => layer,
        };
    }
    model.visit_mut(Name::root(), &mut |_, param| {
        let dead: Vec<bool> = (0..64).map(|_| stream.random::<f64>() < 0.3).collect();
        let is_weight = param.role == Role::Weight;
        for (index, x) in param.value.indexed_iter_mut() {
            let drawn = T::of(2.0 * stream.random::<f64>() - 1.0);
            *x = match param.role {
                Role::Weight => drawn,
                _ => *x + drawn * T::of(0.5),
            };
            let of_dead = || dead[index[0]] || dead[32 + index[1]];
            if is_weight && (of_dead() || stream.random::<f64>() < 0.6) {
                *x = T::zero();
            }
        }
    });
    model
}

/// Twenty networks, ten thousand inputs each; how many parameters were left, of how many.
fn check<T: Element>(tolerance: f64) -> [usize; 2] {
    let mut stream = random::stream(3);
    let mut counts = [0, 0];
    for number in 0..20 {
        let model = sparse::<T>(&mut stream);
        let small = compact(&model);
        let inputs = model.layers[0].weight.value.shape()[0];
        let x = Array2::from_shape_simple_fn((ROWS, inputs), || {
            T::of(6.0 * stream.random::<f64>() - 3.0)
        });
        let (expected, outputs) = (model.predict(&x), small.predict(&x));
        assert_eq!(expected.shape(), outputs.shape());
        let size = expected
            .iter()
            .fold(0.0_f64, |most, y| most.max(y.wide().abs()));
        for (y, expected) in outputs.iter().zip(&expected) {
            let off = (y.wide() - expected.wide()).abs();
            assert!(
                off <= tolerance * size,
                "network {number}: {y} for {expected}"
            );
        }
        // There is nothing more to take away, but for units before a layer normalisation.
        let again = compact(&small.model);
        assert_eq!(again.model.parameter_count(), small.model.parameter_count());
        assert_eq!(again.inputs.len(), small.inputs.len());
        counts[0] += small.model.parameter_count();
        counts[1] += model.parameter_count();
    }
    counts
}

#[test]
fn the_outputs_stay() {
    let [left, before] = check::<f64>(1e-12);
    println!("{left} of {before} parameters are left");
    assert!(2 * left < before, "{left} of {before}");
    check::<f32>(1e-5);
}

/// Biases of dead units are folded in, also where the next layer had none, and through several layers.
#[test]
fn constants_are_folded_into_the_next_bias() {
    let mut model = Mlp::<f64>::new(&[2, 2, 2, 1]).activation(Activation::Tanh);
    let set = |model: &mut Mlp<f64>, layer: usize, w: Array2<f64>| {
        model.layers[layer].weight.value = w.into_dyn().into_shared();
    };
    set(&mut model, 0, array![[0.0, 0.7], [0.0, 0.0]]);
    set(&mut model, 1, array![[1.5, 0.3], [0.0, 0.2]]);
    set(&mut model, 2, array![[2.0], [-1.0]]);
    for (layer, bias) in [(0, 0.5), (1, -0.2)] {
        model.layers[layer].bias.as_mut().unwrap().value.fill(bias);
    }
    model.layers[2] = model.layers[2].clone().without_bias();
    let small = compact(&model);
    // Unit 0 of the first layer is constant; with it unit 0 of the second; input 1 is read by nobody.
    assert_eq!(small.inputs, [0]);
    let shapes: Vec<_> = small
        .model
        .layers
        .iter()
        .map(|layer| layer.weight.value.shape().to_vec())
        .collect();
    assert_eq!(shapes, [vec![1, 1], vec![1, 1], vec![1, 1]]);
    let (first, second) = (0.5_f64.tanh(), (1.5 * 0.5_f64.tanh() - 0.2).tanh());
    let biases: Vec<f64> = small
        .model
        .layers
        .iter()
        .map(|layer| layer.bias.as_ref().unwrap().value[[0]])
        .collect();
    for (bias, expected) in biases.iter().zip([0.5, -0.2 + 0.3 * first, 2.0 * second]) {
        assert_relative_eq!(*bias, expected, max_relative = 1e-15);
    }
    let x = array![[0.3, 9.0], [-1.0, 9.0]];
    let off = (&small.predict(&x) - &model.predict(&x))
        .mapv(f64::abs)
        .sum();
    assert!(off < 1e-15, "{off}");
}

/// Its parts are called what its parameters are.
#[test]
fn its_parts_have_the_names_of_the_visit() {
    let small = compact(&Mlp::<f32>::new(&[2, 3, 1]));
    let summary = summary_with_input(&small, &[5, 2]);
    let layers = summary.layers.iter();
    let parts: Vec<_> = layers
        .map(|layer| (&layer.name[..], layer.output.as_deref()))
        .collect();
    let expected: [(&str, Option<&[usize]>); 3] = [
        ("model", Some(&[5, 1])),
        ("model.layers.0", Some(&[5, 3])),
        ("model.layers.1", Some(&[5, 1])),
    ];
    assert_eq!(parts, expected);
}

/// A network of which nothing is left is a constant.
#[test]
fn nothing_can_be_left() {
    let mut model = Mlp::<f64>::new(&[3, 4, 2]);
    model.layers[1].weight.value.fill(0.0);
    model.layers[1].bias.as_mut().unwrap().value = array![0.1, 0.2].into_dyn().into_shared();
    let small = compact(&model);
    assert_eq!((small.inputs.len(), small.model.parameter_count()), (0, 2));
    let outputs = small.predict(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(outputs, array![[0.1, 0.2], [0.1, 0.2]].into_dyn());
}

/// Settings stay, identities do not; what has no zeros stays as it is.
#[test]
fn parameters_are_of_their_own() {
    let mut model = Mlp::<f64>::new(&[2, 3, 1])
        .seed(1)
        .penalize(0, Penalty::l1(0.1).proximal());
    let same = compact(&model);
    assert_eq!(same.inputs, [0, 1]);
    for ((_, a), (_, b)) in same.model.parameters().iter().zip(model.parameters()) {
        assert_eq!(a.value, b.value);
        assert_ne!(a.id(), b.id());
    }
    model.layers[0]
        .weight
        .value
        .index_axis_mut(ndarray::Axis(1), 1)
        .fill(0.0);
    let small = compact(&model);
    assert_eq!(small.model.layers[0].weight.value.shape(), [2, 2]);
    assert_eq!(
        small.model.layers[0].weight.penalty.to_string(),
        "L1 0.1 (proximal)"
    );
    assert_eq!(sparsity(&small.model).zeros(), 0);
    // It is a module like others: it trains.
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let x: ndarray::ArcArray<f64, ndarray::IxDyn> = array![[0.1, 0.2]].into_value();
    let gradients = on.backward(small.forward(&on, on.input(&x)).sum(..) + small.penalty(&on));
    assert_eq!(gradients.len(), 4);
}
