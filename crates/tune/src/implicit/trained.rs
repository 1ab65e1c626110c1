use tapegrad_autodiff::{Element, Gradients, Tape, Var};
use tapegrad_nn::penalty::Turn;
use tapegrad_nn::{Module, Name, Param, ParamId};

use crate::error;

/// The trained parameters of a model as variables, and which of their numbers a change of hyper-parameters moves.
pub(super) struct Trained<'t, T: Element> {
    weights: Vec<(ParamId, Var<'t, T>)>,
    /// Of every number, one parameter after the other.
    moves: Vec<bool>,
}

impl<'t, T: Element> Trained<'t, T> {
    #[track_caller]
    pub(super) fn of(model: &(impl Module<T> + ?Sized), tape: &'t Tape<T>) -> Self {
        let mut trained = Self {
            weights: Vec::new(),
            moves: Vec::new(),
        };
        let mut constrained = None;
        model.visit(Name::root(), &mut |name, param| {
            let is_known = trained.weights.iter().any(|(id, _)| *id == param.id());
            if !param.is_trained() || is_known {
                return;
            }
            if let Some(constraint) = param.constraint {
                constrained.get_or_insert_with(|| (name.to_string(), constraint.to_string()));
            }
            trained.weights.push((param.id(), tape.var(&param.value)));
            let stays = has_kink(param);
            let moves = param.value.iter().map(|w| !(stays && *w == T::zero()));
            trained.moves.extend(moves);
        });
        if let Some((name, constraint)) = constrained {
            error::constraint(&name, &constraint);
        }
        trained
    }

    pub(super) fn weights(&self) -> impl Iterator<Item = (ParamId, Var<'t, T>)> {
        self.weights.iter().copied()
    }

    /// How many numbers stay.
    pub(super) fn zeros(&self) -> usize {
        self.moves.iter().filter(|moves| !**moves).count()
    }

    /// Gradients by all that moves, one after the other, and 0 for what stays.
    pub(super) fn flat(&self, gradients: &Gradients<T>) -> Vec<f64> {
        let mut flat = vec![0.0; self.moves.len()];
        let mut place = 0;
        for &(_, x) in &self.weights {
            if let Some(gradient) = gradients.get(x) {
                for (flat, g) in flat[place..].iter_mut().zip(gradient) {
                    *flat = g.wide();
                }
            }
            place += x.len();
        }
        for (flat, _) in flat
            .iter_mut()
            .zip(&self.moves)
            .filter(|(_, moves)| !**moves)
        {
            *flat = 0.0;
        }
        flat
    }
}

/// Whether the penalty of a parameter holds numbers at 0.
fn has_kink<T: Element>(param: &Param<T>) -> bool {
    let mut forms = param.penalty.terms().iter().map(|term| term.form());
    forms.any(|form| {
        form.proximal()
            .is_some_and(|proximal| proximal.turn() != Turn::First)
    })
}
