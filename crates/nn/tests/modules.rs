//! Modules, scopes and penalties.

use approx::assert_relative_eq;
use ndarray::{Array2, array};
use tapegrad_autodiff::{ArcArrayD, Tape, Var, Vjp};
use tapegrad_nn::check::{self, Check};
use tapegrad_nn::{
    Activation, Dense, Initializer, Loss, Mlp, Module, Name, Param, Penalty, Role, Scope, Strength,
    loss, random,
};

#[test]
fn dense_is_affine_over_any_leading_axes() {
    let mut layer = Dense::<f64>::new(2, 3);
    layer.weight.value = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
        .into_dyn()
        .into_shared();
    layer.bias.as_mut().unwrap().value = array![0.5, 0.0, -0.5].into_dyn().into_shared();
    let rows = layer.predict(array![[1.0, 1.0], [0.0, 2.0]]);
    assert_eq!(rows, array![[5.5, 7.0, 8.5], [8.5, 10.0, 11.5]].into_dyn());
    assert_eq!(
        layer.predict(array![1.0, 1.0]),
        array![5.5, 7.0, 8.5].into_dyn()
    );
    let stacked = layer.predict(ndarray::Array3::<f64>::ones([4, 5, 2]));
    assert_eq!(stacked.shape(), [4, 5, 3]);
    assert_eq!(layer.predict(Array2::zeros([0, 2])).shape(), [0, 3]);
    assert_eq!(
        layer.without_bias().predict(array![1.0, 1.0]),
        array![5.0, 7.0, 9.0].into_dyn()
    );
}

#[test]
fn every_activation_gives_its_formula() {
    let z = -0.7_f64;
    let table = [
        (Activation::Identity, z),
        (Activation::Relu, 0.0),
        (Activation::Tanh, z.tanh()),
        (Activation::Sigmoid, 1.0 / (1.0 + (-z).exp())),
        (Activation::Softplus, z.exp().ln_1p()),
    ];
    let tape = Tape::new();
    for (activation, expected) in table {
        assert_relative_eq!(
            activation.apply(tape.var(z)).item(),
            expected,
            max_relative = 1e-15
        );
    }
}

/// A layer's weight depends on the seed and its place, and on nothing else in the model.
#[test]
fn layers_start_independently() {
    let small = Mlp::<f32>::new(&[3, 5, 1]).seed(9);
    let large = Mlp::<f32>::new(&[3, 5, 7, 7, 2]).seed(9);
    assert_eq!(small.layers[0].weight.value, large.layers[0].weight.value);
    let other = Mlp::<f32>::new(&[3, 5, 7, 7, 2]).seed(8);
    assert_ne!(large.layers[1].weight.value, other.layers[1].weight.value);
    // Whatever the order of the settings.
    let a = Mlp::<f64>::new(&[3, 5, 1])
        .seed(9)
        .initializer(Initializer::HeNormal);
    let b = Mlp::<f64>::new(&[3, 5, 1])
        .initializer(Initializer::HeNormal)
        .seed(9);
    assert_eq!(a.layers[1].weight.value, b.layers[1].weight.value);
    // In both element types alike.
    let double = Mlp::<f64>::new(&[3, 5, 1]).seed(9).layers[0]
        .weight
        .value
        .mapv(|w| w as f32);
    assert_eq!(double, small.layers[0].weight.value);
}

#[test]
fn names_and_counts_come_from_the_visit() {
    let model = Mlp::<f32>::new(&[2, 3, 1]);
    let names: Vec<_> = model
        .parameters()
        .into_iter()
        .map(|(name, param)| (name, param.role))
        .collect();
    let expected = [
        ("layers.0.weight", Role::Weight),
        ("layers.0.bias", Role::Bias),
        ("layers.1.weight", Role::Weight),
        ("layers.1.bias", Role::Bias),
    ];
    assert_eq!(names, expected.map(|(name, role)| (name.to_owned(), role)));
    assert_eq!(model.parameter_count(), 2 * 3 + 3 + 3 + 1);
    let dynamic: &dyn Module<f32> = &model;
    assert_eq!(dynamic.parameters().len(), 4);
}

