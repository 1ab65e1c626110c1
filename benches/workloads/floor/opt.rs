use super::update::Memory;
use crate::workloads::data;
use crate::workloads::specification::{Optimizer, Workload};
use crate::workloads::work::Work;

/// Steps of the optimizer alone, along one gradient.
pub(super) struct Opt {
    p: Vec<f32>,
    g: Vec<f32>,
    memory: Memory,
    optimizer: Optimizer,
    steps: i32,
}

impl Opt {
    pub(super) fn new(work: &Workload) -> Self {
        let [p, g] = data::opt_arrays(work.n_params);
        Self {
            memory: Memory::of(p.len(), work.optimizer),
            p,
            g,
            optimizer: work.optimizer,
            steps: 0,
        }
    }
}

impl Work for Opt {
    fn step(&mut self, _index: usize, _keep: bool) {
        self.steps = self.steps.saturating_add(1);
        self.memory
            .update(self.optimizer, self.steps, &mut self.p, &self.g);
    }

    fn value(&mut self) -> f64 {
        data::mean_square(&self.p)
    }
}
