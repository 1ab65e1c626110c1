//! The section of a model's parameters.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use tapegrad_autodiff::{ArcArrayD, Element};

use crate::{LoadProblem, Module, Name, Param, ParamId, Section, error};

impl Section {
    /// The parameters of a model by their names: all that it shows to a visit, frozen ones too. Only
    /// values and roles are kept; penalties and what is trainable belong to the program.
    ///
    /// A parameter that stands under several names is kept under each.
    ///
    /// # Panics
    /// If two parameters have one name, or if two clones of one parameter differ.
    #[track_caller]
    pub fn of<T: Element>(model: &(impl Module<T> + ?Sized)) -> Self {
        let mut section = Self::new();
        let mut firsts = BTreeMap::<ParamId, String>::new();
        for (name, param) in model.parameters() {
            if section.arrays.contains_key(&name) {
                error::same_name(&name);
            }
            section.insert(&name, param.role.name(), &param.value);
            match firsts.entry(param.id()) {
                Entry::Vacant(first) => {
                    first.insert(name);
                }
                Entry::Occupied(first) => {
                    let first = first.get();
                    if !section.arrays[first].same_bits(&section.arrays[&name]) {
                        error::clones_differ(first, &name);
                    }
                }
            }
        }
        section
    }

    /// Sets every parameter of a model to the array of its name, after all have been checked: on any
    /// error the model is as it was. Penalties and what is trainable stay.
    ///
    /// Names of one parameter share their storage, as clones do.
    ///
    /// # Errors
    /// If names are missing or left over, if shapes or element types differ, or if names of one
    /// parameter hold different numbers.
    pub fn load_into<T: Element>(
        &self,
        model: &mut (impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        let mut places = Vec::new();
        model.visit_mut(Name::root(), &mut |name, param| {
            places.push(Place::of(name, param));
        });
        let mut values = self.values(&places)?.into_iter();
        model.visit_mut(Name::root(), &mut |_, param| {
            if let Some(value) = values.next() {
                param.value = value;
            }
        });
        Ok(())
    }

    /// Whether [`load_into`](Section::load_into) would succeed: for who loads several things and wants all
    /// or none.
    ///
    /// # Errors
    /// As there.
    pub fn check<T: Element>(&self, model: &(impl Module<T> + ?Sized)) -> Result<(), LoadProblem> {
        let mut places = Vec::new();
        model.visit(Name::root(), &mut |name, param| {
            places.push(Place::of(name, param));
        });
        self.values::<T>(&places).map(drop)
    }

    /// The values for the places of a model, in their order.
    fn values<T: Element>(&self, places: &[Place]) -> Result<Vec<ArcArrayD<T>>, LoadProblem> {
        let mut values = Vec::with_capacity(places.len());
        let mut firsts = BTreeMap::<ParamId, &str>::new();
        for place in places {
            let stored = self.stored(&place.name)?;
            if stored.shape() != place.shape {
                return Err(LoadProblem::Shape {
                    name: place.name.clone(),
                    file: stored.shape().to_vec(),
                    model: place.shape.clone(),
                });
            }
            let first = match firsts.entry(place.id) {
                Entry::Vacant(first) => *first.insert(&place.name),
                Entry::Occupied(first) => {
                    let first = *first.get();
                    if !self.arrays[first].same_bits(stored) {
                        return Err(LoadProblem::Tied {
                            first: first.to_owned(),
                            second: place.name.clone(),
                        });
                    }
                    first
                }
            };
            values.push(self.array(first)?);
        }
        let names: BTreeSet<_> = places.iter().map(|place| place.name.as_str()).collect();
        match self.arrays().find(|(name, _)| !names.contains(name)) {
            None => Ok(values),
            Some((name, array)) => Err(LoadProblem::Extra {
                name: name.to_owned(),
                shape: array.shape().to_vec(),
            }),
        }
    }
}

/// Where a value is to go.
struct Place {
    name: String,
    id: ParamId,
    shape: Vec<usize>,
}

impl Place {
    fn of<T: Element>(name: &Name<'_>, param: &Param<T>) -> Self {
        Self {
            name: name.to_string(),
            id: param.id(),
            shape: param.value.shape().to_vec(),
        }
    }
}
