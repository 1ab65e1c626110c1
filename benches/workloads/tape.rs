//! The workloads on the tape, as a user writes them.

mod hvp;
mod infer;
mod opt;
mod train;

use tapegrad::prelude::*;

use super::data::{self, Targets};
use super::specification::{self, Kind, Loss, Workload};
use super::work::Work;

/// The workload on the tape.
pub(crate) fn build(work: &Workload) -> Box<dyn Work> {
    match work.kind {
        Kind::Train => train::build(work),
        Kind::Infer => Box::new(infer::Infer::new(work)),
        Kind::Opt => Box::new(opt::Opt::new(work)),
        Kind::Hvp => Box::new(hvp::Hvp::new(work)),
    }
}

/// The network with the weights that it starts from.
fn network(work: &Workload) -> Mlp {
    let activation = match work.activation {
        specification::Activation::Relu => Activation::Relu,
        specification::Activation::Tanh => Activation::Tanh,
    };
    // Made before the network's own, as the floor's are: where weights lie in memory has a speed.
    let parameters = data::parameters(work);
    let mut model = Mlp::new(&work.sizes).activation(activation);
    for (index, [weight, bias]) in parameters.into_iter().enumerate() {
        let layer = &mut model.layers[index];
        layer.weight.value = array(layer.weight.value.shape(), weight);
        if let Some(param) = &mut layer.bias {
            param.value = array(&[bias.len()], bias);
        }
        if work.l2.of(index) > 0.0 {
            model = model.penalize(index, Penalty::l2(work.l2.of(index)));
        }
    }
    model
}

fn array(shape: &[usize], numbers: Vec<f32>) -> ArcArrayD<f32> {
    ArcArrayD::from_shape_vec(shape, numbers).expect("one number for each place")
}

/// A batch as arrays, which the tape shares.
struct Batch {
    x: ArcArrayD<f32>,
    y: Answers,
}

enum Answers {
    Numbers(Loss, ArcArrayD<f32>),
    Classes(Vec<usize>),
}

fn batches(work: &Workload) -> Vec<Batch> {
    let [inputs, outputs] = [work.sizes[0], work.sizes[work.sizes.len() - 1]];
    let batches = data::batches(work).into_iter();
    batches
        .map(|batch| Batch {
            x: array(&[work.batch, inputs], batch.x),
            y: match batch.y {
                Targets::Numbers(y) => {
                    Answers::Numbers(work.loss, array(&[work.batch, outputs], y))
                }
                Targets::Classes(classes) => Answers::Classes(classes),
            },
        })
        .collect()
}

/// The mean data loss of a batch.
fn loss_of<'t>(model: &Mlp, on: &Scope<'t>, batch: &Batch) -> Var<'t> {
    let y = model.forward(on, on.input(&batch.x));
    match &batch.y {
        Answers::Numbers(Loss::Bce, targets) => loss::BinaryCrossEntropy::new().mean(y, targets),
        Answers::Numbers(_, targets) => loss::SquaredError.mean(y, targets),
        Answers::Classes(classes) => loss::CrossEntropy::new().mean(y, classes),
    }
}
