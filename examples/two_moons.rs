//! 1: what an L2 penalty on the hidden layer does to an overfitted network.
//!
//! Thirty noisy points of two moons, five hundred hidden units, seventy points to test: the
//! published case study "How to reduce overfitting with weight regularization", repeated for seven
//! strengths λ of `λ Σ W₁²`.
//!
//! ```text
//! cargo run --release --example two_moons [-- --seed 1 --epochs 4000]
//! ```

use std::error::Error;

use tapegrad::prelude::*;

const STRENGTHS: [f64; 7] = [0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

fn main() -> Result<(), Box<dyn Error>> {
    let [seed, epochs] = options([("--seed", 1), ("--epochs", 4000)])?;
    let (train, test) = read()?;
    println!(
        "{} rows to train, {} to test; seed {seed}, {epochs} epochs of Adam",
        train.rows(),
        test.rows()
    );

    let untrained = Mlp::new(&[2, 500, 1])
        .activation(Activation::Relu)
        .seed(seed as u64);
    println!("\nbefore training:\n{}", picture(&train, &untrained));
    println!("       λ  train acc  test acc  test loss    ‖W₁‖  zeros  penalty");
    let mut best = (0.0, f64::INFINITY, untrained);
    for strength in STRENGTHS {
        let model = fit(strength, seed as u64, epochs, &train);
        let row = Row::of(strength, &model, &train, &test);
        println!("{row}");
        if row.test_loss < best.1 {
            best = (strength, row.test_loss, model);
        }
    }
    println!(
        "\nafter training with λ = {:.0e}, the lowest test loss:\n{}",
        best.0,
        picture(&test, &best.2)
    );
    Ok(())
}

/// The hundred points of scikit-learn's `make_moons(100, noise=0.2, random_state=1)`: 30 to train,
/// 70 to test.
pub(crate) fn read() -> Result<(Dataset, Dataset), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/moons.csv");
    Ok(Dataset::read_csv(path, &["label"])?.split_at(30))
}

/// 2-500-1, rectifiers, `λ Σ W₁²` on the hidden weights; Adam on all rows at once, with Keras's ε.
pub(crate) fn fit(strength: f64, seed: u64, epochs: usize, train: &Dataset) -> Mlp {
    let mut model = Mlp::new(&[2, 500, 1])
        .activation(Activation::Relu)
        .seed(seed)
        .penalize(0, Penalty::l2(strength));
    let mut optimizer = Optimizer::new(Adam::default().epsilon(1e-7), 1e-3);
    assert!(
        Ledger::of(&model, &optimizer)
            .with_inputs(&train.x)
            .warnings
            .is_empty()
    );
    let mut tape = Tape::new();
    for _ in 0..epochs {
        let on = Scope::train(&tape);
        let data_loss =
            loss::BinaryCrossEntropy::new().mean(model.forward(&on, on.input(&train.x)), &train.y);
        let gradients = on.backward(data_loss + model.penalty(&on));
        tape.clear();
        optimizer.step(&mut model, &gradients);
    }
    model
}

/// A line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) strength: f64,
    pub(crate) train_accuracy: f64,
    pub(crate) test_accuracy: f64,
    pub(crate) test_loss: f64,
    pub(crate) norm: f64,
    pub(crate) zeros: usize,
    pub(crate) penalty: f64,
}

impl Row {
    pub(crate) fn of(strength: f64, model: &Mlp, train: &Dataset, test: &Dataset) -> Self {
        let weight = &model.layers[0].weight;
        let tape = Tape::new();
        let on = Scope::eval(&tape);
        let test_logits = model.forward(&on, on.input(&test.x));
        Self {
            strength,
            train_accuracy: metric::binary_accuracy(model.predict(&train.x), &train.y),
            test_accuracy: metric::binary_accuracy(test_logits.value(), &test.y),
            test_loss: loss::BinaryCrossEntropy::new()
                .mean(test_logits, &test.y)
                .item()
                .into(),
            norm: on.param(weight).powi(2).sum(..).sqrt().item().into(),
            zeros: weight.value.iter().filter(|w| **w == 0.0).count(),
            penalty: model.penalty(&on).item().into(),
        }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:8.0e} {:10.3} {:9.3} {:10.3} {:7.2} {:6} {:8.4}",
            self.strength,
            self.train_accuracy,
            self.test_accuracy,
            self.test_loss,
            self.norm,
            self.zeros,
            self.penalty
        )
    }
}

fn picture(data: &Dataset, model: &Mlp) -> String {
    plot::boundary(data, 64, 20, |x| model.predict(x))
}

/// Whole numbers given as `--name value`, or their defaults.
fn options<const N: usize>(known: [(&str, usize); N]) -> Result<[usize; N], String> {
    let mut values = known.map(|(_, default)| default);
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let usage = || {
            format!(
                "usage: {}",
                known
                    .map(|(name, default)| format!("[{name} {default}]"))
                    .join(" ")
            )
        };
        let place = known
            .iter()
            .position(|&(option, _)| option == name)
            .ok_or_else(usage)?;
        values[place] = given
            .next()
            .and_then(|value| value.parse().ok())
            .ok_or_else(usage)?;
    }
    Ok(values)
}
