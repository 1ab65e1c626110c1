//! The state of a lookahead in a section of a checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{LoadProblem, Module, Name, Param, Section};

use crate::parameters::visit;
use crate::{Lookahead, Rule};

const KIND: &str = "Lookahead";

impl<R: Rule, T: Element> Lookahead<R, T> {
    /// The [optimizer's state](crate::Optimizer::save), and beside what it remembers of each parameter the slow
    /// weights: all that training needs to go on bit for bit from the middle of a cycle, beside the model.
    ///
    /// `k` and `α` belong to the program, and are not in it.
    pub fn save(&self, model: &(impl Module<T> + ?Sized)) -> Section {
        let mut section = self.optimizer.save_as(KIND, model);
        visit(model, |name, param| {
            let array = array(name);
            if let Some(slow) = self.slow.get(&param.id()) {
                section.insert(&array, SLOW, slow);
            } else if self.optimizer.state_of(name, param).steps > 0 {
                // Stepped before there was a lookahead, and frozen since.
                section.insert(&array, SLOW, &param.value);
            }
        });
        section
    }

    /// Goes on from a saved state, in place of what was remembered, for the parameters of a model.
    ///
    /// # Errors
    /// As [`Optimizer::load`](crate::Optimizer::load), also from the state of an optimizer alone, and if the slow
    /// weights of a parameter that was stepped are missing. Then nothing is changed.
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        let mut own = BTreeSet::new();
        visit(model, |name, _| _ = own.insert(array(name)));
        let mut optimizer = self.optimizer.clone();
        optimizer.load_as(KIND, section, model, &own)?;
        let mut slow = BTreeMap::new();
        let mut problem = None;
        visit(model, |name, param| {
            if problem.is_some() {
                return;
            }
            let stepped = optimizer.state_of(name, param).steps > 0;
            match slow_weights(section, name, param) {
                Ok(array) => _ = slow.insert(param.id(), array.into_owned()),
                Err(LoadProblem::Missing { .. }) if !stepped => {}
                Err(other) => problem = Some(other),
            }
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
        self.optimizer = optimizer;
        self.slow = slow;
        Ok(())
    }
}

/// What files call slow weights.
const SLOW: &str = "slow";

/// The name of the array of a parameter's slow weights. Those of slots begin with the parameter's name, and no
/// field is called with a slash: a slot can be called `slow`, too.
fn array(param: &Name<'_>) -> String {
    format!("{SLOW}/{param}")
}

/// A parameter's slow weights in a section.
fn slow_weights<T: Element>(
    section: &Section,
    name: &Name<'_>,
    param: &Param<T>,
) -> Result<ArcArrayD<T>, LoadProblem> {
    let slow: ArcArrayD<T> = section.array(&array(name))?;
    if slow.shape() == param.value.shape() {
        return Ok(slow);
    }
    Err(LoadProblem::Shape {
        name: name.to_string(),
        file: slow.shape().to_vec(),
        model: param.value.shape().to_vec(),
    })
}
