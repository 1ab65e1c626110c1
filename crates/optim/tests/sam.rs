//! Sharpness-aware minimisation: where the gradients are taken, and that nothing of the ascent is left.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::{Array2, ArrayD, array};
use tapegrad_autodiff::Tape;
use tapegrad_nn::{BatchNorm, Constraint, Dense, GradientMap, Loss, Mlp, Module, Scope, loss};
use tapegrad_optim::{Adam, Momentum, Optimizer, Rule, Sam, Sgd};

fn rows() -> [Array2<f64>; 2] {
    let x = Array2::from_shape_fn([12, 3], |(i, j)| (1.7 * (3 * i + j) as f64).sin());
    let y = x.dot(&array![[1.0], [-2.0], [0.5]]) + 0.3;
    [x, y]
}

fn gradients(model: &impl Module<f64>) -> GradientMap<f64> {
    let [x, y] = rows();
    let tape = Tape::new();
    let on = Scope::train(&tape).seed(7);
    on.backward(loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y))
}

fn values(model: &impl Module<f64>) -> Vec<ArrayD<f64>> {
    let params = model.parameters();
    let values = params.iter().map(|(_, param)| param.value.to_owned());
    values.collect()
}

/// The second gradients are those at `x + ρ t² g / ‖t g‖`; frozen parameters stay; and the step is the
/// optimizer's from `x`, to the bit.
#[test]
fn the_step_is_from_x_with_the_gradient_at_the_end_of_the_ascent() {
    fn check<R: Rule>(optimizer: Optimizer<R, f64>, rho: f64, eta: Option<f64>) {
        let mut model = Mlp::<f64>::new(&[3, 4, 1]).seed(3);
        model.layers[0].bias.as_mut().unwrap().trainable = false;
        let (mut plain, mut by_hand) = (optimizer.clone(), model.clone());
        let mut sam = Sam::new(optimizer, rho);
        if let Some(eta) = eta {
            sam = sam.adaptive(eta);
        }
        for _ in 0..5 {
            let (x, g) = (values(&model), gradients(&model));
            let t = |x: f64| eta.map_or(1.0, |eta| x.abs() + eta);
            let mut squares = 0.0;
            for (_, param) in model.parameters() {
                let g = g.get(param).map(|g| g.to_owned());
                let scaled = g.map(|g| g * param.value.mapv(t));
                squares += scaled.map_or(0.0, |g| g.mapv(|g| g * g).sum());
            }
            let mut passes = Vec::new();
            sam.step(&mut model, |model| {
                passes.push(values(model));
                gradients(model)
            });
            assert_eq!(passes.len(), 2);
            assert_eq!(passes[0], x);
            for ((ascended, x), (name, param)) in passes[1].iter().zip(&x).zip(by_hand.parameters())
            {
                let e = match g.get(param) {
                    Some(g) => &x.mapv(|x| t(x) * t(x)) * &g * (rho / squares.sqrt()),
                    None => 0.0 * x,
                };
                let error = (ascended - x - e).mapv(f64::abs).sum();
                assert!(error < 1e-14, "{name}: {error}");
            }
            // From a copy at the end of the ascent.
            let mut ascended = by_hand.clone();
            let mut numbers = passes[1].iter();
            ascended.visit_mut(tapegrad_nn::Name::root(), &mut |_, param| {
                param.value = numbers.next().unwrap().to_shared();
            });
            let second = gradients(&ascended);
            plain.step(&mut by_hand, &second);
            assert_eq!(values(&model), values(&by_hand));
        }
        assert_eq!(sam.steps(), 5);
    }
    check(Sgd::new(0.1), 0.05, None);
    check(Adam::new(0.01), 0.5, Some(0.0));
    check(Momentum::new(0.05), 0.3, Some(0.01));
}

