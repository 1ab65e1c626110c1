//! Classes: the published case study of two moons, and probabilities.

use tapegrad_nn::{Activation, Mlp, Penalty, Strength};
use tapegrad_train::data::Dataset;
use tapegrad_tune::{Evidence, EvidenceReport, Likelihood};

use super::fit;
use crate::problem::table;

/// The thirty rows that train.
fn moons() -> Dataset<f64> {
    let all = table(include_str!("../../../../examples/data/moons.csv"));
    let [x, y] = [0..2, 2..3].map(|columns| all.slice(ndarray::s![..30, columns]).to_owned());
    Dataset::new(x, y)
}

/// 2-500-1, rectifiers, one strength on the weights of both layers, for they can be rescaled against each other.
fn of_moons(data: &Dataset<f64>, seed: u64) -> (f64, EvidenceReport) {
    let strength = Strength::new(1e-3);
    let mut model = Mlp::new(&[2, 500, 1])
        .activation(Activation::Relu)
        .seed(seed)
        .penalize(0, Penalty::l2(&strength))
        .penalize(1, Penalty::l2(&strength));
    let evidence = Evidence::new(Likelihood::Bernoulli)
        .hold_unpenalized()
        .tolerance(1e-2);
    let fit = |model: &mut Mlp<f64>| fit(model, data, Likelihood::Bernoulli, 1e-6, 1000);
    let report = evidence.choose(&mut model, data, fit).unwrap().report;
    println!("seed {seed}: {report}");
    (strength.at(0), report)
}

#[test]
fn two_moons() {
    let data = moons();
    for seed in 0..2 {
        let (strength, report) = of_moons(&data, seed);
        assert!((1e-4..=1e-2).contains(&strength), "{strength}");
        assert!(report.is_converged);
    }
}

/// `cargo test -p tapegrad-tune --test suite -- --ignored --nocapture two_moons_of_thirty_seeds`
#[test]
#[ignore = "a minute"]
fn two_moons_of_thirty_seeds() {
    let data = moons();
    let strengths: Vec<_> = (0..30).map(|seed| of_moons(&data, seed).0).collect();
    println!("{strengths:?}");
    let inside = strengths
        .iter()
        .filter(|strength| (1e-4..=1e-2).contains(*strength));
    assert!(inside.count() >= 25);
}
