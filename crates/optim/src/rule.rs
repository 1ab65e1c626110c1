use crate::Real;

/// How a gradient becomes a direction of descent, written for one number.
///
/// An optimizer steps `x ← x − lr · direction`. A rule is plain data, its hyper-parameters; what it remembers of each weight stands in *slots*,
/// which start at 0. It must not depend on other weights: that is what lets one text be a fused loop over arrays and a step on the tape.
///
/// ```
/// use tapegrad_optim::{Real, Rule};
///
/// /// `x ← x − lr sign(g)` but for a smooth step through zero.
/// #[derive(Clone, Copy)]
/// struct Soft;
///
/// impl Rule for Soft {
///     fn slots(&self) -> usize {
///         0
///     }
///     fn direction<R: Real>(&self, _step: i32, _slots: &mut [R], _x: R, g: R) -> R {
///         g / ((g * g).sqrt() + R::number(1.0))
///     }
/// }
/// assert_eq!(Soft.direction(1, &mut [], 0.0_f64, 3.0), 0.75);
/// ```
pub trait Rule: Copy {
    /// How many numbers are remembered for each weight: at most four.
    fn slots(&self) -> usize;

    /// The direction for a weight `x` with the gradient `g`, at step 1, 2, ….
    fn direction<R: Real>(&self, step: i32, slots: &mut [R], x: R, g: R) -> R;
}
