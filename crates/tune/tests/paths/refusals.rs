//! What a path cannot do is told, and nothing is half changed.

use ndarray::Array2;
use tapegrad_nn::{Activation, Dense, Groups, Mlp, Module, Penalty, Strength};
use tapegrad_train::data::{Dataset, KFold};
use tapegrad_tune::{Path, TuneError};

use super::{diabetes, exactly, lasso, linear, squares};

fn rows(count: usize) -> Dataset<f64> {
    let x = Array2::from_shape_fn([count, 10], |(i, j)| (1.7 * (10 * i + j) as f64).sin());
    Dataset::new(x, Array2::ones([count, 1]))
}

/// That of a path of a model, which must be as it was.
fn refused<M: Module<f64> + Clone>(
    (mut model, strength): (M, Strength),
    data: &Dataset<f64>,
) -> TuneError {
    let before = model.clone();
    let path = Path::new(&strength).count(5);
    let error = path.fit(&mut model, data, squares, exactly).unwrap_err();
    assert_eq!(strength.at(0), 1.0);
    for ((_, before), (_, after)) in before.parameters().into_iter().zip(model.parameters()) {
        assert_eq!(before.value, after.value);
        assert!(after.trainable);
    }
    error
}

#[test]
fn data_and_strengths() {
    let error = refused(lasso(), &rows(0));
    assert_eq!(error, TuneError::NoRows);
    assert_eq!(
        error.to_string(),
        "there is no row to fit; there must be one"
    );

    let (mut model, strength) = lasso();
    let error = Path::new(&strength)
        .cross_validate(&mut model, &rows(4), &KFold::new(5), squares, exactly)
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with("the rows cannot be divided: ") && told.contains("KFold"),
        "{told}"
    );
    let error = Path::new(&strength)
        .stability(&mut model, &rows(1), 5, 1, squares, exactly)
        .unwrap_err();
    assert_eq!(error, TuneError::NoRows);

    let error = refused(linear(|strength| Penalty::l2(strength)), &diabetes());
    assert_eq!(error, TuneError::NoStrongest);
    assert_eq!(
        error.to_string(),
        "no finite strength was found at which all weights that it penalises are zero, as there is none for L2 alone; the strongest must be given by `Path::from`"
    );
}

/// Of a network whose second layer is penalised, too, zeros of the first stay at any strength.
#[test]
fn networks_from_zero() {
    for activation in [Activation::Relu, Activation::Tanh] {
        let strength = Strength::new(1.0);
        let rows = Penalty::group_lasso(Groups::Rows, &strength).proximal();
        let model = Mlp::new(&[10, 4, 1])
            .activation(activation)
            .seed(1)
            .penalize(0, rows)
            .penalize(1, Penalty::l2(0.1));
        let error = refused((model, strength), &diabetes());
        assert_eq!(error, TuneError::StaysZero);
        assert_eq!(
            error.to_string(),
            "where the penalised weights are zero so is their gradient, and they would stay zero at any strength; the path must go `upward`, or start at a given strength by `Path::from`"
        );
    }
}

/// A fit that fails, or ends in NaN, somewhere on the path.
#[test]
fn fits_that_fail() {
    for is_nan in [false, true] {
        let (mut model, strength) = lasso();
        let before = model.clone();
        let handle = strength.clone();
        let error = Path::new(&strength)
            .count(10)
            .fit(
                &mut model,
                &diabetes(),
                squares,
                |model: &mut Dense<f64>, data| match (handle.at(0) < 0.1, is_nan) {
                    (false, _) => exactly(model, data),
                    (true, false) => Err("it is too warm".into()),
                    (true, true) => {
                        model.weight.value.fill(f64::NAN);
                        Ok(())
                    }
                },
            )
            .unwrap_err();
        println!("{error}");
        let (told, expected) = (
            error.to_string(),
            match is_nan {
                true => [
                    "a weight after the fit at the strength 0.0",
                    " is NaN; it must be finite",
                ],
                false => ["the fit at the strength 0.0", " failed: it is too warm"],
            },
        );
        assert!(
            told.starts_with(expected[0]) && told.ends_with(expected[1]),
            "{told}"
        );
        assert_eq!(
            (model.weight.value, strength.at(0)),
            (before.weight.value, 1.0)
        );
    }
}
