//! Lookahead: where slow weights are, what zeros and sets are left, and going on from a file.

use ndarray::{Array2, array};
use tapegrad_autodiff::Tape;
use tapegrad_nn::{
    Constraint, Dense, GradientMap, Groups, LoadProblem, Loss, Mlp, Module, Penalty, Scope,
    Section, loss,
};
use tapegrad_optim::{Adam, AdamW, Lookahead, Momentum, Optimizer, Real, RmsProp, Rule, Sgd};

fn gradients(model: &impl Module<f64>) -> GradientMap<f64> {
    let x = Array2::from_shape_fn([40, 3], |(i, j)| (1.7 * (3 * i + j) as f64).sin());
    let y = x.dot(&array![[1.0], [-2.0], [0.0]]) + 0.5;
    let tape = Tape::new();
    let on = Scope::train(&tape);
    on.backward(loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y) + model.penalty(&on))
}

fn step<R: Rule>(model: &mut impl Module<f64>, optimizer: &mut Lookahead<R, f64>) {
    let g = gradients(model);
    optimizer.step(model, &g);
}

fn numbers(model: &impl Module<f64>) -> Vec<f64> {
    let params = model.parameters();
    let numbers = params.iter().flat_map(|(_, param)| param.value.iter());
    numbers.copied().collect()
}

/// Within a cycle the steps are the optimizer's; at its end the weights are `slow + α (fast − slow)`.
#[test]
fn fast_and_slow() {
    for (every, alpha) in [(1, 0.5), (3, 0.25), (4, 1.0)] {
        let mut model = Mlp::<f64>::new(&[3, 2, 1]).seed(4);
        let mut by_hand = model.clone();
        let mut optimizer = Lookahead::new(Adam::new(0.05)).every(every).alpha(alpha);
        let mut alone = Adam::new(0.05);
        let mut slow = numbers(&model);
        for count in 1..=12 {
            step(&mut model, &mut optimizer);
            let g = gradients(&by_hand);
            alone.step(&mut by_hand, &g);
            if count % every == 0 {
                let fast = numbers(&by_hand);
                for (slow, fast) in slow.iter_mut().zip(fast) {
                    *slow += alpha * (fast - *slow);
                }
                let reached = numbers(&model);
                let errors = reached.iter().zip(&slow).map(|(x, slow)| (x - slow).abs());
                let error = errors.fold(0.0, f64::max);
                assert!(error < 1e-15, "{every}, {alpha}, step {count}: {error}");
                by_hand = model.clone();
                slow = numbers(&model);
            }
            assert_eq!(numbers(&model), numbers(&by_hand), "step {count}");
        }
        assert_eq!(optimizer.steps(), 12);
    }
}

/// With `α = 1` it is the optimizer alone, to the bit.
#[test]
fn with_an_alpha_of_one_nothing_is_averaged() {
    let (mut model, mut alone) = (Dense::new(3, 1).seed(1), Dense::new(3, 1).seed(1));
    let mut lookahead = Lookahead::new(Momentum::new(0.05)).every(2).alpha(1.0);
    let mut optimizer = Momentum::new(0.05);
    for _ in 0..20 {
        step(&mut model, &mut lookahead);
        let g = gradients(&alone);
        optimizer.step(&mut alone, &g);
    }
    assert_eq!(numbers(&model), numbers(&alone));
}

/// A proximal penalty makes exact zeros, and they stay through the ends of cycles; of groups, too. Without one a
/// weight that happens to be 0 is averaged.
#[test]
fn exact_zeros_arise_and_stay() {
    fn check<R: Rule>(optimizer: Optimizer<R, f64>) {
        for penalty in [
            Penalty::l1(0.5).proximal(),
            Penalty::group_lasso(Groups::Rows, 0.5).proximal(),
        ] {
            let mut model = Dense::new(3, 1).seed(1).penalize(penalty);
            let mut optimizer = Lookahead::new(optimizer.clone());
            for count in 0..2000 {
                step(&mut model, &mut optimizer);
                if count >= 1990 {
                    let zeros = model.weight.value.mapv(|w| w == 0.0);
                    assert_eq!(zeros, array![[false], [false], [true]].into_dyn());
                }
            }
        }
    }
    check(Sgd::new(0.1));
    check(Momentum::new(0.02));
    check(RmsProp::new(0.01));
    check(Adam::new(0.05));
    check(AdamW::new(0.05));

    let mut model = Dense::<f64>::new(1, 1).without_bias();
    model.weight.value.fill(1.0);
    let one: GradientMap<f64> = GradientMap::from_iter([(model.weight.id(), array![[1.0]])]);
    Lookahead::new(Sgd::new(1.0))
        .every(1)
        .step(&mut model, &one);
    assert_eq!(model.weight.value[[0, 0]], 0.5);
}

