use tapegrad_autodiff::Element;
use tapegrad_nn::{Name, Role, norm};

use super::{Callback, CallbackError, Run};
use crate::error;

/// Records the norm and the sparsity of each weight in the history.
///
/// | column | of a weight `w` |
/// |---|---|
/// | `norm layers.0.weight` | `√(Σ w²)` ([`norm`]) |
/// | `sparsity layers.0.weight` | the part of its numbers that is exactly 0, as [`sparsity`](tapegrad_nn::sparsity) counts |
///
/// | setting | default |
/// |---|---|
/// | [`every`](WeightLog::every) | 1 epoch |
///
/// No number of them is [better](crate::History::is_judged) than another. With [averages](crate::Trainer::average) they are those of the averages. Wherever it stands among the callbacks,
/// logs of the history have its columns.
///
/// ```
/// use tapegrad_nn::{Mlp, Penalty, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::callback::WeightLog;
/// use tapegrad_train::{Trainer, data};
///
/// let mut model = Mlp::<f32>::new(&[2, 16, 1]).seed(1).penalize(0, Penalty::l1(0.1).proximal());
/// let fit = Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(50)
///     .callback(WeightLog::new())
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// assert!(fit.history.last("sparsity layers.0.weight") > Some(0.5));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Debug)]
pub struct WeightLog {
    every: usize,
}

impl Default for WeightLog {
    fn default() -> Self {
        Self { every: 1 }
    }
}

impl WeightLog {
    /// After each epoch.
    pub fn new() -> Self {
        Self::default()
    }

    /// After every so many epochs.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn every(self, epochs: usize) -> Self {
        let every = error::at_least_one("WeightLog::every", "epochs", epochs);
        Self { every }
    }
}

/// The columns of a weight.
fn columns(name: &Name<'_>) -> [String; 2] {
    [format!("norm {name}"), format!("sparsity {name}")]
}

impl<T: Element> Callback<T> for WeightLog {
    fn name(&self) -> &str {
        "WeightLog"
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        let mut names = Vec::new();
        run.model().visit(Name::root(), &mut |name, param| {
            if param.role == Role::Weight {
                names.extend(columns(name));
            }
        });
        names.iter().for_each(|name| run.not_judged(name));
        Ok(())
    }

    fn measure(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        if !run.epoch().is_multiple_of(self.every) {
            return Ok(());
        }
        let mut numbers = Vec::new();
        run.model().visit(Name::root(), &mut |name, param| {
            if param.role == Role::Weight {
                let zeros = param.value.iter().filter(|w| **w == T::zero()).count();
                let part = zeros as f64 / param.value.len().max(1) as f64;
                let length = norm(param.value.iter().map(|w| w.wide()));
                numbers.extend(columns(name).into_iter().zip([length, part]));
            }
        });
        for (name, number) in &numbers {
            run.record(name, *number);
        }
        Ok(())
    }
}
