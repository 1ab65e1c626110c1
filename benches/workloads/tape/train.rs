use tapegrad::prelude::*;

use super::{Batch, batches, loss_of, network};
use crate::workloads::specification::{self, Workload};
use crate::workloads::work::Work;

/// Training steps, one batch after the other.
struct Train<R> {
    model: Mlp,
    optimizer: Optimizer<R>,
    tape: Tape,
    batches: Vec<Batch>,
    penalised: bool,
    loss: f64,
}

pub(super) fn build(work: &Workload) -> Box<dyn Work> {
    match work.optimizer {
        specification::Optimizer::Adam { .. } => Box::new(Train::new(work, adam(work.optimizer))),
        specification::Optimizer::Sgd {
            lr,
            momentum,
            weight_decay,
        } => {
            let momentum = Optimizer::new(Momentum::default().momentum(momentum), lr);
            let optimizer = momentum.decay(Decay::coupled(weight_decay)).decay_biases();
            Box::new(Train::new(work, optimizer))
        }
    }
}

/// Adam, with decoupled decay if there is any.
pub(super) fn adam(optimizer: specification::Optimizer) -> Optimizer<Adam> {
    let specification::Optimizer::Adam {
        lr,
        betas,
        eps,
        weight_decay,
    } = optimizer
    else {
        panic!("not Adam: {optimizer:?}")
    };
    let adam = Optimizer::new(Adam::default().betas(betas[0], betas[1]).epsilon(eps), lr);
    if weight_decay == 0.0 {
        adam
    } else {
        adam.decay(Decay::decoupled(weight_decay)).decay_biases()
    }
}

impl<R: Rule> Train<R> {
    fn new(work: &Workload, optimizer: Optimizer<R>) -> Self {
        Self {
            model: network(work),
            optimizer,
            tape: Tape::new(),
            batches: batches(work),
            penalised: (0..work.sizes.len() - 1).any(|layer| work.l2.of(layer) > 0.0),
            loss: f64::NAN,
        }
    }
}

impl<R: Rule> Work for Train<R> {
    fn step(&mut self, index: usize, keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        let on = Scope::train(&self.tape);
        let data_loss = loss_of(&self.model, &on, batch);
        let loss = if self.penalised {
            data_loss + self.model.penalty(&on)
        } else {
            data_loss
        };
        if keep {
            self.loss = loss.item().into();
        }
        let gradients = on.backward(loss);
        self.tape.clear();
        self.optimizer.step(&mut self.model, &gradients);
    }

    fn value(&mut self) -> f64 {
        self.loss
    }
}
