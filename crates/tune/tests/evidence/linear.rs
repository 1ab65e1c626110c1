//! One layer on the diabetes data: `fixtures/evidence.py`.

use std::f64::consts::PI;

use ndarray::{Axis, s};
use tapegrad_autodiff::ArcArrayD;
use tapegrad_nn::{Dense, Groups, Penalty};
use tapegrad_train::data::Dataset;
use tapegrad_tune::{Evidence, Laplace, Likelihood, Relevance};

use super::fit;
use crate::problem::{assert_close, table};

const REFERENCE: &str = include_str!("../fixtures/evidence.csv");

fn reference(name: &str) -> Vec<f64> {
    let mut lines = REFERENCE.lines().filter_map(|line| line.split_once(','));
    let (_, numbers) = lines.find(|(found, _)| *found == name).unwrap();
    numbers
        .split(',')
        .map(|field| field.parse().unwrap())
        .collect()
}

/// Inputs of the mean 0 and the variance 1.
fn diabetes() -> Dataset<f64> {
    let mut all = table(include_str!("../fixtures/diabetes.csv"));
    for mut column in all.slice_mut(s![.., ..10]).axis_iter_mut(Axis(1)) {
        let (mean, deviation) = (column.mean().unwrap(), column.std(0.0));
        column.mapv_inplace(|x| (x - mean) / deviation);
    }
    Dataset::new(&all.slice(s![.., ..10]), &all.slice(s![.., 10..]))
}

fn chosen(evidence: &Evidence, model: &mut Dense<f64>, data: &Dataset<f64>) -> Laplace {
    let evidence = evidence.clone().tolerance(3e-7).iterations(2000);
    let fit = |model: &mut Dense<f64>| fit(model, data, Likelihood::Gaussian, 1e-9, 500);
    let laplace = evidence.choose(model, data, fit).unwrap();
    println!("{}", laplace.report);
    assert!(laplace.report.is_converged && laplace.report.stationarity < 1e-6);
    laplace
}

/// That what was chosen is what stands under a name: scikit-learn's `alpha_` is `β`, its `lambda_` is `α`.
#[track_caller]
fn assert_is(name: &str, model: &Dense<f64>, data: &Dataset<f64>, laplace: &Laplace, score: f64) {
    let report = &laplace.report;
    let reference = |what: &str| reference(&format!("{name} {what}"));
    let beta = report.noise_precision.unwrap();
    assert_close("β", beta, reference("alpha")[0], 1e-7);
    for (of, expected) in report.strengths.iter().zip(reference("lambdas")) {
        // What was pruned is at a number that depends on how it came there.
        if !of.is_pruned {
            assert_close("α", of.alpha, expected, 1e-4);
            assert_close("λ", of.lambda, of.alpha / (442.0 * beta), 1e-12);
        }
    }
    for (w, expected) in model.weight.value.iter().zip(reference("weights")) {
        match expected {
            0.0 => assert_eq!(*w, 0.0),
            _ => assert_close("w", *w, expected, 1e-4),
        }
    }
    let bias = model.bias.as_ref().unwrap().value[[0]];
    assert_close("bias", bias, reference("intercept")[0], 1e-8);
    let predictive = laplace.predict(model, &data.x.slice_axis(Axis(0), (..5).into()));
    for (variance, expected) in predictive.variance.iter().zip(reference("variance")) {
        assert_close("variance", *variance, expected, 1e-4);
    }
    assert_close("evidence", report.log_evidence, score, 1e-8);
}

#[test]
fn bayesian_ridge() {
    let data = diabetes();
    for (name, hyperprior) in [("ridge", 0.0), ("ridge_prior", 1e-6)] {
        let mut model = Dense::new(10, 1).penalize(Penalty::l2(1e-3));
        let evidence = Evidence::new(Likelihood::Gaussian).hold_unpenalized();
        let laplace = chosen(
            &evidence.hyperprior(hyperprior, hyperprior),
            &mut model,
            &data,
        );
        let score = reference(&format!("{name} score"))[0];
        assert_is(name, &model, &data, &laplace, score);
    }
}

