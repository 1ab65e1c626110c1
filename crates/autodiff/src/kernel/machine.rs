//! Which instructions the machine at hand has, found out at run time.
#![expect(
    unsafe_code,
    reason = "a function compiled for instructions that are not everywhere"
)]

use std::sync::atomic::{AtomicU8, Ordering};

use crate::Element;

/// A set of vector instructions, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// What every machine of the target has: SSE2, NEON, or none.
    Baseline = 1,
    /// AVX2 and FMA: 256 bits.
    Avx2 = 2,
    /// AVX-512 F, VL, BW, DQ, CD: 512 bits.
    Avx512 = 3,
}

impl Level {
    /// The most that this machine has. Found out once.
    #[inline]
    pub fn detected() -> Self {
        static FOUND: AtomicU8 = AtomicU8::new(0);
        match FOUND.load(Ordering::Relaxed) {
            1 => Self::Baseline,
            2 => Self::Avx2,
            3 => Self::Avx512,
            _ => {
                let level = Self::detect();
                FOUND.store(level as u8, Ordering::Relaxed);
                level
            }
        }
    }

    #[cold]
    fn detect() -> Self {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                let wide = is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512cd");
                return if wide { Self::Avx512 } else { Self::Avx2 };
            }
        }
        Self::Baseline
    }

    /// Every level that this machine has, the least first: what a kernel is to be tested on.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|&level| level <= Self::detected())
    }
}

/// What a loop is told of the machine that it is compiled for.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    level: Level,
    fused: bool,
}

impl Machine {
    /// `a b + c`, rounded once where the machine does that in one instruction, and twice elsewhere.
    #[inline(always)]
    pub fn mul_add<T: Element>(self, a: T, b: T, c: T) -> T {
        if self.fused {
            num_traits::Float::mul_add(a, b, c)
        } else {
            a * b + c
        }
    }

    /// The instructions that the loop is compiled for.
    #[inline(always)]
    pub fn level(self) -> Level {
        self.level
    }
}

/// Runs `f` compiled for the widest instructions that this machine has.
///
/// `f` and what it calls must be `#[inline(always)]`: only what is inlined here is compiled for
/// those instructions.
#[inline(always)]
pub fn vectorize<R>(f: impl FnOnce(Machine) -> R) -> R {
    vectorize_at(Level::detected(), f)
}

/// Runs `f` compiled for the instructions of a level, or for the most that the machine has if it
/// lacks them.
#[inline(always)]
pub fn vectorize_at<R>(level: Level, f: impl FnOnce(Machine) -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[inline(never)]
        #[target_feature(enable = "avx2,fma")]
        fn avx2<R>(f: impl FnOnce(Machine) -> R) -> R {
            f(Machine {
                level: Level::Avx2,
                fused: true,
            })
        }
        #[inline(never)]
        #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq,avx512cd")]
        fn avx512<R>(f: impl FnOnce(Machine) -> R) -> R {
            f(Machine {
                level: Level::Avx512,
                fused: true,
            })
        }
        match level.min(Level::detected()) {
            // SAFETY: the level was detected, so the machine has the instructions.
            Level::Avx512 => return unsafe { avx512(f) },
            // SAFETY: as above.
            Level::Avx2 => return unsafe { avx2(f) },
            Level::Baseline => {}
        }
    }
    let _ = level;
    f(Machine {
        level: Level::Baseline,
        fused: cfg!(any(target_feature = "fma", target_arch = "aarch64")),
    })
}
