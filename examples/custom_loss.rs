//! 15: a loss of your own: a closure, and a type that says what its predictions mean.
//!
//! Waiting times are not symmetric, and their spread grows with their mean. Least squares fits means that a few long
//! waits pull at; the likelihood of an exponential distribution, `ln m + y / m`, weighs each by what is usual there. The
//! logarithm of the mean is what the network gives, so that no mean is negative; `response` makes the mean of it.
//!
//! ```text
//! cargo run --release --example custom_loss
//! ```

use std::error::Error;

use rand::RngExt;
use tapegrad::autodiff::IntoVar;
use tapegrad::ndarray::Array2;
use tapegrad::nn::random;
use tapegrad::prelude::*;

/// `x + y e^−x`, of the logarithm `x` of the mean.
struct ExponentialNll;

impl<'t, T: Element, Y: IntoVar<'t, T>> Loss<'t, T, Y> for ExponentialNll {
    fn each(&self, x: Var<'t, T>, y: Y) -> Var<'t, T> {
        let y = y.into_var(x.tape());
        (x + y * (-x).exp()).mean(1)
    }

    fn response(&self, x: Var<'t, T>) -> Var<'t, T> {
        x.exp()
    }
}

/// Waiting times with the mean `e^(1 + 2 sin 3x)`, and their means.
fn waits(rows: usize, seed: u64) -> (Dataset<f64>, Array2<f64>) {
    let mut stream = random::stream(seed);
    let x = Array2::from_shape_fn([rows, 1], |_| stream.random_range(-1.0..1.0));
    let means = x.mapv(|x: f64| (1.0 + 2.0 * (3.0 * x).sin()).exp());
    let y = means.mapv(|mean| -mean * (1.0 - stream.random::<f64>()).ln());
    (Dataset::new(x, y), means)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (train, _) = waits(600, 1);
    let (test, means) = waits(2000, 2);
    let start = Mlp::<f64>::new(&[1, 32, 1]).seed(1);

    let squares = |trainer: Trainer<'_, f64>| -> Result<f64, FitError> {
        let mut model = start.clone();
        let mut trainer = trainer.epochs(150);
        trainer.fit(&mut model, &train)?;
        let predicted = trainer.predict_proba(&model, &test.x);
        // How far predicted means are from the true ones, as a factor.
        let logarithms = |m: &f64| m.max(1e-3).ln();
        let errors = predicted
            .iter()
            .zip(&means)
            .map(|(p, m)| (logarithms(p) - logarithms(m)).powi(2));
        Ok((errors.sum::<f64>() / means.len() as f64).sqrt().exp())
    };
    println!("typical factor between predicted and true mean waiting time:");
    println!(
        "  least squares           {:.2}",
        squares(Trainer::new(Adam::new(1e-2), loss::SquaredError))?
    );
    let absolute = loss::Custom::new(|p: Var<'_, f64>, y| (p - y).abs());
    println!(
        "  a closure, |p − y|      {:.2}",
        squares(Trainer::new(Adam::new(1e-2), absolute))?
    );
    println!(
        "  exponential likelihood  {:.2}",
        squares(Trainer::new(Adam::new(1e-2), ExponentialNll))?
    );
    Ok(())
}
