use tapegrad::prelude::*;

use super::{Batch, batches, network};
use crate::workloads::data;
use crate::workloads::specification::Workload;
use crate::workloads::work::Work;

/// The logits of one row after the other, written to an array of the caller.
pub(super) struct Infer {
    model: Mlp,
    tape: Tape,
    batches: Vec<Batch>,
    logits: Vec<f32>,
}

impl Infer {
    pub(super) fn new(work: &Workload) -> Self {
        Self {
            model: network(work),
            tape: Tape::new(),
            batches: batches(work),
            logits: vec![0.0; work.batch * work.sizes[work.sizes.len() - 1]],
        }
    }
}

impl Work for Infer {
    fn step(&mut self, index: usize, _keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        let on = Scope::eval(&self.tape);
        self.model
            .forward(&on, on.input(&batch.x))
            .copy_to(&mut self.logits);
        self.tape.clear();
    }

    fn value(&mut self) -> f64 {
        data::mean(&self.logits)
    }
}
