//! The state of an optimizer in a section of a checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Module, Section};

use super::slot_names;
use crate::parameters::visit;
use crate::state::State;
use crate::{Optimizer, Rule};

const KIND: &str = "Optimizer";

/// Of the layout below.
const VERSION: u32 = 1;

/// Rule, slots, steps; and of each parameter its name and steps.
type Saved = (String, Vec<String>, u64, Vec<(String, u64)>);

impl<R: Rule, T: Element> Optimizer<R, T> {
    /// What was remembered of each parameter so far, by the names that a model gives them, and the count of
    /// steps: all that training needs to go on bit for bit, beside the model.
    ///
    /// Hyper-parameters, groups and schedules belong to the program, and are not in it.
    ///
    /// ```
    /// use tapegrad_nn::{Checkpoint, Mlp, Module, Section};
    /// use tapegrad_optim::{Adam, Optimizer};
    ///
    /// let model = Mlp::<f32>::new(&[2, 3, 1]);
    /// let optimizer: Optimizer<Adam> = Adam::new(1e-3);
    /// let checkpoint = Checkpoint::new()
    ///     .with("model", Section::of(&model))
    ///     .with("optimizer", optimizer.save(&model));
    ///
    /// let (mut model, mut optimizer) = (Mlp::<f32>::new(&[2, 3, 1]), Adam::new(1e-3));
    /// checkpoint.section("model")?.load_into(&mut model)?;
    /// optimizer.load(checkpoint.section("optimizer")?, &model)?;
    /// # Ok::<(), tapegrad_nn::LoadProblem>(())
    /// ```
    pub fn save(&self, model: &(impl Module<T> + ?Sized)) -> Section {
        self.save_as(KIND, model)
    }

    /// [`save`](Optimizer::save) as the state of what is built around an optimizer.
    pub(crate) fn save_as(&self, kind: &str, model: &(impl Module<T> + ?Sized)) -> Section {
        let mut section = Section::new();
        let mut steps = Vec::new();
        visit(model, |name, param| {
            let name = name.to_string();
            let state = self.states.get(&param.id());
            steps.push((name.clone(), state.map_or(0, |state| state.steps as u64)));
            let slots = state.filter(|state| state.steps > 0);
            for (slot, value) in slots.iter().flat_map(|state| &state.slots).enumerate() {
                section.insert(
                    &array(&self.rule, &name, slot),
                    self.rule.slot_name(slot),
                    value,
                );
            }
        });
        let names = slot_names(&self.rule)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let saved: Saved = (self.rule.name(), names, self.steps as u64, steps);
        section.set_state_of(kind, VERSION, &saved);
        section
    }

    /// Goes on from a saved state, in place of what was remembered, for the parameters of a model.
    ///
    /// # Errors
    /// If the state is of something else, another version or another rule, or remembers other things, if names are missing or left over, if
    /// shapes or element types differ, or if a count is above `2⁵³` or that of a parameter above the optimizer's.
    /// Then nothing is changed.
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        self.load_as(KIND, section, model, &BTreeSet::new())
    }

    /// [`load`](Optimizer::load) from what was saved [as](Optimizer::save_as) a kind; the section may have the
    /// arrays of these names for others.
    pub(crate) fn load_as(
        &mut self,
        kind: &str,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
        others: &BTreeSet<String>,
    ) -> Result<(), LoadProblem> {
        let (rule, slots, steps, of_params): Saved = section.state_of(kind, VERSION)?;
        let here = words(&self.rule.name(), &slot_names(&self.rule));
        let file = words(&rule, &slots);
        if file != here {
            return Err(LoadProblem::OtherKind { file, here });
        }
        let total = saved_count("steps", steps)?;
        let mut steps_of = BTreeMap::new();
        for (name, steps) in of_params {
            let steps = saved_count("steps", steps)?;
            if steps > total {
                return LoadProblem::malformed(format!(
                    "`{name}` was in {steps} steps; it must be at most all {total}"
                ));
            }
            if steps_of.contains_key(&name) {
                return LoadProblem::malformed(format!("the steps of `{name}` are told twice"));
            }
            steps_of.insert(name, steps);
        }

        let (mut params, mut names) = (Vec::new(), BTreeSet::new());
        visit(model, |name, param| {
            names.insert(name.to_string());
            params.push((name.to_string(), param));
        });
        if let Some(name) = steps_of.keys().find(|name| !names.contains(*name)) {
            let shape = section.array::<T>(&array(&self.rule, name, 0));
            return Err(LoadProblem::Extra {
                name: name.clone(),
                shape: shape.map_or(Vec::new(), |array| array.shape().to_vec()),
            });
        }
        let (mut states, mut known) = (BTreeMap::new(), BTreeSet::new());
        for (name, param) in params {
            let Some(&steps) = steps_of.get(&name) else {
                return Err(LoadProblem::Missing { name });
            };
            if steps == 0 {
                continue;
            }
            let shape = param.value.shape();
            let mut state = State::new(self.rule, shape);
            state.steps = steps;
            for (slot, value) in state.slots.iter_mut().enumerate() {
                let array_name = array(&self.rule, &name, slot);
                let array: ArcArrayD<T> = section.array(&array_name)?;
                if array.shape() != shape {
                    return Err(LoadProblem::Shape {
                        name,
                        file: array.shape().to_vec(),
                        model: shape.to_vec(),
                    });
                }
                value.assign(&array);
                known.insert(array_name);
            }
            states.insert(param.id(), state);
        }
        let is_known = |name: &str| known.contains(name) || others.contains(name);
        if let Some((name, array)) = section.arrays().find(|(name, _)| !is_known(name)) {
            return Err(LoadProblem::Extra {
                name: name.to_owned(),
                shape: array.shape().to_vec(),
            });
        }
        self.steps = total;
        self.states = states;
        Ok(())
    }
}

/// The name of the array of a slot.
fn array<R: Rule>(rule: &R, param: &str, slot: usize) -> String {
    let name = rule.slot_name(slot);
    if (0..slot).any(|before| rule.slot_name(before) == name) {
        format!("{param}.{name}.{slot}")
    } else {
        format!("{param}.{name}")
    }
}

/// A rule and what it remembers, in words.
fn words<S: AsRef<str>>(rule: &str, slots: &[S]) -> String {
    let slots: Vec<_> = slots.iter().map(AsRef::as_ref).collect();
    match slots.is_empty() {
        true => rule.to_owned(),
        false => format!("{rule} with {}", slots.join(", ")),
    }
}
