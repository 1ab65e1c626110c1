//! Convex problems whose answers are known: one dense layer with a proximal penalty finds them, exact zeros
//! included, whatever the optimizer, and the certificate says so.

use ndarray::{Array2, ArrayD, Axis, concatenate, s};
use serde::Deserialize;
use tapegrad::prelude::*;

/// `tests/fixtures/lasso.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    diabetes: Vec<Vec<f64>>,
    problems: Vec<Problem>,
    documented: Documented,
}

/// The example of `ElasticNet`'s documentation.
#[derive(Deserialize)]
struct Documented {
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    weights: [f64; 2],
    intercept: f64,
}

/// A fit of scikit-learn's `Lasso`, `ElasticNet`, `MultiTaskLasso` or `LogisticRegression`, whose `C` is `alpha`.
#[derive(Deserialize)]
struct Problem {
    name: String,
    alpha: f64,
    ratio: f64,
    weights: Vec<Vec<f64>>,
}

impl Problem {
    fn penalty(&self, rows: usize) -> Penalty<f64> {
        let (alpha, ratio) = (self.alpha, self.ratio);
        match self.name.as_str() {
            // ½ mean ‖y − x W‖² + α Σ ‖row‖, doubled: our mean is over the outputs, too.
            "group lasso" => {
                Penalty::group_lasso(Groups::Rows, 2.0 * alpha / self.outputs() as f64)
            }
            "logistic" => Lambda::from_sklearn_logistic(alpha, ratio, rows).penalty(),
            name if name.ends_with("lasso") => Lambda::from_sklearn_lasso(alpha).penalty(),
            _ => Lambda::from_sklearn_elastic_net(alpha, ratio).penalty(),
        }
    }

    fn optimizers(&self, data: &[Array2<f64>; 2]) -> Vec<(&'static str, Stepper)> {
        let curvature = match self.name.as_str() {
            "logistic" => 0.25,
            _ => 2.0 / self.outputs() as f64,
        };
        let most =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0_f64, |a, b| a.max(b.abs()));
        let pull = {
            let layer = self.layer(self.penalty(data[0].nrows()));
            let w = ArcArrayD::from_shape_vec(layer.weight.value.shape(), self.weights.concat())
                .unwrap();
            let terms = layer.weight.penalty.terms().iter();
            terms
                .map(|term| most(&mut term.gradient(0, &w).into_iter()))
                .sum::<f64>()
        };
        let mut zeros = self.layer(Penalty::none());
        zeros.weight.value.fill(0.0);
        let steepest = self.gradients(&zeros, data, &mut Tape::new());
        let steepest = most(&mut steepest.wrt(&zeros.weight).iter().copied());
        // With all weights 0, as at the strongest of the penalties, nothing pulls.
        let pull = if pull == 0.0 { steepest } else { pull };
        let weights = self.weights.concat();
        let size = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        let size = if size == 0.0 { 1.0 } else { size };
        let mut optimizers = optimizers(curvature, pull, steepest, size);
        if weights.len() == 1 {
            // A single weight of LAMB goes by parts of itself, and never comes to the other side of 0.
            optimizers.retain(|(name, _)| *name != "lamb");
        }
        optimizers
    }

    fn outputs(&self) -> usize {
        self.weights[0].len()
    }

    fn layer(&self, penalty: Penalty<f64>) -> Dense<f64> {
        let (inputs, outputs) = (self.weights.len(), self.weights[0].len());
        Dense::new(inputs, outputs)
            .without_bias()
            .seed(3)
            .penalize(penalty)
    }

    /// Inputs and targets.
    fn data(&self, diabetes: &Array2<f64>) -> [Array2<f64>; 2] {
        if self.name.starts_with("toy") {
            let toy = ndarray::array![[-1.0], [0.0], [1.0]];
            return [toy.clone(), toy];
        }
        let inputs = diabetes.ncols() - 1;
        let x = standardized(diabetes.slice(s![.., ..inputs]).to_owned());
        let y = diabetes.slice(s![.., inputs..]).to_owned();
        if self.name == "logistic" {
            let mut sorted = y.iter().copied().collect::<Vec<_>>();
            sorted.sort_by(f64::total_cmp);
            let median = (sorted[220] + sorted[221]) / 2.0; // of 442
            return [x, y.mapv(|y| f64::from(y > median))];
        }
        let y = if self.name == "group lasso" {
            standardized(concatenate![Axis(1), y, y.mapv(|y| y * y)])
        } else {
            &y - y.mean().unwrap()
        };
        [x, y]
    }

    /// The gradients of the whole objective at a layer.
    fn gradients(
        &self,
        layer: &Dense<f64>,
        [x, y]: &[Array2<f64>; 2],
        tape: &mut Tape<f64>,
    ) -> GradientMap<f64> {
        let on = Scope::train(tape);
        let outputs = layer.forward(&on, on.input(x));
        let data_loss = if self.name == "logistic" {
            loss::BinaryCrossEntropy::new().mean(outputs, y)
        } else {
            loss::SquaredError.mean(outputs, y)
        };
        let gradients = on.backward(data_loss + layer.penalty(&on));
        tape.clear();
        gradients
    }
}

