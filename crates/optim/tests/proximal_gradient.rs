//! The proximal gradient method: problems whose solutions are known, what it leaves behind, and what it refuses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::{Array2, array};
use rand::RngExt;
use tapegrad_autodiff::{Element, Tape, Var};
use tapegrad_nn::{
    Activation, BatchNorm, Dense, Groups, Loss, Mlp, Module, Penalty, Role, Scope, kkt, loss,
    random,
};
use tapegrad_optim::{Lbfgs, Momentum, ProximalGradient, ProximalGradientEnd};

fn data<T: Element>(rows: usize, inputs: usize, outputs: usize) -> [Array2<T>; 2] {
    let mut stream = random::stream(1);
    let mut draw = || T::of(stream.random::<f64>() - 0.5);
    let x = Array2::from_shape_simple_fn([rows, inputs], &mut draw);
    // Of the even inputs alone, and noise.
    let y = Array2::from_shape_fn([rows, outputs], |(i, j)| {
        let sum = x
            .row(i)
            .iter()
            .step_by(2)
            .fold(T::zero(), |sum, &x| sum + x);
        sum * T::of(1.0 + j as f64) + draw()
    });
    [x, y]
}

fn squares<'t, T: Element>(
    on: &Scope<'t, T>,
    model: &(impl Module<T> + ?Sized),
    [x, y]: &[Array2<T>; 2],
) -> Var<'t, T> {
    loss::SquaredError.mean(model.forward(on, on.input(x)), y)
}

/// Loss and largest residual.
fn state(model: &impl Module<f64>, data: &[Array2<f64>; 2]) -> (f64, f64) {
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let loss = squares(&on, model, data) + model.penalty(&on);
    (loss.item(), kkt(model, &on.backward(loss)).worst())
}

fn numbers(model: &impl Module<f64>) -> Vec<f64> {
    let params = model.parameters();
    params
        .iter()
        .flat_map(|(_, param)| param.value.iter().copied())
        .collect()
}

/// Every form that has a step, on one layer: the certificate is reached, and where a first-order rule ends is the same
/// place.
#[test]
fn every_form_is_solved() {
    let data = data::<f64>(30, 8, 3);
    let forms: [(&str, Penalty<f64>); 6] = [
        ("none", Penalty::none()),
        ("l1", Penalty::l1(0.1)),
        ("l2", Penalty::l2(0.05)),
        ("elastic net", Penalty::elastic_net(0.05, 0.1)),
        ("rows", Penalty::group_lasso(Groups::Rows, 0.2)),
        (
            "both",
            Penalty::l1(0.02) + Penalty::group_lasso(Groups::Columns, 0.05),
        ),
    ];
    for (name, penalty) in forms {
        let layer = Dense::new(8, 3).penalize(penalty.proximal());
        let mut solved = layer.clone();
        let solver = ProximalGradient::new().tolerance(1e-11);
        let report = solver.fit(&mut solved, |on, model| squares(on, model, &data));
        println!("{name}: {report}");
        let (loss, residual) = state(&solved, &data);
        assert!(
            report.is_converged() && report.iterations < 400,
            "{name}: {report}"
        );
        assert_eq!((loss, residual), (report.loss, report.residual), "{name}");

        let mut stepped = layer;
        let mut optimizer = Momentum::new(0.1);
        let mut tape = Tape::new();
        for _ in 0..4000 {
            let on = Scope::train(&tape);
            let gradients = on.backward(squares(&on, &stepped, &data) + stepped.penalty(&on));
            tape.clear();
            optimizer.step(&mut stepped, &gradients);
        }
        let pairs = numbers(&solved).into_iter().zip(numbers(&stepped));
        for (a, b) in pairs {
            assert!(
                (a - b).abs() < 1e-8 && (a == 0.0) == (b == 0.0),
                "{name}: {a} {b}"
            );
        }
    }
}

