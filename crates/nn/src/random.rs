//! Random streams that a seed fixes on every platform, whatever else draws from others.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

/// A stream of random numbers: xoshiro256++, whose output is portable.
pub type Stream = Xoshiro256PlusPlus;

/// The stream that `seed` starts.
pub fn stream(seed: u64) -> Stream {
    Stream::seed_from_u64(seed)
}

/// The seed of the part numbered `index` of something seeded: the same whatever the other parts
/// draw.
///
/// One step of SplitMix64, `index` draws ahead.
pub fn derive(seed: u64, index: usize) -> u64 {
    mix(seed.wrapping_add((index as u64).wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// The seed from which [`derive`] makes `derived` at this index: there is one.
#[cfg(feature = "description")]
pub(crate) fn underive(derived: u64, index: usize) -> u64 {
    unmix(derived).wrapping_sub((index as u64).wrapping_add(1).wrapping_mul(GOLDEN))
}

/// The seed of the part called `name` of something seeded: the same whatever the other parts draw.
///
/// The name's bytes as a number by FNV-1a, mixed as in SplitMix64.
///
/// ```
/// use tapegrad_nn::random::derive_named;
/// assert_ne!(derive_named(1, "encoder"), derive_named(1, "decoder"));
/// ```
pub fn derive_named(seed: u64, name: &str) -> u64 {
    let name = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mix(seed.wrapping_add(GOLDEN) ^ name)
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const FACTORS: [u64; 2] = [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB];

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(FACTORS[0]);
    z = (z ^ (z >> 27)).wrapping_mul(FACTORS[1]);
    z ^ (z >> 31)
}

/// The inverse of `mix`: its factors are odd, and so have inverses modulo 2⁶⁴.
#[cfg(feature = "description")]
fn unmix(mut z: u64) -> u64 {
    z ^= (z >> 31) ^ (z >> 62);
    z = z.wrapping_mul(inverse(FACTORS[1]));
    z ^= (z >> 27) ^ (z >> 54);
    z = z.wrapping_mul(inverse(FACTORS[0]));
    z ^ (z >> 30) ^ (z >> 60)
}

/// By Newton's method: each step doubles the low bits that are right, of which an odd number has three.
#[cfg(feature = "description")]
fn inverse(odd: u64) -> u64 {
    (0..5).fold(odd, |x, _| {
        x.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(x)))
    })
}
