//! What holds for every rule: one table, every property over it.

#[macro_use]
mod table;
mod convergence;
mod nadam;
mod resume;
mod state;
mod trajectories;
mod unroll;

use ndarray::{Array2, array};
use table::Property;
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::{
    Constraint, Dense, Groups, Initializer, Loss, Mlp, Module, Name, Param, Penalty, Role, Scope,
    Strength, kkt, loss,
};
use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Changes, Decay, Lamb, Lion, Momentum, NAdam, Optimizer,
    RAdam, Real, RmsProp, Rprop, Rule, Schedule, Sgd, Yogi, schedule,
};

/// `y = x W + b` without noise.
fn problem() -> [Array2<f64>; 2] {
    let x = Array2::from_shape_fn([40, 3], |(i, j)| (1.7 * (3 * i + j) as f64).sin());
    let y = x.dot(&array![[1.0], [-2.0], [0.0]]) + 0.5;
    [x, y]
}

/// The loss before the last step.
fn train<R: Rule>(
    model: &mut Dense<f64>,
    optimizer: &mut Optimizer<R, f64>,
    [x, y]: &[Array2<f64>; 2],
    steps: usize,
) -> f64 {
    let mut tape = Tape::new();
    let mut last = f64::NAN;
    for _ in 0..steps {
        let on = Scope::train(&tape);
        let loss = loss::SquaredError.mean(model.forward(&on, on.input(x)), y) + model.penalty(&on);
        last = loss.item();
        let gradients = on.backward(loss);
        tape.clear();
        optimizer.step(model, &gradients);
    }
    last
}

#[test]
fn every_rule_descends() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        let mut optimizer = optimizer.decay(Decay::None);
        let mut model = Dense::new(3, 1).seed(1);
        let first = train(&mut model, &mut optimizer, &problem(), 1);
        let last = train(&mut model, &mut optimizer, &problem(), 2000);
        assert!(last < 1e-3 * first, "{name}: {first} to {last}");
        assert_eq!(optimizer.steps(), 2001);
    }
    every_rule!(check);
}

/// Under an L1 and an L2 penalty and every decay, a weight that is exactly zero and has no gradient
/// from the data stays where it is.
#[test]
fn exact_zeros_stay() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        if !Property::KeepsZeros.holds(name) {
            return;
        }
        for decay in [Decay::None, Decay::coupled(0.1), Decay::decoupled(0.1)] {
            let mut model = Dense::new(3, 1)
                .initializer(Initializer::Zeros)
                .penalize(Penalty::elastic_net(0.1, 0.1));
            let [mut x, y] = problem();
            x.column_mut(1).fill(0.0);
            train(
                &mut model,
                &mut optimizer.clone().decay(decay.clone()),
                &[x, y],
                50,
            );
            assert_eq!(model.weight.value[[1, 0]], 0.0, "{name} with {decay:?}");
            assert_ne!(model.weight.value[[0, 0]], 0.0, "{name} with {decay:?}");
        }
    }
    every_rule!(check);
}

