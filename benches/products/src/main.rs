//! Matrix products of the shapes of small networks, by each method there is and by other libraries,
//! on one core. A level is for the methods of `gemm`, except matrixmultiply; the others find their
//! own.
//!
//! ```text
//! cargo run --release --manifest-path benches/products/Cargo.toml -- [workload] [--quick] [--avx2 | --baseline]
//! ```

use ndarray::{Array2, ArrayView2};
use tapegrad_autodiff::Element;
use tapegrad_autodiff::kernel::machine::Level;
use tapegrad_autodiff::kernel::product::{Method, Start, gemm_at};
use tapegrad_autodiff::kernel::threads::set_threads;

/// Name, batch and widths of the layers.
const WORKLOADS: [(&str, usize, &[usize]); 7] = [
    ("tiny", 32, &[2, 64, 64, 1]),
    ("moons", 30, &[2, 500, 1]),
    ("digits", 64, &[64, 256, 128, 10]),
    ("mnist", 128, &[784, 512, 256, 10]),
    ("wide", 256, &[1024, 2048, 2048, 1000]),
    ("deep", 64, &[64, 64, 1]),
    ("infer1", 1, &[784, 512, 256, 10]),
];

/// `C ← A B` by another library, C row-major.
type Other<T> = (
    &'static str,
    fn(ArrayView2<'_, T>, ArrayView2<'_, T>, &mut [T]),
);

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let only = std::env::args()
        .nth(1)
        .filter(|name| !name.starts_with('-'));
    set_threads(1);
    let seconds = if quick { 0.005 } else { 0.05 };
    println!(
        "GFLOP/s on one core, {:?}; * is what gemm chooses\n",
        level()
    );
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    header::<f32>(other::F32);
    for (name, batch, widths) in WORKLOADS {
        if wanted(name) {
            workload::<f32>(name, batch, widths, other::F32, seconds);
        }
    }
    println!();
    header::<f64>(other::F64);
    for (name, batch, widths) in WORKLOADS {
        if wanted(name) && ["tiny", "digits", "mnist", "deep"].contains(&name) {
            workload::<f64>(name, batch, widths, other::F64, seconds);
        }
    }
}

fn option(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

fn level() -> Level {
    match (option("--avx2"), option("--baseline")) {
        (true, _) => Level::Avx2,
        (_, true) => Level::Baseline,
        _ => Level::detected(),
    }
}

fn header<T>(others: &[Other<T>]) {
    print!("{:<30}{:>9}{:>8}", std::any::type_name::<T>(), "µs", "gemm");
    for method in Method::ALL {
        print!("{:>9}", format!("{method:?}"));
    }
    for (name, _) in others {
        print!("{name:>9}");
    }
    println!();
}

fn workload<T: Element>(
    name: &str,
    batch: usize,
    widths: &[usize],
    others: &[Other<T>],
    seconds: f64,
) {
    let mut seen = Vec::new();
    for (layer, pair) in widths.windows(2).enumerate() {
        let &[k, n] = pair else { continue };
        if seen.contains(&(k, n)) {
            continue;
        }
        seen.push((k, n));
        let [x, w, g] = [[batch, k], [k, n], [batch, n]].map(|size| {
            Array2::from_shape_fn(size, |(i, j)| {
                T::of(((i * 7 + j * 3) % 11) as f64 / 8.0 - 0.6)
            })
        });
        case(&format!("{name} NN"), x.view(), w.view(), others, seconds);
        if name != "infer1" && (layer > 0 || name == "deep") {
            case(&format!("{name} NT"), g.view(), w.t(), others, seconds);
        }
        if name != "infer1" {
            case(&format!("{name} TN"), x.t(), g.view(), others, seconds);
        }
    }
}

/// One line of the table.
fn case<T: Element>(
    name: &str,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    others: &[Other<T>],
    seconds: f64,
) {
    let ((m, k), n) = (a.dim(), b.ncols());
    let mut c = vec![T::zero(); m * n];
    let work = 2e-9 * (m * k * n) as f64;
    let level = level();
    let mut by = |method| gemm_at(level, method, a, b, Start::Zero, &mut c, None);
    let chosen = by(None);
    let time = best(seconds, || {
        by(None);
    });
    let label = format!("{name} {m}×{k}·{k}×{n}");
    print!("{label:<30}{:>9.2}{:>8.1}", time * 1e6, work / time);
    for method in Method::ALL {
        if by(Some(method)).is_none() {
            print!("{:>9}", "");
            continue;
        }
        let time = best(seconds, || {
            by(Some(method));
        });
        let star = if chosen == Some(method) { "*" } else { "" };
        print!("{:>9}", format!("{star}{:.1}", work / time));
    }
    for (_, multiply) in others {
        let time = best(seconds, || multiply(a, b, &mut c));
        print!("{:>9.1}", work / time);
    }
    println!();
}

/// The shortest time of a call, of groups of calls over some seconds.
fn best(seconds: f64, mut call: impl FnMut()) -> f64 {
    call();
    let start = now();
    call();
    let calls = (1e-4 / (now() - start)).ceil().clamp(1.0, 1e4) as u32;
    let (start, mut best) = (now(), f64::INFINITY);
    while now() - start < seconds {
        let group = now();
        for _ in 0..calls {
            call();
        }
        best = best.min((now() - group) / f64::from(calls));
    }
    best
}

/// Seconds that this thread has run: others may be using the machine.
#[cfg(target_os = "linux")]
fn now() -> f64 {
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    }
    const THREAD: i32 = 3;
    let mut time = [0; 2];
    // SAFETY: the time has room for seconds and nanoseconds.
    unsafe { clock_gettime(THREAD, &raw mut time) };
    time[0] as f64 + 1e-9 * time[1] as f64
}