#[test]
fn penalties_are_formulas_of_the_weights_alone() {
    let mut model = Mlp::<f64>::new(&[1, 2, 1])
        .penalize(0, Penalty::l1(0.5))
        .penalize(1, Penalty::elastic_net(0.1, 0.2));
    model.layers[0].weight.value = array![[1.0, -3.0]].into_dyn().into_shared();
    model.layers[1].weight.value = array![[0.0], [-2.0]].into_dyn().into_shared();
    for layer in &mut model.layers {
        layer.bias.as_mut().unwrap().value.fill(7.0);
    }
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let penalty = model.penalty(&on);
    assert_relative_eq!(
        penalty.item(),
        0.5 * 4.0 + 0.1 * 2.0 + 0.2 * 4.0,
        max_relative = 1e-15
    );
    let gradients = on.backward(penalty);
    assert_eq!(
        gradients.wrt(&model.layers[0].weight),
        array![[0.5, -0.5]].into_dyn()
    );
    // sign(0) = 0: nothing pulls at a weight that is exactly zero.
    let of_second = gradients.wrt(&model.layers[1].weight);
    assert_eq!(of_second[[0, 0]], 0.0);
    assert_relative_eq!(
        of_second[[1, 0]],
        -0.1 - 2.0 * 0.2 * 2.0,
        max_relative = 1e-15
    );
    assert!(
        gradients
            .get(model.layers[0].bias.as_ref().unwrap())
            .is_none(),
        "biases have no part in it"
    );

    model.layers[0] = model.layers[0].clone().penalize_bias(Penalty::l2(1.0));
    let on = Scope::eval(&tape);
    assert_relative_eq!(
        model.penalty(&on).item(),
        3.0 + 2.0 * 49.0,
        max_relative = 1e-15
    );
    assert_eq!(Mlp::<f64>::new(&[1, 1]).penalty(&on).item(), 0.0);
}

#[test]
fn a_strength_of_zero_still_has_a_derivative() {
    let (l1, l2) = (Strength::new(0.0), Strength::new(0.0));
    let mut layer = Dense::<f64>::new(2, 1).penalize(Penalty::l1(&l1) + Penalty::l2(&l2));
    layer.weight.value = array![[3.0], [-1.0]].into_dyn().into_shared();
    let tape = Tape::new();
    let (a, b) = (tape.var(0.0), tape.var(array![0.0]));
    let on = Scope::train(&tape).substitute(&l1, a).substitute(&l2, b);
    let gradients = layer.penalty(&on).backward();
    assert_eq!((gradients.wrt(a)[[]], gradients.wrt(b)[[0]]), (4.0, 10.0));
}

/// A parameter used twice is one variable, and its gradient the sum over both uses.
#[test]
fn shared_parameters_are_bound_once() {
    let layer = Dense::<f64>::new(2, 2).seed(3);
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let x = on.input(&array![[1.0, 2.0]]);
    let twice = layer.forward(&on, layer.forward(&on, x)).sum(..);
    assert_eq!(
        on.param(&layer.weight).value().as_ptr(),
        layer.weight.value.as_ptr(),
        "not copied"
    );
    let gradient = on.backward(twice).wrt(&layer.weight).to_owned();

    let mut other = layer.clone();
    other.weight = Param::new(Role::Weight, &layer.weight.value);
    let on = Scope::train(&tape);
    let apart = layer.forward(&on, other.forward(&on, x)).sum(..);
    let gradients = on.backward(apart);
    let sum = &gradients.wrt(&layer.weight) + &gradients.wrt(&other.weight);
    for (one, both) in gradient.iter().zip(&sum) {
        assert_relative_eq!(*one, *both, max_relative = 1e-14);
    }
}

#[test]
fn frozen_parameters_and_evaluation_record_nothing() {
    let mut layer = Dense::<f64>::new(2, 1);
    layer.weight.trainable = false;
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let gradients = on.backward(layer.forward(&on, on.input(&array![[1.0, 2.0]])).sum(..));
    assert!(gradients.get(&layer.weight).is_none());
    assert_eq!(
        gradients.wrt(layer.bias.as_ref().unwrap()),
        array![1.0].into_dyn()
    );

    let on = Scope::eval(&tape);
    assert!(!on.is_training());
    let y = layer.forward(&on, on.input(&array![[1.0, 2.0]])).sum(..);
    assert!(on.backward(y).is_empty());
}

/// A parameter in the scope that the loss does not use has a zero gradient.
#[test]
fn bound_but_unused() {
    let (used, unused) = (
        Param::new(Role::Weight, 2.0),
        Param::new(Role::Weight, array![1.0, 1.0]),
    );
    let tape = Tape::<f64>::new();
    let on = Scope::train(&tape);
    on.param(&unused);
    let gradients = on.backward(on.param(&used).exp());
    assert_eq!(gradients.wrt(&unused), array![0.0, 0.0].into_dyn());
    assert_eq!(gradients.len(), 2);
}

#[test]
fn streams_are_fixed_by_the_seed() {
    let draw = |seed| {
        let tape = Tape::<f64>::new();
        let on = Scope::train(&tape).seed(seed);
        (on.uniform(&[3, 2]).value(), on.normal(&[2]).value())
    };
    assert_eq!(draw(4), draw(4));
    assert_ne!(draw(4).0, draw(5).0);
    assert!(draw(4).0.iter().all(|u| (0.0..1.0).contains(u)));
}

/// A tape is cleared while its scope is still in sight, as in a training loop.
#[test]
fn a_training_loop_compiles_as_documented() {
    let mut model = Dense::<f64>::new(1, 1);
    let mut tape = Tape::new();
    for _ in 0..2 {
        let on = Scope::train(&tape);
        let loss =
            loss::SquaredError.mean(model.forward(&on, on.input(&array![[1.0]])), &array![[2.0]]);
        let gradients = on.backward(loss);
        tape.clear();
        model.visit_mut(Name::root(), &mut |_, param| {
            param.value = (&param.value - &gradients.wrt(param)).into_shared();
        });
    }
}

