use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::penalty::Form;
use tapegrad_nn::{Groups, Penalty};

use crate::error;

/// A strength for each group of a weight, `Σ_G λ_G Σ_{w in G} w²`: automatic relevance determination, when
/// [`Evidence`](crate::Evidence) chooses them (MacKay 1994; Neal 1996). Of rows, there is one for each input; of a
/// layer with one output that is one for each weight.
///
/// Clones are one, as of a [`Strength`](tapegrad_nn::Strength): what is chosen acts in every model that has it.
///
/// ```
/// use tapegrad_nn::{Groups, Mlp};
/// use tapegrad_tune::Relevance;
///
/// let relevance = Relevance::new(Groups::Rows, 1e-3);
/// let model = Mlp::<f64>::new(&[10, 8, 1]).penalize(0, relevance.penalty());
/// assert_eq!(relevance.strengths(), [1e-3]);        // of all, until it is chosen
/// ```
#[derive(Clone)]
pub struct Relevance {
    groups: Groups,
    /// One for all, or one for each.
    strengths: Arc<Mutex<Vec<f64>>>,
}

impl Relevance {
    /// The strength `λ` for every group at first.
    ///
    /// # Panics
    /// If it is not finite and above 0.
    #[track_caller]
    pub fn new(groups: Groups, strength: f64) -> Self {
        error::above_zero("Relevance", "strength", strength);
        Self {
            groups,
            strengths: Arc::new(Mutex::new(vec![strength])),
        }
    }

    /// The penalty, to be written on a weight.
    pub fn penalty<T: Element>(&self) -> Penalty<T> {
        Penalty::new(Groupwise(self.clone()), 1.0)
    }

    /// The strength of each group, or one for all while they have not been chosen.
    pub fn strengths(&self) -> Vec<f64> {
        let strengths = self.strengths.lock();
        strengths.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, strengths: Vec<f64>) {
        let mut held = self
            .strengths
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held = strengths;
    }

    /// The strength of each of so many groups.
    #[track_caller]
    pub(super) fn of_groups(&self, count: usize) -> Vec<f64> {
        let strengths = self.strengths();
        match strengths[..] {
            [one] => vec![one; count],
            _ if strengths.len() == count => strengths,
            _ => error::other_groups(strengths.len(), count),
        }
    }

    /// How many groups a weight of this shape has.
    pub(super) fn count(&self, shape: &[usize]) -> usize {
        match (self.groups, shape) {
            (Groups::Whole, _) | (_, []) => 1,
            (Groups::Rows, [rows, ..]) => *rows,
            (Groups::Columns, [.., columns]) => *columns,
        }
    }

    /// The group of a place, in row-major order.
    pub(super) fn group(&self, shape: &[usize], place: usize) -> usize {
        let count = self.count(shape);
        match self.groups {
            Groups::Columns => place % count,
            _ => place * count / shape.iter().product::<usize>().max(1),
        }
    }

    /// As it is called in reports.
    pub(super) fn name(&self, parameter: &str, group: usize) -> String {
        match self.groups {
            Groups::Rows => format!("{parameter} row {group}"),
            Groups::Columns => format!("{parameter} column {group}"),
            Groups::Whole => parameter.to_owned(),
        }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.strengths, &other.strengths)
    }
}

impl fmt::Debug for Relevance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relevance of {} {:?}", self.groups, self.strengths())
    }
}

/// The penalty of a [`Relevance`].
pub(super) struct Groupwise(pub(super) Relevance);

impl<T: Element> Form<T> for Groupwise {
    fn name(&self) -> Cow<'static, str> {
        format!("relevance of {}", self.0.groups).into()
    }

    #[track_caller]
    fn cost<'t>(&self, w: Var<'t, T>) -> Var<'t, T> {
        let shape = w.shape();
        let of_groups = self.0.of_groups(self.0.count(&shape));
        let mut places = 0..w.len();
        let strengths = w.tape().constant_from_fn(&shape, || {
            let place = places.next().expect("one for each place");
            T::of(of_groups[self.0.group(&shape, place)])
        });
        w.square().inner(strengths)
    }
}
