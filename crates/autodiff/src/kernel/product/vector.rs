//! One register of numbers, and what the kernels of a product ask of it.

use crate::Element;

/// A register of `LANES` numbers of a set of instructions.
///
/// # Safety
/// Every function is to be called on a machine that has the instructions, with pointers to as many
/// elements as it reads or writes; no alignment is needed.
pub(super) trait Vector: Copy {
    /// What the register holds.
    type Element: Element;
    /// How many of them.
    const LANES: usize;
    /// Rows of the tile of C that is kept in registers.
    const ROWS: usize;
    /// Up to how many rows a tile is four vectors wide, for enough sums; two else.
    const LOW: usize;
    /// The side of the square that [`transpose`](Self::transpose) moves.
    const SQUARE: usize;

    /// Runs `f`, which must be inlined, compiled for the instructions.
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R;
    /// All lanes `x`.
    unsafe fn splat(x: Self::Element) -> Self;
    /// Asks for the line of the cache at an address, which need not be there.
    fn prefetch(_at: *const Self::Element) {}
    /// The same, no nearer than the second cache.
    fn prefetch_far(_at: *const Self::Element) {}
    unsafe fn load(from: *const Self::Element) -> Self;
    /// The first `count` lanes, zeros after them.
    unsafe fn load_part(from: *const Self::Element, count: usize) -> Self;
    unsafe fn store(self, to: *mut Self::Element);
    /// Only the first `count` lanes.
    unsafe fn store_part(self, to: *mut Self::Element, count: usize);
    unsafe fn add(self, other: Self) -> Self;
    /// `self · factor + sum`.
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self;
    /// The sum of the lanes of each of four.
    unsafe fn sums(four: [Self; 4]) -> [Self::Element; 4];
    /// Writes the transpose of `rows × columns` numbers, at most a square of them, as a whole
    /// square with zeros in place of those that are not there.
    unsafe fn transpose(
        from: *const Self::Element,
        from_stride: isize,
        size: [usize; 2],
        to: *mut Self::Element,
        to_stride: usize,
    );
}

/// Lanes for the instructions that the crate is compiled for: the compiler finds them itself.
#[derive(Clone, Copy)]
pub(super) struct Lanes<T, const L: usize>([T; L]);

impl<T: Element, const L: usize> Vector for Lanes<T, L> {
    type Element = T;
    const LANES: usize = L;
    const ROWS: usize = if cfg!(target_arch = "aarch64") { 8 } else { 4 };
    const LOW: usize = if cfg!(target_arch = "aarch64") { 4 } else { 2 };
    const SQUARE: usize = 4;

    #[inline(always)]
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
        f()
    }

    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Self([x; L])
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller vouches for L elements.
        Self(unsafe { from.cast::<[T; L]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn load_part(from: *const T, count: usize) -> Self {
        let mut lanes = [T::zero(); L];
        // Places known when compiled: the lanes stay in a register.
        for (lane, place) in lanes.iter_mut().enumerate() {
            if lane < count {
                // SAFETY: the caller vouches for `count` elements.
                *place = unsafe { *from.add(lane) };
            }
        }
        Self(lanes)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller vouches for L elements.
        unsafe { to.cast::<[T; L]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn store_part(self, to: *mut T, count: usize) {
        for (lane, x) in self.0.into_iter().enumerate() {
            if lane < count {
                // SAFETY: the caller vouches for `count` elements.
                unsafe { *to.add(lane) = x };
            }
        }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(
            #[inline(always)]
            |lane| self.0[lane] + other.0[lane],
        ))
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
        let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
        Self(std::array::from_fn(
            #[inline(always)]
            |lane| {
                let (a, b, c) = (self.0[lane], factor.0[lane], sum.0[lane]);
                if fused {
                    num_traits::Float::mul_add(a, b, c)
                } else {
                    a * b + c
                }
            },
        ))
    }

    #[inline(always)]
    unsafe fn sums(four: [Self; 4]) -> [T; 4] {
        four.map(|x| x.0.iter().skip(1).fold(x.0[0], |sum, &x| sum + x))
    }

    #[inline(always)]
    unsafe fn transpose(
        from: *const T,
        from_stride: isize,
        [rows, columns]: [usize; 2],
        to: *mut T,
        to_stride: usize,
    ) {
        for column in 0..Self::SQUARE {
            for row in 0..Self::SQUARE {
                let there = row < rows && column < columns;
                // SAFETY: the caller vouches for `rows × columns` elements to read and for a whole
                // square to write.
                unsafe {
                    *to.add(column * to_stride + row) = if there {
                        *from.offset(row as isize * from_stride + column as isize)
                    } else {
                        T::zero()
                    };
                }
            }
        }
    }
}
