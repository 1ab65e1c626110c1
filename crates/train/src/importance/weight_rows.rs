use ndarray::Axis;
use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, Name, Role, norm};

use super::Importances;
use crate::error;

/// `‖W_j‖₂` for each row `j` of the model's first weight with two axes, `[inputs, units]`: what input `j` gives to all
/// units.
///
/// It tells inputs apart if rows are penalised: the group lasso of rows (as a proximal step) makes those of inputs
/// that do not matter exactly 0. Without a penalty they keep what they started with where nothing pulls at them.
///
/// ```
/// use tapegrad_nn::{Groups, Mlp, Penalty, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::{Trainer, data, importance};
///
/// let (data, informative) = data::sparse_linear_regression::<f32>(200, 6, 2, 0.1, 1);
/// let mut model = Mlp::new(&[6, 8, 1]).seed(1).penalize(0, Penalty::group_lasso(Groups::Rows, 0.3).proximal());
/// let mut trainer = Trainer::new(Adam::new(0.02), loss::SquaredError).epochs(200).batch_size(50);
/// trainer.fit(&mut model, &data)?;
/// let importances = importance::weight_rows(&model);
/// assert_eq!(importances.columns.iter().filter(|column| column.value == 0.0).count(), 4);
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
///
/// # Panics
/// If there is no such weight.
#[track_caller]
pub fn weight_rows<T: Element>(model: &dyn Module<T>) -> Importances {
    let mut norms: Option<Vec<f64>> = None;
    model.visit(Name::root(), &mut |_, param| {
        if param.role == Role::Weight && param.value.ndim() == 2 && norms.is_none() {
            let rows = param.value.axis_iter(Axis(0));
            let rows = rows.map(|row| row.iter().map(|w| w.wide()).collect::<Vec<_>>());
            norms = Some(rows.map(|row| norm(row.iter().copied())).collect());
        }
    });
    let Some(norms) = norms else {
        error::importance_weight();
    };
    Importances::new(norms.into_iter().map(|norm| (norm, None)))
}
