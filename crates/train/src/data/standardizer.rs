use ndarray::Axis;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue, reduction};

use crate::error;

/// Columns of mean 0 and deviation 1: `(x − mean) / deviation`. Penalties treat weights alike, so
/// the inputs should be alike too.
///
/// The deviation is that of the rows as a population (divided by `n`), as in scikit-learn; a
/// constant column is only centred.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::data::Standardizer;
///
/// let x = array![[1.0, 5.0], [3.0, 5.0]];
/// let standardizer = Standardizer::<f64>::fit(&x);
/// let scaled = standardizer.transform(&x);
/// assert_eq!(scaled, array![[-1.0, 0.0], [1.0, 0.0]].into_dyn());
/// assert_eq!(standardizer.inverse(scaled), x.into_dyn());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer<T: Element = f32> {
    /// The mean of each column.
    pub mean: Vec<T>,
    /// The deviation of each column, 1 where it is 0.
    pub deviation: Vec<T>,
}

impl<T: Element> Standardizer<T> {
    /// The means and deviations of the columns of `[rows, columns]`, computed in `f64`.
    ///
    /// # Panics
    /// If the data have not two axes or no row.
    #[track_caller]
    pub fn fit(x: impl IntoValue<T>) -> Self {
        let x = x.into_value();
        if x.ndim() != 2 || x.shape()[0] == 0 {
            error::standardizer_input(x.shape());
        }
        let mean_of = |x: &[f64]| reduction::sum(x) / x.len() as f64;
        let moments = x.axis_iter(Axis(1)).map(|column| {
            let column: Vec<f64> = column.iter().map(|x| x.wide()).collect();
            let mean = mean_of(&column);
            let squares: Vec<_> = column.iter().map(|x| (x - mean).powi(2)).collect();
            // The mean of equal numbers need not be that number; and a deviation may be too small
            // for the element type.
            let constant = column.iter().all(|x| *x == column[0]);
            let deviation = T::of(mean_of(&squares).sqrt());
            (
                T::of(mean),
                if constant || deviation == T::zero() {
                    T::one()
                } else {
                    deviation
                },
            )
        });
        let (mean, deviation) = moments.unzip();
        Self { mean, deviation }
    }

    /// `(x − mean) / deviation` of each column.
    ///
    /// # Panics
    /// If the columns are not as many as those fitted on.
    #[track_caller]
    pub fn transform(&self, x: impl IntoValue<T>) -> ArcArrayD<T> {
        self.each(x, |x, mean, deviation| (x - mean) / deviation)
    }

    /// `x deviation + mean` of each column: what was transformed.
    ///
    /// # Panics
    /// If the columns are not as many as those fitted on.
    #[track_caller]
    pub fn inverse(&self, x: impl IntoValue<T>) -> ArcArrayD<T> {
        self.each(x, |x, mean, deviation| x * deviation + mean)
    }

    #[track_caller]
    fn each(&self, x: impl IntoValue<T>, f: impl Fn(T, T, T) -> T) -> ArcArrayD<T> {
        let mut x = x.into_value();
        if x.ndim() != 2 || x.shape()[1] != self.mean.len() {
            error::standardizer_columns(x.shape(), self.mean.len());
        }
        for (mut column, (&mean, &deviation)) in x
            .axis_iter_mut(Axis(1))
            .zip(self.mean.iter().zip(&self.deviation))
        {
            column.mapv_inplace(|x| f(x, mean, deviation));
        }
        x
    }
}
