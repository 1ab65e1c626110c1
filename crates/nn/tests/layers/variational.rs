//! Layers with distributions over weights: what they cost, what they draw, and what they learn.

use approx::{assert_relative_eq, relative_eq};
use ndarray::{Array2, ArrayD, Axis, array};
use rand::RngExt;
use rand_distr::StandardNormal;
use serde::Deserialize;
use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{
    Activation, Dense, Layer, Loss, Module, Name, Scope, Sequential, Strength, VariationalDense,
    VariationalDropout, loss, predictive, random, sparsity,
};

/// `fixtures/divergences.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    normal: Vec<Normal>,
    log_uniform: Vec<LogUniform>,
}

#[derive(Deserialize)]
struct LogUniform {
    log_alpha: f64,
    approximate: f64,
    exact: f64,
}

#[derive(Deserialize)]
struct Normal {
    prior: f64,
    divergence: f64,
    mean: Vec<f64>,
    rho: Vec<f64>,
    mean_gradient: Vec<f64>,
    rho_gradient: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/divergences.json")).unwrap()
}

fn matrix<T: Element>(numbers: &[f64]) -> ArrayD<T> {
    let numbers = numbers.iter().map(|&x| T::of(x)).collect();
    ArrayD::from_shape_vec(vec![3, 4], numbers).unwrap()
}

/// The divergence and its gradients are those of `torch.distributions`.
#[test]
fn the_divergence_from_a_normal_prior() {
    fn check<T: Element>(tolerance: f64) {
        for case in fixture().normal {
            let mut layer = VariationalDense::<T>::new(Dense::new(3, 4), 0.25).prior(case.prior);
            layer.dense.weight.value = matrix(&case.mean).into_shared();
            layer.rho.value = matrix(&case.rho).into_shared();
            let tape = Tape::new();
            let on = Scope::train(&tape).seed(0);
            layer.forward(&on, on.input(Array2::zeros([2, 3])));
            let penalty = layer.penalty(&on);
            let gradients = on.backward(penalty);
            let mut pairs = vec![(penalty.item().wide(), case.divergence)];
            for (param, expected) in [
                (&layer.dense.weight, case.mean_gradient),
                (&layer.rho, case.rho_gradient),
            ] {
                let found = gradients.wrt(param);
                pairs.extend(found.iter().map(|g| g.wide()).zip(expected));
            }
            for (found, expected) in pairs {
                let (found, epsilon) = (4.0 * found, tolerance * case.divergence);
                assert!(
                    relative_eq!(found, expected, max_relative = tolerance, epsilon = epsilon),
                    "{found} and not {expected}"
                );
            }
        }
    }
    check::<f64>(1e-13);
    check::<f32>(1e-6);
}

/// Each weight costs what the formula of the paper says, and that is near the divergence that it stands for.
#[test]
fn the_divergence_from_a_log_uniform_prior() {
    fn check<T: Element>(tolerance: f64) {
        for case in fixture().log_uniform {
            let mut layer = VariationalDropout::<T>::new(Dense::new(2, 3), 0.5);
            layer.dense.weight.value = array![[1.0, -0.5, 2.0], [-1.0, 0.25, -4.0]]
                .mapv(T::of)
                .into_dyn()
                .into_shared();
            let squares = layer.dense.weight.value.mapv(|w| w.wide().powi(2));
            let log_variance = squares.mapv(|square| T::of(case.log_alpha + square.ln()));
            layer.log_variance.value = log_variance.into_shared();
            let tape = Tape::new();
            let on = Scope::train(&tape).seed(0);
            layer.forward(&on, on.input(Array2::zeros([1, 2])));
            let found = layer.penalty(&on).item().wide() / 0.5 / 6.0;
            assert_relative_eq!(found, case.approximate, max_relative = tolerance);
            let alone = layer.divergence(&on).item().wide() / 6.0;
            assert_relative_eq!(alone, found, max_relative = tolerance);
            assert!((found - case.exact).abs() < 0.01, "{found} {}", case.exact);
            for found in layer.log_alphas().iter() {
                let found = found.wide();
                assert_relative_eq!(found, case.log_alpha, epsilon = 1e-6, max_relative = 1e-6);
            }
            // Evaluation keeps all of them or none; at the threshold rounding decides.
            let zeros = sparsity(&layer.pruned()).zeros();
            let expected = if case.log_alpha > 3.0 { 6 } else { 0 };
            assert!(zeros == expected || case.log_alpha == 3.0, "{zeros}");
        }
    }
    check::<f64>(1e-12);
    check::<f32>(1e-5);
}

