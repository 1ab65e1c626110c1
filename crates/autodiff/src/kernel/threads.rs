//! How many threads the kernels use, and loops over fixed parts on them.
//!
//! What is computed does not depend on the number: it only says who computes which part.

use std::sync::atomic::{AtomicUsize, Ordering};

/// 0 before it is asked for.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Sets how many threads the kernels of the whole program use from now on; 0 for what
/// [`threads`] says without it.
///
/// Threads are started by the first large product or loop, and stay until another number is asked
/// for by one.
pub fn set_threads(n: usize) {
    THREADS.store(n, Ordering::Relaxed);
}

/// How many threads the kernels use: what was set, else the environment variable
/// `TAPEGRAD_THREADS` if it is a number above 0, else as many as the machine runs at once. Always 1
/// without the feature `threads`.
#[inline]
pub fn threads() -> usize {
    if cfg!(not(feature = "threads")) {
        return 1;
    }
    match THREADS.load(Ordering::Relaxed) {
        0 => at_first(),
        n => n,
    }
}

#[cold]
fn at_first() -> usize {
    let n = std::env::var("TAPEGRAD_THREADS")
        .ok()
        .and_then(|n| n.trim().parse().ok())
        .filter(|&n| n > 0)
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1);
    // Not over what another thread has set meanwhile.
    let _ = THREADS.compare_exchange(0, n, Ordering::Relaxed, Ordering::Relaxed);
    n
}

/// `f` of each number below `count`, on the threads.
pub fn for_each(count: usize, f: impl Fn(usize) + Send + Sync) {
    #[cfg(feature = "threads")]
    if count > 1
        && let Some(pool) = pool::of(threads())
    {
        use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
        let each = (0..count).into_par_iter().with_max_len(1);
        return pool.install(|| each.for_each(f));
    }
    (0..count).for_each(f);
}

/// `f` of each chunk of `length` elements and its number, on the threads; the last chunk may be
/// shorter.
///
/// # Panics
/// If `length` is 0.
pub fn for_each_chunk<T: Send>(
    x: &mut [T],
    length: usize,
    f: impl Fn(usize, &mut [T]) + Send + Sync,
) {
    #[cfg(feature = "threads")]
    if x.len() > length
        && let Some(pool) = pool::of(threads())
    {
        use rayon::iter::{IndexedParallelIterator, ParallelIterator};
        use rayon::slice::ParallelSliceMut;
        let chunks = x.par_chunks_mut(length).enumerate();
        return pool.install(|| chunks.for_each(|(index, chunk)| f(index, chunk)));
    }
    for (index, chunk) in x.chunks_mut(length).enumerate() {
        f(index, chunk);
    }
}

#[cfg(feature = "threads")]
mod pool {
    use std::sync::{Arc, PoisonError, RwLock};

    use rayon::{ThreadPool, ThreadPoolBuilder};

    /// The number of threads that was asked for, and a pool if it could be had.
    type Asked = (usize, Option<Arc<ThreadPool>>);

    static POOL: RwLock<Asked> = RwLock::new((1, None));

    /// The pool of so many threads; none for one thread, and where threads cannot be had.
    pub(super) fn of(threads: usize) -> Option<Arc<ThreadPool>> {
        if threads == 1 {
            return None;
        }
        let found = POOL.read().unwrap_or_else(PoisonError::into_inner);
        if found.0 == threads {
            return found.1.clone();
        }
        drop(found);
        let mut pool = POOL.write().unwrap_or_else(PoisonError::into_inner);
        if pool.0 != threads {
            let built = ThreadPoolBuilder::new()
                .num_threads(threads)
                .thread_name(|index| format!("tapegrad {index}"))
                .build();
            *pool = (threads, built.ok().map(Arc::new));
        }
        pool.1.clone()
    }
}
