//! After a few steps neither a training step nor a prediction touches the heap.
#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tapegrad::autodiff::kernel::threads::set_threads;
use tapegrad::autodiff::total;
use tapegrad::ndarray::{Array2, ArrayD};
use tapegrad::prelude::*;

thread_local! {
    /// Calls of the allocator by this thread: new blocks, other sizes, and blocks given back.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // The thread may be ending, when it counts no more.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `f` calls the allocator.
fn calls(f: impl FnOnce()) -> usize {
    let before = CALLS.get();
    f();
    CALLS.get() - before
}

/// How many calls are made in ten steps after five.
fn calls_of_steps<R: Rule>(
    mut model: Mlp,
    mut optimizer: Optimizer<R>,
    rows: usize,
    loss: impl for<'t> Fn(Var<'t>) -> Var<'t>,
) -> usize {
    set_threads(1);
    let inputs = model.layers[0].weight.value.shape()[0];
    let wave = |index: usize| (index as f32).sin();
    let x: ArcArrayD<f32> =
        ArrayD::from_shape_fn(vec![rows, inputs], |at| wave(at[0] * inputs + at[1])).into_shared();
    let mut tape = Tape::new();
    let mut step = || {
        let steps = optimizer.steps();
        let on = Scope::train(&tape).seed(steps as u64).at_step(steps);
        let total = loss(model.forward(&on, on.input(&x))) + model.penalty(&on);
        let number = total.item();
        let gradients = on.backward(total);
        tape.clear();
        optimizer.step(&mut model, &gradients);
        assert!(number.is_finite());
    };
    (0..5).for_each(|_| step());
    calls(|| (0..10).for_each(|_| step()))
}

fn targets(rows: usize) -> ArcArrayD<f32> {
    ArrayD::from_shape_fn(vec![rows, 1], |at| (at[0] % 2) as f32).into_shared()
}

#[test]
fn tiny() {
    let l2 = || Penalty::l2(1e-4);
    let model = Mlp::new(&[2, 64, 64, 1])
        .activation(Activation::Tanh)
        .penalize(0, l2())
        .penalize(1, l2())
        .penalize(2, Penalty::elastic_net(1e-4, 1e-4));
    let y = targets(32);
    let steps = calls_of_steps(model, Adam::new(1e-3), 32, |p| {
        loss::SquaredError.mean(p, &y)
    });
    assert_eq!(steps, 0);
}

#[test]
fn around_optimizers_and_along_lines() {
    set_threads(1);
    let l2 = || Penalty::l2(1e-4);
    let model = || Mlp::new(&[2, 64, 1]).penalize(0, l2()).penalize(1, l2());
    let (x, y) = (
        Array2::from_shape_fn([32, 2], |(i, j)| (i + 2 * j) as f32),
        targets(32),
    );
    let x = x.into_dyn().into_shared();
    let mut tape = Tape::new();
    let mut pass = |model: &Mlp| {
        let on = Scope::train(&tape);
        let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
        let total = data_loss + model.penalty(&on);
        let outcome = (total.item(), on.backward(total));
        tape.clear();
        outcome
    };
    type Pass<'a> = &'a mut dyn FnMut(&Mlp) -> (f32, GradientMap);
    let mut after_five = |step: &mut dyn FnMut(Pass<'_>)| {
        (0..5).for_each(|_| step(&mut pass));
        calls(|| (0..10).for_each(|_| step(&mut pass)))
    };
    let (mut trained, mut sam) = (model(), Sam::new(Adam::new(1e-3), 0.05).adaptive(0.01));
    let steps = after_five(&mut |pass| sam.step(&mut trained, |model| pass(model).1));
    assert_eq!(steps, 0, "Sam");
    let (mut trained, mut lookahead) = (model(), Lookahead::new(Adam::new(1e-3)));
    let steps = after_five(&mut |pass| {
        let (_, gradients) = pass(&trained);
        lookahead.step(&mut trained, &gradients);
    });
    assert_eq!(steps, 0, "Lookahead");
    let (mut trained, mut lbfgs) = (model(), Lbfgs::new().memory(3));
    let steps = after_five(&mut |pass| _ = lbfgs.step(&mut trained, |model| pass(model)));
    assert_eq!(steps, 0, "Lbfgs");
}

