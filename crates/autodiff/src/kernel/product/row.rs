//! `c ← start + Σₚ aₚ B[p, :]`: a row times a matrix, which is read once and in order.

use super::job::Job;
use super::vector::Vector;

/// Rows of `B` that are read side by side: with 4 the products of infer1 take 10 % longer.
const ROWS: usize = 8;
/// Bytes of `c` that stay in the first cache while `B` passes.
const COLUMNS: usize = 16 << 10;

/// The product of a row with a matrix whose rows are contiguous.
///
/// # Safety
/// The machine has the instructions of `V`, what the job describes is there, `A` has one row and
/// the column stride of `B` is 1.
pub(super) unsafe fn row<V: Vector>(job: &Job<'_, V::Element>) {
    let n = job.size[2];
    let mut from = 0;
    while from < n {
        let to = n.min(from + COLUMNS / size_of::<V::Element>());
        // SAFETY: the caller's.
        unsafe {
            V::run(
                #[inline(always)]
                || columns::<V>(job, from, to - from),
            );
            job.finish(job.c, 1, [from, to]);
        }
        from = to;
    }
}

/// Columns `from..from + n`.
#[inline(always)]
unsafe fn columns<V: Vector>(job: &Job<'_, V::Element>, from: usize, n: usize) {
    let k = job.size[1];
    // SAFETY: the caller's.
    unsafe {
        let c = job.c.add(from);
        if job.start.is_null() {
            std::slice::from_raw_parts_mut(c, n).fill(num_traits::zero());
        } else if job.start_stride == 0 {
            c.copy_from_nonoverlapping(job.start.add(from), n);
        }
        let mut p = 0;
        while p + ROWS <= k {
            some::<V, ROWS>(job, from, n, p);
            p += ROWS;
        }
        while p + 2 <= k {
            some::<V, 2>(job, from, n, p);
            p += 2;
        }
        if p < k {
            some::<V, 1>(job, from, n, p);
        }
    }
}

/// Adds `R` rows from row `p` on: even and odd ones apart, then the sum of the two to `c`.
#[inline(always)]
unsafe fn some<V: Vector, const R: usize>(
    job: &Job<'_, V::Element>,
    from: usize,
    n: usize,
    p: usize,
) {
    // SAFETY: the caller's; the last vector is touched in the lanes that are there only.
    unsafe {
        let factors: [V; R] = std::array::from_fn(
            #[inline(always)]
            |r| V::splat(*job.a.from(0, p + r).first),
        );
        let rows: [*const V::Element; R] = std::array::from_fn(
            #[inline(always)]
            |r| job.b.from(p + r, from).first,
        );
        let c = job.c.add(from);
        let whole = n - n % V::LANES;
        let mut j = 0;
        while j < whole {
            let x = rows.map(
                #[inline(always)]
                |row| V::load(row.add(j)),
            );
            sum(V::load(c.add(j)), x, factors).store(c.add(j));
            j += V::LANES;
        }
        let last = n - whole;
        if last > 0 {
            let x = rows.map(
                #[inline(always)]
                |row| V::load_part(row.add(j), last),
            );
            sum(V::load_part(c.add(j), last), x, factors).store_part(c.add(j), last);
        }
    }
}

/// `c` and the products of `R` vectors, the even ones added to `c` and the odd ones to each other.
#[inline(always)]
unsafe fn sum<V: Vector, const R: usize>(c: V, x: [V; R], factors: [V; R]) -> V {
    // SAFETY: the caller's.
    unsafe {
        let mut even = c;
        for r in (0..R).step_by(2) {
            even = x[r].mul_add(factors[r], even);
        }
        if R == 1 {
            return even;
        }
        let mut odd = x[1].mul_add(factors[1], V::splat(num_traits::zero()));
        for r in (3..R).step_by(2) {
            odd = x[r].mul_add(factors[r], odd);
        }
        even.add(odd)
    }
}
