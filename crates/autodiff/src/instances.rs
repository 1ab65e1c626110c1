//! The operations, compiled with this crate for both element types.
//!
//! An operation is generic: each crate that uses it would compile it anew, its rules and its loops for every set of
//! instructions with it. What is called here and is `#[inline(never)]` stands in this crate, and others link to it:
//! that is most of the time that a program, or one of the many test programs, takes to compile. What is not called
//! here works as well.
#![expect(dead_code, reason = "it is compiled and never called")]

use ndarray::arr0;

use crate::operation::{Activation, concatenate, stack, total};
use crate::{Element, Tape, Var, keep};

/// An implementation for a type is compiled where it stands, unlike a generic function.
trait Instances: Element {
    fn compile(tape: &mut Tape<Self>);
}

impl Instances for f32 {
    fn compile(tape: &mut Tape<Self>) {
        all(tape);
    }
}

impl Instances for f64 {
    fn compile(tape: &mut Tape<Self>) {
        all(tape);
    }
}

fn all<T: Element>(tape: &mut Tape<T>) {
    let x = tape.var(arr0(T::one()));
    elementwise(x);
    reductions(x);
    shapes(x);
    linear_algebra(x);
    fused(x);
    derivatives(tape, x);
    tape.clear();
}

fn elementwise<T: Element>(x: Var<'_, T>) {
    let y = x;
    let _ = [x + y, x - y, x * y, x / y, -x];
    let _ = [x + 1.0, x - 1.0, x * 1.0, x / 1.0];
    let _ = [1.0 + x, 1.0 - x, 1.0 * x, 1.0 / x];
    let _ = [x.exp(), x.exp_m1(), x.ln(), x.ln_1p(), x.log2(), x.log10()];
    let _ = [
        x.sqrt(),
        x.rsqrt(),
        x.square(),
        x.reciprocal(),
        x.powi(1),
        x.powf(1.0),
    ];
    let _ = [x.abs(), x.sign(), x.sin(), x.cos(), x.atan(), x.erf()];
    let _ = [x.maximum(x), x.minimum(x), x.clamp(0.0, 1.0)];
    let _ = [
        x.greater(x),
        x.greater_equal(x),
        x.less(x),
        x.less_equal(x),
        x.equal(x),
        x.where_(x, x),
    ];
    for activation in Activation::ALL {
        activation.apply(x);
    }
}

fn reductions<T: Element>(x: Var<'_, T>) {
    let _ = [x.sum(..), x.sum(0), x.sum(keep(0)), x.sum([0])];
    let _ = [x.mean(..), x.mean(0), x.mean(keep(0)), x.mean([0])];
    let _ = [x.norm(..), x.norm(0), x.norm(keep(0))];
    let _ = [
        x.prod(..),
        x.prod(0),
        x.max(..),
        x.max(0),
        x.min(..),
        x.min(0),
    ];
    let _ = [
        x.variance(.., 0),
        x.variance(0, 0),
        x.std(.., 0),
        x.std(0, 0),
    ];
    let _ = [
        x.log_sum_exp(..),
        x.log_sum_exp(-1),
        x.softmax(..),
        x.softmax(-1),
    ];
    let _ = [x.log_softmax(..), x.log_softmax(-1), x.cumulative_sum(0)];
}

fn shapes<T: Element>(x: Var<'_, T>) {
    let _ = [
        x.reshape(&[1]),
        x.squeeze(..),
        x.squeeze(0),
        x.expand_dims(0),
        x.flip(0),
    ];
    let _ = [
        x.t(),
        x.transpose(0, 1),
        x.permute(&[0]),
        x.broadcast_to(&[1]),
        x.sum_to(&[1]),
    ];
    let _ = [
        x.slice(0, 0..1),
        x.pad(0, 1, 1),
        concatenate(&[x], 0),
        stack(&[x], 0),
    ];
    let _ = [
        x.index_select(0, &[0]),
        x.index_add(0, &[0], x),
        x.lower_triangle(0),
        x.upper_triangle(0),
    ];
    let _ = x.stop_gradient();
}

fn linear_algebra<T: Element>(x: Var<'_, T>) {
    let _ = [x.dot(x), x.dot_t(x), x.t_dot(x), x.inner(x), x.outer(x)];
    let _ = [x.diagonal(), x.diagonal_matrix(), x.trace()];
    let _ = [
        x.cholesky(),
        x.solve(x),
        x.solve_triangular(x),
        x.t_solve_triangular(x),
    ];
}

fn fused<T: Element>(x: Var<'_, T>) {
    let _ = x.affine(x, Some(x), Activation::Identity);
    let _ = [
        x.standardize(0, 1e-5),
        x.standardize(-1, 1e-5),
        x.layer_norm(x, x, 1e-5),
        x.batch_norm(x, x, 1e-5),
    ];
    let _ = [
        x.l1_norm(),
        x.squared_norm(),
        x.elastic_net(None, None),
        x.mean_squared_difference(x),
    ];
    let _ = [
        x.softmax_cross_entropy(&[0]),
        x.softmax_cross_entropy_with(x),
        x.sigmoid_cross_entropy(x),
    ];
    let _ = total(&[x]);
}

fn derivatives<T: Element>(tape: &Tape<T>, x: Var<'_, T>) {
    let x = tape.at(x.index());
    let _ = (x.backward(), x.backward_from(x), x.value(), x.item());
    let _ = (
        tape.grad(x, &[x]),
        tape.grad_if_used(x, &[x]),
        tape.vjp(x, x, &[x]),
    );
    let _ = (
        tape.jvp(x, &[x], &[x]),
        tape.hvp(x, &[x], &[x]),
        tape.jacobian(x, &[x]),
        tape.hessian(x, &[x]),
    );
}