fn standardized(x: Array2<f64>) -> Array2<f64> {
    (&x - &x.mean_axis(Axis(0)).unwrap()) / x.std_axis(Axis(0), 0.0)
}

fn read() -> Fixture {
    serde_json::from_str(include_str!("fixtures/lasso.json")).unwrap()
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn fixture() -> (Array2<f64>, Vec<Problem>) {
    let Fixture {
        diabetes, problems, ..
    } = read();
    (matrix(&diabetes), problems)
}

/// An optimizer, whatever its rule.
type Stepper = Box<dyn FnMut(&mut Dense<f64>, &GradientMap<f64>)>;

fn stepper<R: Rule + 'static>(mut optimizer: Optimizer<R, f64>) -> Stepper {
    Box::new(move |layer, gradients| optimizer.step(layer, gradients))
}

/// Every optimizer, for a loss that is as curved as `curvature` in each input alone.
///
/// At a solution the loss pulls at a weight that is not 0 with the force of its penalty, so that an adaptive
/// rule divides by that: its rate must be a part of `pull`, the penalty's largest. AMSGrad goes on to divide
/// by the `steepest` gradient, as does AdaGrad; a weight of LAMB moves by a part of the `size` of all. The rates of
/// adaptive rules fall in the end, for weights that are hardly penalised.
fn optimizers(curvature: f64, pull: f64, steepest: f64, size: f64) -> Vec<(&'static str, Stepper)> {
    let falling = move |most: f64| {
        move |step: usize| most / curvature * 0.997_f64.powf(step.saturating_sub(5000) as f64)
    };
    let adamw = || AdamW::new(falling(pull)).decay(Decay::None);
    vec![
        ("sgd", stepper(Sgd::new(0.4 / curvature))),
        ("momentum", stepper(Momentum::new(0.05 / curvature))),
        (
            "nesterov",
            stepper(Optimizer::new(
                Momentum::default().nesterov(),
                0.05 / curvature,
            )),
        ),
        (
            "rms_prop",
            stepper(Optimizer::new(
                RmsProp::default().alpha(0.9),
                falling(0.2 * pull),
            )),
        ),
        ("adam", stepper(Adam::new(falling(pull)))),
        (
            "amsgrad",
            stepper(Optimizer::new(
                Adam::default().amsgrad(),
                falling(0.2 * steepest),
            )),
        ),
        ("adamw", stepper(adamw())),
        ("adagrad", stepper(AdaGrad::new(steepest / curvature))),
        (
            "adadelta",
            stepper(Optimizer::new(
                Adadelta::default().epsilon((0.1 * pull).powi(2)),
                0.5 / curvature,
            )),
        ),
        (
            "adamax",
            stepper(Optimizer::new(
                Adamax::default().betas(0.9, 0.99),
                falling(0.5 * pull),
            )),
        ),
        ("nadam", stepper(NAdam::new(falling(pull)))),
        // Its first steps are those of momentum.
        (
            "radam",
            stepper(RAdam::new(move |step: usize| {
                if step < 10 {
                    0.05 / curvature
                } else {
                    falling(pull)(step)
                }
            })),
        ),
        (
            "lion",
            stepper(Optimizer::new(
                Lion::default().betas(0.9, 0.9),
                falling(0.1 * pull),
            )),
        ),
        ("lamb", stepper(Lamb::new(falling(pull / size)))),
        (
            "yogi",
            stepper(Optimizer::new(
                Yogi::default().betas(0.9, 0.9),
                falling(2.0 * pull),
            )),
        ),
        (
            "rprop",
            stepper(Optimizer::new(
                Rprop::default().sizes(1e-4, 1.0),
                falling(0.2 * pull),
            )),
        ),
    ]
}

