use rand::RngExt;
use tapegrad_autodiff::{Element, Var};

use crate::{Module, Name, Param, Scope, error};

/// Dropout: `y = x m / (1 − p)` in training, with `m` 0 with the probability `p` and else 1, each
/// element on its own; `y = x` in evaluation. The mean of `y` is `x` (Srivastava et al. 2014, who
/// scale in evaluation instead).
///
/// | setting | range |
/// |---|---|
/// | rate `p`, the part that is left out | `[0, 1)`; 0 is the identity |
///
/// What is left out is drawn from the [stream of the layer's place](Scope::part_stream): dropout
/// elsewhere does not change it. The pass needs a seed, each step its own.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dropout, Module, Scope};
///
/// let (layer, x) = (Dropout::new(0.5), array![[1.0, 2.0, 3.0, 4.0]]);
/// assert_eq!(layer.predict(&x), x.clone().into_dyn());
/// let tape = Tape::<f64>::new();
/// for step in 0..3 {
///     let on = Scope::train(&tape).seed(step);
///     let y = layer.forward(&on, on.input(&x)).value();
///     assert!(y.iter().zip(&x).all(|(&y, &x)| y == 0.0 || y == 2.0 * x));
/// }
/// ```
///
/// # Panics
/// `forward` panics in a training pass without a [seed](Scope::seed).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// Dropout of this part of the elements.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        Self::of("Dropout", rate)
    }

    #[track_caller]
    pub(crate) fn of(who: &str, rate: f64) -> Self {
        Self {
            rate: checked_rate(who, rate),
        }
    }

    /// The part that is left out.
    pub fn rate(self) -> f64 {
        self.rate
    }
}

/// A rate in `[0, 1)`.
#[track_caller]
pub(super) fn checked_rate(who: &str, rate: f64) -> f64 {
    if !(0.0..1.0).contains(&rate) {
        error::rate(who, rate);
    }
    rate
}

/// A constant that is 0 with the probability `rate` and `kept` elsewhere.
#[track_caller]
pub(super) fn mask<'t, T: Element>(
    on: &Scope<'t, T>,
    shape: &[usize],
    rate: f64,
    kept: f64,
) -> Var<'t, T> {
    let (mut stream, kept) = (on.part_stream(), T::of(kept));
    on.tape().constant_from_fn(shape, || {
        if stream.random::<f64>() < rate {
            T::zero()
        } else {
            kept
        }
    })
}

impl<T: Element> Module<T> for Dropout {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        if !on.is_training() || self.rate == 0.0 {
            return x;
        }
        x * mask(on, &x.shape(), self.rate, 1.0 / (1.0 - self.rate))
    }

    fn visit<'a>(&'a self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {}

    fn visit_mut(&mut self, _at: &Name<'_>, _f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {}
}
