//! The state of an optimizer in a section of a checkpoint.

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{LoadProblem, Module, Name, Param, ParamId, Role, Section};

use super::slot_names;
use crate::state::State;
use crate::{Optimizer, Rule};

/// Of the layout below.
const VERSION: u32 = 1;

/// Version, rule, slots, steps; and of each parameter its name and steps.
type Saved = (u32, String, Vec<String>, u64, Vec<(String, u64)>);

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
        let mut section = Section::new();
        let mut steps = Vec::new();
        visit(model, |name, param| {
            let state = self.states.get(&param.id());
            steps.push((name.to_owned(), state.map_or(0, |state| state.steps as u64)));
            let slots = state.filter(|state| state.steps > 0);
            for (slot, value) in slots.iter().flat_map(|state| &state.slots).enumerate() {
                section.insert(
                    &array(&self.rule, name, slot),
                    self.rule.slot_name(slot),
                    value,
                );
            }
        });
        let names = slot_names(&self.rule)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let saved: Saved = (VERSION, self.rule.name(), names, self.steps as u64, steps);
        section.set_state(&saved);
        section
    }

    /// Goes on from a saved state, in place of what was remembered, for the parameters of a model.
    ///
    /// # Errors
    /// If the state is of another rule or remembers other things, if names are missing or left over, or if
    /// shapes or element types differ. Then nothing is changed.
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        let malformed = |reason: String| LoadProblem::Malformed { reason };
        let (version, rule, slots, steps, of_params): Saved = section.state()?;
        if version != VERSION {
            let reason = format!("an optimizer's state has the version {version}, not {VERSION}");
            return Err(malformed(reason));
        }
        let here = kind(&self.rule.name(), &slot_names(&self.rule));
        let file = kind(&rule, &slots);
        if file != here {
            return Err(LoadProblem::OtherKind { file, here });
        }
        let count =
            |steps: u64| usize::try_from(steps).map_err(|_| malformed(format!("{steps} steps")));

        let mut params: Vec<(String, ParamId, Vec<usize>)> = Vec::new();
        visit(model, |name, param| {
            params.push((name.to_owned(), param.id(), param.value.shape().to_vec()));
        });
        if let Some((name, _)) = of_params
            .iter()
            .find(|(name, _)| !params.iter().any(|param| param.0 == *name))
        {
            let shape = section.array::<T>(&array(&self.rule, name, 0));
            let shape = shape.map_or(Vec::new(), |array| array.shape().to_vec());
            return Err(LoadProblem::Extra {
                name: name.clone(),
                shape,
            });
        }
        let mut states = Vec::with_capacity(params.len());
        for (name, id, shape) in params {
            let of_param = of_params.iter().find(|(other, _)| *other == name);
            let Some((_, steps)) = of_param else {
                return Err(LoadProblem::Missing { name });
            };
            if *steps == 0 {
                continue;
            }
            let mut state = State::new(self.rule, &shape);
            state.steps = count(*steps)?;
            for (slot, value) in state.slots.iter_mut().enumerate() {
                let array: ArcArrayD<T> = section.array(&array(&self.rule, &name, slot))?;
                if array.shape() != shape {
                    return Err(LoadProblem::Shape {
                        name,
                        file: array.shape().to_vec(),
                        model: shape,
                    });
                }
                value.assign(&array);
            }
            states.push((id, state));
        }
        self.steps = count(steps)?;
        self.states = states.into_iter().collect();
        Ok(())
    }
}

/// Every parameter that a gradient could train, frozen ones too, with its name.
fn visit<T: Element>(model: &(impl Module<T> + ?Sized), mut f: impl FnMut(&str, &Param<T>)) {
    model.visit(Name::root(), &mut |name, param| {
        if param.role != Role::Statistic {
            f(&name.to_string(), param);
        }
    });
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
fn kind<S: AsRef<str>>(rule: &str, slots: &[S]) -> String {
    let slots: Vec<_> = slots.iter().map(AsRef::as_ref).collect();
    match slots.is_empty() {
        true => rule.to_owned(),
        false => format!("{rule} with {}", slots.join(", ")),
    }
}