#[test]
fn steps_after_the_update() {
    let mut model = Mlp::new(&[2, 64, 64, 1])
        .penalize(0, Penalty::group_lasso(Groups::Rows, 1e-3).proximal())
        .penalize(1, Penalty::elastic_net(1e-3, 1e-3).proximal())
        .penalize(
            2,
            Penalty::l1(Strength::scheduled(|step| 1e-5 * step as f64)).proximal(),
        );
    model.layers[0] = model.layers[0]
        .clone()
        .penalize_output(Penalty::l1(1e-3))
        .constrain(Constraint::max_norm(Groups::Columns, 1.0));
    model.layers[1] = model.layers[1].clone().constrain(Constraint::l1_ball(5.0));
    let y = targets(32);
    let steps = calls_of_steps(model, Adam::new(1e-3), 32, |p| {
        loss::SquaredError.mean(p, &y)
    });
    assert_eq!(steps, 0);
}

#[test]
fn moons() {
    let model = Mlp::new(&[2, 500, 1])
        .activation(Activation::Relu)
        .penalize(0, Penalty::l2(1e-3));
    let y = targets(30);
    let steps = calls_of_steps(model, Adam::new(1e-3), 30, |p| {
        loss::BinaryCrossEntropy::new().mean(p, &y)
    });
    assert_eq!(steps, 0);
}

#[test]
fn digits() {
    let model = Mlp::new(&[64, 256, 128, 10]).activation(Activation::Relu);
    let classes: Vec<usize> = (0..64).map(|row| row % 10).collect();
    let steps = calls_of_steps(model, AdamW::new(1e-3), 64, |p| {
        loss::CrossEntropy::new().mean(p, &classes)
    });
    assert_eq!(steps, 0);
}

#[test]
fn mnist() {
    let model = Mlp::new(&[784, 512, 256, 10]).activation(Activation::Relu);
    let classes: Vec<usize> = (0..128).map(|row| row % 10).collect();
    let steps = calls_of_steps(model, AdamW::new(1e-3), 128, |p| {
        loss::CrossEntropy::new().mean(p, &classes)
    });
    assert_eq!(steps, 0);
}

#[test]
fn deep() {
    let mut sizes = vec![64; 51];
    sizes.push(1);
    let model = (0..50).fold(
        Mlp::new(&sizes).activation(Activation::Tanh),
        |model, layer| model.penalize(layer, Penalty::l2(1e-4)),
    );
    let optimizer = Momentum::new(1e-2).decay(Decay::coupled(1e-4));
    let y = targets(64);
    let steps = calls_of_steps(model, optimizer, 64, |p| loss::SquaredError.mean(p, &y));
    assert_eq!(steps, 0);
}

/// Masks, running statistics and parts of a network have memory that is used again.
#[test]
fn dropout_and_normalization() {
    let of = |model: Mlp| {
        let model = model.activation(Activation::Relu).dropout(0.5);
        model.input_dropout(0.1).penalize(0, Penalty::l2(1e-4))
    };
    for model in [
        of(Mlp::new(&[6, 32, 16, 1]).normalize(BatchNorm::new)),
        of(Mlp::new(&[6, 32, 16, 1]).normalize(LayerNorm::new)),
    ] {
        let y = targets(32);
        let steps = calls_of_steps(model, Adam::new(1e-3), 32, |p| {
            loss::SquaredError.mean(p, &y)
        });
        assert_eq!(steps, 0);
    }
}

