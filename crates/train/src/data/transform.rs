use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::{LoadProblem, Section};

use crate::error;

/// What is fitted on the rows for training and then changes the columns of these and of any other rows.
///
/// | transform | result | inverse |
/// |---|---|---|
/// | [`Standardizer`](super::Standardizer) | mean 0, deviation 1 | exact but for rounding |
/// | [`MinMax`](super::MinMax) | from the least to the largest number: 0 to 1 | the same |
/// | [`OneHot`](super::OneHot) | a column of 0 and 1 for each category | the same |
/// | [`Pca`](super::Pca) | coordinates along the directions of the largest variance | the nearest point of their span |
///
/// Arrays are `[rows, columns]`. All computing is done in `f64`, for both element types.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Checkpoint, Mlp, Section};
/// use tapegrad_train::data::{Standardizer, Transform};
///
/// let standardizer = Standardizer::<f32>::fit(array![[1.0, 5.0], [3.0, 7.0]]);
/// let model = Mlp::<f32>::new(&[2, 1]);
///
/// // In one file with the model:
/// let checkpoint = Checkpoint::new()
///     .with("model", Section::of(&model))
///     .with("inputs", standardizer.save());
/// assert_eq!(Standardizer::load(checkpoint.section("inputs")?)?, standardizer);
/// # Ok::<(), tapegrad_nn::LoadProblem>(())
/// ```
pub trait Transform<T: Element = f32>: Sized {
    /// The same transform, with the same settings, fitted on other rows: for each fold anew.
    ///
    /// # Panics
    /// As `fit`.
    #[track_caller]
    fn refit(&self, x: impl IntoValue<T>) -> Self;

    /// The columns changed.
    ///
    /// # Panics
    /// If the columns are not as many as those fitted on.
    #[track_caller]
    fn transform(&self, x: impl IntoValue<T>) -> ArcArrayD<T>;

    /// What was transformed, as near as it can be known.
    ///
    /// # Panics
    /// If the columns are not as many as a transform has.
    #[track_caller]
    fn inverse(&self, y: impl IntoValue<T>) -> ArcArrayD<T>;

    /// What was fitted, for a file.
    fn save(&self) -> Section;

    /// The transform that was [saved](Transform::save).
    ///
    /// # Errors
    /// If the section is of another transform or version, or its arrays have other shapes or another element
    /// type.
    fn load(section: &Section) -> Result<Self, LoadProblem>;
}

/// The value, if it has rows and columns to fit on, all finite.
#[track_caller]
pub(super) fn to_fit<T: Element>(who: &str, x: impl IntoValue<T>) -> ArcArrayD<T> {
    let x = x.into_value();
    if x.ndim() != 2 || x.shape()[0] == 0 {
        error::transform_fit(who, x.shape());
    }
    if let Some((at, number)) = x.indexed_iter().find(|(_, x)| !x.is_finite()) {
        error::transform_number(who, at[0], at[1], number.wide());
    }
    x
}

/// The value, if it has the columns.
#[track_caller]
pub(super) fn to_change<T: Element>(
    who: &str,
    x: impl IntoValue<T>,
    columns: usize,
) -> ArcArrayD<T> {
    let x = x.into_value();
    if x.ndim() != 2 || x.shape()[1] != columns {
        error::transform_columns(who, x.shape(), columns);
    }
    x
}
