//! Matrix products against a triple loop in `f64`.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array2, ArrayView2, s};
use tapegrad_autodiff::Element;
use tapegrad_autodiff::kernel::machine::Level;
use tapegrad_autodiff::kernel::product::{Method, Start, gemm, gemm_at};
use tapegrad_autodiff::kernel::threads::{for_each_chunk, set_threads};

const SIZES: [usize; 18] = [
    0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 300,
];

/// Numbers in −1 … 1 without a pattern.
fn numbers<T: Element>([rows, columns]: [usize; 2], seed: usize) -> Array2<T> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        let mixed = (i * 7919 + j * 104_729 + seed * 15_485_863 + 1) as u64;
        let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        T::of(mixed as f64 / f64::from(1 << 23) - 1.0)
    })
}

#[derive(Clone, Copy, Debug)]
enum Layout {
    RowMajor,
    Transposed,
    Backwards,
    Steps,
    OneRow,
    OneColumn,
}

const LAYOUTS: [Layout; 6] = [
    Layout::RowMajor,
    Layout::Transposed,
    Layout::Backwards,
    Layout::Steps,
    Layout::OneRow,
    Layout::OneColumn,
];

/// A matrix in some layout.
struct Stored<T> {
    numbers: Array2<T>,
    size: [usize; 2],
    layout: Layout,
}

impl<T: Element> Stored<T> {
    fn new(size @ [rows, columns]: [usize; 2], layout: Layout, seed: usize) -> Self {
        let stored = match layout {
            Layout::RowMajor | Layout::Backwards => size,
            Layout::Transposed => [columns, rows],
            Layout::Steps => [2 * rows + 1, 3 * columns + 1],
            Layout::OneRow => [1, columns],
            Layout::OneColumn => [rows, 1],
        };
        Self {
            numbers: numbers(stored, seed),
            size,
            layout,
        }
    }

    fn view(&self) -> ArrayView2<'_, T> {
        match self.layout {
            Layout::RowMajor => self.numbers.view(),
            Layout::Transposed => self.numbers.t(),
            Layout::Backwards => self.numbers.slice(s![..;-1, ..;-1]),
            Layout::Steps => self.numbers.slice(s![1..;2, 1..;3]),
            Layout::OneRow | Layout::OneColumn => {
                self.numbers.broadcast(self.size).expect("a broadcast")
            }
        }
    }
}

fn reference<T: Element>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>) -> Array2<f64> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    for ((i, p), &x) in a.indexed_iter() {
        for (c, &y) in c.row_mut(i).iter_mut().zip(b.row(p)) {
            *c += x.wide() * y.wide();
        }
    }
    c
}

/// One product at all levels, against the reference; `finish` is seen to be called for each element
/// once.
fn check<T: Element>(size: [usize; 3], [left, right]: [Layout; 2], start: usize) {
    let [m, k, n] = size;
    let (a, b) = (
        Stored::<T>::new([m, k], left, 1),
        Stored::<T>::new([k, n], right, 2),
    );
    let (row, before) = (numbers::<T>([1, n], 3), numbers::<T>([m, n], 4));
    let mut expected = reference(a.view(), b.view());
    let start = match start % 3 {
        0 => Start::Zero,
        1 => {
            expected += &row.mapv(T::wide);
            Start::Row(row.as_slice().expect("a row"))
        }
        _ => {
            expected += &before.mapv(T::wide);
            Start::Sum
        }
    };
    let allowed = T::epsilon().wide() * (k as f64 + 4.0);
    for level in Level::all() {
        let mut c = before.clone().into_raw_vec_and_offset().0;
        let mut finished = c.clone();
        gemm_at(level, None, a.view(), b.view(), start, &mut c, None);
        for (i, (&c, &expected)) in c.iter().zip(&expected).enumerate() {
            assert!(
                (c.wide() - expected).abs() <= allowed * (1.0 + expected.abs()),
                "{size:?} {left:?} {right:?} {level:?} {start:?} at {i}: {c} for {expected}"
            );
        }
        let calls = AtomicUsize::new(0);
        let finish = |x: &mut [T]| {
            calls.fetch_add(x.len(), Ordering::Relaxed);
            x.iter_mut().for_each(|x| *x = T::of(3.0) - *x);
        };
        gemm_at(
            level,
            None,
            a.view(),
            b.view(),
            start,
            &mut finished,
            Some(&finish),
        );
        assert_eq!(calls.into_inner(), m * n);
        c.iter_mut().for_each(|c| *c = T::of(3.0) - *c);
        assert!(
            c == finished,
            "{size:?} {left:?} {right:?} {level:?}: finished otherwise"
        );
    }
}

fn check_all<T: Element>() {
    let mut case = 0;
    for (i, &m) in SIZES.iter().enumerate() {
        for (j, &k) in SIZES.iter().enumerate() {
            for (l, &n) in SIZES.iter().enumerate() {
                if (i + 3 * j + 5 * l) % 7 == 0 && m * k * n <= 3_000_000 {
                    case += 1;
                    check::<T>(
                        [m, k, n],
                        [LAYOUTS[case % 6], LAYOUTS[case / 6 % 6]],
                        case / 36,
                    );
                }
            }
        }
    }
    // The orientations of a layer, at the sizes of blocks and beyond them.
    for size in [
        [64, 64, 64],
        [30, 2, 500],
        [1, 784, 513],
        [65, 600, 70],
        [600, 65, 70],
    ] {
        for left in [Layout::RowMajor, Layout::Transposed] {
            for right in [Layout::RowMajor, Layout::Transposed] {
                for start in 0..3 {
                    check::<T>(size, [left, right], start);
                }
            }
        }
    }
}

