use crate::kernel::elementwise;
use crate::{Element, Var, Vjp, error};

/// The sum of variables of one shape; each gets the cotangent of the sum.
///
/// ```
/// # use tapegrad_autodiff::{Tape, total};
/// let tape = Tape::<f64>::new();
/// let x = tape.var(2.0);
/// assert_eq!(total(&[x, x * x, x * x * x]).unwrap().item(), 14.0);
/// assert!(total::<f64>(&[]).is_none());
/// ```
///
/// # Panics
/// If the shapes differ or the variables belong to two tapes.
#[inline(never)]
#[track_caller]
pub fn total<'t, T: Element>(terms: &[Var<'t, T>]) -> Option<Var<'t, T>> {
    let (first, second, rest) = match *terms {
        [] => return None,
        [only] => return Some(only),
        [first, second, ref rest @ ..] => (first, second, rest),
    };
    let mut value = first.zip_equal(second);
    for term in rest {
        first.same_tape("total", *term);
        let term = term.read();
        if term.shape() != value.shape() {
            error::equal_shapes("total", value.shape(), term.shape());
        }
        elementwise::update(value.numbers_mut(), term.numbers(), |_, sum, x| sum + x);
    }
    let operands = terms
        .iter()
        .map(|term| (term.index, Vjp::new(|g, _x, _y| g)));
    Some(first.tape.push("total", value, operands))
}

impl<T: Element> Var<'_, T> {
    /// `x + y` of one shape.
    #[track_caller]
    fn zip_equal(self, y: Self) -> crate::value::Value<T> {
        let (a, b) = (self.shape(), y.shape());
        if a != b {
            error::equal_shapes("total", &a, &b);
        }
        self.zip("total", y, |_, x, y| x + y)
    }
}
