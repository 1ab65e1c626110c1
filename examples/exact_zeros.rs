//! 7: weights that are exactly zero, and a proof that they should be.
//!
//! The target depends on 4 of 20 features, smoothly but not linearly. A group lasso on the rows of the first
//! weight, as a step after each update, selects inputs; L1 on the second selects units. The ledger says what
//! pulls at each parameter, the certificate how far each is from optimal, and the network without what the
//! zeros have made useless gives the same outputs.
//!
//! ```text
//! cargo run --release --example exact_zeros
//! ```

use tapegrad::prelude::*;

const STEPS: usize = 6000;

fn main() {
    let (data, truth) = data::sparse_linear_regression::<f64>(600, 20, 4, 0.3, 7);
    let (train, test) = data.map_y(|y| y.mapv(|y| (y / 2.0).tanh())).split(0.5, 1);
    let penalised = |proximal: bool| {
        let act = |penalty: Penalty<f64>| {
            if proximal {
                penalty.proximal()
            } else {
                penalty
            }
        };
        Mlp::new(&[20, 16, 1])
            .seed(1)
            .penalize(0, act(Penalty::group_lasso(Groups::Rows, 0.03)))
            .penalize(1, act(Penalty::l1(0.05)))
    };

    let (model, changes, residual) = fit(penalised(true), &train);
    let (in_loss, ..) = fit(penalised(false), &train);
    println!(
        "the same penalties in the loss leave {} zeros,",
        sparsity(&in_loss).zeros()
    );
    println!(
        "as steps after the update {}:\n\n{}",
        sparsity(&model).zeros(),
        sparsity(&model)
    );

    let names: Vec<String> = (0..20).map(|feature| format!("x{feature}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let informative = (0..20).filter(|&feature| truth[feature] != 0.0);
    let informative: Vec<&str> = informative.map(|feature| names[feature]).collect();
    println!(
        "selected {:?}, informative {informative:?}",
        sparsity(&model).selected(&names)
    );
    assert_eq!(sparsity(&model).selected(&names), informative);
    assert!(residual.worst() < 1e-6);

    println!("\nhow far each parameter is from optimal:\n{residual}");
    println!("what changed in step 100, by size:\n{changes}");

    let small = compact(&model);
    let error = |model: &dyn Fn() -> ArcArrayD<f64>| {
        let tape = Tape::new();
        loss::SquaredError
            .mean(tape.constant(model()), &test.y)
            .item()
    };
    println!("\n                 parameters   test loss");
    for (name, count, loss) in [
        (
            "trained",
            model.parameter_count(),
            error(&|| model.predict(&test.x)),
        ),
        (
            "compact",
            small.parameter_count(),
            error(&|| small.predict(&test.x)),
        ),
    ] {
        println!("{name:16} {count:10} {loss:11.6}");
    }
}

/// The trained model, the parts of a step, and its certificate.
fn fit(mut model: Mlp<f64>, train: &Dataset<f64>) -> (Mlp<f64>, Changes<f64>, tapegrad::nn::Kkt) {
    let mut optimizer = Adam::new(schedule::Cosine::new(1e-2, 0.0, STEPS));
    let ledger = Ledger::of(&model, &optimizer).with_inputs(&train.x);
    println!("{ledger}");
    assert!(ledger.warnings.is_empty());
    let mut tape = Tape::new();
    let mut gradients = |model: &Mlp<f64>| {
        let on = Scope::train(&tape);
        let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&train.x)), &train.y);
        let gradients = on.backward(data_loss + model.penalty(&on));
        tape.clear();
        gradients
    };
    let mut changes = None;
    for step in 0..STEPS {
        let gradients = gradients(&model);
        if step == 100 {
            changes = Some(Changes::of(&optimizer, &model, &gradients));
        }
        optimizer.step(&mut model, &gradients);
    }
    let residual = kkt(&model, &gradients(&model));
    (model, changes.expect("step 100 was taken"), residual)
}