/// Steps until the certificate is below 1e-10, at most 10 000. What it was every hundred steps.
fn train(
    problem: &Problem,
    layer: &mut Dense<f64>,
    step: &mut Stepper,
    data: &[Array2<f64>; 2],
) -> Vec<f64> {
    let (mut tape, mut residuals) = (Tape::new(), Vec::new());
    for number in 0..=10_000 {
        let gradients = problem.gradients(layer, data, &mut tape);
        if number % 100 == 0 {
            residuals.push(kkt(layer, &gradients).worst());
            if residuals[number / 100] < 1e-10 {
                break;
            }
        }
        step(layer, &gradients);
    }
    residuals
}

#[test]
fn scikit_learns_solutions_are_found_with_their_zeros() {
    let (diabetes, problems) = fixture();
    for problem in &problems {
        let data = problem.data(&diabetes);
        let [inputs, outputs] = [problem.weights.len(), problem.weights[0].len()];
        let expected =
            ArrayD::from_shape_vec(vec![inputs, outputs], problem.weights.concat()).unwrap();
        let rows = data[0].nrows();
        for (name, mut step) in problem.optimizers(&data) {
            let mut layer = problem.layer(problem.penalty(rows).proximal());
            let residuals = train(problem, &mut layer, &mut step, &data);
            let who = format!("{} α={} by {name}", problem.name, problem.alpha);
            let last = *residuals.last().unwrap();
            let below = residuals.iter().position(|r| *r < 1e-6);
            println!(
                "{who}: {} hundred steps, residual {last:.1e}, below 1e-6 from {below:?}",
                residuals.len() - 1
            );
            assert!(last < 1e-10, "{who}: {last}");
            // A hundred steps before, the certificate did not hold; at the start it never does.
            assert!(
                below.is_some_and(|below| below > 0 && residuals[below - 1] > 1e-6),
                "{who}"
            );
            for (w, e) in layer.weight.value.iter().zip(&expected) {
                assert!((w - e).abs() < 1e-6, "{who}: {w} for {e}");
                assert_eq!(*w == 0.0, *e == 0.0, "{who}: {w} for {e}");
            }
        }
    }
}

/// The same penalty in the loss comes near, and reaches no zero.
#[test]
fn subgradients_reach_no_zero() {
    let (diabetes, problems) = fixture();
    for problem in problems
        .iter()
        .filter(|problem| problem.weights.concat().contains(&0.0))
    {
        let data = problem.data(&diabetes);
        for (name, mut step) in problem.optimizers(&data) {
            let penalty = problem.penalty(data[0].nrows());
            let (mut layer, mut tape) = (problem.layer(penalty), Tape::new());
            for _ in 0..1000 {
                let gradients = problem.gradients(&layer, &data, &mut tape);
                step(&mut layer, &gradients);
            }
            assert!(
                layer.weight.value.iter().all(|w| *w != 0.0),
                "{} by {name}",
                problem.name
            );
        }
    }
}

/// A layer with a bias, on data as a layer of `[inputs, 1]` takes them.
fn with_bias(x: &Array2<f64>, y: &[f64], penalty: Penalty<f64>) -> Dense<f64> {
    let y = Array2::from_shape_vec((y.len(), 1), y.to_vec()).unwrap();
    let mut layer = Dense::new(x.ncols(), 1).penalize(penalty.proximal());
    let (mut optimizer, mut tape) = (Sgd::new(0.1), Tape::new());
    for _ in 0..5000 {
        let on = Scope::train(&tape);
        let data_loss = loss::SquaredError.mean(layer.forward(&on, on.input(x)), &y);
        let gradients = on.backward(data_loss + layer.penalty(&on));
        tape.clear();
        optimizer.step(&mut layer, &gradients);
    }
    layer
}

/// The examples of scikit-learn's documentation, with intercepts, which no penalty shrinks.
#[test]
fn documented_examples() {
    let Documented {
        x,
        y,
        weights,
        intercept,
    } = read().documented;
    let layer = with_bias(
        &matrix(&x),
        &y,
        Lambda::from_sklearn_elastic_net(1.0, 0.5).penalty(),
    );
    for (w, expected) in layer.weight.value.iter().zip(weights) {
        assert!((w - expected).abs() < 1e-6, "{w} for {expected}");
    }
    let bias = layer.bias.unwrap().value[[0]];
    assert!((bias - intercept).abs() < 1e-6, "{bias} for {intercept}");

    // Of two equal columns only the sum is known: 0.85, with an intercept of 0.15.
    let x = ndarray::array![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]];
    let layer = with_bias(
        &x,
        &[0.0, 1.0, 2.0],
        Lambda::from_sklearn_lasso(0.1).penalty(),
    );
    assert!((layer.weight.value.sum() - 0.85).abs() < 1e-6);
    assert!((layer.bias.unwrap().value[[0]] - 0.15).abs() < 1e-6);
}
