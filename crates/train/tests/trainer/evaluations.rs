//! What is measured, of all rows whatever their number, and that measuring changes nothing.

use approx::assert_relative_eq;
use ndarray::{Array2, array};
use tapegrad_autodiff::{Tape, Var};
use tapegrad_nn::{Loss, Mlp, Module, Penalty, Scope, loss};
use tapegrad_optim::{Adam, Sgd};
use tapegrad_train::data::{self, Dataset};
use tapegrad_train::{Trainer, metric};

use super::{bits, moons, network};

#[test]
fn validating_more_often_changes_nothing() {
    let (train, validation) = moons();
    let fit = |every| {
        let mut model = network().dropout(0.2);
        let fit = Trainer::new(Adam::new(1e-2), loss::BinaryCrossEntropy::new())
            .epochs(6)
            .batch_size(10)
            .validate(&validation)
            .validate_every(every)
            .evaluate_training()
            .metric(metric::Accuracy::new())
            .metric(metric::LogLoss::new())
            .fit(&mut model, &train)
            .unwrap();
        (bits(&model), fit.history)
    };
    let (often, history) = fit(1);
    let (seldom, other) = fit(4);
    assert_eq!(often, seldom);
    assert_eq!(history.column("loss"), other.column("loss"));
    let measured = other.points("validation_accuracy").map(|(epoch, _)| epoch);
    assert_eq!(measured.collect::<Vec<_>>(), [4]);
    let columns: Vec<_> = history.names().collect();
    assert_eq!(
        columns,
        [
            "loss",
            "penalty",
            "learning_rate",
            "validation_loss",
            "validation_accuracy",
            "validation_log_loss",
            "training_loss",
            "training_accuracy",
            "training_log_loss"
        ]
    );
    assert!(
        history.is_better_larger("training_accuracy")
            && !history.is_better_larger("validation_log_loss")
    );
    for whose in ["training", "validation"] {
        let (loss, log_loss) = (
            history.last(&format!("{whose}_loss")),
            history.last(&format!("{whose}_log_loss")),
        );
        assert_relative_eq!(loss.unwrap(), log_loss.unwrap(), max_relative = 1e-9);
    }
}

#[test]
fn an_evaluation_is_of_all_rows_at_once() {
    let data = data::moons::<f64>(9001, 0.2, 1);
    let weights: Vec<f64> = (0..9001).map(|row| (row % 5) as f64).collect();
    let data = data.weighted(weights);
    let model = network().penalize(1, Penalty::l1(0.25));
    let trainer = Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new())
        .metric(metric::Accuracy::new());
    let evaluation = trainer.evaluate(&model, &data);

    let tape = Tape::new();
    let on = Scope::eval(&tape);
    let predictions = model.forward(&on, on.input(&data.x));
    let weights = data.weights.clone().unwrap();
    let loss = loss::BinaryCrossEntropy::new().weighted_mean(predictions, &data.y, &weights);
    assert_relative_eq!(evaluation.loss, loss.item(), max_relative = 1e-12);
    let penalty: f64 = model.layers[1]
        .weight
        .value
        .iter()
        .map(|w| 0.25 * w.abs())
        .sum();
    assert_relative_eq!(evaluation.penalty, penalty, max_relative = 1e-12);
    let weights: Vec<f64> = weights.iter().copied().collect();
    let outputs = trainer.predict(&model, &data.x);
    assert_relative_eq!(
        outputs.as_slice().unwrap(),
        predictions.value().as_slice().unwrap(),
        max_relative = 1e-12
    );
    let accuracy = metric::Accuracy::new().evaluate_of(&outputs, &data, &weights);
    assert_eq!(evaluation.metric("accuracy"), Some(accuracy));
    assert_eq!(evaluation.metric("no such"), None);
    assert!(evaluation.to_string().contains("accuracy"));
}

trait EvaluateOf {
    fn evaluate_of(
        &self,
        outputs: &tapegrad_autodiff::ArcArrayD<f64>,
        data: &Dataset<f64>,
        weights: &[f64],
    ) -> f64;
}

impl<M: metric::Metric<f64>> EvaluateOf for M {
    fn evaluate_of(
        &self,
        outputs: &tapegrad_autodiff::ArcArrayD<f64>,
        data: &Dataset<f64>,
        weights: &[f64],
    ) -> f64 {
        self.evaluate(outputs, &data.y, Some(weights))
    }
}