/// After each step a weight is in its set, and a proximal penalty has made zeros that stay.
#[test]
fn constraints_and_proximal_penalties_act_after_the_update() {
    type Inside = fn(&[f64]) -> bool;
    let sets: [(Constraint, Inside); 4] = [
        (Constraint::non_negative(), |w| w.iter().all(|w| *w >= 0.0)),
        (Constraint::between(-0.5, 0.25), |w| {
            w.iter().all(|w| (-0.5..=0.25).contains(w))
        }),
        (Constraint::max_norm(Groups::Whole, 0.7), |w| {
            w.iter().map(|w| w * w).sum::<f64>() <= 0.49 + 1e-12
        }),
        (Constraint::l1_ball(0.6), |w| {
            w.iter().map(|w| w.abs()).sum::<f64>() <= 0.6 + 1e-12
        }),
    ];
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>, sets: &[(Constraint, Inside)]) {
        for (set, inside) in sets {
            let mut optimizer = optimizer.clone();
            let mut model = Dense::new(3, 1).seed(1).constrain(*set);
            for _ in 0..200 {
                train(&mut model, &mut optimizer, &problem(), 1);
                let w = model.weight.value.as_slice().unwrap();
                assert!(inside(w), "{name}, {set}: {w:?}");
            }
        }
        if !Property::Proximal.holds(name) {
            return;
        }
        let mut optimizer = optimizer.decay(Decay::None);
        let mut model = Dense::new(3, 1)
            .seed(1)
            .penalize(Penalty::l1(0.5).proximal());
        train(&mut model, &mut optimizer, &problem(), 2000);
        // The third input has no part in the target.
        let zeros = model.weight.value.mapv(|w| w == 0.0);
        assert_eq!(zeros, array![[false], [false], [true]].into_dyn(), "{name}");
        model.weight.trainable = false;
        let before = model.weight.value.clone();
        train(&mut model, &mut optimizer, &problem(), 5);
        assert_eq!(
            model.weight.value, before,
            "{name}: what is frozen is not shrunk"
        );
    }
    every_rule!(|name, optimizer| check(name, optimizer, &sets));
}

/// A weight whose gradient was 0 so far, as of a unit that was dropped, is shrunk by twice the learning rate
/// at most, though an adaptive rule divides by nearly nothing there; and it gets to 0 in the end.
#[test]
fn what_was_not_seen_is_not_wiped_out() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        if !Property::Bounded.holds(name) {
            return;
        }
        let mut optimizer = optimizer.decay(Decay::None);
        let lr = optimizer.learning_rate();
        let penalty =
            Penalty::<f64>::l1(0.1) + Penalty::group_lasso(Groups::Rows, 0.1) + Penalty::l2(0.1);
        let mut model = Dense::new(3, 1).seed(2).penalize(penalty.proximal());
        let [mut x, y] = problem();
        x.column_mut(1).fill(0.0);
        let data = [x, y];
        let start = 20.0;
        model.weight.value[[1, 0]] = start;
        train(&mut model, &mut optimizer, &data, 1);
        let moved = (model.weight.value[[1, 0]] - start).abs();
        // Three penalties, each twice the rate, and 1 / (1 − μ) times that with momentum; times the norm of the
        // weight, if the step has that.
        let norm = if Property::Elementwise.holds(name) {
            1.0
        } else {
            start
        };
        let most = (60.0 * lr * norm).min(10.0);
        assert!(moved > 0.0 && moved < most, "{name}: {moved}");
        train(&mut model, &mut optimizer, &data, 3000);
        assert_eq!(model.weight.value[[1, 0]], 0.0, "{name}");
        assert_ne!(model.weight.value[[0, 0]], 0.0, "{name}");
    }
    every_rule!(check);
}

