//! SplitMix64 (Steele, Lea and Flood 2014), as `workloads.json` seeds it.

use std::f64::consts::TAU;

use super::specification::SPECIFICATION;

/// Streams of the file's `rng`.
pub(crate) const TEACHER: u64 = 1;
pub(crate) const INPUTS: u64 = 2;
pub(crate) const WEIGHTS: u64 = 100;
pub(crate) const DIRECTIONS: u64 = 200;
pub(crate) const OPT_GRADIENT: u64 = 300;
pub(crate) const OPT_PARAMETERS: u64 = 301;

/// The numbers of a stream, in their order.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn stream(stream: u64) -> Self {
        Self {
            state: mix(SPECIFICATION.seed.wrapping_add(stream)),
        }
    }

    /// In `[0, 1)`: the upper 53 bits of a draw.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (mix(self.state) >> 11) as f64 * (0.5_f64).powi(53)
    }

    /// `√(−2 ln(1 − u₁)) cos 2π u₂` (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let (u1, u2) = (self.uniform(), self.uniform());
        (-2.0 * (-u1).ln_1p()).sqrt() * (TAU * u2).cos()
    }

    pub(crate) fn normals(mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal()).collect()
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
