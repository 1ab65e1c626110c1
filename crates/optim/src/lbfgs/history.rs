use std::collections::VecDeque;

use tapegrad_autodiff::Element;

use crate::flat::product;

/// The last steps and what they tell of the inverse Hessian.
#[derive(Clone, Debug)]
pub(super) struct History<T> {
    most: usize,
    /// The oldest first.
    pairs: VecDeque<Pair<T>>,
    /// `γ = sᵀy / yᵀy` of the last pair, the size of the inverse Hessian before any.
    scale: f64,
    /// A pair's storage that is not in use.
    spare: Option<Pair<T>>,
    /// For its memory.
    alphas: Vec<f64>,
}

#[derive(Clone, Debug)]
pub(super) struct Pair<T> {
    /// `s = x_{k+1} − x_k`.
    pub(super) step: Vec<T>,
    /// `y = g_{k+1} − g_k`.
    pub(super) change: Vec<T>,
    /// `1 / sᵀy`.
    rho: f64,
}

impl<T: Element> History<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            pairs: VecDeque::new(),
            scale: 1.0,
            spare: None,
            alphas: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = &Pair<T>> {
        self.pairs.iter()
    }

    pub(super) fn clear(&mut self) {
        self.spare = self.pairs.pop_front().or(self.spare.take());
        self.pairs.clear();
    }

    /// `−H g` by the two loops of algorithm 7.4; `−g` without any pair.
    pub(super) fn direction(&mut self, g: &[T], d: &mut Vec<T>) {
        d.clear();
        d.extend(g.iter().map(|&g| -g));
        if self.pairs.is_empty() {
            return;
        }
        self.alphas.clear();
        for Pair { step, change, rho } in self.pairs.iter().rev() {
            let alpha = product(step, d) * rho;
            add(d, -alpha, change);
            self.alphas.push(alpha);
        }
        let scale = T::of(self.scale);
        d.iter_mut().for_each(|d| *d *= scale);
        for (Pair { step, change, rho }, alpha) in self.pairs.iter().zip(self.alphas.iter().rev()) {
            let beta = product(change, d) * rho;
            add(d, alpha - beta, step);
        }
    }

    /// Remembers a step, in place of the oldest if there are too many, unless the loss is not curved upwards
    /// along it.
    pub(super) fn remember(&mut self, step: &[T], change: &[T]) {
        let along = product(step, change);
        let squares = product(change, change);
        let most = T::epsilon().wide() * (product(step, step) * squares).sqrt();
        let (scale, rho) = (along / squares, 1.0 / along);
        if !(along > most && scale.is_finite() && rho.is_finite()) {
            return;
        }
        let oldest = match self.pairs.len() == self.most {
            true => self.pairs.pop_front(),
            false => self.spare.take(),
        };
        let mut pair = oldest.unwrap_or(Pair {
            step: Vec::new(),
            change: Vec::new(),
            rho,
        });
        pair.rho = rho;
        for (own, new) in [(&mut pair.step, step), (&mut pair.change, change)] {
            own.clear();
            own.extend_from_slice(new);
        }
        self.pairs.push_back(pair);
        self.scale = scale;
    }
}

/// `x + a y` for `x`.
fn add<T: Element>(x: &mut [T], a: f64, y: &[T]) {
    let a = T::of(a);
    for (x, &y) in x.iter_mut().zip(y) {
        *x += a * y;
    }
}
