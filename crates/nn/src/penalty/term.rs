use std::fmt;
use std::sync::Arc;

use ndarray::ArrayD;
use tapegrad_autodiff::{ArcArrayD, Element, Tape};

use super::{Form, Proximal, Strength};

/// A part `λ h(w)` of a [`Penalty`](crate::Penalty).
#[derive(Clone)]
pub struct Term<T: Element = f32> {
    pub(super) form: Arc<dyn Form<T>>,
    pub(super) strength: Strength,
    pub(super) acts: Acts,
}

/// How a [`Term`] acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acts {
    /// By its gradient in the loss.
    #[default]
    InLoss,
    /// By a step after the update.
    Proximal,
}

impl<T: Element> Term<T> {
    /// What it measures.
    pub fn form(&self) -> &dyn Form<T> {
        &*self.form
    }

    /// Its weight λ.
    pub fn strength(&self) -> &Strength {
        &self.strength
    }

    /// How it acts.
    pub fn acts(&self) -> Acts {
        self.acts
    }

    /// The gradient of the term at `w`, with its strength at a step.
    ///
    /// # Panics
    /// If a schedule gives a strength that is negative or not finite.
    #[track_caller]
    pub fn gradient(&self, step: usize, w: &ArcArrayD<T>) -> ArrayD<T> {
        let tape = Tape::new();
        let w = tape.var(w);
        let cost = self.form.cost(w) * self.strength.at(step);
        cost.backward().wrt(w).to_owned()
    }

    /// The proximal operator, if the term acts so.
    pub fn proximal(&self) -> Option<&dyn Proximal<T>> {
        match self.acts {
            Acts::InLoss => None,
            Acts::Proximal => self.form.proximal(),
        }
    }
}

impl<T: Element> fmt::Display for Term<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.form.name(), self.strength)?;
        match self.acts {
            Acts::InLoss => Ok(()),
            Acts::Proximal => f.write_str(" (proximal)"),
        }
    }
}

impl<T: Element> fmt::Debug for Term<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Term({self})")
    }
}
