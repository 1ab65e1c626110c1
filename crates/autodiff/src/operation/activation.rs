use crate::{Element, Var};

/// The nonlinearity after a layer.
///
/// | activation | formula |
/// |---|---|
/// | identity | `x` |
/// | relu | `max(x, 0)` |
/// | tanh | `tanh x` |
/// | sigmoid | `1 / (1 + e⁻ˣ)` |
/// | softplus | `ln(1 + eˣ)` |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activation {
    /// `x`.
    #[default]
    Identity,
    /// [`Var::relu`].
    Relu,
    /// [`Var::tanh`].
    Tanh,
    /// [`Var::sigmoid`].
    Sigmoid,
    /// [`Var::softplus`].
    Softplus,
}

impl Activation {
    /// The activation of each element.
    pub fn apply<T: Element>(self, x: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Identity => x,
            Self::Relu => x.relu(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::Softplus => x.softplus(),
        }
    }
}
