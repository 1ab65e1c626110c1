//! Clipping and centralisation, number for number those of PyTorch.

use approx::relative_eq;
use ndarray::{Array2, ArrayD, ArrayViewD};
use serde::Deserialize;
use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::{AdaptiveClipping, Dense, GradientMap, Module, Name, Param, Role, Sequential};

/// `fixtures/gradients.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    weights: Vec<Numbers>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    argument: f64,
    before: Vec<Numbers>,
    after: Vec<Numbers>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Numbers {
    Vector(Vec<f64>),
    Matrix(Vec<Vec<f64>>),
}

impl Numbers {
    fn array<T: Element>(&self) -> ArrayD<T> {
        let array = match self {
            Self::Vector(numbers) => ArrayD::from_shape_vec(vec![numbers.len()], numbers.clone()),
            Self::Matrix(rows) => {
                ArrayD::from_shape_vec(vec![rows.len(), rows[0].len()], rows.concat())
            }
        };
        array.unwrap().mapv(T::of)
    }
}

/// A model of parameters alone, in `Dense` layers that keep a weight each.
fn model<T: Element>(weights: &[Numbers]) -> Sequential<T> {
    weights.iter().fold(Sequential::new(), |model, weight| {
        let mut layer = Dense::<T>::new(1, 1).without_bias();
        layer.weight = Param::new(Role::Weight, weight.array());
        model.then(layer)
    })
}

fn params<T: Element>(model: &Sequential<T>) -> Vec<&Param<T>> {
    let parameters = model.parameters().into_iter();
    parameters.map(|(_, param)| param).collect()
}

/// The gradients of a model; arrays as they are or in another layout.
fn map<T: Element>(
    model: &Sequential<T>,
    gradients: impl IntoIterator<Item = impl IntoValue<T>>,
) -> GradientMap<T> {
    let ids = params(model).into_iter().map(Param::id);
    ids.zip(gradients).collect()
}

fn apply<T: Element>(case: &Case, model: &Sequential<T>, g: GradientMap<T>) -> GradientMap<T> {
    match &*case.name {
        "clip_norm" => g.clip_norm(case.argument),
        "clip_each_norm" => g.clip_each_norm(case.argument),
        "clip_value" => g.clip_value(case.argument),
        "clip_adaptive" => {
            g.clip_adaptive(model, &AdaptiveClipping::default().clipping(case.argument))
        }
        "centralize" => g.centralize(),
        other => panic!("no method is called {other}"),
    }
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/gradients.json")).unwrap()
}

#[test]
fn as_pytorch() {
    fn check<T: Element>(tolerance: f64) {
        let Fixture { weights, cases } = fixture();
        assert_eq!(cases.len(), 13);
        let mut changed = 0;
        for case in &cases {
            let model = model::<T>(&weights);
            let before = case.before.iter().map(Numbers::array::<T>);
            let after = apply(case, &model, map(&model, before));
            for ((param, expected), before) in params(&model)
                .into_iter()
                .zip(&case.after)
                .zip(&case.before)
            {
                let (found, expected) = (after.wrt(param), expected.array::<f64>());
                assert_eq!(found.shape(), expected.shape());
                let largest = before
                    .array::<f64>()
                    .fold(0.0_f64, |most, x| most.max(x.abs()));
                for (found, &expected) in found.iter().zip(&expected) {
                    let found = found.wide();
                    // Where means cancel, what is left is as exact as what cancelled.
                    let is_centred = case.name == "centralize";
                    let epsilon = if is_centred { tolerance * largest } else { 0.0 };
                    assert!(
                        relative_eq!(found, expected, max_relative = tolerance, epsilon = epsilon),
                        "{} {}: {found} and not {expected}",
                        case.name,
                        case.argument
                    );
                }
                changed += usize::from(expected != before.array::<f64>());
            }
        }
        // Every limit but the largest of each kind is met somewhere.
        assert!(changed > 20, "{changed}");
    }
    check::<f64>(1e-12);
    check::<f32>(2e-6);
}

/// The gradient map's numbers, whatever they were made from: nothing depends on the layout, and what others hold
/// is not written to.
#[test]
fn of_any_layout() {
    let Fixture { weights, cases } = fixture();
    for case in &cases {
        let plain = model::<f64>(&weights);
        let mut turned = plain.clone();
        turned.visit_mut(Name::root(), &mut |_, param| {
            param.value = param.value.t().to_owned().into_shared();
            param.value = param.value.clone().reversed_axes();
        });
        let before: Vec<ArrayD<f64>> = case.before.iter().map(Numbers::array).collect();
        let held = map(&plain, &before);
        let after = [&plain, &turned].map(|model| apply(case, model, held.clone()));
        let numbers = |of: &GradientMap<f64>| -> Vec<ArrayD<f64>> {
            of.iter().map(|(_, g)| g.to_owned()).collect()
        };
        assert_eq!(numbers(&after[0]), numbers(&after[1]), "{}", case.name);
        assert_eq!(numbers(&held), before, "{}", case.name);
    }
}