/// After each step, also at the ends of cycles, a weight is in its set.
#[test]
fn constraints_hold() {
    type Inside = fn(&[f64]) -> bool;
    let sets: [(Constraint, Inside); 5] = [
        (Constraint::non_negative(), |w| w.iter().all(|w| *w >= 0.0)),
        (Constraint::between(-0.3, 0.1), |w| {
            w.iter().all(|w| (-0.3..=0.1).contains(w))
        }),
        (Constraint::max_norm(Groups::Whole, 0.7), |w| {
            w.iter().map(|w| w * w).sum::<f64>() <= 0.49 + 1e-12
        }),
        (Constraint::l1_ball(0.6), |w| {
            w.iter().map(|w| w.abs()).sum::<f64>() <= 0.6 + 1e-12
        }),
        (Constraint::unit_norm(Groups::Whole), |w| {
            (w.iter().map(|w| w * w).sum::<f64>() - 1.0).abs() < 1e-12
        }),
    ];
    for (set, inside) in sets {
        let mut model = Dense::new(3, 1).seed(1).constrain(set);
        set.project(model.weight.value.as_slice_mut().unwrap(), &[3, 1]);
        let mut optimizer = Lookahead::new(Momentum::new(0.1)).every(3).alpha(0.3);
        for _ in 0..100 {
            step(&mut model, &mut optimizer);
            let w = model.weight.value.as_slice().unwrap();
            assert!(inside(w), "{set}: {w:?}");
        }
    }
}

/// What is frozen at the end of a cycle stays, and its slow weights wait.
#[test]
fn frozen_parameters_wait() {
    let mut model = Dense::<f64>::new(1, 1).without_bias();
    model.weight.value.fill(0.0);
    let one: GradientMap<f64> = GradientMap::from_iter([(model.weight.id(), array![[-1.0]])]);
    let mut optimizer = Lookahead::new(Sgd::new(1.0)).every(2);
    let mut after = Vec::new();
    for frozen in [false, true, false, false] {
        model.weight.trainable = !frozen;
        optimizer.step(&mut model, &one);
        after.push(model.weight.value[[0, 0]]);
    }
    assert_eq!(after, [1.0, 1.0, 2.0, 1.5]);
}

/// Saved in the middle of a cycle, the steps after are the same to the bit; also of a parameter that was frozen,
/// and around an optimizer that had steps before.
#[test]
fn goes_on_bit_for_bit() {
    fn check<R: Rule>(optimizer: Optimizer<R, f64>) {
        let new = || Mlp::<f64>::new(&[3, 2, 1]).seed(4);
        let (mut model, mut first) = (new(), optimizer.clone());
        let g = gradients(&model);
        first.step(&mut model, &g);
        model.layers[1].weight.trainable = false;
        let mut lookahead = Lookahead::new(first);
        for count in 0..7 {
            model.layers[0].weight.trainable = count != 2;
            step(&mut model, &mut lookahead);
        }
        let (parameters, state) = (Section::of(&model), lookahead.save(&model));
        let (mut other, mut resumed) = (new(), Lookahead::new(optimizer));
        parameters.load_into(&mut other).unwrap();
        resumed.load(&state, &other).unwrap();
        assert_eq!(resumed.steps(), 8);
        model.layers[1].weight.trainable = true;
        for _ in 0..9 {
            step(&mut model, &mut lookahead);
            step(&mut other, &mut resumed);
        }
        let bits = |model| numbers(model).into_iter().map(f64::to_bits);
        assert!(bits(&model).eq(bits(&other)));
    }
    check(Sgd::new(0.1));
    check(Momentum::new(0.05));
    check(Adam::new(0.02));
}

