//! Whatever the settings, the weights are those of a loop of public parts, to the bit.

use tapegrad_autodiff::Tape;
use tapegrad_nn::{
    Accumulation, BatchNorm, GradientMap, Loss, Mlp, Module, Penalty, Scope, loss, random,
};
use tapegrad_optim::{Adam, Ema, Lookahead, Momentum, Sam, Sgd, schedule};
use tapegrad_train::Trainer;
use tapegrad_train::data::Dataset;

use super::{bits, moons, network};

/// What the trainer derives the random numbers of a batch from.
fn seed_of(seed: u64, batch: usize) -> u64 {
    random::derive(random::derive_named(seed, "step"), batch)
}

/// The gradients of a batch, by hand.
fn gradients(
    tape: &mut Tape<f64>,
    model: &Mlp<f64>,
    batch: &Dataset<f64>,
    step: usize,
    seed: u64,
) -> (f64, f64, GradientMap<f64>) {
    let (loss, penalty, gradients) = {
        let on = Scope::train(tape).at_step(step).seed(seed);
        let predictions = model.forward(&on, on.input(&batch.x));
        let bce = loss::BinaryCrossEntropy::new();
        let loss = match &batch.weights {
            Some(weights) => bce.weighted_mean(predictions, &batch.y, weights),
            None => bce.mean(predictions, &batch.y),
        };
        let penalty = model.penalty(&on);
        (loss.item(), penalty.item(), on.backward(loss + penalty))
    };
    tape.clear();
    (loss, penalty, gradients)
}

#[test]
fn batches_penalties_dropout_schedules_clipping_and_averages() {
    let (train, _) = moons();
    let start = || {
        network()
            .dropout(0.3)
            .penalize(0, Penalty::l1(1e-3).proximal() + Penalty::l2(1e-3))
    };
    let optimizer = || Adam::new(schedule::Cosine::new(1e-2, 1e-4, 40));

    let mut trained = start();
    let fit = Trainer::new(optimizer(), loss::BinaryCrossEntropy::new())
        .epochs(7)
        .batch_size(16)
        .seed(9)
        .gradients(|g| g.clip_norm(0.5))
        .average(Ema::new(0.9))
        .fit(&mut trained, &train)
        .unwrap();

    let (mut model, mut optimizer, mut average) = (start(), optimizer(), Ema::new(0.9));
    let (mut tape, mut number) = (Tape::new(), 0);
    let mut losses = Vec::new();
    for epoch in 0..7 {
        let (mut sum, mut rows) = (0.0, 0);
        for batch in train.batches(16, 9, epoch) {
            let at = optimizer.steps();
            let (loss, _, g) = gradients(&mut tape, &model, &batch, at, seed_of(9, number));
            optimizer.step(&mut model, &g.clip_norm(0.5));
            average.update(&model);
            sum += loss * batch.rows() as f64;
            rows += batch.rows();
            number += 1;
        }
        losses.push(Some(sum / rows as f64));
    }
    average.swap(&mut model);
    assert_eq!(bits(&trained), bits(&model));
    assert_eq!(fit.history.column("loss"), Some(&losses[..]));
    assert_eq!(fit.history.steps().last(), Some(&28));
}

#[test]
fn several_batches_a_step_with_statistics() {
    let (train, _) = moons();
    let weights: Vec<f64> = (0..train.rows())
        .map(|row| 0.5 + (row % 3) as f64)
        .collect();
    let train = train.weighted(weights);
    let start = || network().normalize(BatchNorm::new);
    let mut trained = start();
    Trainer::new(Momentum::new(0.05), loss::BinaryCrossEntropy::new())
        .epochs(3)
        .batch_size(7)
        .accumulate(3)
        .fit(&mut trained, &train)
        .unwrap();

    let (mut model, mut optimizer) = (start(), Momentum::new(0.05));
    let (mut tape, mut number) = (Tape::new(), 0);
    for epoch in 0..3 {
        let batches: Vec<_> = train.batches(7, 0, epoch).collect();
        for of_step in batches.chunks(3) {
            let mut accumulation = Accumulation::new();
            for batch in of_step {
                let at = optimizer.steps();
                let (_, _, g) = gradients(&mut tape, &model, batch, at, seed_of(0, number));
                if of_step.len() > 1 {
                    g.update_statistics(&mut model);
                    accumulation.add(g, batch.rows());
                } else {
                    accumulation.add(g, 1);
                }
                number += 1;
            }
            optimizer.step(&mut model, &accumulation.mean());
        }
    }
    assert_eq!(bits(&trained), bits(&model));
}

#[test]
fn sharpness_aware_steps_have_the_same_dropout_twice() {
    let (train, _) = moons();
    let mut trained = network().dropout(0.5);
    let mut model = trained.clone();
    Trainer::new(
        Sam::new(Sgd::new(0.1), 0.05),
        loss::BinaryCrossEntropy::new(),
    )
    .steps(10)
    .full_batch()
    .seed(2)
    .fit(&mut trained, &train)
    .unwrap();

    let (mut sam, mut tape) = (Sam::new(Sgd::new(0.1), 0.05), Tape::new());
    for number in 0..10 {
        sam.step(&mut model, |model| {
            gradients(&mut tape, model, &train, number, seed_of(2, number)).2
        });
    }
    assert_eq!(bits(&trained), bits(&model));
}

#[test]
fn a_borrowed_optimizer_goes_on_afterwards() {
    let (train, _) = moons();
    let (mut model, mut optimizer) = (network(), Lookahead::new(Sgd::new(0.1)));
    for _ in 0..2 {
        let fit = Trainer::new(&mut optimizer, loss::BinaryCrossEntropy::new())
            .steps(6)
            .fit(&mut model, &train);
        assert_eq!(fit.unwrap().history.steps(), [2, 4, 6]);
    }
    assert_eq!(optimizer.steps(), 12);

    let mut other = network();
    Trainer::new(
        Lookahead::new(Sgd::new(0.1)),
        loss::BinaryCrossEntropy::new(),
    )
    .epochs(3)
    .fit(&mut other, &train)
    .unwrap();
    assert_ne!(bits(&other), bits(&model));
}
