use ndarray::Axis;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::{LoadProblem, Section};

use super::transform::{to_change, to_fit};
use super::{DataError, DataProblem, Transform, saved_transform};
use crate::error;

/// For each category of each column a column of its own, 1 where a row is of the category and 0 elsewhere. As
/// scikit-learn's `OneHotEncoder`.
///
/// The categories of a column are the numbers in it, in ascending order. Texts are made such columns by
/// `Columns::one_hot`.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::data::{OneHot, Transform};
///
/// let one_hot = OneHot::<f64>::fit(array![[7.0], [2.0], [7.0]]);
/// assert_eq!(one_hot.transform(array![[2.0], [7.0]]), array![[1.0, 0.0], [0.0, 1.0]].into_dyn());
///
/// let error = one_hot.check(array![[2.0], [5.0]]).unwrap_err();
/// assert_eq!(error.to_string(), "row 1, column 0: the category is 5; it is none of the 2 that were fitted on");
/// assert_eq!(one_hot.ignore_unknown().transform(array![[5.0]]), array![[0.0, 0.0]].into_dyn());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OneHot<T: Element = f32> {
    categories: Vec<Vec<T>>,
    ignores_unknown: bool,
}

impl<T: Element> OneHot<T> {
    /// The categories of the columns of `[rows, columns]`.
    ///
    /// # Panics
    /// If the data have not two axes or no row, or a number is not finite.
    #[track_caller]
    pub fn fit(x: impl IntoValue<T>) -> Self {
        let x = to_fit("OneHot::fit", x);
        let categories = x.axis_iter(Axis(1)).map(|column| {
            // −0 is 0.
            let mut categories: Vec<T> = column.iter().map(|&x| x + T::zero()).collect();
            categories.sort_by(|a, b| a.wide().total_cmp(&b.wide()));
            categories.dedup();
            categories
        });
        Self {
            categories: categories.collect(),
            ignores_unknown: false,
        }
    }

    /// Rows of a category that was not fitted on have 0 in all its columns; without this they are refused.
    pub fn ignore_unknown(mut self) -> Self {
        self.ignores_unknown = true;
        self
    }

    /// The categories of each column.
    pub fn categories(&self) -> &[Vec<T>] {
        &self.categories
    }

    /// Whether all rows have categories that were fitted on.
    ///
    /// # Errors
    /// If not, with the first place.
    ///
    /// # Panics
    /// If the columns are not as many as those fitted on.
    #[track_caller]
    pub fn check(&self, x: impl IntoValue<T>) -> Result<(), DataError> {
        let x = to_change("OneHot", x, self.categories.len());
        let mut numbers = x.indexed_iter();
        match numbers.find(|(at, x)| self.category(at[1], **x).is_none()) {
            None => Ok(()),
            Some((at, number)) => Err(DataProblem::UnknownCategory {
                row: at[0],
                column: at[1],
                number: number.wide(),
                known: self.categories[at[1]].len(),
            }
            .into()),
        }
    }

    fn category(&self, column: usize, x: T) -> Option<usize> {
        self.categories[column].iter().position(|other| *other == x)
    }

    fn width(&self) -> usize {
        self.categories.iter().map(Vec::len).sum()
    }
}

const KIND: &str = "OneHot";

impl<T: Element> Transform<T> for OneHot<T> {
    #[track_caller]
    fn refit(&self, x: impl IntoValue<T>) -> Self {
        Self {
            ignores_unknown: self.ignores_unknown,
            ..Self::fit(x)
        }
    }

    /// # Panics
    /// Also if a category was not fitted on, unless these are [ignored](OneHot::ignore_unknown);
    /// [`check`](OneHot::check) tells before.
    #[track_caller]
    fn transform(&self, x: impl IntoValue<T>) -> ArcArrayD<T> {
        let x = to_change("OneHot", x, self.categories.len());
        let mut y = ArcArrayD::zeros(vec![x.shape()[0], self.width()]);
        for (row, numbers) in x.axis_iter(Axis(0)).enumerate() {
            let mut first = 0;
            for (column, &number) in numbers.iter().enumerate() {
                match self.category(column, number) {
                    Some(category) => y[[row, first + category]] = T::one(),
                    None if self.ignores_unknown => {}
                    None => error::one_hot_category(row, column, number.wide()),
                }
                first += self.categories[column].len();
            }
        }
        y
    }

    /// The category of the largest number, the first of equals; NaN where all are 0.
    #[track_caller]
    fn inverse(&self, y: impl IntoValue<T>) -> ArcArrayD<T> {
        let y = to_change("OneHot::inverse", y, self.width());
        let mut x = ArcArrayD::zeros(vec![y.shape()[0], self.categories.len()]);
        for (row, numbers) in y.axis_iter(Axis(0)).enumerate() {
            let mut first = 0;
            for (column, categories) in self.categories.iter().enumerate() {
                let mut largest = (T::zero(), T::nan());
                for (&category, at) in categories.iter().zip(first..) {
                    if numbers[at] > largest.0 {
                        largest = (numbers[at], category);
                    }
                }
                x[[row, column]] = largest.1;
                first += categories.len();
            }
        }
        x
    }

    fn save(&self) -> Section {
        let counts = self
            .categories
            .iter()
            .map(|of_column| of_column.len() as f64);
        let ignores = f64::from(u8::from(self.ignores_unknown));
        let numbers: Vec<f64> = [ignores].into_iter().chain(counts).collect();
        let mut section = saved_transform::section(KIND, &numbers);
        section.insert("categories", "categories", self.categories.concat());
        section
    }

    fn load(section: &Section) -> Result<Self, LoadProblem> {
        let numbers = saved_transform::numbers(section, KIND)?;
        let Some((&ignores, counts)) = numbers.split_first() else {
            return Err(saved_transform::malformed("there are no counts".to_owned()));
        };
        let all: Vec<T> = saved_transform::list(section, "categories", None)?;
        let mut categories = Vec::new();
        let mut rest = &all[..];
        for &count in counts {
            let fits = count >= 1.0 && count.fract() == 0.0 && count <= rest.len() as f64;
            let of_column;
            (of_column, rest) = rest.split_at(if fits { count as usize } else { 0 });
            if !fits || !of_column.windows(2).all(|pair| pair[0] < pair[1]) {
                let reason = "the categories are not those of columns".to_owned();
                return Err(saved_transform::malformed(reason));
            }
            categories.push(of_column.to_vec());
        }
        if !rest.is_empty() {
            let reason = format!("{} categories are of no column", rest.len());
            return Err(saved_transform::malformed(reason));
        }
        Ok(Self {
            categories,
            ignores_unknown: ignores != 0.0,
        })
    }
}
