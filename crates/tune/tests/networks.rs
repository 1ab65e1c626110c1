//! Networks: three ways to one gradient, and strengths found by it beside a grid.

use tapegrad_autodiff::Activation;
use tapegrad_nn::{Mlp, Module, Penalty, Strength};
use tapegrad_optim::{Adam, Momentum};
use tapegrad_train::data::{Dataset, moons};
use tapegrad_tune::{HyperParameters, Implicit, Tuner, Unrolled, ValidationGradient};

use super::problem::{assert_close, data_loss, digits, fit, slope, validation_loss};

/// A strength for each of two layers.
fn network(sizes: &[usize], seed: u64, strengths: &[Strength; 2]) -> Mlp<f64> {
    Mlp::new(sizes)
        .activation(Activation::Tanh)
        .seed(seed)
        .penalize(0, Penalty::l2(&strengths[0]))
        .penalize(1, Penalty::l2(&strengths[1]))
}

fn agree(
    name: &str,
    sizes: &[usize],
    [train, validation]: [&Dataset<f64>; 2],
    unrolled: Unrolled<Momentum, f64>,
) {
    let strengths = [0.02, 0.01].map(Strength::new);
    let mut model = network(sizes, 3, &strengths);
    fit(&mut model, train, 1e-10);
    let mut hyper = HyperParameters::new();
    hyper.strength("first", &strengths[0]);
    hyper.strength("second", &strengths[1]);
    let implicit = Implicit::new()
        .tolerance(1e-9)
        .gradient(
            &hyper,
            &model,
            |on, model| data_loss(on, model, train) + model.penalty(on),
            |on, model| data_loss(on, model, validation),
        )
        .unwrap();
    println!("{name}: {implicit}");
    let unrolled = unrolled
        .gradient(
            &hyper,
            &model,
            |on, model| data_loss(on, model, train) + model.penalty(on),
            |on, model| data_loss(on, model, validation),
        )
        .unwrap();
    for (place, strength) in strengths.iter().enumerate() {
        let lambda = strength.at(0);
        let numeric = slope(lambda.ln(), 1e-2, |log| {
            strength.set(log.exp());
            let mut near = model.clone();
            fit(&mut near, train, 1e-10);
            validation_loss(&near, validation)
        });
        strength.set(lambda);
        let [implicit, unrolled] = [&implicit, &unrolled].map(|all| all.wrt(strength)[[]]);
        assert_close(
            &format!("{name} λ{place}, implicit"),
            implicit,
            numeric,
            1e-4,
        );
        assert_close(
            &format!("{name} λ{place}, unrolled"),
            unrolled,
            numeric,
            1e-4,
        );
    }
}

#[test]
fn three_ways_on_moons() {
    let (train, validation) = moons(100, 0.2, 1).split_at(30);
    let unrolled = Unrolled::new(Momentum::new(0.1), 1000);
    agree("moons", &[2, 8, 1], [&train, &validation], unrolled);
}

#[test]
fn three_ways_on_digits() {
    let (train, validation) = digits().split_at(60);
    let unrolled = Unrolled::new(Momentum::new(0.1), 300);
    agree("digits", &[64, 6, 10], [&train, &validation], unrolled);
}

/// Two strengths by 16 fits, each from the one before, and by the 81 of a grid.
#[test]
fn beside_a_grid() {
    const FITS: usize = 16;
    let grid: Vec<f64> = (0..9)
        .map(|place| 10_f64.powf(-5.0 + 0.5 * place as f64))
        .collect();
    for seed in 1..=5 {
        let (train, validation) = moons(100, 0.2, seed).split_at(30);
        let sizes = [2, 8, 1];
        let mut best = (f64::INFINITY, [0.0; 2]);
        for &first in &grid {
            for &second in &grid {
                let mut model = network(&sizes, seed, &[first, second].map(Strength::new));
                fit(&mut model, &train, 1e-5);
                let loss = validation_loss(&model, &validation);
                if loss < best.0 {
                    best = (loss, [first, second]);
                }
            }
        }

        let strengths = [1e-3, 1e-3].map(Strength::new);
        let mut model = network(&sizes, seed, &strengths);
        let mut hyper = HyperParameters::new();
        hyper.strength("first", &strengths[0]);
        hyper.strength("second", &strengths[1]);
        let mut tuner = Tuner::new(hyper, Adam::new(0.5), Implicit::new());
        for _ in 0..FITS {
            tuner
                .step(
                    &mut model,
                    |model, _| fit(model, &train, 1e-5),
                    |on, model| data_loss(on, model, &train) + model.penalty(on),
                    |on, model| data_loss(on, model, &validation),
                )
                .unwrap();
        }
        tuner.restore_best();
        println!("seed {seed}\n{}", tuner.history());
        let (_, loss) = tuner.history().best("validation_loss").unwrap();
        let found = strengths.each_ref().map(|strength| strength.at(0));
        println!("grid {best:?}, found {loss} {found:?}");
    }
}
