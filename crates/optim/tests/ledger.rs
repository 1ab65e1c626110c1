//! The ledger: its table, its lints, and that the parts of a step are the step.

use ndarray::{Array2, array};
use rand::RngExt;
use tapegrad_autodiff::Tape;
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{
    BatchNorm, Constraint, Dense, GradientMap, Groups, Loss, Mlp, Module, Penalty, Scope, Strength,
    loss,
};
use tapegrad_optim::{
    Adadelta, Adam, AdamW, Changes, Decay, Lamb, Ledger, Lint, Lion, Momentum, Optimizer, RmsProp,
    Rprop, Rule, Sgd, Yogi,
};

fn gradients(model: &Mlp<f64>, step: usize, x: &Array2<f64>) -> GradientMap<f64> {
    let tape = Tape::new();
    let on = Scope::train(&tape).at_step(step).seed(step as u64);
    let y = model.forward(&on, on.input(x));
    on.backward(loss::SquaredError.mean(y, Array2::ones([x.nrows(), 2])) + model.penalty(&on))
}

/// A penalty with some of the forms, each in the loss or as a step, and with a schedule or without.
fn penalty(stream: &mut Stream) -> Penalty<f64> {
    let mut sum = Penalty::none();
    for form in 0..5 {
        let size = stream.random::<f64>();
        let strength = if stream.random() {
            Strength::new(0.1 * size)
        } else {
            Strength::scheduled(move |step| 0.1 * size / (1 + step) as f64)
        };
        let one = match form {
            0 => Penalty::l1(strength),
            1 => Penalty::l2(strength),
            2 => Penalty::group_lasso(Groups::Columns, strength),
            3 => Penalty::orthogonal(strength),
            _ => Penalty::custom("fourth", strength, |w| w.powi(4).sum(..)),
        };
        match stream.random_range(0..4) {
            0 => sum = sum + one,
            1 if form < 3 => sum = sum + one.proximal(),
            _ => {}
        }
    }
    sum
}

fn constraint(stream: &mut Stream) -> Option<Constraint> {
    match stream.random_range(0..6) {
        0 => Some(Constraint::max_norm(Groups::Columns, 0.9)),
        1 => Some(Constraint::non_negative()),
        2 => Some(Constraint::l1_ball(2.0)),
        _ => None,
    }
}

/// Two hundred configurations, three steps each: the parts sum to what the step then changes.
#[test]
fn parts_sum_to_the_change() {
    fn check<R: Rule>(optimizer: Optimizer<R, f64>, stream: &mut Stream) -> usize {
        let decay = match stream.random_range(0..3) {
            0 => Decay::None,
            1 => Decay::coupled(0.1 * stream.random::<f64>()),
            _ => Decay::decoupled(0.1 * stream.random::<f64>()),
        };
        let mut optimizer = optimizer.decay(decay);
        if stream.random() {
            optimizer = optimizer.decay_biases();
        }
        let mut model = Mlp::new(&[3, 4, 2]).seed(stream.random());
        for layer in &mut model.layers {
            layer.weight.penalty = penalty(stream);
            layer.weight.constraint = constraint(stream);
            layer.bias.as_mut().unwrap().penalty = penalty(stream);
            // The orthogonal penalty is one of matrices.
            if layer
                .bias
                .as_ref()
                .unwrap()
                .penalty
                .to_string()
                .contains("orthogonal")
            {
                layer.bias.as_mut().unwrap().penalty = Penalty::none();
            }
        }
        let mut causes = 0;
        for step in 0..3 {
            let x = Array2::from_shape_simple_fn([6, 3], || 2.0 * stream.random::<f64>() - 1.0);
            let mut gradients = gradients(&model, step, &x);
            if stream.random() {
                gradients = gradients.clip_norm(0.3);
            }
            let changes = Changes::of(&optimizer, &model, &gradients);
            let before = model.clone();
            optimizer.step(&mut model, &gradients);
            assert_eq!(changes.parameters.len(), 4);
            for ((change, (name, old)), (_, new)) in changes
                .parameters
                .iter()
                .zip(before.parameters())
                .zip(model.parameters())
            {
                assert_eq!(change.name, name);
                causes += change.parts.len();
                let mut sum = ndarray::ArrayD::zeros(old.value.shape());
                let mut size = 0.0_f64;
                for (_, part) in &change.parts {
                    sum += part;
                    size = part.iter().fold(size, |size, x| size.max(x.abs()));
                }
                let step = &new.value - &old.value;
                for (sum, step) in sum.iter().zip(&step) {
                    let off = (sum - step).abs();
                    assert!(
                        off <= 1e-14 * size.max(1.0),
                        "{name}: {sum} for {step} of {:?}",
                        change.parts
                    );
                }
            }
        }
        causes
    }
    let mut stream = random::stream(9);
    let mut causes = 0;
    for round in 0..200 {
        causes += match round % 10 {
            0 => check(Sgd::new(0.1), &mut stream),
            1 => check(
                Optimizer::new(Momentum::default().nesterov(), 0.05),
                &mut stream,
            ),
            2 => check(
                Optimizer::new(RmsProp::default().momentum(0.5), 0.01),
                &mut stream,
            ),
            3 => check(Optimizer::new(Adam::default().amsgrad(), 0.02), &mut stream),
            4 => check(AdamW::new(0.02), &mut stream),
            5 => check(Lamb::new(0.02), &mut stream),
            6 => check(Lion::new(0.002), &mut stream),
            7 => check(
                Optimizer::new(Yogi::default().then(Momentum::default()), 0.002),
                &mut stream,
            ),
            8 => check(Rprop::new(0.01), &mut stream),
            _ => check(Adadelta::new(1.0), &mut stream),
        };
    }
    assert!(causes > 6000, "{causes} parts");
}

