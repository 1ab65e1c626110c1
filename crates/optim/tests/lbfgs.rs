//! L-BFGS: problems whose solutions are known, what a line search leaves behind, and going on from a file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::{Array1, Array2, ArrayD, Axis, array};
use rand::RngExt;
use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{
    Activation, BatchNorm, Dense, GradientMap, Initializer, LoadProblem, Loss, Mlp, Module, Name,
    Param, Penalty, Role, Scope, Section, loss,
};
use tapegrad_optim::{Lbfgs, LbfgsEnd};

/// One parameter, and a function of it.
struct Point<T: Element>(Param<T>);

impl<T: Element> Point<T> {
    fn new(x: &[f64]) -> Self {
        let x: Vec<_> = x.iter().map(|&x| T::of(x)).collect();
        Self(Param::new(Role::Weight, x))
    }
}

impl<T: Element> Module<T> for Point<T> {
    fn forward<'t>(&self, on: &Scope<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        x * on.param(&self.0)
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<T>)) {
        f(&at.child("x"), &self.0);
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<T>)) {
        f(&at.child("x"), &mut self.0);
    }
}

/// The loss and its gradient at a point.
fn of<T: Element>(
    f: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T>,
) -> impl FnMut(&Point<T>) -> (T, GradientMap<T>) {
    move |point| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = f(on.param(&point.0));
        (loss.item(), on.backward(loss))
    }
}

/// `Σ 100 (x_{i+1} − x_i²)² + (1 − x_i)²`.
fn rosenbrock<T: Element>(x: Var<'_, T>) -> Var<'_, T> {
    let last = x.len();
    let [low, high] = [x.slice(0, 0..last - 1), x.slice(0, 1..last)];
    ((high - low.square()).square() * 100.0 + (1.0 - low).square()).sum(..)
}

fn network() -> Mlp<f64> {
    let model = Mlp::new(&[3, 6, 2]).activation(Activation::Tanh).seed(2);
    model
        .penalize(0, Penalty::l2(1e-3))
        .penalize(1, Penalty::l2(1e-3))
}

fn pass(model: &impl Module<f64>) -> (f64, GradientMap<f64>) {
    let x = Array2::from_shape_fn([10, 3], |(i, j)| (1.7 * (3 * i + j) as f64).sin());
    let y = Array2::from_shape_fn([10, 2], |(i, j)| (0.9 * (2 * i + j) as f64).cos());
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y) + model.penalty(&on);
    (loss.item(), on.backward(loss))
}

fn bits(model: &impl Module<f64>) -> Vec<u64> {
    let params = model.parameters();
    let numbers = params.iter().flat_map(|(_, param)| param.value.iter());
    numbers.map(|x| x.to_bits()).collect()
}

/// An orthogonal matrix: of Gaussian columns, each made orthogonal to those before.
fn orthogonal(rows: usize, columns: usize, stream: &mut Stream) -> Array2<f64> {
    let mut q = Array2::from_shape_simple_fn([rows, columns], || {
        let sum: f64 = (0..12).map(|_| stream.random::<f64>()).sum();
        sum - 6.0
    });
    for j in 0..columns {
        for _ in 0..2 {
            for i in 0..j {
                let [a, b] = [q.column(i).to_owned(), q.column(j).to_owned()];
                q.column_mut(j).scaled_add(-a.dot(&b), &a);
            }
        }
        let norm = q.column(j).dot(&q.column(j)).sqrt();
        q.column_mut(j).mapv_inplace(|x| x / norm);
    }
    q
}

