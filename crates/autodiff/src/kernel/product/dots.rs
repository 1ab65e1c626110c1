//! `C[i, j] ← start + aᵢ · bⱼ`: rows of `A` times columns of `B`, both contiguous.

use super::job::{Job, Matrix};
use super::scratch;
use super::vector::Vector;

/// The product by inner products.
///
/// # Safety
/// The machine has the instructions of `V`, what the job describes is there, and the row stride of
/// `B` is 1.
pub(super) unsafe fn dots<V: Vector>(job: &Job<'_, V::Element>) {
    let [m, k, _] = job.size;
    if job.a.strides[1] == 1 {
        // SAFETY: the caller's.
        return unsafe { contiguous::<V>(job) };
    }
    scratch::with(m * k, |room: *mut V::Element| {
        // SAFETY: the room is for A.
        unsafe {
            for i in 0..m {
                for p in 0..k {
                    *room.add(i * k + p) = *job.a.from(i, p).first;
                }
            }
            contiguous::<V>(&Job {
                a: Matrix {
                    first: room,
                    strides: [k as isize, 1],
                },
                ..*job
            });
        }
    });
}

unsafe fn contiguous<V: Vector>(job: &Job<'_, V::Element>) {
    let [m, _, n] = job.size;
    // SAFETY: the caller's.
    unsafe {
        V::run(
            #[inline(always)]
            || {
                for j in (0..n).step_by(4) {
                    for i in 0..m {
                        four::<V>(job, i, j);
                    }
                }
            },
        );
        job.finish(job.c, m, [0, n]);
    }
}

/// Columns `j..j + 4` of row `i`, or those of them that are there.
#[inline(always)]
unsafe fn four<V: Vector>(job: &Job<'_, V::Element>, i: usize, j: usize) {
    let [_, k, n] = job.size;
    let a = job.a.from(i, 0).first;
    // The last column stands in for those that are not there.
    let b: [_; 4] = std::array::from_fn(
        #[inline(always)]
        |column| job.b.from(0, (j + column).min(n - 1)).first,
    );
    // SAFETY: the caller's; the last vectors are read in the lanes that are there only.
    unsafe {
        let mut sums = [V::splat(num_traits::zero()); 4];
        let whole = k - k % V::LANES;
        let mut p = 0;
        while p < whole {
            let x = V::load(a.add(p));
            for (sum, &b) in sums.iter_mut().zip(&b) {
                *sum = x.mul_add(V::load(b.add(p)), *sum);
            }
            p += V::LANES;
        }
        let last = k - whole;
        if last > 0 {
            let x = V::load_part(a.add(p), last);
            for (sum, &b) in sums.iter_mut().zip(&b) {
                *sum = x.mul_add(V::load_part(b.add(p), last), *sum);
            }
        }
        let c = job.c.add(i * job.c_stride);
        for (j, sum) in (j..n).zip(V::sums(sums)) {
            *c.add(j) = if job.start.is_null() {
                sum
            } else {
                sum + *job.start.add(i * job.start_stride + j)
            };
        }
    }
}
