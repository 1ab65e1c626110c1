//! Storage between two uses.

use std::sync::{Arc, Mutex, PoisonError};

use ndarray::ArrayD;

use crate::Element;

/// Numbers in storage that is shared while several values have them, and used again when none does.
pub(crate) type Buffer<T> = Arc<Vec<T>>;

/// Buffers that nobody holds, by the power of two below their capacity.
///
/// A training step asks for the same lengths as the step before, so from the second on it finds
/// what it asks for. What was used last is given out first: it may still be in the cache.
#[derive(Debug)]
pub(crate) struct Spare<T> {
    classes: [Vec<Buffer<T>>; usize::BITS as usize],
    /// Those without capacity, whose numbers left the tape or are yet to come.
    empty: Vec<Buffer<T>>,
}

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self {
            classes: [const { Vec::new() }; usize::BITS as usize],
            empty: Vec::new(),
        }
    }
}

impl<T: Element> Spare<T> {
    /// A buffer of `len` numbers that are left over from before.
    pub(crate) fn take(&mut self, len: usize) -> Buffer<T> {
        let Some(class) = len.checked_ilog2() else {
            return self.empty.pop().unwrap_or_default();
        };
        let class = &mut self.classes[class as usize];
        let with = |fits: fn(usize, usize) -> bool| {
            class
                .iter()
                .rposition(|buffer| fits(buffer.capacity(), len))
        };
        let Some(found) =
            with(|capacity, len| capacity == len).or_else(|| with(|capacity, len| capacity > len))
        else {
            // One that is too small now would be so again: it makes way.
            class.pop();
            return Arc::new(vec![T::zero(); len]);
        };
        let mut buffer = class.swap_remove(found);
        if buffer.len() != len {
            sole(&mut buffer).resize(len, T::zero());
        }
        buffer
    }

    /// Takes back what nobody else holds.
    pub(crate) fn put(&mut self, buffer: Buffer<T>) {
        if Arc::strong_count(&buffer) == 1 {
            match buffer.capacity().checked_ilog2() {
                Some(class) => self.classes[class as usize].push(buffer),
                None => self.empty.push(buffer),
            }
        }
    }

    /// Takes back numbers that had left the tape.
    fn put_numbers(&mut self, numbers: Vec<T>) {
        let mut buffer = self.take(0);
        *sole(&mut buffer) = numbers;
        self.put(buffer);
    }

    /// The numbers of a buffer, to leave the tape: moved if nobody else holds it, else copied.
    pub(crate) fn numbers(&mut self, mut buffer: Buffer<T>) -> Vec<T> {
        if Arc::get_mut(&mut buffer).is_none() {
            let mut copy = self.take(buffer.len());
            sole(&mut copy).copy_from_slice(&buffer);
            buffer = copy;
        }
        let numbers = std::mem::take(sole(&mut buffer));
        self.put(buffer);
        numbers
    }
}

/// The numbers of a buffer that nobody else holds.
pub(crate) fn sole<T>(buffer: &mut Buffer<T>) -> &mut Vec<T> {
    Arc::get_mut(buffer).expect("a buffer that was just taken is not shared")
}

/// Where arrays that left a tape go when nobody needs them any more.
///
/// They may be dropped on another thread, and after the tape.
#[derive(Debug)]
pub(crate) struct Home<T>(Arc<Mutex<Returned<T>>>);

#[derive(Debug)]
struct Returned<T> {
    arrays: Vec<Vec<T>>,
    lists: Vec<List<T>>,
}

/// Arrays by ascending key.
pub(crate) type List<T> = Vec<(u64, ArrayD<T>)>;

impl<T> Clone for Home<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Home<T> {
    fn default() -> Self {
        let returned = Returned {
            arrays: Vec::new(),
            lists: Vec::new(),
        };
        Self(Arc::new(Mutex::new(returned)))
    }
}

impl<T: Element> Home<T> {
    fn returned<R>(&self, f: impl FnOnce(&mut Returned<T>) -> R) -> R {
        // What is behind the lock is storage only: a panic elsewhere does it no harm.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An empty list.
    pub(crate) fn list(&self) -> List<T> {
        self.returned(|returned| returned.lists.pop().unwrap_or_default())
    }

    /// Takes back a list and what is in it.
    pub(crate) fn put(&self, mut list: List<T>) {
        self.returned(|returned| {
            // Were they never fetched, they would pile up.
            if returned.lists.len() < 64 {
                let arrays = list
                    .drain(..)
                    .map(|(_, array)| array.into_raw_vec_and_offset().0);
                returned.arrays.extend(arrays);
                returned.lists.push(list);
            }
        });
    }

    /// Moves what came back to where it is used again.
    pub(crate) fn fetch(&self, spare: &mut Spare<T>) {
        self.returned(|returned| {
            returned
                .arrays
                .drain(..)
                .for_each(|numbers| spare.put_numbers(numbers));
        });
    }
}