/// With momentum, its condition on the gradient and steps that follow the curvature, an ill-conditioned problem takes
/// a hundredth of the steps of plain descent.
#[test]
fn accelerated() {
    let x = Array2::from_diag(&array![1.0_f64, 0.3, 0.1, 0.03, 0.01]);
    let data = [x, Array2::ones([5, 1])];
    let mut layer = Dense::new(5, 1)
        .without_bias()
        .penalize(Penalty::l1(1e-5).proximal());
    let report = ProximalGradient::new()
        .tolerance(1e-10)
        .fit(&mut layer, |on, model| squares(on, model, &data));
    println!("{report}");
    // 2/5 x² w = 2/5 x − λ.
    for (w, x) in layer.weight.value.iter().zip(data[0].diag()) {
        let exact = (1.0 / x - 2.5e-5 / (x * x)).max(0.0);
        assert!((w - exact).abs() < 1e-5 * exact, "{w} {exact}");
    }
    // Plain steps of 1 / L: the residual falls by 1 − 1e-4 in each, from 4e-3 to 1e-10.
    assert!(
        report.is_converged() && report.iterations < 1700,
        "{report}"
    );
}

/// A network: the loss falls from call to call, the certificate is reached, and inputs are left out.
#[test]
fn networks() {
    let data = data::<f64>(40, 6, 1);
    let mut model = Mlp::new(&[6, 8, 1])
        .activation(Activation::Tanh)
        .seed(1)
        .penalize(0, Penalty::group_lasso(Groups::Rows, 0.02).proximal())
        .penalize(1, Penalty::l2(0.01));
    let mut before = f64::INFINITY;
    for _ in 0..20 {
        let solver = ProximalGradient::new().iterations(10);
        let report = solver.fit(&mut model, |on, model| squares(on, model, &data));
        assert!(report.loss <= before, "{report}");
        before = report.loss;
    }
    let report = ProximalGradient::new()
        .tolerance(1e-8)
        .fit(&mut model, |on, model| squares(on, model, &data));
    println!("{report}");
    assert!(report.is_converged(), "{report}");
    assert!(state(&model, &data).1 <= 1e-8);
}

/// Where there is nothing proximal, it and L-BFGS end at one place.
#[test]
fn smooth_losses() {
    let data = data::<f64>(30, 8, 2);
    let layer = Dense::new(8, 2).penalize(Penalty::l2(0.1));
    let [mut a, mut b] = [layer.clone(), layer];
    let report = ProximalGradient::new()
        .tolerance(1e-11)
        .fit(&mut a, |on, model| squares(on, model, &data));
    let mut tape = Tape::new();
    let lbfgs = Lbfgs::new().gradient_tolerance(1e-11).change_tolerance(0.0);
    lbfgs.clone().minimize(&mut b, |model| {
        let on = Scope::train(&tape);
        let loss = squares(&on, model, &data) + model.penalty(&on);
        let outcome = (loss.item(), on.backward(loss));
        tape.clear();
        outcome
    });
    assert!(report.is_converged());
    for (a, b) in numbers(&a).into_iter().zip(numbers(&b)) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

/// In `f32` a tolerance below rounding ends the descent, near the solution.
#[test]
fn rounding_ends_it() {
    let data = data::<f32>(30, 8, 1);
    let mut layer = Dense::new(8, 1).penalize(Penalty::l1(0.05).proximal());
    let report = ProximalGradient::new()
        .tolerance(0.0)
        .fit(&mut layer, |on, model| squares(on, model, &data));
    println!("{report}");
    assert!(
        report.residual < 1e-6 && report.iterations < 2000,
        "{report}"
    );
}

/// Frozen parameters stay, statistics are noted, and a loss that is not finite is said so.
#[test]
fn what_it_leaves() {
    let data = data::<f64>(20, 4, 1);
    let mut model = Mlp::<f64>::new(&[4, 5, 1])
        .normalize(BatchNorm::new)
        .seed(3);
    model.freeze("layers.1.**");
    let before = model.clone();
    ProximalGradient::new()
        .iterations(20)
        .fit(&mut model, |on, model| squares(on, model, &data));
    let pairs = before.parameters().into_iter().zip(model.parameters());
    for ((name, before), (_, after)) in pairs {
        let stays = name.starts_with("layers.1.");
        let moves = before.value != after.value;
        assert_eq!(moves, !stays, "{name}");
        assert!(before.role != Role::Statistic || moves);
    }

    let mut model = Dense::<f64>::new(4, 1);
    let report =
        ProximalGradient::new().fit(&mut model, |on, model| squares(on, model, &data) * f64::NAN);
    assert_eq!(report.end, ProximalGradientEnd::NotFinite);
    assert_eq!((report.iterations, report.evaluations), (0, 1));

    // A panic leaves the last point that was taken.
    let mut model = Dense::<f64>::new(4, 1);
    let mut calls = 0;
    let mut taken = Vec::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        ProximalGradient::new().minimize(&mut model, |model| {
            calls += 1;
            if calls == 5 {
                panic!("enough");
            }
            taken.push(numbers(model));
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let loss = squares(&on, model, &data);
            (loss.item(), on.backward(loss))
        })
    }));
    assert!(outcome.is_err() && taken.contains(&numbers(&model)));
}

