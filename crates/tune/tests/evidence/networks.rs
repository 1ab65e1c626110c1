//! Networks: intervals that cover, and inputs that matter.

use tapegrad_nn::{Activation, Groups, Mlp, Penalty};
use tapegrad_train::data::{self, Dataset};
use tapegrad_tune::{Evidence, Laplace, Likelihood, Relevance};

use super::fit;

/// Friedman's function of five inputs, with noise of the deviation 1, and inputs that say nothing. Inputs have the mean 0
/// and the variance 1, targets are by 5.
fn friedman(rows: usize, features: usize, seed: u64) -> Dataset<f64> {
    let data = data::friedman1::<f64>(rows, features, 1.0, seed);
    data.map_x(|x| x.mapv(|x| (x - 0.5) * 12_f64.sqrt()))
        .map_y(|y| y.mapv(|y| (y - 14.4) / 5.0))
}

fn choose(model: &mut Mlp<f64>, train: &Dataset<f64>) -> Laplace {
    let evidence = Evidence::new(Likelihood::Gaussian).tolerance(1e-2);
    let fit = |model: &mut Mlp<f64>| fit(model, train, Likelihood::Gaussian, 1e-6, 1000);
    let laplace = evidence.choose(model, train, fit).unwrap();
    println!("{}", laplace.report);
    laplace
}

#[test]
fn intervals_cover() {
    let mut shares = Vec::new();
    for seed in 0..4 {
        let (train, test) = friedman(1100, 5, seed).split_at(100);
        let mut model = Mlp::new(&[5, 6, 1])
            .activation(Activation::Tanh)
            .seed(seed)
            .penalize(0, Penalty::l2(1e-3))
            .penalize(1, Penalty::l2(1e-3));
        let laplace = choose(&mut model, &train);
        let noise = laplace.report.noise_precision.unwrap().sqrt().recip() * 5.0;
        let [low, high] = laplace.predict(&model, &test.x).intervals(0.9);
        let inside = |row: &usize| (low[[*row, 0]]..high[[*row, 0]]).contains(&test.y[[*row, 0]]);
        let share = (0..1000).filter(inside).count() as f64 / 1000.0;
        println!("seed {seed}: {share}, noise {noise}");
        shares.push(share);
    }
    for share in shares {
        assert!((0.85..=0.95).contains(&share), "{share}");
    }
}

#[test]
fn relevance_of_inputs() {
    for seed in 0..2 {
        let train = friedman(150, 10, seed);
        let relevance = Relevance::new(Groups::Rows, 1e-3);
        let mut model = Mlp::new(&[10, 6, 1])
            .activation(Activation::Tanh)
            .seed(seed)
            .penalize(0, relevance.penalty())
            .penalize(1, Penalty::l2(1e-3));
        choose(&mut model, &train);
        let strengths = relevance.strengths();
        let (informative, noise) = strengths.split_at(5);
        let weakest = informative.iter().fold(0.0, |most: f64, x| most.max(*x));
        assert!(
            noise.iter().all(|strength| *strength > 3.0 * weakest),
            "{strengths:?}"
        );
    }
}

#[test]
#[ignore]
fn explore() {
    for (rows, mode, hidden) in [
        (100, 0, 6),
        (100, 1, 6),
        (200, 1, 6),
        (100, 2, 6),
        (200, 0, 6),
        (200, 1, 10),
    ] {
        let mut shares = Vec::new();
        let mut noises = Vec::new();
        let clock = std::time::Instant::now();
        for seed in 0..5 {
            let (train, test) = friedman(1000 + rows, 5, seed).split_at(rows);
            let (a, b) = (
                tapegrad_nn::Strength::new(1e-3),
                tapegrad_nn::Strength::new(1e-3),
            );
            let b = if mode == 0 { a.clone() } else { b };
            let mut model = Mlp::new(&[5, hidden, 1])
                .activation(Activation::Tanh)
                .seed(seed)
                .penalize(0, Penalty::l2(&a))
                .penalize(1, Penalty::l2(&b));
            if mode == 2 {
                model.layers[0].bias.as_mut().unwrap().penalty = Penalty::l2(&a);
            }
            let evidence = Evidence::new(Likelihood::Gaussian)
                .tolerance(1e-2)
                .strength(&a);
            let fit = |model: &mut Mlp<f64>| fit(model, &train, Likelihood::Gaussian, 1e-5, 500);
            let laplace = evidence.choose(&mut model, &train, fit).unwrap();
            noises.push((
                laplace.report.noise_precision.unwrap().sqrt().recip() * 5.0,
                laplace.report.iterations,
                laplace.report.effective_parameters,
            ));
            let [low, high] = laplace.predict(&model, &test.x).intervals(0.9);
            let inside =
                |row: &usize| (low[[*row, 0]]..high[[*row, 0]]).contains(&test.y[[*row, 0]]);
            shares.push((0..1000).filter(inside).count() as f64 / 1000.0);
        }
        eprintln!(
            "{rows} mode {mode} hidden {hidden}: {shares:?} {noises:.2?} {:?}",
            clock.elapsed()
        );
    }
    for seed in 0..3 {
        let train = friedman(150, 10, seed);
        let relevance = Relevance::new(Groups::Rows, 1e-3);
        let mut model = Mlp::new(&[10, 6, 1])
            .activation(Activation::Tanh)
            .seed(seed)
            .penalize(0, relevance.penalty())
            .penalize(1, Penalty::l2(1e-3));
        let evidence = Evidence::new(Likelihood::Gaussian)
            .tolerance(1e-2)
            .relevance(&relevance);
        let fit = |model: &mut Mlp<f64>| fit(model, &train, Likelihood::Gaussian, 1e-5, 500);
        let laplace = evidence.choose(&mut model, &train, fit).unwrap();
        eprintln!("{}", laplace.report);
    }
}
