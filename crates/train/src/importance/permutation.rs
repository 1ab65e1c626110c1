use rand::seq::SliceRandom;
use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Loss, Module, random};

use super::Importances;
use crate::data::Dataset;
use crate::error;
use crate::metric::Metric;
use crate::trainer::{evaluate, outputs};

/// Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how much worse a trained model is if the
/// numbers of one column change places among the rows, so that they tell nothing,
///
/// `cost with the column shuffled − cost`,
///
/// the mean over repeats, with their standard deviation. Of a metric of which larger is better it is what is lost.
/// It is scikit-learn's `permutation_importance`, whose losses are scores with a minus, but for the random numbers.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`repeats`](Permutation::repeats), how often each column is shuffled | 5 | at least 1 |
/// | [`seed`](Permutation::seed) | 0 | |
///
/// On validation rows it is what matters to predict, on training rows what the model relies on. The numbers of
/// rows that the model has never seen together may be far from all data, and of columns that tell the same each looks
/// unimportant while the other is there. Below 0 is chance.
///
/// Each shuffle has a random stream of its own, so that more columns or repeats leave the others as they are. Weights
/// of rows stay with their rows.
///
/// ```
/// use tapegrad_nn::{Activation, Mlp, loss};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::importance::Permutation;
/// use tapegrad_train::{Trainer, data, metric};
///
/// // The first five of eight columns matter, the others are noise.
/// let (train, test) = data::friedman1::<f32>(1000, 8, 0.0, 1).split(0.7, 1);
/// let mut model = Mlp::new(&[8, 32, 1]).activation(Activation::Relu).seed(1);
/// let mut trainer = Trainer::new(Adam::new(0.01), loss::SquaredError).epochs(100).batch_size(32);
/// trainer.fit(&mut model, &train)?;
/// let importances = Permutation::new().of_metric(&model, &test, &metric::RSquared);
/// println!("{importances}");
/// assert!(importances.sorted()[..5].iter().all(|column| column.name.as_str() <= "x4"));
/// # Ok::<(), tapegrad_train::FitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutation {
    repeats: usize,
    seed: u64,
}

impl Default for Permutation {
    fn default() -> Self {
        Self::new()
    }
}

impl Permutation {
    /// Five repeats with the seed 0.
    pub fn new() -> Self {
        Self {
            repeats: 5,
            seed: 0,
        }
    }

    /// How often each column is shuffled.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn repeats(self, repeats: usize) -> Self {
        Self {
            repeats: error::at_least_one("Permutation::repeats", "repeats", repeats),
            ..self
        }
    }

    /// Of the shuffles.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// What a metric of the model in evaluation loses.
    ///
    /// # Panics
    /// If there is no row, and as the model and the metric do.
    #[track_caller]
    pub fn of_metric<T: Element>(
        self,
        model: &dyn Module<T>,
        data: &Dataset<T>,
        metric: &dyn Metric<T>,
    ) -> Importances {
        let sign = if metric.is_better_larger() { -1.0 } else { 1.0 };
        let weights = data.weights.as_ref();
        let weights: Option<Vec<f64>> =
            weights.map(|weights| weights.iter().map(|w| w.wide()).collect());
        self.of_cost(data, |data| {
            let outputs = outputs(model, &data.x, |predictions| predictions);
            sign * metric.evaluate(&outputs, &data.y, weights.as_deref())
        })
    }

    /// What the mean loss of the model in evaluation, weighted if rows have weights, gains; its penalties are not in
    /// it.
    ///
    /// # Panics
    /// If there is no row, and as the model and the loss do.
    #[track_caller]
    pub fn of_loss<T: Element>(
        self,
        model: &dyn Module<T>,
        data: &Dataset<T>,
        loss: impl for<'t, 'y> Loss<'t, T, &'y ArcArrayD<T>>,
    ) -> Importances {
        self.of_cost(data, |data| evaluate(model, data, &loss, &[], 0).loss)
    }

    /// What any number gains of which smaller is better, as that of several models together.
    ///
    /// # Panics
    /// If there is no row.
    #[track_caller]
    pub fn of_cost<T: Element>(
        self,
        data: &Dataset<T>,
        cost: impl Fn(&Dataset<T>) -> f64,
    ) -> Importances {
        if data.rows() == 0 {
            error::transform_fit("Permutation", data.x.shape());
        }
        let whole = cost(data);
        let mut shuffled = data.clone();
        let columns = (0..data.features()).map(|column| {
            let seed = random::derive(self.seed, column);
            let gains = (0..self.repeats).map(|repeat| {
                let mut stream = random::stream(random::derive(seed, repeat));
                let mut order: Vec<_> = (0..data.rows()).collect();
                order.shuffle(&mut stream);
                for (row, from) in order.into_iter().enumerate() {
                    shuffled.x[[row, column]] = data.x[[from, column]];
                }
                cost(&shuffled) - whole
            });
            let gains: Vec<_> = gains.collect();
            shuffled.x.clone_from(&data.x);
            moments(&gains)
        });
        Importances::new(columns.map(|(mean, deviation)| (mean, Some(deviation))))
    }
}

/// Mean and standard deviation, divided by the number.
fn moments(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (squares / count).sqrt())
}
