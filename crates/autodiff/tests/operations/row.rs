//! What a row says, and the checks that are run over it.

use ndarray::ArrayD;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tapegrad_autodiff::check::Check;
use tapegrad_autodiff::{Element, Tape, Var};

use crate::naive::Definition;
use crate::shapes::Shapes;

/// Where an operation is smooth, and so where it is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Domain {
    /// All numbers.
    Reals,
    /// Above zero.
    Positive,
    /// Away from zero, and no two numbers near each other.
    NonZero,
}

/// An operation with the shapes of its operands and its definition.
pub(crate) struct Row {
    pub(crate) domain: Domain,
    pub(crate) shapes: Shapes,
    pub(crate) single: for<'t> fn(&[Var<'t, f32>]) -> Var<'t, f32>,
    pub(crate) double: for<'t> fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    pub(crate) definition: Definition,
}

/// The rows of a kind: the names of their operations, and a module of tests for each.
macro_rules! operations {
    ($($test:ident: $operation:literal, $domain:ident, $shapes:expr, |$x:ident| $f:expr, $definition:expr;)+) => {
        pub(crate) const OPERATIONS: &[&str] = &[$($operation),+];
        $(mod $test {
            #[allow(unused_imports, reason = "each row uses some")]
            use super::*;

            fn row() -> crate::row::Row {
                crate::row::Row {
                    domain: crate::row::Domain::$domain,
                    shapes: $shapes,
                    single: |$x| $f,
                    double: |$x| $f,
                    definition: Box::new($definition),
                }
            }

            #[test]
            fn values() {
                row().values();
            }

            #[test]
            fn derivatives() {
                row().derivatives();
            }

            #[test]
            fn single_precision() {
                row().single_precision();
            }
        })+
    };
}
pub(crate) use operations;

/// Shapes that each check tries.
const CASES: u32 = 200;

impl Row {
    /// The value is that of the definition, whatever the layout of the operands.
    pub(crate) fn values(&self) {
        self.each_case(|inputs| {
            let expected = (self.definition)(&inputs);
            let tape = Tape::new();
            let x: Vec<_> = inputs.iter().map(|x| tape.var(x)).collect();
            let y = (self.double)(&x).value();
            close("the value", &y, &expected, 1e-12)?;
            let strided: Vec<_> = inputs.iter().map(column_major).collect();
            let strided: Vec<_> = strided.iter().map(|x| tape.var(x)).collect();
            if (self.double)(&strided).value() != y {
                return Err(TestCaseError::fail("the layout of operands matters"));
            }
            if !y.is_standard_layout() {
                return Err(TestCaseError::fail("the value is not contiguous"));
            }
            Ok(())
        });
    }

    /// Derivatives of orders 1 to 3 are those of the value, and `backward` is `grad`. A square makes
    /// each depend on the operands, so that linear operations are tried at all orders too.
    pub(crate) fn derivatives(&self) {
        let check = Check {
            order: 3,
            fast: true,
            ..Check::default()
        };
        let f = self.double;
        let mut cases = 0;
        self.each_case(|inputs| {
            cases += 1;
            // Each element by itself, now and then: it costs more and no more is found.
            let check = Check {
                fast: cases % 8 != 0,
                ..check
            };
            check
                .gradient(|x| f(x) * f(x) + f(x), &inputs)
                .map_err(|mismatch| TestCaseError::fail(mismatch.to_string()))
        });
    }

    /// The value and the gradient in `f32` are those in `f64`, to its precision.
    pub(crate) fn single_precision(&self) {
        self.each_case(|inputs| {
            let single: Vec<_> = inputs.iter().map(|x| x.mapv(|x| x as f32)).collect();
            let double: Vec<_> = single.iter().map(|x| x.mapv(f64::from)).collect();
            let of_single = value_and_gradient(self.single, &single);
            let of_double = value_and_gradient(self.double, &double);
            for (what, (single, double)) in of_single.iter().zip(&of_double).enumerate() {
                let what = match what.checked_sub(1) {
                    None => "the value".to_owned(),
                    Some(input) => format!("the gradient by input {input}"),
                };
                close(&what, &single.mapv(f64::from), double, 3e-5)?;
            }
            Ok(())
        });
    }

    /// Runs a check on random operands of random shapes; a case that fails is made simpler first.
    fn each_case(&self, mut check: impl FnMut(Vec<ArrayD<f64>>) -> Result<(), TestCaseError>) {
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        };
        // The same cases in every run.
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let check = std::cell::RefCell::new(&mut check);
        let outcome = runner.run(
            &(self.shapes.strategy(), 0_usize..1000).prop_map(|(shapes, seed)| {
                let inputs = shapes.iter().enumerate();
                let inputs =
                    inputs.map(|(index, shape)| self.domain.draw(shape, seed + 71 * index));
                inputs.collect::<Vec<_>>()
            }),
            |inputs| (check.borrow_mut())(inputs),
        );
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    }
}

impl Domain {
    /// Numbers that look random and are the same in every run.
    fn draw(self, shape: &[usize], seed: usize) -> ArrayD<f64> {
        let mut count = 7 * seed;
        ArrayD::from_shape_simple_fn(shape, || {
            count += 1;
            let u = (count as f64 * 0.754_877_666).fract(); // in [0, 1), no two alike
            match self {
                Self::Reals => 2.4 * u - 1.2,
                Self::Positive => 0.4 + 1.2 * u,
                Self::NonZero => (0.4 + 1.2 * (2.0 * u).fract()) * if u < 0.5 { -1.0 } else { 1.0 },
            }
        })
    }
}

/// The value, and the gradient of its weighed sum by each input.
fn value_and_gradient<T: Element>(
    f: for<'t> fn(&[Var<'t, T>]) -> Var<'t, T>,
    inputs: &[ArrayD<T>],
) -> Vec<ArrayD<T>> {
    let tape = Tape::new();
    let x: Vec<_> = inputs.iter().map(|x| tape.var(x)).collect();
    let y = f(&x);
    let mut count = 0.0_f64;
    let weights = ArrayD::from_shape_simple_fn(y.shape(), || {
        count += 1.0;
        T::of(count.sin())
    });
    let gradients = (y * tape.constant(weights)).sum(..).backward();
    let gradients = x.iter().map(|&x| gradients.wrt(x));
    std::iter::once(y.value().into_owned())
        .chain(gradients)
        .collect()
}

/// That two arrays agree, relative to the larger of 1 and their size.
fn close<D>(
    what: &str,
    y: &ndarray::ArrayBase<D, ndarray::IxDyn>,
    expected: &ArrayD<f64>,
    tolerance: f64,
) -> Result<(), TestCaseError>
where
    D: ndarray::Data<Elem = f64>,
{
    let (shape, of) = (y.shape(), expected.shape());
    if shape != of {
        return Err(TestCaseError::fail(format!(
            "{what} has the shape {shape:?} and not {of:?}"
        )));
    }
    let scale = expected.iter().fold(1.0_f64, |most, y| most.max(y.abs()));
    for (y, expected) in y.iter().zip(expected) {
        let error = (y - expected).abs() / scale;
        if y != expected && (error.is_nan() || error > tolerance) {
            return Err(TestCaseError::fail(format!(
                "{what} is {y} and not {expected}"
            )));
        }
    }
    Ok(())
}

fn column_major(x: &ArrayD<f64>) -> ArrayD<f64> {
    x.t().as_standard_layout().into_owned().reversed_axes()
}