/// The noise is that of one number less, and the mean as unsure as a mean is.
#[test]
fn bias_with_a_flat_prior() {
    let data = diabetes();
    let mut model = Dense::new(10, 1).penalize(Penalty::l2(1e-3));
    let laplace = chosen(&Evidence::new(Likelihood::Gaussian), &mut model, &data);
    let gamma = reference("bias gamma")[0];
    assert_close("γ", laplace.report.effective_parameters, gamma + 1.0, 1e-7);
    assert_is("bias", &model, &data, &laplace, reference("bias score")[0]);
}

#[test]
fn automatic_relevance_determination() {
    let data = diabetes();
    for (name, hyperprior, threshold) in [("ard", 0.0, 1e-4), ("ard_prior", 1e-6, 0.0)] {
        let relevance = Relevance::new(Groups::Rows, 1e-3);
        let mut model = Dense::new(10, 1).penalize(relevance.penalty());
        let evidence = Evidence::new(Likelihood::Gaussian).hold_unpenalized();
        let evidence = evidence
            .hyperprior(hyperprior, hyperprior)
            .threshold(threshold);
        let laplace = chosen(&evidence, &mut model, &data);
        let strengths = &laplace.report.strengths;
        let kept: Vec<_> = strengths
            .iter()
            .map(|of| f64::from(!of.is_pruned))
            .collect();
        assert_eq!(kept, reference(&format!("{name} kept")));
        let lambdas: Vec<_> = strengths.iter().map(|of| of.lambda).collect();
        assert_eq!(relevance.strengths(), lambdas);
        // scikit-learn leaves out a constant, and what it has pruned counts in its score.
        let score = match name {
            "ard" => laplace.report.log_evidence,
            _ => reference("ard_prior score")[0] - 221.0 * (2.0 * PI).ln(),
        };
        assert_is(name, &model, &data, &laplace, score);
    }
}

/// A row of the weight 3 is three rows.
#[test]
fn rows_with_weights() {
    let data = diabetes().split_at(60).0;
    let weights = [1.0, 3.0, 2.0];
    let rows: Vec<_> = (0..60)
        .flat_map(|row| vec![row; weights[row % 3] as usize])
        .collect();
    let repeated = data.select(&rows);
    let weighted = data.weighted((0..60).map(|row| weights[row % 3]).collect::<Vec<_>>());
    let reports = [repeated, weighted].map(|data| {
        let mut model = Dense::new(10, 1).penalize(Penalty::l2(1e-3));
        chosen(&Evidence::new(Likelihood::Gaussian), &mut model, &data).report
    });
    let [a, b] = &reports;
    assert_close("α", a.strengths[0].alpha, b.strengths[0].alpha, 1e-6);
    assert_close(
        "β",
        a.noise_precision.unwrap(),
        b.noise_precision.unwrap(),
        1e-7,
    );
    assert_close("evidence", a.log_evidence, b.log_evidence, 1e-9);
    // The mean loss is that of 60 rows.
    assert_close(
        "λ",
        a.strengths[0].lambda * 2.0,
        b.strengths[0].lambda,
        1e-6,
    );
}

/// Of numbers with seven digits.
#[test]
fn single_precision() {
    let data = diabetes();
    let narrow = |x: &ArcArrayD<f64>| x.mapv(|x| x as f32);
    let mut model = Dense::<f32>::new(10, 1).penalize(Penalty::l2(1e-3));
    let data = Dataset::new(narrow(&data.x), narrow(&data.y));
    let fit = |model: &mut Dense<f32>| fit(model, &data, Likelihood::Gaussian, 1e-4, 500);
    let evidence = Evidence::new(Likelihood::Gaussian).hold_unpenalized();
    let report = evidence.choose(&mut model, &data, fit).unwrap().report;
    assert_close(
        "β",
        report.noise_precision.unwrap(),
        reference("ridge alpha")[0],
        1e-4,
    );
    assert_close(
        "α",
        report.strengths[0].alpha,
        reference("ridge lambdas")[0],
        2e-3,
    );
}
