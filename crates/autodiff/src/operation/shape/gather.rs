use ndarray::{ArrayBase, Data, Dimension};

use super::slice::with_size;
use crate::kernel::blocks::{Along, gather, gather_add, select, select_add};
use crate::tape::Indices;
use crate::{Axes, Element, Shape, Var, Vjp, error};

impl<T: Element> Var<'_, T> {
    /// The elements at `places` along one axis, in that order and as often as they are named; the
    /// cotangent is [added](Var::index_add) there. For rows of a table: `x.index_select(0, &rows)`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.index_select(0, &[1, 1]);
    /// assert_eq!(y.value(), ndarray::array![[3.0, 4.0], [3.0, 4.0]].into_dyn());
    /// assert_eq!(y.sum(..).backward().wrt(x), ndarray::array![[0.0, 0.0], [2.0, 2.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks the axis, or the axis one of the places.
    #[inline(never)]
    #[track_caller]
    pub fn index_select(self, axis: impl Into<Axes>, places: &[usize]) -> Self {
        let shape = self.shape();
        let axis = axis.into().one("index_select", &shape);
        check_places("index_select", places, axis, &shape);
        self.selected(axis, self.tape.keep_indices(places.iter().copied()))
    }

    #[track_caller]
    fn selected(self, axis: usize, places: Indices) -> Self {
        let value = {
            let (x, places) = (self.read(), self.tape.indices(places));
            let mut value = self.tape.fresh(with_size(x.shape(), axis, places.len()));
            let along = Along::new(x.shape(), axis);
            select(value.numbers_mut(), x.numbers(), along, &places);
            value
        };
        self.unary("index_select", value, move |g, x, _y| {
            let zeros = x.tape.full(x.shape(), T::zero());
            zeros.selected_add(axis, places, g)
        })
    }

    /// This array with those of `y` added at `places` along one axis, one place for each of `y`
    /// along it; `x̄ = z̄`, `ȳ` is [selected](Var::index_select) from `z̄`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var([10.0, 20.0]), tape.var([1.0, 2.0, 3.0]));
    /// assert_eq!(x.index_add(0, &[1, 0, 1], y).value(), ndarray::array![12.0, 24.0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the arrays lack the axis, the axis one of the places, there is not one place for each of
    /// `y`, the shapes differ in another axis, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn index_add(self, axis: impl Into<Axes>, places: &[usize], y: Self) -> Self {
        self.same_tape("index_add", y);
        let (shape, of_y) = (self.shape(), y.shape());
        let axis = axis.into().one("index_add", &shape);
        check_places("index_add", places, axis, &shape);
        if of_y != with_size(&shape, axis, places.len()) {
            error::places_shape("index_add", &shape, &of_y, axis, places.len());
        }
        self.selected_add(axis, self.tape.keep_indices(places.iter().copied()), y)
    }

    #[track_caller]
    fn selected_add(self, axis: usize, places: Indices, y: Self) -> Self {
        let value = {
            let (x, y, places) = (self.read(), y.read(), self.tape.indices(places));
            let mut value = self.tape.fresh(x.shape().clone());
            value.numbers_mut().copy_from_slice(x.numbers());
            let along = Along::new(x.shape(), axis);
            select_add(value.numbers_mut(), along, y.numbers(), &places);
            value
        };
        self.binary(
            "index_add",
            y,
            value,
            |g, _x, _y, _z| g,
            move |g, _x, _y, _z| g.selected(axis, places),
        )
    }

    /// For each of `places` the element at that place along one axis, the others as its own:
    /// `y[i, j] = x[places[i, j], j]` along axis 0. The cotangent is [added](Var::scatter_add) there.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.gather(1, &ndarray::array![[2], [0]]);
    /// assert_eq!(y.value(), ndarray::array![[3.0], [4.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks the axis, the axis one of the places, or the shapes differ in another axis.
    #[inline(never)]
    #[track_caller]
    pub fn gather<S, D>(self, axis: impl Into<Axes>, places: &ArrayBase<S, D>) -> Self
    where
        S: Data<Elem = usize>,
        D: Dimension,
    {
        let shape = self.shape();
        let axis = axis.into().one("gather", &shape);
        check_gathered("gather", places.shape(), axis, &shape);
        check_places("gather", places, axis, &shape);
        let of_places = Shape::from(places.shape());
        self.gathered(
            axis,
            self.tape.keep_indices(places.iter().copied()),
            of_places,
        )
    }

    #[track_caller]
    fn gathered(self, axis: usize, places: Indices, shape: Shape) -> Self {
        let value = {
            let (x, places) = (self.read(), self.tape.indices(places));
            let mut value = self.tape.fresh(shape);
            let along = Along::new(x.shape(), axis);
            gather(value.numbers_mut(), x.numbers(), along, &places);
            value
        };
        self.unary("gather", value, move |g, x, _y| {
            let zeros = x.tape.full(x.shape(), T::zero());
            zeros.gathered_add(axis, places, g)
        })
    }

    /// This array with each element of `y` added at its place along one axis, the others as its own:
    /// `z[places[i, j], j]` gets `y[i, j]` along axis 0; `x̄ = z̄`, `ȳ` is [gathered](Var::gather)
    /// from `z̄`.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, y) = (tape.var(ndarray::array![[0.0, 0.0]]), tape.var(ndarray::array![[1.0, 2.0]]));
    /// let z = x.scatter_add(1, &ndarray::array![[1, 1]], y);
    /// assert_eq!(z.value(), ndarray::array![[0.0, 3.0]].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If the array lacks the axis, the axis one of the places, `y` has not the shape of `places`,
    /// the shapes differ in another axis, or the variables belong to two tapes.
    #[inline(never)]
    #[track_caller]
    pub fn scatter_add<S, D>(self, axis: impl Into<Axes>, places: &ArrayBase<S, D>, y: Self) -> Self
    where
        S: Data<Elem = usize>,
        D: Dimension,
    {
        self.same_tape("scatter_add", y);
        let (shape, of_y) = (self.shape(), y.shape());
        let axis = axis.into().one("scatter_add", &shape);
        check_gathered("scatter_add", places.shape(), axis, &shape);
        check_places("scatter_add", places, axis, &shape);
        if *of_y != *places.shape() {
            error::equal_shapes("scatter_add", places.shape(), &of_y);
        }
        self.gathered_add(axis, self.tape.keep_indices(places.iter().copied()), y)
    }

    #[track_caller]
    fn gathered_add(self, axis: usize, places: Indices, y: Self) -> Self {
        let value = {
            let (x, y, places) = (self.read(), y.read(), self.tape.indices(places));
            let mut value = self.tape.fresh(x.shape().clone());
            value.numbers_mut().copy_from_slice(x.numbers());
            let along = Along::new(x.shape(), axis);
            gather_add(value.numbers_mut(), along, y.numbers(), &places);
            value
        };
        let y_rule = Vjp::new(move |g: Var<'_, T>, operands: &[Var<'_, T>], _| {
            g.gathered(axis, places, operands[1].shape())
        });
        let x_rule = Vjp::new(|g, _, _| g);
        self.tape.push(
            "scatter_add",
            value,
            [(self.index, x_rule), (y.index, y_rule)],
        )
    }
}

/// Panics if a place is not below the size of the axis.
#[track_caller]
fn check_places<'a>(
    operation: &str,
    places: impl IntoIterator<Item = &'a usize>,
    axis: usize,
    shape: &[usize],
) {
    if let Some(&place) = places.into_iter().find(|&&place| place >= shape[axis]) {
        error::place(operation, place, axis, shape);
    }
}

/// Panics if places differ from an array in another axis than one.
#[track_caller]
fn check_gathered(operation: &str, places: &[usize], axis: usize, shape: &[usize]) {
    if places.len() != shape.len() || with_size(places, axis, shape[axis])[..] != *shape {
        error::parts(operation, shape, places, axis);
    }
}