/// A weight that is exactly 0 is left out, and has a gradient that is a number.
#[test]
fn a_weight_of_zero() {
    let mut layer = VariationalDropout::new(Dense::<f32>::new(2, 1), 0.5);
    layer.dense.weight.value.fill(0.0);
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(0);
    let y = layer.forward(&on, on.input(array![[1.0, 2.0], [0.0, 0.0]]));
    let gradients = on.backward(y.square().sum(..) + layer.penalty(&on));
    assert!(gradients.is_finite());
    assert_eq!(layer.predict(array![[1.0, 2.0]]), array![[0.0]].into_dyn());
}

fn layers(strength: &Strength) -> [Box<dyn Layer<f64>>; 2] {
    let dense = || Dense::new(2, 1);
    [
        Box::new(VariationalDense::new(dense(), strength).deviation(0.5)),
        Box::new(VariationalDropout::new(dense(), strength).log_variance(-1.0)),
    ]
}

/// Used twice in a pass a layer costs as one; the strength may be a variable or have a schedule; a loss without
/// the divergence is known.
#[test]
fn the_divergence_is_a_penalty() {
    let (tape, x) = (Tape::new(), array![[0.5, -1.0], [2.0, 1.0]]);
    for (index, layer) in layers(&Strength::new(1.0)).into_iter().enumerate() {
        let once = |strength: &Strength, uses: usize, step: usize| {
            let layer = &layers(strength)[index];
            let on = Scope::train(&tape).seed(0).at_step(step);
            for _ in 0..uses {
                layer.forward(&on, on.input(&x));
            }
            layer.penalty(&on).item()
        };
        let divergence = once(&Strength::new(1.0), 1, 0);
        assert!(divergence > 0.1);
        assert_eq!(once(&Strength::new(1.0), 2, 0), divergence);
        assert_eq!(once(&Strength::new(0.0), 1, 0), 0.0);
        let warming = Strength::scheduled(|step: usize| 0.125 * step as f64);
        for step in 0..4 {
            let expected = 0.125 * step as f64 * divergence;
            assert_relative_eq!(once(&warming, 1, step), expected, max_relative = 1e-14);
        }
        let strength = Strength::new(1.0);
        let layer_of = &layers(&strength)[index];
        let lambda = tape.var(3.0);
        let on = Scope::train(&tape).seed(0).substitute(&strength, lambda);
        layer_of.forward(&on, on.input(&x));
        let by_lambda = layer_of.penalty(&on).backward().wrt(lambda)[[]];
        assert_relative_eq!(by_lambda, divergence, max_relative = 1e-14);

        let on = Scope::train(&tape).seed(0);
        let y = layer.forward(&on, on.input(&x)).sum(..);
        assert!(on.backward(y).lacks_penalty());
        assert!(!on.backward(y + layer.penalty(&on)).lacks_penalty());
        let on = Scope::eval(&tape);
        layer.forward(&on, on.input(&x));
        assert_relative_eq!(layer.penalty(&on).item(), divergence, max_relative = 1e-14);

        // Evaluation does without a step.
        let layer = &layers(&warming)[index];
        let at_step = |step: Option<usize>| {
            let on = Scope::eval(&tape);
            let on = match step {
                Some(step) => on.at_step(step),
                None => on,
            };
            layer.forward(&on, on.input(&x));
            layer.penalty(&on).item()
        };
        assert_eq!(at_step(None), 0.0);
        let expected = 0.5 * divergence;
        assert_relative_eq!(at_step(Some(4)), expected, max_relative = 1e-14);
    }
}

