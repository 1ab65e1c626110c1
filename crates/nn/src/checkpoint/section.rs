use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};

use crate::checkpoint::{ElementType, StoredArray, encoding};
use crate::{LoadProblem, error};

/// A part of a [`Checkpoint`](crate::Checkpoint): arrays by name, and a state of any type that serde
/// knows.
///
/// Large numbers belong in arrays: their bytes are written as they are and carry a checksum each.
/// Counters, settings, histories and random streams belong in the state.
///
/// ```
/// use tapegrad_nn::Section;
///
/// let mut section = Section::new();
/// section.insert("velocity", "moment", [0.5_f32, -0.5]);
/// section.set_state(&(100_u64, "momentum".to_owned()));
///
/// assert_eq!(section.array::<f32>("velocity")?.shape(), [2]);
/// assert_eq!(section.state::<(u64, String)>()?.0, 100);
/// # Ok::<(), tapegrad_nn::LoadProblem>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub(crate) state: Vec<u8>,
    pub(crate) arrays: BTreeMap<String, StoredArray>,
}

impl Section {
    /// A section without arrays, whose state is `()`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it has neither arrays nor a state.
    pub fn is_empty(&self) -> bool {
        self.state.is_empty() && self.arrays.is_empty()
    }

    /// Sets the state, in place of what was set before. It is encoded with bincode, which knows
    /// fields by their order alone: [with its kind and version](Section::set_state_of) a state is taken for no
    /// other, and may change later.
    ///
    /// # Panics
    /// If serde cannot write the value to a format without names.
    #[track_caller]
    pub fn set_state<S: Serialize + ?Sized>(&mut self, state: &S) {
        match encoding::encode(state) {
            Ok(bytes) => self.state = bytes,
            Err(reason) => error::state(&reason),
        }
    }

    /// The state.
    ///
    /// Memory is bounded by what the file holds, but for lists of a type without bytes, such as
    /// `Vec<()>`, whose length nothing bounds.
    ///
    /// # Errors
    /// If the bytes are not those of an `S`, all of them.
    pub fn state<S: DeserializeOwned>(&self) -> Result<S, LoadProblem> {
        encoding::decode("the state", &self.state)
    }

    /// [Sets](Section::set_state) a state after its kind, the name of what it is the state of, and its version.
    ///
    /// ```
    /// use tapegrad_nn::{LoadProblem, Section};
    /// let mut section = Section::new();
    /// section.set_state_of("Counter", 2, &(100_u64, 0.5));
    /// assert_eq!(section.state_of::<(u64, f64)>("Counter", 2)?, (100, 0.5));
    /// let other = section.state_of::<(u64, f64)>("Clock", 2);
    /// assert!(matches!(other, Err(LoadProblem::OtherKind { .. })));
    /// let older = section.state_of::<u64>("Counter", 1);  // which knows nothing of what came later
    /// assert!(matches!(older, Err(LoadProblem::Version { found: 2, known: 1, .. })));
    /// # Ok::<(), LoadProblem>(())
    /// ```
    ///
    /// # Panics
    /// If the kind is empty, and as [`set_state`](Section::set_state).
    #[track_caller]
    pub fn set_state_of<S: Serialize + ?Sized>(&mut self, kind: &str, version: u32, state: &S) {
        if kind.is_empty() {
            error::state_kind();
        }
        self.set_state(&(kind, version, state));
    }

    /// The state of a kind and version, which are read before the rest, in this order.
    ///
    /// # Errors
    /// [`LoadProblem::OtherKind`] if it is of another kind, [`LoadProblem::Version`] if it has another version, and
    /// as [`state`](Section::state). A state that was set without a kind is malformed, or of whatever kind its first
    /// bytes happen to say.
    pub fn state_of<S: DeserializeOwned>(
        &self,
        kind: &str,
        version: u32,
    ) -> Result<S, LoadProblem> {
        let Some((file, rest)) = encoding::split_text(&self.state) else {
            return LoadProblem::malformed(format!(
                "the state does not say whose it is; it must be of {kind}"
            ));
        };
        if file != kind {
            let (file, here) = (file.to_owned(), kind.to_owned());
            return Err(LoadProblem::OtherKind { file, here });
        }
        let (found, rest) = rest.split_at(size_of::<u32>().min(rest.len()));
        let found = encoding::decode("the version of the state", found)?;
        if found != version {
            return Err(LoadProblem::Version {
                what: format!("the state of {kind} in the file"),
                found,
                known: version,
            });
        }
        encoding::decode("the state", rest)
    }

    /// Puts an array in, in place of what had its name. `role` says in a word what it is for.
    pub fn insert<T: Element>(&mut self, name: &str, role: &str, value: impl IntoValue<T>) {
        let array = StoredArray::new(role, value.into_value());
        self.arrays.insert(name.to_owned(), array);
    }

    /// The array called `name`. Its storage is shared, not copied.
    ///
    /// # Errors
    /// If there is none, or if its numbers are not of the type `T`.
    pub fn array<T: Element>(&self, name: &str) -> Result<ArcArrayD<T>, LoadProblem> {
        let stored = self.stored(name)?;
        let value = stored.value().cloned();
        value.ok_or_else(|| LoadProblem::OtherElement {
            name: name.to_owned(),
            file: stored.element(),
            asked: ElementType::of::<T>(),
        })
    }

    pub(crate) fn stored(&self, name: &str) -> Result<&StoredArray, LoadProblem> {
        let stored = self.arrays.get(name);
        stored.ok_or_else(|| LoadProblem::Missing {
            name: name.to_owned(),
        })
    }

    /// Every array with its name, in the order of the names' bytes.
    pub fn arrays(&self) -> impl Iterator<Item = (&str, &StoredArray)> {
        self.arrays
            .iter()
            .map(|(name, array)| (name.as_str(), array))
    }

    /// The same section with all numbers as those of the type `T` nearest to them: `f32` to `f64` is
    /// exact, `f64` to `f32` rounds, to ±∞ beyond the largest. The state stays.
    pub fn convert<T: Element>(&self) -> Self {
        let arrays = self.arrays.iter();
        Self {
            state: self.state.clone(),
            arrays: arrays
                .map(|(name, array)| (name.clone(), array.convert::<T>()))
                .collect(),
        }
    }
}
