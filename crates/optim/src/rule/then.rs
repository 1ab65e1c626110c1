use crate::lift::MOST_SLOTS;
use crate::{Real, Rule};

/// Two rules, one after the other: the direction of the first is the gradient of the second. Made by
/// [`Rule::then`].
///
/// What the first remembers stands before what the second does, four slots at most in all. A proximal penalty
/// meets the product of their reaches.
///
/// ```
/// use tapegrad_optim::{Momentum, Optimizer, Real, Rule};
///
/// /// Gradients no longer than 1.
/// #[derive(Clone, Copy)]
/// struct Clip;
///
/// impl Rule for Clip {
///     type Step = ();
///     fn slots(&self) -> usize {
///         0
///     }
///     fn at(&self, _step: i32) {}
///     fn direction<R: Real>(&self, _at: (), _slots: &mut [R], _x: R, g: R) -> R {
///         g.within(-1.0, 1.0)
///     }
///     fn reach<R: Real>(&self, _at: (), _slots: &[R], g: R, lr: R) -> R {
///         lr / g.magnitude().within(1.0, f64::INFINITY)
///     }
/// }
/// let optimizer: Optimizer<_, f64> = Optimizer::new(Clip.then(Momentum::default()), 0.1);
/// let both = Clip.then(Momentum::default());
/// assert_eq!(both.direction(both.at(2), &mut [0.5], 0.0, 7.0), 0.9 * 0.5 + 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Then<A, B> {
    first: A,
    second: B,
}

impl<A: Rule, B: Rule> Then<A, B> {
    pub(super) fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: Rule, B: Rule> Rule for Then<A, B> {
    type Step = (A::Step, B::Step);

    fn name(&self) -> String {
        format!("{}, {}", self.first.name(), self.second.name())
    }

    fn slots(&self) -> usize {
        self.first.slots() + self.second.slots()
    }

    fn slot_name(&self, slot: usize) -> &'static str {
        match slot.checked_sub(self.first.slots()) {
            None => self.first.slot_name(slot),
            Some(slot) => self.second.slot_name(slot),
        }
    }

    fn starts_at(&self, slot: usize) -> f64 {
        match slot.checked_sub(self.first.slots()) {
            None => self.first.starts_at(slot),
            Some(slot) => self.second.starts_at(slot),
        }
    }

    fn at(&self, step: i32) -> Self::Step {
        (self.first.at(step), self.second.at(step))
    }

    #[inline(always)]
    fn direction<R: Real>(&self, at: Self::Step, slots: &mut [R], x: R, g: R) -> R {
        let (first, second) = slots.split_at_mut(self.first.slots());
        let g = self.first.direction(at.0, first, x, g);
        self.second.direction(at.1, second, x, g)
    }

    #[inline(always)]
    fn reach<R: Real>(&self, at: Self::Step, slots: &[R], g: R, lr: R) -> R {
        let (first, second) = slots.split_at(self.first.slots());
        // Of the first the part for each unit of its own rate, which may be 0.
        let one = lr * R::number(0.0) + R::number(1.0);
        let part = self.first.reach(at.0, first, g, one);
        self.second.reach(at.1, second, g * part, lr * part)
    }

    /// That of the second; if it has none that of the first, as far as the second goes with it.
    fn shrinks_at_most(&self) -> Option<f64> {
        let (first, second) = (&self.first, &self.second);
        second.shrinks_at_most().or_else(|| {
            let slots = [0.0; MOST_SLOTS];
            let goes = second.reach(second.at(i32::MAX), &slots[..second.slots()], 1.0, 1.0);
            first.shrinks_at_most().map(|most| most * goes)
        })
    }

    /// If one of them is: then what both make of a gradient is scaled.
    fn is_scaled_by_norm(&self) -> bool {
        self.first.is_scaled_by_norm() || self.second.is_scaled_by_norm()
    }

    /// Of the second, or of the first if the second has none.
    fn with_momentum(self, momentum: f64) -> Option<Self> {
        match self.second.with_momentum(momentum) {
            Some(second) => Some(Self { second, ..self }),
            None => {
                let first = self.first.with_momentum(momentum)?;
                Some(Self { first, ..self })
            }
        }
    }
}