/// `y = Σ xᵢ wᵢ + b` has the variance `Σ xᵢ² σᵢ²`, in training and where weights are drawn in evaluation; rows have
/// noise of their own, and none where they are zero.
#[test]
fn the_noise_has_its_variance() {
    let mut layer = VariationalDense::new(Dense::<f64>::new(2, 1), 1.0);
    layer.dense.weight.value = array![[0.5], [-2.0]].into_dyn().into_shared();
    layer.rho.value = array![[-1.0], [0.5]].into_dyn().into_shared();
    let deviations = layer.deviations();
    for (deviation, rho) in deviations.iter().zip([-1.0_f64, 0.5]) {
        assert_relative_eq!(*deviation, rho.exp().ln_1p(), max_relative = 1e-14);
    }
    let x = array![[1.0, 2.0], [1.0, 2.0], [-3.0, 0.5], [0.0, 0.0]];
    let draws = 20_000;
    let found = predictive(&layer, &x, draws, 3);
    for (row, x) in x.rows().into_iter().enumerate() {
        let mean = x[0] * 0.5 - x[1] * 2.0;
        let terms = x.iter().zip(&deviations);
        let variance: f64 = terms.map(|(x, deviation)| (x * deviation).powi(2)).sum();
        let error = 5.0 * (variance / draws as f64).sqrt() + 1e-12;
        assert!((found.mean[[row, 0]] - mean).abs() < error);
        let (spread, expected) = (found.deviation[[row, 0]].powi(2), variance);
        assert!(
            (spread - expected).abs() <= 0.05 * expected + 1e-12,
            "{spread} {expected}"
        );
    }
    assert_eq!(found, predictive(&layer, &x, draws, 3));
    assert_ne!(found.mean[[0, 0]], found.mean[[1, 0]]);
    // Gradients are numbers, of a row of zeros too.
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(1);
    let y = layer.forward(&on, on.input(&x));
    assert!(
        on.backward(y.square().sum(..) + layer.penalty(&on))
            .is_finite()
    );
}

/// Gradient descent with Adam's rule written out, as this crate has no optimizer.
fn train<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    steps: usize,
    rate: f64,
    x: &Array2<T>,
    loss: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
) {
    let mut tape = Tape::new();
    let mut moments = std::collections::BTreeMap::new();
    for step in 0..steps {
        let on = Scope::train(&tape).seed(step as u64).at_step(step);
        let data_loss = loss(model.forward(&on, on.input(x)));
        let gradients = on.backward(data_loss + model.penalty(&on));
        tape.clear();
        let rate = rate * (1.0 - step as f64 / steps as f64);
        model.visit_mut(Name::root(), &mut |_, param| {
            let g = gradients.wrt(&*param);
            let moments = moments
                .entry(param.id())
                .or_insert_with(|| vec![[0.0_f64; 2]; g.len()]);
            for ((w, g), [m, v]) in param.value.iter_mut().zip(g).zip(moments) {
                let g = g.wide();
                *m += 0.1 * (g - *m);
                *v += 0.001 * (g * g - *v);
                let correct = |beta: f64| 1.0 - beta.powi(step as i32 + 1);
                let step = (*m / correct(0.9)) / ((*v / correct(0.999)).sqrt() + 1e-8);
                *w = T::of(w.wide() - rate * step);
            }
        });
    }
}

/// One layer with one input is Bayesian linear regression without covariance: the posterior is known.
#[test]
fn the_posterior_of_linear_regression() {
    let x = array![[0.5], [-1.0], [1.5], [-2.0], [0.25], [1.0]];
    let y = x.mapv(|x: f64| 0.8 * x + 0.3 * (7.0 * x).sin());
    let (variance, prior) = (0.25, 0.5);
    let mut layer =
        VariationalDense::new(Dense::<f64>::new(1, 1).without_bias(), 1.0 / 6.0).prior(prior);
    train(&mut layer, 4000, 0.02, &x, |p| {
        loss::SquaredError.mean(p, &y) / (2.0 * variance)
    });
    let precision = x.mapv(|x| x * x).sum() / variance + 1.0 / (prior * prior);
    let mean = (&x * &y).sum() / variance / precision;
    let found = (layer.dense.weight.value[[0, 0]], layer.deviations()[[0, 0]]);
    let deviation = precision.powf(-0.5);
    // The steps are noisy, so the mean ends within a part of the posterior's width.
    assert!((found.0 - mean).abs() < 0.1 * deviation, "{found:?} {mean}");
    assert!(
        (found.1 / deviation - 1.0).abs() < 0.05,
        "{found:?} {deviation}"
    );
}

