use ndarray::{Array2, ArrayView2, Axis};
use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::Module;

use super::Importances;
use super::input_gradient::{input_gradient, rows_of};
use crate::error;

/// Integrated gradients (Sundararajan, Taly and Yan 2017): what each input has done to an output,
///
/// `a_j = (x_j − b_j) ∫₀¹ ∂y_o(b + t (x − b)) / ∂x_j dt`,
///
/// compared with a baseline `b`, which stands for no input. They are complete: `Σ_j a_j = y_o(x) − y_o(b)`, as far as
/// the integral is exact; [`Attributions::gap`] tells.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`steps`](IntegratedGradients::steps), points of the integral | 64 | at least 1 |
/// | [`baseline`](IntegratedGradients::baseline), `[columns]` | all 0, the means of standardised columns | |
///
/// The integral is a mean over midpoints, `t = (i + ½) / steps`, where the paper takes right ends: the error falls
/// with `1 / steps²` where the model is smooth, and it is exact if the derivative is linear on the way.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::Function;
/// use tapegrad_train::importance::IntegratedGradients;
///
/// // y = x₀ x₁ + 3 x₂: the product is shared by halves.
/// let model = Function::<f64>::new(|_, x| {
///     let column = |j: usize| x.slice(1, j..=j);
///     column(0) * column(1) + column(2) * 3.0
/// });
/// let found = IntegratedGradients::new().steps(4).attributions(&model, array![[2.0, 5.0, 1.0]], 0);
/// assert_eq!(found.values, array![[5.0, 5.0, 3.0]]);
/// assert_eq!((&found.differences[..], found.gap()), (&[13.0][..], 0.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct IntegratedGradients {
    steps: usize,
    baseline: Option<Vec<f64>>,
}

impl Default for IntegratedGradients {
    fn default() -> Self {
        Self::new()
    }
}

impl IntegratedGradients {
    /// From a baseline of zeros with 64 steps.
    pub fn new() -> Self {
        Self {
            steps: 64,
            baseline: None,
        }
    }

    /// At how many points the derivative is taken.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = error::at_least_one("IntegratedGradients::steps", "steps", steps);
        self
    }

    /// The inputs that all rows are compared with, one for each column.
    pub fn baseline(mut self, baseline: &[f64]) -> Self {
        self.baseline = Some(baseline.to_vec());
        self
    }

    /// The attributions of each row of `x`, `[rows, columns]`, for one output of the model in evaluation.
    ///
    /// # Panics
    /// If `x` has not two axes or no row, the baseline has another number of columns, there is no such output, or as
    /// the model's `forward`.
    #[track_caller]
    pub fn attributions<T: Element>(
        &self,
        model: &dyn Module<T>,
        x: impl IntoValue<T>,
        output: usize,
    ) -> Attributions {
        let who = "IntegratedGradients";
        let x = rows_of(who, &x.into_value());
        let zeros = vec![0.0; x.ncols()];
        let baseline = self.baseline.as_deref().unwrap_or(&zeros);
        if baseline.len() != x.ncols() {
            error::importance_baseline(&[baseline.len()], x.ncols());
        }
        let baseline = ArrayView2::from_shape((1, x.ncols()), baseline);
        let baseline = baseline.expect("one number for each column");
        let way = &x - &baseline;
        let mut values = Array2::zeros(x.dim());
        for step in 0..self.steps {
            let at = (step as f64 + 0.5) / self.steps as f64;
            let (_, gradients) = input_gradient(who, model, (&way * at + baseline).view(), output);
            values += &gradients;
        }
        values *= &(way / self.steps as f64);
        let (ends, _) = input_gradient(who, model, x.view(), output);
        let (start, _) = input_gradient(who, model, baseline, output);
        let differences = ends.iter().map(|end| end - start[0]).collect();
        Attributions {
            values,
            differences,
        }
    }
}

/// What [`IntegratedGradients`] find.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributions {
    /// `a_j` of each row, `[rows, columns]`.
    pub values: Array2<f64>,
    /// `y_o(x) − y_o(b)` of each row, which its attributions sum to.
    pub differences: Vec<f64>,
}

impl Attributions {
    /// The largest distance of a row's sum from its difference: more [steps](IntegratedGradients::steps) bring it
    /// towards rounding.
    pub fn gap(&self) -> f64 {
        let sums = self.values.sum_axis(Axis(1)).into_iter();
        let gaps = sums
            .zip(&self.differences)
            .map(|(sum, difference)| (sum - difference).abs());
        gaps.fold(0.0, |most, gap| {
            if gap > most || gap.is_nan() {
                gap
            } else {
                most
            }
        })
    }

    /// `mean |a_j|` over rows for each column.
    pub fn importances(&self) -> Importances {
        let columns = self.values.columns().into_iter();
        let sums = columns.map(|column| column.iter().map(|a| a.abs()).sum::<f64>());
        Importances::new(sums.map(|sum| (sum / self.values.nrows() as f64, None)))
    }
}
