//! What `workloads.json` fixes: sizes, data and optimizer of each workload.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Every workload, in the order of the file.
pub(crate) const NAMES: [&str; 9] = [
    "tiny", "moons", "digits", "mnist", "wide", "deep", "infer1", "opt", "hvp",
];

pub(crate) static SPECIFICATION: LazyLock<Specification> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../workloads.json")).expect("workloads.json is as it was")
});

#[derive(Debug, Deserialize)]
pub(crate) struct Specification {
    pub(crate) seed: u64,
    pub(crate) trace_steps: Vec<usize>,
    pub(crate) workloads: BTreeMap<String, Workload>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Workload {
    pub(crate) kind: Kind,
    /// How far a trace may be from the one expected, relative to it.
    pub(crate) trace_rtol: f64,
    #[serde(default)]
    pub(crate) sizes: Vec<usize>,
    #[serde(default)]
    pub(crate) activation: Activation,
    #[serde(default)]
    pub(crate) loss: Loss,
    pub(crate) batch: usize,
    #[serde(default)]
    pub(crate) n_batches: usize,
    #[serde(default)]
    pub(crate) l2: Strengths,
    #[serde(default)]
    pub(crate) optimizer: Optimizer,
    #[serde(default)]
    pub(crate) n_params: usize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Train,
    Infer,
    Opt,
    Hvp,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Activation {
    #[default]
    Relu,
    Tanh,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Loss {
    Mse,
    Bce,
    #[default]
    Ce,
}

/// The L2 strength of each layer, or one for all.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Strengths {
    One(f64),
    Each(Vec<f64>),
}

impl Default for Strengths {
    fn default() -> Self {
        Self::One(0.0)
    }
}

impl Strengths {
    pub(crate) fn of(&self, layer: usize) -> f64 {
        match self {
            Self::One(strength) => *strength,
            Self::Each(strengths) => strengths[layer],
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub(crate) enum Optimizer {
    #[serde(alias = "adamw")]
    Adam {
        lr: f64,
        betas: [f64; 2],
        eps: f64,
        /// Decoupled, times the learning rate.
        #[serde(default)]
        weight_decay: f64,
    },
    Sgd {
        lr: f64,
        momentum: f64,
        /// Added to the gradient.
        weight_decay: f64,
    },
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::Adam {
            lr: 1e-3,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
        }
    }
}

impl Specification {
    pub(crate) fn workload(&self, name: &str) -> &Workload {
        let one_of = || panic!("no workload {name}: there are {NAMES:?}");
        self.workloads.get(name).unwrap_or_else(one_of)
    }
}
