use std::fmt;

use ndarray::{ArrayD, ArrayViewD};
use tapegrad_autodiff::Element;
use tapegrad_nn::ParamId;

use crate::hyper_parameters::OnTape;
use crate::{ImplicitReport, TuneError, error};

/// `dV/dθ` of the validation loss `V` of a trained model by the coordinate of every hyper-parameter: of a strength
/// `dV/dlog λ`.
#[derive(Clone, Debug)]
pub struct HyperGradient<T: Element = f32> {
    /// `V`.
    pub validation_loss: f64,
    /// The training loss, penalties with it: of the last step that was [unrolled](crate::Unrolled), else where
    /// the model is.
    pub training_loss: f64,
    /// How far the formula holds, if it is that of a [minimum](crate::Implicit).
    pub report: Option<ImplicitReport>,
    parts: Vec<Part<T>>,
}

#[derive(Clone, Debug)]
struct Part<T: Element> {
    name: String,
    id: ParamId,
    gradient: ArrayD<T>,
}

impl<T: Element> HyperGradient<T> {
    /// Of losses that are finite.
    pub(crate) fn new<'t, 'h>(
        [validation_loss, training_loss]: [f64; 2],
        report: Option<ImplicitReport>,
        parts: impl IntoIterator<Item = (OnTape<'t, 'h, T>, ArrayD<T>)>,
    ) -> Result<Self, TuneError> {
        let parts = parts.into_iter().map(|(of, gradient)| Part {
            name: of.name.to_owned(),
            id: of.id,
            gradient,
        });
        let gradient = Self {
            validation_loss,
            training_loss,
            report,
            parts: parts.collect(),
        };
        gradient.check()?;
        Ok(gradient)
    }

    /// The part of a strength, `dV/dlog λ`, or of what a [`Tuned`](crate::Tuned) stands for, of its shape.
    ///
    /// # Panics
    /// If it was not tuned.
    #[track_caller]
    pub fn wrt(&self, what: impl Into<ParamId>) -> ArrayViewD<'_, T> {
        let id = what.into();
        match self.parts.iter().find(|part| part.id == id) {
            Some(part) => part.gradient.view(),
            None => error::not_tuned("HyperGradient::wrt"),
        }
    }

    /// Names and parts, in the order of the hyper-parameters.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ArrayViewD<'_, T>)> {
        let parts = self.parts.iter();
        parts.map(|part| (part.name.as_str(), part.gradient.view()))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = ParamId> {
        self.parts.iter().map(|part| part.id)
    }

    pub(crate) fn arrays(&self) -> impl Iterator<Item = &ArrayD<T>> {
        self.parts.iter().map(|part| &part.gradient)
    }

    /// That every number is finite.
    pub(crate) fn check(&self) -> Result<(), TuneError> {
        for Part { name, gradient, .. } in &self.parts {
            for x in gradient {
                TuneError::finite(x.wide(), || format!("the validation gradient by `{name}`"))?;
            }
        }
        Ok(())
    }
}

/// The losses, then a line for each part.
impl<T: Element> fmt::Display for HyperGradient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (validation, training) = (self.validation_loss, self.training_loss);
        write!(
            f,
            "validation loss {validation:.4}, training loss {training:.4}"
        )?;
        let names = self.parts.iter().map(|part| part.name.chars().count());
        let width = names.max().unwrap_or(0);
        for (name, gradient) in self.iter() {
            write!(f, "\n{name:width$}  {:+.3e}", gradient.mapv(T::wide))?;
        }
        match self.report {
            Some(report) => write!(f, "\n{report}"),
            None => Ok(()),
        }
    }
}
