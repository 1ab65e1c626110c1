//! Dense layers over buffers that were made once.

use tapegrad::autodiff::kernel::elementwise;
use tapegrad::autodiff::kernel::product::{Finish, Start, gemm};
use tapegrad::autodiff::kernel::reduction::{sum_of, sum_rows};
use tapegrad::autodiff::kernel::softmax;

use crate::workloads::data::{self, Targets, matrix};
use crate::workloads::specification::{Activation, Loss, Workload};

/// A layer and what is worked out of it in a step.
pub(super) struct Layer {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// `y = f(x W + b)`.
    pub(super) y: Vec<f32>,
    /// The cotangent of `x W + b`.
    pub(super) dz: Vec<f32>,
    pub(super) d_weight: Vec<f32>,
    pub(super) d_bias: Vec<f32>,
}

pub(super) struct Network {
    pub(super) layers: Vec<Layer>,
    activation: Activation,
    loss: Loss,
    rows: usize,
    losses: Vec<f32>,
    shares: Vec<f32>,
}

impl Network {
    pub(super) fn new(work: &Workload) -> Self {
        let layer = |([weight, bias], sizes): ([Vec<f32>; 2], &[usize])| Layer {
            inputs: sizes[0],
            outputs: sizes[1],
            y: vec![0.0; work.batch * sizes[1]],
            dz: vec![0.0; work.batch * sizes[1]],
            d_weight: vec![0.0; weight.len()],
            d_bias: vec![0.0; bias.len()],
            weight,
            bias,
        };
        let sizes = work.sizes.windows(2);
        Self {
            layers: data::parameters(work)
                .into_iter()
                .zip(sizes)
                .map(layer)
                .collect(),
            activation: work.activation,
            loss: work.loss,
            rows: work.batch,
            losses: vec![0.0; work.batch],
            shares: vec![1.0 / work.batch as f32; work.batch],
        }
    }

    /// The outputs for the rows of `x`; the activation is in the product.
    pub(super) fn forward(&mut self, x: &[f32]) -> &[f32] {
        let count = self.layers.len();
        for index in 0..count {
            let (before, rest) = self.layers.split_at_mut(index);
            let layer = &mut rest[0];
            let finish: Option<Finish<'_, f32>> = match self.activation {
                _ if index + 1 == count => None,
                Activation::Relu => Some(&|z| elementwise::change(z, |_, z| relu(z))),
                Activation::Tanh => Some(&|z| elementwise::change(z, |m, z| m.tanh(z))),
            };
            gemm(
                matrix(before.last().map_or(x, |before| &before.y), layer.inputs),
                matrix(&layer.weight, layer.outputs),
                Start::Row(&layer.bias),
                &mut layer.y,
                finish,
            );
        }
        &self.layers[count - 1].y
    }

    /// The mean loss of the outputs; leaves their cotangent in the last layer.
    pub(super) fn loss(&mut self, targets: &Targets) -> f32 {
        let Layer { y, dz, .. } = self.layers.last_mut().expect("there is a layer");
        let count = y.len() as f32;
        match targets {
            Targets::Classes(classes) => {
                softmax::cross_entropy(&mut self.losses, y, classes);
                softmax::residual(dz, y, classes, &self.shares);
                sum_of(&self.losses, |_, loss| loss) / self.rows as f32
            }
            Targets::Numbers(t) if self.loss == Loss::Mse => {
                let twice = 2.0 / count;
                elementwise::zip(dz, y, t, move |_, y, t| (y - t) * twice);
                sum_of(dz, |_, d| d * d) * (count / 4.0)
            }
            Targets::Numbers(t) => {
                // The cotangent's place holds the losses first.
                elementwise::zip(dz, y, t, |m, z, t| {
                    z.max(0.0) - z * t + m.ln_1p(m.exp(-z.abs()))
                });
                let loss = sum_of(dz, |_, loss| loss) / count;
                elementwise::zip(dz, y, t, move |m, z, t| {
                    ((1.0 - t) * m.sigmoid(z) - t * m.sigmoid(-z)) / count
                });
                loss
            }
        }
    }

    /// From the cotangent of the outputs: `W̄ = xᵀ z̄`, `b̄ = Σ z̄`, `x̄ = z̄ Wᵀ`, layer by layer.
    pub(super) fn backward(&mut self, x: &[f32]) {
        for index in (0..self.layers.len()).rev() {
            let (before, rest) = self.layers.split_at_mut(index);
            let layer = &mut rest[0];
            let input = before.last().map_or(x, |before| &before.y);
            let dz = matrix(&layer.dz, layer.outputs);
            gemm(
                matrix(input, layer.inputs).reversed_axes(),
                dz,
                Start::Zero,
                &mut layer.d_weight,
                None,
            );
            sum_rows(&mut layer.d_bias, &layer.dz);
            if let Some(before) = before.last_mut() {
                let weight = matrix(&layer.weight, layer.outputs).reversed_axes();
                gemm(dz, weight, Start::Zero, &mut before.dz, None);
                match self.activation {
                    Activation::Relu => {
                        elementwise::update(&mut before.dz, &before.y, |_, g, y| passed(g, y))
                    }
                    Activation::Tanh => {
                        elementwise::update(&mut before.dz, &before.y, |m, g, y| {
                            g * m.mul_add(-y, y, 1.0)
                        })
                    }
                }
            }
        }
    }
}

/// `max(z, 0)`.
#[inline(always)]
fn relu(z: f32) -> f32 {
    if z <= 0.0 { 0.0 } else { z }
}

/// `g` where the rectifier's result is not 0.
#[inline(always)]
pub(super) fn passed(g: f32, y: f32) -> f32 {
    if y == 0.0 { 0.0 } else { g }
}
