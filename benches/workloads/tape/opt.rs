use tapegrad::prelude::*;

use super::array;
use super::train::adam;
use crate::workloads::data;
use crate::workloads::specification::Workload;
use crate::workloads::work::Work;

/// Steps of the optimizer alone, along one gradient.
pub(super) struct Opt {
    model: Vector,
    optimizer: Optimizer<Adam>,
    gradients: GradientMap,
}

/// `x w` of one parameter `w`.
struct Vector {
    w: Param,
}

impl Module for Vector {
    fn forward<'t>(&self, on: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        x * on.param(&self.w)
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param)) {
        f(&at.child("w"), &self.w);
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param)) {
        f(&at.child("w"), &mut self.w);
    }
}

impl Opt {
    pub(super) fn new(work: &Workload) -> Self {
        let [w, g] =
            data::opt_arrays(work.n_params).map(|numbers| array(&[numbers.len()], numbers));
        let w = Param::new(Role::Weight, w);
        Self {
            gradients: [(w.id(), g)].into_iter().collect(),
            model: Vector { w },
            optimizer: adam(work.optimizer),
        }
    }
}

impl Work for Opt {
    fn step(&mut self, _index: usize, _keep: bool) {
        self.optimizer.step(&mut self.model, &self.gradients);
    }

    fn value(&mut self) -> f64 {
        data::mean_square(self.model.w.value.as_slice().expect("contiguous"))
    }
}
