//! The bits are the same on any number of threads.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use tapegrad::autodiff::kernel::{elementwise, reduction};
use tapegrad::autodiff::total;
use tapegrad::prelude::*;
use tapegrad::{set_threads, threads};

use self::workloads::data::{self, Targets};
use self::workloads::specification::{self, Loss, SPECIFICATION, Strengths, Workload};

#[allow(dead_code, reason = "what a test of threads does not need")]
#[path = "../benches/workloads"]
mod workloads {
    pub(crate) mod data;
    mod random;
    pub(crate) mod specification;
}

/// Elements of a parameter and multiplications of a product from which on threads are used.
const STEP: usize = 1 << 18;
const PRODUCT: usize = 1 << 21;

/// What `f` gives, seen to be the same on 1 to 4 threads.
fn same<R: PartialEq + Debug>(f: impl Fn() -> R) -> R {
    // The number of threads is one for all tests.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    set_threads(1);
    let one = f();
    for count in 2..=4 {
        set_threads(count);
        assert_eq!(threads(), if cfg!(feature = "threads") { count } else { 1 });
        // Not `assert_eq`, which would print millions of numbers.
        assert!(f() == one, "{count} threads differ from one");
    }
    one
}

fn bits<'a>(x: impl IntoIterator<Item = &'a f32>) -> Vec<u32> {
    x.into_iter().map(|x| x.to_bits()).collect()
}

fn wave(count: usize) -> Vec<f32> {
    (0..count)
        .map(|i| ((i * 7 + 3) % 1009) as f32 / 300.0 - 1.5)
        .collect()
}

/// Small whole numbers: their sums are exact in any order.
fn whole(count: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 5 + 1) % 7) as f32).collect()
}

fn array(shape: &[usize], numbers: Vec<f32>) -> ArcArrayD<f32> {
    ArcArrayD::from_shape_vec(shape, numbers).expect("one number for each place")
}

fn network(work: &Workload) -> Mlp {
    let activation = match work.activation {
        specification::Activation::Relu => Activation::Relu,
        specification::Activation::Tanh => Activation::Tanh,
    };
    let mut model = Mlp::new(&work.sizes).activation(activation);
    for (index, [weight, bias]) in data::parameters(work).into_iter().enumerate() {
        let layer = &mut model.layers[index];
        layer.weight.value = array(layer.weight.value.shape(), weight);
        layer.bias.as_mut().expect("a bias").value = array(&[bias.len()], bias);
        if work.l2.of(index) > 0.0 {
            model = model.penalize(index, Penalty::l2(work.l2.of(index)));
        }
    }
    model
}

fn loss_of<'t>(work: &Workload, model: &Mlp, on: &Scope<'t>, batch: &data::Batch) -> Var<'t> {
    let outputs = work.sizes[work.sizes.len() - 1];
    let x = array(&[work.batch, work.sizes[0]], batch.x.clone());
    let y = model.forward(on, on.input(x));
    match &batch.y {
        Targets::Classes(classes) => loss::CrossEntropy::new().mean(y, classes),
        Targets::Numbers(numbers) => {
            let targets = array(&[work.batch, outputs], numbers.clone());
            match work.loss {
                Loss::Bce => loss::BinaryCrossEntropy::new().mean(y, &targets),
                _ => loss::SquaredError.mean(y, &targets),
            }
        }
    }
}

/// The losses of the first steps and the weights after them.
fn trained(work: &Workload, steps: usize) -> Vec<u32> {
    let batches = data::batches(work);
    match work.optimizer {
        specification::Optimizer::Adam {
            lr, weight_decay, ..
        } => {
            let decay = || Decay::decoupled(weight_decay);
            let optimizer = || Adam::new(lr).decay(decay()).decay_biases();
            same(|| steps_of(work, &batches, optimizer(), steps))
        }
        specification::Optimizer::Sgd {
            lr,
            momentum,
            weight_decay,
        } => {
            let momentum = || Optimizer::new(Momentum::default().momentum(momentum), lr);
            let optimizer = || {
                momentum()
                    .decay(Decay::coupled(weight_decay))
                    .decay_biases()
            };
            same(|| steps_of(work, &batches, optimizer(), steps))
        }
    }
}

