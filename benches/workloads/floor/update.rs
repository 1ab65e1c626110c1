//! Update rules as loops.

use std::array::{from_mut, from_ref};

use tapegrad::autodiff::kernel::machine::{Machine, vectorize};
use tapegrad::autodiff::kernel::threads::{for_each_chunk, threads};

use crate::workloads::specification::Optimizer;

/// Numbers from which on threads are worth waking.
const THREADED: usize = 1 << 16;

/// How many numbers are stepped together, so that their memory is asked for at once.
const BLOCK: usize = 64;

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
                each(p, &mut self.m, g, |machine, p, m, g| {
                    let m = machine.mul_add(momentum, m, machine.mul_add(decay, p, g));
                    (machine.mul_add(-lr, m, p), m)
                });
            }
        }
    }
}

/// `(p, m) ← f(p, m, g)` of each.
fn each(p: &mut [f32], m: &mut [f32], g: &[f32], f: impl Fn(Machine, f32, f32, f32) -> (f32, f32)) {
    vectorize(
        #[inline(always)]
        |machine| {
            for ((p, m), &g) in p.iter_mut().zip(m).zip(g) {
                (*p, *m) = f(machine, *p, *m, g);
            }
        },
    );
}

/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `p ← p − (lr k p + lr m̂ / (√v̂ + ε))`, the
/// numbers of one step worked out beforehand.
#[derive(Clone, Copy)]
struct Adam {
    betas: [f32; 2],
    rest: [f32; 2],
    decay: f32,
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
            decay: (lr * weight_decay) as f32,
            rate: (lr / first) as f32,
            unbias: (1.0 / second) as f32,
            eps: eps as f32,
        }
    }

    fn update(self, p: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
        vectorize(
            #[inline(always)]
            |machine| {
                let (p, p_rest) = p.as_chunks_mut::<BLOCK>();
                let (m, m_rest) = m.as_chunks_mut::<BLOCK>();
                let (v, v_rest) = v.as_chunks_mut::<BLOCK>();
                let (g, g_rest) = g.as_chunks::<BLOCK>();
                for (((p, m), v), g) in p.iter_mut().zip(m).zip(v).zip(g) {
                    self.block(machine, p, m, v, g);
                }
                for (((p, m), v), g) in p_rest.iter_mut().zip(m_rest).zip(v_rest).zip(g_rest) {
                    self.block(machine, from_mut(p), from_mut(m), from_mut(v), from_ref(g));
                }
            },
        );
    }

    /// The step of numbers that are read all before any is written.
    #[inline(always)]
    fn block<const N: usize>(
        self,
        machine: Machine,
        p: &mut [f32; N],
        m: &mut [f32; N],
        v: &mut [f32; N],
        g: &[f32; N],
    ) {
        let ([beta1, beta2], [rest1, rest2]) = (self.betas, self.rest);
        let (mut new_p, mut new_m, mut new_v) = (*p, *m, *v);
        for i in 0..N {
            new_m[i] = machine.mul_add(beta1, new_m[i], rest1 * g[i]);
            new_v[i] = machine.mul_add(beta2, new_v[i], rest2 * g[i] * g[i]);
            let root = (new_v[i] * self.unbias).sqrt() + self.eps;
            new_p[i] -= machine.mul_add(self.decay, new_p[i], self.rate * new_m[i] / root);
        }
        (*p, *m, *v) = (new_p, new_m, new_v);
    }
}