/// Steps that leave where a loss is defined are halved: `−3 w − ln(1 − w²)`, whose minimum solves `3 w² + 2 w = 3`.
#[test]
fn steps_out_of_the_domain() {
    let one = Array2::<f64>::ones([1, 1]);
    for first_step in [1.0, 1e3, 1e9] {
        let mut model = Dense::<f64>::new(1, 1).without_bias();
        model.weight.value.fill(0.0);
        let mut undefined = 0;
        let solver = ProximalGradient::new().first_step(first_step);
        let report = solver.tolerance(1e-10).minimize(&mut model, |model| {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let w = model.forward(&on, on.input(&one));
            let loss = (w * -3.0 - (-w.square() + 1.0).ln()).mean(..);
            undefined += usize::from(!loss.item().is_finite());
            (loss.item(), on.backward(loss))
        });
        println!("{report}, {undefined} undefined");
        assert!(report.is_converged() && undefined > 0, "{report}");
        let exact = (10_f64.sqrt() - 1.0) / 3.0;
        assert!((model.weight.value[[0, 0]] - exact).abs() < 1e-9);
    }
}

/// Gradients of the opposite sign, and a loss that is defined at the start alone.
#[test]
fn nothing_better() {
    let data = data::<f64>(20, 4, 1);
    let mut model = Dense::<f64>::new(4, 1);
    let (before, _) = state(&model, &data);
    let report = ProximalGradient::new().minimize(&mut model, |model| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = squares(&on, model, &data);
        (loss.item(), on.backward(-loss))
    });
    println!("{report}");
    assert_eq!(report.end, ProximalGradientEnd::NothingBetter);
    // It does not climb.
    assert!(report.loss <= before * (1.0 + 1e-6), "{before} {report}");

    let mut model = Dense::<f64>::new(4, 1);
    let start = numbers(&model);
    let mut calls = 0;
    let report = ProximalGradient::new().minimize(&mut model, |model| {
        calls += 1;
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = squares(&on, model, &data);
        let item = if calls == 1 { loss.item() } else { f64::NAN };
        (item, on.backward(loss))
    });
    assert_eq!(report.end, ProximalGradientEnd::NothingBetter);
    assert_eq!((report.iterations, report.evaluations), (0, calls));
    assert_eq!((numbers(&model), report.loss), (start, before));
    assert!(!report.is_converged());
}

#[test]
fn limit() {
    let data = data::<f64>(20, 4, 1);
    let mut model = Dense::<f64>::new(4, 1).penalize(Penalty::l1(0.01).proximal());
    let solver = ProximalGradient::new().iterations(3).tolerance(0.0);
    let report = solver.fit(&mut model, |on, model| squares(on, model, &data));
    assert_eq!(report.end, ProximalGradientEnd::Limit);
    assert_eq!(report.iterations, 3);
    assert!(!report.is_converged());
    assert!(
        report
            .to_string()
            .starts_with("at the limit of iterations: 3 iterations, ")
    );
    assert_eq!(state(&model, &data), (report.loss, report.residual));
}
