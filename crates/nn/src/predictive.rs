use ndarray::{ArrayD, Zip};
use tapegrad_autodiff::{Element, IntoValue, Tape};

use crate::{Module, Scope, error, random};

/// The predictive distribution of a model with distributions over weights, by Monte Carlo: mean and standard
/// deviation, with the divisor `draws − 1`, of each output over so many evaluation passes, each with
/// [weights of its own](Scope::draw_weights).
///
/// The spread is that of what the model gives, not of the targets: noise of the data comes on top. Dropout, noise
/// and batch normalisation are as in evaluation. A seed fixes everything.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Dense, VariationalDense, predictive};
///
/// let mut layer = VariationalDense::new(Dense::<f64>::new(1, 1), 0.01).deviation(0.5);
/// layer.dense.weight.value.fill(2.0);
/// let found = predictive(&layer, array![[0.0], [1.0], [10.0]], 1000, 1);
/// // y = w x with w from N(2, 0.5²).
/// assert!((found.mean[[2, 0]] - 20.0).abs() < 0.5 && (found.deviation[[2, 0]] - 5.0).abs() < 0.5);
/// assert!(found.mean[[0, 0]].abs() < 1e-12 && found.deviation[[0, 0]] < 1e-12);
/// ```
///
/// # Panics
/// With fewer than two draws, or as the model's `forward`.
#[track_caller]
pub fn predictive<T: Element>(
    model: &(impl Module<T> + ?Sized),
    x: impl IntoValue<T>,
    draws: usize,
    seed: u64,
) -> Predictive {
    if draws < 2 {
        error::few_draws(draws);
    }
    let (x, mut tape) = (x.into_value(), Tape::new());
    let mut moments: Option<(ArrayD<f64>, ArrayD<f64>)> = None;
    for draw in 0..draws {
        let on = Scope::eval(&tape)
            .seed(random::derive(seed, draw))
            .draw_weights();
        let y = model.forward(&on, on.input(&x)).value();
        tape.clear();
        let (mean, squares) =
            moments.get_or_insert_with(|| (ArrayD::zeros(y.shape()), ArrayD::zeros(y.shape())));
        // Welford's: sums of squares would cancel.
        Zip::from(mean)
            .and(squares)
            .and(&y)
            .for_each(|mean, squares, y| {
                let from_old = y.wide() - *mean;
                *mean += from_old / (draw + 1) as f64;
                *squares += from_old * (y.wide() - *mean);
            });
    }
    let (mean, squares) = moments.unwrap_or_default();
    let deviation = squares.mapv(|squares| (squares / (draws - 1) as f64).sqrt());
    Predictive { mean, deviation }
}

/// What [`predictive`] finds, both of the shape of the model's output.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictive {
    /// The mean over draws.
    pub mean: ArrayD<f64>,
    /// The standard deviation over draws.
    pub deviation: ArrayD<f64>,
}
