use ndarray::Axis;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue, reduction};
use tapegrad_nn::{LoadProblem, Section};

use super::transform::{to_change, to_fit};
use super::{Transform, saved_transform};

/// Columns of mean 0 and deviation 1: `(x − mean) / deviation`. Penalties treat weights alike, so
/// the inputs should be alike too.
///
/// The deviation is that of the rows as a population (divided by `n`), as in scikit-learn; a
/// constant column is only centred.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::data::{Standardizer, Transform};
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
    /// If the data have not two axes or no row, or a number is not finite.
    #[track_caller]
    pub fn fit(x: impl IntoValue<T>) -> Self {
        let x = to_fit("Standardizer::fit", x);
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

    #[track_caller]
    fn each(&self, x: impl IntoValue<T>, f: impl Fn(T, T, T) -> T) -> ArcArrayD<T> {
        let mut x = to_change("Standardizer", x, self.mean.len());
        for (mut column, (&mean, &deviation)) in x
            .axis_iter_mut(Axis(1))
            .zip(self.mean.iter().zip(&self.deviation))
        {
            column.mapv_inplace(|x| f(x, mean, deviation));
        }
        x
    }
}

const KIND: &str = "Standardizer";

/// The inverse is `x deviation + mean`.
impl<T: Element> Transform<T> for Standardizer<T> {
    #[track_caller]
    fn refit(&self, x: impl IntoValue<T>) -> Self {
        Self::fit(x)
    }

    #[track_caller]
    fn transform(&self, x: impl IntoValue<T>) -> ArcArrayD<T> {
        self.each(x, |x, mean, deviation| (x - mean) / deviation)
    }

    #[track_caller]
    fn inverse(&self, y: impl IntoValue<T>) -> ArcArrayD<T> {
        self.each(y, |x, mean, deviation| x * deviation + mean)
    }

    fn save(&self) -> Section {
        let mut section = saved_transform::section(KIND, &[]);
        section.insert("mean", "mean", self.mean.clone());
        section.insert("deviation", "deviation", self.deviation.clone());
        section
    }

    fn load(section: &Section) -> Result<Self, LoadProblem> {
        saved_transform::numbers(section, KIND)?;
        let mean: Vec<T> = saved_transform::list(section, "mean", None)?;
        let deviation = saved_transform::list(section, "deviation", Some(mean.len()))?;
        Ok(Self { mean, deviation })
    }
}
