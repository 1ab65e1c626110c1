//! An operation of your own: its value, its rules in operations, and a check to the third order.
//!
//! `crates/autodiff/src/define.md`, which the documentation shows under `autodiff::define`, explains
//! the steps, and what more it takes in the library itself.

use ndarray::array;
use tapegrad::check::{self, Check};
use tapegrad::ndarray;
use tapegrad::prelude::*;

/// The length of the hypotenuse, `z = √(x² + y²)` elementwise, with `∂x = x / z` and `∂y = y / z`.
#[track_caller]
fn hypotenuse<'t, T: Element>(x: Var<'t, T>, y: Var<'t, T>) -> Var<'t, T> {
    // The value: any computation on arrays; `hypot` does not overflow.
    let (a, b) = (x.value(), y.value());
    let value = ndarray::Zip::from(&a)
        .and_broadcast(&b)
        .map_collect(|a, b| a.hypot(*b));
    // A rule for each operand: from the cotangent `g` of the result, the operands and the result.
    let x_rule = Vjp::new(|g, operands, z| g * operands[0] / z);
    let y_rule = Vjp::new(|g, operands, z| g * operands[1] / z);
    x.tape()
        .custom("hypotenuse", value, [(x, x_rule), (y, y_rule)])
}

/// The same with a slip of the pen, to see what the check says.
fn slipped<'t, T: Element>(x: Var<'t, T>, y: Var<'t, T>) -> Var<'t, T> {
    let value = hypotenuse(x, y).value();
    let x_rule = Vjp::new(|g, operands, z| g * operands[0] / z);
    let y_rule = Vjp::new(|g, operands, z| g * operands[1] * z); // should be divided
    x.tape()
        .custom("slipped", value, [(x, x_rule), (y, y_rule)])
}

fn main() {
    let tape = Tape::<f64>::new();
    let (x, y) = (tape.var([3.0, 5.0]), tape.var([4.0, 12.0]));
    let z = hypotenuse(x, y);
    println!("z  = {z}");
    let gradients = z.sum(..).backward();
    println!("∂x = {}\n∂y = {}", gradients.wrt(x), gradients.wrt(y));
    println!("\nwhat the tape holds:\n{}", z.sum(..).graph());

    // The rules are differentiable, so every order is there; the check compares three of them with
    // differences, and the one number of `y` shows that shapes broadcast.
    let at = [
        array![[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]].into_dyn(),
        array![0.8].into_dyn(),
    ];
    let third = Check {
        order: 3,
        ..Check::default()
    };
    third
        .gradient(|v| hypotenuse(v[0], v[1]), &at)
        .expect("the rules are right");
    println!("derivatives of orders 1 to 3 are those of the value");
    let mismatch = check::gradient(|v| slipped(v[0], v[1]), &at).expect_err("a rule is wrong");
    println!("with a slip: {mismatch}");
}
