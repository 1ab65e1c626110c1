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

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
