//! What is pruned: fits of first order bear it, and it stays so.

use tapegrad_autodiff::Tape;
use tapegrad_nn::{Dense, GradientMap, Groups, Loss, Module, Scope, loss};
use tapegrad_optim::{Adam, Sgd};
use tapegrad_train::data::{self, Dataset};
use tapegrad_tune::{Evidence, EvidenceReport, Likelihood, Relevance};

use super::fit;

/// Two of six inputs matter.
fn data() -> (Dataset<f64>, Vec<bool>) {
    let (data, truth) = data::sparse_linear_regression::<f64>(80, 6, 2, 0.5, 2);
    (data, truth.iter().map(|w| *w == 0.0).collect())
}

fn steps(
    model: &mut Dense<f64>,
    data: &Dataset<f64>,
    count: usize,
    mut step: impl FnMut(&mut Dense<f64>, &GradientMap<f64>),
) {
    let mut tape = Tape::new();
    for _ in 0..count {
        let on = Scope::train(&tape);
        let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&data.x)), &data.y);
        let gradients = on.backward(data_loss + model.penalty(&on));
        tape.clear();
        step(model, &gradients);
    }
}

fn chosen(
    threshold: f64,
    relevance: &Relevance,
    data: &Dataset<f64>,
    fit: impl FnMut(&mut Dense<f64>),
) -> EvidenceReport {
    let mut model = Dense::new(6, 1).penalize(relevance.penalty());
    let evidence = Evidence::new(Likelihood::Gaussian).threshold(threshold);
    let report = evidence.choose(&mut model, data, fit).unwrap().report;
    println!("{report}");
    for (w, of) in model.weight.value.iter().zip(&report.strengths) {
        assert_eq!(*w == 0.0, of.is_pruned);
    }
    report
}

/// A plain step of the rate `r` bears strengths below `1/r`: those of a threshold of 0.2 are 25 times the mean square
/// of an input at most.
#[test]
fn fits_of_first_order() {
    let (data, irrelevant) = data();
    for is_adam in [false, true] {
        let relevance = Relevance::new(Groups::Rows, 1e-3);
        let (mut adam, mut sgd) = (Adam::new(0.01), Sgd::new(0.01));
        let report = chosen(0.2, &relevance, &data, |model| {
            steps(model, &data, 1000, |model, gradients| match is_adam {
                true => adam.step(model, gradients),
                false => sgd.step(model, gradients),
            });
        });
        let pruned = || report.strengths.iter().map(|of| of.is_pruned);
        let mut pairs = pruned().zip(&irrelevant);
        assert!(pairs.all(|(is_pruned, &is_irrelevant)| is_irrelevant || !is_pruned));
        assert!(pruned().any(|is_pruned| is_pruned));
        let largest = report.strengths.iter().map(|of| of.lambda);
        assert!(largest.fold(0.0, f64::max) < 100.0);
    }
}

#[test]
fn pruned_once_and_for_all() {
    let (data, irrelevant) = data();
    for threshold in [1e-4, 0.2] {
        let relevance = Relevance::new(Groups::Rows, 1e-3);
        let choose = || {
            let fit = |model: &mut Dense<f64>| fit(model, &data, Likelihood::Gaussian, 1e-9, 500);
            let report = chosen(threshold, &relevance, &data, fit);
            let strengths = relevance.strengths();
            let pruned = report.strengths.iter().zip(&strengths);
            let pruned = pruned.map(|(of, strength)| of.is_pruned.then_some(*strength));
            pruned.collect::<Vec<_>>()
        };
        let first = choose();
        for _ in 0..2 {
            assert_eq!(choose(), first);
        }
        // Those that matter are among the others.
        let pairs = first.iter().zip(&irrelevant);
        assert!(
            pairs
                .clone()
                .all(|(of, &is_irrelevant)| of.is_none() || is_irrelevant)
        );
        assert!(first.iter().any(Option::is_some));
    }
}
