use tapegrad::autodiff::kernel::product::{Start, gemm};
use tapegrad::autodiff::kernel::reduction::{sum, sum_rows};
use tapegrad::autodiff::kernel::{elementwise, softmax};

use super::network::{Network, passed};
use crate::workloads::data::{self, Batch, Targets, matrix};
use crate::workloads::specification::Workload;
use crate::workloads::work::Work;

/// `H v` by Pearlmutter's operator `R` (1994): the derivative along `v` of all that a gradient is
/// worked out of. `R{x W + b} = R{x} W + x V + v`, and so on; the gradient itself is not needed.
pub(super) struct Hvp {
    network: Network,
    batches: Vec<Batch>,
    along: Vec<Along>,
    shares: Vec<f32>,
}

/// What is worked out along `v` of a layer.
struct Along {
    /// `v` of weight and bias.
    v: [Vec<f32>; 2],
    /// `R{y}`.
    y: Vec<f32>,
    /// `R{z̄}`.
    dz: Vec<f32>,
    /// `H v` of weight and bias.
    h: [Vec<f32>; 2],
}

impl Hvp {
    pub(super) fn new(work: &Workload) -> Self {
        let network = Network::new(work);
        let pairs = data::directions(work).into_iter().zip(&network.layers);
        let along = pairs.map(|(v, layer)| Along {
            h: [vec![0.0; v[0].len()], vec![0.0; v[1].len()]],
            v,
            y: vec![0.0; layer.y.len()],
            dz: vec![0.0; layer.dz.len()],
        });
        Self {
            along: along.collect(),
            network,
            batches: data::batches(work),
            shares: vec![1.0 / work.batch as f32; work.batch],
        }
    }
}

impl Work for Hvp {
    fn step(&mut self, index: usize, _keep: bool) {
        let batch = &self.batches[index % self.batches.len()];
        let Targets::Classes(classes) = &batch.y else {
            unreachable!("the workload has classes")
        };
        self.network.forward(&batch.x);
        let (layers, along) = (&mut self.network.layers, &mut self.along);
        let count = layers.len();
        for index in 0..count {
            let (before, rest) = along.split_at_mut(index);
            let (layer, own) = (&layers[index], &mut rest[0]);
            let x = index
                .checked_sub(1)
                .map_or(&batch.x, |last| &layers[last].y);
            let (x, [v, v_bias]) = (matrix(x, layer.inputs), &own.v);
            gemm(
                x,
                matrix(v, layer.outputs),
                Start::Row(v_bias),
                &mut own.y,
                None,
            );
            if let Some(before) = before.last() {
                let weight = matrix(&layer.weight, layer.outputs);
                gemm(
                    matrix(&before.y, layer.inputs),
                    weight,
                    Start::Sum,
                    &mut own.y,
                    None,
                );
            }
            if index + 1 < count {
                elementwise::update(&mut own.y, &layer.y, |_, r, y| passed(r, y));
            }
        }
        let (layer, own) = (&mut layers[count - 1], &mut along[count - 1]);
        softmax::residual(&mut layer.dz, &layer.y, classes, &self.shares);
        residual_along(&mut own.dz, &layer.y, &own.y, layer.outputs, self.shares[0]);
        for index in (0..count).rev() {
            let (before, rest) = layers.split_at_mut(index);
            let (along_before, along_rest) = along.split_at_mut(index);
            let (layer, own) = (&rest[0], &mut along_rest[0]);
            let x = before.last().map_or(&batch.x, |before| &before.y);
            let x = matrix(x, layer.inputs).reversed_axes();
            let [h, h_bias] = &mut own.h;
            let dz = matrix(&layer.dz, layer.outputs);
            let r_dz = matrix(&own.dz, layer.outputs);
            sum_rows(h_bias, &own.dz);
            gemm(x, r_dz, Start::Zero, h, None);
            let (Some(before), Some(along)) = (before.last_mut(), along_before.last_mut()) else {
                continue;
            };
            let r_x = matrix(&along.y, layer.inputs).reversed_axes();
            gemm(r_x, dz, Start::Sum, h, None);
            let weight = matrix(&layer.weight, layer.outputs).reversed_axes();
            let v = matrix(&own.v[0], layer.outputs).reversed_axes();
            gemm(dz, weight, Start::Zero, &mut before.dz, None);
            gemm(r_dz, weight, Start::Zero, &mut along.dz, None);
            gemm(dz, v, Start::Sum, &mut along.dz, None);
            elementwise::update(&mut before.dz, &before.y, |_, g, y| passed(g, y));
            elementwise::update(&mut along.dz, &before.y, |_, g, y| passed(g, y));
        }
    }

    fn value(&mut self) -> f64 {
        let pairs = self.along.iter().flat_map(|own| own.h.iter().zip(&own.v));
        pairs.map(|(h, v)| data::inner(h, v)).sum()
    }
}

/// `p (r − Σ p r) share` of each row, with `p` the softmax of the logits `z` and `r = R{z}`.
fn residual_along(out: &mut [f32], z: &[f32], r: &[f32], width: usize, share: f32) {
    let rows = z.chunks_exact(width).zip(r.chunks_exact(width));
    for (out, (z, r)) in out.chunks_exact_mut(width).zip(rows) {
        let max = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        elementwise::map(out, z, move |m, z| m.exp(z - max));
        let total = sum(out);
        let mean = out.iter().zip(r).map(|(e, r)| e * r).sum::<f32>() / total;
        elementwise::update(out, r, move |_, e, r| e * (r - mean) * (share / total));
    }
}