#[test]
fn probabilities_are_what_the_loss_makes_of_outputs() {
    let x = array![[0.5, -1.0], [2.0, 0.25], [0.0, 0.0]];
    let one = Mlp::<f64>::new(&[2, 4, 1]).seed(1);
    let of_one = Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new());
    let logits = of_one.predict(&one, &x);
    let p = of_one.predict_proba(&one, &x);
    for (p, z) in p.iter().zip(&logits) {
        assert_relative_eq!(*p, 1.0 / (1.0 + (-z).exp()), max_relative = 1e-12);
    }
    let three = Mlp::<f64>::new(&[2, 4, 3]).seed(1);
    let of_three = Trainer::new(Sgd::new(0.1), loss::CrossEntropy::new());
    let p = of_three.predict_proba(&three, &x);
    for row in p.rows() {
        assert_relative_eq!(row.sum(), 1.0, max_relative = 1e-12);
    }
    let numbers = Trainer::new(Sgd::new(0.1), loss::SquaredError);
    assert_eq!(
        numbers.predict_proba(&three, &x),
        numbers.predict(&three, &x)
    );
    let none = Array2::<f64>::zeros([0, 2]);
    assert_eq!(numbers.predict(&three, &none).shape(), [0, 3]);
}

/// Classes as a list, as the column of a data set, and as probabilities cost the same.
#[test]
fn losses_of_classes_take_the_targets_of_a_data_set() {
    let logits = array![[0.3, -1.0, 2.0], [0.0, 0.5, 0.1], [1.0, 1.0, -4.0]];
    let column = array![[2.0], [0.0], [1.0]].into_dyn().into_shared();
    let list = [2, 0, 1];
    let tape = Tape::<f64>::new();
    let z = tape.constant(&logits);
    macro_rules! equal {
        ($($loss:expr),+) => {$(
            assert_eq!($loss.each(z, &list).value(), $loss.each(z, &column).value());
        )+};
    }
    equal!(
        loss::CrossEntropy::new()
            .smoothing(0.1)
            .class_weights([1.0, 2.0, 3.0]),
        loss::Focal::new(2.0),
        loss::MulticlassHinge::new()
    );
    let mut own = Mlp::<f64>::new(&[2, 3]).seed(1);
    let data = Dataset::new(array![[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], column);
    Trainer::new(Adam::new(0.1), loss::CrossEntropy::new())
        .epochs(60)
        .metric(metric::Accuracy::new())
        .evaluate_training()
        .fit(&mut own, &data)
        .map(|fit| assert_eq!(fit.history.last("training_accuracy"), Some(1.0)))
        .unwrap();
}

#[test]
fn a_closure_is_a_loss() {
    let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    let mut model = Mlp::<f64>::new(&[1, 1]).seed(1);
    let fourth = loss::Custom::new(|p: Var<'_, f64>, y| (p - y).powi(2));
    Trainer::new(Adam::new(0.1), fourth)
        .steps(500)
        .full_batch()
        .fit(&mut model, &Dataset::new(x, y))
        .unwrap();
    assert_relative_eq!(model.layers[0].weight.value[[0, 0]], 2.0, epsilon = 1e-3);
}

/// Averages are evaluated with statistics of their own, and validating more often changes nothing.
#[test]
fn averages_have_statistics_of_their_own() {
    let (train, validation) = moons();
    let fit = |every| {
        let mut model = network().normalize(tapegrad_nn::BatchNorm::new);
        let fit = Trainer::new(Sgd::new(0.3), loss::BinaryCrossEntropy::new())
            .epochs(12)
            .batch_size(9)
            .average(tapegrad_optim::Swa::new(20, 5))
            .validate(&validation)
            .validate_every(every)
            .fit(&mut model, &train)
            .unwrap();
        (model, fit.history.last("validation_loss").unwrap())
    };
    let (mut model, loss) = fit(1);
    assert_eq!(bits(&model), bits(&fit(5).0));
    let before = bits(&model);
    let batches = (0..train.rows()).step_by(9);
    let inputs = batches.map(|start| train.select(&(start..start + 9).collect::<Vec<_>>()).x);
    tapegrad_nn::recompute_statistics(&mut model, inputs);
    assert_eq!(bits(&model), before);
    let trainer = Trainer::new(Sgd::new(0.3), loss::BinaryCrossEntropy::new());
    assert_eq!(trainer.evaluate(&model, &validation).loss, loss);
}

/// What outputs cost is the mean over all rows, however many are evaluated at a time.
#[test]
fn the_penalty_of_outputs_is_that_of_all_rows() {
    let data = data::moons::<f64>(9001, 0.2, 1);
    // In an order in which the last rows are not like the first.
    let mut rows: Vec<usize> = (0..9001).collect();
    rows.sort_by(|&a, &b| data.x[[a, 0]].total_cmp(&data.x[[b, 0]]));
    let data = data.select(&rows);
    let model = network().penalize_output(0, Penalty::l2(0.5));
    let trainer = Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new());

    let tape = Tape::new();
    let on = Scope::eval(&tape);
    model.forward(&on, on.input(&data.x));
    let penalty = model.penalty(&on).item();
    assert_relative_eq!(
        trainer.evaluate(&model, &data).penalty,
        penalty,
        max_relative = 1e-12
    );
}
