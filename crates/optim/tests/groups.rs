//! Who is trained how: groups, decays of every kind, schedules of decay and momentum.

use ndarray::ArrayD;
use tapegrad_nn::{BatchNorm, GradientMap, Mlp, Module, Name, Role, Strength};
use tapegrad_optim::schedule::{Cosine, OneCycle};
use tapegrad_optim::{
    AdaGrad, Adam, AdamW, Changes, Decay, Ledger, Momentum, Optimizer, ParamGroup, RmsProp, Rule,
    Schedule, Sgd,
};

fn model() -> Mlp<f64> {
    let mut model = Mlp::new(&[2, 3, 3, 1]).normalize(BatchNorm::new).seed(3);
    let mut count = 0.0;
    model.visit_mut(Name::root(), &mut |_, param| {
        // Nothing is 0, so that every decay shows.
        count += 1.0;
        param.value.mapv_inplace(|x| x + 0.1 * count);
    });
    model
}

/// Some gradient of every trained parameter, another at each step.
fn gradients(model: &Mlp<f64>, step: usize) -> GradientMap<f64> {
    let params = model.parameters().into_iter();
    let trained = params.filter(|(_, param)| param.is_trained());
    let wave = |place: usize, shape: &[usize]| {
        let mut at = 0.0;
        ArrayD::from_shape_simple_fn(shape, || {
            at += 1.0;
            (1.3 * at + 0.7 * place as f64 + 0.4 * step as f64).sin()
        })
    };
    trained
        .enumerate()
        .map(|(place, (_, param))| (param.id(), wave(place, param.value.shape())))
        .collect()
}

fn trained<R: Rule>(mut optimizer: Optimizer<R, f64>, steps: usize) -> Mlp<f64> {
    let mut model = model();
    for step in 0..steps {
        let gradients = gradients(&model, step);
        optimizer.step(&mut model, &gradients);
    }
    model
}

fn value(model: &Mlp<f64>, name: &str) -> Vec<f64> {
    let (_, param) = model
        .parameters()
        .into_iter()
        .find(|(own, _)| own == name)
        .unwrap();
    param.value.iter().copied().collect()
}

/// Each parameter goes the way of an optimizer that has for all what the groups have for it.
#[test]
fn a_group_is_an_optimizer_of_its_own() {
    let own = || Adam::default().betas(0.5, 0.9).epsilon(1e-3);
    let lr = |t: usize| 0.1 / (1 + t) as f64;
    let grouped = AdamW::new(0.01)
        .group(ParamGroup::role(Role::Bias).scale_lr(3.0))
        .group(
            ParamGroup::layer("layers.0")
                .lr(lr)
                .decay(Decay::coupled(0.2)),
        )
        .group(ParamGroup::matching("layers.2.*").rule(own()))
        .group(ParamGroup::role(Role::Gain).scale_lr(0.0));
    let grouped = trained(grouped, 5);
    let as_in = |name: &str, optimizer: Optimizer<Adam, f64>| {
        assert_eq!(
            value(&grouped, name),
            value(&trained(optimizer, 5), name),
            "{name}"
        );
    };
    let coupled = |lr: &dyn Fn(usize) -> f64| {
        let rates: Vec<f64> = (0..5).map(lr).collect();
        Adam::new(move |t: usize| rates[t])
            .decay(Decay::coupled(0.2))
            .decay_biases()
    };
    as_in("layers.0.weight", coupled(&lr));
    as_in("layers.0.bias", coupled(&|t| 3.0 * lr(t)));
    as_in("layers.1.weight", AdamW::new(0.01));
    as_in("layers.1.bias", AdamW::new(0.03));
    as_in(
        "layers.2.weight",
        Optimizer::new(Decay::decoupled(0.01).then(own()), 0.01),
    );
    as_in(
        "layers.2.bias",
        Optimizer::new(Decay::decoupled(0.01).then(own()), 0.03),
    );
    let gain = "layers.1.normalization.gain";
    assert_eq!(value(&grouped, gain), value(&model(), gain));

    // Every setting has left its trace.
    let plain = trained(AdamW::new(0.01), 5);
    for name in [
        "layers.0.weight",
        "layers.0.bias",
        "layers.1.bias",
        "layers.2.weight",
        gain,
    ] {
        assert_ne!(value(&grouped, name), value(&plain, name), "{name}");
    }
}

