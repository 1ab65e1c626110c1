use tapegrad::prelude::*;

use super::{Batch, array, batches, loss_of, network};
use crate::workloads::data;
use crate::workloads::specification::Workload;
use crate::workloads::work::Work;

/// `H v` with the Hessian `H` of the loss.
pub(super) struct Hvp {
    model: Mlp,
    tape: Tape,
    batches: Vec<Batch>,
    /// `v`.
    directions: GradientMap,
    product: GradientMap,
}

impl Hvp {
    pub(super) fn new(work: &Workload) -> Self {
        let model = network(work);
        let directions = data::directions(work)
            .into_iter()
            .zip(work.sizes.windows(2));
        let directions = directions
            .flat_map(|([weight, bias], sizes)| [array(sizes, weight), array(&sizes[1..], bias)]);
        let parameters = model.parameters().into_iter();
        let directions = parameters
            .zip(directions)
            .map(|((_, param), v)| (param.id(), v));
        Self {
            directions: directions.collect(),
            model,
            tape: Tape::new(),
            batches: batches(work),
            product: GradientMap::default(),
        }
    }
}

impl Work for Hvp {
    fn step(&mut self, index: usize, keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        let on = Scope::train(&self.tape);
        let loss = loss_of(&self.model, &on, batch);
        let product = on.hvp(loss, &self.directions);
        self.tape.clear();
        if keep {
            self.product = product;
        }
    }

    fn value(&mut self) -> f64 {
        let mut sum = 0.0;
        self.model.visit(Name::root(), &mut |_, param| {
            let numbers = [&self.product, &self.directions].map(|map| map.numbers(param));
            let [(_, h), (_, v)] = numbers.map(|part| part.expect("one for each parameter"));
            sum += data::inner(h, v);
        });
        sum
    }
}