/// What stands around a step: two micro-batches as one, a guard, everything that changes gradients, an average
/// that is swapped in and out.
#[test]
fn around_the_step() {
    set_threads(1);
    let mut model = Mlp::new(&[6, 32, 16, 1])
        .normalize(BatchNorm::new)
        .penalize(0, Penalty::l2(1e-4));
    let clipping = AdaptiveClipping::default().except(&model.layers[2]);
    let (mut optimizer, noise) = (Adam::new(1e-3), GradientNoise::new(0.01));
    let (mut guard, mut accumulation) = (Guard::stop(), Accumulation::new());
    let (mut ema, mut swa) = (Ema::new(0.99), Swa::new(2, 3));
    let (x, y) = (ArcArrayD::from_elem(vec![8, 6], 0.5), targets(8));
    let mut tape = Tape::new();
    let mut step = || {
        for _ in 0..2 {
            let on = Scope::train(&tape);
            let data_loss = loss::SquaredError.mean(model.forward(&on, on.input(&x)), &y);
            let gradients = on.backward(data_loss + model.penalty(&on));
            tape.clear();
            gradients.update_statistics(&mut model);
            accumulation.add(gradients, 8);
        }
        let gradients = accumulation
            .mean()
            .centralize()
            .clip_value(1.0)
            .clip_each_norm(1.0)
            .clip_adaptive(&model, &clipping)
            .clip_norm(0.1)
            .add_noise(&model, &noise, optimizer.steps());
        assert!(guard.lets_pass(&model, &gradients).unwrap());
        optimizer.step(&mut model, &gradients);
        ema.update(&model);
        swa.update(&model);
        ema.swap(&mut model);
        ema.swap(&mut model);
    };
    (0..5).for_each(|_| step());
    assert_eq!(calls(|| (0..10).for_each(|_| step())), 0);
}

/// Layers of all kinds in a list.
#[test]
fn lists_of_layers() {
    set_threads(1);
    let block = Sequential::new()
        .then(LayerNorm::new(8))
        .then(DropConnect::new(Dense::new(8, 8).seed(1), 0.5))
        .then(PRelu::new(8))
        .then(AlphaDropout::new(0.1));
    let table = Embedding::new(5, 8);
    let output = Tied::to(&table.weight);
    let mut model = Sequential::new()
        .then(table)
        .then(GaussianNoise::new(0.1))
        .then(Residual::new(block))
        .then(BatchNorm::new(8))
        .then(Function::new(|_, x| x.tanh()))
        .then(output)
        .then(Flatten);
    let x: ArcArrayD<f32> =
        ArrayD::from_shape_fn(vec![16, 3], |at| ((at[0] + at[1]) % 5) as f32).into_shared();
    let mut optimizer = Adam::new(1e-3);
    let mut tape = Tape::new();
    let mut step = || {
        let on = Scope::train(&tape).seed(optimizer.steps() as u64);
        let y = model.forward(&on, on.input(&x));
        let gradients = on.backward(y.square().mean(..));
        tape.clear();
        optimizer.step(&mut model, &gradients);
    };
    (0..5).for_each(|_| step());
    assert_eq!(calls(|| (0..10).for_each(|_| step())), 0);
}

/// Of the operations, not only those of plain networks: activations, normalisation, parts and their
/// concatenation, selections, and a loss with probabilities.
#[test]
fn other_operations() {
    let mut model = Mlp::new(&[6, 16, 8]);
    model.layers[0].weight.penalty = Penalty::l2(1e-4);
    let targets = ArcArrayD::from_elem(vec![32, 8], 0.125);
    let steps = calls_of_steps(model, Adam::new(1e-3), 32, |y| {
        let tape = y.tape();
        let (ones, zeros) = (tape.constant([1.0; 8]), tape.constant([0.0; 8]));
        let z = y.gelu().layer_norm(ones, zeros, 1e-5) + y.silu().batch_norm(ones, zeros, 1e-5);
        let halves = [z.slice(1, 4..).mish(), z.slice(1, ..4).elu(1.0).flip(1)];
        let z = concatenate(&halves, 1).transpose(0, 1).t().clamp(-3.0, 3.0);
        let z = z.greater(y).where_(z, y.sin()) + z.index_select(0, &[1; 32]);
        let logits = z.log_softmax(-1) + z.norm(keep(-1)) * z.cumulative_sum(1);
        logits
            .softmax_cross_entropy_with(tape.constant(&targets))
            .mean(..)
    });
    assert_eq!(steps, 0);
}

