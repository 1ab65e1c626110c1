//! Several micro-batches are one batch.

use approx::relative_eq;
use ndarray::{Array2, array, s};
use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::{
    Accumulation, Activation, BatchNorm, GradientMap, Loss, Mlp, Module, Param, Penalty, Role,
    Scope, loss,
};

fn model<T: Element>() -> Mlp<T> {
    let model = Mlp::new(&[3, 5, 2]).activation(Activation::Tanh).seed(1);
    let model = model.penalize(0, Penalty::elastic_net(0.02, 0.3));
    model.penalize(1, Penalty::l2(0.1))
}

fn data<T: Element>(rows: usize) -> [Array2<T>; 2] {
    [3, 2].map(|columns| {
        Array2::from_shape_fn([rows, columns], |(i, j)| {
            T::of((1.3 * (columns * i + j) as f64).sin())
        })
    })
}

/// The gradients of the mean loss over some rows and of all penalties.
fn pass<T: Element>(
    tape: &mut Tape<T>,
    model: &Mlp<T>,
    [x, y]: &[Array2<T>; 2],
    rows: std::ops::Range<usize>,
) -> GradientMap<T> {
    let of = |array: &Array2<T>| array.slice(s![rows.clone(), ..]).to_owned();
    let on = Scope::train(tape);
    let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(of(x))), of(y));
    let gradients = on.backward(data_loss + model.penalty(&on));
    tape.clear();
    gradients
}

#[track_caller]
fn assert_equal<T: Element>(
    model: &Mlp<T>,
    found: &GradientMap<T>,
    expected: &GradientMap<T>,
    factor: f64,
    tolerance: f64,
) {
    assert_eq!(found.len(), expected.len());
    for (name, param) in model.parameters() {
        for (found, expected) in found.wrt(param).iter().zip(expected.wrt(param)) {
            let (found, expected) = (found.wide(), expected.wide() * factor);
            assert!(
                relative_eq!(
                    found,
                    expected,
                    max_relative = tolerance,
                    epsilon = tolerance
                ),
                "{name}: {found} and not {expected}"
            );
        }
    }
}

/// With penalties, in parts of equal and unequal sizes, in a row: nothing of one step is in the next.
#[test]
fn parts_are_one_batch() {
    fn check<T: Element>(tolerance: f64) {
        let (model, data, mut tape) = (model::<T>(), data::<T>(24), Tape::new());
        let whole = pass(&mut tape, &model, &data, 0..24);
        let mut accumulation = Accumulation::new();
        for sizes in [&[24][..], &[8, 8, 8], &[1, 20, 3], &[1; 24]] {
            for take_mean in [true, false] {
                let mut start = 0;
                for &size in sizes {
                    let rows = start..start + size;
                    accumulation.add(pass(&mut tape, &model, &data, rows), size);
                    start += size;
                }
                assert_eq!(accumulation.rows(), 24);
                let (found, factor) = if take_mean {
                    (accumulation.mean(), 1.0)
                } else {
                    (accumulation.sum(), 24.0)
                };
                assert_eq!(accumulation.rows(), 0);
                assert!(!found.lacks_penalty());
                assert_equal(&model, &found, &whole, factor, tolerance * factor);
            }
        }
    }
    check::<f64>(1e-12);
    check::<f32>(1e-6);
}

/// A parameter that some maps lack counts as 0 in them, wherever they come.
#[test]
fn what_is_missing_counts_as_zero() {
    let [a, b, c] = [(); 3].map(|()| Param::<f64>::new(Role::Weight, 0.0));
    let maps = [
        vec![(b.id(), 2.0)],
        vec![(a.id(), 3.0), (c.id(), 5.0)],
        vec![(b.id(), 7.0)],
    ];
    let mut accumulation = Accumulation::new();
    for (map, rows) in maps.into_iter().zip([1, 2, 1]) {
        accumulation.add(map.into_iter().collect(), rows);
    }
    let mean = accumulation.mean();
    let found = [&a, &b, &c].map(|param| mean.wrt(param)[[]]);
    assert_eq!(found, [6.0 / 4.0, 9.0 / 4.0, 10.0 / 4.0]);
    // The order is that of the parameters' making.
    let order: Vec<_> = mean.iter().map(|(id, _)| id).collect();
    assert_eq!(order, [a.id(), b.id(), c.id()]);
}

/// The last new value of a statistic stays, and one pass without its penalties marks the whole.
#[test]
fn statistics_and_penalties() {
    let layer = BatchNorm::<f64>::new(1);
    let mut tape = Tape::new();
    let mut pass = |x: [[f64; 1]; 2]| {
        let on = Scope::train(&tape);
        let y = layer.forward(&on, on.input(ndarray::arr2(&x)));
        let gradients = on.backward(y.square().sum(..));
        tape.clear();
        gradients
    };
    let last = pass([[5.0], [9.0]]);
    let mut accumulation = Accumulation::new();
    accumulation.add(pass([[1.0], [2.0]]), 2);
    accumulation.add(last.clone(), 2);
    accumulation.add(GradientMap::default(), 2);
    let found: Vec<_> = accumulation
        .mean()
        .updates()
        .map(|(id, x)| (id, x.to_owned()))
        .collect();
    let expected: Vec<_> = last.updates().map(|(id, x)| (id, x.to_owned())).collect();
    assert_eq!((found.len(), found), (2, expected));

    let (model, tape) = (model::<f64>(), Tape::new());
    let lacking = || {
        let on = Scope::train(&tape);
        on.backward(
            model
                .forward(&on, on.input(array![[1.0, 2.0, 3.0]]))
                .sum(..),
        )
    };
    for lacks_first in [true, false] {
        let mut maps = [lacking(), GradientMap::default()];
        assert!(maps[0].lacks_penalty() && !maps[1].lacks_penalty());
        if !lacks_first {
            maps.reverse();
        }
        maps.into_iter().for_each(|map| accumulation.add(map, 1));
        assert!(accumulation.mean().lacks_penalty());
    }
}
