//! 3: five optimizers on one problem: three spiral arms, a 2-32-32-3 network, batches of 32.
//!
//! A line for each tenth epoch, the training loss of each optimizer beside the others; then how
//! many of 300 new points are right.
//!
//! ```text
//! cargo run --release --example optimizers
//! ```

use tapegrad::prelude::*;

const EPOCHS: usize = 100;

fn main() {
    let train = data::spirals::<f32>(300, 3, 0.03, 1);
    let test = data::spirals::<f32>(300, 3, 0.03, 2);
    let runs = [
        run("Sgd", Sgd::new(0.3), &train, &test),
        run("Momentum", Momentum::new(0.1), &train, &test),
        run("RmsProp", RmsProp::new(0.003), &train, &test),
        run("Adam", Adam::new(0.01), &train, &test),
        run(
            "AdamW",
            AdamW::new(schedule::Cosine::new(0.01, 0.0, EPOCHS * 10)),
            &train,
            &test,
        ),
    ];
    println!(
        "   epoch {}",
        runs.each_ref()
            .map(|run| format!("{:>9}", run.name))
            .concat()
    );
    for epoch in (0..EPOCHS).step_by(10).chain([EPOCHS - 1]) {
        println!(
            "{epoch:8} {}",
            runs.each_ref()
                .map(|run| format!("{:9.4}", run.losses[epoch]))
                .concat()
        );
    }
    println!(
        "accuracy {}",
        runs.each_ref()
            .map(|run| format!("{:9.3}", run.accuracy))
            .concat()
    );
}

struct Run {
    name: &'static str,
    /// The mean loss of each epoch.
    losses: Vec<f32>,
    accuracy: f64,
}

fn run<R: Rule>(
    name: &'static str,
    mut optimizer: Optimizer<R>,
    train: &Dataset,
    test: &Dataset,
) -> Run {
    let mut model = Mlp::new(&[2, 32, 32, 3])
        .activation(Activation::Relu)
        .seed(1);
    assert!(
        Ledger::of(&model, &optimizer)
            .with_inputs(&train.x)
            .warnings
            .is_empty()
    );
    let mut tape = Tape::new();
    let mut losses = Vec::new();
    for epoch in 0..EPOCHS {
        let mut sum = 0.0;
        for batch in train.batches(32, 1, epoch) {
            let on = Scope::train(&tape);
            let logits = model.forward(&on, on.input(&batch.x));
            let loss = loss::CrossEntropy::new().mean(logits, &batch.classes());
            sum += loss.item() * batch.rows() as f32;
            let gradients = on.backward(loss);
            tape.clear();
            optimizer.step(&mut model, &gradients);
        }
        losses.push(sum / train.rows() as f32);
    }
    let accuracy = metric::accuracy(model.predict(&test.x), &test.classes());
    Run {
        name,
        losses,
        accuracy,
    }
}
