//! Gradient noise is a function of its seed, the step and the parameter's position.

use ndarray::ArrayD;
use tapegrad_autodiff::Element;
use tapegrad_nn::{GradientMap, GradientNoise, Mlp, Module};

/// The noise of every parameter of a model, on zero gradients of those that are trained.
fn noise<T: Element>(model: &Mlp<T>, noise: &GradientNoise, step: usize) -> Vec<Vec<f64>> {
    let trained = model
        .parameters()
        .into_iter()
        .filter(|(_, param)| param.trainable);
    let zeros = trained.map(|(_, param)| (param.id(), ArrayD::<T>::zeros(param.value.shape())));
    let noisy = zeros
        .collect::<GradientMap<T>>()
        .add_noise(model, noise, step);
    let parameters = model.parameters().into_iter();
    let of = parameters.map(|(_, param)| noisy.get(param));
    of.map(|g| g.map_or(Vec::new(), |g| g.iter().map(|g| g.wide()).collect()))
        .collect()
}

#[test]
fn fixed_by_seed_step_and_position() {
    let model = Mlp::<f64>::new(&[3, 4, 2]);
    let of = GradientNoise::new(0.3).seed(5);
    let at_7 = noise(&model, &of, 7);
    // Whatever was drawn before, and in a model of other parameters with the same shapes.
    noise(&model, &of, 3);
    assert_eq!(noise(&model, &of, 7), at_7);
    assert_eq!(noise(&Mlp::<f64>::new(&[3, 4, 2]), &of, 7), at_7);
    let mut frozen = model.clone();
    frozen.freeze("layers.0.*");
    assert_eq!(noise(&frozen, &of, 7)[2..], at_7[2..]);
    // Another step, another seed and another parameter have other numbers.
    let mut firsts: Vec<u64> = vec![
        noise(&model, &of, 8)[0][0].to_bits(),
        noise(&model, &of.seed(6), 7)[0][0].to_bits(),
    ];
    firsts.extend(at_7.iter().map(|numbers| numbers[0].to_bits()));
    firsts.sort_unstable();
    firsts.dedup();
    assert_eq!(firsts.len(), 6);
}

/// Mean and variance are those of the formula, within five standard errors.
#[test]
fn moments() {
    fn check<T: Element>() {
        let (model, n) = (Mlp::<T>::new(&[100, 200]), 20_000.0_f64);
        for (eta, gamma, step) in [(0.3, 0.55, 0), (0.3, 0.55, 999), (1.0, 2.0, 9)] {
            let of = GradientNoise::new(eta).gamma(gamma);
            let numbers = &noise(&model, &of, step)[0];
            let variance = eta / (1.0 + step as f64).powf(gamma);
            let mean = numbers.iter().sum::<f64>() / n;
            let found = numbers.iter().map(|x| x * x).sum::<f64>() / n;
            assert!(mean.abs() < 5.0 * (variance / n).sqrt(), "{mean}");
            assert!(
                (found / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
                "{found}"
            );
            assert!((of.deviation(step).powi(2) / variance - 1.0).abs() < 1e-12);
        }
    }
    check::<f32>();
    check::<f64>();
}
