//! The loops under the tape: elementary functions beside the standard library's, products beside
//! matrixmultiply, sums beside ndarray's, and operations with their derivatives.
//!
//! ```text
//! cargo bench --bench operations
//! ```

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tapegrad::autodiff::kernel::product::{Start, gemm};
use tapegrad::autodiff::kernel::{elementary, reduction};
use tapegrad::autodiff::total;
use tapegrad::ndarray::{Array2, ArrayD};
use tapegrad::prelude::*;

/// Fixed numbers between −1 and 1 in no order.
fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 12.9898).sin()).collect()
}

fn elementary_functions(criterion: &mut Criterion) {
    /// The name, ours, and the standard library's.
    type Function = (&'static str, fn(&[f32], &mut [f32]), fn(f32) -> f32);
    let functions: [Function; 9] = [
        ("exp", elementary::exp, f32::exp),
        ("ln_1p", elementary::ln_1p, f32::ln_1p),
        ("tanh", elementary::tanh, f32::tanh),
        ("sigmoid", elementary::sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
        ("log2", elementary::log2, f32::log2),
        ("log10", elementary::log10, f32::log10),
        ("sin", elementary::sin, f32::sin),
        ("cos", elementary::cos, f32::cos),
        ("atan", elementary::atan, f32::atan),
    ];
    let (x, mut out) = (numbers(4096), vec![0.0; 4096]);
    let mut group = criterion.benchmark_group("elementary, 4096 numbers");
    group.throughput(Throughput::Elements(4096));
    for (name, ours, standard) in functions {
        group.bench_function(name, |bench| bench.iter(|| ours(black_box(&x), &mut out)));
        group.bench_function(format!("{name} of std"), |bench| {
            bench.iter(|| {
                for (out, &x) in out.iter_mut().zip(black_box(&x)) {
                    *out = standard(x);
                }
            });
        });
    }
}

fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("products");
    for [m, k, n] in [[32, 2, 64], [64, 64, 64], [64, 256, 128], [128, 784, 512]] {
        let matrix = |rows, columns| {
            Array2::from_shape_vec((rows, columns), numbers(rows * columns)).expect("so many")
        };
        let (a, b, mut c) = (matrix(m, k), matrix(k, n), matrix(m, n));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        group.bench_function(BenchmarkId::new("gemm", format!("{m}x{k}x{n}")), |bench| {
            bench.iter(|| {
                let c = c.as_slice_mut().expect("contiguous");
                gemm(a.view(), b.view(), Start::Zero, c, None);
            });
        });
        group.bench_function(
            BenchmarkId::new("ndarray", format!("{m}x{k}x{n}")),
            |bench| {
                bench.iter(|| black_box(a.dot(&b)));
            },
        );
    }
}

fn reductions(criterion: &mut Criterion) {
    let x = numbers(1 << 16);
    let matrix = Array2::from_shape_vec((256, 256), x.clone()).expect("so many");
    let mut columns = vec![0.0; 256];
    let mut group = criterion.benchmark_group("reductions, 2^16 numbers");
    group.throughput(Throughput::Elements(1 << 16));
    group.bench_function("sum", |bench| bench.iter(|| reduction::sum(black_box(&x))));
    group.bench_function("sum of ndarray", |bench| {
        bench.iter(|| black_box(&matrix).sum())
    });
    group.bench_function("sum_rows", |bench| {
        bench.iter(|| reduction::sum_rows(&mut columns, black_box(&x)));
    });
    group.bench_function("sum_axis of ndarray", |bench| {
        bench.iter(|| black_box(&matrix).sum_axis(tapegrad::ndarray::Axis(0)));
    });
}

/// An operation of two matrices of 64 × 64 and its derivatives.
fn operations(criterion: &mut Criterion) {
    type Operation = for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>;
    let operations: [(&str, Operation); 6] = [
        ("x + y", |x, y| x + y),
        ("tanh", |x, _| x.tanh()),
        ("dot", |x, y| x.dot(y)),
        ("affine with relu", |x, y| {
            x.affine(y, None, Activation::Relu)
        }),
        ("softmax", |x, _| x.softmax(-1)),
        ("total of three", |x, y| {
            total(&[x, y, x]).expect("three terms")
        }),
    ];
    let x: ArcArrayD<f32> = ArrayD::from_shape_vec(vec![64, 64], numbers(4096))
        .expect("so many")
        .into_shared();
    let y = x.map(|x| 0.5 - x).into_shared();
    let mut tape = Tape::new();
    let mut group = criterion.benchmark_group("operation and derivatives, 64 x 64");
    for (name, operation) in operations {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let result = operation(tape.var(&x), tape.var(&y)).sum(..);
                drop(result.backward());
                tape.clear();
            });
        });
    }
}

criterion_group!(
    benches,
    elementary_functions,
    products,
    reductions,
    operations
);
criterion_main!(benches);
