//! Steps that are not finite: found wherever it is, counted, resumed.

use ndarray::{ArrayD, array};
use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::{BatchNorm, Dense, GradientMap, LoadProblem, Mlp, Module, Param, Scope, Section};
use tapegrad_optim::{Guard, Sgd};

fn model<T: Element>() -> Mlp<T> {
    Mlp::new(&[2, 3, 1])
}

/// Gradients of a model, all 1 but for one element of one parameter.
fn gradients<T: Element>(model: &Mlp<T>, at: Option<(usize, usize)>, bad: T) -> GradientMap<T> {
    let parameters = model.parameters().into_iter().enumerate();
    let ones = parameters.map(|(position, (_, param))| {
        let mut g = ArrayD::ones(param.value.shape());
        if let Some((_, element)) = at.filter(|(of, _)| *of == position) {
            g.as_slice_mut().unwrap()[element] = bad;
        }
        (param.id(), g)
    });
    ones.collect()
}

/// Every element of every parameter, each kind of number: the sentence names it.
#[test]
fn each_place_is_named() {
    fn check<T: Element>() {
        let model = model::<T>();
        let finite = gradients(&model, None, T::one());
        assert!(Guard::stop().lets_pass(&model, &finite).unwrap());
        for (position, (name, param)) in model.parameters().into_iter().enumerate() {
            let places = ArrayD::<u8>::zeros(param.value.shape());
            for (element, (index, _)) in places.indexed_iter().enumerate() {
                let index = ndarray::Dimension::slice(&index);
                for (bad, word) in [
                    (T::nan(), "NaN"),
                    (T::infinity(), "inf"),
                    (T::neg_infinity(), "-inf"),
                ] {
                    let g = gradients(&model, Some((position, element)), bad);
                    let error = Guard::stop().lets_pass(&model, &g).unwrap_err();
                    let sentence = format!("the gradient of `{name}` is {word} at {index:?}");
                    assert_eq!(error.to_string(), sentence);
                    let mut guard = Guard::skip(1);
                    assert!(!guard.lets_pass(&model, &g).unwrap());
                    assert_eq!(guard.last().unwrap().to_string(), sentence);
                }
            }
        }
    }
    check::<f64>();
    check::<f32>();
}

/// Counts in all and in a row; the step after the last that may be skipped is an error, and so is the next; one
/// that passes starts the row anew.
#[test]
fn counts() {
    let model = model::<f64>();
    let [good, bad] = [None, Some((2, 1))].map(|at| gradients(&model, at, f64::NAN));
    let mut guard = Guard::skip(2);
    let mut passes = |is_good: bool| {
        let outcome = guard.lets_pass(&model, if is_good { &good } else { &bad });
        let outcome = outcome.map_err(|error| (error.skipped_in_a_row, error.to_string()));
        (outcome, guard.skipped(), guard.skipped_in_a_row())
    };
    let sentence = "the gradient of `layers.1.weight` is NaN at [1, 0], after 2 steps in a row that were skipped";
    let refused = || Err((2, sentence.to_owned()));
    assert_eq!(passes(true), (Ok(true), 0, 0));
    assert_eq!(passes(false), (Ok(false), 1, 1));
    assert_eq!(passes(true), (Ok(true), 1, 0));
    assert_eq!(passes(false), (Ok(false), 2, 1));
    assert_eq!(passes(false), (Ok(false), 3, 2));
    assert_eq!(passes(false), (refused(), 3, 2));
    assert_eq!(passes(false), (refused(), 3, 2));
    assert_eq!(passes(true), (Ok(true), 3, 0));
    assert_eq!(passes(false), (Ok(false), 4, 1));
}

/// A step would write the new values of statistics, so they count; what is of another model does not.
#[test]
fn statistics_and_other_models() {
    let layer = BatchNorm::<f64>::new(1);
    let tape = Tape::new();
    let on = Scope::train(&tape);
    layer.forward(&on, on.input(array![[f64::INFINITY], [1.0]]));
    let gradients = on.backward(on.param(&layer.gain).sum(..));
    let error = Guard::stop().lets_pass(&layer, &gradients).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the new value of `running_mean` is inf at [0]"
    );
    assert!(error.not_finite.is_statistic);
    let other = BatchNorm::<f64>::new(1);
    assert!(Guard::stop().lets_pass(&other, &gradients).unwrap());
}

/// A step that is skipped changes neither model nor optimizer.
#[test]
fn a_skipped_step_changes_nothing() {
    let mut model = Dense::<f64>::new(2, 1);
    let (mut optimizer, mut guard) = (Sgd::new(0.1), Guard::skip(usize::MAX));
    let mut tape = Tape::new();
    let value = |param: &Param<f64>| param.value.clone();
    for (x, is_finite) in [
        (1.0, true),
        (f64::NAN, false),
        (f64::INFINITY, false),
        (2.0, true),
    ] {
        let on = Scope::train(&tape);
        let gradients = on.backward(model.forward(&on, on.input(array![[x, 1.0]])).sum(..));
        tape.clear();
        let (before, steps) = (value(&model.weight), optimizer.steps());
        if guard.lets_pass(&model, &gradients).unwrap() {
            optimizer.step(&mut model, &gradients);
        }
        assert_eq!(value(&model.weight) != before, is_finite);
        assert_eq!(optimizer.steps(), steps + usize::from(is_finite));
    }
    assert_eq!(guard.skipped(), 2);
}

/// What was counted goes through a section; another one changes nothing.
#[test]
fn resumes() {
    let model = model::<f64>();
    let bad = gradients(&model, Some((0, 4)), f64::NEG_INFINITY);
    let mut guard = Guard::skip(3);
    for skipped in 0..3 {
        let mut resumed = Guard::skip(3);
        resumed.load(&guard.save()).unwrap();
        assert_eq!(resumed.to_string(), guard.to_string());
        assert_eq!(guard.skipped(), skipped);
        for guard in [&mut resumed, &mut guard] {
            assert!(!guard.lets_pass(&model, &bad).unwrap());
        }
        assert_eq!(resumed.to_string(), guard.to_string());
        assert_eq!(resumed.skipped_in_a_row(), guard.skipped_in_a_row());
    }
    let before =
        "3 steps skipped, 3 in a row; last, the gradient of `layers.0.weight` is -inf at [1, 1]";
    let mut later = Section::new();
    later.set_state_of("Guard", 2, &());
    assert!(matches!(
        guard.load(&later),
        Err(LoadProblem::Version {
            found: 2,
            known: 1,
            ..
        })
    ));
    assert!(guard.load(&Section::new()).is_err());
    let none = None::<(String, Vec<u64>, f64, bool)>;
    for (skipped, in_a_row, expected) in [
        (
            u64::MAX,
            0_u64,
            "the file is malformed: the number of skipped steps is 18446744073709551615; it must be at most 9007199254740992",
        ),
        (
            1,
            2,
            "the file is malformed: 2 steps were skipped in a row; it must be at most all 1",
        ),
    ] {
        let mut section = Section::new();
        section.set_state_of("Guard", 1, &(skipped, in_a_row, &none));
        let problem = guard.load(&section).unwrap_err();
        assert_eq!(problem.to_string(), expected);
    }
    assert_eq!(guard.to_string(), before);
}
