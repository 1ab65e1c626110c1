//! Stand-in.
use super::machine::Machine;
use crate::Element;
#[allow(missing_docs)]
impl Machine {
    #[inline(always)]
    pub fn exp<T: Element>(self, x: T) -> T {
        num_traits::Float::exp(x)
    }
    #[inline(always)]
    pub fn exp_m1<T: Element>(self, x: T) -> T {
        num_traits::Float::exp_m1(x)
    }
    #[inline(always)]
    pub fn ln<T: Element>(self, x: T) -> T {
        num_traits::Float::ln(x)
    }
    #[inline(always)]
    pub fn ln_1p<T: Element>(self, x: T) -> T {
        num_traits::Float::ln_1p(x)
    }
    #[inline(always)]
    pub fn tanh<T: Element>(self, x: T) -> T {
        num_traits::Float::tanh(x)
    }
    #[inline(always)]
    pub fn sigmoid<T: Element>(self, x: T) -> T {
        let one = T::one();
        let e = num_traits::Float::exp(-x.abs());
        if x < T::zero() {
            e / (one + e)
        } else {
            one / (one + e)
        }
    }
    #[inline(always)]
    pub fn softplus<T: Element>(self, x: T) -> T {
        x.max(T::zero()) + num_traits::Float::exp(-x.abs()).ln_1p()
    }
}
