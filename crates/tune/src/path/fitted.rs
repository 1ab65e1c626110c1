use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Module, Name, ParamId, Strength, norm};

use crate::error;
use crate::snapshot::Snapshot;

/// A [`Path`](crate::Path) that was fitted, printed as a table.
#[derive(Clone, Debug)]
pub struct FittedPath<T: Element = f32> {
    /// From the strongest to the weakest, whatever the order of the fits.
    pub points: Vec<PathPoint<T>>,
    /// What the inputs are called.
    pub names: Vec<String>,
    /// Each with its ratio to the first.
    pub(super) strengths: Vec<(Strength, f64)>,
}

/// A model at a strength.
#[derive(Clone, Debug)]
pub struct PathPoint<T: Element = f32> {
    /// Of the first penalty.
    pub strength: f64,
    /// The mean data loss.
    pub loss: f64,
    /// What all penalties cost.
    pub penalty: f64,
    /// How far the farthest parameter is from optimal, by [`kkt`](tapegrad_nn::kkt).
    pub residual: f64,
    /// How many weights that the strengths penalise are not 0.
    pub nonzero: usize,
    /// The inputs that are active, in their order.
    pub inputs: Vec<usize>,
    /// The first parameter that the strengths penalise: of a dense layer `[inputs, units]`.
    pub coefficients: ArcArrayD<T>,
    pub(super) values: Snapshot<T>,
}

/// When an input enters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Which.
    pub input: usize,
    /// The strongest strength at which it is active.
    pub strength: f64,
}

impl<T: Element> PathPoint<T> {
    pub(super) fn of(
        model: &impl Module<T>,
        penalised: &[ParamId],
        strength: f64,
        [loss, penalty, residual]: [f64; 3],
    ) -> Self {
        let (mut nonzero, mut coefficients) = (0, None);
        model.visit(Name::root(), &mut |_, param| {
            if penalised.contains(&param.id()) {
                nonzero += param.value.iter().filter(|w| **w != T::zero()).count();
                coefficients.get_or_insert_with(|| param.value.clone());
            }
        });
        let coefficients = coefficients.expect("a parameter is penalised");
        let mut point = Self {
            strength,
            loss,
            penalty,
            residual,
            nonzero,
            inputs: Vec::new(),
            coefficients,
            values: Snapshot::of(model),
        };
        let sizes = point.of_inputs().into_iter().enumerate();
        point.inputs = sizes
            .filter(|(_, size)| *size != 0.0)
            .map(|(input, _)| input)
            .collect();
        point
    }

    /// A number for each input: its coefficient if there is one, else the norm of its row.
    pub fn of_inputs(&self) -> Vec<f64> {
        if self.coefficients.ndim() == 0 {
            return self.coefficients.iter().map(|w| w.wide()).collect();
        }
        let row = |row: ndarray::ArrayViewD<'_, T>| match row.len() {
            1 => row.iter().map(|w| w.wide()).sum(),
            _ => norm(row.iter().map(|w| w.wide())),
        };
        self.coefficients.outer_iter().map(row).collect()
    }
}

impl<T: Element> FittedPath<T> {
    /// Which inputs enter, and when: that with the strongest strength first, of equal ones in their order. Those that are
    /// active nowhere are not among them.
    pub fn entries(&self) -> Vec<Entry> {
        let first = |input: usize| {
            let mut points = self.points.iter();
            let point = points.find(|point| point.inputs.contains(&input))?;
            let strength = point.strength;
            Some(Entry { input, strength })
        };
        let mut entries: Vec<Entry> = (0..self.names.len()).filter_map(first).collect();
        entries.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        entries
    }

    /// Brings a model and its strengths to a point, as it was fitted there: all parameters and statistics.
    ///
    /// # Panics
    /// If there is no such point, or the model has other parameters.
    #[track_caller]
    pub fn go_to(&self, place: usize, model: &mut impl Module<T>) {
        let Some(point) = self.points.get(place) else {
            error::no_point(place, self.points.len());
        };
        let own = Snapshot::of(model);
        if !own.shapes().eq(point.values.shapes()) {
            error::model_of_other_path();
        }
        point.values.restore(model);
        for (strength, ratio) in &self.strengths {
            strength.set(point.strength * ratio);
        }
    }
}