#[test]
fn f32_products() {
    check_all::<f32>();
}

#[test]
fn f64_products() {
    check_all::<f64>();
}

/// The methods that a product of this size would not choose.
#[test]
fn all_methods_agree() {
    for size in [
        [64, 64, 64],
        [1, 70, 90],
        [3, 33, 70],
        [45, 300, 40],
        [130, 17, 257],
    ] {
        for right in [Layout::RowMajor, Layout::Transposed] {
            let (a, b) = (
                Stored::<f32>::new([size[0], size[1]], Layout::RowMajor, 1),
                Stored::<f32>::new([size[1], size[2]], right, 2),
            );
            let expected = reference(a.view(), b.view());
            let mut c = vec![0.0; expected.len()];
            for (level, method) in Level::all().flat_map(|l| Method::ALL.map(|m| (l, m))) {
                c.fill(f32::NAN);
                if gemm_at(
                    level,
                    Some(method),
                    a.view(),
                    b.view(),
                    Start::Zero,
                    &mut c,
                    None,
                )
                .is_some()
                {
                    for (&c, &expected) in c.iter().zip(&expected) {
                        let error = (f64::from(c) - expected).abs();
                        assert!(error < 1e-4, "{size:?} {right:?} {level:?} {method:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let sizes = [
        [128, 784, 512],
        [784, 128, 512],
        [300, 300, 300],
        [1, 2048, 1100],
        [3000, 800, 1],
    ];
    for size @ [m, k, n] in sizes {
        for right in [Layout::RowMajor, Layout::Transposed] {
            let (a, b) = (
                Stored::<f32>::new([m, k], Layout::Transposed, 1),
                Stored::<f32>::new([k, n], right, 2),
            );
            let row = numbers::<f32>([1, n], 3);
            let row = row.as_slice().expect("a row");
            let finish = |x: &mut [f32]| x.iter_mut().for_each(|x| *x = 3.0 - *x);
            for level in Level::all() {
                let [one, more @ ..] = [1, 2, 3, 4].map(|n_threads| {
                    set_threads(n_threads);
                    let mut c = vec![f32::NAN; m * n];
                    let (a, b) = (a.view(), b.view());
                    gemm_at(level, None, a, b, Start::Row(row), &mut c, Some(&finish));
                    c
                });
                assert!(
                    more.iter().all(|c| *c == one),
                    "{size:?} {right:?} {level:?}"
                );
            }
        }
    }
    set_threads(0);
}

#[test]
fn chunks_are_visited_once() {
    for n_threads in [1, 3] {
        set_threads(n_threads);
        let mut x = vec![0; 1000];
        for_each_chunk(&mut x, 64, |index, chunk| {
            chunk.iter_mut().for_each(|x| *x += index + 1);
        });
        assert!(x.iter().enumerate().all(|(i, &x)| x == i / 64 + 1));
    }
    set_threads(0);
}

#[test]
fn not_a_number_and_infinity_go_through() {
    for n in [1, 5, 64] {
        for m in [1, 3, 64] {
            let (mut a, b) = (Array2::<f32>::zeros((m, 70)), Array2::<f32>::zeros((70, n)));
            a[[m / 2, 69]] = f32::INFINITY;
            let mut c = vec![0.0; m * n];
            gemm(a.view(), b.view(), Start::Zero, &mut c, None);
            for (at, x) in c.iter().enumerate() {
                assert_eq!(x.is_nan(), at / n == m / 2, "0 · ∞ at {at} of {m} × {n}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "the inner dimensions must be equal")]
fn inner_dimensions_that_differ() {
    let (a, b) = (Array2::<f32>::zeros((2, 3)), Array2::<f32>::zeros((2, 3)));
    gemm(a.view(), b.view(), Start::Zero, &mut [0.0; 6], None);
}

#[test]
#[should_panic(expected = "C has 5 elements; a product of 2 rows and 3 columns needs one for each")]
fn a_result_that_is_too_small() {
    let (a, b) = (Array2::<f32>::zeros((2, 3)), Array2::<f32>::zeros((3, 3)));
    gemm(a.view(), b.view(), Start::Zero, &mut [0.0; 5], None);
}

#[test]
#[should_panic(
    expected = "the row to start from has 2 elements; it needs one for each of 3 columns"
)]
fn a_row_that_is_too_short() {
    let (a, b) = (Array2::<f32>::zeros((2, 3)), Array2::<f32>::zeros((3, 3)));
    gemm(
        a.view(),
        b.view(),
        Start::Row(&[0.0; 2]),
        &mut [0.0; 6],
        None,
    );
}

/// A method that does not apply writes nothing, for a column too.
#[test]
fn a_method_that_does_not_apply() {
    let a = Array2::<f64>::ones((2, 3)).reversed_axes();
    let b = Array2::<f64>::ones((2, 1));
    let mut c = [7.0; 3];
    let method = gemm_at(
        Level::detected(),
        Some(Method::Dots),
        a.view(),
        b.view(),
        Start::Row(&[1.0]),
        &mut c,
        None,
    );
    assert_eq!((method, c), (None, [7.0; 3]));
}
