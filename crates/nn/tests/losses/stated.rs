//! What the documentation says of single losses: kinks, limits, digits, types of targets.

use ndarray::{ArrayD, array, s};
use tapegrad_autodiff::{Classes, Element, Tape, Var, concatenate};
use tapegrad_nn::{Loss, loss};

/// What the documentation says of kinks and limits.
#[test]
fn kinks() {
    /// A name, a loss of predictions, the predictions, its value there and its gradient.
    type Kink<'a> = (&'a str, Of, &'a [f64], f64, &'a [f64]);
    type Of = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;
    let at_kinks: [Kink<'_>; 13] = [
        (
            "absolute",
            |p| loss::AbsoluteError.sum(p, [2.0, -0.0]),
            &[2.0, 0.0],
            0.0,
            &[0.0, 0.0],
        ),
        (
            "quantile",
            |p| loss::Quantile::new(0.9).sum(p, [2.0]),
            &[2.0],
            0.0,
            &[0.0],
        ),
        (
            "huber",
            |p| loss::Huber::new(0.5).sum(p, [0.0]),
            &[0.5],
            0.125,
            &[0.5],
        ),
        (
            "log-cosh",
            |p| loss::LogCosh.sum(p, [0.0]),
            &[0.0],
            0.0,
            &[0.0],
        ),
        (
            "hinge",
            |p| loss::Hinge.sum(p, [-1.0]),
            &[-1.0],
            0.0,
            &[0.0],
        ),
        (
            "squared hinge",
            |p| loss::SquaredHinge.sum(p, [-1.0]),
            &[-1.0],
            0.0,
            &[0.0],
        ),
        (
            "multi-class hinge",
            |p| loss::MulticlassHinge::new().sum(p.reshape(&[1, 2]), &[0]),
            &[2.0, 1.0],
            0.0,
            &[0.0, 0.0],
        ),
        (
            "cosine",
            |p| loss::CosineDistance.sum(p.reshape(&[1, 2]), array![[3.0, 4.0]]),
            &[0.0, 0.0],
            1.0,
            &[0.0, 0.0],
        ),
        (
            "cosine",
            |p| loss::CosineDistance.sum(p.reshape(&[1, 2]), array![[0.0, 0.0]]),
            &[3.0, 4.0],
            1.0,
            &[0.0, 0.0],
        ),
        (
            "divergence",
            |p| {
                loss::KlDivergence::of_log_probabilities()
                    .sum(p.reshape(&[1, 2]), array![[0.0, 1.0]])
            },
            &[f64::NEG_INFINITY, 0.0],
            0.0,
            &[0.0, -1.0],
        ),
        (
            "rate",
            |p| loss::PoissonNll::of_rates().sum(p, [0.0]),
            &[0.0],
            0.0,
            &[1.0],
        ),
        (
            "one class",
            |p| loss::Focal::new(0.0).sum(p.reshape(&[1, 1]), &[0]),
            &[3.0],
            0.0,
            &[0.0],
        ),
        (
            "one class",
            |p| loss::Focal::new(2.0).sum(p.reshape(&[1, 1]), &[0]),
            &[3.0],
            0.0,
            &[0.0],
        ),
    ];
    for (name, of, at, value, gradient) in at_kinks {
        let tape = Tape::new();
        let p = tape.var(at.to_vec());
        let y = of(p);
        assert_eq!(y.item(), value, "{name}");
        let g = y.backward().wrt(p).to_owned();
        assert_eq!(g.as_slice().unwrap(), gradient, "{name}");
    }
}

/// Any logarithm of a variance, and residuals of none, of usual size and of `1 / ε`.
fn gaussian_is_finite_in<T: Element>() {
    let largest = 1.0 / T::epsilon().wide();
    for logarithm in [-1e38, -1e4, -750.0, -200.0, -60.0, 0.0, 200.0, 1e4, 1e38] {
        for residual in [0.0, 1.0, -1.0, largest, -largest] {
            let tape = Tape::<T>::new();
            let predictions = tape.var(array![[T::zero(), T::of(logarithm)]]);
            let loss =
                loss::GaussianNll::of_log_variances().mean(predictions, array![[T::of(residual)]]);
            let what = format!("{residual} at {logarithm}: {loss}");
            assert!(loss.item().is_finite(), "{what}");
            let gradients = loss.backward();
            let gradients = gradients.wrt(predictions);
            assert!(
                gradients.iter().all(|g| g.is_finite()),
                "{what}, {gradients}"
            );
            // Too small a variance is raised, too large a one lowered.
            if logarithm.abs() > 100.0 {
                let raised = gradients[[0, 1]] < T::zero();
                assert_eq!(
                    raised,
                    logarithm < 0.0 && residual != 0.0,
                    "{what}, {gradients}"
                );
            }
        }
    }
}

#[test]
fn gaussian_is_finite() {
    gaussian_is_finite_in::<f32>();
    gaussian_is_finite_in::<f64>();
}

