use std::borrow::Cow;

use ndarray::Array2;
use tapegrad_autodiff::{Element, Var};

use super::Form;
use crate::error;

/// `‖Wᵀ W − I‖²` of a weight with at least as many rows as columns, `‖W Wᵀ − I‖²` of a wide one (Bansal
/// et al. 2018, who use `Wᵀ W` for both): derivative `4 W (Wᵀ W − I)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orthogonal;

impl<T: Element> Form<T> for Orthogonal {
    fn name(&self) -> Cow<'static, str> {
        "orthogonal".into()
    }

    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T> {
        let shape = w.shape();
        let [rows, columns] = shape[..] else {
            error::no_matrix(&shape);
        };
        let products = if rows < columns {
            w.dot_t(w)
        } else {
            w.t_dot(w)
        };
        let identity = w.tape().constant(Array2::<T>::eye(rows.min(columns)));
        (products - identity).squared_norm()
    }
}
