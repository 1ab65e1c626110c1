//! Classes: the published case study of two moons, and probabilities.

use ndarray::{Array2, Axis, array};
use tapegrad_nn::{Activation, Dense, Mlp, Penalty, Strength};
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
    let fit = |model: &mut Mlp<f64>| fit(model, data, Likelihood::Bernoulli, 1e-6, 400);
    let report = evidence.choose(&mut model, data, fit).unwrap().report;
    println!("seed {seed}: {report}");
    (strength.at(0), report)
}

#[test]
fn two_moons() {
    let (strength, report) = of_moons(&moons(), 0);
    assert!((1e-4..=1e-2).contains(&strength), "{strength}");
    assert!(report.is_converged);
}

/// `cargo test -p tapegrad-tune --test suite -- --ignored --nocapture two_moons_of_thirty_seeds`
#[test]
#[ignore = "minutes"]
fn two_moons_of_thirty_seeds() {
    let data = moons();
    let strengths: Vec<_> = (0..30).map(|seed| of_moons(&data, seed).0).collect();
    println!("{strengths:?}");
    let inside = strengths
        .iter()
        .filter(|strength| (1e-4..=1e-2).contains(*strength));
    assert!(inside.count() >= 25);
}

/// Against the integral `∫ σ(z) N(z; f, v) dz`, of which they are an approximation that is good to two digits.
#[test]
fn moderated_probabilities() {
    let data = moons();
    let mut model = Dense::new(2, 1).penalize(Penalty::l2(1e-2));
    let fit = |model: &mut Dense<f64>| fit(model, &data, Likelihood::Bernoulli, 1e-8, 500);
    let laplace = Evidence::new(Likelihood::Bernoulli)
        .choose(&mut model, &data, fit)
        .unwrap();
    println!("{}", laplace.report);
    let x = array![
        [0.0, 0.0],
        [3.0, 1.0],
        [-8.0, 2.0],
        [20.0, -30.0],
        [-50.0, 70.0]
    ];
    let predictive = laplace.predict(&model, &x);
    for (row, p) in predictive.probabilities().iter().enumerate() {
        let (f, v) = (predictive.mean[[row, 0]], predictive.variance[[row, 0]]);
        let points = (-4000..=4000).map(|i| 2e-3 * f64::from(i));
        let integral: f64 = points
            .map(|t| (-0.5 * t * t).exp() / (1.0 + (-f - v.sqrt() * t).exp()))
            .sum();
        let integral = integral * 2e-3 / (2.0 * std::f64::consts::PI).sqrt();
        println!("f {f:.2}, v {v:.2}: {p:.4}, {integral:.4}");
        assert!((p - integral).abs() < 0.02);
        let sure = 1.0 / (1.0 + (-f).exp());
        assert!((p - 0.5).abs() < (sure - 0.5).abs());
    }
}

/// Two classes by two logits of one layer each: what is sure of one is sure of the other.
#[test]
fn probabilities_of_several_classes() {
    let data = moons();
    let mut model = Dense::new(2, 2).penalize(Penalty::l2(1e-2));
    let fit = |model: &mut Dense<f64>| fit(model, &data, Likelihood::Categorical, 1e-8, 500);
    let laplace = Evidence::new(Likelihood::Categorical)
        .choose(&mut model, &data, fit)
        .unwrap();
    println!("{}", laplace.report);
    assert!(laplace.report.is_converged);
    let predictive = laplace.predict(&model, array![[0.0, 0.0], [-8.0, 2.0], [20.0, -30.0]]);
    let (p, z) = (predictive.probabilities(), &predictive.mean);
    for row in 0..3 {
        // Of `f₁ − f₀`, which either is half of less the mean.
        let v = 4.0 * predictive.variance[[row, 1]];
        let moderation = 1.0 / (1.0 + std::f64::consts::PI * v / 8.0).sqrt();
        let bernoulli = 1.0 / (1.0 + (moderation * (z[[row, 1]] - z[[row, 0]])).exp());
        assert!((p[[row, 0]] - bernoulli).abs() < 1e-12, "{p} {bernoulli}");
        let sure = 1.0 / (1.0 + (z[[row, 1]] - z[[row, 0]]).exp());
        assert!((p.row(row).sum() - 1.0).abs() < 1e-15);
        assert!((p[[row, 0]] - 0.5).abs() < (sure - 0.5).abs(), "{p} {sure}");
    }
}

/// Three classes: what is called first does not matter, nor does what all logits share.
#[test]
fn probabilities_know_no_order() {
    let x = Array2::from_shape_fn([45, 2], |(i, j)| (2.4 * (2 * i + j) as f64).sin());
    let class = |row: usize| (row * row % 3) as f64 + f64::from(x[[row, 0]] > 0.5);
    let y = Array2::from_shape_fn([45, 1], |(row, _)| class(row).min(2.0));
    let other = array![[0.0, 0.0], [-8.0, 2.0], [20.0, -30.0], [0.3, 1.0]];
    let probabilities = |order: [usize; 3], shift: f64| {
        let y = y.mapv(|y| order[y as usize] as f64);
        let data = Dataset::new(x.clone(), y);
        let mut model = Dense::new(2, 3).penalize(Penalty::l2(1e-2));
        let fit = |model: &mut Dense<f64>| fit(model, &data, Likelihood::Categorical, 1e-10, 500);
        let laplace = Evidence::new(Likelihood::Categorical)
            .tolerance(1e-8)
            .iterations(500)
            .choose(&mut model, &data, fit)
            .unwrap();
        assert!(laplace.report.is_converged);
        for bias in model.bias.as_mut().unwrap().value.iter_mut() {
            *bias += shift;
        }
        let predictive = laplace.predict(&model, &other);
        // In the order of the others.
        let [p, v] = [predictive.probabilities(), predictive.variance];
        [p, v].map(|numbers| numbers.select(Axis(1), &order))
    };
    let [p, v] = probabilities([0, 1, 2], 0.0);
    println!("{p}\n{v}");
    for (order, shift) in [([0, 1, 2], 100.0), ([2, 0, 1], 0.0), ([1, 0, 2], -100.0)] {
        let [other_p, other_v] = probabilities(order, shift);
        for (a, b) in p.iter().zip(&other_p) {
            assert!((a - b).abs() < 1e-6, "{p} {other_p}");
        }
        for (a, b) in v.iter().zip(&other_v) {
            assert!((a / b - 1.0).abs() < 1e-5, "{v} {other_v}");
        }
    }
}
