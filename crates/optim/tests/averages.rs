//! Averages of weights: as PyTorch's, swapped in and out, saved and resumed.

use approx::relative_eq;
use ndarray::array;
use serde::Deserialize;
use std::collections::BTreeMap;
use tapegrad_autodiff::{Element, Tape};
use tapegrad_nn::{
    BatchNorm, Checkpoint, Dense, LoadProblem, Loss, Mlp, Module, Name, Scope, Section, Sequential,
    loss,
};
use tapegrad_optim::{Adam, Average, Averaging, Ema, Swa};

/// `fixtures/averages.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    /// Steps, and the averages after them.
    averages: BTreeMap<String, Vec<(usize, Vec<f64>)>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/averages.json")).unwrap()
}

/// Calls `$check(name, average)` with every average and variant.
macro_rules! every_average {
    ($check:expr) => {
        $check("ema_0", Ema::new(0.0));
        $check("ema_9", Ema::new(0.9));
        $check("ema_999", Ema::new(0.999));
        $check("ema warm-up", Ema::new(0.999).warm_up());
        $check("ema corrected", Ema::new(0.9).correct_bias());
        $check("ema_0 corrected", Ema::new(0.0).correct_bias());
        $check("swa_0_1", Swa::new(0, 1));
        $check("swa_40_5", Swa::new(40, 5));
    };
}

fn model<T: Element>() -> Dense<T> {
    Dense::new(3, 2).normalize(BatchNorm::new)
}

/// The numbers of the script at a step.
fn number(array: usize, element: usize, step: usize) -> f64 {
    2.0 + (1.7 * element as f64 + 0.37 * step as f64 + array as f64).sin()
}

fn set_to_step<T: Element>(model: &mut Dense<T>, step: usize) {
    let mut array = 0;
    model.visit_mut(Name::root(), &mut |_, param| {
        for (element, x) in param.value.iter_mut().enumerate() {
            *x = T::of(number(array, element, step));
        }
        array += 1;
    });
}

fn numbers<T: Element>(model: &impl Module<T>) -> Vec<f64> {
    let parameters = model.parameters().into_iter();
    let numbers = parameters.flat_map(|(_, param)| param.value.clone());
    numbers.map(T::wide).collect()
}

fn bits<T: Element>(model: &impl Module<T>) -> Vec<u64> {
    numbers(model).into_iter().map(f64::to_bits).collect()
}

#[test]
fn as_pytorch() {
    fn check<A: Averaging, T: Element>(name: &str, mut average: Average<A, T>, tolerance: f64) {
        let Some(rows) = fixture().averages.remove(name) else {
            return;
        };
        let (mut model, mut checked) = (model::<T>(), 0);
        for step in 0..200 {
            set_to_step(&mut model, step);
            average.update(&model);
            if let Some((_, expected)) = rows.iter().find(|(at, _)| *at == step) {
                average.swap(&mut model);
                for (found, expected) in numbers(&model).iter().zip(expected) {
                    assert!(
                        relative_eq!(found, expected, max_relative = tolerance),
                        "{name} after step {step}: {found} and not {expected}"
                    );
                }
                average.swap(&mut model);
                checked += 1;
            }
        }
        assert_eq!(checked, rows.len());
    }
    every_average!(|name, average| check::<_, f64>(name, average, 1e-12));
    every_average!(|name, average| check::<_, f32>(name, average, 2e-5));
    assert_eq!(fixture().averages.len(), 5);
}