/// `½ (w − 10)²` under L1 3 by a proximal step and coupled decay 1: the rule sees the gradient `2 w − 10`, and
/// with it its reach is to be asked for. The minimum is where `2 w − 10 + 3 = 0`.
#[test]
fn the_reach_is_that_of_the_gradient_that_the_rule_sees() {
    /// Gradients no longer than 1, whose reach depends on them.
    #[derive(Clone, Copy, Debug)]
    struct Clip;
    impl Rule for Clip {
        type Step = ();
        fn slots(&self) -> usize {
            0
        }
        fn at(&self, _step: i32) {}
        fn direction<R: Real>(&self, _at: (), _slots: &mut [R], _x: R, g: R) -> R {
            g.within(-1.0, 1.0)
        }
        fn reach<R: Real>(&self, _at: (), _slots: &[R], g: R, lr: R) -> R {
            lr / g.magnitude().within(1.0, f64::INFINITY)
        }
    }
    fn settled<R: Rule>(rule: R, lr: impl Schedule + 'static) -> f64 {
        let mut model = Dense::<f64>::new(1, 1)
            .without_bias()
            .penalize(Penalty::l1(3.0).proximal());
        let mut optimizer = Optimizer::new(Decay::coupled(1.0).then(rule), lr);
        for step in 0..3000 {
            let w = &model.weight;
            let gradients = [(w.id(), w.value.mapv(|w| w - 10.0))].into_iter().collect();
            if step % 500 == 0 {
                let changes = Changes::of(&optimizer, &model, &gradients);
                let parts = changes.parameters[0].parts.iter();
                let sum: f64 = parts.map(|(_, part)| part[[0, 0]]).sum();
                let before = model.weight.value[[0, 0]];
                optimizer.step(&mut model, &gradients);
                assert!((model.weight.value[[0, 0]] - before - sum).abs() < 1e-14);
            } else {
                optimizer.step(&mut model, &gradients);
            }
        }
        model.weight.value[[0, 0]]
    }
    let falling = || schedule::Cosine::new(0.2, 0.0, 2500);
    for w in [
        settled(Clip, 0.02),
        settled(Sgd.then(Clip), 0.02),
        settled(Clip.then(Momentum::default()), 0.002),
        // Also when the rate is 0, before and after.
        settled(
            Sgd.then(Clip),
            schedule::Warmup::new(10, falling()).initial(0.0),
        ),
    ] {
        assert!((w - 3.5).abs() < 1e-6, "{w}");
    }
}

/// A rule that is scaled by norms is so at the ends of single precision, too.
#[test]
fn norms_are_those_of_any_numbers() {
    #[derive(Clone, Copy)]
    struct Lars;
    impl Rule for Lars {
        type Step = ();
        fn slots(&self) -> usize {
            0
        }
        fn at(&self, _step: i32) {}
        fn direction<R: Real>(&self, _at: (), _slots: &mut [R], _x: R, g: R) -> R {
            g
        }
        fn reach<R: Real>(&self, _at: (), _slots: &[R], _g: R, lr: R) -> R {
            lr
        }
        fn is_scaled_by_norm(&self) -> bool {
            true
        }
    }
    for g in [1e-23_f32, 1.0, 1e20] {
        let mut model = Dense::<f32>::new(1, 1)
            .without_bias()
            .initializer(Initializer::Constant(1.0));
        let mut optimizer = Optimizer::new(Lars, 0.1);
        let gradients = [(model.weight.id(), array![[g]])].into_iter().collect();
        optimizer.step(&mut model, &gradients);
        assert!((model.weight.value[[0, 0]] - 0.9).abs() < 1e-6, "{g}");
    }
}

/// Two rules in one have the limit, the momentum and the scale of either.
#[test]
fn a_rule_after_another_keeps_what_it_has() {
    assert_eq!(Adam::default().then(Sgd).shrinks_at_most(), Some(2.0));
    assert_eq!(Sgd.then(Adam::default()).shrinks_at_most(), Some(2.0));
    let slower = Adam::default().then(Momentum::default().momentum(0.5));
    assert_eq!(slower.shrinks_at_most(), Some(4.0));
    assert_eq!(Sgd.then(Sgd).shrinks_at_most(), None);
    assert!(Lamb::default().then(Sgd).is_scaled_by_norm() && !Sgd.then(Sgd).is_scaled_by_norm());
    let first = Momentum::default().then(Sgd).with_momentum(0.25).unwrap();
    assert_eq!(first, Momentum::default().momentum(0.25).then(Sgd));
    assert_eq!(Sgd.then(Sgd).with_momentum(0.25), None);
}

