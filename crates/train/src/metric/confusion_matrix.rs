mod table;

use ndarray::{Array2, Axis};
use tapegrad_autodiff::{Element, IntoValue};

use super::class_rows::ClassRows;
use super::given::Given;
use super::{Average, ClassificationReport, weights};
use crate::error;

/// How many rows of each class are predicted to be of each: what all metrics of predicted classes are
/// computed from. Prints as a table.
///
/// ```
/// use tapegrad_train::metric::{Average, ConfusionMatrix};
///
/// let matrix = ConfusionMatrix::new(&[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], None).names(["cat", "dog"]);
/// assert_eq!(matrix.counts(), ndarray::array![[1.0, 1.0], [1.0, 2.0]]);
/// assert_eq!(matrix.accuracy(), 0.6);
/// assert_eq!(matrix.precision(Average::Class(1)), 2.0 / 3.0);
/// assert_eq!(matrix.to_string(), "\
/// actual \\ predicted  cat  dog
/// cat                   1    1
/// dog                   1    2
/// ");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionMatrix {
    /// `[actual, predicted]`.
    counts: Array2<f64>,
    /// For each actual class the rows without a predicted one.
    undecided: Vec<f64>,
    /// Whether each class occurs among targets or predictions, be it with weight 0.
    occurs: Vec<bool>,
    names: Vec<String>,
}

/// What precision, recall and `F` are quotients of.
#[derive(Clone, Copy, Default)]
struct Counts {
    true_positives: f64,
    predicted: f64,
    actual: f64,
}

impl ConfusionMatrix {
    /// Of the predicted and the actual class of each row, with one weight for each, or 1 for all.
    /// There are as many classes as the largest says.
    ///
    /// # Panics
    /// If there are not as many of both, or there is no row, or the weights do not fit.
    #[track_caller]
    pub fn new(predicted: &[usize], actual: &[usize], weights: Option<&[f64]>) -> Self {
        let Some(largest) = actual.iter().chain(predicted).max() else {
            error::class_lists(0, 0);
        };
        if predicted.len() != actual.len() {
            error::class_lists(predicted.len(), actual.len());
        }
        let weights = weights::of_rows("ConfusionMatrix::new", actual.len(), weights);
        let predicted = predicted.iter().map(|class| Some(*class));
        Self::count(largest + 1, predicted, actual, &weights)
    }

    /// Of the [logits of a classifier](super), and its targets.
    ///
    /// # Panics
    /// If outputs, targets and weights are not of a classifier, or there is no row.
    #[track_caller]
    pub fn of_logits<T: Element>(
        logits: impl IntoValue<T>,
        targets: impl IntoValue<T>,
        weights: Option<&[f64]>,
    ) -> Self {
        let (logits, targets) = (logits.into_value(), targets.into_value());
        let who = "ConfusionMatrix::of_logits";
        Self::of_rows(&ClassRows::new(
            who,
            Given::Logits,
            &logits,
            &targets,
            weights,
        ))
    }

    /// Of the probabilities of a classifier, and its targets.
    ///
    /// # Panics
    /// As [`of_logits`](ConfusionMatrix::of_logits), and if one is not in `[0, 1]`.
    #[track_caller]
    pub fn of_probabilities<T: Element>(
        probabilities: impl IntoValue<T>,
        targets: impl IntoValue<T>,
        weights: Option<&[f64]>,
    ) -> Self {
        let (p, targets) = (probabilities.into_value(), targets.into_value());
        let who = "ConfusionMatrix::of_probabilities";
        Self::of_rows(&ClassRows::new(
            who,
            Given::Probabilities,
            &p,
            &targets,
            weights,
        ))
    }

    pub(super) fn of_rows(rows: &ClassRows) -> Self {
        Self::count(
            rows.class_count(),
            rows.predicted(),
            &rows.classes,
            &rows.weights,
        )
    }

    fn count(
        classes: usize,
        predicted: impl Iterator<Item = Option<usize>>,
        actual: &[usize],
        weights: &[f64],
    ) -> Self {
        let mut matrix = Self {
            counts: Array2::zeros([classes, classes]),
            undecided: vec![0.0; classes],
            occurs: vec![false; classes],
            names: (0..classes).map(|class| class.to_string()).collect(),
        };
        for ((predicted, &actual), weight) in predicted.zip(actual).zip(weights) {
            matrix.occurs[actual] = true;
            match predicted {
                Some(predicted) => {
                    matrix.occurs[predicted] = true;
                    matrix.counts[[actual, predicted]] += weight;
                }
                None => matrix.undecided[actual] += weight,
            }
        }
        matrix
    }

