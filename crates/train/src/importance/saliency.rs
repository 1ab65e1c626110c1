use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::Module;

use super::Importances;
use super::input_gradient::{input_gradient, rows_of};

/// `mean |∂y_o / ∂x_j|` over rows for each column `j` of the inputs `x`, `[rows, columns]`, and one output `o` of the
/// model in evaluation: how much a small change of the column changes the output (Simonyan, Vedaldi and Zisserman
/// 2014, who look at one row).
///
/// It is in units of output for each of the input: of columns that are not standardised, multiply by their deviation.
/// Where an activation is saturated it is small, however important the input: [`IntegratedGradients`] see that.
///
/// [`IntegratedGradients`]: super::IntegratedGradients
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Activation, Dense};
/// use tapegrad_train::importance;
///
/// let mut model = Dense::<f64>::new(2, 1).activation(Activation::Relu);
/// model.weight.value = array![[1.0], [-3.0]].into_dyn().into_shared();
/// // The second row is where the rectifier is flat.
/// let slopes = importance::saliency(&model, array![[1.0, 0.0], [0.0, 1.0]], 0);
/// assert_eq!(slopes.values(), [0.5, 1.5]);
/// ```
///
/// # Panics
/// If `x` has not two axes or no row, there is no such output, or as the model's `forward`.
#[track_caller]
pub fn saliency<T: Element>(
    model: &dyn Module<T>,
    x: impl IntoValue<T>,
    output: usize,
) -> Importances {
    let who = "importance::saliency";
    let x = rows_of(who, &x.into_value());
    let (_, gradients) = input_gradient(who, model, x.view(), output);
    let columns = gradients.columns().into_iter();
    let means =
        columns.map(|column| column.iter().map(|g| g.abs()).sum::<f64>() / x.nrows() as f64);
    Importances::new(means.map(|mean| (mean, None)))
}
