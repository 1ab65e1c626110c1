//! Networks: intervals that cover, and inputs that matter.

use tapegrad_nn::{Activation, Groups, Mlp, Penalty, Strength};
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

/// Six sigmoids, of which the last layer's strength stays where it is: it says how large a first layer is.
fn network(features: usize, seed: u64, penalty: Penalty<f64>) -> Mlp<f64> {
    Mlp::new(&[features, 6, 1])
        .activation(Activation::Tanh)
        .seed(seed)
        .penalize(0, penalty)
        .penalize(1, Penalty::l2(1e-3))
}

fn choose(evidence: Evidence, model: &mut Mlp<f64>, train: &Dataset<f64>) -> Laplace {
    let fit = |model: &mut Mlp<f64>| fit(model, train, Likelihood::Gaussian, 1e-5, 500);
    let laplace = evidence.tolerance(1e-2).choose(model, train, fit).unwrap();
    println!("{}", laplace.report);
    laplace
}

/// Of 1000 rows, for eight draws of the data and the network. The variance is that of a linearised model: it needs rows
/// enough for the weights to be known to where that holds.
#[test]
fn intervals_cover() {
    let mut shares = Vec::new();
    for seed in 0..8 {
        let (train, test) = friedman(1400, 5, seed).split_at(400);
        let strength = Strength::new(1e-3);
        let mut model = network(5, seed, Penalty::l2(&strength));
        let evidence = Evidence::new(Likelihood::Gaussian).strength(&strength);
        let laplace = choose(evidence, &mut model, &train);
        let deviation = 5.0 / laplace.report.noise_precision.unwrap().sqrt();
        let [low, high] = laplace.predict(&model, &test.x).intervals(0.9);
        let inside = |row: &usize| (low[[*row, 0]]..high[[*row, 0]]).contains(&test.y[[*row, 0]]);
        let share = (0..1000).filter(inside).count() as f64 / 1000.0;
        println!("seed {seed}: {share}, noise {deviation:.3}");
        shares.push(share);
    }
    for share in shares {
        assert!((0.85..=0.95).contains(&share), "{share}");
    }
}

/// Five inputs of ten matter: they are the five with the least strengths.
#[test]
fn relevance_of_inputs() {
    for seed in 0..3 {
        let train = friedman(150, 10, seed);
        let relevance = Relevance::new(Groups::Rows, 1e-3);
        let mut model = network(10, seed, relevance.penalty());
        let evidence = Evidence::new(Likelihood::Gaussian)
            .relevance(&relevance)
            .iterations(25);
        let laplace = choose(evidence, &mut model, &train);
        let strengths = relevance.strengths();
        let (informative, noise) = strengths.split_at(5);
        let weakest = informative.iter().fold(0.0, |most: f64, x| most.max(*x));
        assert!(
            noise.iter().all(|strength| *strength > weakest),
            "{strengths:?}"
        );

        // What is pruned is 0, and what is 0 is pruned.
        let rows = model.layers[0].weight.value.outer_iter();
        for (row, of) in rows.zip(&laplace.report.strengths) {
            assert_eq!(row.iter().all(|w| *w == 0.0), of.is_pruned);
        }
        assert!(laplace.report.strengths.iter().any(|of| of.is_pruned));
        assert_eq!(laplace.report.strengths[10].lambda, 1e-3);
    }
}