/// A group lasso with `w ≥ 0`: the joint minimiser, which the certificate knows.
#[test]
fn groups_of_weights_that_are_not_negative() {
    for (target, expected) in [([-10.0, 0.5], [0.0, 0.0]), ([-10.0, 3.0], [0.0, 2.0])] {
        let mut model = Dense::<f64>::new(2, 1)
            .without_bias()
            .penalize(Penalty::group_lasso(Groups::Whole, 1.0).proximal())
            .constrain(Constraint::non_negative());
        let (mut optimizer, mut tape) = (Sgd::new(0.1), Tape::new());
        let target = Array2::from_shape_vec((2, 1), target.to_vec()).unwrap();
        let gradients = |model: &Dense<f64>, tape: &mut Tape<f64>| {
            let on = Scope::train(tape);
            let off = on.param(&model.weight) - tape.constant(&target);
            let gradients = on.backward(0.5 * off.square().sum(..) + model.penalty(&on));
            tape.clear();
            gradients
        };
        for _ in 0..500 {
            let gradients = gradients(&model, &mut tape);
            optimizer.step(&mut model, &gradients);
        }
        for (w, expected) in model.weight.value.iter().zip(expected) {
            assert!((w - expected).abs() < 1e-12, "{w} for {expected}");
        }
        assert!(kkt(&model, &gradients(&model, &mut tape)).worst() < 1e-12);
    }
}

/// A strength that turns out to be wrong is told before anything is changed.
#[test]
fn a_wrong_strength_changes_nothing() {
    let wrong = Strength::scheduled(|step| if step == 1 { f64::NAN } else { 0.1 });
    let mut model = Mlp::<f64>::new(&[2, 2, 1])
        .seed(1)
        .penalize(1, Penalty::l1(&wrong).proximal());
    let mut optimizer = Adam::new(0.1);
    let mut step = |model: &mut Mlp<f64>| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let y = model.forward(&on, on.input(array![[1.0, 2.0]]));
        let gradients = on.backward(y.sum(..));
        let outcome = std::panic::AssertUnwindSafe(|| optimizer.step(model, &gradients));
        (std::panic::catch_unwind(outcome).is_ok(), optimizer.steps())
    };
    assert_eq!(step(&mut model), (true, 1));
    let before = model.clone();
    assert_eq!(step(&mut model), (false, 1));
    for ((_, a), (_, b)) in model.parameters().iter().zip(before.parameters()) {
        assert_eq!(a.value, b.value);
    }
}

/// A step is in place when nobody else holds the value, and leaves a tape's array alone when one
/// does.
#[test]
fn steps_are_in_place() {
    fn check<R: Rule>(name: &str, mut optimizer: Optimizer<R, f64>) {
        let mut model = Dense::new(3, 1).seed(1);
        let pointer = model.weight.value.as_ptr();
        train(&mut model, &mut optimizer, &problem(), 3);
        assert_eq!(model.weight.value.as_ptr(), pointer, "{name}");

        let tape = Tape::new();
        let on = Scope::train(&tape);
        let w = on.param(&model.weight);
        let before = w.value().to_owned();
        let gradients = on.backward(
            model
                .forward(&on, on.input(&array![[1.0, 2.0, 3.0]]))
                .sum(..),
        );
        optimizer.step(&mut model, &gradients);
        assert_eq!(w.value(), before, "{name}");
        assert_ne!(model.weight.value, before, "{name}");
    }
    every_rule!(check);
}

/// Parameters of any shape, and one that is frozen.
struct Odd([Param<f64>; 4]);

impl Module<f64> for Odd {
    fn forward<'t>(&self, on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
        self.0
            .iter()
            .fold(x, |sum, param| sum + on.param(param).powi(2).sum(..))
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
        self.0
            .iter()
            .enumerate()
            .for_each(|(index, param)| f(&at.index(index), param));
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
        self.0
            .iter_mut()
            .enumerate()
            .for_each(|(index, param)| f(&at.index(index), param));
    }
}

