//! The nonlinearities after layers.

use tapegrad_autodiff::{Activation, Element, Var};

use super::elementwise::erf;
use crate::naive::{each, sigmoid};
use crate::row::operations;
use crate::shapes::Shapes::Any;

operations! {
    relu: "relu", NonZero, Any, |x| x[0].relu(), each(|x| x.max(0.0));
    leaky_relu: "leaky_relu", NonZero, Any, |x| x[0].leaky_relu(0.2), each(|x| if x > 0.0 { x } else { 0.2 * x });
    elu: "elu", NonZero, Any, |x| x[0].elu(0.7), each(|x| if x > 0.0 { x } else { 0.7 * x.exp_m1() });
    selu: "selu", NonZero, Any, |x| x[0].selu(), each(|x| 1.050_700_987_355_480_5 * if x > 0.0 { x } else { 1.673_263_242_354_377_2 * x.exp_m1() });
    gelu: "gelu", Reals, Any, |x| x[0].gelu(), each(|x| x / 2.0 * (1.0 + erf(x / 2.0_f64.sqrt())));
    gelu_tanh: "gelu_tanh", Reals, Any, |x| x[0].gelu_tanh(), each(|x| x / 2.0 * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh()));
    silu: "silu", Reals, Any, |x| x[0].silu(), each(|x| x * sigmoid(x));
    mish: "mish", Reals, Any, |x| x[0].mish(), each(|x| x * x.exp().ln_1p().tanh());
    tanh: "tanh", Reals, Any, |x| x[0].tanh(), each(f64::tanh);
    hard_tanh: "hard_tanh", NonZero, Any, |x| (x[0] * 2.0 + 0.05).hard_tanh(), each(|x| (x * 2.0 + 0.05).clamp(-1.0, 1.0));
    softsign: "softsign", NonZero, Any, |x| x[0].softsign(), each(|x| x / (1.0 + x.abs()));
    sigmoid: "sigmoid", Reals, Any, |x| x[0].sigmoid(), each(sigmoid);
    log_sigmoid: "log_sigmoid", Reals, Any, |x| x[0].log_sigmoid(), each(|x| sigmoid(x).ln());
    softplus: "softplus", Reals, Any, |x| x[0].softplus(), each(|x| x.exp().ln_1p());
    apply: "apply", NonZero, Any, |x| all(x[0]), each(|x| {
        let elu = if x > 0.0 { x } else { x.exp_m1() };
        let selu = 1.050_700_987_355_480_5 * if x > 0.0 { x } else { 1.673_263_242_354_377_2 * x.exp_m1() };
        let cubic = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
        let each = [
            x, x.max(0.0), if x > 0.0 { x } else { 0.01 * x }, elu, selu, x / 2.0 * (1.0 + erf(x / 2.0_f64.sqrt())),
            x / 2.0 * (1.0 + cubic.tanh()), x * sigmoid(x), x * x.exp().ln_1p().tanh(), x.tanh(), x.clamp(-1.0, 1.0),
            x / (1.0 + x.abs()), sigmoid(x), sigmoid(x).ln(), x.exp().ln_1p(),
        ];
        each.iter().enumerate().map(|(index, y)| (index + 1) as f64 * y).sum()
    });
}

/// All activations, weighed by their place in the list.
fn all<T: Element>(x: Var<'_, T>) -> Var<'_, T> {
    let each = Activation::ALL.iter().enumerate();
    let each = each.map(|(index, activation)| activation.apply(x) * (index + 1) as f64);
    each.reduce(|sum, y| sum + y).expect("there are some")
}