/// Losses that are made of several operations, plain and weighted.
#[test]
fn losses() {
    let y = ArcArrayD::from_shape_fn(vec![32, 4], |at| ((at[0] + at[1]) % 2) as f32);
    let classes: Vec<usize> = (0..32).map(|row| row % 4).collect();
    let weights = ArcArrayD::from_elem(vec![32], 0.5);
    let (smooth, focal) = (
        loss::CrossEntropy::new()
            .smoothing(0.1)
            .class_weights([1.0, 2.0, 3.0, 4.0]),
        loss::Focal::new(2.0).class_weights([1.0, 2.0, 3.0, 4.0]),
    );
    let steps = calls_of_steps(Mlp::new(&[6, 16, 4]), Adam::new(1e-3), 32, |p| {
        let numbers = [
            loss::AbsoluteError.mean(p, &y),
            loss::Huber::new(1.0).sum(p, &y),
            loss::LogCosh.weighted_mean(p, &y, &weights),
            loss::Quantile::new(0.9).weighted_sum(p, &y, &weights),
            loss::BinaryCrossEntropy::new()
                .positive_weight(3.0)
                .mean(p, &y),
            loss::BinaryFocal::new(2.0).alpha(0.25).mean(p, &y),
            loss::KlDivergence::of_logits().mean(p, &y),
            loss::PoissonNll::of_log_rates().mean(p, &y),
            loss::CosineDistance.mean(p, &y),
            loss::CrossEntropy::new().smoothing(0.1).mean(p, &y),
            smooth.mean(p, &classes),
            focal.mean(p, &classes),
            loss::MulticlassHinge::new().squared().mean(p, &classes),
            loss::Custom::new(|p, y| (p - y).powi(4)).mean(p, &y),
        ];
        total(&numbers).expect("there are some")
    });
    assert_eq!(steps, 0);
}

/// Of a trainer, from a step to the next one of the same epoch: batches are made in the memory of those before.
#[test]
fn steps_of_a_trainer() {
    set_threads(1);
    let data = data::moons::<f32>(320, 0.2, 1);
    for accumulated in [1, 2] {
        let mut model = Mlp::new(&[2, 16, 1]).penalize(0, Penalty::l2(1e-3));
        let (mut before, mut counts) = (CALLS.get(), Vec::with_capacity(100));
        let mut trainer = Trainer::new(Adam::new(1e-3), loss::BinaryCrossEntropy::new());
        trainer = trainer.epochs(4).batch_size(16).accumulate(accumulated);
        let count = callback::after_step(|run| {
            let now = CALLS.get();
            counts.push((run.step_of_epoch(), now - before));
            before = now;
        });
        trainer.callback(count).fit(&mut model, &data).unwrap();
        // Before the first step of an epoch its order is made, and the epoch before is measured.
        let warm = counts[10..].iter().filter(|(step, _)| *step > 1);
        let warm: Vec<_> = warm.map(|(_, calls)| *calls).collect();
        assert_eq!(warm, vec![0; warm.len()], "{accumulated} batches a step");
        assert!(warm.len() > 15);
    }
}

/// Batches of two sizes in turn, as the last batch of an epoch is smaller.
#[test]
fn predictions_of_two_sizes() {
    set_threads(1);
    let model = Mlp::<f32>::new(&[784, 512, 256, 10]).activation(Activation::Relu);
    let rows = |rows| ArcArrayD::from_elem(vec![rows, 784], 0.5);
    let (one, some) = (rows(1), rows(7));
    let mut tape = Tape::new();
    let mut out = [0.0; 70];
    let mut predict = |x: &ArcArrayD<f32>| {
        let on = Scope::eval(&tape);
        let y = model.forward(&on, on.input(x));
        y.copy_to(&mut out[..y.len()]);
        tape.clear();
    };
    (0..3).for_each(|_| [&one, &some].into_iter().for_each(&mut predict));
    let both = calls(|| (0..10).for_each(|_| [&one, &some].into_iter().for_each(&mut predict)));
    assert_eq!(both, 0);
}

/// The count is right: a step that clones its gradients is seen.
#[test]
fn a_clone_is_counted() {
    assert_eq!(calls(|| drop(vec![1.0])), 2);
}