/// Also where a power of what is nearly 0 would not bend finitely.
#[test]
fn focus_of_any_exponent() {
    for gamma in [0.0, 0.1, 0.5, 1.0, 1.9] {
        for z in [-1e4, -750.0, -30.0, 0.0, 30.0, 750.0, 1e4] {
            let tape = Tape::<f64>::new();
            let z = tape.var(array![[z]]);
            let pair = concatenate(&[z, tape.constant(array![[0.0]])], 1);
            let both = loss::BinaryFocal::new(gamma).mean(z, array![[0.5]])
                + loss::Focal::new(gamma).mean(pair, &[0]);
            // The term in `z` has a second derivative of its own, so that none is a constant.
            let slope = tape.grad(both + z.square().sum(..), &[z])[0];
            let bend = tape.grad(slope.sum(..), &[z])[0];
            let all = [both.item(), slope.item(), bend.item()];
            assert!(all.iter().all(|x| x.is_finite()), "{gamma}, {z}: {all:?}");
        }
    }
}

/// Small residuals keep their digits, as does what is nearly right.
#[test]
fn what_is_small_is_not_lost() {
    let tape = Tape::<f64>::new();
    let at = |x: f64| tape.var(array![[x]]);
    let (right, wrong) = (array![[1.0]], array![[0.0]]);
    let relative = |x: Var<'_, f64>, expected: f64| (x.item() / expected - 1.0).abs();
    let e = |x: f64| x.exp();
    assert!(relative(loss::LogCosh.mean(at(1e-7), &wrong), 5e-15) < 1e-14);
    assert!(
        relative(
            loss::BinaryCrossEntropy::new().mean(at(50.0), &right),
            e(-50.0)
        ) < 1e-14
    );
    assert!(
        relative(
            loss::BinaryFocal::new(1.0).mean(at(50.0), &right),
            e(-100.0)
        ) < 1e-14
    );
    assert!(
        relative(
            loss::BinaryFocal::new(1.0).mean(at(-50.0), &wrong),
            e(-100.0)
        ) < 1e-14
    );
    let sure = tape.var(array![[50.0, 0.0]]);
    assert!(relative(loss::CrossEntropy::new().mean(sure, &[0]), e(-50.0)) < 1e-14);
    assert!(relative(loss::Focal::new(1.0).mean(sure, &[0]), e(-100.0)) < 1e-14);
    let slope = tape.grad(loss::Focal::new(1.0).mean(sure, &[0]), &[sure])[0];
    assert!(
        relative(slope.slice(1, 1..), 2.0 * e(-100.0)) < 1e-12,
        "{slope}"
    );
}

/// Targets come as lists, arrays in any layout, variables, and by way of `dyn`.
#[test]
fn targets_of_many_types() {
    let tape = Tape::<f64>::new();
    let logits = tape.var(array![[0.1, 0.7, -0.3], [1.0, -1.0, 0.5]]);
    let loss = loss::CrossEntropy::new();
    let expected = loss.mean(logits, &[2, 0]).item();
    let (list, spaced) = (vec![2, 0], array![2, 9, 0]);
    let one_hot = array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
    for (place, mean) in [
        loss.mean(logits, &list[..]),
        loss.mean(logits, &list),
        loss.mean(logits, &array![2, 0]),
        loss.mean(logits, &spaced.slice(s![..; 2])),
        loss.mean(logits, Classes::from(&list)),
        loss.mean(logits, &one_hot),
        loss.mean(logits, &one_hot.t().as_standard_layout().t()),
        loss.mean(logits, one_hot.clone().into_dyn()),
        loss.mean(logits, &one_hot.clone().into_dyn()),
        loss.mean(logits, tape.constant(&one_hot)),
        loss::Focal::new(0.0).mean(logits, &spaced.slice(s![..; 2])),
    ]
    .into_iter()
    .enumerate()
    {
        assert!((mean.item() - expected).abs() < 1e-15, "{place}");
    }
    // The loss's settings come before those of the targets, which else are kept.
    let smooth = Classes::from(&list).smoothing(0.3);
    let of = |loss: &loss::CrossEntropy, classes| loss.mean(logits, classes).item();
    assert_ne!(of(&loss, smooth), expected);
    let smoother = loss::CrossEntropy::new().smoothing(0.5);
    assert_eq!(of(&smoother, smooth), of(&smoother, Classes::from(&list)));

    let chosen: [&dyn for<'t, 'y> Loss<'t, f64, &'y ArrayD<f64>>; 2] =
        [&loss::SquaredError, &loss::Huber::new(1.0)];
    let (p, y) = (tape.var([3.0]), array![1.0].into_dyn());
    assert_eq!(
        chosen.map(|loss| (&loss).weighted_sum(p, &y, [2.0]).item()),
        [8.0, 3.0]
    );
    // A single number is a row.
    let each = loss::BinaryCrossEntropy::new().each(tape.var(0.0), 1.0);
    assert_eq!((each.shape().len(), each.item()), (0, 2.0_f64.ln()));
}
