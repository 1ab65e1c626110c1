//! Running statistics: noted in a pass, written afterwards.

use std::panic::{self, AssertUnwindSafe};

use ndarray::array;
use tapegrad_autodiff::{ArcArrayD, Tape};
use tapegrad_nn::{BatchNorm, GradientMap, Module, Name, Param, Role, Scope};

/// A pass in which a layer is used for each batch in turn.
fn pass(layer: &BatchNorm<f64>, batches: &[&[[f64; 1]]]) -> GradientMap<f64> {
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let ys = batches
        .iter()
        .map(|batch| layer.forward(&on, on.input(ndarray::arr2(batch))).sum(..));
    on.backward(ys.reduce(|a, b| a + b).unwrap())
}

const FIRST: &[[f64; 1]] = &[[1.0], [3.0]];
const SECOND: &[[f64; 1]] = &[[10.0], [30.0], [50.0]];

/// A pass changes nothing; its map does, and evaluation notes nothing.
#[test]
fn a_pass_changes_nothing() {
    let mut layer = BatchNorm::new(1);
    let gradients = pass(&layer, &[FIRST]);
    assert_eq!(layer.running_mean.value, array![0.0].into_dyn());
    assert_eq!(gradients.updates().count(), 2);
    gradients.update_statistics(&mut layer);
    assert_eq!(layer.running_mean.value, array![0.1 * 2.0].into_dyn());
    assert_eq!(
        layer.running_variance.value,
        array![0.9 + 0.1 * 2.0].into_dyn()
    );

    let tape = Tape::new();
    let on = Scope::eval(&tape);
    let y = layer.forward(&on, on.input(ndarray::arr2(FIRST))).sum(..);
    assert_eq!(on.backward(y).updates().count(), 0);
}

/// A layer that is used twice in a pass updates twice, as in two passes.
#[test]
fn twice_in_a_pass() {
    let (mut once, mut twice) = (BatchNorm::new(1), BatchNorm::new(1));
    pass(&once, &[FIRST]).update_statistics(&mut once);
    pass(&once, &[SECOND]).update_statistics(&mut once);
    pass(&twice, &[FIRST, SECOND]).update_statistics(&mut twice);
    assert_eq!(once.running_mean.value, twice.running_mean.value);
    assert_eq!(once.running_variance.value, twice.running_variance.value);
}

/// A value that others hold or that lies otherwise in memory is replaced, not written to.
#[test]
fn values_of_others_stay() {
    let mut layer = BatchNorm::<f64>::new(2);
    let held = layer.running_mean.value.clone();
    let reversed: ArcArrayD<f64> = array![4.0, 2.0].into_dyn().into_shared();
    layer.running_variance.value = reversed;
    layer.running_variance.value.invert_axis(ndarray::Axis(0));
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = layer.forward(&on, on.input(array![[1.0, 10.0], [3.0, 30.0]]));
    on.backward(y.sum(..)).update_statistics(&mut layer);
    assert_eq!(held, array![0.0, 0.0].into_dyn());
    assert_eq!(
        layer.running_mean.value,
        array![0.1 * 2.0, 0.1 * 20.0].into_dyn()
    );
    let variances = array![0.9 * 2.0 + 0.1 * 2.0, 0.9 * 4.0 + 0.1 * 200.0].into_dyn();
    assert_eq!(layer.running_variance.value, variances);
}

/// Statistics are no part of what is trained, whatever is said of them.
#[test]
fn statistics_are_not_trained() {
    let mut layer = BatchNorm::<f64>::new(3);
    assert_eq!(layer.parameter_count(), 6);
    let roles: Vec<Role> = layer
        .parameters()
        .iter()
        .map(|(_, param)| param.role)
        .collect();
    assert_eq!(
        roles,
        [Role::Gain, Role::Bias, Role::Statistic, Role::Statistic]
    );
    layer.visit_mut(Name::root(), &mut |_, param| param.trainable = true);
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = layer.forward(&on, on.input(ndarray::Array2::eye(3)));
    assert_eq!(on.backward(y.sum(..)).len(), 2);
    assert!(!Param::<f64>::new(Role::Statistic, 1.0).trainable);
}

/// A running mean of a layer of one's own, in a scope without layers.
#[test]
fn the_last_note_stays() {
    let count = Param::<f64>::new(Role::Statistic, 2.0);
    let tape = Tape::new();
    let on = Scope::train(&tape);
    assert_eq!(on.updated(&count).item(), 2.0);
    on.update(&count, tape.constant(5.0));
    on.update(&count, tape.constant(7.0));
    let gradients = on.backward(tape.var(0.0).exp());
    let updates: Vec<_> = gradients
        .updates()
        .map(|(id, value)| (id, value[[]]))
        .collect();
    assert_eq!(updates, [(count.id(), 7.0)]);
    assert_eq!(
        on.param(&count).item(),
        2.0,
        "the old value is still the parameter's"
    );
}

/// Of a model whose statistic was replaced by one of another shape after the pass, nothing is written.
#[test]
fn another_shape_is_refused_before_anything_is_written() {
    let mut layer = BatchNorm::new(1);
    let gradients = pass(&layer, &[FIRST]);
    let other = array![1.0, 1.0].into_dyn().into_shared();
    layer.running_variance.value = other.clone();
    let written = panic::catch_unwind(AssertUnwindSafe(|| gradients.update_statistics(&mut layer)));
    assert!(written.is_err());
    assert_eq!(layer.running_mean.value, array![0.0].into_dyn());
    assert_eq!(layer.running_variance.value, other);
}
