//! The registers of AVX2 and AVX-512.

use std::arch::x86_64::*;

use super::vector::Vector;

/// A 1 for each of the first 8 places, then zeros: masks are read from the middle of it.
static MASK32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
static MASK64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

#[inline(always)]
unsafe fn mask32(count: usize) -> __m256i {
    // SAFETY: `count` is at most 8, so eight places are there.
    unsafe { _mm256_loadu_si256(MASK32.as_ptr().add(8 - count).cast()) }
}

#[inline(always)]
unsafe fn mask64(count: usize) -> __m256i {
    // SAFETY: `count` is at most 4, so four places are there.
    unsafe { _mm256_loadu_si256(MASK64.as_ptr().add(4 - count).cast()) }
}

#[inline(always)]
unsafe fn sums32(four: [__m256; 4]) -> [f32; 4] {
    let [a, b, c, d] = four;
    let mut out = [0.0; 4];
    // SAFETY: only called where AVX2 is.
    unsafe {
        let pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
        let halves = [
            _mm256_castps256_ps128(pairs),
            _mm256_extractf128_ps(pairs, 1),
        ];
        _mm_storeu_ps(out.as_mut_ptr(), _mm_add_ps(halves[0], halves[1]));
    }
    out
}

#[inline(always)]
unsafe fn sums64(four: [__m256d; 4]) -> [f64; 4] {
    let [a, b, c, d] = four;
    let mut out = [0.0; 4];
    // SAFETY: only called where AVX2 is.
    unsafe {
        let [ab, cd] = [_mm256_hadd_pd(a, b), _mm256_hadd_pd(c, d)];
        let low = _mm256_permute2f128_pd(ab, cd, 0x20);
        let high = _mm256_permute2f128_pd(ab, cd, 0x31);
        _mm256_storeu_pd(out.as_mut_ptr(), _mm256_add_pd(low, high));
    }
    out
}

/// The rows of a square; zeros for those that are not there.
macro_rules! rows {
    ($from:ident, $stride:ident, $size:ident, $side:literal, $zero:ident, $load:ident, $part:ident, $mask:ident) => {{
        let mut rows = [$zero(); $side];
        if $size[1] == $side {
            for (row, place) in rows.iter_mut().enumerate().take($size[0]) {
                *place = $load($from.offset(row as isize * $stride));
            }
        } else {
            let mask = $mask($size[1]);
            for (row, place) in rows.iter_mut().enumerate().take($size[0]) {
                *place = $part($from.offset(row as isize * $stride), mask);
            }
        }
        rows
    }};
}

#[inline(always)]
unsafe fn transpose32(
    from: *const f32,
    from_stride: isize,
    size: [usize; 2],
    to: *mut f32,
    to_stride: usize,
) {
    // SAFETY: only called where AVX2 is, by a caller that vouches for the elements.
    unsafe {
        let r = rows!(
            from,
            from_stride,
            size,
            8,
            _mm256_setzero_ps,
            _mm256_loadu_ps,
            _mm256_maskload_ps,
            mask32
        );
        let low = |i: usize| _mm256_unpacklo_ps(r[i], r[i + 1]);
        let high = |i: usize| _mm256_unpackhi_ps(r[i], r[i + 1]);
        // Columns 0 and 4, 1 and 5, … of four rows in the two halves.
        let quads = |i: usize| {
            [
                _mm256_shuffle_ps(low(i), low(i + 2), 0x44),
                _mm256_shuffle_ps(low(i), low(i + 2), 0xee),
                _mm256_shuffle_ps(high(i), high(i + 2), 0x44),
                _mm256_shuffle_ps(high(i), high(i + 2), 0xee),
            ]
        };
        let (top, bottom) = (quads(0), quads(4));
        for column in 0..4 {
            let left = _mm256_permute2f128_ps(top[column], bottom[column], 0x20);
            _mm256_storeu_ps(to.add(column * to_stride), left);
        }
        for column in 0..4 {
            let right = _mm256_permute2f128_ps(top[column], bottom[column], 0x31);
            _mm256_storeu_ps(to.add((column + 4) * to_stride), right);
        }
    }
}

#[inline(always)]
unsafe fn transpose64(
    from: *const f64,
    from_stride: isize,
    size: [usize; 2],
    to: *mut f64,
    to_stride: usize,
) {
    // SAFETY: only called where AVX2 is, by a caller that vouches for the elements.
    unsafe {
        let r = rows!(
            from,
            from_stride,
            size,
            4,
            _mm256_setzero_pd,
            _mm256_loadu_pd,
            _mm256_maskload_pd,
            mask64
        );
        let top = [
            _mm256_unpacklo_pd(r[0], r[1]),
            _mm256_unpackhi_pd(r[0], r[1]),
        ];
        let bottom = [
            _mm256_unpacklo_pd(r[2], r[3]),
            _mm256_unpackhi_pd(r[2], r[3]),
        ];
        for column in 0..2 {
            let left = _mm256_permute2f128_pd(top[column], bottom[column], 0x20);
            _mm256_storeu_pd(to.add(column * to_stride), left);
        }
        for column in 0..2 {
            let right = _mm256_permute2f128_pd(top[column], bottom[column], 0x31);
            _mm256_storeu_pd(to.add((column + 2) * to_stride), right);
        }
    }
}

