//! The shape of a value, and how shapes combine.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use ndarray::{IntoDimension, IxDyn};

/// The size of each axis; empty for a single number. Read as a slice.
///
/// Up to four axes it stands on the stack.
///
/// ```
/// # use tapegrad_autodiff::Tape;
/// let tape = Tape::<f32>::new();
/// let shape = tape.var(ndarray::array![[1.0, 2.0, 3.0]]).shape();
/// assert_eq!(shape, [1, 3]);
/// assert_eq!((shape.len(), shape[1]), (2, 3));
/// ```
#[derive(Clone)]
pub struct Shape(Sizes);

#[derive(Clone)]
enum Sizes {
    Few { rank: usize, sizes: [usize; FEW] },
    Many(Box<[usize]>),
}

const FEW: usize = 4;

impl Shape {
    /// That of a single number.
    #[inline]
    pub(crate) fn number() -> Self {
        Self::from([])
    }

    /// How many elements there are.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.iter().product()
    }

    /// The axes `first`, then the axes `last`.
    #[inline]
    pub(crate) fn joined(first: &[usize], last: &[usize]) -> Self {
        Self::of(first.len() + last.len(), |axis| {
            let after = axis.checked_sub(first.len());
            after.map_or_else(|| first[axis], |axis| last[axis])
        })
    }

    /// `rank` axes of the sizes that `size` gives.
    #[inline]
    pub(crate) fn of(rank: usize, mut size: impl FnMut(usize) -> usize) -> Self {
        if rank > FEW {
            return Self(Sizes::Many((0..rank).map(size).collect()));
        }
        let mut sizes = [0; FEW];
        for (axis, slot) in sizes[..rank].iter_mut().enumerate() {
            *slot = size(axis);
        }
        Self(Sizes::Few { rank, sizes })
    }
}

/// So that ndarray takes it: `ArrayD::zeros(x.shape())`.
impl IntoDimension for &Shape {
    type Dim = IxDyn;
    fn into_dimension(self) -> IxDyn {
        IxDyn(self)
    }
}

/// So that ndarray takes it: `ArrayD::zeros(x.shape())`.
impl IntoDimension for Shape {
    type Dim = IxDyn;
    fn into_dimension(self) -> IxDyn {
        IxDyn(&self)
    }
}

impl Deref for Shape {
    type Target = [usize];
    #[inline]
    fn deref(&self) -> &[usize] {
        match &self.0 {
            Sizes::Few { rank, sizes } => &sizes[..*rank],
            Sizes::Many(sizes) => sizes,
        }
    }
}

impl From<&[usize]> for Shape {
    #[inline]
    fn from(sizes: &[usize]) -> Self {
        Self::of(sizes.len(), |axis| sizes[axis])
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    #[inline]
    fn from(sizes: [usize; N]) -> Self {
        Self::of(N, |axis| sizes[axis])
    }
}

impl From<Shape> for Vec<usize> {
    fn from(shape: Shape) -> Self {
        shape.to_vec()
    }
}

impl Eq for Shape {}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl PartialEq for Shape {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // Sizes that are not there are 0.
            (Sizes::Few { rank: a, sizes: x }, Sizes::Few { rank: b, sizes: y }) => {
                a == b && x == y
            }
            _ => **self == **other,
        }
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, sizes: &[usize]) -> bool {
        **self == *sizes
    }
}

impl PartialEq<&[usize]> for Shape {
    fn eq(&self, sizes: &&[usize]) -> bool {
        **self == **sizes
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, sizes: &[usize; N]) -> bool {
        **self == *sizes
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The shape that `x` and `y` broadcast to, by NumPy's rule: counted from the last axis, sizes are
/// equal or one of them is 1.
pub(crate) fn broadcast(x: &[usize], y: &[usize]) -> Option<Shape> {
    if x == y {
        return Some(Shape::from(x));
    }
    let rank = x.len().max(y.len());
    let size = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .map_or(1, |axis| shape[axis])
    };
    let mut fits = true;
    let shape = Shape::of(rank, |axis| match (size(x, axis), size(y, axis)) {
        (a, b) if a == b => a,
        (1, b) => b,
        (a, 1) => a,
        _ => {
            fits = false;
            0
        }
    });
    fits.then_some(shape)
}

/// Whether an array of shape `from` broadcasts to the shape `to`.
pub(crate) fn broadcasts_to(from: &[usize], to: &[usize]) -> bool {
    broadcast(from, to).is_some_and(|shape| *shape == *to)
}