/// The table says who got what; a group that comes later, or after some steps, counts from then on.
#[test]
fn the_ledger_says_who_got_what() {
    let mut optimizer = Sgd::new(Cosine::new(0.1, 0.0, 2))
        .decay(Decay::decoupled(0.5))
        .group(ParamGroup::layer("layers.1").scale_lr(0.5))
        .group(ParamGroup::matching("**.bias").decay(Decay::independent(1e-3)));
    let mut model = model();
    let gradients = gradients(&model, 0);
    optimizer.step(&mut model, &gradients);
    let optimizer = optimizer.group(ParamGroup::layer("layers.2").lr(0.7));
    let ledger = Ledger::of(&model, &optimizer);
    let row = |name: &str| ledger.rows.iter().find(|row| row.name == name).unwrap();
    assert_eq!(row("layers.0.weight").groups, [""; 0]);
    assert_eq!(
        row("layers.1.bias").groups,
        ["layer `layers.1`", "`**.bias`"]
    );
    assert!((row("layers.0.weight").learning_rate.unwrap() - 0.05).abs() < 1e-15);
    assert!((row("layers.1.bias").learning_rate.unwrap() - 0.025).abs() < 1e-15);
    assert_eq!(row("layers.2.weight").learning_rate, Some(0.7));
    let statistic = row("layers.1.normalization.running_mean");
    assert_eq!((statistic.learning_rate, statistic.groups.len()), (None, 0));
    let nobody = optimizer.clone().group(ParamGroup::matching("layers.*"));
    assert_eq!(
        Ledger::of(&model, &nobody)
            .warnings
            .last()
            .unwrap()
            .to_string(),
        "`layers.*`: the group has no parameter"
    );
    assert_eq!(row("layers.2.bias").decay, "independent 0.001");
    assert_eq!(row("layers.0.bias").shrinkage, Some(1e-3));
    assert_eq!(row("layers.2.weight").shrinkage, Some(0.7 * 0.5));
    assert_eq!(row("layers.0.normalization.gain").decay, "none");
    let printed = ledger.to_string();
    assert!(printed.contains("layer `layers.1`, `**.bias`"), "{printed}");
}

/// One step from a state of no memory, for each meaning: the formulas of the table.
#[test]
fn each_decay_is_its_formula() {
    let (k, lr) = (0.3, 0.05);
    fn after<R: Rule>(rule: R, decay: Decay, lr: f64) -> Vec<f64> {
        value(
            &trained(Optimizer::new(decay.then(rule), lr), 1),
            "layers.0.weight",
        )
    }
    let model = model();
    let x = value(&model, "layers.0.weight");
    let g = gradients(&model, 0);
    let g: Vec<f64> = g.wrt(&model.layers[0].weight).iter().copied().collect();
    for i in 0..x.len() {
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}")
        };
        near(
            after(Sgd, Decay::coupled(k), lr)[i],
            x[i] - lr * (g[i] + k * x[i]),
        );
        near(
            after(Sgd, Decay::decoupled(k), lr)[i],
            x[i] - lr * (g[i] + k * x[i]),
        );
        near(
            after(Sgd, Decay::independent(k), lr)[i],
            x[i] - lr * g[i] - k * x[i],
        );
        let normalised = Decay::normalised(k, 4, 100, 9);
        near(
            after(Sgd, normalised, lr)[i],
            x[i] - lr * g[i] - k * (2.0 / 30.0) * x[i],
        );
        // Adam's first step is lr sign(g) up to ε; decay inside changes its sign at most.
        let plain = Adam::default().epsilon(0.0);
        near(
            after(plain, Decay::coupled(k), lr)[i],
            x[i] - lr * (g[i] + k * x[i]).signum(),
        );
        near(
            after(plain, Decay::decoupled(k), lr)[i],
            x[i] - lr * (g[i].signum() + k * x[i]),
        );
        near(
            after(plain, Decay::independent(k), lr)[i],
            x[i] - lr * g[i].signum() - k * x[i],
        );
    }
}

/// A strength with a schedule is that of the step, and independent decay follows its own alone.
#[test]
fn decay_has_a_schedule_of_its_own() {
    let falling = || Strength::scheduled(Cosine::new(0.2, 0.0, 4));
    let mut optimizer = Sgd::new(0.0).decay(Decay::independent(falling()));
    let mut model = model();
    let start = value(&model, "layers.1.weight");
    let mut left = 1.0;
    for step in 0..6 {
        let gradients = gradients(&model, step);
        optimizer.step(&mut model, &gradients);
        left *= 1.0 - Cosine::new(0.2, 0.0, 4).at(step);
        for (x, start) in value(&model, "layers.1.weight").iter().zip(&start) {
            assert!((x - left * start).abs() < 1e-14);
        }
    }
    assert_eq!(
        value(&model, "layers.1.bias"),
        value(&self::model(), "layers.1.bias")
    );
}

