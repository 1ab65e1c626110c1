//! Layers that draw random numbers in training.

use ndarray::{ArrayD, array};
use tapegrad_autodiff::{ArcArrayD, Element, Tape};
use tapegrad_nn::{
    Activation, AlphaDropout, Dense, DropConnect, Dropout, GaussianNoise, Layer, Mlp, Module,
    Scope, Sequential,
};

use super::table::{TABLE, everything};

/// The output of a training pass.
fn trained<T: Element>(
    layer: &(impl Module<T> + ?Sized),
    x: &ArrayD<T>,
    seed: u64,
) -> ArcArrayD<T> {
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(seed);
    layer.forward(&on, on.input(x)).value()
}

fn ones(shape: &[usize]) -> ArrayD<f64> {
    ArrayD::ones(shape)
}

/// A seed fixes what is drawn, another draws another, and evaluation draws nothing.
#[test]
fn a_seed_fixes_everything() {
    for row in TABLE {
        let (layer, x) = ((row.layer)(), row.x());
        let y = trained(&*layer, &x, 1);
        assert_eq!(y, trained(&*layer, &x, 1), "{}", row.name);
        assert_eq!(y != trained(&*layer, &x, 2), row.random, "{}", row.name);
        let evaluated = |seed| {
            let tape = Tape::new();
            let on = Scope::eval(&tape).seed(seed);
            layer.forward(&on, on.input(&x)).value()
        };
        assert_eq!(evaluated(1), evaluated(2), "{}", row.name);
    }
}

/// Only layers that draw need a seed, and only in training.
#[test]
fn a_seed_is_needed_to_draw() {
    for row in TABLE {
        let (layer, x) = ((row.layer)(), row.x());
        let unseeded = std::panic::AssertUnwindSafe(|| {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            layer.forward(&on, on.input(&x));
        });
        assert_eq!(
            std::panic::catch_unwind(unseeded).is_err(),
            row.random,
            "{}",
            row.name
        );
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        layer.forward(&on, on.input(&x));
    }
}

/// The same numbers are drawn for both element types.
#[test]
fn both_element_types_draw_alike() {
    let x = ones(&[50, 4]);
    let single = trained::<f32>(&Dropout::new(0.25), &x.mapv(|x| x as f32), 3);
    let double = trained::<f64>(&Dropout::new(0.25), &x, 3);
    assert_eq!(double.mapv(|y| y as f32), single);
}

/// Mean and variance over many draws of each element, whatever the others are.
fn moments(layer: &dyn Layer<f64>, x: &ArrayD<f64>) -> (ArrayD<f64>, ArrayD<f64>) {
    const PASSES: u64 = 20_000;
    let draws = (0..PASSES).map(|seed| trained(layer, x, seed).to_owned());
    let (sum, squares) = draws.fold((0.0 * x, 0.0 * x), |(sum, squares), y| {
        (sum + &y, squares + &y * &y)
    });
    let (mean, square) = (sum / PASSES as f64, squares / PASSES as f64);
    (mean.clone(), square - &mean * &mean)
}

/// Within five standard errors of a mean, and 5 % of a variance.
#[track_caller]
fn assert_moments(layer: &dyn Layer<f64>, x: &ArrayD<f64>, expected: impl Fn(f64) -> (f64, f64)) {
    let (means, variances) = moments(layer, x);
    for ((&x, mean), variance) in x.iter().zip(means).zip(variances) {
        let (expected_mean, expected_variance) = expected(x);
        let error = (expected_variance / 20_000.0).sqrt();
        assert!(
            (mean - expected_mean).abs() <= 5.0 * error,
            "mean {mean} and not {expected_mean}"
        );
        assert!(
            (variance - expected_variance).abs() <= 0.05 * expected_variance,
            "variance {variance} and not {expected_variance}"
        );
    }
}

#[test]
fn dropout_keeps_the_mean() {
    let x = array![1.0, -2.0, 0.5].into_dyn();
    for rate in [0.1, 0.5, 0.8] {
        assert_moments(&Dropout::new(rate), &x, |x| {
            (x, x * x * rate / (1.0 - rate))
        });
    }
}

#[test]
fn gaussian_noise_has_its_deviation() {
    let x = array![1.0, -2.0].into_dyn();
    assert_moments(&GaussianNoise::new(0.3), &x, |x| (x, 0.09));
}

/// `y = x₁ w₁ m₁ + x₂ w₂ m₂`: the variances of the terms add up.
#[test]
fn drop_connect_keeps_the_mean() {
    let mut dense = Dense::<f64>::new(2, 1);
    dense.weight.value = array![[0.5], [-2.0]].into_dyn().into_shared();
    dense.bias.as_mut().unwrap().value.fill(0.25);
    let (rate, passes) = (0.3, 20_000);
    let layer = DropConnect::new(dense, rate);
    let x = array![[1.0, 2.0], [3.0, -1.0]].into_dyn();
    let draws: Vec<_> = (0..passes).map(|seed| trained(&layer, &x, seed)).collect();
    for (row, terms) in [[0.5, -4.0], [1.5, 2.0]].into_iter().enumerate() {
        let values = draws.iter().map(|y| y[[row, 0]]);
        let mean = values.clone().sum::<f64>() / passes as f64;
        let variance = values.map(|y| (y - mean).powi(2)).sum::<f64>() / passes as f64;
        let squares: f64 = terms.iter().map(|term| term * term).sum();
        let expected = squares * rate / (1.0 - rate);
        let error = (expected / passes as f64).sqrt();
        assert!((mean - 0.25 - terms[0] - terms[1]).abs() <= 5.0 * error);
        assert!(
            (variance - expected).abs() <= 0.05 * expected,
            "{variance} {expected}"
        );
    }
    // One mask for all rows: equal rows stay equal.
    let twice = array![[1.0, 2.0], [1.0, 2.0]].into_dyn();
    let y = trained(&layer, &twice, 1);
    assert_eq!(y[[0, 0]], y[[1, 0]]);
}

