use ndarray::{Array1, Array2, Axis, Ix2, s};
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue, reduction};
use tapegrad_nn::{LoadProblem, Section};

use super::jacobi::eigen;
use super::transform::{to_change, to_fit};
use super::{Transform, saved_transform};
use crate::error;

/// Principal components: `(x − mean) Cᵀ`, where the rows of `C` are the eigenvectors of the covariance of the
/// columns with the largest eigenvalues, the variances along them. As scikit-learn's `PCA` with `svd_solver="full"`.
///
/// A component's number of largest size is positive. Variances are divided by `n − 1`. The columns are not
/// scaled: standardise them before where their units differ.
///
/// The eigenvectors come from the covariance, by rotations, and not from a singular value decomposition of the
/// data: a variance below 1e-15 of the largest is lost in rounding, and with it the direction.
///
/// ```
/// use ndarray::array;
/// use tapegrad_train::data::{Pca, Transform};
///
/// let x = array![[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]];
/// let pca = Pca::<f64>::fit(1, &x);
/// assert!((pca.transform(&x)[[2, 0]] - 5.0).abs() < 1e-12);
/// assert!((pca.explained_variance_ratio[0] - 1.0).abs() < 1e-12);
/// assert!((pca.inverse(array![[5.0]])[[0, 1]] - 8.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pca<T: Element = f32> {
    /// The mean of each column.
    pub mean: Vec<T>,
    /// The directions `[components, columns]`, the one of the largest variance first.
    pub components: ArcArrayD<T>,
    /// The variance along each.
    pub explained_variance: Vec<f64>,
    /// Its share of the sum of the variances of all columns; 0 if that is 0.
    pub explained_variance_ratio: Vec<f64>,
}

impl<T: Element> Pca<T> {
    /// So many components of the rows of `[rows, columns]`.
    ///
    /// # Panics
    /// If the data have not two axes or no row, a number is not finite, or the components are not from 1 to the
    /// number of columns, or of rows if this is less.
    #[track_caller]
    pub fn fit(components: usize, x: impl IntoValue<T>) -> Self {
        let x = to_fit("Pca::fit", x);
        let (rows, columns) = (x.shape()[0], x.shape()[1]);
        if components == 0 || components > rows.min(columns) {
            error::components(components, rows, columns);
        }
        let mut x = wide(&x);
        let mut mean = Vec::with_capacity(columns);
        for mut column in x.axis_iter_mut(Axis(1)) {
            let numbers = column.to_vec();
            let of_column = reduction::sum(&numbers) / rows as f64;
            // The mean of equal numbers need not be that number.
            let constant = numbers.iter().all(|x| *x == numbers[0]);
            mean.push(if constant { numbers[0] } else { of_column });
            column.mapv_inplace(|x| x - mean[mean.len() - 1]);
        }
        let covariance = x.t().dot(&x) / (rows.max(2) - 1) as f64;
        let total = reduction::sum(&covariance.diag().to_vec());
        let (values, vectors) = eigen(covariance);

        let mut vectors = vectors.slice_move(s![..components, ..]);
        for mut vector in vectors.rows_mut() {
            let largest = vector
                .iter()
                .fold(0.0_f64, |a, &b| if b.abs() > a.abs() { b } else { a });
            if largest < 0.0 {
                vector.mapv_inplace(|x| -x);
            }
        }
        // Rounding may leave less than nothing of a variance of 0.
        let variance: Vec<f64> = values.iter().take(components).map(|v| v.max(0.0)).collect();
        let ratio = |v: &f64| if total > 0.0 { v / total } else { 0.0 };
        Self {
            mean: mean.into_iter().map(T::of).collect(),
            components: vectors.mapv(T::of).into_value(),
            explained_variance_ratio: variance.iter().map(ratio).collect(),
            explained_variance: variance,
        }
    }

    fn matrices(&self) -> (Array1<f64>, Array2<f64>) {
        let mean = self.mean.iter().map(|x| x.wide()).collect();
        (mean, wide(&self.components))
    }
}

/// `x` has two axes.
fn wide<T: Element>(x: &ArcArrayD<T>) -> Array2<f64> {
    let x = x.mapv(|x| x.wide()).into_dimensionality::<Ix2>();
    x.expect("two axes")
}

const KIND: &str = "Pca";

impl<T: Element> Transform<T> for Pca<T> {
    #[track_caller]
    fn refit(&self, x: impl IntoValue<T>) -> Self {
        Self::fit(self.components.shape()[0], x)
    }

    #[track_caller]
    fn transform(&self, x: impl IntoValue<T>) -> ArcArrayD<T> {
        let x = to_change("Pca", x, self.mean.len());
        let (mean, components) = self.matrices();
        let y = (wide(&x) - mean).dot(&components.t());
        y.mapv(T::of).into_value()
    }

    /// `y C + mean`.
    #[track_caller]
    fn inverse(&self, y: impl IntoValue<T>) -> ArcArrayD<T> {
        let y = to_change("Pca::inverse", y, self.components.shape()[0]);
        let (mean, components) = self.matrices();
        let x = wide(&y).dot(&components) + mean;
        x.mapv(T::of).into_value()
    }

    fn save(&self) -> Section {
        let numbers = [&self.explained_variance[..], &self.explained_variance_ratio].concat();
        let mut section = saved_transform::section(KIND, &numbers);
        section.insert("mean", "mean", self.mean.clone());
        section.insert("components", "components", &self.components);
        section
    }

    fn load(section: &Section) -> Result<Self, LoadProblem> {
        let numbers = saved_transform::numbers(section, KIND)?;
        let mean: Vec<T> = saved_transform::list(section, "mean", None)?;
        let components = saved_transform::finite::<T>(section, "components")?;
        let count = components.shape().first().copied().unwrap_or(0);
        if count == 0 || components.shape() != [count, mean.len()] {
            return Err(LoadProblem::Shape {
                name: "components".to_owned(),
                file: components.shape().to_vec(),
                model: vec![count.max(1), mean.len()],
            });
        }
        if numbers.len() != 2 * count {
            let reason = format!(
                "{} variances and ratios are of {count} components",
                numbers.len()
            );
            return Err(saved_transform::malformed(reason));
        }
        let (variance, ratio) = numbers.split_at(count);
        Ok(Self {
            explained_variance: variance.to_vec(),
            explained_variance_ratio: ratio.to_vec(),
            mean,
            components,
        })
    }
}