/// The variants that PyTorch lacks, by the sums that define them.
#[test]
fn by_definition() {
    let average = |mut average: Average<Ema, f64>, steps: usize| {
        let mut model = model();
        for step in 0..steps {
            set_to_step(&mut model, step);
            average.update(&model);
        }
        average.swap(&mut model);
        numbers(&model)[1]
    };
    for steps in [1, 2, 3, 50] {
        // Σ βᵗ⁻ⁱ xᵢ / Σ βᵗ⁻ⁱ.
        let weight = |step: usize| 0.9_f64.powi((steps - 1 - step) as i32);
        let sum: f64 = (0..steps)
            .map(|step| weight(step) * number(0, 1, step))
            .sum();
        let expected = sum / (0..steps).map(weight).sum::<f64>();
        let found = average(Ema::new(0.9).correct_bias(), steps);
        assert!(relative_eq!(found, expected, max_relative = 1e-12));

        let warm = (1..steps).fold(number(0, 1, 0), |a, t| {
            let beta = ((1.0 + t as f64) / (10.0 + t as f64)).min(0.7);
            beta * a + (1.0 - beta) * number(0, 1, t)
        });
        let found = average(Ema::new(0.7).warm_up(), steps);
        assert!(relative_eq!(found, warm, max_relative = 1e-12));
    }
}

/// A network with statistics, some steps of training, and an average.
struct Run<A, T: Element> {
    model: Mlp<T>,
    optimizer: tapegrad_optim::Optimizer<Adam, T>,
    average: Average<A, T>,
}

impl<A: Averaging, T: Element> Run<A, T> {
    fn new(average: Average<A, T>) -> Self {
        Self {
            model: Mlp::new(&[2, 5, 1]).normalize(BatchNorm::new).seed(1),
            optimizer: Adam::new(0.01),
            average,
        }
    }

    fn steps(&mut self, count: usize) {
        let x = array![[0.1, 0.2], [0.7, -0.3], [-0.5, 0.9]].mapv(T::of);
        let y = array![[1.0], [0.0], [-1.0]].mapv(T::of);
        let mut tape = Tape::new();
        for _ in 0..count {
            let on = Scope::train(&tape);
            let predictions = self.model.forward(&on, on.input(&x));
            let gradients = on.backward(loss::SquaredError.mean(predictions, &y));
            tape.clear();
            self.optimizer.step(&mut self.model, &gradients);
            self.average.update(&self.model);
        }
    }

    /// The bits of the averages.
    fn averages(&mut self) -> Vec<u64> {
        self.average.swap(&mut self.model);
        let averages = bits(&self.model);
        self.average.swap(&mut self.model);
        averages
    }
}

/// Twice is nothing, to the bit, for the model and the average; clones of the model are as good; and the
/// arrays are exchanged, not copied.
#[test]
fn swaps() {
    fn check<A: Averaging + Clone>(name: &str, average: Average<A, f64>) {
        let mut run = Run::new(average);
        run.steps(50);
        let mut plain = Run::<_, f64>::new(Ema::new(0.5));
        plain.steps(50);
        let before = bits(&run.model);
        assert_eq!(
            bits(&plain.model),
            before,
            "{name}: averaging changes nothing"
        );
        let place = |run: &Run<A, f64>| run.model.layers[0].weight.value.as_ptr();
        let at = place(&run);
        let averages = run.averages();
        assert_eq!(bits(&run.model), before, "{name}");
        assert_eq!(place(&run), at, "{name}");
        assert_eq!(run.averages(), averages, "{name}");
        let mut clone = run.model.clone();
        run.average.swap(&mut clone);
        assert!(run.average.is_swapped());
        assert_eq!(bits(&clone), averages, "{name}");
        run.average.swap(&mut clone);
        // Training goes on as if nothing had been swapped.
        run.steps(20);
        plain.steps(20);
        assert_eq!(bits(&run.model), bits(&plain.model), "{name}");
    }
    every_average!(check);
}

/// A resumed average is the same to the bit, in a process whose parameters are others, through a file's bytes;
/// also before the first update that counts.
#[test]
fn resumes() {
    fn check<A: Averaging + Clone, T: Element>(name: &str, new: Average<A, T>) {
        for at in [0, 7, 45] {
            let mut run = Run::new(new.clone());
            run.steps(at);
            let checkpoint = Checkpoint::new()
                .with("model", Section::of(&run.model))
                .with("average", run.average.save(&run.model));
            let checkpoint = Checkpoint::from_bytes(&checkpoint.to_bytes()).unwrap();

            let mut resumed = Run::new(new.clone());
            let model = checkpoint.section("model").unwrap();
            model.load_into(&mut resumed.model).unwrap();
            let section = checkpoint.section("average").unwrap();
            resumed.average.load(section, &resumed.model).unwrap();
            assert_eq!(resumed.average.updates(), at);
            assert_eq!(resumed.average.is_empty(), run.average.is_empty());

            // The optimizer starts anew in both, which is none of the average's business.
            run.optimizer = Adam::new(0.01);
            run.steps(50);
            resumed.steps(50);
            assert_eq!(bits(&run.model), bits(&resumed.model), "{name}");
            assert_eq!(run.averages(), resumed.averages(), "{name} from {at}");
        }
    }
    every_average!(check::<_, f64>);
    every_average!(check::<_, f32>);
}

