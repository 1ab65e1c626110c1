//! The learning-rate range test.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::{Array1, Array2, array};
use tapegrad_autodiff::Tape;
use tapegrad_nn::{BatchNorm, Dense, GradientMap, Mlp, Module, Param, Scope};
use tapegrad_optim::schedule::Cosine;
use tapegrad_optim::{Adam, LrCurve, LrFinder, Momentum, Optimizer, ParamGroup, Sgd};

use super::fixture::{assert_near, numbers, pytorch};

/// `½ Σ c x²` from `x = 1`.
fn bowl() -> Dense<f64> {
    let mut model = Dense::new(3, 1).without_bias();
    model.weight.value.fill(1.0);
    model
}

fn pass(model: &Dense<f64>, _step: usize) -> (f64, GradientMap<f64>) {
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let c = tape.constant(array![[1.0], [0.1], [3.0]]);
    let loss = (0.5 * c * on.param(&model.weight).square()).sum(..);
    (loss.item(), on.backward(loss))
}

fn rates(curve: &LrCurve) -> Vec<f64> {
    curve.points().iter().map(|point| point.rate).collect()
}

#[test]
fn curves_are_those_of_pytorch() {
    let finders = [
        ("usual", LrFinder::new(1e-4, 10.0, 100)),
        (
            "little smoothing",
            LrFinder::new(1e-3, 5.0, 60).smoothing(0.5).diverges(2.5),
        ),
        ("to the end", LrFinder::new(1e-5, 0.1, 80).smoothing(0.9)),
        (
            "linear",
            LrFinder::new(0.01, 2.0, 150)
                .linear()
                .smoothing(0.8)
                .diverges(3.0),
        ),
        ("noise", LrFinder::new(1e-3, 1.0, 45).smoothing(0.0)),
        (
            "noise, linear",
            LrFinder::new(1e-3, 1.0, 35).linear().smoothing(0.3),
        ),
    ];
    let fixture = pytorch();
    let tests = fixture["range_tests"].as_object().unwrap();
    assert_eq!(tests.len(), finders.len());
    for (name, finder) in finders {
        let theirs = &tests[name];
        let curve = if name.starts_with("noise") {
            curve_of(finder, &numbers(&theirs["losses"]))
        } else {
            finder.run(&bowl(), &half(), pass)
        };
        let points = curve.points().iter();
        assert_near(name, &rates(&curve), &numbers(&theirs["rates"]));
        let losses: Vec<_> = points.clone().map(|point| point.loss).collect();
        assert_near(name, &losses, &numbers(&theirs["losses"]));
        let smoothed: Vec<_> = points.map(|point| point.smoothed).collect();
        assert_near(name, &smoothed, &numbers(&theirs["smoothed"]));
        assert_eq!(
            Some(curve.diverged()),
            theirs["diverged"].as_bool(),
            "{name}"
        );
        for (ours, which) in [(curve.suggestion(), "steepest"), (curve.valley(), "valley")] {
            let theirs = theirs[which].as_f64().unwrap();
            assert_near(&format!("{name}, {which}"), &[ours.unwrap()], &[theirs]);
        }
    }
}

/// Values and statistics of a model, bit for bit, and whose they are.
fn bits(model: &impl Module<f64>) -> Vec<(String, Vec<u64>)> {
    let of = |param: &Param<f64>| param.value.iter().map(|x| x.to_bits()).collect();
    let parameters = model.parameters().into_iter();
    parameters
        .map(|(name, param)| (format!("{name} {:?}", param.id()), of(param)))
        .collect()
}

fn network_pass(model: &Mlp<f64>, step: usize) -> (f64, GradientMap<f64>) {
    let x = Array2::from_shape_fn([8, 3], |(i, j)| (1.7 * (8 * step + 3 * i + j) as f64).sin());
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = model.forward(&on, on.input(&x)).square().mean(..);
    (y.item(), on.backward(y))
}

/// Whatever ends it, the model stays with its statistics, though the clone shares their storage.
#[test]
fn the_model_stays() {
    let model = Mlp::<f64>::new(&[3, 5, 1])
        .normalize(BatchNorm::new)
        .seed(1);
    let (before, optimizer) = (bits(&model), Adam::new(0.1));
    let finder = LrFinder::new(1e-4, 1.0, 20);
    let mut last = Vec::new();
    let curve = finder.run(&model, &optimizer, |at, step| {
        last = bits(at);
        network_pass(at, step)
    });
    assert_eq!((curve.points().len(), bits(&model)), (20, before.clone()));
    for ((name, before), (_, last)) in before.iter().zip(&last) {
        assert_ne!(before, last, "{name} of the clone is trained");
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        finder.run(&model, &optimizer, |at, step| {
            assert!(step < 10, "the data are at an end");
            network_pass(at, step)
        })
    }));
    assert!(outcome.is_err());
    assert_eq!(bits(&model), before);
}

