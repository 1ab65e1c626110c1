//! Norms and zeros of weights.

use approx::assert_relative_eq;
use tapegrad_nn::sparsity;
use tapegrad_train::callback::{self, WeightLog};

use super::{EPOCHS, Training, folder, network};

#[test]
fn norms_and_zeros_are_those_of_the_weights() {
    let mut expected = Vec::new();
    let mut model = network();
    model.layers[0].weight.value[[1, 2]] = 0.0;
    model.layers[0].weight.trainable = false;
    let fit = Training::new(&folder("weights"))
        .callback(callback::after_epoch(|run| {
            let zeros = sparsity(run.model()).weights;
            let parameters = run.model().parameters().into_iter();
            let norms = parameters.filter(|(name, _)| name.ends_with("weight"));
            let norms = norms.map(|(_, param)| param.value.iter().map(|w| w * w).sum::<f64>());
            expected.push((zeros, norms.map(f64::sqrt).collect::<Vec<_>>()));
        }))
        .callback(WeightLog::new().every(3))
        .run(&mut model, false)
        .unwrap();
    for layer in 0..2 {
        let of = |what: &str| format!("{what} layers.{layer}.weight");
        let norms: Vec<_> = fit.history.points(&of("norm")).collect();
        let zeros: Vec<_> = fit.history.points(&of("sparsity")).collect();
        let epochs: Vec<_> = norms.iter().map(|(epoch, _)| *epoch).collect();
        assert_eq!(epochs, [3, 6, EPOCHS]);
        for ((epoch, norm), (_, part)) in norms.into_iter().zip(zeros) {
            let (zeros, norms) = &expected[epoch - 1];
            assert_relative_eq!(norm, norms[layer], max_relative = 1e-14);
            let of = &zeros[layer];
            assert_eq!(part, of.zeros as f64 / of.count() as f64);
            assert_eq!(part > 0.0, layer == 0);
        }
    }
}
