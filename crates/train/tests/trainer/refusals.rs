//! Bad data and gradients that are not finite: typed errors, and nothing is half-changed.

use ndarray::{Array2, array};
use tapegrad_nn::{Mlp, loss};
use tapegrad_optim::{Guard, Sgd};
use tapegrad_train::data::Dataset;
use tapegrad_train::{FitError, Trainer};

use super::{bits, moons, network};

#[test]
fn data_that_cannot_be_learnt_from() {
    let (train, _) = moons();
    let empty = Dataset::<f64>::new(Array2::<f64>::zeros([0, 2]), Array2::<f64>::zeros([0, 1]));
    let holed = Dataset::new(array![[0.0, f64::NAN]], array![[1.0]]);
    let trainer = || Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new()).epochs(1);
    let mut model = network();
    let before = bits(&model);
    for (error, expected) in [
        (
            trainer().fit(&mut model, &empty),
            "the training data: there are 0 rows; there must be at least one",
        ),
        (
            trainer().validate(&empty).fit(&mut model, &train),
            "the validation data: there are 0 rows; there must be at least one",
        ),
        (
            trainer().fit(&mut model, &holed),
            "the training data: inputs, row 0, column 1: the number is NaN",
        ),
        (
            trainer()
                .batch_size(100)
                .drop_last()
                .fit(&mut model, &train),
            "the training data: there are 54 rows, fewer than a batch of 100, and the last batch is left out if it is smaller",
        ),
    ] {
        let error = error.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    assert_eq!(bits(&model), before);
}

#[test]
fn gradients_that_are_not_finite() {
    let x = array![[1.0], [1e308], [1.0]];
    let data = Dataset::new(x, array![[0.0], [0.0], [0.0]]);
    let mut model = Mlp::<f64>::new(&[1, 1]).seed(1);
    let mut trainer = Trainer::new(Sgd::new(1e-3), loss::SquaredError)
        .batch_size(1)
        .epochs(2);
    let error = trainer.fit(&mut model, &data).unwrap_err();
    assert!(
        matches!(error, FitError::NotFinite { epoch: 0, .. }),
        "{error}"
    );
    let told = format!("after 0 epochs and {} steps ", trainer_steps(&error));
    assert!(error.to_string().starts_with(&told), "{error}");
    assert!(
        bits(&model)
            .iter()
            .all(|bits| f64::from_bits(*bits).is_finite())
    );

    let mut trainer = trainer.guard(Guard::skip(1));
    let fit = trainer.fit(&mut model, &data).unwrap();
    assert_eq!(trainer.skipped().skipped(), 2);
    assert!(fit.history.last("loss").unwrap().is_finite());
    assert_eq!(fit.history.steps(), [3, 6]);
    assert_eq!(
        trainer.optimizer().steps(),
        fit.history.steps()[1] - 2 + trainer_steps(&error)
    );
}

/// How many steps were taken before the error.
fn trainer_steps(error: &FitError) -> usize {
    match error {
        FitError::NotFinite { step, .. } => *step,
        _ => unreachable!(),
    }
}