/// Least squares of 50 unknowns whose Hessian has the condition 1000, on 80 rows with noise. The residual of the
/// solution is orthogonal to the columns, which is how the solution is known.
#[test]
fn least_squares() {
    let even = |i: usize| 1.0 - (1.0 - 1e-3) * i as f64 / 49.0;
    let geometric = |i: usize| 1e-3_f64.powf(i as f64 / 49.0);
    type Case = (&'static str, Lbfgs<f64>, fn(usize) -> f64);
    let cases: [Case; 2] = [
        ("even", Lbfgs::new(), even),
        ("geometric", Lbfgs::new().wolfe(1e-4, 0.1), geometric),
    ];
    for (name, lbfgs, eigenvalue) in cases {
        let mut stream = random::stream(1);
        let (u, v) = (
            orthogonal(80, 51, &mut stream),
            orthogonal(50, 50, &mut stream),
        );
        let roots = Array1::from_shape_fn(50, |i| eigenvalue(i).sqrt());
        let a = (&u.slice(ndarray::s![.., ..50]) * &roots).dot(&v.t());
        let solution = Array1::from_shape_simple_fn(50, || stream.random::<f64>() - 0.5);
        let b = a.dot(&solution) + &u.column(50) * 0.1;

        let mut point = Point::new(&[0.0; 50]);
        let report = lbfgs
            .gradient_tolerance(0.0)
            .change_tolerance(0.0)
            .iterations(60)
            .minimize(
                &mut point,
                of(|x| {
                    let a = x.tape().constant(&a);
                    let residual = a.dot(x) - x.tape().constant(&b);
                    residual.square().sum(..)
                }),
            );
        let error = (&point.0.value - &solution.clone().into_dyn()).mapv(|e| e * e);
        let error = (error.sum() / solution.dot(&solution)).sqrt();
        println!("{name}: {report}, error {error:.1e}");
        assert!(error < 1e-10, "{name}: {report}, error {error:.1e}");
        assert!(report.iterations <= 60);
    }
}

#[test]
fn rosenbrock_valleys() {
    for n in [2, 10] {
        let start: Vec<_> = (0..n).map(|i| [-1.2, 1.0][i % 2]).collect();
        let mut point = Point::<f64>::new(&start);
        let report = Lbfgs::new()
            .gradient_tolerance(1e-10)
            .change_tolerance(0.0)
            .iterations(100)
            .minimize(&mut point, of(rosenbrock));
        println!("{n}: {report}");
        assert_eq!(report.end, LbfgsEnd::Gradient, "{n}: {report}");
        let error = point.0.value.mapv(|x| (x - 1.0).abs());
        assert!(error.iter().all(|e| *e < 1e-9), "{n}: {report}");
    }
    let mut point = Point::<f32>::new(&[-1.2, 1.0]);
    let report = Lbfgs::new().minimize(&mut point, of(rosenbrock));
    println!("f32: {report}");
    assert!(report.is_converged(), "{report}");
    assert!(point.0.value.iter().all(|x| (x - 1.0).abs() < 1e-3));
}

/// Logistic regression with `λ Σ w²` and a bias: at the optimum `xᵀ (σ(z) − y) / n + 2 λ w = 0` and
/// `mean(σ(z) − y) = 0`, computed here without a tape.
#[test]
fn logistic_regression() {
    let (rows, lambda) = (60, 0.01);
    let mut stream = random::stream(5);
    let x = Array2::from_shape_simple_fn([rows, 6], || stream.random::<f64>() * 4.0 - 2.0);
    let truth = array![1.5, -2.0, 0.5, 0.0, 0.0, 1.0];
    let y = (x.dot(&truth) + 0.3).mapv(|z| {
        let sigmoid = 1.0 / (1.0 + (-z).exp());
        f64::from(stream.random::<f64>() < sigmoid)
    });
    let y = y.insert_axis(Axis(1));
    let mut model = Dense::<f64>::new(6, 1)
        .initializer(Initializer::Zeros)
        .penalize(Penalty::l2(lambda));
    let report = Lbfgs::new()
        .gradient_tolerance(1e-10)
        .change_tolerance(0.0)
        .minimize(&mut model, |model: &Dense<f64>| {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let logits = model.forward(&on, on.input(&x));
            let loss = loss::BinaryCrossEntropy::new().mean(logits, &y) + model.penalty(&on);
            (loss.item(), on.backward(loss))
        });
    println!("{report}");
    let w = model
        .weight
        .value
        .clone()
        .into_dimensionality::<ndarray::Ix2>();
    let (w, b) = (w.unwrap(), model.bias.as_ref().unwrap().value[[0]]);
    let excess = (x.dot(&w) + b).mapv(|z| 1.0 / (1.0 + (-z).exp())) - &y;
    let of_w = x.t().dot(&excess) / rows as f64 + &w * (2.0 * lambda);
    let of_b = excess.sum() / rows as f64;
    let largest = of_w.iter().fold(of_b.abs(), |most, g| most.max(g.abs()));
    assert!(largest <= 1e-9, "{largest:e}: {report}");
    assert_eq!(report.end, LbfgsEnd::Gradient, "{report}");
}

/// The report is that of the model at the end, and the loss falls from step to step.
#[test]
fn the_report_is_of_the_model_at_the_end() {
    let mut model = network();
    let (mut lbfgs, mut last, mut calls) = (Lbfgs::new(), f64::INFINITY, 0);
    for count in 1..=30 {
        let before = calls;
        let report = lbfgs.step(&mut model, |model: &Mlp<f64>| {
            calls += 1;
            pass(model)
        });
        assert_eq!((report.iterations, report.evaluations), (1, calls - before));
        let (loss, gradients) = pass(&model);
        let largest = gradients
            .iter()
            .flat_map(|(_, g)| g.iter().map(|g| g.abs()).collect::<Vec<_>>())
            .fold(0.0, f64::max);
        assert_eq!(
            (report.loss, report.gradient),
            (loss, largest),
            "step {count}"
        );
        assert!(loss < last, "step {count}");
        assert_eq!(report.end, LbfgsEnd::Limit);
        assert_eq!(lbfgs.remembered(), count);
        last = loss;
    }
}

/// Where the loss is not finite, the step is shortened: the minimum of `x − ln x` is at 1, and `x` must stay
/// above 0.
#[test]
fn a_loss_that_is_not_finite_shortens_the_step() {
    let mut not_finite = 0;
    let mut point = Point::<f64>::new(&[3.0, 30.0, 0.01]);
    let mut f = of(|x: Var<'_, f64>| (x - x.ln()).sum(..));
    let report = Lbfgs::new()
        .gradient_tolerance(1e-9)
        .change_tolerance(0.0)
        .minimize(&mut point, |point: &Point<f64>| {
            let (loss, gradients) = f(point);
            not_finite += usize::from(!loss.is_finite());
            (loss, gradients)
        });
    println!("{report}, {not_finite} not finite");
    assert!(not_finite > 0);
    assert_eq!(report.end, LbfgsEnd::Gradient, "{report}");
    assert!(point.0.value.iter().all(|x| (x - 1.0).abs() < 1e-8));

    // Where it is not finite at the start, nothing is done, and a fixed step that leads there is taken back.
    let mut outside = Point::<f64>::new(&[-1.0, 1.0]);
    let report = Lbfgs::new().minimize(&mut outside, of(|x| (x - x.ln()).sum(..)));
    assert_eq!((report.end, report.evaluations), (LbfgsEnd::NotFinite, 1));
    assert_eq!(outside.0.value, array![-1.0, 1.0].into_dyn());
    let mut point = Point::<f64>::new(&[0.5]);
    let wall = of(|x: Var<'_, f64>| (x + (1.0 - x).ln()).sum(..));
    let report = Lbfgs::new().fixed_step(1e3).minimize(&mut point, wall);
    assert_eq!((report.end, report.evaluations), (LbfgsEnd::NotFinite, 2));
    assert_eq!(point.0.value, array![0.5].into_dyn());
}

/// A closure that panics leaves the model at the best point that was tried, whichever call it is.
#[test]
fn a_panic_leaves_the_best_point() {
    let mut all = Vec::new();
    let mut point = Point::<f64>::new(&[-1.2, 1.0]);
    let mut f = of(rosenbrock);
    Lbfgs::new()
        .iterations(8)
        .minimize(&mut point, |point: &Point<f64>| {
            let (loss, gradients) = f(point);
            all.push((loss, point.0.value.to_owned()));
            (loss, gradients)
        });
    for last in 0..all.len() {
        let mut point = Point::<f64>::new(&[-1.2, 1.0]);
        let mut calls = 0;
        let mut lbfgs = Lbfgs::new().iterations(8);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            lbfgs.minimize(&mut point, |point: &Point<f64>| {
                assert!(calls < last, "on purpose");
                calls += 1;
                f(point)
            })
        }));
        assert!(outcome.is_err());
        let start = (f64::INFINITY, array![-1.2, 1.0].into_dyn());
        let best = all[..last]
            .iter()
            .fold(&start, |best, one| if one.0 < best.0 { one } else { best });
        assert_eq!(point.0.value, best.1, "call {last}");
    }
}

