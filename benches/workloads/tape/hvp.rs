use tapegrad::autodiff::total;
use tapegrad::prelude::*;

use super::{Batch, array, batches, loss_of, network};
use crate::workloads::data;
use crate::workloads::specification::Workload;
use crate::workloads::work::Work;

/// `H v`, the gradient of `Σ g v` with `g` the gradient of the loss.
pub(super) struct Hvp {
    model: Mlp,
    tape: Tape,
    batches: Vec<Batch>,
    /// `v`, in the order of the parameters.
    directions: Vec<ArcArrayD<f32>>,
    product: GradientMap,
}

impl Hvp {
    pub(super) fn new(work: &Workload) -> Self {
        let directions = data::directions(work)
            .into_iter()
            .zip(work.sizes.windows(2));
        Self {
            model: network(work),
            tape: Tape::new(),
            batches: batches(work),
            directions: directions
                .flat_map(|([weight, bias], sizes)| {
                    [array(sizes, weight), array(&sizes[1..], bias)]
                })
                .collect(),
            product: GradientMap::default(),
        }
    }
}

impl Work for Hvp {
    fn step(&mut self, index: usize, keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        let on = Scope::train(&self.tape);
        let loss = loss_of(&self.model, &on, batch);
        let mut params = Vec::with_capacity(self.directions.len());
        self.model
            .visit(Name::root(), &mut |_, param| params.push(on.param(param)));
        let gradients = self.tape.grad(loss, &params);
        let slopes = gradients.into_iter().zip(&self.directions);
        let slopes: Vec<_> = slopes.map(|(g, v)| g.inner(on.input(v))).collect();
        let slope = total(&slopes);
        let product = on.backward(slope.expect("there are parameters"));
        self.tape.clear();
        if keep {
            self.product = product;
        }
    }

    fn value(&mut self) -> f64 {
        let (mut sum, mut directions) = (0.0, self.directions.iter());
        self.model.visit(Name::root(), &mut |_, param| {
            let h = self.product.wrt(param);
            let h = h.as_slice().expect("contiguous");
            let v = directions.next().expect("one for each parameter");
            sum += data::inner(h, v.as_slice().expect("contiguous"));
        });
        sum
    }
}
