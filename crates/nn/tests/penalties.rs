//! Penalties: what they cost, what they do as steps, and what the certificate says of them. Constraints.

use approx::assert_relative_eq;
use ndarray::{Array2, ArrayD, array};
use rand::RngExt;
use serde::Deserialize;
use tapegrad_autodiff::Tape;
use tapegrad_nn::check::{self, Check};
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{
    Constraint, Dense, Groups, Mlp, Module, Param, Penalty, Role, Scope, Strength, kkt, sparsity,
};

/// Every kind of penalty.
fn penalties(strength: f64) -> Vec<Penalty<f64>> {
    let mut penalties = proximal_penalties(strength);
    penalties.push(Penalty::orthogonal(strength));
    penalties.push(Penalty::custom("fourth power", strength, |w| {
        w.powi(4).sum(..)
    }));
    penalties
}

/// Every kind that has a step.
fn proximal_penalties(strength: f64) -> Vec<Penalty<f64>> {
    let groups = [Groups::Rows, Groups::Columns, Groups::Whole];
    let mut penalties = vec![Penalty::l1(strength), Penalty::l2(strength)];
    penalties.extend(groups.map(|groups| Penalty::group_lasso(groups, strength)));
    penalties
}

fn name(penalty: &Penalty<f64>) -> String {
    penalty.terms()[0].form().name().into_owned()
}

fn layer(w: Array2<f64>, penalty: Penalty<f64>) -> Dense<f64> {
    let mut layer = Dense::new(w.nrows(), w.ncols())
        .without_bias()
        .penalize(penalty);
    layer.weight.value = w.into_dyn().into_shared();
    layer
}

/// What a layer's penalty is, and its gradient.
fn cost(layer: &Dense<f64>, penalties_in_loss: bool) -> (f64, ArrayD<f64>) {
    let tape = Tape::new();
    let mut on = Scope::train(&tape);
    if penalties_in_loss {
        on = on.penalties_in_loss();
    }
    let cost = layer.penalty(&on);
    (cost.item(), on.backward(cost).wrt(&layer.weight).to_owned())
}

/// `fixtures/penalties.json`, made by the script beside it.
#[derive(Deserialize)]
struct Case {
    name: String,
    w: Vec<Vec<f64>>,
    cost: f64,
    gradient: Vec<Vec<f64>>,
}

#[test]
fn costs_and_gradients_are_pytorchs() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("fixtures/penalties.json")).unwrap();
    let matrix = |rows: &[Vec<f64>]| {
        Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
    };
    let strength = 0.7;
    for penalty in penalties(strength) {
        let name = name(&penalty);
        let mut found = 0;
        for case in cases.iter().filter(|case| case.name == name) {
            found += 1;
            let (cost, gradient) = cost(&layer(matrix(&case.w), penalty.clone()), false);
            assert_relative_eq!(
                cost,
                strength * case.cost,
                max_relative = 1e-12,
                epsilon = 1e-15
            );
            for (g, expected) in gradient.iter().zip(case.gradient.concat()) {
                assert_relative_eq!(
                    *g,
                    strength * expected,
                    max_relative = 1e-12,
                    epsilon = 1e-14
                );
            }
        }
        assert_eq!(found, 3, "{name}");
    }
}

/// To the second order where they are smooth; with λ = 0 nothing but zeros, and at w = 0 a finite gradient.
#[test]
fn derivatives() {
    let away_from_zero = array![[0.7, -0.4], [0.3, 1.1], [-0.9, 0.2]];
    let x = array![[0.1, 0.2, 0.3]];
    let second = Check {
        order: 2,
        ..Check::default()
    };
    for penalty in penalties(0.3) {
        let layer = layer(away_from_zero.clone(), penalty);
        check::model_with(second, &layer, &x, |y| y.square().sum(..)).unwrap();
    }
    for penalty in penalties(0.0) {
        let (cost, gradient) = cost(&layer(away_from_zero.clone(), penalty), false);
        assert_eq!((cost, gradient), (0.0, ArrayD::zeros(vec![3, 2])));
    }
    for penalty in penalties(0.3) {
        let at_zero = cost(&layer(Array2::zeros([3, 2]), penalty.clone()), false).1;
        assert!(at_zero.iter().all(|g| *g == 0.0), "{penalty}");
    }
}

