//! What a scope writes down during its pass, in memory that the next scope uses again.

use std::any::Any;
use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use tapegrad_autodiff::{ArcArrayD, Element};

use crate::ParamId;

/// The notes of one scope.
#[derive(Debug)]
pub(crate) struct Notes(Lists);

#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// The parameters that are bound, by ascending identity.
    pub(crate) bound: Vec<Binding>,
    /// The part of the model that the pass is in.
    pub(crate) path: Vec<Part>,
    /// The places on the tape of costs that belong to the penalty.
    pub(crate) charges: Vec<usize>,
    /// The parameters of which there is a cost among them that counts once.
    pub(crate) charged: Vec<ParamId>,
    /// Whether a trained parameter with a penalty in the loss is bound.
    pub(crate) owing: bool,
    /// Whether penalties were summed.
    pub(crate) summed: bool,
    /// The places of the new values of statistics.
    pub(crate) updates: Vec<(ParamId, usize)>,
    /// The path and the output's shape of each part, if the pass observes them.
    pub(crate) outputs: Vec<(String, Vec<usize>)>,
    /// How many random streams were started from a seed.
    streams: Vec<(u64, usize)>,
}

/// A field, or one of several under that name.
pub(crate) type Part = (&'static str, Option<usize>);

/// The variable that stands for a parameter or a strength.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) id: ParamId,
    /// Its place on the tape.
    pub(crate) index: usize,
    /// Whether the gradient belongs in the map.
    pub(crate) trained: bool,
    pub(crate) source: Source,
}

/// Where a variable's value came from.
#[derive(Debug)]
pub(crate) enum Source {
    Substituted,
    /// The parameter's own storage, which the tape holds too: who writes to the parameter moves it.
    Shared,
    /// A copy of a parameter in another layout, an [`ArcArrayD`] which is held so that who writes to
    /// it moves it.
    Copied(Box<dyn Any>),
}

impl Source {
    pub(crate) fn of<T: Element>(value: &ArcArrayD<T>) -> Self {
        if value.is_standard_layout() {
            Self::Shared
        } else {
            Self::Copied(Box::new(value.clone()))
        }
    }
}

/// Whether two arrays are one.
pub(crate) fn same_array<T: Element>(a: &ArcArrayD<T>, b: &ArcArrayD<T>) -> bool {
    a.as_ptr() == b.as_ptr() && a.shape() == b.shape() && a.strides() == b.strides()
}

thread_local! {
    /// Lists of scopes that are gone, so that a step needs no new memory for its own.
    static SPARE: RefCell<Vec<Lists>> = const { RefCell::new(Vec::new()) };
}

impl Notes {
    /// Empty notes.
    pub(crate) fn new() -> Self {
        Self(SPARE.with_borrow_mut(Vec::pop).unwrap_or_default())
    }
}

impl Deref for Notes {
    type Target = Lists;
    fn deref(&self) -> &Lists {
        &self.0
    }
}

impl DerefMut for Notes {
    fn deref_mut(&mut self) -> &mut Lists {
        &mut self.0
    }
}

impl Lists {
    pub(crate) fn find(&self, id: ParamId) -> Option<&Binding> {
        self.place(id).ok().map(|place| &self.bound[place])
    }

    /// Whether the binding is the first of its parameter; only then it is noted.
    pub(crate) fn bind(&mut self, binding: Binding) -> bool {
        let place = self.place(binding.id);
        if let Err(place) = place {
            self.bound.insert(place, binding);
        }
        place.is_err()
    }

    fn place(&self, id: ParamId) -> Result<usize, usize> {
        self.bound.binary_search_by_key(&id, |binding| binding.id)
    }

    /// The place of the new value of a statistic.
    pub(crate) fn updated(&self, id: ParamId) -> Option<usize> {
        let update = self.updates.iter().find(|(other, _)| *other == id)?;
        Some(update.1)
    }

    /// Notes the place of a new value, instead of what was noted before.
    pub(crate) fn update(&mut self, id: ParamId, index: usize) {
        self.updates.retain(|(other, _)| *other != id);
        self.updates.push((id, index));
    }

    /// How many streams were started from this seed before.
    pub(crate) fn count_stream(&mut self, seed: u64) -> usize {
        let known = self.streams.iter_mut().find(|(other, _)| *other == seed);
        if let Some((_, count)) = known {
            *count += 1;
            return *count - 1;
        }
        self.streams.push((seed, 1));
        0
    }

    fn clear(&mut self) {
        self.bound.clear();
        self.path.clear();
        self.charges.clear();
        self.charged.clear();
        (self.owing, self.summed) = (false, false);
        self.updates.clear();
        self.outputs.clear();
        self.streams.clear();
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let mut lists = std::mem::take(&mut self.0);
        lists.clear();
        // A thread that ends has no use for them: then there is no `SPARE` any more.
        let _ = SPARE.try_with(|spare| spare.borrow_mut().push(lists));
    }
}
