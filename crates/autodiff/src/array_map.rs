use std::fmt;

use ndarray::{ArrayD, IxDyn};

use crate::Element;
use crate::spare::{Home, List};

/// Arrays by ascending key. When it is dropped, their memory goes back to the tape that they came
/// from, if they came from one.
pub struct ArrayMap<T: Element = f32> {
    list: List<T>,
    home: Option<Home<T>>,
}

impl<T: Element> ArrayMap<T> {
    /// An empty map whose memory is that of a tape.
    pub(crate) fn at_home(home: &Home<T>) -> Self {
        Self {
            list: home.list(),
            home: Some(home.clone()),
        }
    }

    /// Puts an array under a key, in place of what was there.
    pub fn insert(&mut self, key: u64, array: ArrayD<T>) {
        match self.position(key) {
            Ok(position) => self.list[position].1 = array,
            Err(position) => self.list.insert(position, (key, array)),
        }
    }

    /// The array under a key.
    pub fn get(&self, key: u64) -> Option<&ArrayD<T>> {
        self.position(key)
            .ok()
            .map(|position| &self.list[position].1)
    }

    /// The array under a key, to be changed.
    pub fn get_mut(&mut self, key: u64) -> Option<&mut ArrayD<T>> {
        self.position(key)
            .ok()
            .map(|position| &mut self.list[position].1)
    }

    /// Every array with its key, by ascending key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, &ArrayD<T>)> {
        self.list.iter().map(|(key, array)| (*key, array))
    }

    /// Every array with its key, to be changed.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (u64, &mut ArrayD<T>)> {
        self.list.iter_mut().map(|(key, array)| (*key, array))
    }

    /// How many arrays there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// An empty map whose memory is that of the same tape.
    pub(crate) fn another(&self) -> Self {
        self.home.as_ref().map_or_else(Self::default, Self::at_home)
    }

    /// Puts an array at the end, whatever its key.
    pub(crate) fn push(&mut self, key: u64, array: ArrayD<T>) {
        self.list.push((key, array));
    }

    pub(crate) fn reverse(&mut self) {
        self.list.reverse();
    }

    /// The array under a key, which stays behind empty.
    pub(crate) fn take(&mut self, key: u64) -> Option<ArrayD<T>> {
        let position = self.position(key).ok()?;
        let none = ArrayD::from_shape_vec(IxDyn(&[0]), Vec::new()).expect("no number for no place");
        Some(std::mem::replace(&mut self.list[position].1, none))
    }

    fn position(&self, key: u64) -> Result<usize, usize> {
        // Keys are mostly put in by ascending order.
        match self.list.last() {
            Some(&(last, _)) if last >= key => {
                self.list.binary_search_by_key(&key, |&(key, _)| key)
            }
            _ => Err(self.list.len()),
        }
    }
}

impl<T: Element> Drop for ArrayMap<T> {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            home.put(std::mem::take(&mut self.list));
        }
    }
}

impl<T: Element> Clone for ArrayMap<T> {
    fn clone(&self) -> Self {
        Self {
            list: self.list.clone(),
            home: self.home.clone(),
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

impl<T: Element> FromIterator<(u64, ArrayD<T>)> for ArrayMap<T> {
    fn from_iter<I: IntoIterator<Item = (u64, ArrayD<T>)>>(arrays: I) -> Self {
        let mut map = Self::default();
        arrays
            .into_iter()
            .for_each(|(key, array)| map.insert(key, array));
        map
    }
}

impl<T: Element> fmt::Debug for ArrayMap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
