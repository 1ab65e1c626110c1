use std::cell::RefCell;

use tapegrad_autodiff::{Element, IntoValue, Tape};

use crate::{Module, Scope, error, random};

/// Computes the running statistics of a model anew from passes over data, as PyTorch's `update_bn`: each is
/// the equal average of those of the batches, and nothing of what it was stays. A layer used twice in a pass has
/// two batches there. Returns how many passes there were.
///
/// For weights that no pass has seen, as averages of weights are: the statistics were those of other
/// activations. The passes are for training, so dropout acts, with random numbers that are the same each time.
/// Parameters stay.
///
/// Layers of your own that call [`Scope::update_running`] take part.
///
/// ```
/// use ndarray::array;
/// use tapegrad_nn::{BatchNorm, recompute_statistics};
///
/// let mut layer = BatchNorm::<f64>::new(1);
/// recompute_statistics(&mut layer, [array![[1.0], [3.0]], array![[4.0], [8.0]]]);
/// assert_eq!(layer.running_mean.value, array![(2.0 + 6.0) / 2.0].into_dyn());
/// assert_eq!(layer.running_variance.value, array![(2.0 + 8.0) / 2.0].into_dyn());
/// ```
///
/// # Panics
/// If there is no input, or as the model's `forward`: then the batches before are in the statistics.
#[track_caller]
pub fn recompute_statistics<T: Element>(
    model: &mut (impl Module<T> + ?Sized),
    inputs: impl IntoIterator<Item = impl IntoValue<T>>,
) -> usize {
    let counts = RefCell::default();
    let (mut tape, mut passes) = (Tape::new(), 0);
    for x in inputs {
        let on = Scope::train(&tape)
            .seed(random::derive(0, passes))
            .averaging(&counts);
        model.forward(&on, tape.constant(x));
        let statistics = on.statistics();
        tape.clear();
        statistics.update_statistics(model);
        passes += 1;
    }
    if passes == 0 {
        error::no_inputs();
    }
    passes
}
