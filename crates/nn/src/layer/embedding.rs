use std::cell::RefCell;

use tapegrad_autodiff::{Element, Var};

use super::dense::with_last_axis;
use crate::{Initializer, Module, Name, Param, Penalty, Role, Scope, error, random};

/// A table of vectors: `y = W[i]`, the row of the weight `[count, width]` for each index `i`.
/// Indices `[…]` are numbers `0, 1, …` below `count`, outputs `[…, width]`.
///
/// The gradient of the weight has its full shape, 0 in the rows that were not asked for.
///
/// | setting | default |
/// |---|---|
/// | [`initializer`](Embedding::initializer) | standard normal, as PyTorch's (Keras's is uniform within ±0.05) |
/// | [`seed`](Embedding::seed) | 0 |
/// | [`penalize`](Embedding::penalize) | none |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Embedding, Module, Scope};
///
/// let mut layer = Embedding::<f64>::new(3, 2);
/// layer.weight.value = array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]].into_dyn().into_shared();
/// assert_eq!(layer.predict(array![2.0, 0.0]), array![[4.0, 5.0], [0.0, 1.0]].into_dyn());
/// let tape = Tape::new();
/// assert_eq!(layer.rows(&Scope::eval(&tape), &[1]).value(), array![[2.0, 3.0]].into_dyn());
/// ```
///
/// # Panics
/// `forward` panics if an index is no whole number below `count`.
#[derive(Clone, Debug)]
pub struct Embedding<T: Element = f32> {
    /// `W`.
    pub weight: Param<T>,
    initializer: Initializer,
    seed: u64,
}

impl<T: Element> Embedding<T> {
    /// A table of `count` vectors of `width` numbers.
    pub fn new(count: usize, width: usize) -> Self {
        let (initializer, seed) = (Initializer::Normal(1.0), 0);
        let rows = initializer.draw(count, width, &mut random::stream(seed));
        Self {
            weight: Param::new(Role::Weight, rows),
            initializer,
            seed,
        }
    }

    /// How the weight starts, with `count` inputs. Draws it anew, as a parameter of its own.
    ///
    /// # Panics
    /// As [`Initializer::draw`].
    #[track_caller]
    pub fn initializer(self, initializer: Initializer) -> Self {
        Self {
            initializer,
            ..self
        }
        .drawn()
    }

    /// The seed of the weight. Draws it anew, as a parameter of its own.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }.drawn()
    }

    #[track_caller]
    fn drawn(mut self) -> Self {
        let [count, width] = [0, 1].map(|axis| self.weight.value.shape()[axis]);
        self.weight = self.weight.separate();
        let stream = &mut random::stream(self.seed);
        self.weight.value = self.initializer.draw(count, width, stream);
        self
    }

    /// What the weight costs, in place of what was set before.
    pub fn penalize(mut self, penalty: Penalty<T>) -> Self {
        self.weight.penalty = penalty;
        self
    }

    /// The rows of these indices, `[indices, width]`.
    ///
    /// # Panics
    /// If an index is not below `count`.
    #[track_caller]
    pub fn rows<'t>(&self, on: &Scope<'t, T>, indices: &[usize]) -> Var<'t, T> {
        let count = self.weight.value.shape()[0];
        if let Some(&index) = indices.iter().find(|&&index| index >= count) {
            error::index(&on.path(), index as f64, count);
        }
        on.param(&self.weight).index_select(0, indices)
    }
}

thread_local! {
    /// Memory for the indices of a pass.
    static INDICES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// The whole number below `count` that this is.
fn whole(index: f64, count: usize) -> Option<usize> {
    // Above the range, a cast gives the largest number there is; NaN gives 0.
    let whole = index as usize;
    (whole as f64 == index && whole < count).then_some(whole)
}

impl<T: Element> Module<T> for Embedding<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let [count, width] = [0, 1].map(|axis| self.weight.value.shape()[axis]);
        let list = RefCell::new(INDICES.take());
        list.borrow_mut().clear();
        let wrong = x.find(|index| match whole(index.wide(), count) {
            Some(index) => {
                list.borrow_mut().push(index);
                false
            }
            None => true,
        });
        if let Some(index) = wrong {
            error::index(&on.path(), index.wide(), count);
        }
        let list = list.into_inner();
        let rows = self.rows(on, &list);
        INDICES.set(list);
        with_last_axis(rows, &x.shape(), width)
    }

    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("weight"), &self.weight);
    }

    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("weight"), &mut self.weight);
    }
}
