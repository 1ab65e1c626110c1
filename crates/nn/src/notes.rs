//! What a scope writes down during its pass, in memory that the next scope uses again.

use std::any::Any;
use std::cell::RefCell;

use tapegrad_autodiff::{ArcArrayD, Element};

use crate::ParamId;

/// The parameters that are bound, and the part of the model that the pass is in.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// By ascending identity.
    pub(crate) bound: Vec<Binding>,
    pub(crate) path: Vec<Part>,
    /// The places on the tape of costs that belong to the penalty.
    pub(crate) charges: Vec<usize>,
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
    /// Notes of scopes that are gone, so that a step needs no new memory for its own.
    static SPARE: RefCell<Vec<(Vec<Binding>, Vec<Part>, Vec<usize>)>> = const { RefCell::new(Vec::new()) };
}

impl Notes {
    /// Empty notes.
    pub(crate) fn new() -> Self {
        let (bound, path, charges) = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        Self {
            bound,
            path,
            charges,
        }
    }

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
}

impl Drop for Notes {
    fn drop(&mut self) {
        let mut lists = (
            std::mem::take(&mut self.bound),
            std::mem::take(&mut self.path),
            std::mem::take(&mut self.charges),
        );
        lists.0.clear();
        lists.1.clear();
        lists.2.clear();
        // A thread that ends has no use for them: then there is no `SPARE` any more.
        let _ = SPARE.try_with(|spare| spare.borrow_mut().push(lists));
    }
}