/// Each cause has the part that its formula says, for plain descent.
#[test]
fn parts_are_those_of_their_causes() {
    let penalty = Penalty::l1(0.5) + Penalty::l2(0.25);
    let mut layer = Dense::<f64>::new(1, 1)
        .without_bias()
        .penalize(penalty + Penalty::l1(2.0).proximal());
    layer.weight.value = array![[4.0]].into_dyn().into_shared();
    layer.weight.constraint = Some(Constraint::between(-1.0, 1.0));
    let optimizer = Sgd::new(0.125).decay(Decay::decoupled(0.5));
    let tape = Tape::new();
    let on = Scope::train(&tape);
    // The data pull with 2, L1 with 0.5, L2 with 2 · 0.25 · 4; clipped to half of it.
    let loss = (2.0 * on.param(&layer.weight)).sum(..) + layer.penalty(&on);
    let gradients = on.backward(loss).clip_norm(2.25);
    let changes = Changes::of(&optimizer, &layer, &gradients);
    let parts: Vec<_> = changes.parameters[0]
        .parts
        .iter()
        .map(|(cause, part)| (cause.as_str(), part[[0, 0]]))
        .collect();
    let expected = [
        ("data", -0.25),
        ("L1 0.5", -0.0625),
        ("L2 0.25", -0.25),
        ("clipping", 0.28125),
        ("decay", -0.25),
        ("L1 2 (proximal)", -0.25),
        ("between -1 and 1", -2.21875),
    ];
    for ((cause, part), expected) in parts.iter().zip(expected) {
        assert_eq!(*cause, expected.0);
        assert!(
            (part - expected.1).abs() < 1e-14,
            "{cause}: {part} for {}",
            expected.1
        );
    }
    assert_eq!(parts.len(), expected.len());
}

#[test]
fn shrinkage_and_half_life() {
    let model = Mlp::<f64>::new(&[2, 2, 1])
        .penalize(0, Penalty::l2(0.5))
        .penalize(1, Penalty::l1(0.5));
    let rows = |optimizer: Ledger| {
        optimizer
            .rows
            .iter()
            .map(|row| (row.shrinkage, row.half_life()))
            .collect::<Vec<_>>()
    };
    // A step takes away lr · 2 λ = 0.1: half is left after ln ½ / ln 0.9 steps.
    let of_sgd = rows(Ledger::of(&model, &Sgd::new(0.1)));
    assert!((of_sgd[0].0.unwrap() - 0.1).abs() < 1e-15);
    assert!((of_sgd[0].1.unwrap() - 0.5_f64.ln() / 0.9_f64.ln()).abs() < 1e-12);
    assert_eq!(of_sgd[1..], [(Some(0.0), None); 3]);
    let of_decoupled = rows(Ledger::of(
        &model,
        &Momentum::new(0.1).decay(Decay::decoupled(0.5)),
    ));
    assert_eq!(of_decoupled[2].0, Some(0.05));
    // As a step it is w / (1 + 2 λ t), and never past 0.
    let strong = Dense::<f64>::new(2, 1).penalize(Penalty::l2(10.0).proximal());
    let of_step = Ledger::of(&strong, &Sgd::new(0.1));
    assert!((of_step.rows[0].shrinkage.unwrap() - 2.0 / 3.0).abs() < 1e-15);
    assert!(of_step.warnings.is_empty());
    // What a rule that remembers has not seen, it does not know: then it is the mean of the reaches.
    let mut optimizer = Adam::new(0.1);
    assert_eq!(rows(Ledger::of(&model, &optimizer))[0], (None, None));
    let mut trained = model.clone();
    let x = array![[1.0, -0.5]];
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let loss = trained.forward(&on, on.input(&x)).sum(..) + trained.penalty(&on);
    let gradients = on.backward(loss);
    optimizer.step(&mut trained, &gradients);
    let g = gradients
        .wrt(&model.layers[0].weight)
        .mapv(|g| 0.1 / (g.abs() + 1e-8));
    let shrinkage = rows(Ledger::of(&trained, &optimizer))[0].0.unwrap();
    assert!(
        (shrinkage / g.mean().unwrap() - 1.0).abs() < 1e-9,
        "{shrinkage}"
    );
}

