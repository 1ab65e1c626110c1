//! Targets of which inputs say nothing.

use tapegrad_nn::{Dense, Penalty, Strength};
use tapegrad_train::data::{self, Dataset};
use tapegrad_tune::{Evidence, Likelihood};

use super::fit;

/// The inputs of one draw with the targets of another, of one input.
fn noise(rows: usize, features: usize, seed: u64) -> Dataset<f64> {
    let x = data::linear_regression::<f64>(rows, features, 1.0, seed)
        .0
        .x;
    let (other, weights) = data::linear_regression::<f64>(rows, 1, 1.0, 1000 + seed);
    Dataset::new(&x, other.y - other.x * weights[[0]])
}

/// Either the evidence has a maximum, or the strength ends where nothing is left; never an error.
#[test]
fn strengths_may_be_unbounded() {
    for (rows, features) in [(50, 1), (50, 5), (200, 10)] {
        let mut unbounded = 0;
        for seed in 0..8 {
            let data = noise(rows, features, seed);
            let strength = Strength::new(1e-3);
            let mut model = Dense::new(features, 1).penalize(Penalty::l2(&strength));
            let fit = |model: &mut Dense<f64>| fit(model, &data, Likelihood::Gaussian, 1e-12, 500);
            let evidence = Evidence::new(Likelihood::Gaussian).iterations(500);
            let report = evidence.choose(&mut model, &data, fit).unwrap().report;
            println!("{rows} {features} {seed}: {report}");
            let of = &report.strengths[0];
            assert!(report.is_converged && of.lambda == strength.at(0));
            assert_eq!(report.to_string().contains("unbounded"), of.is_unbounded);
            if of.is_unbounded {
                unbounded += 1;
                // As of no weight, but for the bias.
                assert!(of.gamma < 1e-5 * features as f64);
                let numbers = data.rows() as f64;
                let variance = data.y.var(0.0) * numbers / (numbers - 1.0);
                assert!((report.noise_precision.unwrap() * variance - 1.0).abs() < 1e-4);
            } else {
                assert!(of.gamma > 1e-3);
            }
        }
        assert!(
            unbounded >= 2,
            "{unbounded} of {rows} rows, {features} inputs"
        );
    }
}
