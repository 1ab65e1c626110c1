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
        error.to_string().starts_with("after 0 epochs and "),
        "{error}"
    );
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

/// Labels that the loss cannot take are told before the first step, by the rows of the data and not of a batch.
#[test]
fn labels_out_of_range() {
    let x = || Array2::from_shape_fn([4, 2], |(row, column)| (row + column) as f64);
    let y = |last: f64| array![[0.0], [1.0], [1.0], [last]];
    let mut model = Mlp::<f64>::new(&[2, 3]).seed(1);
    let before = bits(&model);
    for (last, expected) in [
        (
            3.0,
            "the training data: targets, row 3, column 0: the target is 3; it must be a class, a whole number at least 0 and below 3",
        ),
        (
            0.5,
            "the training data: targets, row 3, column 0: the target is 0.5; it must be a class, a whole number at least 0 and below 3",
        ),
        (
            -1.0,
            "the training data: targets, row 3, column 0: the target is -1; it must be a class, a whole number at least 0 and below 3",
        ),
    ] {
        let mut trainer = Trainer::new(Sgd::new(0.1), loss::CrossEntropy::new()).epochs(1);
        let error = trainer
            .fit(&mut model, &Dataset::new(x(), y(last)))
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let mut trainer = Trainer::new(Sgd::new(0.1), loss::CrossEntropy::new())
        .epochs(1)
        .validate(&Dataset::new(x(), y(7.0)));
    let error = trainer
        .fit(&mut model, &Dataset::new(x(), y(2.0)))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the validation data: targets, row 3"),
        "{error}"
    );
    assert_eq!(bits(&model), before);

    let mut one = Mlp::<f64>::new(&[2, 1]).seed(1);
    let mut trainer = Trainer::new(Sgd::new(0.1), loss::Hinge).epochs(1);
    let error = trainer
        .fit(&mut one, &Dataset::new(x(), y(1.0)))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("row 0, column 0: the target is 0; it must be -1 or 1"),
        "{error}"
    );
}

/// A step that is refused leaves the statistics that its first batches have changed.
#[test]
fn a_refused_step_of_several_batches_changes_nothing() {
    let x = Array2::from_shape_fn([8, 1], |(row, _)| row as f64);
    let mut y = Array2::<f64>::zeros([8, 1]);
    y[[7, 0]] = 1.7e308; // whose gradient overflows when rows are summed
    let data = Dataset::new(x, y);
    let mut model = Mlp::<f64>::new(&[1, 4, 1])
        .normalize(tapegrad_nn::BatchNorm::new)
        .seed(1);
    let before = bits(&model);
    let mut trainer = Trainer::new(Sgd::new(1e-3), loss::SquaredError)
        .batch_size(2)
        .accumulate(4)
        .epochs(1);
    let error = trainer.fit(&mut model, &data).unwrap_err();
    assert!(matches!(error, FitError::NotFinite { .. }), "{error}");
    assert_eq!(bits(&model), before);
}

#[test]
fn outputs_that_the_loss_cannot_take() {
    let (train, _) = moons();
    let mut two = Mlp::<f64>::new(&[2, 2]).seed(1);
    let mut trainer = Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new()).epochs(1);
    assert_eq!(
        trainer.fit(&mut two, &train).unwrap_err().to_string(),
        "the training data: the model has 2 outputs a row and the data 1 targets; the loss asks for 1 outputs"
    );
    let mut one = Mlp::<f64>::new(&[2, 1]).seed(1);
    let mut trainer = Trainer::new(Sgd::new(0.1), loss::CrossEntropy::new()).epochs(1);
    assert_eq!(
        trainer.fit(&mut one, &train).unwrap_err().to_string(),
        "the training data: the model has 1 outputs a row and the data 1 targets; of classes there must be one \
         output for each, at least 2; of one output `BinaryCrossEntropy` is the loss"
    );
    let mut normalized = Mlp::<f64>::new(&[2, 4, 1]).normalize(tapegrad_nn::BatchNorm::new);
    let mut trainer = Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new())
        .batch_size(53)
        .epochs(1);
    assert_eq!(
        trainer
            .fit(&mut normalized, &train)
            .unwrap_err()
            .to_string(),
        "the training data: of 54 rows in batches of 53 the last has one, and a batch for normalisation must have two: leave it out by `drop_last`, or take another batch size"
    );
    // A `main` that returns the error prints the same.
    let error = trainer.fit(&mut normalized, &train).unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
}
