//! How near each rule comes to known optima, with a stated learning rate and number of steps.

use std::sync::LazyLock;

use ndarray::{Array1, Array2, ArrayD, Axis, array};
use rand::RngExt;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{Dense, random};
use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Decay, Lamb, Lion, Momentum, NAdam, Optimizer, RAdam,
    RmsProp, Rprop, Rule, Sgd, Yogi, schedule,
};

/// A function that is to be made small.
struct Problem<'a> {
    name: &'static str,
    steps: usize,
    start: Array1<f64>,
    /// The value and the gradient.
    of: Box<dyn Fn(&Array1<f64>) -> (f64, Array1<f64>) + Send + Sync + 'a>,
    least: f64,
}

static PROBLEMS: LazyLock<[Problem<'static>; 3]> =
    LazyLock::new(|| [rosenbrock(), quadratic(), logistic()]);

/// `(1 − x)² + 100 (y − x²)²`: a bent valley (Rosenbrock 1960).
fn rosenbrock() -> Problem<'static> {
    Problem {
        name: "Rosenbrock",
        steps: 2000,
        start: array![-1.2, 1.0],
        of: Box::new(|at| {
            let (x, y) = (at[0], at[1]);
            let (off, across) = (1.0 - x, y - x * x);
            let gradient = array![-2.0 * off - 400.0 * x * across, 200.0 * across];
            (off * off + 100.0 * across * across, gradient)
        }),
        least: 0.0,
    }
}

/// `½ (x − 1)ᵀ H (x − 1)` with eigenvalues from 1 to 1000, whose axes lie across those of the weights.
fn quadratic() -> Problem<'static> {
    const SIZE: usize = 8;
    let eigenvalues = Array1::from_shape_fn(SIZE, |i| 1e3_f64.powf(i as f64 / (SIZE - 1) as f64));
    let v = Array1::from_shape_fn(SIZE, |i| (1.3 * i as f64 + 0.4).sin());
    let v = v.insert_axis(Axis(1));
    let reflection = Array2::eye(SIZE) - v.dot(&v.t()) * (2.0 / v.mapv(|v| v * v).sum());
    let h = (&reflection * &eigenvalues).dot(&reflection);
    Problem {
        name: "quadratic",
        steps: 1000,
        start: Array1::from_elem(SIZE, -0.5),
        of: Box::new(move |x| {
            let off = x - 1.0;
            let gradient = h.dot(&off);
            (0.5 * off.dot(&gradient), gradient)
        }),
        least: 0.0,
    }
}

/// The mean logistic loss of 60 rows with `0.01 Σ x²`, whose least value Newton's method finds.
fn logistic() -> Problem<'static> {
    const SIZE: usize = 5;
    const LAMBDA: f64 = 0.01;
    let mut stream = random::stream(4);
    let x = Array2::from_shape_simple_fn([60, SIZE], || 4.0 * stream.random::<f64>() - 2.0);
    let logits = x.dot(&array![1.0, -2.0, 0.5, 0.0, 1.5]);
    let y = logits.mapv(|z| f64::from(stream.random::<f64>() < 1.0 / (1.0 + (-z).exp())));
    let rows = y.len() as f64;
    let of = {
        let x = x.clone();
        move |w: &Array1<f64>| {
            let z = x.dot(w);
            let losses = ndarray::Zip::from(&z)
                .and(&y)
                .map_collect(|&z, &y| z.exp().ln_1p() - y * z);
            let off = z.mapv(|z| 1.0 / (1.0 + (-z).exp())) - &y;
            let value = losses.sum() / rows + LAMBDA * w.dot(w);
            (value, x.t().dot(&off) / rows + w * (2.0 * LAMBDA))
        }
    };
    let mut w = Array1::<f64>::zeros(SIZE);
    for _ in 0..20 {
        let p = x.dot(&w).mapv(|z: f64| 1.0 / (1.0 + (-z).exp()));
        let curved = &x * &p.mapv(|p| p * (1.0 - p) / rows).insert_axis(Axis(1));
        let h = x.t().dot(&curved) + Array2::<f64>::eye(SIZE) * (2.0 * LAMBDA);
        let tape = Tape::new();
        let step = tape.constant(h).solve(tape.constant(of(&w).1));
        w.iter_mut()
            .zip(step.value().iter())
            .for_each(|(w, step)| *w -= step);
    }
    let (least, gradient) = of(&w);
    assert!(gradient.iter().all(|g| g.abs() < 1e-14));
    Problem {
        name: "logistic",
        steps: 200,
        start: Array1::zeros(SIZE),
        of: Box::new(of),
        least,
    }
}

/// What is left above the least value; the rate falls with a cosine.
fn gap<R: Rule>(optimizer: &Optimizer<R, f64>, problem: &Problem<'_>, rate: f64) -> f64 {
    let mut optimizer = optimizer.clone().decay(Decay::None);
    optimizer.set_learning_rate(schedule::Cosine::new(rate, 0.0, problem.steps));
    let mut model = Dense::<f64>::new(problem.start.len(), 1).without_bias();
    let shape = [problem.start.len(), 1];
    model.weight.value = ArrayD::from_shape_vec(&shape[..], problem.start.to_vec())
        .expect("as many")
        .into_shared();
    let x = |model: &Dense<f64>| model.weight.value.iter().copied().collect::<Array1<f64>>();
    for _ in 0..problem.steps {
        let gradient = (problem.of)(&x(&model)).1;
        let gradient = gradient.insert_axis(Axis(1)).into_dyn();
        let gradients = [(model.weight.id(), gradient)].into_iter().collect();
        optimizer.step(&mut model, &gradients);
    }
    (problem.of)(&x(&model)).0 - problem.least
}

#[test]
fn tune() {
    for problem in PROBLEMS.iter() {
        println!(
            "{} starts at {:.1e}",
            problem.name,
            (problem.of)(&problem.start).0 - problem.least
        );
    }
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        let mut row = String::new();
        for problem in PROBLEMS.iter() {
            let mut all = Vec::new();
            for i in -16..9_i32 {
                let k = [1.0, 2.0, 5.0][(i + 30) as usize % 3];
                let rate: f64 = k * 10f64.powi(i.div_euclid(3));
                let gaps: Vec<f64> = if name == "lamb" {
                    &[1.0][..]
                } else {
                    &[1.0, 1.0 + 1e-13, 1.0 - 1e-13, 1.0 + 1e-11, 1.0 - 1e-11]
                }
                .iter()
                .map(|f| {
                    let problem = Problem {
                        name: problem.name,
                        steps: problem.steps,
                        start: &problem.start * *f + (f - 1.0),
                        of: Box::new(|x| (problem.of)(x)),
                        least: problem.least,
                    };
                    gap(&optimizer, &problem, rate)
                })
                .collect();
                if gaps.iter().all(|g| g.is_finite()) {
                    let floor = if problem.name == "logistic" {
                        1e-15
                    } else {
                        1e-28
                    };
                    let most = gaps.iter().fold(floor, |a, b| b.max(a));
                    let least = gaps.iter().fold(f64::INFINITY, |a, b| b.min(a)).max(floor);
                    if name == "lamb" || most < 1.5 * least || most <= 100.0 * floor {
                        all.push((most, rate));
                    }
                }
            }
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            row += "(";
            for (gap, rate) in &all[..4] {
                row += &format!("{rate:.1e}: {gap:.1e} ");
            }
            row += ")";
        }
        println!("    (\"{name}\", [{row}]),");
    }
    every_rule!(check);
}
