//! Sums down the columns of a row-major matrix.

use tapegrad_autodiff::Element;

/// How many columns are read together: a line of the cache, and sums that need no memory but the stack's.
pub(super) const AT_ONCE: usize = 16;

/// The sums of `of` each number in the columns from `first` on, as many as there are up to [`AT_ONCE`].
/// The numbers of a column are added from the first row on, in `f64`.
pub(super) fn sums<T: Element>(
    numbers: &[T],
    columns: usize,
    first: usize,
    of: impl Fn(f64) -> f64,
) -> [f64; AT_ONCE] {
    let mut sums = [0.0; AT_ONCE];
    let last = columns.min(first + AT_ONCE);
    for row in numbers.chunks_exact(columns) {
        for (sum, x) in sums.iter_mut().zip(&row[first..last]) {
            *sum += of(x.wide());
        }
    }
    sums
}

/// `change` of each number in the columns from `first` on, with what `by` has for its column.
pub(super) fn change<T: Element>(
    numbers: &mut [T],
    columns: usize,
    first: usize,
    by: &[f64; AT_ONCE],
    change: impl Fn(T, T) -> T,
) {
    let by = by.map(T::of);
    let last = columns.min(first + AT_ONCE);
    for row in numbers.chunks_exact_mut(columns) {
        for (x, &by) in row[first..last].iter_mut().zip(&by) {
            *x = change(*x, by);
        }
    }
}