#[test]
fn any_shape_and_frozen() {
    fn check<R: Rule>(name: &str, mut optimizer: Optimizer<R, f64>) {
        let weight = |value: ndarray::ArrayD<f64>| Param::new(Role::Weight, value);
        let start = array![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]];
        let mut model = Odd([
            weight(ndarray::ArrayD::zeros(vec![0, 3])),
            weight(ndarray::arr0(2.0).into_dyn()),
            weight(start.clone().into_dyn()),
            weight(ndarray::arr0(1.0).into_dyn()),
        ]);
        // Set by hand, in column-major order.
        model.0[2].value = start
            .t()
            .as_standard_layout()
            .into_owned()
            .reversed_axes()
            .into_dyn()
            .into_shared();
        model.0[3].trainable = false;
        for _ in 0..2 {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let gradients = on.backward(model.forward(&on, tape.constant(0.0)));
            optimizer.step(&mut model, &gradients);
        }
        assert_eq!(model.0[0].value.shape(), [0, 3], "{name}");
        assert!(model.0[1].value[[]] < 2.0, "{name}");
        for (x, start) in model.0[2].value.iter().zip(&start) {
            assert!(*x < *start && *x > *start - 1.5, "{name}: {x} from {start}");
        }
        assert_eq!(model.0[3].value[[]], 1.0, "{name}");
    }
    every_rule!(check);
}

/// `f32` follows `f64` within its rounding.
#[test]
fn single_precision_follows_double() {
    let [x, y] = problem();
    let (mut double, mut single) = (
        Dense::<f64>::new(3, 1).seed(1),
        Dense::<f32>::new(3, 1).seed(1),
    );
    train(
        &mut double,
        &mut Adam::new(0.02),
        &[x.clone(), y.clone()],
        30,
    );
    let mut optimizer = Adam::new(0.02);
    for _ in 0..30 {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let output = single.forward(&on, on.input(x.mapv(|x| x as f32)));
        let gradients = on.backward(loss::SquaredError.mean(output, y.mapv(|y| y as f32)));
        optimizer.step(&mut single, &gradients);
    }
    for (a, b) in double.weight.value.iter().zip(&single.weight.value) {
        assert!((a - f64::from(*b)).abs() < 1e-5, "{a} against {b}");
    }
}

/// The message that a step panics with.
fn refused<R: Rule>(
    model: &mut impl Module<f64>,
    optimizer: &mut Optimizer<R, f64>,
    x: &Array2<f64>,
) -> String {
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let gradients = on.backward(model.forward(&on, on.input(x)).sum(..));
    let step = std::panic::AssertUnwindSafe(|| optimizer.step(model, &gradients));
    *std::panic::catch_unwind(step)
        .unwrap_err()
        .downcast::<String>()
        .unwrap()
}

/// Clones are one parameter and cannot be trained side by side; layers that are drawn anew are
/// parameters of their own.
#[test]
fn clones_are_refused() {
    let layer = Dense::<f64>::new(2, 2).seed(1);
    let mut model = tapegrad_nn::Mlp::new(&[2, 2, 2]);
    model.layers = vec![layer.clone(), layer.clone()];
    let message = refused(&mut model, &mut Sgd::new(0.1), &array![[1.0, 2.0]]);
    assert_eq!(
        message,
        "Optimizer::step: the parameter `layers.1.weight` stands in the model before; each must be one of its own (a clone is the same parameter, `separate` makes another)"
    );
    model.layers[1] = layer.seed(2);
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let gradients = on.backward(model.forward(&on, on.input(array![[1.0, 2.0]])).sum(..));
    Sgd::new(0.1).step(&mut model, &gradients);
    assert_eq!(gradients.iter().count(), 4);
}