/// The strength of a proximal penalty is in the number and not in the gradient.
#[test]
fn proximal_costs_are_reported_and_left_to_the_step() {
    let w = array![[0.7, -0.4], [0.0, 1.1]];
    for penalty in proximal_penalties(0.3) {
        let in_loss = cost(&layer(w.clone(), penalty.clone()), false);
        let layer = layer(w.clone(), penalty.proximal());
        assert_eq!(cost(&layer, false), (in_loss.0, ArrayD::zeros(vec![2, 2])));
        assert_eq!(cost(&layer, true), in_loss);
    }
    let mixed = Penalty::l1(0.1).proximal() + Penalty::l2(0.2);
    let both = cost(&layer(w.clone(), mixed), false);
    assert_relative_eq!(
        both.0,
        0.1 * 2.2 + 0.2 * (0.49 + 0.16 + 1.21),
        max_relative = 1e-14
    );
    assert_eq!(both.1, (&w * 0.4).into_dyn());
}

fn normal(stream: &mut Stream, shape: [usize; 2], scale: f64) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || scale * (2.0 * stream.random::<f64>() - 1.0))
}

/// A step goes to the least value of `λ h(x) + Σ (x − z)² / (2 t)`: nothing tried is below it, near or far,
/// for single penalties and for sums, with one reach for all numbers and with many.
#[test]
fn steps_are_minimisers() {
    let mut stream = random::stream(7);
    let l1_and = |groups, a, b| Penalty::group_lasso(groups, a) + Penalty::l1(b);
    let mut zeros = 0;
    for round in 0..300 {
        let strength = 0.05 + 1.5 * stream.random::<f64>();
        let mut all = proximal_penalties(strength);
        all.push(Penalty::elastic_net(strength, 0.4));
        all.push(l1_and(Groups::Rows, strength, 0.2));
        all.push(l1_and(Groups::Columns, 0.3, strength) + Penalty::l2(0.3));
        let z = normal(&mut stream, [3, 4], 2.0);
        let reach = if round % 3 == 0 {
            Array2::from_elem([3, 4], 0.7)
        } else {
            normal(&mut stream, [3, 4], 1.0).mapv(|t| t.abs() + 1e-3)
        };
        for penalty in all {
            let penalty = penalty.proximal();
            let mut x = z.clone();
            let slice = x.as_slice_mut().unwrap();
            penalty.step(0, slice, reach.clone().as_slice_mut().unwrap(), &[3, 4]);
            let value = |x: &Array2<f64>| {
                let nearness = ((x - &z).powi(2) / (2.0 * &reach)).sum();
                cost(&layer(x.clone(), penalty.clone()), false).0 + nearness
            };
            let least = value(&x);
            zeros += x.iter().filter(|x| **x == 0.0).count();
            for scale in [1e-4, 1e-2, 1.0] {
                for _ in 0..3 {
                    let other = &x + &normal(&mut stream, [3, 4], scale);
                    let other = value(&other);
                    assert!(other > least - 1e-13, "{penalty}: {other} is below {least}");
                }
                // One number moved, or a row let go.
                let mut one = x.clone();
                one[[1, 2]] += scale;
                assert!(value(&one) > least - 1e-13, "{penalty}");
                one = x.clone();
                one.row_mut(0).fill(0.0);
                assert!(value(&one) > least - 1e-13, "{penalty}");
            }
        }
    }
    assert!(zeros > 1000, "steps make zeros: {zeros}");
}

/// What a step leaves is where the certificate is 0: the smooth part there is `Σ (x − z)² / (2 t)`.
#[test]
fn the_certificate_holds_after_a_step() {
    let mut stream = random::stream(11);
    for round in 0..100 {
        for penalty in proximal_penalties(0.05 + stream.random::<f64>()) {
            let penalty = (penalty + Penalty::l1(0.1)).proximal();
            let z = normal(&mut stream, [3, 4], 2.0);
            let reach = normal(&mut stream, [3, 4], 1.0).mapv(|t| t.abs() + 0.1);
            let mut model = layer(z.clone(), penalty);
            let residual = |model: &Dense<f64>| {
                let tape = Tape::new();
                let on = Scope::train(&tape);
                let off = on.param(&model.weight) - tape.constant(&z);
                let loss = (off.square() / tape.constant(2.0 * &reach)).sum(..);
                kkt(model, &on.backward(loss + model.penalty(&on))).worst()
            };
            assert!(residual(&model) > 1e-3, "round {round}");
            let mut x = z.clone();
            let numbers = x.as_slice_mut().unwrap();
            model
                .weight
                .penalty
                .step(0, numbers, reach.clone().as_slice_mut().unwrap(), &[3, 4]);
            model.weight.value = x.into_dyn().into_shared();
            assert!(
                residual(&model) < 1e-12,
                "{:?}: {}",
                model.weight.penalty,
                residual(&model)
            );
        }
    }
}

