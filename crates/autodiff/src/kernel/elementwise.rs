//! Functions of each element.

use ndarray::ArrayD;

use crate::{ArcArrayD, Element};

/// `f` of each element.
pub(crate) fn map<T: Element>(x: &ArcArrayD<T>, f: impl Fn(T) -> T) -> ArcArrayD<T> {
    from_flat(x.shape(), flat(x).iter().map(|&x| f(x)).collect())
}

/// `f` of each pair of elements, both broadcast to `shape`.
pub(crate) fn zip<T: Element>(
    shape: &[usize],
    x: &ArcArrayD<T>,
    y: &ArcArrayD<T>,
    f: impl Fn(T, T) -> T,
) -> ArcArrayD<T> {
    if x.shape() == shape && shape.ends_with(y.shape()) {
        return repeat(x, y, f);
    }
    if y.shape() == shape && shape.ends_with(x.shape()) {
        return repeat(y, x, |y, x| f(x, y));
    }
    let mut result = Vec::with_capacity(shape.iter().product());
    // Row by row: along the last axis an operand is a slice, or one number repeated.
    let broadcast = "the shapes were seen to broadcast";
    let (x, y) = (
        x.broadcast(shape).expect(broadcast),
        y.broadcast(shape).expect(broadcast),
    );
    for (x, y) in x.rows().into_iter().zip(y.rows()) {
        match (x.to_slice(), y.to_slice()) {
            (Some(x), Some(y)) => result.extend(x.iter().zip(y).map(|(&x, &y)| f(x, y))),
            (Some(x), None) => result.extend(x.iter().map(|&x| f(x, y[0]))),
            (None, Some(y)) => result.extend(y.iter().map(|&y| f(x[0], y))),
            (None, None) => result.extend(std::iter::repeat_n(f(x[0], y[0]), x.len())),
        }
    }
    from_flat(shape, result)
}

/// `f` of each element of `whole` and of `part`, which has its last axes (or none, or all) and is
/// repeated along the others.
fn repeat<T: Element>(
    whole: &ArcArrayD<T>,
    part: &ArcArrayD<T>,
    f: impl Fn(T, T) -> T,
) -> ArcArrayD<T> {
    if let &[part] = flat(part) {
        return map(whole, |x| f(x, part));
    }
    let mut result = Vec::with_capacity(whole.len());
    for block in flat(whole).chunks_exact(part.len().max(1)) {
        result.extend(block.iter().zip(flat(part)).map(|(&x, &y)| f(x, y)));
    }
    from_flat(whole.shape(), result)
}

/// `a + b` of equal shapes, in the storage of one that nobody else holds.
pub(crate) fn add<T: Element>(mut a: ArcArrayD<T>, mut b: ArcArrayD<T>) -> ArcArrayD<T> {
    if !a.is_unique() && b.is_unique() {
        std::mem::swap(&mut a, &mut b);
    }
    a += &b;
    a
}

/// The elements in row-major order.
pub(crate) fn flat<T: Element>(x: &ArcArrayD<T>) -> &[T] {
    x.as_slice().expect("values on a tape are contiguous")
}

/// The array of the given shape with these elements in row-major order.
pub(crate) fn from_flat<T: Element>(shape: &[usize], elements: Vec<T>) -> ArcArrayD<T> {
    ArrayD::from_shape_vec(shape, elements)
        .expect("one element for each place")
        .into_shared()
}