/// What is refused, and that the steps after are as if nothing had been asked.
#[test]
fn what_does_not_fit_changes_nothing() {
    fn refuse<R: Rule>(optimizer: Optimizer<R, f64>, section: &Section) -> LoadProblem {
        let mut model = Dense::<f64>::new(3, 1).seed(1);
        let mut lookahead = Lookahead::new(optimizer).every(2);
        step(&mut model, &mut lookahead);
        let (mut other, mut untouched) = (model.clone(), lookahead.clone());
        let problem = lookahead.load(section, &model).unwrap_err();
        for _ in 0..3 {
            step(&mut model, &mut lookahead);
            step(&mut other, &mut untouched);
        }
        assert_eq!(numbers(&model), numbers(&other), "{problem}");
        problem
    }
    fn stepped<R: Rule>(optimizer: Optimizer<R, f64>) -> (Dense<f64>, Lookahead<R, f64>) {
        let (mut model, mut lookahead) = (Dense::new(3, 1).seed(1), Lookahead::new(optimizer));
        step(&mut model, &mut lookahead);
        (model, lookahead)
    }
    let (model, sgd) = stepped(Sgd::new(0.1));
    let saved = sgd.save(&model);
    type Saved = (String, Vec<String>, u64, Vec<(String, u64)>);
    let mut alone = sgd.optimizer.save(&model);
    let state: Saved = alone.state_of("Optimizer", 1).unwrap();
    alone.set_state_of("Lookahead", 1, &state);
    let problem = refuse(Sgd::new(0.1), &alone);
    assert!(
        matches!(&problem, LoadProblem::Missing { name } if name == "slow/weight"),
        "{problem}"
    );
    let problem = refuse(Adam::new(0.1), &saved);
    assert!(
        matches!(problem, LoadProblem::OtherKind { .. }),
        "{problem}"
    );
    let problem = refuse(Sgd::new(0.1), &saved.convert::<f32>());
    assert!(
        matches!(&problem, LoadProblem::OtherElement { name, .. } if name == "slow/weight"),
        "{problem}"
    );
    let mut wide = saved.clone();
    wide.insert("slow/weight", "slow", Array2::<f64>::zeros([3, 2]));
    let problem = refuse(Sgd::new(0.1), &wide);
    assert!(
        matches!(&problem, LoadProblem::Shape { name, .. } if name == "weight"),
        "{problem}"
    );
    let deep = Lookahead::new(Sgd::new(0.1)).save(&Mlp::<f64>::new(&[3, 1]));
    let problem = refuse(Sgd::new(0.1), &deep);
    assert!(matches!(problem, LoadProblem::Extra { .. }), "{problem}");
    // Before any step there is nothing slow.
    let fresh = Lookahead::new(Sgd::new(0.1)).save(&model);
    assert_eq!(fresh.arrays().count(), 0);
    Lookahead::new(Sgd::new(0.1)).load(&fresh, &model).unwrap();
}

/// Heavy ball, whose slot has the name that slow weights have.
#[derive(Clone, Copy, Debug, Default)]
struct Heavy;

impl Rule for Heavy {
    type Step = ();

    fn slots(&self) -> usize {
        1
    }

    fn slot_name(&self, _slot: usize) -> &'static str {
        "slow"
    }

    fn at(&self, _step: i32) {}

    fn direction<R: Real>(&self, _at: (), slots: &mut [R], _x: R, g: R) -> R {
        slots[0] = slots[0] * R::number(0.5) + g;
        slots[0]
    }

    fn reach<R: Real>(&self, _at: (), _slots: &[R], _g: R, lr: R) -> R {
        lr * R::number(2.0)
    }
}

/// A rule can remember what it calls slow.
#[test]
fn a_slot_called_slow() {
    let (mut model, start) = (
        Dense::<f64>::new(3, 1).seed(1),
        Lookahead::new(Optimizer::new(Heavy, 0.02)),
    );
    let mut lookahead = start.clone();
    for _ in 0..3 {
        step(&mut model, &mut lookahead);
    }
    let (mut other, mut resumed) = (model.clone(), start);
    resumed.load(&lookahead.save(&model), &model).unwrap();
    for _ in 0..9 {
        step(&mut model, &mut lookahead);
        step(&mut other, &mut resumed);
    }
    assert_eq!(numbers(&model), numbers(&other));
}