/// By its definition, element by element, whether the penalty acts in the loss or as a step.
#[test]
fn residuals_are_distances_to_the_subdifferential() {
    let w = array![[2.0, 0.0], [0.0, 0.0]];
    let slope = array![[0.5, -1.0], [0.1, 3.0]]; // of the data loss
    let residuals = |penalty: Penalty<f64>, constraint: Option<Constraint>| {
        let mut model = layer(w.clone(), penalty);
        model.weight.constraint = constraint;
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = (on.param(&model.weight) * tape.constant(&slope)).sum(..);
        let kkt = kkt(&model, &on.backward(loss + model.penalty(&on)));
        (
            kkt.residuals[0].worst,
            kkt.residuals[0].index.clone().unwrap(),
        )
    };
    for acts in [|p: Penalty<f64>| p, Penalty::proximal] {
        assert_eq!(residuals(Penalty::none(), None), (3.0, vec![1, 1]));
        // [|0.5 + 0.8|, 1 − 0.8; 0, 3 − 0.8].
        assert_eq!(residuals(acts(Penalty::l1(0.8)), None).0, 3.0 - 0.8);
        // [0.5 + 4 · 0.8, …]: 2 λ w is all of it.
        assert_eq!(
            residuals(acts(Penalty::l2(0.8)), None),
            (0.5 + 4.0 * 0.8, vec![0, 0])
        );
        // The first row is not 0: [0.5 + 2 · 2/2, −1].
        let rows = acts(Penalty::group_lasso(Groups::Rows, 2.0));
        assert_eq!(residuals(rows, None), (2.5, vec![0, 0]));
        // The second column is 0, and √(1 + 9) long: λ = 3.1 takes nearly all of it.
        let columns = residuals(acts(Penalty::group_lasso(Groups::Columns, 3.1)), None);
        assert_relative_eq!(columns.0, 3.6, max_relative = 1e-15); // 0.5 + 3.1
        let columns = residuals(acts(Penalty::group_lasso(Groups::Columns, 0.1)), None);
        assert_relative_eq!(
            columns.0,
            3.0 * (1.0 - 0.1 / 10.0_f64.sqrt()),
            max_relative = 1e-15
        );
        assert_eq!(columns.1, [1, 1]);
    }
    // At a bound, what points out does not count: only the second number of the first row may grow.
    let bound = residuals(Penalty::none(), Some(Constraint::non_negative()));
    assert_eq!(bound, (1.0, vec![0, 1]));
    let none = tapegrad_nn::Kkt { residuals: vec![] };
    assert_eq!(
        (none.to_string().as_str(), none.worst()),
        ("parameter  residual  at\n", 0.0)
    );
}

/// Every constraint, what its set is, and a point of it near another.
type Inside = fn(&Array2<f64>) -> bool;
const CONSTRAINTS: [(fn() -> Constraint, Inside); 7] = [
    (
        || Constraint::max_norm(Groups::Rows, 0.8),
        |w| norms(w, Groups::Rows).iter().all(|n| *n < 0.8 + 1e-12),
    ),
    (
        || Constraint::max_norm(Groups::Columns, 0.8),
        |w| norms(w, Groups::Columns).iter().all(|n| *n < 0.8 + 1e-12),
    ),
    (
        || Constraint::max_norm(Groups::Whole, 0.8),
        |w| norms(w, Groups::Whole).iter().all(|n| *n < 0.8 + 1e-12),
    ),
    (
        || Constraint::unit_norm(Groups::Columns),
        |w| {
            norms(w, Groups::Columns)
                .iter()
                .all(|n| (*n - 1.0).abs() < 1e-12)
        },
    ),
    (Constraint::non_negative, |w| w.iter().all(|w| *w >= 0.0)),
    (
        || Constraint::between(-0.3, 0.5),
        |w| w.iter().all(|w| (-0.3..=0.5).contains(w)),
    ),
    (
        || Constraint::l1_ball(1.5),
        |w| w.mapv(f64::abs).sum() < 1.5 + 1e-12,
    ),
];

