//! What is refused leaves the model and its strengths as they were.

use ndarray::array;
use tapegrad_autodiff::ArcArrayD;
use tapegrad_nn::{Dense, Groups, Module, Penalty, Strength};
use tapegrad_train::data::Dataset;
use tapegrad_tune::{Evidence, Likelihood, Relevance, TuneError};

use super::fit;

fn values(model: &Dense<f64>) -> Vec<ArcArrayD<f64>> {
    let parameters = model.parameters().into_iter();
    parameters.map(|(_, param)| param.value.clone()).collect()
}

#[test]
fn bad_data() {
    let x = array![[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [-1.0, 0.5]];
    let numbers = Dataset::<f64>::new(x.clone(), array![[0.5], [1.5], [0.0], [1.0]]);
    let classes = Dataset::new(x.clone(), array![[0.0], [1.0], [1.0], [0.0]]);
    let nan = Dataset::new(x.clone(), array![[0.5], [f64::NAN], [0.0], [1.0]]);
    let two = Dataset::new(
        x.clone(),
        array![[0.5, 1.0], [1.5, 2.0], [0.0, 1.0], [1.0, 1.0]],
    );
    let refused = [
        (
            Likelihood::Gaussian,
            numbers.split_at(0).0,
            "the data cannot be learnt from: there are 0 rows; there must be at least one",
        ),
        (
            Likelihood::Gaussian,
            nan,
            "the data cannot be learnt from: targets, row 1, column 0: the number is NaN; it must be finite",
        ),
        (
            Likelihood::Gaussian,
            two,
            "the data cannot be learnt from: the model has 1 outputs a row, and there are 2 targets",
        ),
        (
            Likelihood::Bernoulli,
            numbers.clone(),
            "the data cannot be learnt from: targets, row 0, column 0: the target is 0.5; it must be 0 or 1",
        ),
        (
            Likelihood::Categorical,
            classes.clone(),
            "the data cannot be learnt from: targets, row 1, column 0: the target is 1; it must be a whole number from 0 to 0",
        ),
        (
            Likelihood::Gaussian,
            numbers.clone().weighted([1.0, -1.0, 1.0, 1.0]),
            "the data cannot be learnt from: a row has the weight -1",
        ),
    ];
    for (likelihood, data, expected) in refused {
        let mut model = Dense::new(2, 1).penalize(Penalty::l2(0.1));
        let before = values(&model);
        let error = Evidence::new(likelihood).choose(&mut model, &data, |_| panic!("a fit"));
        assert_eq!(error.unwrap_err().to_string(), expected);
        assert_eq!(values(&model), before);
    }
}

/// Fits that fail late: after updates.
#[test]
fn bad_fits() {
    let data = Dataset::<f64>::new(
        array![[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [-1.0, 0.5], [1.0, 1.0]],
        array![[0.5], [1.5], [0.0], [1.0], [0.3]],
    );
    for bad in [f64::NAN, f64::INFINITY] {
        let strength = Strength::new(0.1);
        let mut model = Dense::new(2, 1).penalize(Penalty::l2(&strength));
        let (before, mut fits) = (values(&model), 0);
        let evidence = Evidence::new(Likelihood::Gaussian).tolerance(0.0);
        let error = evidence.choose(&mut model, &data, |model| {
            fits += 1;
            match fits {
                3 => model.weight.value.fill(bad),
                _ => fit(model, &data, Likelihood::Gaussian, 1e-9, 100),
            }
        });
        assert!(
            matches!(error, Err(TuneError::NotFinite { .. })),
            "{error:?}"
        );
        assert!(
            error
                .unwrap_err()
                .to_string()
                .starts_with("the training loss is ")
        );
        assert_eq!(fits, 3);
        assert_eq!(values(&model), before);
        assert_eq!(strength.at(0), 0.1);
    }
    let relevance = Relevance::new(Groups::Rows, 0.1);
    let mut model = Dense::new(2, 1).penalize(relevance.penalty());
    let error = Evidence::new(Likelihood::Gaussian).choose(&mut model, &data, |model| {
        model.weight.value.fill(f64::NAN);
    });
    assert!(error.is_err());
    assert_eq!(relevance.strengths(), [0.1]);
}

#[test]
fn too_little() {
    let one = Dataset::<f64>::new(array![[1.0, 0.5], [1.0, 0.5]], array![[1.0], [2.0]]);
    let undetermined = |layer: Dense<f64>, data: &Dataset<f64>| {
        let mut layer = layer;
        let error = Evidence::new(Likelihood::Gaussian).choose(&mut layer, data, |_| ());
        error.unwrap_err().to_string()
    };
    // A bias and two weights that rows cannot tell apart.
    let mut layer = Dense::new(2, 1).penalize_bias(Penalty::l2(0.1));
    assert_eq!(
        undetermined(layer.clone(), &one),
        "the data do not determine the strength of `bias`; a penalty does, or fewer parameters"
    );
    layer = layer.penalize(Penalty::l2(0.1));
    layer.bias.as_mut().unwrap().penalty = Penalty::none();
    layer.weight.value.fill(0.0);
    let other = Dataset::<f64>::new(
        array![[1.0, 0.5], [2.0, 0.5], [3.0, 1.0]],
        array![[1.0], [2.0], [0.0]],
    );
    assert_eq!(
        undetermined(layer, &other),
        "the precision α of `weight` is inf; it must be finite"
    );
    let mut line = Dense::new(1, 1).without_bias().penalize(Penalty::l2(1e-30));
    line.weight.value.fill(1.0);
    let row = Dataset::<f64>::new(array![[1.0]], array![[2.0]]);
    assert_eq!(
        undetermined(line, &row),
        "the data do not determine the noise: there are as many parameters as numbers; a penalty does, or fewer parameters"
    );
}

#[test]
fn only_what_is_named() {
    let data = Dataset::<f64>::new(
        array![[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [-1.0, 0.5], [1.0, 1.0]],
        array![[0.5], [1.5], [0.0], [1.0], [0.3]],
    );
    let (weight, bias) = (Strength::new(0.1), Strength::new(0.2));
    let mut model = Dense::new(2, 1)
        .penalize(Penalty::l2(&weight))
        .penalize_bias(Penalty::l2(&bias));
    let evidence = Evidence::new(Likelihood::Gaussian).strength(&weight);
    let fit = |model: &mut Dense<f64>| fit(model, &data, Likelihood::Gaussian, 1e-9, 100);
    let laplace = evidence.choose(&mut model, &data, fit).unwrap();
    assert!(weight.at(0) != 0.1 && bias.at(0) == 0.2);
    let report = &laplace.report;
    println!("{report}");
    assert_eq!(report.strengths.len(), 2);
    assert!(report.is_converged);
    let text = report.to_string();
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "strength of  weights        γ          α          λ"
    );
    assert!(lines.next().unwrap().starts_with("weight             2  "));
}