/// A network with rows between −1 and 1 is less sure at ±3.
#[test]
fn the_spread_is_larger_away_from_the_data() {
    for seed in 0..3 {
        let rows = 40;
        let x = Array2::from_shape_fn([rows, 1], |(i, _)| 2.0 * i as f64 / 39.0 - 1.0);
        let y = x.mapv(|x| (2.0 * x).sin());
        let layer = |fan_in, fan_out, seed, activation| {
            let dense = Dense::new(fan_in, fan_out)
                .seed(seed)
                .activation(activation);
            VariationalDense::new(dense, 1.0 / rows as f64)
        };
        let mut model = Sequential::<f64>::new()
            .then(layer(1, 16, 2 * seed, Activation::Tanh))
            .then(layer(16, 1, 2 * seed + 1, Activation::Identity));
        train(&mut model, 1500, 0.02, &x, |p| {
            loss::SquaredError.mean(p, &y) / (2.0 * 0.01)
        });
        let of = |x: [[f64; 1]; 3]| {
            let found = predictive(&model, ndarray::arr2(&x), 300, 1).deviation;
            found.sum() / 3.0
        };
        let (on, away) = (of([[-0.5], [0.0], [0.5]]), of([[-4.0], [3.0], [4.0]]));
        assert!(
            away > 1.5 * on,
            "seed {seed}: {away} away and {on} on the data"
        );
    }
}

/// Of twenty inputs four matter: in evaluation a network reads these and next to nothing of the others, while it
/// predicts them. What is pruned is a layer like any.
#[test]
fn what_is_irrelevant_is_pruned() {
    let (rows, hidden, noise) = (200, 8, 0.5);
    for seed in 0..2 {
        let mut stream = random::stream(seed);
        let mut normal = || stream.sample::<f64, _>(StandardNormal);
        let x = Array2::from_shape_simple_fn([rows, 20], &mut normal);
        let signal = x.map_axis(Axis(1), |x| (x[0] - 2.0 * x[1]).tanh() + x[2] + x[3].tanh());
        let y = signal.mapv(|y| y + noise * normal()).insert_axis(Axis(1));
        let warming = move |step: usize| (step as f64 / 500.0).min(1.0) / rows as f64;
        let layer = |fan_in, fan_out, activation| {
            let dense = Dense::new(fan_in, fan_out)
                .seed(seed)
                .activation(activation);
            VariationalDropout::new(dense, Strength::scheduled(warming))
        };
        let mut first = layer(20, hidden, Activation::Tanh);
        let mut second = layer(hidden, 1, Activation::Identity);
        let mut model = Sequential::<f64>::new()
            .then(first.clone())
            .then(second.clone());
        train(&mut model, 3000, 0.02, &x, |p| {
            loss::SquaredError.mean(p, &y) / (2.0 * noise * noise)
        });
        // The list does not say what its layers are.
        let trained = model.parameters();
        let mut trained = trained.into_iter().map(|(_, param)| param.value.clone());
        for layer in [&mut first, &mut second] {
            layer.visit_mut(Name::root(), &mut |_, param| {
                param.value = trained.next().unwrap();
            });
        }
        let pruned = Sequential::new().then(first.pruned()).then(second.pruned());
        let predictions = model.predict(&x);
        assert_eq!(pruned.predict(&x), predictions);
        let error = (predictions - &y).mapv(|r| r * r).mean().unwrap();
        assert!(error < 1.2 * noise * noise, "seed {seed}: {error}");
        let weight = first.pruned().weight.value;
        let kept = |input: usize| {
            let row = weight.index_axis(Axis(0), input);
            row.iter().filter(|w| **w != 0.0).count()
        };
        assert!((0..4).all(|input| kept(input) > 0), "seed {seed}");
        let zeros: usize = (4..20).map(|input| hidden - kept(input)).sum();
        assert!(zeros as f64 > 0.85 * 128.0, "seed {seed}: {zeros} of 128");
    }
}