#[test]
fn uniform_is_below_one_in_single_precision() {
    let tape = Tape::<f32>::new();
    let on = Scope::train(&tape);
    on.stream().clone_from(&random::stream(1));
    let most = on
        .uniform(&[5_000_000])
        .value()
        .iter()
        .fold(0.0, |most: f32, u| most.max(*u));
    assert!(most < 1.0 && most > 0.999);
}

/// A scope notices that a parameter's value was changed, however it lies in memory.
#[test]
fn a_scope_serves_one_value() {
    let row_major = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
        .into_dyn()
        .into_shared();
    let column_major = row_major
        .t()
        .as_standard_layout()
        .into_owned()
        .reversed_axes()
        .into_shared();
    let changes: [fn(&mut ArcArrayD<f64>); 3] = [
        |value| value[[0, 0]] = 99.0,
        |value| value.swap_axes(0, 1),
        |value| *value = value.to_owned().into_shared(),
    ];
    for value in [row_major, column_major] {
        for change in changes {
            let mut param = Param::new(Role::Weight, 0.0);
            param.value = value.clone();
            let tape = Tape::new();
            let on = Scope::train(&tape);
            assert_eq!(on.param(&param).value(), on.param(&param).value());
            change(&mut param.value);
            let again = std::panic::AssertUnwindSafe(|| on.param(&param));
            assert!(std::panic::catch_unwind(again).is_err());
        }
    }
    let tape = Tape::<f64>::new();
    let empty = Param::new(Role::Weight, Array2::zeros([0, 3]));
    let on = Scope::train(&tape);
    assert_eq!(on.param(&empty).shape(), on.param(&empty).shape());
}

/// A network whose second layer's bias has a derivative that is wrong at one element.
struct Broken {
    inner: Dense<f64>,
    bias: Param<f64>,
}

impl Module<f64> for Broken {
    fn forward<'t>(&self, on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
        let (y, bias) = (self.inner.forward(on, x), on.param(&self.bias));
        let sum = (y + bias).value();
        let wrong = Vjp::new(|g, x, _y| {
            let factor = x[1].tape().constant([1.0, 1.0, 1.5]);
            g * factor
        });
        let right = Vjp::new(|g, _x, _y| g);
        x.tape().custom("broken", sum, [(y, right), (bias, wrong)])
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
        self.inner.visit(&at.child("inner"), f);
        f(&at.child("bias"), &self.bias);
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
        self.inner.visit_mut(&at.child("inner"), f);
        f(&at.child("bias"), &mut self.bias);
    }
}

#[test]
fn a_wrong_derivative_in_a_model_is_found_and_named() {
    let x = array![[0.1, -0.2], [0.3, 0.5]];
    let broken = Broken {
        inner: Dense::new(2, 3).penalize(Penalty::elastic_net(0.1, 0.2)),
        bias: Param::new(Role::Bias, array![0.1, 0.2, 0.3]),
    };
    let mismatch = check::model(&broken, &x, |y| y.sum(..)).unwrap_err();
    assert_eq!(mismatch.parameter, "bias");
    assert_eq!(mismatch.mismatch.index.as_deref(), Some(&[2][..]));
    let sentence = mismatch.to_string();
    let told =
        "derivative of order 1 by element [2] of `bias`: the rules give 3, central differences";
    assert!(sentence.starts_with(told), "{sentence}");
    // As one direction, too, and without the fault all is well, to the third order.
    let fast = Check {
        fast: true,
        ..Check::default()
    };
    assert!(check::model_with(fast, &broken, &x, |y| y.sum(..)).is_err());
    let third = Check { order: 3, ..fast };
    check::model_with(third, &broken.inner, &x, |y| y.tanh().sum(..)).unwrap();
}

/// Penalties are part of what is checked, in both element types, and shared weights are one.
#[test]
fn models_are_checked_with_their_penalties() {
    let model = Mlp::<f64>::new(&[2, 4, 3])
        .activation(Activation::Gelu)
        .seed(3)
        .penalize(0, Penalty::elastic_net(0.01, 0.1));
    let x = array![[0.1, -0.2], [0.3, 0.5]];
    check::model(&model, &x, |z| loss::CrossEntropy::new().mean(z, &[2, 0])).unwrap();
    let single = Mlp::<f32>::new(&[2, 4, 1])
        .seed(3)
        .penalize(0, Penalty::l2(0.1));
    let x = x.mapv(|x| x as f32);
    check::model(&single, &x, |y| y.square().mean(..)).unwrap();
    // The same layer twice.
    let layer = Dense::<f64>::new(2, 2).penalize(Penalty::l2(0.1));
    let mut tied = Mlp::new(&[2, 2, 2]);
    tied.layers = vec![layer.clone(), layer];
    check::model(&tied, array![[0.1, -0.2]], |y| y.square().mean(..)).unwrap();
}
