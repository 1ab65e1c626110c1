//! What is remembered, in a section of a checkpoint.

use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::{LoadProblem, Module, Name, ParamId, Role, Section};

use super::history::History;
use crate::Lbfgs;

/// Of the layout below.
const VERSION: u32 = 1;

/// Version, pairs, and the parameters that they are of, in order.
type Saved = (u32, u64, Vec<String>);

/// What files call the parts of a pair.
const PARTS: [&str; 2] = ["step", "change"];

impl<T: Element> Lbfgs<T> {
    /// The steps that are remembered, by the names that a model gives its parameters: all that a descent needs to
    /// go on bit for bit, beside the model. Settings belong to the program, and are not in it.
    ///
    /// If the model's parameters are not those of the last step, nothing is remembered of them.
    pub fn save(&self, model: &(impl Module<T> + ?Sized)) -> Section {
        let mut section = Section::new();
        let mut names = vec![String::new(); self.layout.len()];
        visit(model, |name, id, shape| {
            let part = (id, shape.iter().product());
            if let Some(place) = self.layout.iter().position(|own| *own == part) {
                names[place] = name.to_owned();
            }
        });
        let is_of_model = names.iter().all(|name| !name.is_empty());
        let count = if is_of_model { self.history.len() } else { 0 };
        let mut start = 0;
        for (name, (id, len)) in names.iter().zip(&self.layout) {
            let part = start..start + len;
            start = part.end;
            let mut shape = Vec::new();
            visit(model, |_, other, other_shape| {
                if other == *id {
                    shape = other_shape.to_vec();
                }
            });
            for (i, pair) in self.history.pairs().take(count).enumerate() {
                for (what, numbers) in PARTS.into_iter().zip([&pair.step, &pair.change]) {
                    let numbers = numbers[part.clone()].to_vec().into_value();
                    let numbers = numbers.into_shape_with_order(shape.as_slice());
                    let numbers = numbers.expect("the parameter has as many");
                    section.insert(&array(name, what, i), what, numbers);
                }
            }
        }
        let names = if count > 0 { names } else { Vec::new() };
        let saved: Saved = (VERSION, count as u64, names);
        section.set_state(&saved);
        section
    }

    /// Goes on from a saved state, in place of what was remembered, for the parameters of a model. Of more steps
    /// than the [memory](Lbfgs::memory) holds, the last ones are taken.
    ///
    /// # Errors
    /// If names are missing or left over, or if shapes or element types differ. Then nothing is changed.
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        let malformed = |reason: String| LoadProblem::Malformed { reason };
        let (version, count, names): Saved = section.state()?;
        if version != VERSION {
            let reason = format!("the state of L-BFGS has the version {version}, not {VERSION}");
            return Err(malformed(reason));
        }
        let mut params: Vec<(String, ParamId, Vec<usize>)> = Vec::new();
        visit(model, |name, id, shape| {
            params.push((name.to_owned(), id, shape.to_vec()));
        });
        let mut layout = Vec::with_capacity(names.len());
        let mut shapes = Vec::with_capacity(names.len());
        for name in &names {
            let Some((_, id, shape)) = params.iter().find(|param| param.0 == *name) else {
                let shape = section.array::<T>(&array(name, PARTS[0], 0));
                return Err(LoadProblem::Extra {
                    name: name.clone(),
                    shape: shape.map_or(Vec::new(), |array| array.shape().to_vec()),
                });
            };
            layout.push((*id, shape.iter().product()));
            shapes.push(shape);
        }
        let count = match usize::try_from(count) {
            // Each has an array in the file.
            Ok(count) if count <= section.arrays().count() => count,
            _ => {
                return Err(malformed(format!(
                    "{count} steps are said to be remembered"
                )));
            }
        };
        let mut history = History::new(self.history.most());
        let mut parts = [Vec::new(), Vec::new()];
        for i in 0..count {
            for (what, flat) in PARTS.into_iter().zip(&mut parts) {
                flat.clear();
                for (name, shape) in names.iter().zip(&shapes) {
                    let array: ArcArrayD<T> = section.array(&array(name, what, i))?;
                    if array.shape() != shape.as_slice() {
                        return Err(LoadProblem::Shape {
                            name: name.clone(),
                            file: array.shape().to_vec(),
                            model: shape.to_vec(),
                        });
                    }
                    flat.extend(array.iter());
                }
            }
            history.remember(&parts[0], &parts[1]);
        }
        self.layout = layout;
        self.history = history;
        Ok(())
    }
}

/// Every parameter that a gradient could train, with its name.
fn visit<T: Element>(
    model: &(impl Module<T> + ?Sized),
    mut f: impl FnMut(&str, ParamId, &[usize]),
) {
    model.visit(Name::root(), &mut |name, param| {
        if param.role != Role::Statistic {
            f(&name.to_string(), param.id(), param.value.shape());
        }
    });
}

/// The name of the array of a part of the `i`-th pair.
fn array(param: &str, what: &str, i: usize) -> String {
    format!("{param}.{what}.{i}")
}