fn norms(w: &Array2<f64>, groups: Groups) -> Vec<f64> {
    let norm = |x: ndarray::ArrayView1<'_, f64>| x.dot(&x).sqrt();
    match groups {
        Groups::Rows => w.rows().into_iter().map(norm).collect(),
        Groups::Columns => w.columns().into_iter().map(norm).collect(),
        Groups::Whole => vec![w.powi(2).sum().sqrt()],
    }
}

/// A projection is in the set, no other point tried there is nearer, and it moves no further.
#[test]
fn projections_are_nearest_points() {
    let mut stream = random::stream(5);
    for (constraint, inside) in CONSTRAINTS {
        let constraint = constraint();
        let project = |x: &Array2<f64>| {
            let mut x = x.clone();
            constraint.project(x.as_slice_mut().unwrap(), &[3, 4]);
            x
        };
        for round in 0..200 {
            let x = normal(&mut stream, [3, 4], if round % 4 == 0 { 0.1 } else { 2.0 });
            let nearest = project(&x);
            assert!(inside(&nearest), "{constraint}: {nearest}");
            if inside(&x) {
                assert_eq!(nearest, x, "{constraint}: what is inside stays");
            }
            let distance = |y: &Array2<f64>| (y - &x).powi(2).sum();
            for _ in 0..20 {
                let other = project(&(&nearest + &normal(&mut stream, [3, 4], 0.5)));
                assert!(
                    distance(&other) >= distance(&nearest) - 1e-12,
                    "{constraint}"
                );
            }
            for (a, b) in project(&nearest).iter().zip(&nearest) {
                assert_relative_eq!(a, b, max_relative = 1e-14);
            }
        }
        constraint.project::<f64>(&mut [], &[0, 3]);
    }
    // A group of zeros has no direction.
    let mut zeros = [0.0; 4];
    Constraint::unit_norm(Groups::Whole).project(&mut zeros, &[4]);
    assert_eq!(zeros, [0.0; 4]);
}

/// A weight that the ball's threshold meets exactly, but for rounding, is found at once to be 0.
#[test]
fn ties_on_the_l1_ball_end() {
    for start in [[0.94, 0.34], [0.34, 0.94], [-0.94, 0.34], [0.96, 0.36]] {
        let mut x = start;
        Constraint::l1_ball(0.6).project(&mut x, &[2]);
        for (x, start) in x.into_iter().zip(start) {
            let expected = 0.6_f64.copysign(start) * f64::from(start.abs() > 0.5);
            assert!((x - expected).abs() < 1e-15, "{x} of {start}");
        }
    }
}

/// What is not finite is not made to look sparse.
#[test]
fn nothing_hides_what_is_not_finite() {
    for penalty in proximal_penalties(0.5) {
        for unlike in [0.0, 0.1] {
            let (mut x, mut reach) = ([f64::NAN, 1.0, 2.0], [0.2, 0.2 + unlike, 0.2]);
            let penalty = penalty.clone().proximal();
            penalty.step(0, &mut x, &mut reach, &[3, 1]);
            assert!(x[0].is_nan(), "{penalty}: {x:?}");
            let (mut x, mut reach) = ([1.0, 2.0, 3.0], [f64::NAN, 0.2, 0.2]);
            penalty.step(0, &mut x, &mut reach, &[3, 1]);
            assert!(x[0].is_nan(), "{penalty}: {x:?}");
        }
        let mut g = [f64::NAN, 1.0];
        let form = penalty.terms()[0].form().proximal().unwrap();
        form.residual(0.5, &[0.0, 0.0], &[2, 1], false, &mut g);
        assert!(g[0].is_nan(), "{penalty}: {g:?}");
    }
    for (constraint, _) in CONSTRAINTS {
        for number in [f64::NAN, f64::INFINITY] {
            let mut x = [number, 3.0, 4.0];
            constraint().project(&mut x, &[3, 1]);
            let clamped = constraint().to_string().starts_with("between");
            let same =
                x[0] == number || x[0].is_nan() == number.is_nan() && (clamped || number.is_nan());
            assert!(same && x[1] > 0.0, "{}: {x:?}", constraint());
        }
    }
}

