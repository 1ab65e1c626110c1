use std::fmt;

use tapegrad_autodiff::ndarray::ArrayD;
use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::penalty::Acts;
use tapegrad_nn::{GradientMap, Module, Name, Param};

use crate::after_update::{Spare, act};
use crate::state::State;
use crate::{Decay, Optimizer, Rule};

/// What a step is going to change in each parameter, and by which cause.
///
/// `gradients` must be those of the data loss and [`Module::penalty`] with the strengths of the optimizer's
/// step ([`Scope::at_step`](tapegrad_nn::Scope::at_step) for schedules); what is otherwise counts as data.
///
/// Printed, it has the size of each part.
///
/// The step is taken on copies once without any gradient, and then again and again with one cause more:
/// the data, each penalty in the loss, clipping, decay; after it each proximal penalty and the constraint.
/// A part is what its cause has added, so the parts sum to the change. Of a rule that divides by what it
/// remembers, a cause also changes how far the others go; that is counted under the later one.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::Tape;
/// use tapegrad_nn::{Dense, Module, Penalty, Scope};
/// use tapegrad_optim::{Changes, Sgd};
///
/// let mut layer = Dense::<f64>::new(1, 1).without_bias().penalize(Penalty::l2(0.5));
/// layer.weight.value = array![[2.0]].into_dyn().into_shared();
/// let mut optimizer = Sgd::new(0.1);
/// let tape = Tape::new();
/// let on = Scope::train(&tape);
/// let loss = layer.forward(&on, on.input(array![[3.0]])).sum(..);
/// let gradients = on.backward(loss + layer.penalty(&on));
///
/// let changes = Changes::of(&optimizer, &layer, &gradients);   // before the step
/// let parts: Vec<_> = changes.parameters[0].parts.iter().map(|(cause, part)| (cause.as_str(), part[[0, 0]])).collect();
/// assert_eq!(parts[0].0, "data");                              // −0.1 · 3
/// assert_eq!(parts[1].0, "L2 0.5");                            // −0.1 · 2 · 0.5 · 2
/// optimizer.step(&mut layer, &gradients);
/// assert!((layer.weight.value[[0, 0]] - 2.0 - parts[0].1 - parts[1].1).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Changes<T: Element = f32> {
    /// Of each trainable parameter with a gradient, in the order of the visit.
    pub parameters: Vec<Change<T>>,
}

/// What a step is going to change in a parameter.
#[derive(Clone, Debug)]
pub struct Change<T: Element = f32> {
    /// Of the parameter.
    pub name: String,
    /// Cause and part, in the order in which they were added; each of the parameter's shape. Causes are
    /// `memory` (of a rule that remembers), `data`, the penalties as they print, `clipping`, `decay`, and
    /// the constraint as it prints.
    pub parts: Vec<(String, ArrayD<T>)>,
}

impl<T: Element> Changes<T> {
    /// The parts of the step that `optimizer.step(&mut model, gradients)` is going to take.
    ///
    /// # Panics
    /// As [`Optimizer::step`].
    #[track_caller]
    pub fn of<R: Rule>(
        optimizer: &Optimizer<R, T>,
        model: &(impl Module<T> + ?Sized),
        gradients: &GradientMap<T>,
    ) -> Self {
        optimizer.check("Changes::of", model, Some(gradients), &mut Vec::new());
        let mut parameters = Vec::new();
        model.visit(Name::root(), &mut |name, param| {
            let gradient = gradients.numbers(param).filter(|_| param.is_trained());
            if let Some((_, g)) = gradient {
                parameters.push(Change {
                    name: name.to_string(),
                    parts: parts(optimizer, name, param, g, gradients.clipped()),
                });
            }
        });
        Self { parameters }
    }
}

