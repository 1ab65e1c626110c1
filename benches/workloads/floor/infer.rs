use super::network::Network;
use crate::workloads::data::{self, Batch};
use crate::workloads::specification::Workload;
use crate::workloads::work::Work;

/// The logits of one row after the other, written to an array of the caller.
pub(super) struct Infer {
    network: Network,
    batches: Vec<Batch>,
    logits: Vec<f32>,
}

impl Infer {
    pub(super) fn new(work: &Workload) -> Self {
        Self {
            network: Network::new(work),
            batches: data::batches(work),
            logits: vec![0.0; work.batch * work.sizes[work.sizes.len() - 1]],
        }
    }
}

impl Work for Infer {
    fn step(&mut self, index: usize, _keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        self.logits.copy_from_slice(self.network.forward(&batch.x));
    }

    fn value(&mut self) -> f64 {
        data::mean(&self.logits)
    }
}
