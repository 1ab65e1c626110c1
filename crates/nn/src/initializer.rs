use ndarray::ArrayD;
use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::{ArcArrayD, Element};

use crate::error;
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
/// | orthogonal, gain `g` | `g Q` with orthonormal columns, or rows if there are fewer | deep networks |
/// | normal, `σ` | `N(0, σ²)` | |
/// | truncated normal, `σ` | `N(0, σ²)`, drawn again beyond ±2 σ: the variance is 0.774 σ² | |
/// | constant, `c` | `c` | |
///
/// Sources: Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998; Saxe et al. 2014. The forms of
/// Glorot, He and LeCun are not truncated: as PyTorch's, unlike Keras's, which also divide `σ` by
/// 0.8796 so that the variance stays; the truncated normal here does not, as both libraries' own.
/// Numbers are drawn in `f64` and rounded, so networks of both element types start alike.
///
/// `Q` comes from a matrix of standard normal numbers by Gram and Schmidt's process, done twice for
/// each vector so that it is orthogonal to rounding; as the `R` of the factorisation then has a
/// positive diagonal, every `Q` is as likely as any other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "description",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
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
    /// Orthonormal, times this gain.
    Orthogonal(f64),
    /// Normal with this standard deviation.
    Normal(f64),
    /// Normal with this standard deviation, cut at twice that.
    TruncatedNormal(f64),
    /// All this number.
    Constant(f64),
    /// All zero.
    Zeros,
}

impl Initializer {
    /// Every initialiser, some with a number for an example.
    pub const ALL: &'static [Self] = &[
        Self::GlorotUniform,
        Self::GlorotNormal,
        Self::HeUniform,
        Self::HeNormal,
        Self::LecunUniform,
        Self::LecunNormal,
        Self::Orthogonal(1.0),
        Self::Normal(0.02),
        Self::TruncatedNormal(0.02),
        Self::Constant(0.1),
        Self::Zeros,
    ];

    /// The variance of a weight.
    pub fn variance(self, fan_in: usize, fan_out: usize) -> f64 {
        match self {
            Self::GlorotUniform | Self::GlorotNormal => 2.0 / (fan_in + fan_out) as f64,
            Self::HeUniform | Self::HeNormal => 2.0 / fan_in as f64,
            Self::LecunUniform | Self::LecunNormal => 1.0 / fan_in as f64,
            Self::Orthogonal(gain) => gain * gain / fan_in.max(fan_out) as f64,
            Self::Normal(deviation) => deviation * deviation,
            Self::TruncatedNormal(deviation) => deviation * deviation * TRUNCATED,
            Self::Constant(_) | Self::Zeros => 0.0,
        }
    }

    /// Weights of the shape `[fan_in, fan_out]`, drawn row by row; orthogonal ones vector by vector.
    ///
    /// ```
    /// use tapegrad_nn::{Initializer, random};
    /// let weights = Initializer::HeNormal.draw::<f32>(64, 32, &mut random::stream(7));
    /// assert_eq!(weights.shape(), [64, 32]);
    /// ```
    ///
    /// # Panics
    /// If a standard deviation is negative or not finite, or a gain or constant not finite.
    #[track_caller]
    pub fn draw<T: Element>(
        self,
        fan_in: usize,
        fan_out: usize,
        stream: &mut Stream,
    ) -> ArcArrayD<T> {
        self.check();
        let variance = self.variance(fan_in, fan_out);
        let (limit, deviation) = ((3.0 * variance).sqrt(), variance.sqrt());
        if let Self::Orthogonal(gain) = self {
            let vectors = orthonormal(fan_in.min(fan_out), fan_in.max(fan_out), stream);
            let place = |row, column| {
                if fan_in < fan_out {
                    [row, column]
                } else {
                    [column, row]
                }
            };
            return ArrayD::from_shape_fn(vec![fan_in, fan_out], |at| {
                let [vector, axis] = place(at[0], at[1]);
                T::of(gain * vectors[vector][axis])
            })
            .into_shared();
        }
        ArrayD::from_shape_simple_fn(vec![fan_in, fan_out], || {
            T::of(match self {
                Self::GlorotUniform | Self::HeUniform | Self::LecunUniform => {
                    limit * (2.0 * stream.random::<f64>() - 1.0)
                }
                Self::GlorotNormal | Self::HeNormal | Self::LecunNormal => {
                    deviation * stream.sample::<f64, _>(StandardNormal)
                }
                Self::Normal(deviation) => deviation * stream.sample::<f64, _>(StandardNormal),
                Self::TruncatedNormal(deviation) => deviation * within_two(stream),
                Self::Constant(number) => number,
                Self::Orthogonal(_) | Self::Zeros => 0.0,
            })
        })
        .into_shared()
    }

    #[track_caller]
    fn check(self) {
        match self {
            Self::Normal(deviation) => check_deviation("Initializer::Normal", deviation),
            Self::TruncatedNormal(deviation) => {
                check_deviation("Initializer::TruncatedNormal", deviation);
            }
            Self::Orthogonal(gain) => check_finite("Initializer::Orthogonal", "gain", gain),
            Self::Constant(number) => check_finite("Initializer::Constant", "number", number),
            _ => {}
        }
    }
}

#[track_caller]
fn check_deviation(who: &str, deviation: f64) {
    if !(deviation.is_finite() && deviation >= 0.0) {
        error::at_least_zero(who, "standard deviation", deviation);
    }
}

#[track_caller]
fn check_finite(who: &str, what: &str, value: f64) {
    if !value.is_finite() {
        error::finite(who, what, value);
    }
}

/// The variance of a standard normal number within ±2: `1 − 4 φ(2) / (2 Φ(2) − 1)`.
const TRUNCATED: f64 = 1.0 - 4.0 * 0.053_990_966_513_188_06 / 0.954_499_736_103_641_6;

/// A standard normal number within ±2.
fn within_two(stream: &mut Stream) -> f64 {
    loop {
        let number: f64 = stream.sample(StandardNormal);
        if number.abs() <= 2.0 {
            return number;
        }
    }
}

/// So many orthonormal vectors of a length that is not smaller, of a uniformly random orientation.
fn orthonormal(count: usize, length: usize, stream: &mut Stream) -> Vec<Vec<f64>> {
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut vector: Vec<f64> = (0..length).map(|_| stream.sample(StandardNormal)).collect();
        // Once leaves a part along the others of the size of rounding before it is scaled up.
        for _ in 0..2 {
            for other in &vectors {
                let along = dot(&vector, other);
                for (x, y) in vector.iter_mut().zip(other) {
                    *x -= along * y;
                }
            }
            let norm = dot(&vector, &vector).sqrt();
            vector.iter_mut().for_each(|x| *x /= norm);
        }
        vectors.push(vector);
    }
    vectors
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
