use tapegrad::autodiff::kernel::elementwise;
use tapegrad::autodiff::kernel::reduction::sum_of;

use super::network::Network;
use super::update::Memory;
use crate::workloads::data::{self, Batch};
use crate::workloads::specification::{Optimizer, Workload};
use crate::workloads::work::Work;

/// Training steps, one batch after the other.
pub(super) struct Train {
    network: Network,
    /// Of weight and bias of each layer.
    memories: Vec<[Memory; 2]>,
    optimizer: Optimizer,
    strengths: Vec<f32>,
    batches: Vec<Batch>,
    steps: i32,
    loss: f32,
}

impl Train {
    pub(super) fn new(work: &Workload) -> Self {
        let network = Network::new(work);
        let layers = network.layers.iter();
        let memory = |count| Memory::of(count, work.optimizer);
        Self {
            memories: layers
                .map(|layer| [memory(layer.weight.len()), memory(layer.bias.len())])
                .collect(),
            strengths: (0..network.layers.len())
                .map(|layer| work.l2.of(layer) as f32)
                .collect(),
            network,
            optimizer: work.optimizer,
            batches: data::batches(work),
            steps: 0,
            loss: f32::NAN,
        }
    }
}

impl Work for Train {
    fn step(&mut self, index: usize, _keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        self.network.forward(&batch.x);
        self.loss = self.network.loss(&batch.y);
        self.network.backward(&batch.x);
        for (layer, &l2) in self.network.layers.iter_mut().zip(&self.strengths) {
            if l2 > 0.0 {
                self.loss += l2 * sum_of(&layer.weight, |_, w| w * w);
                elementwise::update(&mut layer.d_weight, &layer.weight, move |m, g, w| {
                    m.mul_add(2.0 * l2, w, g)
                });
            }
        }
        self.steps = self.steps.saturating_add(1);
        for (layer, [weight, bias]) in self.network.layers.iter_mut().zip(&mut self.memories) {
            weight.update(
                self.optimizer,
                self.steps,
                &mut layer.weight,
                &layer.d_weight,
            );
            bias.update(self.optimizer, self.steps, &mut layer.bias, &layer.d_bias);
        }
    }

    fn value(&mut self) -> f64 {
        self.loss.into()
    }
}