/// The parts of the change of a parameter with the gradient `g`, which clipping has multiplied by `clipped`.
fn parts<R: Rule, T: Element>(
    optimizer: &Optimizer<R, T>,
    name: &Name<'_>,
    param: &Param<T>,
    g: &[T],
    clipped: f64,
) -> Vec<(String, ArrayD<T>)> {
    let step = optimizer.steps;
    let shape = param.value.shape();
    let start: ArcArrayD<T> = param.value.as_standard_layout().to_shared();
    let state = optimizer.state_of(name, param);
    let settings = state.settings.as_ref().expect("it was looked up");
    let stepped = |g: &[T], decay: &Decay| Stepped::of(optimizer, &start, g, decay, &state);
    let mut parts = Parts {
        last: start.clone(),
        all: Vec::new(),
    };

    let mut sum = vec![T::zero(); g.len()];
    if optimizer.rule.slots() > 0 {
        parts.push("memory", stepped(&sum, &Decay::None).x);
    }
    // What is not of the penalties is of the data.
    let in_loss = param
        .penalty
        .terms()
        .iter()
        .filter(|term| term.acts() == Acts::InLoss);
    let of_terms: Vec<_> = in_loss
        .map(|term| (term, term.gradient(step, &start)))
        .collect();
    for (sum, &g) in sum.iter_mut().zip(g) {
        *sum = T::of(g.wide() / clipped);
    }
    for (_, gradient) in &of_terms {
        sum.iter_mut().zip(gradient).for_each(|(sum, &g)| *sum -= g);
    }
    parts.push("data", stepped(&sum, &Decay::None).x);
    for (term, gradient) in &of_terms {
        sum.iter_mut().zip(gradient).for_each(|(sum, &g)| *sum += g);
        parts.push(&term.to_string(), stepped(&sum, &Decay::None).x);
    }
    if clipped != 1.0 {
        parts.push("clipping", stepped(g, &Decay::None).x);
    }
    let decay = &settings.decay;
    let Stepped {
        mut x,
        mut spare,
        most,
    } = stepped(g, decay);
    if !decay.is_none() {
        parts.push("decay", x.clone());
    }
    act(
        (&param.penalty, param.constraint.as_ref()),
        step,
        most,
        (x.as_slice_mut().expect("a copy is contiguous"), shape),
        &mut spare,
        |cause, x| {
            let x = ArcArrayD::from_shape_vec(shape, x.to_vec());
            parts.push(&cause.to_string(), x.expect("one number for each place"));
        },
    );
    parts.all
}

/// Differences between steps with more and more causes.
struct Parts<T: Element> {
    last: ArcArrayD<T>,
    all: Vec<(String, ArrayD<T>)>,
}

impl<T: Element> Parts<T> {
    fn push(&mut self, cause: &str, x: ArcArrayD<T>) {
        self.all.push((cause.to_owned(), &x - &self.last));
        self.last = x;
    }
}

/// A parameter after the rule and decay of a step, its reach, and the most that a penalty then moves.
struct Stepped<T: Element> {
    x: ArcArrayD<T>,
    spare: Spare<T>,
    most: Option<f64>,
}

impl<T: Element> Stepped<T> {
    fn of<R: Rule>(
        optimizer: &Optimizer<R, T>,
        start: &ArcArrayD<T>,
        g: &[T],
        decay: &Decay,
        state: &State<R, T>,
    ) -> Self {
        let mut slots = state.slots.clone();
        let mut step = optimizer.next_step(state, decay);
        let (mut x, mut spare) = (start.clone(), Spare::default());
        let contiguous = "copies and slots are contiguous";
        let numbers = slots.iter_mut();
        let x_numbers = x.as_slice_mut().expect(contiguous);
        let seen = step.seen(x_numbers, g, &mut spare.seen);
        step.of_param(
            x_numbers,
            g,
            numbers.map(|slot| slot.as_slice_mut().expect(contiguous)),
            &mut spare.before,
        );
        spare.reach.resize(g.len(), T::zero());
        step.reaches(seen, &slots, &mut spare.reach);
        let most = step.rule.shrinks_at_most();
        let most = most.map(|most| most * step.lr.wide());
        Self { x, spare, most }
    }
}

/// A line for each parameter and cause: the Euclidean norm of the part.
impl<T: Element> fmt::Display for Changes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { name, parts } in &self.parameters {
            writeln!(f, "{name}")?;
            let width = parts.iter().map(|(cause, _)| cause.chars().count()).max();
            for (cause, part) in parts {
                let norm = part.iter().map(|x| x.wide().powi(2)).sum::<f64>().sqrt();
                writeln!(
                    f,
                    "  {cause:width$}  {norm:.2e}",
                    width = width.unwrap_or(0)
                )?;
            }
        }
        Ok(())
    }
}