/// Gradients that point upwards: nothing better is found, and the model stays.
#[test]
fn wrong_gradients_end_at_the_start() {
    let mut point = Point::<f64>::new(&[1.0, -2.0]);
    let report = Lbfgs::new().minimize(&mut point, |point: &Point<f64>| {
        let (loss, g) = of(|x: Var<'_, f64>| x.square().sum(..))(point);
        let wrong = g.iter().map(|(id, g)| (id, &g * -1.0));
        (loss, wrong.collect())
    });
    assert_eq!((report.end, report.iterations), (LbfgsEnd::LineSearch, 0));
    assert_eq!(point.0.value, array![1.0, -2.0].into_dyn());
    assert_eq!(report.loss, 5.0);
}

/// Twice ten iterations are twenty, also through a file, to the bit; with a memory that is full and one that is
/// not, and with fixed steps.
#[test]
fn goes_on_bit_for_bit() {
    for lbfgs in [
        Lbfgs::new(),
        Lbfgs::new().memory(4),
        Lbfgs::new().fixed_step(0.5),
    ] {
        let whole = |lbfgs: &Lbfgs<f64>| {
            let mut model = network();
            lbfgs.clone().iterations(20).minimize(&mut model, pass);
            bits(&model)
        };
        let (mut first, mut model) = (lbfgs.clone().iterations(10), network());
        assert_eq!(first.minimize(&mut model, pass).end, LbfgsEnd::Limit);
        let (parameters, state) = (Section::of(&model), first.save(&model));

        first.minimize(&mut model, pass);
        assert_eq!(bits(&model), whole(&lbfgs));

        let (mut other, mut resumed) = (network(), lbfgs.clone().iterations(10));
        parameters.load_into(&mut other).unwrap();
        resumed.load(&state, &other).unwrap();
        resumed.minimize(&mut other, pass);
        assert_eq!(bits(&other), whole(&lbfgs));

        // Without the memory it is another way.
        let mut other = network();
        parameters.load_into(&mut other).unwrap();
        lbfgs.clone().iterations(10).minimize(&mut other, pass);
        assert_ne!(bits(&other), whole(&lbfgs));
    }
}

/// What is refused, and that the descent goes on as if nothing had been asked.
#[test]
fn what_does_not_fit_changes_nothing() {
    fn saved(mut model: impl Module<f64>, width: usize) -> Section {
        let mut lbfgs = Lbfgs::new();
        for _ in 0..3 {
            lbfgs.step(&mut model, |model| {
                let tape = Tape::new();
                let on = Scope::train(&tape);
                let x = Array2::from_shape_fn([5, 3], |(i, j)| (1.7 * (3 * i + j) as f64).sin());
                let y = Array2::<f64>::ones([5, width]);
                let loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
                (loss.item(), on.backward(loss))
            });
        }
        assert_eq!(lbfgs.remembered(), 3);
        lbfgs.save(&model)
    }
    let dense = || Dense::<f64>::new(3, 2).seed(1);
    let mut newer = saved(dense(), 2);
    newer.set_state_of("Lbfgs", 2, &(3_u64, vec!["weight", "bias"]));
    let mut many = saved(dense(), 2);
    many.set_state_of("Lbfgs", 1, &(u64::MAX, vec!["weight", "bias"]));
    let mut more = saved(dense(), 2);
    more.set_state_of("Lbfgs", 1, &(4_u64, vec!["weight", "bias"]));
    let mut twice = saved(dense(), 2);
    twice.set_state_of("Lbfgs", 1, &(3_u64, vec!["weight", "bias", "weight"]));
    let mut fewer = saved(dense(), 2);
    fewer.set_state_of("Lbfgs", 1, &(2_u64, vec!["weight", "bias"]));
    let mut nonsense = saved(dense(), 2);
    nonsense.insert("nonsense", "step", [1.0]);
    let mut no_number = saved(dense(), 2);
    no_number.insert("bias.change.1", "change", [f64::NAN, 0.0]);
    let rows = [
        (
            saved(Dense::new(3, 1), 1),
            "`weight` has the shape [3, 1] in the file and [3, 2] in the model; they must be equal",
        ),
        (
            saved(Mlp::new(&[3, 2]), 2),
            "`layers.0.bias` of the shape [2] is in the file and not in the model",
        ),
        (
            saved(dense(), 2).convert::<f32>(),
            "`weight.step.0` holds f32 in the file and f64 is asked for; `Section::convert` changes the type",
        ),
        (
            newer,
            "the state of Lbfgs in the file has version 2; this program reads version 1",
        ),
        (
            many,
            "the file is malformed: the number of remembered steps is 18446744073709551615; it must be at most 9007199254740992",
        ),
        (more, "`weight.step.3` is not in the file"),
        (twice, "the file is malformed: `weight` is told twice"),
        (
            fewer,
            "`bias.change.2` of the shape [2] is in the file and not in the model",
        ),
        (
            nonsense,
            "`nonsense` of the shape [1] is in the file and not in the model",
        ),
        (
            no_number,
            "the file is malformed: `bias.change.1` holds NaN; it must be finite",
        ),
        (
            saved(dense().without_bias(), 2),
            "`bias` is not in the file",
        ),
    ];
    for (section, expected) in rows {
        let (mut model, mut lbfgs) = (dense(), Lbfgs::new());
        let two = |model: &Dense<f64>| pass(model);
        lbfgs.step(&mut model, two);
        let (mut other, mut untouched) = (model.clone(), lbfgs.clone());
        let problem = lbfgs.load(&section, &model).unwrap_err().to_string();
        assert_eq!(problem, expected);
        for _ in 0..3 {
            lbfgs.step(&mut model, two);
            untouched.step(&mut other, two);
        }
        assert_eq!(bits(&model), bits(&other), "{problem}");
    }
    // Of more steps than are remembered the last ones are taken; before the first step there are none.
    let section = saved(dense(), 2);
    let (model, mut short) = (dense(), Lbfgs::new().memory(2));
    short.load(&section, &model).unwrap();
    assert_eq!(short.remembered(), 2);
    let again = short.save(&model);
    for (name, place) in [("weight.step", 1), ("bias.change", 0)] {
        let [old, new] = [(&section, place + 1), (&again, place)]
            .map(|(section, i)| section.array::<f64>(&format!("{name}.{i}")).unwrap());
        assert_eq!(old, new);
    }
    // Another model's parameters are others, of whatever name.
    assert_eq!(short.save(&dense()).arrays().count(), 0);
    short.load(&Lbfgs::new().save(&model), &model).unwrap();
    assert_eq!(short.remembered(), 0);
    let problem = short.load(&Section::new(), &model);
    assert!(matches!(problem, Err(LoadProblem::Malformed { .. })));
}

/// With other parameters to train, or of another size, what was remembered is dropped; frozen ones stay, and so
/// does the layout of what is not contiguous.
#[test]
fn other_parameters_start_anew() {
    let mut model = network();
    let mut lbfgs = Lbfgs::new().iterations(5);
    lbfgs.minimize(&mut model, pass);
    assert_eq!(lbfgs.remembered(), 5);
    model.layers[0].weight.trainable = false;
    let frozen = model.layers[0].weight.value.clone();
    lbfgs.step(&mut model, pass);
    assert_eq!(lbfgs.remembered(), 1);
    assert_eq!(model.layers[0].weight.value, frozen);
    model.layers[0].weight.trainable = true;
    assert_eq!(lbfgs.save(&model).arrays().count(), 3 * 2);
    lbfgs.step(&mut model, pass);
    assert_eq!(lbfgs.remembered(), 1);

    let mut transposed = network();
    for layer in &mut transposed.layers {
        let copy: ArrayD<f64> = layer.weight.value.t().as_standard_layout().into_owned();
        layer.weight.value = copy.reversed_axes().into_shared();
        assert!(!layer.weight.value.is_standard_layout());
    }
    let mut straight = network();
    Lbfgs::new().iterations(5).minimize(&mut straight, pass);
    Lbfgs::new().iterations(5).minimize(&mut transposed, pass);
    assert_eq!(bits(&straight), bits(&transposed));
}

/// Running statistics are written once for each step, from the pass whose point was accepted.
#[test]
fn statistics_are_of_the_accepted_pass() {
    let mut model = network().normalize(BatchNorm::new);
    let mut accepted = Vec::new();
    let mut lbfgs = Lbfgs::new();
    for _ in 0..4 {
        let start = model.clone();
        lbfgs.step(&mut model, |model: &Mlp<f64>| {
            let (loss, gradients) = pass(model);
            accepted.push((model.clone(), gradients.clone()));
            (loss, gradients)
        });
        let of_role = |model: &Mlp<f64>, statistics: bool| -> Vec<ArrayD<f64>> {
            let params = model.parameters().into_iter();
            let params = params.filter(|(_, param)| (param.role == Role::Statistic) == statistics);
            params.map(|(_, param)| param.value.to_owned()).collect()
        };
        let weights = of_role(&model, false);
        let (_, gradients) = accepted
            .iter()
            .find(|(at, _)| of_role(at, false) == weights)
            .expect("the end was tried");
        let mut expected = start;
        gradients.update_statistics(&mut expected);
        assert_eq!(of_role(&model, true), of_role(&expected, true));
    }
}