#[test]
fn outputs_cost_a_mean_over_rows() {
    let x = array![[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]];
    let penalty = || Penalty::l1(0.2) + Penalty::l2(0.1);
    let layer = Dense::<f64>::new(2, 3).seed(2).penalize(Penalty::l2(0.3));
    let charged = layer.clone().penalize_output(penalty());
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = charged.forward(&on, on.input(&x));
    let outputs = (0.2 * y.abs().sum(..) + 0.1 * y.square().sum(..)) / 3.0;
    let expected = outputs.item() + layer.penalty(&Scope::train(&tape)).item();
    assert_relative_eq!(charged.penalty(&on).item(), expected, max_relative = 1e-14);
    check::model(&charged, &x, |y| y.square().mean(..)).unwrap();
    // Nothing was charged in a pass that computes no output.
    assert_eq!(
        charged.penalty(&Scope::train(&tape)).item(),
        layer.penalty(&Scope::train(&tape)).item()
    );
    // In a network, as layers are.
    let mut network = Mlp::<f64>::new(&[2, 4, 1]).seed(1);
    network.layers[0] = network.layers[0].clone().penalize_output(penalty());
    check::model(&network, &x, |y| y.square().mean(..)).unwrap();
}

#[test]
fn strengths_follow_their_schedules() {
    let rising = Strength::scheduled(|step| 0.5 * step as f64);
    let layer = layer(array![[3.0]], Penalty::l1(&rising) + Penalty::l2(&rising));
    let tape = Tape::new();
    let at = |step| layer.penalty(&Scope::train(&tape).at_step(step)).item();
    assert_eq!([at(0), at(1), at(4)], [0.0, 6.0, 24.0]);
    assert_eq!(
        layer.weight.penalty.to_string(),
        "L1 scheduled + L2 scheduled"
    );
    let lambda = tape.var(2.0);
    let on = Scope::train(&tape).at_step(0).substitute(&rising, lambda);
    let cost = layer.penalty(&on);
    assert_eq!((cost.item(), cost.backward().wrt(lambda)[[]]), (24.0, 12.0));
}

#[test]
fn sums() {
    let both = Penalty::<f64>::l1(1.0) + Penalty::elastic_net(2.0, 3.0);
    assert_eq!(both.to_string(), "L1 1 + L1 2 + L2 3");
    assert_eq!(
        cost(&layer(array![[-2.0]], both), false),
        (18.0, array![[-15.0]].into_dyn())
    );
    let none = Penalty::<f64>::none() + Penalty::none();
    assert!(none.is_none() && !Penalty::<f64>::l1(0.0).is_none());
    assert_eq!(none.to_string(), "none");
    // Steps in their turns, whatever the order of the sum.
    let turned =
        (Penalty::<f64>::group_lasso(Groups::Rows, 1.0) + Penalty::l1(2.0) + Penalty::l2(3.0))
            .proximal();
    assert_eq!(
        turned.to_string(),
        "L2 3 (proximal) + L1 2 (proximal) + group lasso of rows 1 (proximal)"
    );
}

#[test]
fn sparsity_counts_what_is_exactly_zero() {
    let mut model = Mlp::<f64>::new(&[3, 2, 1]).seed(1);
    model.layers[0].weight.value = array![[0.0, 0.0], [1.0, 0.0], [-0.0, 2.0]]
        .into_dyn()
        .into_shared();
    let found = sparsity(&model);
    assert_eq!(
        (found.zeros(), found.count(), found.fraction()),
        (4, 8, 0.5)
    );
    assert_eq!(found.weights[0].dead_inputs, [0]);
    assert!(found.weights[0].dead_units.is_empty() && found.weights[1].dead_inputs.is_empty());
    assert_eq!(found.selected(&["a", "b", "c"]), ["b", "c"]);
    assert_eq!(found.to_string().lines().count(), 3);
    assert!(
        found
            .to_string()
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("layers.0.weight         4         6")
    );
    // Biases are no weights.
    assert_eq!(sparsity(&layer(array![[1.0]], Penalty::none())).count(), 1);
    let bias = Param::<f64>::new(Role::Bias, array![0.0]);
    assert_eq!(bias.constraint, None);
}