    /// With names of the classes, for tables. More names than classes are of classes that do not
    /// occur.
    ///
    /// # Panics
    /// If there are fewer names than classes.
    #[track_caller]
    pub fn names<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let classes = self.classes();
        if names.len() < classes {
            error::class_names(names.len(), classes);
        }
        let extended = [names.len(); 2];
        let count = |(actual, predicted)| self.counts.get([actual, predicted]).copied();
        let (mut undecided, mut occurs) = (self.undecided, self.occurs);
        undecided.resize(names.len(), 0.0);
        occurs.resize(names.len(), false);
        Self {
            counts: Array2::from_shape_fn(extended, |place| count(place).unwrap_or(0.0)),
            undecided,
            occurs,
            names,
        }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.names.len()
    }

    /// The weight of the rows of each class, `[actual, predicted]`.
    pub fn counts(&self) -> &Array2<f64> {
        &self.counts
    }

    /// For each actual class the weight of the rows that have no predicted one, as where an output is NaN.
    pub fn undecided(&self) -> &[f64] {
        &self.undecided
    }

    /// The names of the classes: their numbers, unless there are [others](ConfusionMatrix::names).
    pub fn class_names(&self) -> &[String] {
        &self.names
    }

    /// Each row divided by its sum, by 1 where that is 0: of the rows of a class, the shares that are
    /// predicted to be of each. The diagonal is the recall. (scikit-learn's `normalize="true"`.)
    pub fn shares_of_actual(&self) -> Self {
        let sums: Vec<f64> = (0..self.classes()).map(|k| self.actual(k)).collect();
        self.divided(|actual, _| sums[actual])
    }

    /// Each column divided by its sum, by 1 where that is 0: of the rows where a class is predicted,
    /// the shares that are of each. The diagonal is the precision. (scikit-learn's `normalize="pred"`.)
    pub fn shares_of_predicted(&self) -> Self {
        let sums: Vec<f64> = self.counts.sum_axis(Axis(0)).to_vec();
        let undecided = self.undecided.iter().sum();
        self.divided(|_, predicted| predicted.map_or(undecided, |predicted| sums[predicted]))
    }

    /// All divided by their sum, by 1 if that is 0. (scikit-learn's `normalize="all"`.)
    pub fn shares(&self) -> Self {
        let total = self.total();
        self.divided(|_, _| total)
    }

    /// Divided by what `by` says for an actual and a predicted class, `None` for the undecided.
    fn divided(&self, by: impl Fn(usize, Option<usize>) -> f64) -> Self {
        let divide = |number: f64, by: f64| if by == 0.0 { number } else { number / by };
        let mut shares = self.clone();
        for ((actual, predicted), count) in shares.counts.indexed_iter_mut() {
            *count = divide(*count, by(actual, Some(predicted)));
        }
        for (actual, count) in shares.undecided.iter_mut().enumerate() {
            *count = divide(*count, by(actual, None));
        }
        shares
    }

    fn total(&self) -> f64 {
        self.counts.sum() + self.undecided.iter().sum::<f64>()
    }

    fn right(&self) -> f64 {
        self.counts.diag().sum()
    }

    /// The weight of the rows of a class.
    fn actual(&self, class: usize) -> f64 {
        self.counts.row(class).sum() + self.undecided[class]
    }

    fn of_class(&self, class: usize) -> Counts {
        Counts {
            true_positives: self.counts[[class, class]],
            predicted: self.counts.column(class).sum(),
            actual: self.actual(class),
        }
    }

    /// [`Accuracy`](super::Accuracy).
    pub fn accuracy(&self) -> f64 {
        self.right() / self.total()
    }

    /// [`BalancedAccuracy`](super::BalancedAccuracy).
    pub fn balanced_accuracy(&self) -> f64 {
        let classes = (0..self.classes()).map(|class| self.of_class(class));
        let recalls: Vec<f64> = classes
            .filter(|counts| counts.actual > 0.0)
            .map(|counts| counts.true_positives / counts.actual)
            .collect();
        recalls.iter().sum::<f64>() / recalls.len() as f64
    }

    /// [`Precision`](super::Precision).
    ///
    /// # Panics
    /// If there is no class that the average names.
    #[track_caller]
    pub fn precision(&self, average: Average) -> f64 {
        self.average(average, |counts| {
            quotient(counts.true_positives, counts.predicted)
        })
    }

    /// [`Recall`](super::Recall).
    ///
    /// # Panics
    /// If there is no class that the average names.
    #[track_caller]
    pub fn recall(&self, average: Average) -> f64 {
        self.average(average, |counts| {
            quotient(counts.true_positives, counts.actual)
        })
    }

    /// [`FBeta`](super::FBeta) with `β = 1`.
    ///
    /// # Panics
    /// If there is no class that the average names.
    #[track_caller]
    pub fn f1(&self, average: Average) -> f64 {
        self.f_beta(1.0, average)
    }

    /// [`FBeta`](super::FBeta).
    ///
    /// # Panics
    /// If there is no class that the average names, or `β` is negative or not finite.
    #[track_caller]
    pub fn f_beta(&self, beta: f64, average: Average) -> f64 {
        if !(beta.is_finite() && beta >= 0.0) {
            error::spread("ConfusionMatrix::f_beta", "beta", beta);
        }
        let square = beta * beta;
        self.average(average, |counts| {
            let both = square * counts.actual + counts.predicted;
            quotient((1.0 + square) * counts.true_positives, both)
        })
    }

    #[track_caller]
    fn average(&self, average: Average, of: impl Fn(Counts) -> f64) -> f64 {
        let occurring = || (0..self.classes()).filter(|class| self.occurs[*class]);
        let each = || occurring().map(|class| of(self.of_class(class)));
        let mean = || each().sum::<f64>() / each().count() as f64;
        match average {
            Average::Class(class) if class >= self.classes() => {
                error::average_class(class, self.classes())
            }
            Average::Class(class) => of(self.of_class(class)),
            Average::Micro => of(Counts {
                true_positives: self.right(),
                predicted: self.counts.sum(),
                actual: self.total(),
            }),
            Average::Macro => mean(),
            // As scikit-learn, which leaves out weights that are all 0.
            Average::Weighted if self.total() == 0.0 => mean(),
            Average::Weighted => {
                let parts = occurring().map(|class| self.actual(class)).zip(each());
                parts.map(|(actual, of)| actual * of).sum::<f64>() / self.total()
            }
        }
    }

    /// [`MatthewsCorrelation`](super::MatthewsCorrelation).
    pub fn matthews_correlation(&self) -> f64 {
        let classes = (0..self.classes()).map(|class| self.of_class(class));
        let (predicted, actual): (Vec<f64>, Vec<f64>) = classes
            .map(|counts| (counts.predicted, counts.actual))
            .unzip();
        let undecided = self.undecided.iter().sum();
        let several =
            |counts: &mut dyn Iterator<Item = &f64>| counts.filter(|x| **x > 0.0).count() > 1;
        if !several(&mut predicted.iter().chain([&undecided])) || !several(&mut actual.iter()) {
            return 0.0;
        }
        let total = self.total();
        let inner = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let spread =
            |counts: &[f64], rest: f64| total * total - inner(counts, counts) - rest * rest;
        (self.right() * total - inner(&predicted, &actual))
            / (spread(&predicted, undecided) * spread(&actual, 0.0)).sqrt()
    }

    /// Precision, recall and `F₁` of each class and on average, in a table.
    pub fn report(&self) -> ClassificationReport {
        ClassificationReport::of(self)
    }

    /// The classes that occur, with names and the weight of their rows.
    pub(super) fn supports(&self) -> impl Iterator<Item = (usize, &str, f64)> {
        let occurring = (0..self.classes()).filter(|class| self.occurs[*class]);
        occurring.map(|class| (class, self.names[class].as_str(), self.actual(class)))
    }
}

/// A quotient, 0 where the denominator is.
fn quotient(numerator: f64, denominator: f64) -> f64 {
    match denominator {
        0.0 => 0.0,
        denominator => numerator / denominator,
    }
}