/// A momentum with a schedule is the rule with the momentum of each step.
#[test]
fn momentum_has_a_schedule() {
    let cycle = OneCycle::new(0.1, 6);
    let momentum = cycle.momentum(0.8, 0.95);
    let scheduled = trained(Momentum::new(cycle).momentum(momentum), 6);
    let (mut model, mut by_hand) = (model(), Momentum::new(cycle));
    for step in 0..6 {
        let gradients = gradients(&model, step);
        by_hand.set_rule(Momentum::default().momentum(momentum.at(step)));
        by_hand.step(&mut model, &gradients);
    }
    assert_eq!(
        value(&scheduled, "layers.0.weight"),
        value(&model, "layers.0.weight")
    );

    let constant = |momentum: f64| Adam::new(0.1).momentum(momentum);
    let betas = Optimizer::new(Adam::default().betas(0.7, 0.999), 0.1);
    assert_eq!(
        value(&trained(constant(0.7), 4), "layers.2.weight"),
        value(&trained(betas, 4), "layers.2.weight")
    );
    let rms = || RmsProp::default().momentum(0.5);
    assert_eq!(
        value(
            &trained(Optimizer::new(rms(), 0.1).momentum(0.9), 3),
            "layers.2.weight"
        ),
        value(
            &trained(Optimizer::new(rms().momentum(0.9), 0.1), 3),
            "layers.2.weight"
        )
    );
}

/// A momentum that comes to 0 is 0, and not the rule's own.
#[test]
fn momentum_falls_to_zero() {
    let falling = |step: usize| if step == 0 { 0.9 } else { 0.0 };
    let rule = || RmsProp::default().momentum(0.5);
    let scheduled = trained(Optimizer::new(rule(), 0.1).momentum(falling), 2);
    let plain = trained(RmsProp::new(0.1), 2);
    for (x, y) in value(&scheduled, "layers.1.weight")
        .iter()
        .zip(value(&plain, "layers.1.weight"))
    {
        assert!((x - y).abs() < 1e-15, "{x} and {y}");
    }
}

/// Slots start as those of the group's own rule.
#[test]
fn the_rule_of_a_group_starts_its_slots() {
    let from = |sum: f64| AdaGrad::default().initial_sum(sum);
    let grouped = Optimizer::new(from(0.0), 0.1);
    let grouped = trained(
        grouped.group(ParamGroup::layer("layers.1").rule(from(3.0))),
        2,
    );
    let own = trained(Optimizer::new(from(3.0), 0.1), 2);
    assert_eq!(
        value(&grouped, "layers.1.weight"),
        value(&own, "layers.1.weight")
    );
    assert_ne!(
        value(&grouped, "layers.0.weight"),
        value(&own, "layers.0.weight")
    );
}

/// A role that changes is looked up anew; table, parts and step agree.
#[test]
fn another_role() {
    let mut optimizer = Sgd::new(0.1).decay(Decay::decoupled(0.5));
    let mut model = model();
    let gradients = gradients(&model, 0);
    optimizer.step(&mut model, &gradients);
    model.layers[0].weight.role = Role::Bias;
    let before = value(&model, "layers.0.weight");
    assert_eq!(Ledger::of(&model, &optimizer).rows[0].decay, "none");
    let changes = Changes::of(&optimizer, &model, &gradients);
    optimizer.step(&mut model, &gradients);
    let g = gradients.wrt(&model.layers[0].weight);
    let parts = changes.parameters[0].parts.iter();
    let sum = parts.fold(ArrayD::<f64>::zeros(g.shape()), |sum, (_, part)| sum + part);
    let after = value(&model, "layers.0.weight");
    for (((after, before), g), sum) in after.iter().zip(before).zip(g).zip(&sum) {
        assert!((after - (before - 0.1 * g)).abs() < 1e-15);
        assert!((after - before - sum).abs() < 1e-15);
    }
}

/// Unfrozen later, a parameter is settled then; frozen, it stays whatever its group.
#[test]
fn frozen_in_a_group() {
    let mut model = model();
    let mut optimizer = Sgd::new(0.1).group(ParamGroup::layer("layers.0").lr(1.0));
    assert_eq!(model.freeze("layers.0.weight"), 1);
    let before = value(&model, "layers.0.weight");
    let mut step = |model: &mut Mlp<f64>| {
        let gradients = gradients(model, 0);
        optimizer.step(model, &gradients);
    };
    step(&mut model);
    assert_eq!(value(&model, "layers.0.weight"), before);
    model.unfreeze("**");
    step(&mut model);
    let g = gradients(&model, 0);
    let g = g.wrt(&model.layers[0].weight);
    for ((x, before), g) in value(&model, "layers.0.weight").iter().zip(before).zip(g) {
        assert_eq!(*x, before - g);
    }
}