/// A closure that panics, in the first pass or in the second, leaves the model and the optimizer as they were.
#[test]
fn a_panic_changes_nothing() {
    for last in [1, 2] {
        let mut model = Mlp::<f64>::new(&[3, 4, 1]).seed(3);
        let before = values(&model);
        let mut sam = Sam::new(Adam::new(0.1), 0.05);
        let mut passes = 0;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            sam.step(&mut model, |model| {
                passes += 1;
                assert!(passes < last, "on purpose");
                gradients(model)
            });
        }));
        assert!(outcome.is_err());
        assert_eq!((passes, sam.steps()), (last, 0));
        assert_eq!(values(&model), before);
        sam.step(&mut model, gradients);
        assert_ne!(values(&model), before);
    }
}

/// With nothing to ascend, the step is the optimizer's with one pass: a radius or a gradient of 0, and one that
/// is not finite.
#[test]
fn without_an_ascent_there_is_one_pass() {
    for (rho, factor) in [
        (0.0, 1.0),
        (0.05, 0.0),
        (0.05, f64::NAN),
        (0.05, f64::INFINITY),
    ] {
        let model = Dense::<f64>::new(3, 1).seed(3);
        let scaled = |model: &Dense<f64>| -> GradientMap<f64> {
            let g = gradients(model);
            let scaled = g.iter().map(|(id, g)| (id, &g * factor));
            scaled.collect()
        };
        let (mut by_sam, mut alone, mut passes) = (model.clone(), model.clone(), 0);
        Sam::new(Momentum::new(0.1), rho).step(&mut by_sam, |model| {
            passes += 1;
            scaled(model)
        });
        Momentum::new(0.1).step(&mut alone, &scaled(&model));
        assert_eq!(passes, 1, "{rho}, {factor}");
        let bits = |model: &Dense<f64>| -> Vec<u64> {
            let params = model.parameters();
            let numbers = params.iter().flat_map(|(_, param)| param.value.iter());
            numbers.map(|x| x.to_bits()).collect()
        };
        assert_eq!(bits(&by_sam), bits(&alone), "{rho}, {factor}");
    }
}

/// Running statistics are those of the first pass; constraints hold after the step, and not for the ascent.
#[test]
fn statistics_are_of_the_first_pass() {
    let mut model = Mlp::<f64>::new(&[3, 4, 1])
        .seed(3)
        .normalize(BatchNorm::new);
    model.layers[1].weight.constraint = Some(Constraint::between(-0.1, 0.1));
    let mut noted = model.clone();
    gradients(&model).update_statistics(&mut noted);
    let mut outside = false;
    Sam::new(Sgd::new(0.5), 5.0).step(&mut model, |model| {
        outside = model.layers[1].weight.value.iter().any(|w| w.abs() > 0.1);
        gradients(model)
    });
    let mut statistics = 0;
    for ((name, param), (_, noted)) in model.parameters().into_iter().zip(noted.parameters()) {
        if param.role == tapegrad_nn::Role::Statistic {
            assert_eq!(param.value, noted.value, "{name}");
            statistics += 1;
        }
    }
    assert_eq!(statistics, 2);
    assert!(outside);
    let held = &model.layers[1].weight.value;
    assert!(held.iter().all(|w| w.abs() <= 0.1), "{held}");
}

/// The norm is scaled: gradients whose squares vanish or overflow are ascended as far as others.
#[test]
fn squares_do_not_matter() {
    for size in [1e-200, 1.0, 1e200] {
        let mut model = Dense::<f64>::new(2, 1).without_bias();
        model.weight.value.fill(1.0);
        let mut seen = Vec::new();
        Sam::new(Sgd::new(0.0), 5.0).step(&mut model, |model| {
            seen.push(model.weight.value.clone());
            let g = array![[3.0 * size], [4.0 * size]];
            GradientMap::from_iter([(model.weight.id(), g)])
        });
        let ascended = &seen[1] - &seen[0];
        for (found, expected) in ascended.iter().zip([3.0_f64, 4.0]) {
            assert!((found - expected).abs() < 1e-14, "{size}: {ascended}");
        }
    }
}
