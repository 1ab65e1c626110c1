//! Strengths by evidence: against scikit-learn for one layer, against what is drawn for networks.

mod classes;
mod linear;
mod networks;
mod noise;
mod posterior;
mod refusals;
mod relevance;

use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::{Loss, Module, Scope, loss};
use tapegrad_optim::Lbfgs;
use tapegrad_train::data::Dataset;
use tapegrad_tune::Likelihood;

/// To a minimum of the mean loss of a likelihood and the penalties, or as near as so many iterations come.
pub(crate) fn fit<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    data: &Dataset<T>,
    likelihood: Likelihood,
    tolerance: f64,
    iterations: usize,
) {
    let mut tape = Tape::new();
    let descent = Lbfgs::new()
        .gradient_tolerance(tolerance)
        .iterations(iterations);
    descent.change_tolerance(0.0).minimize(model, |model| {
        let on = Scope::train(&tape);
        let outputs = model.forward(&on, on.input(&data.x));
        let costs = match likelihood {
            Likelihood::Gaussian => loss::SquaredError.each(outputs, &data.y),
            Likelihood::Bernoulli => loss::BinaryCrossEntropy::new().each(outputs, &data.y),
            Likelihood::Categorical => loss::CrossEntropy::new().each(outputs, &data.classes()),
        };
        let data_loss = match &data.weights {
            Some(weights) => (costs * on.input(weights)).mean(..),
            None => costs.mean(..),
        };
        let loss = data_loss + model.penalty(&on);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
}
