use std::fmt;

use tapegrad_autodiff::Element;

use super::{Callback, CallbackError, Run};

/// A callback that is a closure: [`after_step`], [`measure`], [`after_epoch`].
///
/// It remembers nothing in checkpoints, and cannot fail: what does is a [`Callback`] of its own. Where the compiler
/// asks for the element type, say it: `|run: &mut Run<'_, f32>|`.
pub struct Closure<F> {
    name: String,
    moment: Moment,
    /// Columns that it is going to record, and whether larger is better, if they are judged.
    columns: Vec<(String, Option<bool>)>,
    f: F,
}

/// When it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    AfterStep,
    Measure,
    AfterEpoch,
}

/// Calls a closure after each step.
///
/// ```
/// # use tapegrad_nn::{Mlp, loss};
/// # use tapegrad_optim::Adam;
/// # use tapegrad_train::{Trainer, data};
/// use tapegrad_train::callback;
///
/// # let mut model = Mlp::<f32>::new(&[2, 8, 1]);
/// let mut losses = Vec::new();
/// Trainer::new(Adam::new(1e-3), loss::BinaryCrossEntropy::new())
///     .steps(10)
///     .callback(callback::after_step(|run| losses.push(run.loss())))
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// assert_eq!(losses.len(), 10);
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
pub fn after_step<T: Element, F: FnMut(&mut Run<'_, T>)>(f: F) -> Closure<F> {
    Closure::new("after_step", Moment::AfterStep, f)
}

/// Calls a closure after each epoch, to [record](Run::record) numbers that others then find in the row.
///
/// Which numbers are better, it does not know unless it is said; then early stopping and reports can look at them:
/// [`larger_is_better`](Closure::larger_is_better), [`smaller_is_better`](Closure::smaller_is_better).
///
/// ```
/// # use tapegrad_nn::{Mlp, loss, sparsity};
/// # use tapegrad_optim::Adam;
/// # use tapegrad_train::{Trainer, data};
/// use tapegrad_train::callback;
///
/// # let mut model = Mlp::<f32>::new(&[2, 8, 1]);
/// let fit = Trainer::new(Adam::new(1e-3), loss::BinaryCrossEntropy::new())
///     .epochs(3)
///     .callback(callback::measure(|run| {
///         let part = sparsity(run.model()).fraction();
///         run.record("part of zeros", part);
///     }).larger_is_better("part of zeros"))
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// assert_eq!(fit.history.best("part of zeros"), Some((1, 0.0)));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
pub fn measure<T: Element, F: FnMut(&mut Run<'_, T>)>(f: F) -> Closure<F> {
    Closure::new("measure", Moment::Measure, f)
}

/// Calls a closure after each epoch, when its row is there.
///
/// ```
/// # use tapegrad_nn::{Mlp, loss};
/// # use tapegrad_optim::Adam;
/// # use tapegrad_train::{Trainer, data};
/// use tapegrad_train::callback;
///
/// # let mut model = Mlp::<f32>::new(&[2, 8, 1]);
/// let fit = Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
///     .epochs(1000)
///     .callback(callback::after_epoch(|run| {
///         if run.history().last("loss") < Some(0.3) {
///             run.stop("the loss is low enough");
///         }
///     }))
///     .fit(&mut model, &data::moons(60, 0.2, 1))?;
/// assert_eq!(fit.end.to_string(), "stopped by after_epoch: the loss is low enough");
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
pub fn after_epoch<T: Element, F: FnMut(&mut Run<'_, T>)>(f: F) -> Closure<F> {
    Closure::new("after_epoch", Moment::AfterEpoch, f)
}

impl<F> Closure<F> {
    fn new(name: &str, moment: Moment, f: F) -> Self {
        Self {
            name: name.to_owned(),
            moment,
            columns: Vec::new(),
            f,
        }
    }

    /// What it is called, in place of when it is called.
    pub fn named(self, name: &str) -> Self {
        let name = name.to_owned();
        Self { name, ..self }
    }

    /// Says that it records a column whose larger numbers are better, as an accuracy.
    pub fn larger_is_better(self, column: &str) -> Self {
        self.judge(column, Some(true))
    }

    /// Says that it records a column whose smaller numbers are better, as an error.
    pub fn smaller_is_better(self, column: &str) -> Self {
        self.judge(column, Some(false))
    }

    /// Says that it records a column in which no number is better than another.
    pub fn not_judged(self, column: &str) -> Self {
        self.judge(column, None)
    }

    fn judge(mut self, column: &str, is_better_larger: Option<bool>) -> Self {
        self.columns.push((column.to_owned(), is_better_larger));
        self
    }

    fn call<T: Element>(
        &mut self,
        moment: Moment,
        run: &mut Run<'_, T>,
    ) -> Result<(), CallbackError>
    where
        F: FnMut(&mut Run<'_, T>),
    {
        if self.moment == moment {
            (self.f)(run);
        }
        Ok(())
    }
}

impl<T: Element, F: FnMut(&mut Run<'_, T>)> Callback<T> for Closure<F> {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        for (column, is_better_larger) in &self.columns {
            run.history.judge(column, *is_better_larger);
        }
        Ok(())
    }

    fn after_step(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        self.call(Moment::AfterStep, run)
    }

    fn measure(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        self.call(Moment::Measure, run)
    }

    fn after_epoch(&mut self, run: &mut Run<'_, T>) -> Result<(), CallbackError> {
        self.call(Moment::AfterEpoch, run)
    }
}

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure")
            .field("name", &self.name)
            .field("moment", &self.moment)
            .finish_non_exhaustive()
    }
}
