//! Training holds the parameters, their gradients and moments, each activation once, and the batch:
//! little more. A long chain of operations needs the same for each.
#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tapegrad::prelude::*;
use tapegrad::set_threads;

/// Bytes that were given out and not given back, and the most that there were.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

fn more(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(live, Ordering::Relaxed);
}

fn less(bytes: usize) {
    LIVE.fetch_sub(bytes, Ordering::Relaxed);
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there while one is copied to the other.
        more(size);
        less(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        less(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were live at once in `f`, beside those that were before. One test at a time:
/// the count is that of the whole program.
fn peak(f: impl FnOnce()) -> usize {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().expect("no test panics while it counts");
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    f();
    PEAK.load(Ordering::Relaxed) - before
}

/// `4 (4 parameters + activations + inputs)` bytes, and at most 1.3 times as many.
#[test]
fn a_training_step() {
    const SIZES: [usize; 4] = [784, 512, 256, 10];
    const ROWS: usize = 128;
    let counted = peak(|| drop(vec![1_u8; 1 << 26]));
    assert!((1 << 26..1 << 27).contains(&counted), "the count is right");
    set_threads(1);
    let bytes = peak(|| {
        let mut model = Mlp::new(&SIZES).activation(Activation::Relu);
        let mut optimizer = AdamW::new(1e-3);
        let classes: Vec<usize> = (0..ROWS).map(|row| row % 10).collect();
        let numbers = (0..ROWS * SIZES[0]).map(|i| (i as f32).sin()).collect();
        let x = ArcArrayD::from_shape_vec(vec![ROWS, SIZES[0]], numbers).expect("a matrix");
        let mut tape = Tape::new();
        for _ in 0..3 {
            let on = Scope::train(&tape);
            let y = model.forward(&on, on.input(&x));
            let gradients = on.backward(loss::CrossEntropy::new().mean(y, &classes));
            tape.clear();
            optimizer.step(&mut model, &gradients);
        }
    });
    let parameters: usize = SIZES.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
    let activations = ROWS * SIZES[1..].iter().sum::<usize>();
    let needed = size_of::<f32>() * (4 * parameters + activations + ROWS * SIZES[0]);
    let ratio = bytes as f64 / needed as f64;
    println!("at most {bytes} bytes at once, {ratio:.3} of the {needed} needed");
    assert!(ratio <= 1.3, "{ratio:.3} of the bytes needed");
}

/// A chain of operations needs the same memory for each, however long it is: forward and backward.
#[test]
fn a_chain_of_operations() {
    for length in [10_000, 100_000, 1_000_000] {
        let bytes = peak(|| {
            let tape = Tape::<f64>::new();
            let x = tape.var(1.0);
            let y = (0..length).fold(x, |y, _| y * 1.000_001);
            assert!(y.backward().wrt(x)[[]] > 1.0);
        });
        let of_each = bytes as f64 / length as f64;
        println!("{length}: {of_each:.0} bytes for each operation");
        assert!(of_each < 1000.0, "{length}: {of_each:.0} bytes for each");
    }
}