macro_rules! vector {
    (
        $register:ty: $element:ty, $lanes:literal by $rows:literal, square $square:literal,
        $features:literal,
        $splat:ident, $load:ident, $store:ident, $add:ident, $fma:ident, $transpose:ident,
        load_part: |$from:ident, $count:ident| $load_part:expr,
        store_part: |$self:ident, $to:ident, $number:ident| $store_part:expr,
        sums: |$four:ident| $sums:expr
    ) => {
        impl Vector for $register {
            type Element = $element;
            const LANES: usize = $lanes;
            const ROWS: usize = $rows;
            const LOW: usize = if $rows == 8 { 4 } else { 2 };
            const SQUARE: usize = $square;

            #[inline(always)]
            unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
                #[target_feature(enable = $features)]
                fn with<R>(f: impl FnOnce() -> R) -> R {
                    f()
                }
                // SAFETY: the caller vouches for the instructions.
                unsafe { with(f) }
            }
            #[inline(always)]
            unsafe fn splat(x: $element) -> Self {
                // SAFETY: the caller vouches for the instructions; so below, and for the elements.
                unsafe { $splat(x) }
            }
            #[inline(always)]
            fn prefetch(at: *const $element) {
                // SAFETY: SSE is everywhere, and nothing is read.
                unsafe { _mm_prefetch(at.cast(), _MM_HINT_T0) }
            }
            #[inline(always)]
            fn prefetch_far(at: *const $element) {
                // SAFETY: as above.
                unsafe { _mm_prefetch(at.cast(), _MM_HINT_T1) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: as above.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn load_part($from: *const $element, $count: usize) -> Self {
                // SAFETY: as above.
                unsafe { $load_part }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: as above.
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn store_part($self, $to: *mut $element, $number: usize) {
                // SAFETY: as above.
                unsafe { $store_part }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { $add(self, other) }
            }
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
                // SAFETY: as above.
                unsafe { $fma(self, factor, sum) }
            }
            #[inline(always)]
            unsafe fn sums($four: [Self; 4]) -> [$element; 4] {
                // SAFETY: as above.
                unsafe { $sums }
            }
            #[inline(always)]
            unsafe fn transpose(
                from: *const $element,
                from_stride: isize,
                size: [usize; 2],
                to: *mut $element,
                to_stride: usize,
            ) {
                // SAFETY: as above.
                unsafe { $transpose(from, from_stride, size, to, to_stride) }
            }
        }
    };
}

vector!(
    __m256: f32, 8 by 6, square 8, "avx2,fma",
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps, transpose32,
    load_part: |from, count| _mm256_maskload_ps(from, mask32(count)),
    store_part: |self, to, count| _mm256_maskstore_ps(to, mask32(count), self),
    sums: |four| sums32(four)
);

vector!(
    __m256d: f64, 4 by 6, square 4, "avx2,fma",
    _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_fmadd_pd, transpose64,
    load_part: |from, count| _mm256_maskload_pd(from, mask64(count)),
    store_part: |self, to, count| _mm256_maskstore_pd(to, mask64(count), self),
    sums: |four| sums64(four)
);

vector!(
    __m512: f32, 16 by 8, square 8, "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq,avx512cd",
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps, transpose32,
    load_part: |from, count| _mm512_maskz_loadu_ps(((1_u32 << count) - 1) as u16, from),
    store_part: |self, to, count| {
        _mm512_mask_storeu_ps(to, ((1_u32 << count) - 1) as u16, self)
    },
    sums: |four| sums32(four.map(
        #[inline(always)]
        |x| _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1))
    ))
);

vector!(
    __m512d: f64, 8 by 8, square 4, "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq,avx512cd",
    _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_fmadd_pd, transpose64,
    load_part: |from, count| _mm512_maskz_loadu_pd(((1_u32 << count) - 1) as u8, from),
    store_part: |self, to, count| {
        _mm512_mask_storeu_pd(to, ((1_u32 << count) - 1) as u8, self)
    },
    sums: |four| sums64(four.map(
        #[inline(always)]
        |x| _mm256_add_pd(_mm512_castpd512_pd256(x), _mm512_extractf64x4_pd(x, 1))
    ))
);
