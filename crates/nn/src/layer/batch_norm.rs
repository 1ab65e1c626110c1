use ndarray::ArrayD;
use tapegrad_autodiff::{Element, Var};

use crate::{Module, Name, Param, Role, Scope, error};

/// Batch normalisation `y = (x − μ)/√(v + ε) γ + β` of each feature, over all axes but the last;
/// inputs and outputs `[…, features]` (Ioffe and Szegedy 2015).
///
/// In training `μ` and `v` are mean and variance of the batch, with gradients through them; in
/// evaluation they are the running ones, and the layer is an affine map of each feature. Training
/// updates those by `r ← (1 − m) r + m r_batch`, where the variance of the batch is the unbiased
/// one.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`momentum`](BatchNorm::momentum) `m` | 0.1: PyTorch's meaning; Keras's is `1 − m` | `[0, 1]` |
/// | [`epsilon`](BatchNorm::epsilon) `ε` | 1e-5 (Keras has 1e-3) | `[0, ∞)` |
///
/// The gain `γ` starts at 1, the shift `β` and the running mean at 0, the running variance at 1.
///
/// The layer is not changed by a pass: the running statistics are [noted](Scope::update), come with
/// the gradients, and an optimizer's step or
/// [`GradientMap::update_statistics`](crate::GradientMap::update_statistics) writes them. A layer
/// used twice in a pass updates twice. Shards of a batch on tapes of their own are each normalised
/// by themselves, and each notes an update of the same old values: write those of one shard.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{BatchNorm, Module, Scope};
///
/// let layer = BatchNorm::<f64>::new(1).epsilon(0.0);
/// let tape = Tape::new();
/// let on = Scope::train(&tape);
/// let y = layer.forward(&on, on.input(array![[1.0], [3.0]]));
/// assert_eq!(y.value(), array![[-1.0], [1.0]].into_dyn());
/// assert_eq!(layer.predict(array![[1.0], [3.0]]), array![[1.0], [3.0]].into_dyn());
/// ```
///
/// # Panics
/// `forward` panics if the last axis of the input is not the number of features, or if there are
/// fewer than two rows in training.
#[derive(Clone, Debug)]
pub struct BatchNorm<T: Element = f32> {
    /// `γ`.
    pub gain: Param<T>,
    /// `β`.
    pub shift: Param<T>,
    /// `μ` in evaluation.
    pub running_mean: Param<T>,
    /// `v` in evaluation.
    pub running_variance: Param<T>,
    pub(crate) momentum: f64,
    pub(crate) epsilon: f64,
}

impl<T: Element> BatchNorm<T> {
    /// A layer of so many features.
    pub fn new(features: usize) -> Self {
        let zeros = |role| Param::new(role, ArrayD::zeros(vec![features]));
        let ones = |role| Param::new(role, ArrayD::ones(vec![features]));
        Self {
            gain: ones(Role::Gain),
            shift: zeros(Role::Bias),
            running_mean: zeros(Role::Statistic),
            running_variance: ones(Role::Statistic),
            momentum: 0.1,
            epsilon: 1e-5,
        }
    }

    /// The part of the batch in the running statistics.
    ///
    /// # Panics
    /// If it is not in `[0, 1]`.
    #[track_caller]
    pub fn momentum(self, momentum: f64) -> Self {
        if !(0.0..=1.0).contains(&momentum) {
            error::share("BatchNorm", "momentum", momentum);
        }
        Self { momentum, ..self }
    }

    /// What is added to the variance.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self {
            epsilon: checked_epsilon("BatchNorm", epsilon),
            ..self
        }
    }

    /// Notes the running statistics after the batch.
    #[track_caller]
    fn update<'t>(&self, on: &Scope<'t, T>, rows: Var<'t, T>) {
        let rows = rows.stop_gradient();
        let of_batch = [rows.mean(0), rows.variance(0, 1)];
        let running = [&self.running_mean, &self.running_variance];
        for (running, of_batch) in running.into_iter().zip(of_batch) {
            on.update_running(running, of_batch, self.momentum);
        }
    }
}

#[track_caller]
pub(super) fn checked_epsilon(who: &str, epsilon: f64) -> f64 {
    if !(epsilon.is_finite() && epsilon >= 0.0) {
        error::at_least_zero(who, "epsilon", epsilon);
    }
    epsilon
}

impl<T: Element> Module<T> for BatchNorm<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let (input, features) = (x.shape(), self.gain.value.len());
        let Some((_, outer)) = input.split_last().filter(|(last, _)| **last == features) else {
            error::features("batch normalisation", &on.path(), &input, features);
        };
        let (gain, shift) = (on.param(&self.gain), on.param(&self.shift));
        if on.is_training() {
            let count = outer.iter().product();
            if count < 2 {
                error::few_rows(&on.path(), &input);
            }
            let rows = x.reshape(&[count, features]);
            self.update(on, rows);
            return rows.batch_norm(gain, shift, self.epsilon).reshape(&input);
        }
        let variance = on.param(&self.running_variance);
        let scale = gain * (variance + self.epsilon).rsqrt();
        (x - on.param(&self.running_mean)) * scale + shift
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("gain"), &self.gain);
        f(&at.child("shift"), &self.shift);
        f(&at.child("running_mean"), &self.running_mean);
        f(&at.child("running_variance"), &self.running_variance);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("gain"), &mut self.gain);
        f(&at.child("shift"), &mut self.shift);
        f(&at.child("running_mean"), &mut self.running_mean);
        f(&at.child("running_variance"), &mut self.running_variance);
    }
}
