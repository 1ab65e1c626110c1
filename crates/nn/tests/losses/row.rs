//! The table: every loss, and what it is asked for.

use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::Loss;
use tapegrad_nn::loss;

/// What a loss is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Each,
    Mean,
    Sum,
    WeightedEach,
    WeightedMean,
    WeightedSum,
}

pub(crate) use Form::{Each, Mean, Sum, WeightedEach, WeightedMean, WeightedSum};

pub(crate) const FORMS: [Form; 6] = [Each, Mean, Sum, WeightedEach, WeightedMean, WeightedSum];

impl Form {
    pub(crate) fn of<'t, T: Element, Y>(
        self,
        loss: &impl Loss<'t, T, Y>,
        predictions: Var<'t, T>,
        targets: Y,
        weights: Var<'t, T>,
    ) -> Var<'t, T> {
        match self {
            Each => loss.each(predictions, targets),
            Mean => loss.mean(predictions, targets),
            Sum => loss.sum(predictions, targets),
            WeightedEach => loss.weighted_each(predictions, targets, weights),
            WeightedMean => loss.weighted_mean(predictions, targets, weights),
            WeightedSum => loss.weighted_sum(predictions, targets, weights),
        }
    }
}

/// Predictions, targets (numbers, or classes) and weights of rows on a tape.
#[derive(Clone, Copy)]
pub(crate) struct Given<'t, 'c, T: Element> {
    pub(crate) predictions: Var<'t, T>,
    pub(crate) numbers: Var<'t, T>,
    pub(crate) classes: &'c [usize],
    pub(crate) weights: Var<'t, T>,
}

pub(crate) type Of<T> = for<'t, 'c> fn(Form, Given<'t, 'c, T>) -> Var<'t, T>;

pub(crate) struct Row {
    /// The key in the fixture.
    pub(crate) name: &'static str,
    /// The file of the loss.
    pub(crate) file: &'static str,
    /// `numbers` that may be moved a little, `fixed` ones, or `classes`.
    pub(crate) targets: &'static str,
    pub(crate) double: Of<f64>,
    pub(crate) single: Of<f32>,
}

/// `"name", file, loss, targets;` for each.
macro_rules! table {
    ($($name:literal, $file:ident, $loss:expr, $targets:ident;)+) => {
        [$(Row {
            name: $name,
            file: stringify!($file),
            targets: stringify!($targets),
            double: |form, given| form.of(&$loss, given.predictions, table!(given, $targets), given.weights),
            single: |form, given| form.of(&$loss, given.predictions, table!(given, $targets), given.weights),
        }),+]
    };
    ($given:ident, classes) => { $given.classes };
    ($given:ident, $numbers:ident) => { $given.numbers };
}

pub(crate) const WEIGHTS: [f64; 3] = [0.5, 2.0, 1.5];

pub(crate) fn table() -> [Row; 30] {
    table! {
        "squared error", squared_error, loss::SquaredError, numbers;
        "squared error of one axis", squared_error, loss::SquaredError, numbers;
        "squared error of three axes", squared_error, loss::SquaredError, numbers;
        "absolute error", absolute_error, loss::AbsoluteError, numbers;
        "huber", huber, loss::Huber::new(0.7), numbers;
        "log-cosh", log_cosh, loss::LogCosh, numbers;
        "quantile", quantile, loss::Quantile::new(0.9), numbers;
        "binary cross-entropy", binary_cross_entropy, loss::BinaryCrossEntropy::new(), numbers;
        "binary cross-entropy, weighted", binary_cross_entropy, loss::BinaryCrossEntropy::new().positive_weight(3.0), numbers;
        "binary focal", binary_focal, loss::BinaryFocal::new(2.0).alpha(0.25), numbers;
        "binary focal, any exponent", binary_focal, loss::BinaryFocal::new(1.5).alpha(0.5), numbers;
        "hinge", hinge, loss::Hinge, fixed;
        "squared hinge", squared_hinge, loss::SquaredHinge, fixed;
        "cross-entropy", cross_entropy, loss::CrossEntropy::new(), classes;
        "cross-entropy, smooth and weighted", cross_entropy, loss::CrossEntropy::new().smoothing(0.1).class_weights(WEIGHTS), classes;
        "cross-entropy of probabilities", cross_entropy, loss::CrossEntropy::new(), numbers;
        "cross-entropy of probabilities, smooth and weighted", cross_entropy, loss::CrossEntropy::new().smoothing(0.1).class_weights(WEIGHTS), numbers;
        "focal", focal, loss::Focal::new(2.0).class_weights(WEIGHTS), classes;
        "focal, any exponent", focal, loss::Focal::new(1.5), classes;
        "multi-class hinge", multiclass_hinge, loss::MulticlassHinge::new().margin(0.8), classes;
        "multi-class hinge, squared", multiclass_hinge, loss::MulticlassHinge::new().squared(), classes;
        "kl divergence", kl_divergence, loss::KlDivergence::of_logits(), numbers;
        "kl divergence of log-probabilities", kl_divergence, loss::KlDivergence::of_log_probabilities(), numbers;
        "poisson", poisson_nll, loss::PoissonNll::of_log_rates(), numbers;
        "poisson of rates", poisson_nll, loss::PoissonNll::of_rates(), numbers;
        "gaussian", gaussian_nll, loss::GaussianNll::of_log_variances(), numbers;
        "gaussian of variances", gaussian_nll, loss::GaussianNll::of_variances(), numbers;
        "cosine distance", cosine_distance, loss::CosineDistance, numbers;
        "custom", custom, loss::Custom::new(|p, y| (p - y).powi(4)), numbers;
        "custom by row", custom, loss::Custom::new(|p, y| (p - y).abs().max(-1)), numbers;
    }
}