fn steps_of<R: Rule>(
    work: &Workload,
    batches: &[data::Batch],
    mut optimizer: Optimizer<R>,
    steps: usize,
) -> Vec<u32> {
    let mut model = network(work);
    let mut tape = Tape::new();
    let mut seen = Vec::new();
    for step in 0..steps {
        let on = Scope::train(&tape);
        let loss = loss_of(work, &model, &on, &batches[step % batches.len()]);
        let loss = loss + model.penalty(&on);
        seen.push(loss.item().to_bits());
        let gradients = on.backward(loss);
        tape.clear();
        optimizer.step(&mut model, &gradients);
    }
    model.visit(Name::root(), &mut |_, param| {
        seen.extend(bits(&param.value));
    });
    let loss = f32::from_bits(seen[steps - 1]);
    assert!(loss.is_finite() && loss < f32::from_bits(seen[0]) + 1.0);
    seen
}

#[test]
fn training_of_the_workloads() {
    for (name, steps) in [
        ("tiny", 20),
        ("moons", 20),
        ("digits", 10),
        ("mnist", 4),
        ("deep", 5),
    ] {
        trained(SPECIFICATION.workload(name), steps);
    }
}

/// Products, loops, sums and steps above every size from which on threads are used.
#[test]
fn training_of_a_wide_network() {
    let mut work = SPECIFICATION.workload("wide").clone();
    (work.n_batches, work.l2) = (1, Strengths::One(1e-5));
    let (hidden, weights) = (work.batch * work.sizes[1], work.sizes[0] * work.sizes[1]);
    assert!(hidden >= elementwise::THREADED.max(reduction::THREADED));
    assert!(weights >= STEP.max(reduction::THREADED));
    assert!(work.batch * weights >= PRODUCT);
    trained(&work, 2);
}

#[test]
fn steps_of_an_optimizer() {
    for count in [STEP - 1, STEP, STEP + 1, 3 * STEP + 17] {
        let work = [1, count];
        let [w, g] = data::opt_arrays(count).map(|numbers| array(&work, numbers));
        let steps = |rule: fn() -> Dynamic| {
            same(|| {
                let mut model = Mlp::new(&work);
                model.layers[0] = Dense::new(1, count).without_bias();
                model.layers[0].weight.value = w.clone();
                let id = model.layers[0].weight.id();
                let gradients = [(id, g.clone())].into_iter().collect();
                rule()(&mut model, &gradients);
                bits(&model.layers[0].weight.value)
            })
        };
        let adam = steps(|| three(AdamW::new(1e-3)));
        assert_ne!(adam, steps(|| three(Sgd::new(1e-2))));
        assert_ne!(adam, steps(|| three(Momentum::new(1e-2))));
        let last = f32::from_bits(adam[count - 1]);
        assert!((last - w.iter().last().expect("some")).abs() > 1e-4);
    }
}

/// Steps of a model along gradients.
type Dynamic = Box<dyn FnMut(&mut Mlp, &GradientMap)>;

fn three<R: Rule + 'static>(mut optimizer: Optimizer<R>) -> Dynamic {
    Box::new(move |model, gradients| (0..3).for_each(|_| optimizer.step(model, gradients)))
}

#[test]
fn a_product_with_the_hessian() {
    let work = SPECIFICATION.workload("hvp");
    let (batches, directions) = (data::batches(work), data::directions(work));
    let model = network(work);
    same(|| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = loss_of(work, &model, &on, &batches[0]);
        let mut params = Vec::new();
        model.visit(Name::root(), &mut |_, param| params.push(on.param(param)));
        let gradients = tape.grad(loss, &params).into_iter();
        let slopes = gradients.zip(directions.iter().flatten()).map(|(g, v)| {
            let v = array(&g.shape(), v.clone());
            (g * on.input(v)).sum(..)
        });
        let slope = total(&slopes.collect::<Vec<_>>()).expect("there are parameters");
        let product = on.backward(slope);
        let product: Vec<_> = product.iter().flat_map(|(_, h)| bits(&h)).collect();
        product
    });
}

#[test]
fn the_mean_of_ten_million() {
    let x = ArcArrayD::from_elem(vec![10_000_000], 0.1_f32);
    let mean = same(|| {
        let tape = Tape::new();
        tape.var(&x).mean(..).item().to_bits()
    });
    assert!((f32::from_bits(mean) - 0.1).abs() < 1e-6);
}

/// Just below, at and above the size from which on threads are used.
fn around(size: usize) -> [usize; 5] {
    [size - 1, size, size + 1, 2 * size, 3 * size + 17]
}

