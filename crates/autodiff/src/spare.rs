//! Storage between two uses.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::lazy::LazyProduct;
use crate::{ArcArrayD, Element, Shape};

/// Numbers in storage that is shared while several values have them, and used again when none does.
pub(crate) type Buffer<T> = Arc<Numbers<T>>;

#[derive(Debug)]
pub(crate) enum Numbers<T: Element> {
    /// The tape's own.
    Own(Vec<T>),
    /// An array from outside, contiguous.
    Array(ArcArrayD<T>),
    /// Those that nobody has asked for yet.
    Lazy(Box<LazyProduct<T>>),
}

impl<T: Element> Numbers<T> {
    #[inline]
    pub(crate) fn slice(&self) -> &[T] {
        match self {
            Self::Own(numbers) => numbers,
            Self::Array(array) => array.as_slice().expect("arrays join a tape contiguous"),
            Self::Lazy(product) => product.numbers(),
        }
    }

    /// How many numbers there is room for; none in what is not the tape's.
    #[inline]
    fn capacity(&self) -> usize {
        match self {
            Self::Own(numbers) => numbers.capacity(),
            Self::Array(_) | Self::Lazy(_) => 0,
        }
    }
}

impl<T: Element> Default for Numbers<T> {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

/// Buffers that nobody holds, by the power of two below their capacity.
///
/// A training step asks for the same lengths as the step before, so from the second on it finds
/// what it asks for. What was used last is given out first: it may still be in the cache.
#[derive(Debug)]
pub(crate) struct Spare<T: Element> {
    classes: [Vec<Buffer<T>>; usize::BITS as usize],
    /// Those without capacity, whose numbers left the tape or are yet to come.
    empty: Vec<Buffer<T>>,
}

/// How many buffers of a class are looked at: a step knows few lengths, and what it needs was put
/// back not long ago.
const LOOKED_AT: usize = 64;

impl<T: Element> Default for Spare<T> {
    fn default() -> Self {
        Self {
            classes: [const { Vec::new() }; usize::BITS as usize],
            empty: Vec::new(),
        }
    }
}

impl<T: Element> Spare<T> {
    /// A buffer of `len` numbers that are left over from before.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Buffer<T> {
        let Some(class) = len.checked_ilog2() else {
            return self.empty.pop().unwrap_or_default();
        };
        let class = &mut self.classes[class as usize];
        // One that is as long, or else one that is longer.
        let mut found = None;
        for (place, buffer) in class.iter().enumerate().rev().take(LOOKED_AT) {
            let capacity = buffer.capacity();
            if capacity >= len {
                found = Some(place);
            }
            if capacity == len {
                break;
            }
        }
        let Some(found) = found else {
            // One that is too small now would be so again: it makes way.
            class.pop();
            return Arc::new(Numbers::Own(vec![T::zero(); len]));
        };
        let mut buffer = class.swap_remove(found);
        if buffer.slice().len() != len {
            sole(&mut buffer).resize(len, T::zero());
        }
        buffer
    }

    /// A buffer with numbers that are not the tape's, which are let go of with it.
    #[inline]
    pub(crate) fn hold(&mut self, held: Numbers<T>) -> Buffer<T> {
        let mut buffer = self.take(0);
        if let Some(numbers) = Arc::get_mut(&mut buffer) {
            *numbers = held;
        }
        buffer
    }

    /// Takes back what nobody else holds.
    #[inline]
    pub(crate) fn put(&mut self, mut buffer: Buffer<T>) {
        if Arc::strong_count(&buffer) > 1 {
            return;
        }
        match buffer.capacity().checked_ilog2() {
            Some(class) => self.classes[class as usize].push(buffer),
            None => {
                Arc::get_mut(&mut buffer).map(std::mem::take);
                self.empty.push(buffer);
            }
        }
    }

    /// A buffer with the same numbers that nobody else holds, to leave the tape: itself if that is
    /// so and they are the tape's own, else a copy.
    pub(crate) fn unshared(&mut self, mut buffer: Buffer<T>) -> Buffer<T> {
        if !matches!(Arc::get_mut(&mut buffer), Some(Numbers::Own(_))) {
            let mut copy = self.take(buffer.slice().len());
            sole(&mut copy).copy_from_slice(buffer.slice());
            self.put(std::mem::replace(&mut buffer, copy));
        }
        buffer
    }
}

/// The numbers of a buffer that was just taken.
#[inline]
pub(crate) fn sole<T: Element>(buffer: &mut Buffer<T>) -> &mut Vec<T> {
    match Arc::get_mut(buffer) {
        Some(Numbers::Own(numbers)) => numbers,
        _ => unreachable!("a buffer that was just taken is not shared"),
    }
}

/// Where arrays that left a tape go when nobody needs them any more.
///
/// They may be dropped on another thread, and after the tape.
#[derive(Debug)]
pub(crate) struct Home<T: Element>(Arc<Mutex<Returned<T>>>);

#[derive(Debug)]
struct Returned<T: Element> {
    buffers: Vec<Buffer<T>>,
    lists: Vec<List<T>>,
}

/// Numbers in row-major order under a shape, by ascending key.
pub(crate) type List<T> = Vec<(u64, Shape, Buffer<T>)>;

impl<T: Element> Clone for Home<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Element> Default for Home<T> {
    fn default() -> Self {
        let returned = Returned {
            buffers: Vec::new(),
            lists: Vec::new(),
        };
        Self(Arc::new(Mutex::new(returned)))
    }
}

impl<T: Element> Home<T> {
    fn returned(&self) -> MutexGuard<'_, Returned<T>> {
        // What is behind the lock is storage only: a panic elsewhere does it no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An empty list, after all that came back was moved to where it is used again.
    pub(crate) fn list(&self, spare: &mut Spare<T>) -> List<T> {
        let mut returned = self.returned();
        for buffer in returned.buffers.drain(..) {
            spare.put(buffer);
        }
        returned.lists.pop().unwrap_or_default()
    }

    /// Takes back a list and what is in it.
    pub(crate) fn put(&self, mut list: List<T>) {
        /// Were they never asked for, they would pile up.
        const MOST: usize = 64;
        let mut returned = self.returned();
        if returned.lists.len() < MOST {
            let buffers = list.drain(..).map(|(.., buffer)| buffer);
            returned.buffers.extend(buffers);
            returned.lists.push(list);
        }
    }
}
