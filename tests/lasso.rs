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
}

/// `½ mean (y − x w)² + α (ρ Σ|w| + (1 − ρ)/2 Σ w²)`, or with `α Σ ‖row‖` of a group lasso.
#[derive(Deserialize)]
struct Problem {
    name: String,
    alpha: f64,
    ratio: f64,
    weights: Vec<Vec<f64>>,
}

impl Problem {
    fn penalty(&self) -> Penalty<f64> {
        let (l1, l2) = (
            self.alpha * self.ratio,
            self.alpha * (1.0 - self.ratio) / 2.0,
        );
        match self.name.as_str() {
            "group lasso" => Penalty::group_lasso(Groups::Rows, self.alpha),
            name if name.ends_with("elastic net") => Penalty::elastic_net(l1, l2),
            _ => Penalty::l1(l1),
        }
    }

    fn layer(&self, penalty: Penalty<f64>) -> Dense<f64> {
        let (inputs, outputs) = (self.weights.len(), self.weights[0].len());
        Dense::new(inputs, outputs)
            .without_bias()
            .seed(3)
            .penalize(penalty)
    }

    /// Inputs and targets, the latter scaled to the size of the inputs where they are far larger.
    fn data(&self, diabetes: &Array2<f64>) -> [Array2<f64>; 2] {
        if self.name.starts_with("toy") {
            let toy = ndarray::array![[-1.0], [0.0], [1.0]];
            return [toy.clone(), toy];
        }
        let inputs = diabetes.ncols() - 1;
        let x = standardized(diabetes.slice(s![.., ..inputs]).to_owned());
        let y = diabetes.slice(s![.., inputs..]).to_owned();
        let y = if self.name == "group lasso" {
            standardized(concatenate![Axis(1), y, y.mapv(|y| y * y)])
        } else {
            &y - y.mean().unwrap()
        };
        [x, y]
    }
}

fn standardized(x: Array2<f64>) -> Array2<f64> {
    (&x - &x.mean_axis(Axis(0)).unwrap()) / x.std_axis(Axis(0), 0.0)
}

fn fixture() -> (Array2<f64>, Vec<Problem>) {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/lasso.json")).unwrap();
    let columns = fixture.diabetes[0].len();
    let numbers = fixture.diabetes.concat();
    let diabetes = Array2::from_shape_vec((numbers.len() / columns, columns), numbers).unwrap();
    (diabetes, fixture.problems)
}

/// The gradients of the whole objective at a layer.
fn gradients(
    layer: &Dense<f64>,
    [x, y]: &[Array2<f64>; 2],
    tape: &mut Tape<f64>,
) -> GradientMap<f64> {
    let on = Scope::train(tape);
    let outputs = y.ncols() as f64;
    // scikit-learn's ½ mean over rows of the squared length.
    let data_loss = layer
        .forward(&on, on.input(x))
        .mean_squared_difference(on.input(y))
        * (0.5 * outputs);
    let gradients = on.backward(data_loss + layer.penalty(&on));
    tape.clear();
    gradients
}

/// An optimizer, whatever its rule.
type Stepper = Box<dyn FnMut(&mut Dense<f64>, &GradientMap<f64>)>;

fn stepper<R: Rule + 'static>(mut optimizer: Optimizer<R, f64>) -> Stepper {
    Box::new(move |layer, gradients| optimizer.step(layer, gradients))
}

/// Every optimizer, for a problem whose largest strength is `alpha` and whose gradient is `steep` at most.
///
/// At a solution the loss pulls with the penalty's strength at a weight that is not 0, so that an adaptive
/// rule divides by `alpha`: its rate must be a part of that. AMSGrad goes on to divide by `steep`. The rates
/// of adaptive rules fall in the end, for weights that are hardly penalised.
fn optimizers(alpha: f64, steep: f64) -> Vec<(&'static str, Stepper)> {
    let falling =
        |most: f64| move |step: usize| most * 0.997_f64.powf(step.saturating_sub(5000) as f64);
    vec![
        ("sgd", stepper(Sgd::new(0.4))),
        ("momentum", stepper(Momentum::new(0.05))),
        ("nesterov", stepper(Momentum::new(0.05).nesterov())),
        (
            "rms_prop",
            stepper(RmsProp::new(falling(0.2 * alpha)).alpha(0.9)),
        ),
        ("adam", stepper(Adam::new(falling(alpha)))),
        (
            "amsgrad",
            stepper(Adam::new(falling(0.2 * steep)).amsgrad()),
        ),
        (
            "adamw",
            stepper(AdamW::new(falling(alpha)).decay(Decay::none())),
        ),
    ]
}

/// Steps until the certificate is below 1e-10, at most 10 000. What it was every hundred steps.
fn train(layer: &mut Dense<f64>, step: &mut Stepper, data: &[Array2<f64>; 2]) -> Vec<f64> {
    let (mut tape, mut residuals) = (Tape::new(), Vec::new());
    for number in 0..=10_000 {
        let gradients = gradients(layer, data, &mut tape);
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
        let steep = data[0].t().dot(&data[1]) / data[0].nrows() as f64;
        let steep = steep.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        for (name, mut step) in optimizers(problem.alpha, steep) {
            let mut layer = problem.layer(problem.penalty().proximal());
            let residuals = train(&mut layer, &mut step, &data);
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
        for (name, mut step) in optimizers(problem.alpha, 1.0) {
            let (mut layer, mut tape) = (problem.layer(problem.penalty()), Tape::new());
            for _ in 0..1000 {
                let gradients = gradients(&layer, &data, &mut tape);
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