#[test]
fn loops_over_elements() {
    for count in around(elementwise::THREADED) {
        let (x, y) = (wave(count), whole(count));
        let pairs = || x.iter().zip(&y);
        let mapped = same(|| {
            let mut out = vec![0.0; count];
            elementwise::map(&mut out, &x, |_, x| x * x - 1.0);
            out
        });
        assert!(x.iter().map(|x| x * x - 1.0).eq(mapped));
        let zipped = same(|| {
            let mut out = vec![0.0; count];
            elementwise::zip(&mut out, &x, &y, |_, x, y| x - y);
            out
        });
        assert!(pairs().map(|(x, y)| x - y).eq(zipped));
        let changed = same(|| {
            let mut x = x.clone();
            elementwise::change(&mut x, |_, x| x * 3.0);
            x
        });
        assert!(x.iter().map(|x| x * 3.0).eq(changed));
        let updated = same(|| {
            let mut x = x.clone();
            elementwise::update(&mut x, &y, |_, x, y| y / (x * x + 1.0));
            x
        });
        assert!(pairs().map(|(x, y)| y / (x * x + 1.0)).eq(updated));
    }
}

/// A row added to a matrix, whole rows to a thread; and a row that is itself for several threads.
#[test]
fn repeated_rows() {
    let least = elementwise::THREADED;
    for width in [1, 2, 10, 1000, least - 1, least] {
        for rows in [least.div_ceil(width), least.div_ceil(width) + 3] {
            let (x, row) = (wave(rows * width), wave(2 * width)[width..].to_vec());
            let sums = same(|| {
                let tape = Tape::new();
                let x = tape.var(array(&[rows, width], x.clone()));
                let sum = x - tape.var(array(&[width], row.clone()));
                sum.value().iter().copied().collect::<Vec<_>>()
            });
            let plain = x.iter().zip(row.iter().cycle());
            assert!(plain.map(|(x, y)| x - y).eq(sums));
        }
    }
}

#[test]
fn sums() {
    for count in around(reduction::THREADED) {
        let x = wave(count);
        let sum = same(|| reduction::sum(&x).to_bits());
        let wide: f64 = x.iter().map(|&x| f64::from(x)).sum();
        let size: f64 = x.iter().map(|&x| f64::from(x.abs())).sum();
        assert!((f64::from(f32::from_bits(sum)) - wide).abs() < 1e-6 * size);
        let x = whole(count);
        let sum = same(|| reduction::sum_of(&x, |_, x| x + 1.0));
        assert_eq!(sum, x.iter().map(|x| x + 1.0).sum::<f32>());
    }
}

#[test]
fn sums_of_rows() {
    for width in [1, 3, 10, 100, 511, 512, 1000, 2048] {
        for count in around(reduction::THREADED) {
            let rows = count.div_ceil(width);
            let x = wave(rows * width);
            let sum = |x: &[f32]| {
                let mut out = vec![0.0; width];
                reduction::sum_rows(&mut out, x);
                out
            };
            same(|| bits(&sum(&x)));
            let x = whole(rows * width);
            let mut plain = vec![0.0; width];
            for row in x.chunks_exact(width) {
                for (sum, x) in plain.iter_mut().zip(row) {
                    *sum += x;
                }
            }
            assert_eq!(same(|| sum(&x)), plain);
        }
    }
}

#[test]
fn softmax_over_either_axis() {
    for rows in around(elementwise::THREADED / 64) {
        let x = array(&[rows, 64], wave(rows * 64));
        for axis in [0, 1] {
            let both = same(|| {
                let tape = Tape::new();
                let x = tape.var(&x);
                let (y, ln) = (x.softmax(axis).value(), x.log_sum_exp(axis).value());
                [bits(&y), bits(&ln)]
            });
            let exponentials = x.mapv(|x| f64::from(x).exp());
            let sums = exponentials.sum_axis(tapegrad::ndarray::Axis(axis as usize));
            let lns = sums.iter().zip(&both[1]);
            assert!(
                lns.into_iter()
                    .all(|(sum, &ln)| (sum.ln() - f64::from(f32::from_bits(ln))).abs() < 1e-5)
            );
            let first = exponentials[[0, 0]] / sums[[0]];
            assert!((first - f64::from(f32::from_bits(both[0][0]))).abs() < 1e-6);
        }
    }
}