/// The steps have the rates of the table, also those of an optimizer that has stepped before and of a group, and
/// the optimizer stays.
#[test]
fn steps_have_the_rates() {
    let mut model = bowl();
    let gradients: GradientMap<f64> = model
        .parameters()
        .iter()
        .map(|(_, param)| (param.id(), param.value.mapv(|_| 1.0)))
        .collect();
    let mut optimizer =
        Sgd::new(Cosine::new(7.0, 0.0, 3)).group(ParamGroup::matching("**").scale_lr(0.5));
    optimizer.step(&mut model, &gradients);
    let mut seen = Vec::new();
    let curve = LrFinder::new(1e-3, 1e-1, 9).run(&model, &optimizer, |at, _| {
        seen.push(at.parameters()[0].1.value.sum());
        (1.0, gradients.clone())
    });
    let count = model.parameters()[0].1.value.len() as f64;
    for (pair, rate) in seen.windows(2).zip(rates(&curve)) {
        let gone = (pair[0] - pair[1]) / count;
        assert!((gone - 0.5 * rate).abs() < 1e-14, "{gone} for {rate}");
    }
    assert_eq!(seen.len(), 9);
    assert_near("the last", &rates(&curve)[8..], &[1e-1]);
    assert_eq!((optimizer.steps(), optimizer.learning_rate()), (1, 5.25));
}

/// Half of the velocity stays.
fn half() -> Optimizer<Momentum, f64> {
    Optimizer::new(Momentum::default().momentum(0.5), 0.1)
}

/// A given sequence of losses, whatever the model.
fn curve_of(finder: LrFinder, losses: &[f64]) -> LrCurve {
    finder.run(&bowl(), &half(), |model, step| {
        (losses[step], pass(model, step).1)
    })
}

#[test]
fn it_ends_where_the_loss_is_not_finite_or_too_large() {
    let finder = LrFinder::new(1e-6, 1e-5, 8).smoothing(0.0);
    for (losses, ends) in [
        ([3.0, 1.0, 3.9, 4.0, 4.1, 0.0, 0.0, 0.0], Some(4)),
        ([3.0, 1.0, f64::NAN, 0.0, 0.0, 0.0, 0.0, 0.0], Some(2)),
        ([f64::INFINITY, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0], Some(0)),
        (
            [3.0, 1.0, 1.0, 1.0, f64::NEG_INFINITY, 0.0, 0.0, 0.0],
            Some(4),
        ),
        // A negative loss may rise by three times itself as well.
        ([-1.0, -1.0, -1.0, 1.9, 2.1, 0.0, 0.0, 0.0], Some(4)),
        ([3.0, 1.0, 3.9, 4.0, 2.0, 1.0, 1.0, 4.0], None),
    ] {
        let curve = curve_of(finder, &losses);
        assert_eq!(curve.diverged(), ends.is_some(), "{losses:?}");
        assert_eq!(
            curve.points().len(),
            ends.map_or(8, |last| last + 1),
            "{losses:?}"
        );
    }
}

#[test]
fn there_is_no_suggestion_without_descent() {
    let rising: Vec<f64> = Array1::linspace(1.0, 2.0, 30).to_vec();
    let finder = LrFinder::new(1e-6, 1e-5, 30).smoothing(0.0);
    let few = LrFinder::new(1e-6, 1e-5, 6).smoothing(0.0);
    for curve in [
        curve_of(finder, &rising),
        curve_of(finder, &[1.0; 30]),
        curve_of(few, &[6.0, 5.0, 4.0, 3.0, 2.0, 1.0]),
        curve_of(few, &[f64::NAN; 6]),
    ] {
        assert_eq!(
            (curve.suggestion(), curve.valley()),
            (None, None),
            "{curve}"
        );
    }
}

#[test]
fn curves_are_printed_as_tables() {
    let finder = LrFinder::new(1e-4, 1e-2, 10).smoothing(0.0);
    let losses = [5.0, 4.9, 4.0, 2.0, 1.5, 1.4, 1.4, 1.4, 1.4, 1e9];
    let text = curve_of(finder, &losses).to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 11);
    assert_eq!(lines[0], "      rate          loss      smoothed");
    assert_eq!(
        lines[3],
        "  2.783e-4      4.0000e0      4.0000e0  steepest  valley"
    );
    assert_eq!(lines[10], "  1.000e-2      1.0000e9      1.0000e9");
}
