//! Update rules as loops.

use tapegrad::autodiff::kernel::machine::vectorize;
use tapegrad::autodiff::kernel::threads::{for_each_chunk, threads};

use crate::workloads::specification::Optimizer;

/// Numbers from which on threads are worth waking.
const THREADED: usize = 1 << 16;

/// What is remembered of one array of parameters.
pub(super) struct Memory {
    /// The mean gradient, or the velocity.
    m: Vec<f32>,
    /// The mean square; empty where there is none.
    v: Vec<f32>,
}

impl Memory {
    pub(super) fn of(count: usize, optimizer: Optimizer) -> Self {
        let squares = match optimizer {
            Optimizer::Adam { .. } => count,
            Optimizer::Sgd { .. } => 0,
        };
        Self {
            m: vec![0.0; count],
            v: vec![0.0; squares],
        }
    }

    /// The step numbered `step` from 1.
    pub(super) fn update(&mut self, optimizer: Optimizer, step: i32, p: &mut [f32], g: &[f32]) {
        match optimizer {
            Optimizer::Adam { .. } => {
                let rule = Adam::at(optimizer, step);
                let (m, v) = (&mut self.m, &mut self.v);
                if threads() == 1 || p.len() < THREADED {
                    return rule.update(p, m, v, g);
                }
                let length = p.len().div_ceil(4 * threads()).next_multiple_of(64);
                let chunks = p.chunks_mut(length).zip(m.chunks_mut(length));
                let chunks = chunks.zip(v.chunks_mut(length)).zip(g.chunks(length));
                let mut chunks: Vec<_> = chunks.collect();
                for_each_chunk(&mut chunks, 1, |_, chunk| {
                    for (((p, m), v), g) in chunk {
                        rule.update(p, m, v, g);
                    }
                });
            }
            Optimizer::Sgd {
                lr,
                momentum,
                weight_decay,
            } => {
                let [lr, momentum, decay] = [lr, momentum, weight_decay].map(|x| x as f32);
                vectorize(
                    #[inline(always)]
                    |machine| {
                        for ((p, m), &g) in p.iter_mut().zip(&mut self.m).zip(g) {
                            *m = machine.mul_add(momentum, *m, machine.mul_add(decay, *p, g));
                            *p = machine.mul_add(-lr, *m, *p);
                        }
                    },
                );
            }
        }
    }
}

/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `p ← (1 − lr k) p − lr m̂ / (√v̂ + ε)`, the numbers of one step worked out beforehand.
#[derive(Clone, Copy)]
struct Adam {
    betas: [f32; 2],
    rest: [f32; 2],
    kept: f32,
    rate: f32,
    unbias: f32,
    eps: f32,
}

impl Adam {
    fn at(optimizer: Optimizer, step: i32) -> Self {
        let Optimizer::Adam {
            lr,
            betas,
            eps,
            weight_decay,
        } = optimizer
        else {
            panic!("not Adam: {optimizer:?}")
        };
        let [first, second] = betas.map(|beta| 1.0 - beta.powi(step));
        Self {
            betas: betas.map(|beta| beta as f32),
            rest: betas.map(|beta| (1.0 - beta) as f32),
            kept: (1.0 - lr * weight_decay) as f32,
            rate: (lr / first) as f32,
            unbias: (1.0 / second) as f32,
            eps: eps as f32,
        }
    }

    fn update(self, p: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
        vectorize(
            #[inline(always)]
            |machine| {
                let ([beta1, beta2], [rest1, rest2]) = (self.betas, self.rest);
                for (((p, m), v), &g) in p.iter_mut().zip(m).zip(v).zip(g) {
                    *m = machine.mul_add(beta1, *m, rest1 * g);
                    *v = machine.mul_add(beta2, *v, rest2 * g * g);
                    let root = (*v * self.unbias).sqrt() + self.eps;
                    *p = machine.mul_add(self.kept, *p, -(self.rate * *m / root));
                }
            },
        );
    }
}