/// Clipped by a limit, nothing is above it, and nothing below it changes; twice is as once.
#[test]
fn clipping_is_a_projection() {
    let Fixture { weights, cases } = fixture();
    let model = model::<f64>(&weights);
    let largest = |g: ArrayViewD<'_, f64>| g.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let norm = |g: ArrayViewD<'_, f64>| g.iter().map(|x| x * x).sum::<f64>().sqrt();
    for limit in [0.3, 2.0, 1e9] {
        let g = map(&model, cases[0].before.iter().map(Numbers::array::<f64>));
        let g = map(&model, g.iter().map(|(_, g)| g.to_owned() * 1e-8));
        let by_value = g.clone().clip_value(limit);
        assert!(by_value.iter().all(|(_, g)| largest(g) <= limit));
        let by_each = g.clone().clip_each_norm(limit);
        assert!(
            by_each
                .iter()
                .all(|(_, g)| norm(g) <= limit * (1.0 + 1e-12))
        );
        let by_norm = g.clone().clip_norm(limit);
        assert!(by_norm.norm() <= limit * (1.0 + 1e-12));
        assert_eq!(by_norm.clipped(), (limit / g.norm()).min(1.0));
        for (param, name) in params(&model).into_iter().zip(["a", "b", "c", "d", "e"]) {
            if norm(g.wrt(param)) <= limit {
                assert_eq!(by_each.wrt(param), g.wrt(param), "{name}");
            }
            assert_eq!(
                by_value.clone().clip_value(limit).wrt(param),
                by_value.wrt(param)
            );
        }
    }
}

/// What is not finite stays as it is, so that a check after any of these still finds it.
#[test]
fn what_is_not_finite_stays() {
    let Fixture { weights, cases } = fixture();
    let model = model::<f64>(&weights);
    let mut names = std::collections::BTreeSet::new();
    for case in &cases {
        if !names.insert(&case.name) {
            continue;
        }
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut g: Vec<ArrayD<f64>> = case.before.iter().map(Numbers::array).collect();
            g[2][[1, 17]] = bad;
            let after = apply(case, &model, map(&model, &g));
            assert!(!after.is_finite(), "{} of {bad}", case.name);
            if case.name != "centralize" {
                let found = after.wrt(params(&model)[2])[[1, 17]];
                assert!(
                    found == bad || found.is_nan() && bad.is_nan(),
                    "{}",
                    case.name
                );
            }
        }
    }
}

/// Numbers whose squares overflow or vanish are clipped as others are.
#[test]
fn extreme_units() {
    let mut layer = Dense::<f64>::new(2, 3).without_bias();
    layer.weight.value = Array2::from_elem([2, 3], 1.0).into_dyn().into_shared();
    let g = Array2::from_shape_fn([2, 3], |(_, j)| [1e200, 1e-200, 0.0][j]);
    let g = GradientMap::from_iter([(layer.weight.id(), g)]);
    let g = g.clip_adaptive(&layer, &AdaptiveClipping::default());
    let (clipped, tiny) = (g.wrt(&layer.weight)[[0, 0]], g.wrt(&layer.weight)[[0, 1]]);
    assert!(relative_eq!(clipped, 0.01, max_relative = 1e-12));
    assert_eq!((tiny, g.wrt(&layer.weight)[[1, 2]]), (1e-200, 0.0));
}

/// What is left out of adaptive clipping stays; a weight of zeros counts as ε.
#[test]
fn exceptions_and_zeros() {
    let model = Sequential::<f64>::new()
        .then(Dense::new(2, 2).seed(1))
        .then(Dense::new(2, 2).seed(2));
    let ones = |(_, param): (String, &Param<f64>)| (param.id(), ArrayD::ones(param.value.shape()));
    let gradients: GradientMap<f64> = model.parameters().into_iter().map(ones).collect();
    let clipping = AdaptiveClipping::default().except(&*model.layers[1]);
    let clipped = gradients.clone().clip_adaptive(&model, &clipping);
    let all = params(&model);
    for (position, param) in all.iter().enumerate() {
        let (before, after) = (gradients.wrt(param), clipped.wrt(param));
        assert_eq!(before == after, position >= 2);
    }
    // The bias of zeros: ‖g‖ = √2 becomes 0.01 · 0.001.
    let bias = clipped.wrt(all[1]);
    assert!(relative_eq!(
        bias[[0]],
        1e-5 / 2.0_f64.sqrt(),
        max_relative = 1e-12
    ));
}

/// Many units take time in proportion to their number, also where squares vanish.
#[test]
fn many_units_are_clipped() {
    let units = 1 << 20;
    let mut layer = Dense::<f64>::new(2, units).without_bias();
    layer.weight.value = Array2::ones([2, units]).into_dyn().into_shared();
    let clipping = AdaptiveClipping::default().clipping(0.1);
    let g = Array2::from_shape_fn([2, units], |(_, unit)| [1e-200, 1.0, 1e200][unit % 3]);
    let g = GradientMap::from_iter([(layer.weight.id(), g)]).clip_adaptive(&layer, &clipping);
    for (place, g) in g.wrt(&layer.weight).indexed_iter() {
        let expected = if place[1] % 3 == 0 { 1e-200 } else { 0.1 };
        assert!(
            relative_eq!(*g, expected, epsilon = 0.0, max_relative = 1e-14),
            "{place:?}: {g}"
        );
    }
}
