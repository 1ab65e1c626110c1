//! Functions of each element.

use ndarray::{ArrayD, Zip};

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
    if x.shape() == y.shape() {
        return from_flat(
            shape,
            flat(x)
                .iter()
                .zip(flat(y))
                .map(|(&x, &y)| f(x, y))
                .collect(),
        );
    }
    let mut result = ArrayD::zeros(shape);
    let broadcast = "the shapes were seen to broadcast";
    Zip::from(&mut result)
        .and(x.broadcast(shape).expect(broadcast))
        .and(y.broadcast(shape).expect(broadcast))
        .for_each(|r, &x, &y| *r = f(x, y));
    result.into_shared()
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
