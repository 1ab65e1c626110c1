//! Reading a model: which of its inputs matter, and how much.
//!
//! | | of a column of the inputs | needs |
//! |---|---|---|
//! | [`Permutation`] | how much worse the model is when the column is shuffled | data with targets |
//! | [`saliency`] | the mean of `\|∂y / ∂x\|` | inputs |
//! | [`IntegratedGradients`] | its part of `f(x) − f(baseline)`, for each row | inputs, a baseline |
//! | [`weight_rows`] | the norm of its row in the first weight | nothing |
//!
//! All are [`Importances`]: a name and a number for each column, printed as a table, the most important
//! first.
//!
//! They say what the *model* uses. Of two columns that tell the same a model may use either, or both by half;
//! derivatives and norms grow with the unit of a column the other way round, so standardise columns before
//! comparing those; and none of them says what causes what.
//!
//! ```
//! use ndarray::array;
//! use tapegrad_nn::{Dense, loss};
//! use tapegrad_train::data::Dataset;
//! use tapegrad_train::importance::{self, Permutation};
//!
//! let mut model = Dense::<f64>::new(3, 1);                          // y = 2 a − b
//! model.weight.value = array![[2.0], [-1.0], [0.0]].into_dyn().into_shared();
//! let x = array![[1.0, 0.0, 5.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0], [1.0, 3.0, 0.0]];
//! let data = Dataset::new(&x, x.dot(&array![[2.0], [-1.0], [0.0]]));
//!
//! let shuffled = Permutation::new().repeats(20).of_loss(&model, &data, loss::SquaredError).named(&["a", "b", "c"]);
//! assert_eq!(shuffled.get("c").map(|c| c.value), Some(0.0));        // not used
//! assert!(shuffled.get("a").is_some_and(|a| a.value > 0.0));
//! let slopes = importance::saliency(&model, &x, 0);
//! assert_eq!(slopes.values(), [2.0, 1.0, 0.0]);
//! ```

mod importances;
mod input_gradient;
mod integrated_gradients;
mod permutation;
mod saliency;
mod weight_rows;

pub use importances::{Importance, Importances};
pub use integrated_gradients::{Attributions, IntegratedGradients};
pub use permutation::Permutation;
pub use saliency::saliency;
pub use weight_rows::weight_rows;
