mod not_finite;

use std::fmt;

use tapegrad_autodiff::Element;
use tapegrad_autodiff::ndarray::{ArrayViewD, Dimension};
use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{GradientMap, LoadProblem, Module, Name, Section};

pub use self::not_finite::{GuardError, NotFinite};

/// Lets no step through whose gradients are not finite: it is skipped and counted, or training stops with an
/// error that names the parameter.
///
/// | made by | steps that are skipped in a row |
/// |---|---|
/// | [`Guard::stop`] | none |
/// | [`Guard::skip`] | as many as it says; the next is an error |
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Module, Scope};
/// use tapegrad_optim::{Guard, Sgd};
///
/// let (mut model, mut optimizer, mut guard) = (Dense::<f64>::new(1, 1), Sgd::new(0.1), Guard::skip(10));
/// let mut tape = Tape::new();
/// for x in [1.0, f64::NAN, 2.0] {
///     let on = Scope::train(&tape);
///     let gradients = on.backward(model.forward(&on, on.input(array![[x]])).square().sum(..));
///     tape.clear();
///     if guard.lets_pass(&model, &gradients)? {
///         optimizer.step(&mut model, &gradients);
///     }
/// }
/// assert_eq!((optimizer.steps(), guard.skipped(), guard.skipped_in_a_row()), (2, 1, 0));
/// assert_eq!(
///     guard.to_string(),
///     "1 step skipped, 0 in a row; last, the gradient of `weight` is NaN at [0, 0]"
/// );
/// # Ok::<(), tapegrad_optim::GuardError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Guard {
    most: usize,
    skipped: usize,
    in_a_row: usize,
    last: Option<NotFinite>,
}

impl Guard {
    /// Stops at the first step that is not finite.
    pub fn stop() -> Self {
        Self::skip(0)
    }

    /// Skips up to so many steps in a row.
    pub fn skip(most_in_a_row: usize) -> Self {
        Self {
            most: most_in_a_row,
            skipped: 0,
            in_a_row: 0,
            last: None,
        }
    }

    /// Whether the gradients of a model's parameters, and the new values of its statistics, are finite, so that
    /// an optimizer can step; if not, the step counts as skipped. Ask once for each step. The optimizer does
    /// not count a step that it is not asked to take.
    ///
    /// # Errors
    /// If as many steps in a row were skipped as are allowed, and this one is not finite either; it is not
    /// counted.
    pub fn lets_pass<T: Element>(
        &mut self,
        model: &(impl Module<T> + ?Sized),
        gradients: &GradientMap<T>,
    ) -> Result<bool, GuardError> {
        let not_finite = if gradients.is_finite() {
            None
        } else {
            first(model, gradients)
        };
        let Some(not_finite) = not_finite else {
            self.in_a_row = 0;
            return Ok(true);
        };
        if self.in_a_row >= self.most {
            return Err(GuardError {
                not_finite,
                skipped_in_a_row: self.in_a_row,
            });
        }
        self.skipped += 1;
        self.in_a_row += 1;
        self.last = Some(not_finite);
        Ok(false)
    }

    /// How many steps were skipped in all.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// How many were skipped since the last that passed.
    pub fn skipped_in_a_row(&self) -> usize {
        self.in_a_row
    }

    /// Why the last one was skipped.
    pub fn last(&self) -> Option<&NotFinite> {
        self.last.as_ref()
    }

    /// What was counted, for a file. How many steps may be skipped belongs to the program.
    pub fn save(&self) -> Section {
        let last = self.last.as_ref();
        let last = last.map(|at| (&at.parameter, &at.index, at.value, at.is_statistic));
        let mut section = Section::new();
        let saved = (self.skipped as u64, self.in_a_row as u64, last);
        section.set_state_of(KIND, VERSION, &saved);
        section
    }

    /// Goes on from what was [saved](Guard::save).
    ///
    /// # Errors
    /// If the section is of something else or another version, if more than `2⁵³` steps were skipped, or more in a row than
    /// in all. Then nothing is changed.
    pub fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        type Last = Option<(String, Vec<usize>, f64, bool)>;
        let saved = section.state_of::<(u64, u64, Last)>(KIND, VERSION)?;
        let (skipped, in_a_row, last) = saved;
        let skipped = saved_count("skipped steps", skipped)?;
        let in_a_row = saved_count("steps skipped in a row", in_a_row)?;
        if in_a_row > skipped {
            return LoadProblem::malformed(format!(
                "{in_a_row} steps were skipped in a row; it must be at most all {skipped}"
            ));
        }
        (self.skipped, self.in_a_row) = (skipped, in_a_row);
        self.last = last.map(|(parameter, index, value, is_statistic)| NotFinite {
            parameter,
            index,
            value,
            is_statistic,
        });
        Ok(())
    }
}

const KIND: &str = "Guard";

/// Of what is saved.
const VERSION: u32 = 1;

/// The first number, in the order of the model's visit, that is not finite. What is in the gradients and not in
/// the model is nothing that a step would use.
fn first<T: Element>(
    model: &(impl Module<T> + ?Sized),
    gradients: &GradientMap<T>,
) -> Option<NotFinite> {
    let mut first = None;
    model.visit(Name::root(), &mut |name, param| {
        if first.is_some() {
            return;
        }
        let update = || {
            let mut updates = gradients.updates();
            updates.find(|(id, _)| *id == param.id())
        };
        let gradient = gradients.get(param).and_then(place);
        let found = match gradient {
            Some(place) => Some((place, false)),
            None => update().and_then(|(_, new)| Some((place(new)?, true))),
        };
        first = found.map(|((index, value), is_statistic)| NotFinite {
            parameter: name.to_string(),
            index,
            value,
            is_statistic,
        });
    });
    first
}

/// Where the first number of an array is that is not finite, and that number.
fn place<T: Element>(array: ArrayViewD<'_, T>) -> Option<(Vec<usize>, f64)> {
    let mut numbers = array.indexed_iter();
    let found = numbers.find(|(_, x)| !x.is_finite());
    found.map(|(index, x)| (index.as_array_view().to_vec(), x.wide()))
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (skipped, in_a_row) = (self.skipped, self.in_a_row);
        let steps = if skipped == 1 { "step" } else { "steps" };
        write!(f, "{skipped} {steps} skipped, {in_a_row} in a row")?;
        match &self.last {
            Some(last) => write!(f, "; last, {last}"),
            None => Ok(()),
        }
    }
}