/// What the optimizer remembers must fit the parameter, or nothing is changed.
#[test]
fn state_that_does_not_fit_is_refused() {
    let x = array![[1.0, 2.0, 3.0]];
    let mut model = Dense::<f64>::new(3, 1).seed(1);
    let mut optimizer = RmsProp::new(0.1);
    train(&mut model, &mut optimizer, &problem(), 1);
    model.weight.value = Array2::ones([3, 2]).into_dyn().into_shared();
    model.bias = None;
    let sentence = "the parameter `weight` has the shape [3, 2] and had [3, 1] in the steps before; it must stay, or the optimizer be made anew";
    assert_eq!(
        refused(&mut model, &mut optimizer, &x),
        format!("Optimizer::step: {sentence}")
    );
    assert_eq!(optimizer.steps(), 1);
    let tape = Tape::new();
    let unroll = std::panic::AssertUnwindSafe(|| {
        drop(tapegrad_optim::Unroll::new(&tape, &optimizer, &model))
    });
    let message = *std::panic::catch_unwind(unroll)
        .unwrap_err()
        .downcast::<String>()
        .unwrap();
    assert_eq!(message, format!("Unroll::new: {sentence}"));
}

/// Options that remember the same can change on the way; others cannot.
#[test]
fn other_options_on_the_way() {
    let mut optimizer = Adam::new(0.1);
    train(&mut Dense::new(3, 1), &mut optimizer, &problem(), 2);
    optimizer.set_rule(Adam::default().epsilon(1e-6).betas(0.8, 0.9));
    assert_eq!(optimizer.steps(), 2);
    let other = std::panic::AssertUnwindSafe(|| optimizer.set_rule(Adam::default().amsgrad()));
    let message = *std::panic::catch_unwind(other)
        .unwrap_err()
        .downcast::<String>()
        .unwrap();
    assert_eq!(
        message,
        r#"Optimizer::set_rule: the rule remembers ["mean", "square", "largest"] and that of the optimizer ["mean", "square"]; they must remember the same"#
    );
}

/// A parameter that is unfrozen late starts as one at the first step: its averages are new, and so is their correction.
#[test]
fn unfrozen_parameters_start_anew() {
    let step_after = |frozen: usize| {
        let mut model = Odd([1.0, 1.0, 1.0, 1.0].map(|x| Param::new(Role::Weight, x)));
        let mut optimizer = Adam::new(0.001);
        model.0[3].trainable = false;
        for step in 0..=frozen {
            model.0[3].trainable = step == frozen;
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let gradients = on.backward(model.forward(&on, tape.constant(0.0)));
            optimizer.step(&mut model, &gradients);
        }
        1.0 - model.0[3].value[[]]
    };
    for frozen in [0, 10, 1000] {
        assert!(
            (step_after(frozen) / 0.001 - 1.0).abs() < 1e-6,
            "after {frozen} steps: {}",
            step_after(frozen)
        );
    }
}

/// The loop over blocks does to each element what the rule says, at every length around a block.
#[test]
fn blocks_of_every_length() {
    struct One(Param<f64>);
    impl Module<f64> for One {
        fn forward<'t>(&self, on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
            on.param(&self.0) * x
        }
        fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
            f(at, &self.0);
        }
        fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
            f(at, &mut self.0);
        }
    }
    fn run<R: Rule>(mut optimizer: Optimizer<R, f64>, x: Vec<f64>, g: &[f64]) -> Vec<f64> {
        let mut model = One(Param::new(Role::Weight, x));
        for _ in 0..3 {
            let tape = Tape::new();
            let on = Scope::train(&tape);
            let gradients = on.backward(model.forward(&on, on.input(g.to_vec())).sum(..));
            optimizer.step(&mut model, &gradients);
        }
        model.0.value.iter().copied().collect()
    }
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        if !Property::Elementwise.holds(name) {
            return;
        }
        for length in [0, 1, 63, 64, 65, 129] {
            let wave = |phase: f64| {
                (0..length)
                    .map(|i| (f64::from(i) + phase).sin())
                    .collect::<Vec<_>>()
            };
            let (x, g) = (wave(0.0), wave(0.5));
            let together = run(optimizer.clone(), x.clone(), &g);
            let apart = x
                .iter()
                .zip(&g)
                .flat_map(|(&x, &g)| run(optimizer.clone(), vec![x], &[g]));
            assert_eq!(together, apart.collect::<Vec<_>>(), "{name} of {length}");
        }
    }
    every_rule!(check);
}
