use crate::value::Value;
use crate::{Element, Shape, Tape, Var, Vjp, concatenate, error};

/// A function of variables that captures plain data only.
type Function<T> = dyn for<'a> Fn(&[Var<'a, T>]) -> Var<'a, T>;

impl<T: Element> Tape<T> {
    /// `f` of the inputs, of which only inputs and result are remembered: what `f` computes on the way
    /// is computed again when it is differentiated. Less memory for about one more forward pass.
    ///
    /// `f` captures plain data only. All that it is to be differentiated by must be among the inputs;
    /// it may make constants, and must compute the same each time.
    ///
    /// ```
    /// # use tapegrad_autodiff::Tape;
    /// let tape = Tape::<f64>::new();
    /// let (x, w) = (tape.var([0.1, 0.2]), tape.var([2.0, 3.0]));
    /// let y = tape.checkpoint(&[x, w], |v| (v[0] * v[1]).tanh().exp().sum(..));
    /// let direct = (x * w).tanh().exp().sum(..);
    /// assert_eq!(y.backward().wrt(w), direct.backward().wrt(w));
    /// ```
    ///
    /// # Panics
    /// If there is no input, an input is on another tape, or `f` makes a variable of its own (by
    /// [`Tape::var`]), whose gradient would be lost.
    #[track_caller]
    pub fn checkpoint<'t, F>(&'t self, inputs: &[Var<'t, T>], f: F) -> Var<'t, T>
    where
        F: for<'a> Fn(&[Var<'a, T>]) -> Var<'a, T> + Send + 'static,
    {
        if inputs.is_empty() {
            error::no_parts("checkpoint");
        }
        if inputs.iter().any(|x| !std::ptr::eq(x.tape, self)) {
            error::two_tapes("checkpoint");
        }
        let value = {
            // Recorded and forgotten again: `f` may take derivatives itself.
            let _aside = self.aside();
            let own = own_variables(self, inputs);
            let first = self.len();
            let y = f(&own);
            let is_variable = |node| self.is_live(node) && self.origin(node).name == "var";
            if (first..self.len()).any(is_variable) {
                error::checkpoint_variable();
            }
            y.read().clone()
        };
        // One rule gives the cotangents of all inputs side by side, of which each input takes its
        // part: `f` is computed again once and not once for each.
        let mut operands = Vec::with_capacity(inputs.len());
        let mut start = 0;
        for (place, x) in inputs.iter().enumerate() {
            let range = start..start + x.len();
            start = range.end;
            let part = Vjp::new(move |g: Var<'_, T>, inputs: &[Var<'_, T>], _| {
                g.slice(0, range.clone()).reshape(&inputs[place].shape())
            });
            operands.push((x.index, part));
        }
        let all = Value::passing(Shape::from([start]));
        let all = self.push("checkpoint", all, operands);
        all.unary("checkpoint", value, move |g, all, _y| {
            let tape = all.tape;
            let inputs = tape.operand_vars(all.index);
            if tape.is_recording() {
                recompute(&f, &inputs, g)
            } else {
                recompute_values(&f, &inputs, g)
            }
        })
    }
}

/// The cotangents of the inputs side by side, recorded.
fn recompute<'t, T: Element>(f: &Function<T>, inputs: &[Var<'t, T>], g: Var<'t, T>) -> Var<'t, T> {
    let tape = g.tape;
    // The inputs under names of their own: the derivative is that of `f` alone, and not of what its
    // inputs have in common.
    let inputs: Vec<_> = inputs
        .iter()
        .map(|x| {
            let value = x.read().clone();
            x.unary("checkpoint", value, |g, _x, _y| g)
        })
        .collect();
    let live: Vec<_> = inputs
        .iter()
        .copied()
        .filter(|x| tape.is_live(x.index))
        .collect();
    let mut cotangents = tape.vjp(f(&inputs), g, &live).into_iter();
    let flat = inputs.iter().map(|x| {
        let cotangent = if tape.is_live(x.index) {
            cotangents.next().expect("one for each that is live")
        } else {
            tape.full(x.shape(), T::zero())
        };
        cotangent.reshape(&[x.len()])
    });
    concatenate(&flat.collect::<Vec<_>>(), 0)
}

/// The cotangents of the inputs side by side, as a value: `f` is recorded on a tape within the tape,
/// from variables of its own.
fn recompute_values<'t, T: Element>(
    f: &Function<T>,
    inputs: &[Var<'t, T>],
    g: Var<'t, T>,
) -> Var<'t, T> {
    let tape = g.tape;
    let count = inputs.iter().map(|x| x.len()).sum();
    let mut flat = tape.filled(Shape::from([count]), T::zero());
    {
        let _aside = tape.aside();
        let first = tape.len();
        let own = own_variables(tape, inputs);
        let y = f(&own);
        let seed = g.read().clone();
        let out = flat.numbers_mut();
        tape.sweep([(y.index, seed)], first, |node, cotangent| {
            let place = node - first;
            let start: usize = own[..place].iter().map(|x| x.len()).sum();
            let numbers = cotangent.numbers();
            out[start..start + numbers.len()].copy_from_slice(numbers);
            tape.recycle(cotangent);
        });
    }
    tape.leaf("checkpoint", flat, false)
}

/// Variables and constants with the values of the inputs.
fn own_variables<'t, T: Element>(tape: &'t Tape<T>, inputs: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
    let own = |x: &Var<'t, T>| {
        let value = x.read().clone();
        tape.given(value, tape.is_live(x.index))
    };
    inputs.iter().map(own).collect()
}