/// Whatever is wrong with a section is told, and nothing changes.
#[test]
fn refused_sections() {
    let mut run = Run::<_, f64>::new(Ema::new(0.9));
    run.steps(3);
    let (before, other) = (
        run.averages(),
        Mlp::<f64>::new(&[2, 4, 1]).normalize(BatchNorm::new),
    );
    let mut of_other = Ema::new(0.9);
    of_other.update(&other);
    let mut deeper = Run::<_, f64>::new(Ema::new(0.9));
    deeper.model = Mlp::new(&[2, 5, 5, 1]).normalize(BatchNorm::new);
    deeper.average.update(&deeper.model);
    let mut plain = Ema::new(0.9);
    let without = Mlp::<f64>::new(&[2, 5, 1]);
    plain.update(&without);
    let good = run.average.save(&run.model);
    let with_state = |version, updates: u64, has_averages: bool| {
        let mut section = good.clone();
        section.set_state_of("Ema", version, &(updates, has_averages));
        section
    };
    let sections = [
        of_other.save(&other),
        deeper.average.save(&deeper.model),
        plain.save(&without),
        good.convert::<f32>(),
        with_state(2, 3, true),
        with_state(1, 3, false),
        with_state(1, u64::MAX, true),
        Section::of(&run.model),
    ];
    let told: Vec<String> = sections
        .iter()
        .map(|section| {
            let problem = run.average.load(section, &run.model).unwrap_err();
            problem.to_string()
        })
        .collect();
    assert_eq!(
        told,
        [
            "`layers.0.weight` has the shape [2, 4] in the file and [2, 5] in the model; they must be equal",
            "`layers.1.weight` has the shape [5, 5] in the file and [5, 1] in the model; they must be equal",
            "`layers.0.normalization.gain` is not in the file",
            "`layers.0.weight` holds f32 in the file and f64 is asked for; `Section::convert` changes the type",
            "the state of Ema in the file has version 2; this program reads version 1",
            "`layers.0.bias` of the shape [5] is in the file and not in the model",
            "the file is malformed: the number of updates is 18446744073709551615; it must be at most 9007199254740992",
            "the file is malformed: the state does not say whose it is; it must be of Ema",
        ]
    );
    assert_eq!((run.averages(), run.average.updates()), (before, 3));
    assert!(matches!(
        run.average.load(&good, &without),
        Err(LoadProblem::Extra { .. })
    ));
    run.average.load(&good, &run.model).unwrap();
}

/// A model without parameters has an average once an update counted, also through a file.
#[test]
fn of_nothing() {
    let (mut model, mut average) = (Sequential::<f64>::new(), Ema::new(0.9));
    assert!(average.is_empty());
    average.update(&model);
    average.update(&model);
    let mut resumed = Ema::new(0.9);
    resumed.load(&average.save(&model), &model).unwrap();
    for mut average in [average, resumed] {
        assert!(!average.is_empty());
        average.swap(&mut model);
        assert!(average.is_swapped());
        average.swap(&mut model);
        assert_eq!((average.is_swapped(), average.updates()), (false, 2));
    }
}

/// A section of averages is one of a model, too.
#[test]
fn averages_are_loaded_as_a_model() {
    let mut run = Run::<_, f64>::new(Ema::new(0.9));
    run.steps(30);
    let mut model = run.model.clone();
    run.average.save(&run.model).load_into(&mut model).unwrap();
    assert_eq!(bits(&model), run.averages());
}
