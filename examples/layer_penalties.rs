//! 2: a penalty for each layer. L1 on the inputs' weights finds the features that matter, L2 keeps
//! the others' size down.
//!
//! The target depends on 4 of 20 features. Each line is a feature: the sum of absolute weights that
//! leave it.
//!
//! ```text
//! cargo run --release --example layer_penalties
//! ```

use ndarray::Axis;
use tapegrad::prelude::*;

fn main() {
    let (data, truth) = data::sparse_linear_regression::<f32>(200, 20, 4, 0.5, 7);
    let (train, test) = data.map_y(|y| y.mapv(|y| (y / 2.0).tanh())).split(0.5, 1);

    let plain = fit(Mlp::new(&[20, 16, 1]).seed(1), &train);
    let penalised = Mlp::new(&[20, 16, 1])
        .seed(1)
        .penalize(0, Penalty::l1(1e-2))
        .penalize(1, Penalty::l2(1e-3));
    let penalised = fit(penalised, &train);

    println!(
        "feature  weight  without penalty                        L1 on the inputs, L2 on the outputs"
    );
    let [without, with] = [&plain, &penalised].map(importance);
    for feature in 0..20 {
        let mark = if truth[feature] != 0.0 { "*" } else { " " };
        let bars =
            [without[feature], with[feature]].map(|size| "#".repeat((4.0 * size).round() as usize));
        println!(
            "{feature:6}{mark} {:7.2}  {:38} {}",
            truth[feature], bars[0], bars[1]
        );
    }
    println!("\n                   data loss   penalty   test loss");
    for (name, model) in [("without penalty", &plain), ("L1 + L2", &penalised)] {
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        let data_loss = |data: &Dataset| {
            loss::SquaredError
                .mean(model.forward(&on, on.input(&data.x)), &data.y)
                .item()
        };
        let penalty = model.penalty(&on).item();
        println!(
            "{name:16} {:11.4} {penalty:9.4} {:11.4}",
            data_loss(&train),
            data_loss(&test)
        );
    }
}

fn fit(mut model: Mlp, train: &Dataset) -> Mlp {
    const EPOCHS: usize = 300;
    let steps = EPOCHS * train.batches(16, 0, 0).len();
    let mut optimizer = Adam::new(schedule::Cosine::new(1e-2, 0.0, steps));
    assert!(
        Ledger::of(&model, &optimizer)
            .with_inputs(&train.x)
            .warnings
            .is_empty()
    );
    let mut tape = Tape::new();
    for epoch in 0..EPOCHS {
        for batch in train.batches(16, 1, epoch) {
            let on = Scope::train(&tape);
            let data_loss =
                loss::SquaredError.mean(model.forward(&on, on.input(&batch.x)), &batch.y);
            let gradients = on.backward(data_loss + model.penalty(&on));
            tape.clear();
            optimizer.step(&mut model, &gradients);
        }
    }
    model
}

/// `Σ|w|` of the weights that leave each input.
fn importance(model: &Mlp) -> Vec<f32> {
    model.layers[0]
        .weight
        .value
        .mapv(f32::abs)
        .sum_axis(Axis(1))
        .into_iter()
        .collect()
}
