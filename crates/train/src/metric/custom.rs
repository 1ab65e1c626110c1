use std::fmt;

use tapegrad_autodiff::{ArcArrayD, Element};

use super::Metric;

/// What a closure says of outputs, targets and weights.
///
/// ```
/// use ndarray::array;
/// use tapegrad_autodiff::ArcArrayD;
/// use tapegrad_train::metric::{Custom, Metric};
///
/// /// The part of the targets that are below their outputs.
/// let covered = Custom::larger_is_better("covered", |p: &ArcArrayD<f64>, y: &ArcArrayD<f64>, _: Option<&[f64]>| {
///     p.iter().zip(y).filter(|(p, y)| y < p).count() as f64 / p.len() as f64
/// });
/// assert_eq!(covered.of(array![[2.0], [3.0]], array![[1.0], [4.0]], None), 0.5);
/// ```
#[derive(Clone)]
pub struct Custom<F> {
    name: String,
    is_better_larger: bool,
    f: F,
}

impl<F> Custom<F> {
    /// Of a closure that takes the outputs, the targets and the weights if there are any.
    pub fn larger_is_better<T: Element>(name: impl Into<String>, f: F) -> Self
    where
        F: Fn(&ArcArrayD<T>, &ArcArrayD<T>, Option<&[f64]>) -> f64,
    {
        Self {
            name: name.into(),
            is_better_larger: true,
            f,
        }
    }

    /// The same of an error or a cost.
    pub fn smaller_is_better<T: Element>(name: impl Into<String>, f: F) -> Self
    where
        F: Fn(&ArcArrayD<T>, &ArcArrayD<T>, Option<&[f64]>) -> f64,
    {
        Self {
            is_better_larger: false,
            ..Self::larger_is_better(name, f)
        }
    }
}

impl<T: Element, F> Metric<T> for Custom<F>
where
    F: Fn(&ArcArrayD<T>, &ArcArrayD<T>, Option<&[f64]>) -> f64,
{
    fn name(&self) -> String {
        self.name.clone()
    }

    fn is_better_larger(&self) -> bool {
        self.is_better_larger
    }

    fn evaluate(
        &self,
        outputs: &ArcArrayD<T>,
        targets: &ArcArrayD<T>,
        weights: Option<&[f64]>,
    ) -> f64 {
        (self.f)(outputs, targets, weights)
    }
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Custom({})", self.name)
    }
}
