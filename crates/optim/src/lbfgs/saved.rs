//! What is remembered, in a section of a checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Module, Param, Section};

use super::history::History;
use crate::Lbfgs;
use crate::parameters::visit;

const KIND: &str = "Lbfgs";

/// Of the layout below.
const VERSION: u32 = 1;

/// Pairs, and the parameters that they are of, in order.
type Saved = (u64, Vec<String>);

/// What files call the parts of a pair.
const PARTS: [&str; 2] = ["step", "change"];

impl<T: Element> Lbfgs<T> {
    /// The steps that are remembered, by the names that a model gives its parameters: all that a descent needs to
    /// go on bit for bit, beside the model. Settings belong to the program, and are not in it.
    ///
    /// If the model's parameters are not those of the last step, nothing is remembered of them.
    pub fn save(&self, model: &(impl Module<T> + ?Sized)) -> Section {
        let mut params = BTreeMap::new();
        visit(model, |name, param| {
            params.insert(param.id(), (name.to_string(), param.value.shape()));
        });
        let own = self.layout.iter().map(|(id, len)| {
            let param = params.get(id);
            param.filter(|(_, shape)| shape.iter().product::<usize>() == *len)
        });
        // `None` if it is another model.
        let own: Option<Vec<_>> = own.collect();
        let own = own.filter(|_| self.history.len() > 0).unwrap_or_default();
        let count = if own.is_empty() {
            0
        } else {
            self.history.len()
        };
        let (mut section, mut start) = (Section::new(), 0);
        for ((name, shape), (_, len)) in own.iter().zip(&self.layout) {
            let part = start..start + len;
            start = part.end;
            for (i, pair) in self.history.pairs().enumerate() {
                for (what, numbers) in PARTS.into_iter().zip([&pair.step, &pair.change]) {
                    let numbers = numbers[part.clone()].to_vec().into_value();
                    let numbers = numbers.into_shape_with_order(*shape);
                    let numbers = numbers.expect("the parameter has as many");
                    section.insert(&array(name, what, i), what, numbers);
                }
            }
        }
        let names = own.into_iter().map(|(name, _)| name.clone()).collect();
        let saved: Saved = (count as u64, names);
        section.set_state_of(KIND, VERSION, &saved);
        section
    }

    /// Goes on from a saved state, in place of what was remembered, for the parameters of a model. Of more steps
    /// than the [memory](Lbfgs::memory) holds, the last ones are taken. What is frozen in the model from the start
    /// is to be so before.
    ///
    /// # Errors
    /// If the state is of something else or another version, if names are missing or left over (a trained parameter that the steps
    /// are not of is missing), if shapes or element types differ, or if a number is not finite. Then nothing is
    /// changed.
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        let (count, listed): Saved = section.state_of(KIND, VERSION)?;
        let count = saved_count("remembered steps", count)?;
        let mut names = BTreeSet::new();
        for name in listed {
            if names.contains(&name) {
                return LoadProblem::malformed(format!("`{name}` is told twice"));
            }
            names.insert(name);
        }
        let (mut params, mut missing) = (Vec::new(), None);
        visit(model, |name, param| {
            let name = name.to_string();
            if names.remove(&name) {
                params.push((name, param));
            } else if count > 0 && param.is_trained() {
                missing.get_or_insert(name);
            }
        });
        if let Some(name) = names.pop_first() {
            let shape = section.array::<T>(&array(&name, PARTS[0], 0));
            return Err(LoadProblem::Extra {
                name,
                shape: shape.map_or(Vec::new(), |array| array.shape().to_vec()),
            });
        }
        if let Some(name) = missing {
            return Err(LoadProblem::Missing { name });
        }
        if count > 0 && params.is_empty() {
            return LoadProblem::malformed(format!("{count} steps are of no parameter"));
        }
        let (mut history, mut known) = (History::new(self.history.most()), BTreeSet::new());
        let mut parts = [Vec::new(), Vec::new()];
        for i in 0..count {
            for (what, flat) in PARTS.into_iter().zip(&mut parts) {
                flat.clear();
                for (name, param) in &params {
                    let (array_name, shape) = (array(name, what, i), param.value.shape());
                    let array: ArcArrayD<T> = section.array(&array_name)?;
                    if array.shape() != shape {
                        return Err(LoadProblem::Shape {
                            name: name.clone(),
                            file: array.shape().to_vec(),
                            model: shape.to_vec(),
                        });
                    }
                    if let Some(number) = array.iter().find(|number| !number.is_finite()) {
                        return LoadProblem::malformed(format!(
                            "`{array_name}` holds {number}; it must be finite"
                        ));
                    }
                    flat.extend(array.iter());
                    known.insert(array_name);
                }
            }
            history.remember(&parts[0], &parts[1]);
        }
        if let Some((name, array)) = section.arrays().find(|(name, _)| !known.contains(*name)) {
            return Err(LoadProblem::Extra {
                name: name.to_owned(),
                shape: array.shape().to_vec(),
            });
        }
        let part = |(_, param): &(String, &Param<T>)| (param.id(), param.value.len());
        self.layout = params.iter().map(part).collect();
        self.history = history;
        Ok(())
    }
}

/// The name of the array of a part of the `i`-th pair.
fn array(param: &str, what: &str, i: usize) -> String {
    format!("{param}.{what}.{i}")
}