/// Seconds since the first call.
#[cfg(not(target_os = "linux"))]
fn now() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START
        .get_or_init(std::time::Instant::now)
        .elapsed()
        .as_secs_f64()
}

/// The other libraries, told of the transposes: they store by columns.
mod other {
    use ndarray::ArrayView2;

    use super::Other;

    macro_rules! others {
        ($module:ident, $element:ident, $kind:ident) => {{
            fn gemm(a: ArrayView2<'_, $element>, b: ArrayView2<'_, $element>, c: &mut [$element]) {
                let ((m, k), n) = (a.dim(), b.ncols());
                let ([ra, ca], [rb, cb]) = (
                    [a.strides()[0], a.strides()[1]],
                    [b.strides()[0], b.strides()[1]],
                );
                let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
                let multiply = $module::gemm::$element::get_gemm_fn();
                let one_thread = gemm_common::Parallelism::None;
                // SAFETY: the views are borrowed, and C has m rows of n.
                unsafe {
                    multiply(
                        n, m, k, c, n as isize, 1, false, b, rb, cb, a, ra, ca, 0.0, 1.0, false,
                        false, false, one_thread,
                    );
                }
            }

            #[cfg(target_arch = "x86_64")]
            fn private(
                a: ArrayView2<'_, $element>,
                b: ArrayView2<'_, $element>,
                c: &mut [$element],
            ) {
                use private_gemm_x86::{Accum, DType, DstKind, IType, InstrSet};
                let ((m, k), n) = (a.dim(), b.ncols());
                let one: $element = 1.0;
                let none = std::ptr::null();
                let instructions = if is_x86_feature_detected!("avx512f") {
                    InstrSet::Avx512
                } else {
                    InstrSet::Avx256
                };
                // SAFETY: as above.
                unsafe {
                    private_gemm_x86::gemm(
                        DType::$kind,
                        IType::U64,
                        instructions,
                        n,
                        m,
                        k,
                        c.as_mut_ptr().cast(),
                        1,
                        n as isize,
                        none,
                        none,
                        DstKind::Full,
                        Accum::Replace,
                        b.as_ptr().cast(),
                        b.strides()[1],
                        b.strides()[0],
                        false,
                        none,
                        0,
                        a.as_ptr().cast(),
                        a.strides()[1],
                        a.strides()[0],
                        false,
                        (&raw const one).cast(),
                        1,
                    );
                }
            }

            &[
                ("gemm-fx", gemm),
                #[cfg(target_arch = "x86_64")]
                ("private", private),
            ]
        }};
    }

    pub(super) const F32: &[Other<f32>] = others!(gemm_f32, f32, F32);
    pub(super) const F64: &[Other<f64>] = others!(gemm_f64, f64, F64);
}