/// One model for each lint, and one without any.
#[test]
fn lints() {
    let plain = || Mlp::<f64>::new(&[2, 2, 1]).penalize(0, Penalty::l2(0.1));
    let lints = |ledger: Ledger| {
        ledger
            .warnings
            .iter()
            .map(|warning| warning.lint)
            .collect::<Vec<_>>()
    };
    let good = Ledger::of(&plain(), &Sgd::new(0.1)).with_patterns(&["layers.*.weight", "**.bias"]);
    let alike = array![[1.0, -1.0], [-1.0, 1.0], [0.5, 0.3]];
    assert_eq!(lints(good.with_inputs(&alike)), []);

    let mut biased = plain();
    biased.layers[1] = biased.layers[1].clone().penalize_bias(Penalty::l1(0.1));
    assert_eq!(
        lints(Ledger::of(&biased, &Sgd::new(0.1))),
        [Lint::BiasShrunk]
    );
    let decaying = Sgd::new(0.1).decay(Decay::decoupled(0.1)).decay_biases();
    let gains = Dense::<f64>::new(2, 1)
        .without_bias()
        .normalize(BatchNorm::new);
    let found = Ledger::of(&gains, &decaying);
    assert_eq!(lints(found.clone()), [Lint::BiasShrunk, Lint::BiasShrunk]);
    assert_eq!(found.warnings[0].place, "normalization.gain");

    let twice = Ledger::of(&plain(), &AdamW::new(0.1));
    assert_eq!(lints(twice.clone()), [Lint::ShrunkTwice]);
    let told = twice.to_string();
    assert!(told.ends_with("warning: layers.0.weight: an L2 penalty and decay pull at one weight; mostly one of them is meant\n"), "{told}");

    let strong = Mlp::<f64>::new(&[2, 1]).penalize(0, Penalty::l2(5.0));
    let past = Ledger::of(&strong, &Sgd::new(0.1));
    assert_eq!(lints(past.clone()), [Lint::ShrunkPastZero]);
    assert_eq!(past.rows[0].half_life(), Some(0.0));
    let past = Ledger::of(
        &Mlp::<f64>::new(&[2, 1]),
        &Sgd::new(0.1).decay(Decay::decoupled(10.0)),
    );
    assert_eq!(lints(past), [Lint::ShrunkPastZero]);

    let inputs = array![[100.0, 0.1], [300.0, -0.1]];
    let unlike = Ledger::of(&plain(), &Sgd::new(0.1)).with_inputs(&inputs);
    assert_eq!(lints(unlike.clone()), [Lint::InputsNotStandardized]);
    assert_eq!(
        unlike.warnings[0].to_string(),
        "layers.0.weight: input 0 has the mean 200.00 and the deviation 100.00; what is penalised should have 0 and 1 (`data::Standardizer`)"
    );
    // Nothing is penalised, so units do not matter.
    let free = Mlp::<f64>::new(&[2, 1]);
    assert_eq!(
        lints(Ledger::of(&free, &Sgd::new(0.1)).with_inputs(&inputs)),
        []
    );

    let patterns =
        Ledger::of(&plain(), &Sgd::new(0.1)).with_patterns(&["layers.*.weight", "layers.*.kernel"]);
    assert_eq!(
        patterns.warnings[0].to_string(),
        "layers.*.kernel: the pattern matches no parameter"
    );
    assert_eq!(lints(patterns), [Lint::NoMatch]);
    // What is frozen is shrunk by nothing.
    let mut frozen = biased;
    frozen.layers[1].bias.as_mut().unwrap().trainable = false;
    let ledger = Ledger::of(&frozen, &Sgd::new(0.1));
    assert_eq!(
        (lints(ledger.clone()), ledger.rows[3].shrinkage),
        (vec![], None)
    );
    assert!(
        ledger.to_string().contains("layers.1.bias (frozen)"),
        "{ledger}"
    );
}
