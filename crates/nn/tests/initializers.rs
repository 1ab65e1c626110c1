//! How weights start.

use ndarray::Array2;
use tapegrad_nn::{Initializer, random};

fn draw(initializer: Initializer, fan_in: usize, fan_out: usize, seed: u64) -> Array2<f64> {
    let weights = initializer.draw::<f64>(fan_in, fan_out, &mut random::stream(seed));
    weights.to_owned().into_dimensionality().unwrap()
}

/// How far from their mean, in standard deviations, the weights can be.
fn bound(initializer: Initializer) -> f64 {
    use Initializer::{Constant, GlorotUniform, HeUniform, LecunUniform, TruncatedNormal, Zeros};
    match initializer {
        GlorotUniform | HeUniform | LecunUniform => 3.0_f64.sqrt(),
        TruncatedNormal(deviation) => 2.0 * deviation / initializer.variance(1, 1).sqrt(),
        Constant(_) | Zeros => 0.0,
        _ => f64::INFINITY,
    }
}

#[test]
fn initializers_have_their_variance() {
    let (fan_in, fan_out) = (200, 300);
    for &initializer in Initializer::ALL {
        let weights = draw(initializer, fan_in, fan_out, 1);
        assert_eq!(
            weights,
            draw(initializer, fan_in, fan_out, 1),
            "{initializer:?}: a seed fixes the weights"
        );
        let (expected_mean, draws) = match initializer {
            Initializer::Constant(number) => (number, false),
            Initializer::Zeros => (0.0, false),
            _ => (0.0, true),
        };
        assert_eq!(weights != draw(initializer, fan_in, fan_out, 2), draws);
        let (mean, variance) = (weights.mean().unwrap(), weights.var(0.0));
        let expected = initializer.variance(fan_in, fan_out);
        assert!(
            (mean - expected_mean).abs() <= 4.0 * (expected / 60_000.0).sqrt() + 1e-12,
            "{initializer:?}: mean {mean}"
        );
        assert!(
            (variance - expected).abs() <= 0.03 * expected + 1e-12,
            "{initializer:?}: variance {variance}"
        );
        let far = weights
            .iter()
            .fold(0.0, |far: f64, w| far.max((w - expected_mean).abs()));
        let bound = match bound(initializer) {
            0.0 => 0.0,
            bound => bound * expected.sqrt(),
        };
        assert!(far <= bound, "{initializer:?}: {far}");
        if draws {
            let usual = 1.7 * expected.sqrt();
            assert!(far > usual, "{initializer:?}: {far} of {usual}");
            let beyond = 3.5 * expected.sqrt();
            assert_eq!(far > beyond, bound.is_infinite(), "{initializer:?}: {far}");
        }
    }
}

/// Also where its square is no number above 0.
#[test]
fn tiny_deviations_are_not_lost() {
    let standard = draw(Initializer::Normal(1.0), 3, 4, 1);
    for deviation in [1e-170, 1e170] {
        let off = draw(Initializer::Normal(deviation), 3, 4, 1) / deviation - &standard;
        assert!(
            off.iter().all(|off| off.abs() < 1e-12),
            "{deviation}: {off}"
        );
    }
}

/// The formulas, by numbers from the tables of the normal distribution.
#[test]
fn variances() {
    assert_eq!(Initializer::Orthogonal(3.0).variance(4, 9), 1.0);
    assert_eq!(Initializer::Normal(0.5).variance(4, 9), 0.25);
    assert_eq!(Initializer::GlorotNormal.variance(3, 5), 0.25);
    assert_eq!(Initializer::HeUniform.variance(8, 5), 0.25);
    assert_eq!(Initializer::LecunUniform.variance(4, 5), 0.25);
    assert_eq!(Initializer::Constant(7.0).variance(4, 9), 0.0);
    // The factor 0.87962566103423978 of variance scaling in Keras and TensorFlow.
    let root = Initializer::TruncatedNormal(1.0).variance(4, 9).sqrt();
    assert!((root - 0.879_625_661_034_239_8).abs() < 1e-14, "{root}");
}

/// Columns are orthonormal, or rows if there are fewer, in any shape.
#[test]
fn orthogonal_weights_are_orthogonal() {
    for (fan_in, fan_out) in [
        (1, 1),
        (5, 5),
        (60, 40),
        (40, 60),
        (1, 7),
        (7, 1),
        (0, 3),
        (200, 200),
    ] {
        let gain = 1.5;
        let w = draw(Initializer::Orthogonal(gain), fan_in, fan_out, 3);
        assert_eq!(w.dim(), (fan_in, fan_out));
        let products = if fan_in < fan_out {
            w.dot(&w.t())
        } else {
            w.t().dot(&w)
        };
        for ((i, j), product) in products.indexed_iter() {
            let expected = if i == j { gain * gain } else { 0.0 };
            assert!(
                (product - expected).abs() < 1e-12,
                "{fan_in} {fan_out}: {product}"
            );
        }
    }
}

/// Every orientation is as likely: of rotations and reflections of the plane, the first column is
/// uniform on the circle and both handednesses are as frequent, which a factorisation without the
/// sign of `R` misses.
#[test]
fn orthogonal_weights_are_uniform() {
    const DRAWS: usize = 4000;
    let mut quarters = [0; 4];
    let mut turns = 0;
    for seed in 0..DRAWS {
        let w = draw(Initializer::Orthogonal(1.0), 2, 2, seed as u64);
        quarters[usize::from(w[[0, 0]] > 0.0) + 2 * usize::from(w[[1, 0]] > 0.0)] += 1;
        turns += usize::from(w[[0, 0]] * w[[1, 1]] - w[[0, 1]] * w[[1, 0]] > 0.0);
    }
    // Five standard deviations of a count.
    for count in quarters {
        assert!(
            (count as f64 - 1000.0).abs() < 5.0 * 750.0_f64.sqrt(),
            "{quarters:?}"
        );
    }
    assert!(
        (turns as f64 - 2000.0).abs() < 5.0 * 1000.0_f64.sqrt(),
        "{turns}"
    );
}