/// Of inputs with mean 0 and variance 1, the outputs have, too; of several layers after selu.
#[test]
fn alpha_dropout_keeps_mean_and_variance() {
    for rate in [0.05, 0.3, 0.6] {
        let tape = Tape::<f64>::new();
        let on = Scope::train(&tape).seed(1);
        let y = AlphaDropout::new(rate)
            .forward(&on, on.normal(&[400_000]))
            .value();
        let (mean, variance) = (y.mean().unwrap(), y.var(0.0));
        assert!(
            mean.abs() < 0.01 && (variance - 1.0).abs() < 0.01,
            "{mean} {variance}"
        );
        // What is left out is one number, that of selu at −∞, moved as all are.
        let saturated = Activation::Selu.apply(tape.constant(-1e3)).item();
        let (kept, x) = (1.0 - rate, [3.0, -1.0]);
        let a = (kept + saturated.powi(2) * kept * rate).powf(-0.5);
        let b = -a * saturated * rate;
        let left_out = (0..64)
            .flat_map(|seed| {
                trained(
                    &AlphaDropout::new(rate),
                    &array![x[0], x[1]].into_dyn(),
                    seed,
                )
            })
            .filter(|y| x.iter().all(|x| (y - a * x - b).abs() > 1e-12))
            .inspect(|y| assert!((y - a * saturated - b).abs() < 1e-12))
            .count();
        assert!(left_out > 0);
    }
}

/// The masks of a pass through layers of ones.
fn masks(model: &Sequential<f64>) -> ArcArrayD<f64> {
    trained(model, &ones(&[1000]), 4)
}

/// Layers in other places, and one layer used twice, draw numbers that have nothing in common.
#[test]
fn masks_are_independent() {
    let (one, p) = (masks(&Sequential::new().then(Dropout::new(0.5))), 0.5);
    let both = masks(
        &Sequential::new()
            .then(Dropout::new(p))
            .then(Dropout::new(p)),
    );
    let kept = |y: &ArcArrayD<f64>| y.iter().filter(|y| **y != 0.0).count();
    assert!((450..550).contains(&kept(&one)), "{}", kept(&one));
    assert!((200..300).contains(&kept(&both)), "{}", kept(&both));
    let layer = Dropout::new(p);
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(4);
    let x = on.input(ones(&[1000]));
    let twice = layer.forward(&on, layer.forward(&on, x)).value();
    assert!((200..300).contains(&kept(&twice)), "{}", kept(&twice));
}

/// What one layer draws does not depend on what others do.
#[test]
fn a_mask_stays_when_others_come() {
    let x = ones(&[8, 3]);
    let hidden = |model: &Mlp<f64>| {
        let tape = Tape::new();
        let on = Scope::train(&tape).seed(9);
        // The first layer alone is left out of: its dropout is applied to ones.
        let _layers = on.enter("layers", 0);
        let _dropout = on.enter("dropout", None);
        model.layers[0]
            .dropout
            .unwrap()
            .forward(&on, on.input(&x))
            .value()
    };
    let plain = Mlp::new(&[3, 5, 2]).dropout(0.5);
    let with = |model: Mlp<f64>| -> ArcArrayD<f64> {
        let mut model = model;
        for layer in &mut model.layers {
            layer.weight.value.fill(0.0);
            layer.bias.as_mut().unwrap().value.fill(1.0);
            layer.activation = Activation::Identity;
        }
        model.layers.truncate(1);
        trained(&model, &x, 9)
    };
    let mask = with(plain.clone());
    assert!(mask.iter().any(|y| *y == 0.0) && mask.iter().any(|y| *y == 2.0));
    assert_eq!(mask, with(plain.clone().input_dropout(0.5)));
    assert_eq!(hidden(&plain), hidden(&plain.clone().input_dropout(0.5)));
    // In a list, that of layers before it in it.
    let of_first = |model: Sequential<f64>| trained(&model, &x, 9);
    let first = of_first(Sequential::new().then(Dropout::new(0.5)));
    let more = of_first(
        Sequential::new()
            .then(Dropout::new(0.5))
            .then(Dropout::new(0.1)),
    );
    assert!(
        first
            .iter()
            .zip(&more)
            .all(|(first, more)| *first != 0.0 || *more == 0.0)
    );
}

#[test]
fn a_rate_of_zero_is_the_identity() {
    let x = array![1.0, -2.0].into_dyn();
    let layers: [&dyn Layer<f64>; 3] = [
        &Dropout::new(0.0),
        &AlphaDropout::new(0.0),
        &GaussianNoise::new(0.0),
    ];
    for layer in layers {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        assert_eq!(layer.forward(&on, on.input(&x)).value(), x, "{layer:?}");
    }
    let dense = Dense::<f64>::new(2, 1);
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = DropConnect::new(dense.clone(), 0.0).forward(&on, on.input(&x));
    assert_eq!(y.value(), dense.predict(&x));
    assert_eq!(
        (Dropout::new(0.2).rate(), AlphaDropout::new(0.2).rate()),
        (0.2, 0.2)
    );
    assert_eq!(
        (
            DropConnect::new(dense, 0.2).rate(),
            GaussianNoise::new(0.2).deviation()
        ),
        (0.2, 0.2)
    );
}

/// Dropout everywhere and normalisation, in one network.
#[test]
fn networks_draw_in_training_only() {
    let (model, x) = (everything(), ones(&[6, 3]));
    assert_ne!(trained(&model, &x, 1), trained(&model, &x, 2));
    assert_eq!(model.predict(&x), model.predict(&x));
}
