use ndarray::ArrayD;
use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::{ArcArrayD, Element};

use crate::random::Stream;

/// How the weights of a layer `[fan_in, fan_out]` start.
///
/// | initialiser | distribution | for |
/// |---|---|---|
/// | Glorot uniform | `U(−a, a)`, `a = √(6 / (fan_in + fan_out))` | tanh, sigmoid; the default |
/// | Glorot normal | `N(0, 2 / (fan_in + fan_out))` | |
/// | He uniform | `U(−a, a)`, `a = √(6 / fan_in)` | rectifiers |
/// | He normal | `N(0, 2 / fan_in)` | |
/// | LeCun uniform | `U(−a, a)`, `a = √(3 / fan_in)` | self-normalising networks |
/// | LeCun normal | `N(0, 1 / fan_in)` | |
///
/// Sources: Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998. The normal forms are not
/// truncated: as PyTorch's, unlike Keras's. Numbers are drawn in `f64` and rounded, so networks of
/// both element types start alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Initializer {
    /// Uniform with the variance `2 / (fan_in + fan_out)`.
    #[default]
    GlorotUniform,
    /// Normal with the variance `2 / (fan_in + fan_out)`.
    GlorotNormal,
    /// Uniform with the variance `2 / fan_in`.
    HeUniform,
    /// Normal with the variance `2 / fan_in`.
    HeNormal,
    /// Uniform with the variance `1 / fan_in`.
    LecunUniform,
    /// Normal with the variance `1 / fan_in`.
    LecunNormal,
    /// All zero.
    Zeros,
}

impl Initializer {
    /// Every initialiser.
    pub const ALL: &'static [Self] = &[
        Self::GlorotUniform,
        Self::GlorotNormal,
        Self::HeUniform,
        Self::HeNormal,
        Self::LecunUniform,
        Self::LecunNormal,
        Self::Zeros,
    ];

    /// The variance of a weight.
    pub fn variance(self, fan_in: usize, fan_out: usize) -> f64 {
        match self {
            Self::GlorotUniform | Self::GlorotNormal => 2.0 / (fan_in + fan_out) as f64,
            Self::HeUniform | Self::HeNormal => 2.0 / fan_in as f64,
            Self::LecunUniform | Self::LecunNormal => 1.0 / fan_in as f64,
            Self::Zeros => 0.0,
        }
    }

    /// Weights of the shape `[fan_in, fan_out]`, drawn row by row.
    ///
    /// ```
    /// use tapegrad_nn::{Initializer, random};
    /// let weights = Initializer::HeNormal.draw::<f32>(64, 32, &mut random::stream(7));
    /// assert_eq!(weights.shape(), [64, 32]);
    /// ```
    pub fn draw<T: Element>(
        self,
        fan_in: usize,
        fan_out: usize,
        stream: &mut Stream,
    ) -> ArcArrayD<T> {
        let variance = self.variance(fan_in, fan_out);
        let (limit, deviation) = ((3.0 * variance).sqrt(), variance.sqrt());
        ArrayD::from_shape_simple_fn(vec![fan_in, fan_out], || {
            T::of(match self {
                Self::GlorotUniform | Self::HeUniform | Self::LecunUniform => {
                    limit * (2.0 * stream.random::<f64>() - 1.0)
                }
                Self::GlorotNormal | Self::HeNormal | Self::LecunNormal => {
                    deviation * stream.sample::<f64, _>(StandardNormal)
                }
                Self::Zeros => 0.0,
            })
        })
        .into_shared()
    }
}
