use std::fmt;

use tapegrad_autodiff::Element;

use crate::{Module, Name, Role};

/// Which weights of a model are exactly zero, and what that leaves unused.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{Dense, sparsity};
///
/// let mut layer = Dense::<f64>::new(3, 2);
/// layer.weight.value = array![[1.0, 0.0], [0.0, 0.0], [2.0, 0.0]].into_dyn().into_shared();
/// let sparsity = sparsity(&layer);
/// assert_eq!((sparsity.zeros(), sparsity.count()), (4, 6));
/// assert_eq!(sparsity.weights[0].dead_inputs, [1]);
/// assert_eq!(sparsity.weights[0].dead_units, [1]);
/// assert_eq!(sparsity.selected(&["age", "sex", "bmi"]), ["age", "bmi"]);
/// ```
pub fn sparsity<T: Element>(model: &(impl Module<T> + ?Sized)) -> Sparsity {
    let mut weights: Vec<WeightSparsity> = Vec::new();
    model.visit(Name::root(), &mut |name, param| {
        if param.role != Role::Weight {
            return;
        }
        let value = &param.value;
        let (mut dead_inputs, mut dead_units) = (Vec::new(), Vec::new());
        if let &[inputs, units] = value.shape() {
            let zero = |i: usize, j: usize| value[[i, j]] == T::zero();
            dead_inputs.extend((0..inputs).filter(|&i| (0..units).all(|j| zero(i, j))));
            dead_units.extend((0..units).filter(|&j| (0..inputs).all(|i| zero(i, j))));
        }
        weights.push(WeightSparsity {
            name: name.to_string(),
            shape: value.shape().to_vec(),
            zeros: value.iter().filter(|w| **w == T::zero()).count(),
            dead_inputs,
            dead_units,
        });
    });
    Sparsity { weights }
}

/// What [`sparsity`] finds, printed as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparsity {
    /// Of each weight, in the order of the visit.
    pub weights: Vec<WeightSparsity>,
}

/// The zeros of a weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightSparsity {
    /// Of the parameter.
    pub name: String,
    /// Of the parameter.
    pub shape: Vec<usize>,
    /// How many numbers are 0.
    pub zeros: usize,
    /// The rows of a matrix without another number: inputs that do not matter.
    pub dead_inputs: Vec<usize>,
    /// Its columns without another number: units that are constant.
    pub dead_units: Vec<usize>,
}

impl WeightSparsity {
    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Sparsity {
    /// How many weights are 0.
    pub fn zeros(&self) -> usize {
        self.weights.iter().map(|weight| weight.zeros).sum()
    }

    /// How many weights there are.
    pub fn count(&self) -> usize {
        self.weights.iter().map(WeightSparsity::count).sum()
    }

    /// The part of the weights that is 0; 0 if there is none.
    pub fn fraction(&self) -> f64 {
        self.zeros() as f64 / self.count().max(1) as f64
    }

    /// The names of the inputs that the first weight uses.
    ///
    /// # Panics
    /// If there is no weight that is a matrix, or there is not one name for each of its inputs.
    #[track_caller]
    pub fn selected<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        let first = self.weights.iter().find(|weight| weight.shape.len() == 2);
        let inputs = first.map(|weight| weight.shape[0]);
        let Some(first) = first.filter(|_| inputs == Some(names.len())) else {
            crate::error::input_names(names.len(), inputs);
        };
        let used = names.iter().enumerate();
        used.filter(|(i, _)| !first.dead_inputs.contains(i))
            .map(|(_, name)| *name)
            .collect()
    }
}

impl fmt::Display for Sparsity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.weights.iter().map(|weight| weight.name.len());
        let width = names.max().unwrap_or(0).max("weight".len());
        let head = ["zeros", "of", "dead inputs", "dead units"];
        writeln!(
            f,
            "{:width$}  {:>8}  {:>8}  {:>11}  {:>10}",
            "weight", head[0], head[1], head[2], head[3]
        )?;
        for weight in &self.weights {
            writeln!(
                f,
                "{:width$}  {:8}  {:8}  {:11}  {:10}",
                weight.name,
                weight.zeros,
                weight.count(),
                weight.dead_inputs.len(),
                weight.dead_units.len()
            )?;
        }
        Ok(())
    }
}
