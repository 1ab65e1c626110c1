//! The trainer beside loops by hand, its parts, and what it refuses.

mod augmentations;
mod by_hand;
mod evaluations;
mod refusals;

use tapegrad_nn::{Activation, Mlp, Module};
use tapegrad_train::data::{self, Dataset};

/// Points of two moons, and others to validate.
fn moons() -> (Dataset<f64>, Dataset<f64>) {
    data::moons::<f64>(90, 0.2, 3).split(0.6, 1)
}

fn network() -> Mlp<f64> {
    Mlp::new(&[2, 12, 1]).activation(Activation::Relu).seed(5)
}

/// The bits of all parameters, in order.
fn bits(model: &dyn Module<f64>) -> Vec<u64> {
    let parameters = model.parameters().into_iter();
    parameters
        .flat_map(|(_, param)| param.value.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        .collect()
}
