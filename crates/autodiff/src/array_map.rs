use std::fmt;
use std::sync::Arc;

use ndarray::{ArrayViewD, IxDyn};

use crate::spare::{Buffer, Home, List, Numbers, Spare, sole};
use crate::value::Value;
use crate::{Element, IntoValue, Shape, Tape, Var};

/// Arrays by ascending key. When it is dropped, their memory goes back to the tape that they came
/// from, if they came from one.
pub struct ArrayMap<T: Element = f32> {
    list: List<T>,
    home: Option<Home<T>>,
}

impl<T: Element> ArrayMap<T> {
    /// The values of variables of one tape, each under a key of its own, in the tape's memory.
    #[doc(hidden)]
    pub fn of_values<'t>(values: impl IntoIterator<Item = (u64, Var<'t, T>)>) -> Self {
        let mut map = Self::default();
        for (key, x) in values {
            let tape = x.tape();
            if map.home.is_none() {
                map = Self::at_home(tape.home(), &mut tape.spare());
            }
            let value = x.read().clone();
            map.insert(key, tape.export(value));
        }
        map
    }

    /// The array under a key.
    pub fn get(&self, key: u64) -> Option<ArrayViewD<'_, T>> {
        self.numbers(key).map(view)
    }

    /// The shape of the array under a key, and its elements in row-major order.
    pub fn numbers(&self, key: u64) -> Option<(&[usize], &[T])> {
        let (_, shape, numbers) = &self.list[self.position(key).ok()?];
        Some((shape, numbers.slice()))
    }

    /// The array under a key as a constant of a tape, which is not copied.
    #[doc(hidden)]
    #[track_caller]
    pub fn constant<'t>(&self, key: u64, tape: &'t Tape<T>) -> Option<Var<'t, T>> {
        let (_, shape, numbers) = &self.list[self.position(key).ok()?];
        Some(tape.given(Value::new(shape.clone(), numbers.clone()), false))
    }

    /// Every array with its key, by ascending key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, ArrayViewD<'_, T>)> {
        self.list
            .iter()
            .map(|(key, shape, numbers)| (*key, view((shape, numbers.slice()))))
    }

    /// The elements of every array, in row-major order, in the order of the keys.
    pub fn slices(&self) -> impl ExactSizeIterator<Item = &[T]> {
        self.list.iter().map(|(_, _, numbers)| numbers.slice())
    }

    /// Every array by ascending key, to be changed: its key, its shape, and its elements in row-major
    /// order.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (u64, &[usize], &mut [T])> {
        let list = self.list.iter_mut();
        list.map(|(key, shape, buffer)| (*key, &**shape, to_change(buffer)))
    }

    /// The shape of the array under a key, and its elements in row-major order, to be changed.
    pub fn numbers_mut(&mut self, key: u64) -> Option<(&[usize], &mut [T])> {
        let place = self.position(key).ok()?;
        let (_, shape, buffer) = &mut self.list[place];
        Some((shape, to_change(buffer)))
    }

    /// Takes the arrays of another map: those under a key that is free here as they are, of each other
    /// one `both` gets the numbers here and there.
    pub fn merge(&mut self, mut other: Self, mut both: impl FnMut(&mut [T], &[T])) {
        other
            .list
            .retain_mut(|(key, shape, buffer)| match self.position(*key) {
                Ok(place) => {
                    both(to_change(&mut self.list[place].2), buffer.slice());
                    true
                }
                Err(place) => {
                    let taken = (*key, shape.clone(), Arc::clone(buffer));
                    self.list.insert(place, taken);
                    false
                }
            });
    }

    /// How many arrays there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// An empty map whose memory is that of a tape.
    pub(crate) fn at_home(home: &Home<T>, spare: &mut Spare<T>) -> Self {
        Self {
            list: home.list(spare),
            home: Some(home.clone()),
        }
    }

    /// Puts an array under a key, in place of what was there.
    pub(crate) fn insert(&mut self, key: u64, (shape, numbers): (Shape, Buffer<T>)) {
        match self.position(key) {
            Ok(position) => self.list[position] = (key, shape, numbers),
            Err(position) => self.list.insert(position, (key, shape, numbers)),
        }
    }

    /// Puts an array at the end, whatever its key.
    pub(crate) fn push(&mut self, key: u64, (shape, numbers): (Shape, Buffer<T>)) {
        self.list.push((key, shape, numbers));
    }

    pub(crate) fn reverse(&mut self) {
        self.list.reverse();
    }

    /// Puts each array under another key, and lets go of those that get none.
    pub(crate) fn rename(&mut self, mut name: impl FnMut(u64) -> Option<u64>) {
        self.list.retain_mut(|(key, ..)| match name(*key) {
            Some(new) => {
                *key = new;
                true
            }
            None => false,
        });
        if !self.list.is_sorted_by_key(|&(key, ..)| key) {
            self.list.sort_unstable_by_key(|&(key, ..)| key);
        }
    }

    fn position(&self, key: u64) -> Result<usize, usize> {
        // Keys are mostly put in by ascending order.
        match self.list.last() {
            Some(&(last, ..)) if last >= key => {
                self.list.binary_search_by_key(&key, |&(key, ..)| key)
            }
            _ => Err(self.list.len()),
        }
    }
}

/// The numbers of a buffer to be changed: they become its own if others hold them.
fn to_change<T: Element>(buffer: &mut Buffer<T>) -> &mut [T] {
    if !matches!(Arc::get_mut(buffer), Some(Numbers::Own(_))) {
        *buffer = Arc::new(Numbers::Own(buffer.slice().to_vec()));
    }
    sole(buffer)
}

fn view<'a, T: Element>((shape, numbers): (&[usize], &'a [T])) -> ArrayViewD<'a, T> {
    ArrayViewD::from_shape(IxDyn(shape), numbers).expect("one number for each place")
}

impl<T: Element> Drop for ArrayMap<T> {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            home.put(std::mem::take(&mut self.list));
        }
    }
}

/// A copy, whose memory is its own.
impl<T: Element> Clone for ArrayMap<T> {
    fn clone(&self) -> Self {
        let own = |numbers: &[T]| Arc::new(Numbers::Own(numbers.to_vec()));
        let list = self.list.iter();
        Self {
            list: list
                .map(|(key, shape, numbers)| (*key, shape.clone(), own(numbers.slice())))
                .collect(),
            home: None,
        }
    }
}

impl<T: Element> Default for ArrayMap<T> {
    fn default() -> Self {
        Self {
            list: List::new(),
            home: None,
        }
    }
}

/// From numbers or arrays in any layout, owned or by reference; a view by reference.
impl<T: Element, A: IntoValue<T>> FromIterator<(u64, A)> for ArrayMap<T> {
    fn from_iter<I: IntoIterator<Item = (u64, A)>>(arrays: I) -> Self {
        let mut map = Self::default();
        for (key, array) in arrays {
            let array = array.into_value();
            let shape = Shape::from(array.shape());
            let numbers = Numbers::Own(array.iter().copied().collect());
            map.insert(key, (shape, Arc::new(numbers)));
        }
        map
    }
}

impl<T: Element> fmt::Debug for ArrayMap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
