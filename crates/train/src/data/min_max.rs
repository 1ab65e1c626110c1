use ndarray::Axis;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::{LoadProblem, Section};

use super::transform::{to_change, to_fit};
use super::{Transform, saved_transform};
use crate::error;

/// Columns from `low` to `high`: `low + (x − least) (high − low) / range`, where the range is the largest number
/// of the column less the least. As scikit-learn's `MinMaxScaler`.
///
/// A constant column becomes `low`. Other rows than those fitted on may lie outside.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::data::{MinMax, Transform};
///
/// let min_max = MinMax::<f64>::fit(array![[2.0], [6.0], [4.0]]);
/// assert_eq!(min_max.transform(array![[6.0], [3.0], [8.0]]), array![[1.0], [0.25], [1.5]].into_dyn());
/// assert_eq!(MinMax::<f64>::fit_between(-1.0, 1.0, array![[2.0], [6.0]]).transform(array![[3.0]])[[0, 0]], -0.5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MinMax<T: Element = f32> {
    /// Where the least numbers go.
    pub low: f64,
    /// Where the largest numbers go.
    pub high: f64,
    /// The least number of each column.
    pub least: Vec<T>,
    /// The largest number of each column.
    pub largest: Vec<T>,
}

impl<T: Element> MinMax<T> {
    /// The least and largest numbers of the columns of `[rows, columns]`, which go to 0 and 1.
    ///
    /// # Panics
    /// If the data have not two axes or no row, or a number is not finite.
    #[track_caller]
    pub fn fit(x: impl IntoValue<T>) -> Self {
        Self::fit_between(0.0, 1.0, x)
    }

    /// The same, to `low` and `high`.
    ///
    /// # Panics
    /// As [`fit`](MinMax::fit), and if they are not finite, the lower first.
    #[track_caller]
    pub fn fit_between(low: f64, high: f64, x: impl IntoValue<T>) -> Self {
        if !(low < high && (high - low).is_finite()) {
            error::min_max_bounds(low, high);
        }
        let x = to_fit("MinMax::fit", x);
        let fold = |f: fn(T, T) -> T| {
            let columns = x.axis_iter(Axis(1));
            columns
                .map(|column| column.iter().skip(1).fold(column[0], |a, &b| f(a, b)))
                .collect()
        };
        Self {
            low,
            high,
            least: fold(T::min),
            largest: fold(T::max),
        }
    }

    /// Each number by its column's least number and range; 1 for the range if it is 0.
    #[track_caller]
    fn each(&self, x: impl IntoValue<T>, f: impl Fn(f64, f64, f64) -> f64) -> ArcArrayD<T> {
        let mut x = to_change("MinMax", x, self.least.len());
        for (mut column, (least, largest)) in x
            .axis_iter_mut(Axis(1))
            .zip(self.least.iter().zip(&self.largest))
        {
            let (least, largest) = (least.wide(), largest.wide());
            let range = if largest > least {
                largest - least
            } else {
                1.0
            };
            column.mapv_inplace(|x| T::of(f(x.wide(), least, range)));
        }
        x
    }
}

const KIND: &str = "MinMax";

impl<T: Element> Transform<T> for MinMax<T> {
    #[track_caller]
    fn refit(&self, x: impl IntoValue<T>) -> Self {
        Self::fit_between(self.low, self.high, x)
    }

    #[track_caller]
    fn transform(&self, x: impl IntoValue<T>) -> ArcArrayD<T> {
        let width = self.high - self.low;
        self.each(x, |x, least, range| self.low + (x - least) / range * width)
    }

    #[track_caller]
    fn inverse(&self, y: impl IntoValue<T>) -> ArcArrayD<T> {
        let width = self.high - self.low;
        self.each(y, |y, least, range| least + (y - self.low) / width * range)
    }

    fn save(&self) -> Section {
        let mut section = saved_transform::section(KIND, &[self.low, self.high]);
        section.insert("least", "least", self.least.clone());
        section.insert("largest", "largest", self.largest.clone());
        section
    }

    fn load(section: &Section) -> Result<Self, LoadProblem> {
        let numbers = saved_transform::numbers(section, KIND)?;
        let (low, high) = match numbers[..] {
            [low, high] if low < high => (low, high),
            _ => {
                let reason = format!("the bounds are {numbers:?}");
                return Err(saved_transform::malformed(reason));
            }
        };
        let least: Vec<T> = saved_transform::list(section, "least", None)?;
        let largest = saved_transform::list(section, "largest", Some(least.len()))?;
        Ok(Self {
            low,
            high,
            least,
            largest,
        })
    }
}
