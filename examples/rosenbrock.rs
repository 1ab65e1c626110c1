//! Newton's method on Rosenbrock's banana valley: a Hessian, a system to solve, a handful of steps.
//!
//! `f(x) = Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²` has its minimum 0 where all `xᵢ` are 1; here of two variables. Gradient descent
//! crawls along the valley for thousands of steps; Newton's steps `x − H⁻¹ g` jump. Where the Hessian
//! is not positive definite, a multiple of the identity is added until it is.

use tapegrad::functional;
use tapegrad::ndarray::ArrayD;
use tapegrad::prelude::*;

/// Rosenbrock's function of any number of variables.
fn rosenbrock<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
    let n = x[0].len();
    let (head, tail) = (x[0].slice(0, ..n - 1), x[0].slice(0, 1..));
    (100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(..)
}

/// `H⁻¹ g`, or the like with the least `H + λ I` tried that is positive definite.
fn newton_direction(hessian: &ArrayD<f64>, gradient: &ArrayD<f64>) -> ArrayD<f64> {
    let tape = Tape::new();
    let mut shift = 0.0;
    loop {
        let mut shifted = hessian.clone();
        for i in 0..gradient.len() {
            shifted[[i, i]] += shift;
        }
        let step = tape.constant(shifted).solve(tape.constant(gradient));
        if step.find(f64::is_nan).is_none() {
            return step.value().into_owned();
        }
        shift = (2.0 * shift).max(1e-3);
    }
}

fn main() {
    let mut x = [ArrayD::from_shape_vec(vec![2], vec![-1.2, 1.0]).expect("two numbers")];
    println!("step        f(x)          ‖g‖   x");
    for step in 0.. {
        let (y, gradient) = functional::value_and_grad(rosenbrock, &x);
        let size = gradient[0].iter().map(|g| g * g).sum::<f64>().sqrt();
        println!("{step:4} {y:11.3e} {size:12.3e}   {:.6}", x[0]);
        if size < 1e-10 {
            break;
        }
        assert!(step < 100, "Newton's method does not converge");
        let hessian = &functional::hessian(rosenbrock, &x)[0][0];
        let direction = newton_direction(hessian, &gradient[0]);
        // Half the step as often as the function does not fall.
        let mut length = 1.0;
        while functional::value_and_grad(rosenbrock, &[&x[0] - &direction * length]).0 > y {
            length /= 2.0;
        }
        x[0] -= &(direction * length);
    }
    assert!(x[0].iter().all(|x| (x - 1.0).abs() < 1e-9), "{}", x[0]);
}
