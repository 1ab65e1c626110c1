//! The random numbers of a pass.

use std::cell::RefMut;

use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_autodiff::{Element, Var};

use super::Scope;
use crate::error;
use crate::random::{self, Stream};

impl<'t, T: Element> Scope<'t, T> {
    /// The random stream of the pass.
    pub fn stream(&self) -> RefMut<'_, Stream> {
        self.stream.borrow_mut()
    }

    /// A random stream of the part of the model that the pass is in: what a layer draws from. It is
    /// fixed by the seed of the pass, the [path](Scope::path) of the part, and how many such streams
    /// the part had before in this pass; whatever other parts draw changes nothing.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// # use tapegrad_nn::Scope;
    /// let tape = Tape::<f32>::new();
    /// let of_layer = |on: &Scope<'_>, layer: usize| {
    ///     let _part = on.enter("layers", layer);
    ///     on.part_stream()
    /// };
    /// let on = Scope::train(&tape).seed(7);
    /// let (first, second) = (of_layer(&on, 0), of_layer(&on, 1));
    /// assert_ne!(first, second);
    /// assert_eq!(of_layer(&Scope::train(&tape).seed(7), 1), second);
    /// ```
    ///
    /// # Panics
    /// If the pass has no [seed](Scope::seed).
    #[track_caller]
    pub fn part_stream(&self) -> Stream {
        let Some(seed) = self.seed else {
            error::no_seed(&self.path());
        };
        let notes = &mut *self.notes.borrow_mut();
        let part = notes.path.iter().fold(seed, |seed, &(field, index)| {
            let seed = random::derive_named(seed, field);
            index.map_or(seed, |index| random::derive(seed, index))
        });
        let count = notes.count_stream(part);
        random::stream(random::derive(part, count))
    }

    /// A constant with elements uniform in `[0, 1)`, drawn from the stream in row-major order.
    pub fn uniform(&self, shape: &[usize]) -> Var<'t, T> {
        let below_one = T::one() - T::epsilon() / T::of(2.0); // an `f64` just below 1 rounds to 1 in `f32`
        let mut stream = self.stream();
        self.tape
            .constant_from_fn(shape, || T::of(stream.random::<f64>()).min(below_one))
    }

    /// A constant with standard normal elements, drawn from the stream in row-major order.
    pub fn normal(&self, shape: &[usize]) -> Var<'t, T> {
        let mut stream = self.stream();
        self.tape
            .constant_from_fn(shape, || T::of(stream.sample::<f64, _>(StandardNormal)))
    }
}
