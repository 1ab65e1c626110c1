//! The nonlinearities after layers.

mod elu;
mod gelu;
mod hard_tanh;
mod relu;
mod sigmoid;
mod silu;
mod softplus;
mod softsign;

pub(super) use self::relu::relu;
use crate::{Element, Var};

/// The nonlinearity after a layer.
///
/// | activation | formula |
/// |---|---|
/// | identity | `x` |
/// | relu | `max(x, 0)` |
/// | leaky relu, slope `a` | `x` above 0, `a x` below; `a = 0.01` is usual |
/// | elu, `α` | `x` above 0, `α (eˣ − 1)` below; `α = 1` is usual |
/// | selu | `λ x` above 0, `λ α (eˣ − 1)` below, `α = 1.6733`, `λ = 1.0507` |
/// | gelu | `x Φ(x)` with the normal distribution `Φ` |
/// | gelu tanh | `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))` |
/// | silu | `x σ(x)` with the sigmoid `σ` |
/// | mish | `x tanh(ln(1 + eˣ))` |
/// | tanh | `tanh x` |
/// | hard tanh | `x` within ±1, ±1 beyond |
/// | softsign | `x / (1 + \|x\|)` |
/// | sigmoid | `1 / (1 + e⁻ˣ)` |
/// | log sigmoid | `−ln(1 + e⁻ˣ)` |
/// | softplus | `ln(1 + eˣ)` |
///
/// Relu, tanh and sigmoid are done within the pass of [`Var::affine`]; the others are a second pass
/// over its result.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Activation {
    /// `x`.
    #[default]
    Identity,
    /// [`Var::relu`].
    Relu,
    /// [`Var::leaky_relu`] with this slope.
    LeakyRelu(f64),
    /// [`Var::elu`] with this `α`.
    Elu(f64),
    /// [`Var::selu`].
    Selu,
    /// [`Var::gelu`].
    Gelu,
    /// [`Var::gelu_tanh`].
    GeluTanh,
    /// [`Var::silu`].
    Silu,
    /// [`Var::mish`].
    Mish,
    /// [`Var::tanh`].
    Tanh,
    /// [`Var::hard_tanh`].
    HardTanh,
    /// [`Var::softsign`].
    Softsign,
    /// [`Var::sigmoid`].
    Sigmoid,
    /// [`Var::log_sigmoid`].
    LogSigmoid,
    /// [`Var::softplus`].
    Softplus,
}

impl Activation {
    /// Every activation, with the usual parameters.
    pub const ALL: &'static [Self] = &[
        Self::Identity,
        Self::Relu,
        Self::LeakyRelu(0.01),
        Self::Elu(1.0),
        Self::Selu,
        Self::Gelu,
        Self::GeluTanh,
        Self::Silu,
        Self::Mish,
        Self::Tanh,
        Self::HardTanh,
        Self::Softsign,
        Self::Sigmoid,
        Self::LogSigmoid,
        Self::Softplus,
    ];

    /// The activation of each element.
    ///
    /// # Panics
    /// If the slope or `α` is not finite.
    #[inline(never)]
    #[track_caller]
    pub fn apply<T: Element>(self, x: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Identity => x,
            Self::Relu => x.relu(),
            Self::LeakyRelu(slope) => x.leaky_relu(slope),
            Self::Elu(alpha) => x.elu(alpha),
            Self::Selu => x.selu(),
            Self::Gelu => x.gelu(),
            Self::GeluTanh => x.gelu_tanh(),
            Self::Silu => x.silu(),
            Self::Mish => x.mish(),
            Self::Tanh => x.tanh(),
            Self::HardTanh => x.hard_tanh(),
            Self::Softsign => x.softsign(),
            Self::Sigmoid => x.sigmoid(),
            Self::LogSigmoid => x.log_sigmoid(),
            Self::Softplus => x.softplus(),
        }
    }
}

/// `x`, or `low` if it is smaller. NaN stays.
#[inline(always)]
fn above<T: Element>(x: T, low: T) -> T {
    if x < low { low } else { x }
}

/// `x`, or the bound of `±far` that it is beyond. NaN stays.
#[inline(always)]
fn within<T: Element>(x: T, far: T) -> T {
    let x = above(x, -far);
    if x > far { far } else { x }
}
