//! What acts on a weight after the rule's update: proximal penalties, then the constraint.

use std::fmt::Display;

use tapegrad_autodiff::Element;
use tapegrad_nn::{Constraint, Penalty};

/// Storage of a parameter's numbers between the parts of a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spare<T> {
    /// How far the update went for each unit of gradient; used up by the penalties.
    pub(crate) reach: Vec<T>,
    /// The gradient that the rule has seen.
    pub(crate) seen: Vec<T>,
    /// The numbers before a cause has moved them.
    pub(crate) before: Vec<T>,
}

/// Moves `x`, a parameter's numbers after an update whose reach is in `spare`, and tells `done` of the
/// numbers after each cause. A penalty moves none by more than `most`, if that is given.
pub(crate) fn act<T: Element>(
    (penalty, set): (&Penalty<T>, Option<&Constraint>),
    step: usize,
    most: Option<f64>,
    (x, shape): (&mut [T], &[usize]),
    spare: &mut Spare<T>,
    mut done: impl FnMut(&dyn Display, &[T]),
) {
    if let Some(set) = set.filter(|set| set.is_non_negative()) {
        // Then what follows is the joint step, also of groups.
        set.project(x, shape);
        done(set, x);
    }
    for term in penalty.terms() {
        let Some(proximal) = term.proximal() else {
            continue;
        };
        if most.is_some() {
            spare.before.clear();
            spare.before.extend_from_slice(x);
        }
        proximal.step(term.strength().at(step), x, &mut spare.reach, shape);
        if let Some(most) = most.map(T::of) {
            for (x, &before) in x.iter_mut().zip(&spare.before) {
                let moved = *x - before;
                if moved > most {
                    *x = before + most;
                } else if moved < -most {
                    *x = before - most;
                }
            }
        }
        done(term, x);
    }
    if let Some(set) = set {
        set.project(x, shape);
        done(set, x);
    }
}
