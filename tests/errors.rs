//! What misuse and bad files are told, word for word, and at whose line.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use ndarray::{Array2, array};
use tapegrad::autodiff::total;
use tapegrad::data::{
    Classification, Columns, HoldOut, KFold, LabelEncoder, LeaveOneOut, MinMax, Missing, OneHot,
    Pca, StratifiedKFold, Table, Task, TimeSeriesSplit,
};
use tapegrad::prelude::*;
use tapegrad::tune::search::{
    CmaEs, GaussianProcess, Genetic, Grid, Hyperband, Next, Random, Search, Seen,
    SuccessiveHalving, Suggestion, Tpe,
};
use tapegrad::tune::{
    Evidence, HyperParameters, Implicit, Likelihood, ModelSelection, Path, Range, Relevance, Space,
    Study, Unrolled, ValidationGradient, Value, Values,
};

thread_local! {
    /// The file that the panic of a misuse names; `None` while none is expected.
    static FILE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The sentence of a panic, which must be at a line of this file.
fn sentence<R>(misuse: impl FnOnce() -> R) -> String {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let expected = FILE.with_borrow_mut(|file| {
                let place = info.location().map(|location| location.file().to_owned());
                file.as_mut().map(|file| *file = place.unwrap_or_default())
            });
            if expected.is_none() {
                usual(info);
            }
        }));
    });
    FILE.set(Some(String::new()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(misuse));
    let file = FILE.take().unwrap_or_default();
    let Err(payload) = outcome else {
        return "no panic".to_owned();
    };
    let message = match (
        payload.downcast_ref::<String>(),
        payload.downcast_ref::<&str>(),
    ) {
        (Some(message), _) => message.clone(),
        (None, Some(message)) => (*message).to_owned(),
        (None, None) => "a panic without words".to_owned(),
    };
    assert!(
        file.ends_with("errors.rs"),
        "{message}: reported at {file}, not at the caller's line"
    );
    message
}

macro_rules! told {
    ($($misuse:expr => $sentence:expr;)+) => {
        $(assert_eq!(sentence(|| $misuse), $sentence, "{}", stringify!($misuse));)+
    };
}

/// A tape that results can be returned from.
fn tape() -> &'static Tape<f64> {
    Box::leak(Box::default())
}

fn zeros<'t>(tape: &'t Tape<f64>, shape: &[usize]) -> Var<'t, f64> {
    tape.var(ndarray::ArrayD::zeros(shape))
}

#[test]
fn shapes() {
    told! {
        { let t = tape(); zeros(t, &[2, 3]) + zeros(t, &[4]) } =>
            "+: the shapes [2, 3] and [4] do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
        { let t = tape(); let mut x = zeros(t, &[2, 3]); x *= zeros(t, &[2]); } =>
            "*: the shapes [2, 3] and [2] do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
        { let t = tape(); zeros(t, &[3]).maximum(zeros(t, &[2])) } =>
            "maximum: the shapes [3] and [2] do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
        { let t = tape(); zeros(t, &[2, 3]).dot(zeros(t, &[2, 3])) } =>
            "dot: the shapes [2, 3] and [2, 3] do not multiply; the inner dimensions must be equal";
        { let t = tape(); zeros(t, &[3]).dot(zeros(t, &[2])) } =>
            "dot: the shapes [3] and [2] do not multiply; the inner dimensions must be equal";
        { let t = tape(); zeros(t, &[2, 3, 4]).dot(zeros(t, &[])) } =>
            "dot: the shapes [2, 3, 4] and [] do not multiply; both must have at least one axis";
        { let t = tape(); zeros(t, &[2, 3, 4]).dot(zeros(t, &[3])) } =>
            "dot: the shapes [2, 3, 4] and [3] do not multiply; the inner dimensions must be equal";
        { let t = tape(); zeros(t, &[2, 3, 4]).dot(zeros(t, &[3, 4, 5])) } =>
            "dot: the shapes [2, 3, 4] and [3, 4, 5] do not multiply; counted from the last, the axes before the matrices must be equal or one of them 1";
        { let t = tape(); zeros(t, &[2, 3]).dot_t(zeros(t, &[3, 2])) } =>
            "dot_t: the shapes [2, 3] and [3, 2] do not multiply; the inner dimensions must be equal";
        { let t = tape(); zeros(t, &[2, 3]).t_dot(zeros(t, &[3])) } =>
            "t_dot: the shapes [2, 3] and [3] do not multiply; both must have at least two axes";
        { let t = tape(); zeros(t, &[3]).dot_t(zeros(t, &[2, 3])) } =>
            "dot_t: the shapes [3] and [2, 3] do not multiply; both must have at least two axes";
        { let t = tape(); zeros(t, &[2, 5, 3]).dot_t(zeros(t, &[3, 5])) } =>
            "dot_t: the shapes [2, 5, 3] and [3, 5] do not multiply; the inner dimensions must be equal";
        { let t = tape(); zeros(t, &[2, 3]).outer(zeros(t, &[3])) } =>
            "outer: the shapes [2, 3] and [3] do not multiply; both must have one axis";
        { let t = tape(); zeros(t, &[3]).diagonal() } =>
            "diagonal: the shape [3] holds no matrix; it must have at least two axes";
        { let t = tape(); zeros(t, &[]).diagonal_matrix() } =>
            "diagonal_matrix: the shape [] holds no vector; it must have at least one axis";
        { let t = tape(); zeros(t, &[2, 3]).trace() } =>
            "trace: the shape [2, 3] holds no square matrix; it must have at least two axes, the last two equal";
        { let t = tape(); zeros(t, &[2, 3]).cholesky() } =>
            "cholesky: the shape [2, 3] is not that of a square matrix; it must have two axes, both equal";
        { let t = tape(); zeros(t, &[2, 2, 2]).solve(zeros(t, &[2])) } =>
            "solve: the shape [2, 2, 2] is not that of a square matrix; it must have two axes, both equal";
        { let t = tape(); zeros(t, &[2, 2]).solve(zeros(t, &[3])) } =>
            "solve: the right-hand side has the shape [3]; for a matrix of the shape [2, 2] it must be [2] or [2, columns]";
        { let t = tape(); zeros(t, &[2, 2]).solve_triangular(zeros(t, &[3, 2])) } =>
            "solve_triangular: the right-hand side has the shape [3, 2]; for a matrix of the shape [2, 2] it must be [2] or [2, columns]";
        { let t = tape(); zeros(t, &[1, 1]).t_solve_triangular(zeros(t, &[])) } =>
            "t_solve_triangular: the right-hand side has the shape []; for a matrix of the shape [1, 1] it must be [1] or [1, columns]";
        { let t = tape(); zeros(t, &[2, 3]).reshape(&[4]) } =>
            "reshape: the shape [2, 3] cannot become [4]; the number of elements must stay 6";
        { let t = tape(); zeros(t, &[2, 3]).broadcast_to(&[3, 3]) } =>
            "broadcast_to: the shape [2, 3] does not broadcast to [3, 3]; counted from the last axis, its sizes must be equal or 1";
        { let t = tape(); zeros(t, &[2, 3]).sum_to(&[2]) } =>
            "sum_to: the shape [2, 3] is no broadcast of [2]; counted from the last axis, sizes must be equal or 1 in the result";
        { let t = tape(); zeros(t, &[2, 3]).affine(zeros(t, &[2, 4]), None, Activation::Tanh) } =>
            "affine: the shapes [2, 3] and [2, 4] do not multiply; the inner dimensions must be equal";
        { let t = tape(); zeros(t, &[3]).affine(zeros(t, &[3, 4]), None, Activation::Relu) } =>
            "affine: the shapes [3] and [3, 4] do not multiply; both must have two axes";
        { let t = tape(); zeros(t, &[2, 3]).affine(zeros(t, &[3, 4]), Some(zeros(t, &[1, 4])), Activation::Relu) } =>
            "affine: the bias has the shape [1, 4]; for a weight of the shape [3, 4] it must be [4]";
        { let mut layer = Dense::<f64>::new(2, 4); layer.weight.value = ArcArrayD::zeros(vec![2, 3]); layer.predict(array![[1.0, 2.0]]) } =>
            "affine: the bias has the shape [4]; for a weight of the shape [2, 3] it must be [3]";
        { let t = tape(); zeros(t, &[2, 3]).mean_squared_difference(zeros(t, &[3])) } =>
            "mean_squared_difference: the shapes [2, 3] and [3] differ; they must be equal";
        { let t = tape(); zeros(t, &[2, 3]).inner(zeros(t, &[3, 2])) } =>
            "inner: the shapes [2, 3] and [3, 2] differ; they must be equal";
        { let t = tape(); total(&[zeros(t, &[3]), zeros(t, &[3]), zeros(t, &[2])]) } =>
            "total: the shapes [3] and [2] differ; they must be equal";
        { let t = tape(); zeros(t, &[2, 3]).copy_to(&mut [0.0; 5]); } =>
            "copy_to: a value of the shape [2, 3] does not fit 5 numbers; there must be 6";
        { let t = tape(); t.at(3) } =>
            "at: there is no variable 3; the tape holds 0, counted from 0";
        { let t = tape(); zeros(t, &[2, 3]).item() } =>
            "item: the variable has the shape [2, 3]; it must hold one number (reduce it with `sum` or `mean`)";
        { let t = tape(); zeros(t, &[3]).backward() } =>
            "backward: the variable has the shape [3]; it must hold one number (reduce it with `sum` or `mean`)";
        { let t = tape(); let x = zeros(t, &[3]); t.grad(x, &[x]); } =>
            "grad: the variable has the shape [3]; it must hold one number (reduce it with `sum` or `mean`)";
    }
}

#[test]
fn arrangements() {
    told! {
        { let t = tape(); zeros(t, &[2, 3]).slice(1, 1..5) } =>
            "slice: axis 1 of the shape [2, 3] has no range 1..5; it must lie within 0..3";
        { let t = tape(); let (from, to) = (2, 1); zeros(t, &[2, 3]).slice(-1, from..to) } =>
            "slice: axis 1 of the shape [2, 3] has no range 2..1; it must lie within 0..3";
        { let t = tape(); zeros(t, &[2, 3]).slice(.., ..1) } =>
            "slice: one axis of the shape [2, 3] must be given, and was not";
        { let t = tape(); zeros(t, &[2, 3]).pad(2, 0, 1) } =>
            "pad: the shape [2, 3] has no axis 2; it has 2, counted from 0, or from -1 backwards";
        { let t = tape(); zeros(t, &[2, 3]).permute(&[0, 0]) } =>
            "permute: the order [0, 0] does not fit the shape [2, 3]; it must hold each of its 2 axes once";
        { let t = tape(); zeros(t, &[2, 3]).permute(&[1, 1]) } =>
            "permute: the order [1, 1] does not fit the shape [2, 3]; it must hold each of its 2 axes once";
        { let t = tape(); zeros(t, &[2, 3]).squeeze(0) } =>
            "squeeze: axis 0 of the shape [2, 3] has the size 2; it must be 1";
        { let t = tape(); zeros(t, &[2]).expand_dims(2) } =>
            "expand_dims: the shape [2, 1] has no axis 2; it has 2, counted from 0, or from -1 backwards";
        concatenate::<f64>(&[], 0) =>
            "concatenate: there is no array; there must be at least one";
        { let t = tape(); concatenate(&[zeros(t, &[2, 3]), zeros(t, &[4, 2])], 0) } =>
            "concatenate: the shapes [2, 3] and [4, 2] do not fit; they must be equal but in axis 0";
        { let t = tape(); stack(&[zeros(t, &[2]), zeros(t, &[3])], 0) } =>
            "stack: the shapes [2] and [3] differ; they must be equal";
        { let t = tape(); zeros(t, &[2, 3]).index_select(1, &[0, 3]) } =>
            "index_select: axis 1 of the shape [2, 3] has no place 3; places must be below 3";
        { let t = tape(); zeros(t, &[2, 3]).index_add(0, &[0, 1], zeros(t, &[3, 3])) } =>
            "index_add: the shape [3, 3] does not fit [2, 3] with 2 places; it must be equal but in axis 0, where it must be 2";
        { let t = tape(); zeros(t, &[2, 3]).gather(1, &array![[3], [0]]) } =>
            "gather: axis 1 of the shape [2, 3] has no place 3; places must be below 3";
        { let t = tape(); zeros(t, &[2, 3]).gather(1, &array![[0]]) } =>
            "gather: the shapes [2, 3] and [1, 1] do not fit; they must be equal but in axis 1";
        { let t = tape(); zeros(t, &[2, 3]).scatter_add(1, &array![[0], [0]], zeros(t, &[2, 2])) } =>
            "scatter_add: the shapes [2, 1] and [2, 2] differ; they must be equal";
        { let t = tape(); zeros(t, &[2]).where_(zeros(t, &[2]), zeros(t, &[3])) } =>
            "where_: the shapes [2] and [3] do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
        { let t = tape(); zeros(t, &[2]).where_(zeros(t, &[1]), zeros(t, &[3])) } =>
            "where_: the shapes [2] and [3] do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
        { let t = tape(); zeros(t, &[3]).lower_triangle(0) } =>
            "lower_triangle: the shape is [3]; there must be at least two axes";
        { let t = tape(); zeros(t, &[3]).clamp(1.0, 0.0) } =>
            "clamp: the bounds are 1 and 0; they must be numbers, the first not above the second";
        { let t = tape(); zeros(t, &[3]).clamp(f64::NAN, 0.0) } =>
            "clamp: the bounds are NaN and 0; they must be numbers, the first not above the second";
        { let t = tape(); zeros(t, &[3]).clamp(1.0, f64::NAN) } =>
            "clamp: the bounds are 1 and NaN; they must be numbers, the first not above the second";
        { let t = tape(); zeros(t, &[1, 3]).variance(0, 1) } =>
            "variance: there are 1 elements to reduce in the shape [1, 3] and ddof is 1; there must be more";
        { let t = tape(); zeros(t, &[0, 3]).std(0, 0) } =>
            "std: there are 0 elements to reduce in the shape [0, 3] and ddof is 0; there must be more";
        { let t = tape(); zeros(t, &[0, 3]).min(0) } =>
            "min: nothing to reduce in the shape [0, 3]; the reduced axes must not be empty";
        { let t = tape(); zeros(t, &[2, 3]).standardize(0, -1.0) } =>
            "standardize: ε is -1; it must be finite and at least 0";
        { let t = tape(); zeros(t, &[2, 3]).layer_norm(zeros(t, &[2]), zeros(t, &[3]), 1e-5) } =>
            "layer_norm: the shapes [2, 3] and [2] do not broadcast; counted from the last axis, sizes must be equal or one of them 1";
        { let t = tape(); zeros(t, &[3]).batch_norm(zeros(t, &[3]), zeros(t, &[3]), 1e-5) } =>
            "batch_norm: the shape is [3]; there must be at least two axes";
        { let t = tape(); zeros(t, &[3]).elu(f64::NAN) } =>
            "elu: α is NaN; it must be a finite number";
        { let t = tape(); zeros(t, &[3]).leaky_relu(f64::INFINITY) } =>
            "leaky_relu: the slope is inf; it must be a finite number";
        { let t = tape(); zeros(t, &[2, 3]).transpose(0, 5) } =>
            "transpose: the shape [2, 3] has no axis 5; it has 2, counted from 0, or from -1 backwards";
        { let t = tape(); zeros(t, &[1; 65]).sum(..) } =>
            "sum: there are 65 axes; there can be at most 64";
        { let t = tape(); zeros(t, &[0, 3]).batch_norm(zeros(t, &[3]), zeros(t, &[3]), 1e-5) } =>
            "batch_norm: nothing to reduce in the shape [0, 3]; the reduced axes must not be empty";
    }
}

#[test]
fn derivatives() {
    use tapegrad::functional;
    told! {
        { let t = tape(); let x = zeros(t, &[3]); t.vjp(x, zeros(t, &[2]), &[x]); } =>
            "vjp: the cotangent has the shape [2] and the result [3]; they must be equal";
        { let t = tape(); zeros(t, &[3]).backward_from([1.0]); } =>
            "backward_from: the cotangent has the shape [1] and the result [3]; they must be equal";
        { let t = tape(); let x = zeros(t, &[3]); t.jvp(x, &[x], &[zeros(t, &[2])]) } =>
            "jvp: a tangent has the shape [2] and its variable [3]; they must be equal";
        { let (a, b) = (tape(), tape()); let x = zeros(a, &[]); x.backward_along([(zeros(b, &[]), 1.0)]) } =>
            "backward_along: the variables belong to two tapes; all variables of an expression must be on one";
        { let t = tape(); let x = zeros(t, &[]); t.hvp(x, &[x], &[]); } =>
            "hvp: there are 0 tangents and 1 variables; there must be one for each";
        { let t = tape(); let x = zeros(t, &[3]); t.hessian(x, &[x]); } =>
            "hessian: the variable has the shape [3]; it must hold one number (reduce it with `sum` or `mean`)";
        { let t = tape(); let x = t.var(1.0); t.custom("mine", 1.0, [(x, Vjp::new(|_, x, _| x[0].tape().grad(x[0].exp(), &[x[0]])[0]))]).backward() } =>
            "grad: nothing is recorded in a rule while `backward` runs it; derivatives must be taken outside of rules";
        { let t = tape(); let x = zeros(t, &[3]); t.jacobian(x, &[t.constant(1.0)]); } =>
            "jacobian: input 0 is a constant; gradients are taken with respect to what depends on a `Tape::var`";
        functional::grad::<f64, _>(|x| x[0], &[]) =>
            "functional::grad: there is no input; there must be at least one to differentiate by";
        { let t = tape(); t.checkpoint(&[], |x| x[0]) } =>
            "checkpoint: there is no array; there must be at least one";
        { let t = tape(); t.checkpoint(&[zeros(t, &[])], |x| x[0] * x[0].tape().var(1.0)) } =>
            "checkpoint: the function makes a variable of its own, whose gradient would be lost; it must be among the inputs";
        { let t = tape(); t.detect_anomaly(); t.var([1.0, -1.0]).sqrt() } =>
            "sqrt: the result of the shape [2] is NaN at [1], from operands of the shapes [2] that are not";
        { let t = tape(); let x = t.var([1.0, 2.0]); let y = t.custom("mine", 1.0, [(x, Vjp::new(|g, _, _| g * g.tape().constant([1.0, 2.0, 3.0])))]); y.backward() } => format!(
            "mine: the rule of an operand of the shape [2] gives a cotangent of the shape [3]; it must be equal or broadcast from it; the operation was called at {}:{}:64",
            file!(), line!() - 2);
        { let t = tape(); t.detect_anomaly(); t.var([1.0, 0.0]).sqrt().sum(..).backward() } => format!(
            "sqrt: its derivative by an operand of the shape [2] is infinite at [1], from a cotangent and operands of the shapes [2] that are not; the operation was called at {}:{}:65",
            file!(), line!() - 2);
        { let t = tape(); t.detect_anomaly(); let x = t.var(0.0); (x * 1e308 + x * 1e308).backward() } => format!(
            "var: the sum of the cotangents of its result, of the shape [], is infinite at [], from cotangents that are not; the operation was called at {}:{}:57",
            file!(), line!() - 2);
        { let t = tape(); t.detect_anomaly(); t.constant(f64::NAN) } =>
            "constant: the value given, of the shape [], is NaN at []";
    }
}

#[test]
fn axes() {
    told! {
        { let t = tape(); zeros(t, &[3, 4]).sum(2) } =>
            "sum: the shape [3, 4] has no axis 2; it has 2, counted from 0, or from -1 backwards";
        { let t = tape(); zeros(t, &[3, 4]).mean(keep(-3)) } =>
            "mean: the shape [3, 4] has no axis -3; it has 2, counted from 0, or from -1 backwards";
        { let t = tape(); zeros(t, &[3, 4]).log_sum_exp([0, 0]) } =>
            "log_sum_exp: axis 0 of the shape [3, 4] is listed twice; each axis must be listed once";
        { let t = tape(); zeros(t, &[3, 4]).max([1, -1]) } =>
            "max: axis -1 of the shape [3, 4] is listed twice; each axis must be listed once";
        { let t = tape(); zeros(t, &[]).softmax(0) } =>
            "softmax: the shape [] has no axis 0; it has 0, counted from 0, or from -1 backwards";
        { let t = tape(); zeros(t, &[3]).sum([0, 1, 2, 3, 4, 5, 6, 7, 8]) } =>
            "axes: 9 axes are listed; at most 8 can be, or all with `..`";
        keep([0, 1, 2, 3, 4, 5, 6, 7, 8]) =>
            "axes: 9 axes are listed; at most 8 can be, or all with `..`";
        { let t = tape(); zeros(t, &[3]).sum(usize::MAX) } =>
            "sum: the shape [3] has no axis 9223372036854775807; it has 1, counted from 0, or from -1 backwards";
        { let t = tape(); zeros(t, &[0, 3]).max(0) } =>
            "max: nothing to reduce in the shape [0, 3]; the reduced axes must not be empty";
        { let t = tape(); zeros(t, &[0, 3]).mean(..) } =>
            "mean: nothing to reduce in the shape [0, 3]; the reduced axes must not be empty";
    }
}

#[test]
fn checks() {
    use tapegrad::check::{self, Check};

    struct NoParameters;

    impl Module<f64> for NoParameters {
        fn forward<'t>(&self, _on: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
            x
        }
        fn visit<'a>(&'a self, _: &Name<'_>, _: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {}
        fn visit_mut(&mut self, _: &Name<'_>, _: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {}
    }

    let one = [ndarray::arr0(1.0).into_dyn()];
    told! {
        check::gradient::<f64, _>(|x| x[0], &[]) =>
            "check::gradient: there is no input; there must be at least one to differentiate by";
        Check { order: 0, ..Check::default() }.gradient(|x| x[0], &one) =>
            "check::Check: the order is 0, the step 0.00001 and the tolerances 0.000001 and 0.000001; they must be at least 1, positive, and at least 0";
        check::model(&Dense::<f64>::new(1, 2), array![[1.0]], |y| y) =>
            "check::model: the loss has the shape [1, 2]; it must hold one number (reduce it with `sum` or `mean`)";
        check::model(&NoParameters, array![[1.0]], |y| y.sum(..)) =>
            "check::model: the model has no parameter; there must be at least one to differentiate by";
        Check { relative: f64::NAN, ..Check::default() }.gradient(|x| x[0], &one) =>
            "check::Check: the order is 1, the step 0.00001 and the tolerances NaN and 0.000001; they must be at least 1, positive, and at least 0";
    }
}

#[test]
fn classes() {
    told! {
        { let t = tape(); zeros(t, &[2, 3]).softmax_cross_entropy(&[0, 3]) } =>
            "softmax_cross_entropy: row 1 is given the class 3 with logits of the shape [2, 3]; a class must be below 3";
        { let t = tape(); zeros(t, &[2, 3]).softmax_cross_entropy(&[0]) } =>
            "softmax_cross_entropy: 1 classes are given for logits of the shape [2, 3]; there must be one for each row";
        { let t = tape(); zeros(t, &[2, 3]).softmax_cross_entropy(Classes::from(&[0, 1]).weights(&[1.0])) } =>
            "softmax_cross_entropy: 1 class weights are given for logits of the shape [2, 3]; there must be one for each class";
        { let t = tape(); zeros(t, &[1, 2]).softmax_cross_entropy(Classes::from(&[0]).weights(&[1.0, -1.0])) } =>
            "softmax_cross_entropy: a class weight is -1; weights must be finite and at least 0";
        Classes::from(&[0, 1]).smoothing(1.5) =>
            "Classes::smoothing: the share is 1.5; it must be at least 0 and at most 1";
        { let t = tape(); zeros(t, &[2, 3]).softmax_cross_entropy_with(zeros(t, &[2])) } =>
            "softmax_cross_entropy_with: the logits have the shape [2, 3] and the probabilities [2]; they must be equal";
        { let t = tape(); zeros(t, &[3]).softmax_cross_entropy(&[0]) } =>
            "softmax_cross_entropy: the logits have the shape [3]; it must be [rows, classes]";
        Dataset::<f64>::new(array![[0.0], [0.0]], array![[1.0], [0.5]]).classes() =>
            "Dataset::classes: the target of row 1 is 0.5; it must be a whole number and at least 0";
        Dataset::<f64>::new(array![[0.0]], array![[f64::NAN]]).classes() =>
            "Dataset::classes: the target of row 0 is NaN; it must be a whole number and at least 0";
        Dataset::<f64>::new(array![[0.0]], array![[1.0, 0.5]]).classes() =>
            "Dataset::classes: there are 2 targets a row; there must be one";
    }
}

#[test]
fn losses() {
    told! {
        { let t = tape(); loss::CrossEntropy::new().mean(zeros(t, &[2, 3]), &array![[1.0], [0.5]]) } =>
            "loss: the target of row 1 is 0.5; a class must be a whole number and at least 0";
        { let t = tape(); loss::Focal::new(2.0).mean(zeros(t, &[2, 3]), &array![[1.0, 2.0], [0.0, 1.0]]) } =>
            "loss: the targets have the shape [2, 2]; as classes they must be one column, [rows, 1]";
    }
    told! {
        { let t = tape(); loss::SquaredError.mean(zeros(t, &[30, 1]), &array![0.0, 1.0]) } =>
            "SquaredError: the predictions have the shape [30, 1] and the targets [2]; they must be equal";
        { let t = tape(); loss::BinaryCrossEntropy::new().mean(zeros(t, &[2, 1]), &array![0.0, 1.0]) } =>
            "BinaryCrossEntropy: the predictions have the shape [2, 1] and the targets [2]; they must be equal";
        { let t = tape(); loss::BinaryCrossEntropy::new().mean(zeros(t, &[0, 1]), Array2::zeros([0, 1])) } =>
            "BinaryCrossEntropy: the predictions have the shape [0, 1]; there must be at least one";
        { let t = tape(); loss::BinaryCrossEntropy::new().mean(zeros(t, &[2]), array![0.0, 3.0]) } =>
            "BinaryCrossEntropy: a target is 3; targets must be at least 0 and at most 1";
        { let t = tape(); loss::BinaryCrossEntropy::new().mean(zeros(t, &[2]), array![0.0, f64::NAN]) } =>
            "BinaryCrossEntropy: a target is NaN; targets must be at least 0 and at most 1";
        { let t = tape(); loss::SquaredError.mean(zeros(t, &[2]), zeros(tape(), &[2])) } =>
            "SquaredError: the targets are on another tape; they must be on that of the predictions";
        { let t = tape(); loss::CrossEntropy::new().mean(zeros(t, &[0, 3]), &[]) } =>
            "CrossEntropy: the predictions have the shape [0, 3]; there must be at least one";
        { let t = tape(); loss::CrossEntropy::new().mean(zeros(t, &[2, 3]), &[0]) } =>
            "CrossEntropy: 1 classes are given for predictions of the shape [2, 3]; there must be one for each row";
        { let t = tape(); loss::CrossEntropy::new().class_weights([1.0]).sum(zeros(t, &[2, 3]), Classes::from(&[0, 1])) } =>
            "CrossEntropy: 1 weights of classes are given for predictions of the shape [2, 3]; there must be one for each class";
        { let t = tape(); loss::CrossEntropy::new().mean(zeros(t, &[3]), array![[1.0, 0.0]]) } =>
            "CrossEntropy: the predictions have the shape [3]; it must be [rows, classes]";
        { let t = tape(); loss::CrossEntropy::new().each(zeros(t, &[1, 2]), array![[1.0, 0.0, 0.0]]) } =>
            "CrossEntropy: the predictions have the shape [1, 2] and the targets [1, 3]; they must be equal";
        { let t = tape(); loss::CrossEntropy::new().each(zeros(t, &[1, 2]), array![[2.0, -1.0]]) } =>
            "CrossEntropy: a target is 2; targets must be at least 0 and at most 1";
        { let t = tape(); loss::CrossEntropy::new().each(zeros(t, &[1, 2]), zeros(tape(), &[1, 2])) } =>
            "CrossEntropy: the targets are on another tape; they must be on that of the predictions";
        { let t = tape(); loss::CrossEntropy::new().mean(zeros(t, &[0, 3]), Classes::from(&[])) } =>
            "CrossEntropy: the predictions have the shape [0, 3]; there must be at least one";
        { let t = tape(); loss::Focal::new(2.0).mean(zeros(t, &[2, 3]), &[0, 3]) } =>
            "Focal: row 1 is given the class 3 with predictions of the shape [2, 3]; a class must be below 3";
        { let t = tape(); loss::Focal::new(2.0).class_weights([1.0, 1.0]).mean(zeros(t, &[1, 3]), &[0]) } =>
            "Focal: 2 weights of classes are given for predictions of the shape [1, 3]; there must be one for each class";
        { let t = tape(); loss::MulticlassHinge::new().mean(zeros(t, &[3]), &[0, 1, 0]) } =>
            "MulticlassHinge: the predictions have the shape [3]; it must be [rows, classes]";
        { let t = tape(); loss::MulticlassHinge::new().mean(zeros(t, &[0, 3]), &[]) } =>
            "MulticlassHinge: the predictions have the shape [0, 3]; there must be at least one";
        { let t = tape(); loss::Hinge.mean(zeros(t, &[2]), [1.0, 0.0]) } =>
            "Hinge: a target is 0; targets must be -1 or 1";
        { let t = tape(); loss::SquaredHinge.mean(zeros(t, &[2]), [1.0, f64::NAN]) } =>
            "SquaredHinge: a target is NaN; targets must be -1 or 1";
        { let t = tape(); loss::PoissonNll::of_rates().mean(zeros(t, &[2]), [0.0, -1.0]) } =>
            "PoissonNll: a target is -1; targets must be finite and at least 0";
        { let t = tape(); loss::KlDivergence::of_logits().mean(zeros(t, &[2]), [0.5, 0.5]) } =>
            "KlDivergence: the predictions have the shape [2]; it must be [rows, …, classes]";
        { let t = tape(); loss::CosineDistance.mean(zeros(t, &[2]), [0.5, 0.5]) } =>
            "CosineDistance: the predictions have the shape [2]; it must be [rows, …, components]";
        { let t = tape(); loss::GaussianNll::of_variances().mean(zeros(t, &[2]), [0.5]) } =>
            "GaussianNll: the predictions have the shape [2]; it must be [rows, …, means and variances]";
        { let t = tape(); loss::GaussianNll::of_log_variances().mean(zeros(t, &[4, 2]), Array2::zeros([4, 2])) } =>
            "GaussianNll: the predictions have the shape [4, 2] and the targets [4, 2]; the last axis of the predictions must be twice as long, the others equal";
        { let t = tape(); loss::Custom::new(|p, y| p - y).mean(zeros(t, &[3, 1]), [0.0, 1.0, 2.0]) } =>
            "Custom: for predictions of the shape [3, 1] the closure gives [3, 3]; it must be one number for each element or for each row";
        { let t = tape(); loss::Huber::new(1.0).weighted_mean(zeros(t, &[3, 1]), Array2::zeros([3, 1]), Array2::ones([3, 1])) } =>
            "Loss: the weights have the shape [3, 1] and the costs of the rows [3]; they must be equal";
        { let t = tape(); loss::LogCosh.weighted_each(zeros(t, &[1]), [0.0], zeros(tape(), &[1])) } =>
            "Loss: the weights are on another tape; they must be on that of the predictions";
        { let t = tape(); loss::LogCosh.reduce(loss::Reduction::Sum, zeros(t, &[2]), [0.0]) } =>
            "LogCosh: the predictions have the shape [2] and the targets [1]; they must be equal";
        { let t = tape(); (&loss::AbsoluteError as &dyn Loss<'_, f64, [f64; 1]>).mean(zeros(t, &[2]), [0.0]) } =>
            "AbsoluteError: the predictions have the shape [2] and the targets [1]; they must be equal";
        loss::Huber::new(0.0) => "Huber: the delta is 0; it must be finite and above 0";
        loss::Quantile::new(1.0) => "Quantile: the level is 1; it must be above 0 and below 1";
        loss::Quantile::new(f64::NAN) => "Quantile: the level is NaN; it must be above 0 and below 1";
        loss::CrossEntropy::new().smoothing(1.5) => "CrossEntropy: the smoothing is 1.5; it must be at least 0 and at most 1";
        loss::CrossEntropy::new().class_weights([1.0, -1.0]) =>
            "CrossEntropy: the weight of a class is -1; it must be finite and at least 0";
        loss::BinaryCrossEntropy::new().positive_weight(f64::INFINITY) =>
            "BinaryCrossEntropy: the positive weight is inf; it must be finite and at least 0";
        loss::BinaryFocal::new(-1.0) => "BinaryFocal: the gamma is -1; it must be finite and at least 0";
        loss::BinaryFocal::new(2.0).alpha(1.5) => "BinaryFocal: the alpha is 1.5; it must be at least 0 and at most 1";
        loss::Focal::new(f64::NAN) => "Focal: the gamma is NaN; it must be finite and at least 0";
        loss::MulticlassHinge::new().margin(-1.0) =>
            "MulticlassHinge: the margin is -1; it must be finite and at least 0";
    }
}

#[test]
fn tapes() {
    told! {
        { let (a, b) = (tape(), tape()); a.grad(zeros(a, &[]), &[zeros(b, &[])]); } =>
            "grad: the variables belong to two tapes; all variables of an expression must be on one";
        { let t = tape(); t.grad(zeros(t, &[]), &[zeros(t, &[]), t.constant(1.0)]); } =>
            "grad: input 1 is a constant; gradients are taken with respect to what depends on a `Tape::var`";
        { let (a, b) = (tape(), tape()); zeros(a, &[]).backward().wrt(zeros(b, &[])) } =>
            "wrt: the variable is not on the tape that was differentiated, or that tape was cleared since";
        { let mut t = Tape::new(); let g = zeros(&t, &[]).backward(); t.clear(); g.wrt(zeros(&t, &[])) } =>
            "wrt: the variable is not on the tape that was differentiated, or that tape was cleared since";
        { let t = tape(); let x = zeros(t, &[]); x.backward().wrt(t.constant(1.0)) } =>
            "wrt: the variable is a constant; gradients are taken with respect to what depends on a `Tape::var`";
        { let t = tape(); let y = zeros(t, &[]).exp(); y.backward().wrt(y) } =>
            "wrt: the variable is the result of an operation; gradients are kept for variables made by `Tape::var` (`Tape::grad` takes any)";
        { let (a, b) = (tape(), tape()); let p = Param::<f64>::new(Role::Weight, 1.0); Scope::train(a).substitute(&p, b.var(1.0)); } =>
            "Scope::substitute: the variable is on another tape; it must be on the scope's";
    }
}

/// Every operation of several variables, with one of them, `y`, on another tape than those that `x`
/// makes of a shape.
#[test]
fn operands_of_two_tapes() {
    type New<'f> = &'f dyn Fn(&[usize]) -> Var<'static, f64>;
    type Misuse = fn(New<'_>, New<'_>) -> Var<'static, f64>;
    #[rustfmt::skip]
    let table: &[(&str, Misuse)] = &[
        ("+", |x, y| x(&[2]) + y(&[2])),
        ("-", |x, y| x(&[2]) - y(&[2])),
        ("*", |x, y| x(&[2]) * y(&[2])),
        ("/", |x, y| x(&[2]) / y(&[2])),
        ("maximum", |x, y| x(&[2]).maximum(y(&[2]))),
        ("minimum", |x, y| x(&[2]).minimum(y(&[2]))),
        ("greater", |x, y| x(&[2]).greater(y(&[2]))),
        ("where_", |x, y| x(&[2]).where_(y(&[2]), x(&[2]))),
        ("where_", |x, y| x(&[2]).where_(x(&[2]), y(&[2]))),
        ("dot", |x, y| x(&[2, 3]).dot(y(&[3, 2]))),
        ("dot_t", |x, y| x(&[2, 3]).dot_t(y(&[2, 3]))),
        ("t_dot", |x, y| x(&[3, 2]).t_dot(y(&[3, 2]))),
        ("inner", |x, y| x(&[2]).inner(y(&[2]))),
        ("outer", |x, y| x(&[2]).outer(y(&[2]))),
        ("solve", |x, y| x(&[2, 2]).solve(y(&[2]))),
        ("solve_triangular", |x, y| x(&[2, 2]).solve_triangular(y(&[2]))),
        ("t_solve_triangular", |x, y| x(&[2, 2]).t_solve_triangular(y(&[2, 1]))),
        ("affine", |x, y| x(&[2, 3]).affine(y(&[3, 1]), None, Activation::Relu)),
        ("affine", |x, y| x(&[2, 3]).affine(x(&[3, 1]), Some(y(&[1])), Activation::Relu)),
        ("layer_norm", |x, y| x(&[2, 3]).layer_norm(y(&[3]), x(&[3]), 1e-5)),
        ("layer_norm", |x, y| x(&[2, 3]).layer_norm(x(&[3]), y(&[3]), 1e-5)),
        ("batch_norm", |x, y| x(&[2, 3]).batch_norm(y(&[3]), x(&[3]), 1e-5)),
        ("mean_squared_difference", |x, y| x(&[2]).mean_squared_difference(y(&[2]))),
        ("sigmoid_cross_entropy", |x, y| x(&[2]).sigmoid_cross_entropy(y(&[2]))),
        ("softmax_cross_entropy_with", |x, y| x(&[2, 3]).softmax_cross_entropy_with(y(&[2, 3]))),
        ("total", |x, y| total(&[x(&[2]), y(&[2])]).unwrap()),
        ("total", |x, y| total(&[x(&[2]), x(&[2]), y(&[2])]).unwrap()),
        ("concatenate", |x, y| concatenate(&[x(&[2]), y(&[3])], 0)),
        ("stack", |x, y| stack(&[x(&[2]), y(&[2])], 0)),
        ("index_add", |x, y| x(&[2]).index_add(0, &[1], y(&[1]))),
        ("scatter_add", |x, y| x(&[2]).scatter_add(0, &array![1], y(&[1]))),
        ("mine", |x, y| x(&[]).tape().custom("mine", 1.0, [(y(&[]), Vjp::none())])),
    ];
    for (operation, misuse) in table {
        let told = sentence(|| {
            let (a, b) = (tape(), tape());
            misuse(&|shape| zeros(a, shape), &|shape| zeros(b, shape))
        });
        let expected = format!(
            "{operation}: the variables belong to two tapes; all variables of an expression must be on one"
        );
        assert_eq!(told, expected);
    }
}

#[test]
fn networks() {
    told! {
        Mlp::<f64>::new(&[3]) =>
            "Mlp::new: the sizes are [3]; there must be at least those of the input and the output";
        Mlp::<f64>::new(&[3, 2, 1]).penalize(2, Penalty::l1(0.1)) =>
            "Mlp::penalize: there is no layer 2; the network has 2, counted from 0";
        Dense::<f64>::new(3, 2).without_bias().penalize_bias(Penalty::l1(0.1)) =>
            "Dense::penalize_bias: the layer has no bias; only one that it has can be penalised";
        Dense::<f64>::new(3, 2).predict(Array2::zeros([5, 4])) =>
            "dense layer: the input has the shape [5, 4] and the weight [3, 2]; the last axis of the input must be 3";
        Dense::<f64>::new(3, 2).predict(1.0) =>
            "dense layer: the input has the shape [] and the weight [3, 2]; the last axis of the input must be 3";
        {
            let mut model = Mlp::<f64>::new(&[3, 4, 1]);
            model.layers[1] = Dense::new(5, 1);
            let tape = Tape::new();
            model.forward(&Scope::train(&tape), zeros(&tape, &[2, 3]));
        } => "dense layer `layers.1`: the input has the shape [2, 4] and the weight [5, 1]; the last axis of the input must be 5";
        Scope::train(tape()).charge(zeros(tape(), &[])) =>
            "Scope::charge: the cost is on another tape; it must be on the scope's";
        {
            let on = Scope::train(tape());
            Dense::<f64>::new(2, 1).penalty(&on);
            on.charge(zeros(on.tape(), &[]))
        } => "Scope::charge: a cost comes after the penalties of the pass were summed; `penalty` must be called after the last `forward`";
        {
            let rising = Strength::scheduled(|step| step as f64);
            Dense::<f64>::new(2, 1).penalize(Penalty::l2(&rising)).penalty(&Scope::train(tape()))
        } => "Scope: the strength of a penalty has a schedule and the pass no step; `at_step` must say which it is, mostly `optimizer.steps()`";
        {
            let mut layer = Dense::<f64>::new(2, 1).penalize(Penalty::l1(0.1));
            let t = tape();
            let on = Scope::train(t);
            let gradients = on.backward(layer.forward(&on, zeros(t, &[1, 2])).sum(..));
            Sgd::new(0.1).step(&mut layer, &gradients);
        } => "Optimizer::step: the model has penalties that act in the loss, and `penalty` was not called in the pass of these gradients; the loss must have `model.penalty(&on)` in it";
        { let t = tape(); Scope::train(t).charge(zeros(t, &[2])) } =>
            "Scope::charge: the cost has the shape [2]; it must hold one number (reduce it with `sum` or `mean`)";
        {
            let layer = Dense::<f64>::new(2, 1);
            let mut bias = layer.bias.clone().unwrap();
            bias.penalty = Penalty::orthogonal(0.1);
            let t = tape();
            bias.penalty.cost(&Scope::train(t), zeros(t, &[3]))
        } => "Penalty::orthogonal: the parameter has the shape [3]; it must have two axes";
        Scope::train(tape()).backward(zeros(tape(), &[])) =>
            "Scope::backward: the loss is on another tape; it must be on the scope's";
        Scope::train(tape()).hvp(zeros(tape(), &[]), &GradientMap::default()) =>
            "Scope::hvp: the loss is on another tape; it must be on the scope's";
        { let t = tape(); Scope::train(t).hvp(zeros(t, &[3]), &GradientMap::default()) } =>
            "backward_along: the variable has the shape [3]; it must hold one number (reduce it with `sum` or `mean`)";
        {
            let on = Scope::train(tape());
            let p = Param::<f64>::new(Role::Weight, [1.0, 2.0]);
            on.hvp(on.param(&p).sum(..), &GradientMap::from_iter([(p.id(), [1.0])]))
        } => "Scope::hvp: a direction has the shape [1] and its parameter [2]; they must be equal";
        {
            let on = Scope::train(tape());
            let p = Param::<f64>::new(Role::Statistic, [1.0, 2.0]);
            on.hvp(on.param(&p).sum(..), &GradientMap::from_iter([(p.id(), [1.0, 1.0])]))
        } => "Scope::hvp: there is a direction for a parameter of the shape [2] that this pass does not train; those that have one must be trainable and not substituted";
        {
            let mut p = Param::<f64>::new(Role::Weight, [1.0, 2.0]);
            let on = Scope::train(tape());
            on.param(&p);
            p.value = p.value.mapv(|w| w + 1.0).into_shared();
            on.param(&p)
        } => "Scope: a parameter of the shape [2] has another value than when it was bound; each step needs a scope of its own, and each value a parameter of its own (a clone is the same parameter)";
        {
            let (t, strength) = (tape(), Strength::new(0.1));
            let layer = Dense::<f64>::new(2, 1).penalize(Penalty::l1(&strength));
            layer.penalty(&Scope::train(t).substitute(&strength, zeros(t, &[2])))
        } => "Scope: a variable of the shape [2] is substituted for one of []; the shapes must be equal";
        {
            let (t, p) = (Tape::<f64>::new(), Param::new(Role::Weight, array![1.0, 2.0]));
            Scope::train(&t).substitute(&p, t.var(1.0)).param(&p);
        } => "Scope: a variable of the shape [] is substituted for one of [2]; the shapes must be equal";
        {
            let (t, p) = (Tape::<f64>::new(), Param::new(Role::Weight, 1.0));
            let on = Scope::train(&t);
            on.param(&p);
            on.substitute(&p, t.var(1.0));
        } => "Scope::substitute: the parameter is already bound; it must be substituted once, before its first use";
        GradientMap::<f64>::default().wrt(&Param::new(Role::Weight, array![1.0])).len() =>
            "GradientMap: there is no gradient for this parameter of the shape [1]; it must be trainable, used in the loss's scope and not substituted";
    }
}

/// What layers refuse. In a list of layers the line is one of the library: which layer is called is
/// known only as the program runs.
#[test]
fn layers() {
    told! {
        BatchNorm::<f64>::new(3).predict(Array2::zeros([5, 2])) =>
            "batch normalisation: the input has the shape [5, 2]; its last axis must be 3";
        LayerNorm::<f64>::new(3).predict(1.0) =>
            "layer normalisation: the input has the shape []; its last axis must be 3";
        PRelu::<f64>::new(3).predict([1.0, 2.0]) =>
            "parametric rectifier: the input has the shape [2]; its last axis must be 3";
        {
            let t = tape();
            let model = Mlp::<f64>::new(&[2, 3, 1]).normalize(BatchNorm::new);
            model.forward(&Scope::train(t), zeros(t, &[1, 2]))
        } => "batch normalisation `layers.0.normalization`: the input has the shape [1, 3]; a batch for training must have at least two rows";
        { let t = tape(); BatchNorm::new(3).forward(&Scope::train(t), zeros(t, &[3])) } =>
            "batch normalisation: the input has the shape [3]; a batch for training must have at least two rows";
        Residual::new(Dense::<f64>::new(2, 3)).predict([1.0, 2.0]) =>
            "residual: the input has the shape [2] and what is added [3]; they must be equal";
        Module::<f64>::predict(&Flatten, 1.0) =>
            "flatten: the input is a single number; it must have an axis of rows";
        Embedding::<f64>::new(3, 2).predict([0.0, 3.0]) =>
            "embedding: an index is 3; it must be a whole number below 3";
        Embedding::<f64>::new(3, 2).predict([0.0, -1.0]) =>
            "embedding: an index is -1; it must be a whole number below 3";
        Embedding::<f64>::new(3, 2).predict([0.5]) =>
            "embedding: an index is 0.5; it must be a whole number below 3";
        Embedding::<f64>::new(3, 2).predict([f64::NAN]) =>
            "embedding: an index is NaN; it must be a whole number below 3";
        Embedding::<f64>::new(3, 2).rows(&Scope::eval(tape()), &[1, 7]) =>
            "embedding: an index is 7; it must be a whole number below 3";
        Tied::to(&Param::<f64>::new(Role::Bias, [1.0, 2.0])) =>
            "Tied::to: the weight has the shape [2]; it must have two axes";
        Tied::to(&Dense::<f64>::new(4, 2).weight).predict([1.0, 2.0]) =>
            "tied layer: the weight [4, 2] that it shares was not used before in this pass; the layer that it is tied to must come first";
        {
            let (t, dense) = (tape(), Dense::new(4, 2));
            let on = Scope::train(t);
            let y = dense.forward(&on, zeros(t, &[5, 4]));
            Tied::to(&dense.weight).forward(&on, dense.forward(&on, zeros(t, &[5, 4])).reshape(&[2, 5]));
            y
        } => "tied layer: the input has the shape [2, 5]; its last axis must be 2";
        {
            let t = tape();
            let model = Mlp::<f64>::new(&[2, 3, 1]).dropout(0.5);
            model.forward(&Scope::train(t), zeros(t, &[4, 2]))
        } => "Scope `layers.0.dropout`: a layer that draws random numbers is in a pass without a seed; each step must have its own, as in `Scope::train(&tape).seed(step)`";
        Dropout::new(1.0) => "Dropout: the rate is 1; it must be at least 0 and below 1";
        AlphaDropout::new(-0.1) => "AlphaDropout: the rate is -0.1; it must be at least 0 and below 1";
        DropConnect::new(Dense::<f64>::new(1, 1), f64::NAN) => "DropConnect: the rate is NaN; it must be at least 0 and below 1";
        Dense::<f64>::new(1, 1).dropout(2.0) => "Dense::dropout: the rate is 2; it must be at least 0 and below 1";
        Mlp::<f64>::new(&[1, 1]).dropout(2.0) => "Mlp::dropout: the rate is 2; it must be at least 0 and below 1";
        Mlp::<f64>::new(&[1, 1]).dropout_of(0, 2.0) => "Mlp::dropout_of: the rate is 2; it must be at least 0 and below 1";
        Mlp::<f64>::new(&[1, 1]).input_dropout(2.0) => "Mlp::input_dropout: the rate is 2; it must be at least 0 and below 1";
        Mlp::<f64>::new(&[1, 1]).dropout_of(1, 0.5) =>
            "Mlp::dropout_of: there is no layer 1; the network has 1, counted from 0";
        Mlp::<f64>::new(&[1, 1]).activation_of(1, Activation::Relu) =>
            "Mlp::activation_of: there is no layer 1; the network has 1, counted from 0";
        GaussianNoise::new(-1.0) => "GaussianNoise: the standard deviation is -1; it must be finite and at least 0";
        VariationalDense::new(Dense::<f64>::new(1, 1), -1.0) => "Strength: the number is -1; it must be finite and at least 0";
        VariationalDense::new(Dense::<f64>::new(1, 1), 1.0).deviation(0.0) =>
            "VariationalDense: the standard deviation is 0; it must be finite and above 0";
        VariationalDense::new(Dense::<f64>::new(1, 1), 1.0).prior(f64::INFINITY) =>
            "VariationalDense: the standard deviation of the prior is inf; it must be finite and above 0";
        VariationalDense::new(Dense::<f64>::new(2, 1), 1.0).predict([1.0]) =>
            "dense layer: the input has the shape [1] and the weight [2, 1]; the last axis of the input must be 2";
        { let t = tape(); VariationalDense::new(Dense::new(2, 1), 1.0).forward(&Scope::train(t).seed(0), zeros(t, &[3])) } =>
            "dense layer: the input has the shape [3] and the weight [2, 1]; the last axis of the input must be 2";
        { let t = tape(); VariationalDropout::new(Dense::new(2, 1), 1.0).forward(&Scope::train(t), zeros(t, &[2])) } =>
            "Scope: a layer that draws random numbers is in a pass without a seed; each step must have its own, as in `Scope::train(&tape).seed(step)`";
        VariationalDropout::new(Dense::<f64>::new(1, 1), 1.0).log_variance(f64::NAN) =>
            "VariationalDropout: the log variance is NaN; it must be finite";
        VariationalDropout::new(Dense::<f64>::new(1, 1), 1.0).threshold(f64::INFINITY) =>
            "VariationalDropout: the threshold is inf; it must be finite";
        predictive(&Dense::<f64>::new(1, 1), [1.0], 1, 0) => "predictive: the number of draws is 1; it must be at least 2";
        LayerNorm::<f64>::new(1).epsilon(f64::INFINITY) => "LayerNorm: the epsilon is inf; it must be finite and at least 0";
        BatchNorm::<f64>::new(1).epsilon(-1.0) => "BatchNorm: the epsilon is -1; it must be finite and at least 0";
        { let t = tape(); Scope::train(t).update_running(&Param::new(Role::Statistic, 0.0), t.constant(0.0), -0.5) } =>
            "Scope::update_running: the momentum is -0.5; it must be at least 0 and at most 1";
        BatchNorm::<f64>::new(1).momentum(1.5) => "BatchNorm: the momentum is 1.5; it must be at least 0 and at most 1";
        Scope::train(tape()).update(&Param::new(Role::Bias, [1.0]), zeros(tape(), &[1])) =>
            "Scope::update: the parameter of the shape [1] is no statistic; one of another role is for optimizers to change";
        Scope::train(tape()).update(&Param::new(Role::Statistic, [1.0]), zeros(tape(), &[1])) =>
            "Scope::update: the new value is on another tape; it must be on the scope's";
        { let t = tape(); Scope::train(t).update(&Param::new(Role::Statistic, [1.0]), zeros(t, &[2])) } =>
            "Scope::update: the new value has the shape [2] and the old one [1]; they must be equal";
        {
            let (t, mut layer) = (tape(), BatchNorm::new(2));
            let on = Scope::train(t);
            let gradients = on.backward(layer.forward(&on, zeros(t, &[3, 2])).sum(..));
            layer.running_variance.value = array![1.0].into_dyn().into_shared();
            gradients.update_statistics(&mut layer)
        } => "GradientMap::update_statistics: `running_variance` has the shape [1] and its new value [2]; they must be equal";
        Initializer::Normal(-1.0).draw::<f64>(2, 3, &mut tapegrad::nn::random::stream(1)) =>
            "Initializer::Normal: the standard deviation is -1; it must be finite and at least 0";
        Dense::<f64>::new(2, 3).initializer(Initializer::TruncatedNormal(f64::NAN)) =>
            "Initializer::TruncatedNormal: the standard deviation is NaN; it must be finite and at least 0";
        Embedding::<f64>::new(2, 3).initializer(Initializer::Orthogonal(f64::INFINITY)) =>
            "Initializer::Orthogonal: the gain is inf; it must be finite";
        Dense::<f64>::new(2, 3).initializer(Initializer::Constant(f64::NAN)) =>
            "Initializer::Constant: the number is NaN; it must be finite";
    }
}

#[test]
fn hyper_parameters() {
    told! {
        Penalty::<f64>::l1(-1.0) => "Strength: the number is -1; it must be finite and at least 0";
        Penalty::<f64>::l2(f64::NAN) => "Strength: the number is NaN; it must be finite and at least 0";
        Penalty::<f64>::elastic_net(0.0, f64::INFINITY) => "Strength: the number is inf; it must be finite and at least 0";
        Strength::new(0.1).set(-1.0) => "Strength: the number is -1; it must be finite and at least 0";
        Strength::scheduled(|_| 1.0).set(0.1) =>
            "Strength::set: the strength has a schedule, which says what it is at each step; one that is set must be a number";
        Strength::scheduled(|step| 1.0 - step as f64).at(2) => "Strength: the number is -1; it must be finite and at least 0";
        Penalty::<f64>::orthogonal(0.1).proximal() =>
            "Penalty::proximal: the penalty `orthogonal` cannot act as a step; it must be one with a proximal operator (`l1`, `l2`, `elastic_net`, `group_lasso`)";
        (Penalty::<f64>::group_lasso(Groups::Rows, 0.1) + Penalty::group_lasso(Groups::Columns, 0.2)).proximal() =>
            "Penalty: `group lasso of rows 0.1 (proximal) + group lasso of columns 0.2 (proximal)` has two proximal terms on norms of groups; there can be one, as no step is known for several";
        kkt(&Dense::<f64>::new(3, 2), &GradientMap::default()) =>
            "kkt: the parameter `weight` has the shape [3, 2] and no gradient; each trained parameter must have one of its shape, from a loss of this model on a `Scope::train`";
        {
            let layer = Dense::<f64>::new(2, 1).penalize(Penalty::l1(0.1));
            let t = tape();
            let on = Scope::train(t);
            kkt(&layer, &on.backward(layer.forward(&on, zeros(t, &[1, 2])).sum(..)))
        } => "kkt: the model has penalties that act in the loss, and `penalty` was not called in the pass of these gradients; the loss must have `model.penalty(&on)` in it";
        GradientMap::<f64>::default().clip_norm(0.0) => "GradientMap::clip_norm: the limit is 0; it must be finite and above 0";
        GradientMap::<f64>::default().clip_each_norm(-1.0) => "GradientMap::clip_each_norm: the limit is -1; it must be finite and above 0";
        GradientMap::<f64>::default().clip_value(f64::NAN) => "GradientMap::clip_value: the limit is NaN; it must be finite and above 0";
        AdaptiveClipping::default().clipping(f64::INFINITY) => "AdaptiveClipping: the clipping is inf; it must be finite and above 0";
        AdaptiveClipping::default().epsilon(0.0) => "AdaptiveClipping: the epsilon is 0; it must be finite and above 0";
        GradientNoise::new(-0.1) => "GradientNoise: the eta is -0.1; it must be finite and at least 0";
        GradientNoise::new(0.1).gamma(f64::NAN) => "GradientNoise: the gamma is NaN; it must be finite and at least 0";
        drop(Ema::new::<f64>(1.0)) => "Ema: the decay is 1; it must be at least 0 and below 1";
        drop(Ema::new::<f64>(f64::NAN)) => "Ema: the decay is NaN; it must be at least 0 and below 1";
        drop(Swa::new::<f64>(10, 0)) => "Swa: the period is 0; it must be at least 1";
        schedule::Swa::new(0.1, 10, -1.0, 3) => "schedule::Swa: the rate is -1; it must be finite and at least 0";
        sparsity(&Activation::Relu as &dyn Module<f64>).selected(&[]) =>
            "Sparsity::selected: there are 0 names; the model has no weight with two axes";
        Lambda::from_sklearn_ridge(1.0, 0) =>
            "Lambda: there are 0 rows; a strength for their sum has no other for their mean, so there must be at least one";
        Dense::<f64>::new(1, 1).penalize_output(Penalty::l1(0.1).proximal()) =>
            "Dense::penalize_output: `L1 0.1 (proximal)` is proximal; outputs have no step after an update, so it must act in the loss";
        Constraint::between(1.0, f64::NAN) => "Constraint::between: the bounds are 1 and NaN; the lower must not be above the upper";
        Constraint::max_norm(Groups::Rows, -1.0) => "Constraint::max_norm: the limit is -1; it must be finite and at least 0";
        Constraint::l1_ball(f64::INFINITY) => "Constraint::l1_ball: the limit is inf; it must be finite and at least 0";
        sparsity(&Dense::<f64>::new(3, 2)).selected(&["a"]) =>
            "Sparsity::selected: there are 1 names; the first weight has 3 inputs, and each must have one";
        drop(Sgd::new::<f64>(-0.1)) => "Optimizer: the learning rate is -0.1; it must be finite and at least 0";
        drop(AdamW::new::<f64>(f64::NAN)) => "Optimizer: the learning rate is NaN; it must be finite and at least 0";
        Momentum::default().momentum(1.0) => "Momentum: the momentum is 1; it must be at least 0 and below 1";
        RmsProp::default().alpha(f64::NAN) => "RmsProp: the alpha is NaN; it must be at least 0 and below 1";
        RmsProp::default().epsilon(-1e-8) => "RmsProp: the epsilon is -0.00000001; it must be finite and at least 0";
        RmsProp::default().momentum(-0.5) => "RmsProp: the momentum is -0.5; it must be at least 0 and below 1";
        Adam::default().betas(0.9, 1.0) => "Adam: the beta2 is 1; it must be at least 0 and below 1";
        Adam::default().betas(-0.1, 0.9) => "Adam: the beta1 is -0.1; it must be at least 0 and below 1";
        Adam::default().epsilon(f64::NAN) => "Adam: the epsilon is NaN; it must be finite and at least 0";
        drop(Sam::new(Sgd::new::<f64>(0.1), -0.05)) => "Sam: the rho is -0.05; it must be finite and at least 0";
        drop(Sam::new(Sgd::new::<f64>(0.1), 0.05).adaptive(f64::NAN)) => "Sam: the eta is NaN; it must be finite and at least 0";
        drop(Lookahead::new(Sgd::new::<f64>(0.1)).every(0)) => "Lookahead: the number of steps is 0; it must be at least 1";
        drop(Lookahead::new(Sgd::new::<f64>(0.1)).alpha(0.0)) => "Lookahead: the alpha is 0; it must be above 0 and at most 1";
        drop(Lookahead::new(Sgd::new::<f64>(0.1)).alpha(1.5)) => "Lookahead: the alpha is 1.5; it must be above 0 and at most 1";
        drop(Lbfgs::<f64>::new().memory(0)) => "Lbfgs: the memory is 0; it must be at least 1";
        drop(Lbfgs::<f64>::new().iterations(0)) => "Lbfgs: the number of iterations is 0; it must be at least 1";
        drop(Lbfgs::<f64>::new().evaluations(0)) => "Lbfgs: the number of evaluations is 0; it must be at least 1";
        drop(Lbfgs::<f64>::new().gradient_tolerance(-1.0)) => "Lbfgs: the gradient tolerance is -1; it must be finite and at least 0";
        drop(Lbfgs::<f64>::new().change_tolerance(f64::NAN)) => "Lbfgs: the change tolerance is NaN; it must be finite and at least 0";
        drop(Lbfgs::<f64>::new().wolfe(0.0, 0.9)) => "Lbfgs: the c1 is 0; it must be above 0 and below 1";
        drop(Lbfgs::<f64>::new().wolfe(0.5, 0.5)) => "Lbfgs: the c2 is 0.5; it must be above c1 and below 1";
        drop(Lbfgs::<f64>::new().fixed_step(0.0)) => "Lbfgs: the step is 0; it must be finite and above 0";
        ProximalGradient::new().iterations(0) => "ProximalGradient: the number of iterations is 0; it must be at least 1";
        ProximalGradient::new().tolerance(-1.0) => "ProximalGradient: the tolerance is -1; it must be finite and at least 0";
        ProximalGradient::new().first_step(0.0) => "ProximalGradient: the first step is 0; it must be finite and above 0";
        Momentum::default().dampening(-0.1) => "Momentum: the dampening is -0.1; it must be at least 0 and below 1";
        Adamax::default().betas(1.0, 0.9) => "Adamax: the beta1 is 1; it must be at least 0 and below 1";
        Adamax::default().betas(0.9, f64::NAN) => "Adamax: the beta2 is NaN; it must be at least 0 and below 1";
        NAdam::default().betas(1.0, 0.9) => "NAdam: the beta1 is 1; it must be at least 0 and below 1";
        NAdam::default().betas(0.9, f64::NAN) => "NAdam: the beta2 is NaN; it must be at least 0 and below 1";
        RAdam::default().betas(1.0, 0.9) => "RAdam: the beta1 is 1; it must be at least 0 and below 1";
        RAdam::default().betas(0.9, f64::NAN) => "RAdam: the beta2 is NaN; it must be at least 0 and below 1";
        Lion::default().betas(1.0, 0.9) => "Lion: the beta1 is 1; it must be at least 0 and below 1";
        Lion::default().betas(0.9, f64::NAN) => "Lion: the beta2 is NaN; it must be at least 0 and below 1";
        Lamb::default().betas(1.0, 0.9) => "Lamb: the beta1 is 1; it must be at least 0 and below 1";
        Lamb::default().betas(0.9, f64::NAN) => "Lamb: the beta2 is NaN; it must be at least 0 and below 1";
        Yogi::default().betas(1.0, 0.9) => "Yogi: the beta1 is 1; it must be at least 0 and below 1";
        Yogi::default().betas(0.9, f64::NAN) => "Yogi: the beta2 is NaN; it must be at least 0 and below 1";
        AdaGrad::default().epsilon(-1.0) => "AdaGrad: the epsilon is -1; it must be finite and at least 0";
        Adamax::default().epsilon(f64::NAN) => "Adamax: the epsilon is NaN; it must be finite and at least 0";
        NAdam::default().epsilon(-1.0) => "NAdam: the epsilon is -1; it must be finite and at least 0";
        RAdam::default().epsilon(f64::INFINITY) => "RAdam: the epsilon is inf; it must be finite and at least 0";
        Lamb::default().epsilon(-1.0) => "Lamb: the epsilon is -1; it must be finite and at least 0";
        Yogi::default().epsilon(f64::NAN) => "Yogi: the epsilon is NaN; it must be finite and at least 0";
        AdaGrad::default().lr_decay(f64::NAN) => "AdaGrad: the lr decay is NaN; it must be finite and at least 0";
        AdaGrad::default().initial_sum(-0.1) => "AdaGrad: the initial sum is -0.1; it must be finite and at least 0";
        Adadelta::default().rho(0.0) => "Adadelta: the rho is 0; it must be above 0 and below 1";
        Adadelta::default().rho(1.0) => "Adadelta: the rho is 1; it must be above 0 and below 1";
        Adadelta::default().rho(f64::NAN) => "Adadelta: the rho is NaN; it must be above 0 and below 1";
        Adadelta::default().epsilon(0.0) => "Adadelta: the epsilon is 0; it must be finite and above 0";
        NAdam::default().momentum_decay(-0.004) => "NAdam: the momentum decay is -0.004; it must be finite and at least 0";
        Yogi::default().initial(-1e-6) => "Yogi: the initial value is -0.000001; it must be finite and at least 0";
        Rprop::default().etas(1.0, 1.2) => "Rprop: the shorter eta is 1; it must be above 0 and below 1";
        Rprop::default().etas(0.5, 1.0) => "Rprop: the longer eta is 1; it must be finite and above 1";
        Rprop::default().etas(0.5, f64::INFINITY) => "Rprop: the longer eta is inf; it must be finite and above 1";
        Rprop::default().sizes(0.0, 1.0) => "Rprop: the least size is 0; it must be finite and above 0";
        Rprop::default().sizes(1.0, f64::NAN) => "Rprop: the largest size is NaN; it must be finite and above 0";
        Rprop::default().sizes(1.0, 0.5) => "Rprop: the largest size is 0.5; it must be at least the least size";
        drop(Rprop::new::<f64>(f64::INFINITY)) => "Optimizer: the learning rate is inf; it must be finite and at least 0";
        Decay::coupled(-0.1) => "Strength: the number is -0.1; it must be finite and at least 0";
        Decay::normalised(0.1, 0, 100, 10) => "Decay::normalised: the batch is 0; it must be at least 1";
        schedule::Step::new(0.1, 0.5, 0) => "schedule::Step: the period is 0; it must be at least 1";
        schedule::Step::new(f64::NAN, 0.5, 3) => "schedule::Step: the initial value is NaN; it must be finite and at least 0";
        schedule::Exponential::new(0.1, -1.0) => "schedule::Exponential: the factor is -1; it must be finite and at least 0";
        schedule::Cosine::new(0.1, -1.0, 3) => "schedule::Cosine: the last value is -1; it must be finite and at least 0";
        schedule::Cosine::new(0.1, 0.0, 0) => "schedule::Cosine: the period is 0; it must be at least 1";
    }
}

#[test]
fn schedules() {
    use schedule::*;
    let cycle = OneCycle::new(0.1, 10);
    let plateau = || ReduceOnPlateau::new(0.1);
    let finder = LrFinder::new(1e-3, 1.0, 10);
    told! {
        Step::new(0.1, f64::INFINITY, 3) => "schedule::Step: the factor is inf; it must be finite and at least 0";
        Exponential::new(-0.1, 0.5) => "schedule::Exponential: the initial value is -0.1; it must be finite and at least 0";
        Cosine::new(f64::NAN, 0.0, 3) => "schedule::Cosine: the initial value is NaN; it must be finite and at least 0";
        Linear::new(-0.1, 0.0, 3) => "schedule::Linear: the initial value is -0.1; it must be finite and at least 0";
        Linear::new(0.1, f64::NAN, 3) => "schedule::Linear: the last value is NaN; it must be finite and at least 0";
        Linear::new(0.1, 0.0, 0) => "schedule::Linear: the period is 0; it must be at least 1";
        Polynomial::new(f64::INFINITY, 0.0, 3, 2.0) => "schedule::Polynomial: the initial value is inf; it must be finite and at least 0";
        Polynomial::new(0.1, -1.0, 3, 2.0) => "schedule::Polynomial: the last value is -1; it must be finite and at least 0";
        Polynomial::new(0.1, 0.0, 0, 2.0) => "schedule::Polynomial: the period is 0; it must be at least 1";
        Polynomial::new(0.1, 0.0, 3, 0.0) => "schedule::Polynomial: the power is 0; it must be finite and above 0";
        Polynomial::new(0.1, 0.0, 3, f64::INFINITY) => "schedule::Polynomial: the power is inf; it must be finite and above 0";
        MultiStep::new(-0.1, 0.5, &[3]) => "schedule::MultiStep: the initial value is -0.1; it must be finite and at least 0";
        MultiStep::new(0.1, f64::NAN, &[3]) => "schedule::MultiStep: the factor is NaN; it must be finite and at least 0";
        MultiStep::new(0.1, 0.5, &[0, 3]) =>
            "schedule::MultiStep: the milestone 0 comes after 0; each must be a later step than the one before, the first later than 0";
        MultiStep::new(0.1, 0.5, &[3, 7, 7]) =>
            "schedule::MultiStep: the milestone 7 comes after 7; each must be a later step than the one before, the first later than 0";
        Piecewise::new(f64::NAN) => "schedule::Piecewise: the initial value is NaN; it must be finite and at least 0";
        Piecewise::new(0.1).then(3, -0.1) => "schedule::Piecewise: the value is -0.1; it must be finite and at least 0";
        Piecewise::new(0.1).then(7, 0.2).then(3, 0.3) =>
            "schedule::Piecewise: the boundary 3 comes after 7; each must be a later step than the one before, the first later than 0";
        CosineRestarts::new(-0.1, 0.0, 3) => "schedule::CosineRestarts: the initial value is -0.1; it must be finite and at least 0";
        CosineRestarts::new(0.1, f64::NAN, 3) => "schedule::CosineRestarts: the last value is NaN; it must be finite and at least 0";
        CosineRestarts::new(0.1, 0.0, 0) => "schedule::CosineRestarts: the period is 0; it must be at least 1";
        CosineRestarts::new(0.1, 0.0, 3).period_factor(0) => "schedule::CosineRestarts: the factor of periods is 0; it must be at least 1";
        Cyclical::new(-0.1, 0.1, 3) => "schedule::Cyclical: the base is -0.1; it must be finite and at least 0";
        Cyclical::new(0.1, f64::NAN, 3) => "schedule::Cyclical: the peak is NaN; it must be finite and at least 0";
        Cyclical::new(0.1, 0.2, 0) => "schedule::Cyclical: the number of steps up is 0; it must be at least 1";
        Cyclical::new(0.1, 0.2, 3).down(0) => "schedule::Cyclical: the number of steps down is 0; it must be at least 1";
        Cyclical::new(0.1, 0.2, 3).shrinking(1.01) => "schedule::Cyclical: the factor is 1.01; it must be at least 0 and at most 1";
        OneCycle::new(f64::NAN, 10) => "schedule::OneCycle: the peak is NaN; it must be finite and at least 0";
        OneCycle::new(0.1, 0) => "schedule::OneCycle: the number of steps is 0; it must be at least 1";
        cycle.ends(-0.1, 0.0) => "schedule::OneCycle: the initial value is -0.1; it must be finite and at least 0";
        cycle.ends(0.0, f64::INFINITY) => "schedule::OneCycle: the last value is inf; it must be finite and at least 0";
        cycle.rising(1.5) => "schedule::OneCycle: the rising share is 1.5; it must be at least 0 and at most 1";
        cycle.rising(f64::NAN) => "schedule::OneCycle: the rising share is NaN; it must be at least 0 and at most 1";
        cycle.rising(0.6).three_phases() => "schedule::OneCycle: the rising share is 0.6; it must be at most 0.5 with three phases";
        cycle.three_phases().rising(0.6) => "schedule::OneCycle: the rising share is 0.6; it must be at most 0.5 with three phases";
        cycle.momentum(-0.1, 0.9) => "schedule::OneCycle: the lowest momentum is -0.1; it must be at least 0 and below 1";
        cycle.momentum(0.8, 1.0) => "schedule::OneCycle: the highest momentum is 1; it must be at least 0 and below 1";
        InverseSqrt::new(-0.1, 10) => "schedule::InverseSqrt: the peak is -0.1; it must be finite and at least 0";
        InverseSqrt::new(0.1, 0) => "schedule::InverseSqrt: the warm-up is 0; it must be at least 1";
        Warmup::new(10, 0.1).initial(f64::NAN) => "schedule::Warmup: the initial value is NaN; it must be finite and at least 0";
        drop(Join::new(0.1).then(0, 0.2)) =>
            "schedule::Join: the boundary 0 comes after 0; each must be a later step than the one before, the first later than 0";
        drop(Join::new(0.1).then(5, 0.2).then(5, 0.3)) =>
            "schedule::Join: the boundary 5 comes after 5; each must be a later step than the one before, the first later than 0";
        drop(ReduceOnPlateau::new(f64::NAN)) => "schedule::ReduceOnPlateau: the initial value is NaN; it must be finite and at least 0";
        drop(plateau().factor(1.0)) => "schedule::ReduceOnPlateau: the factor is 1; it must be at least 0 and below 1";
        drop(plateau().relative_threshold(-1e-4)) =>
            "schedule::ReduceOnPlateau: the relative threshold is -0.0001; it must be finite and at least 0";
        drop(plateau().absolute_threshold(f64::NAN)) =>
            "schedule::ReduceOnPlateau: the absolute threshold is NaN; it must be finite and at least 0";
        drop(plateau().minimum(-0.1)) => "schedule::ReduceOnPlateau: the minimum is -0.1; it must be finite and at least 0";
        drop(plateau().epsilon(f64::INFINITY)) => "schedule::ReduceOnPlateau: the epsilon is inf; it must be finite and at least 0";
        LrFinder::new(0.0, 1.0, 10) => "LrFinder: the lowest rate is 0; it must be finite and above 0";
        LrFinder::new(0.1, 0.1, 10) => "LrFinder: the highest rate is 0.1; it must be finite and above the lowest";
        LrFinder::new(0.1, f64::INFINITY, 10) => "LrFinder: the highest rate is inf; it must be finite and above the lowest";
        LrFinder::new(0.1, 1.0, 1) => "LrFinder: the number of steps is 1; it must be at least 2";
        finder.smoothing(1.0) => "LrFinder: the smoothing is 1; it must be at least 0 and below 1";
        finder.diverges(1.0) => "LrFinder: the divergence is 1; it must be finite and above 1";
        finder.diverges(f64::INFINITY) => "LrFinder: the divergence is inf; it must be finite and above 1";
        {
            let model = Dense::<f64>::new(2, 1);
            finder.run(&model, &Sgd::new(0.1), |_, _| (1.0, GradientMap::default()))
        } => "Optimizer::step: the parameter `weight` has no gradient; it must be used in the loss on a `Scope::train`, or frozen (`trainable = false`)";
    }
}

/// Between a pass and a step.
#[test]
fn gradient_maps() {
    let layer = Dense::<f64>::new(2, 3);
    let of = |shape: &[usize]| {
        GradientMap::from_iter([(layer.weight.id(), ndarray::ArrayD::<f64>::zeros(shape))])
    };
    told! {
        of(&[3, 2]).clip_adaptive(&layer, &AdaptiveClipping::default()) =>
            "GradientMap::clip_adaptive: the parameter `weight` has the shape [2, 3] and its gradient [3, 2]; they must be equal";
        Accumulation::new().add(of(&[2, 3]), 0) =>
            "Accumulation::add: the gradients are of 0 rows; there must be at least one";
        {
            let mut accumulation = Accumulation::new();
            accumulation.add(of(&[2, 3]), 1);
            accumulation.add(of(&[3, 2]), 1);
        } => "Accumulation::add: an array has the shape [3, 2] and the one of its parameter before [2, 3]; they must be equal";
        Accumulation::<f64>::new().mean() =>
            "Accumulation::mean: there are no gradients; at least those of one micro-batch must be added before";
        Accumulation::<f64>::new().sum() =>
            "Accumulation::sum: there are no gradients; at least those of one micro-batch must be added before";
        recompute_statistics(&mut layer.clone(), [[0.0; 2]; 0]) =>
            "recompute_statistics: there is no input; there must be at least one batch";
    }
}

#[test]
fn freezing() {
    let mut model = Mlp::<f64>::new(&[2, 3, 1]).normalize(BatchNorm::new);
    told! {
        model.freeze("layer.0.weight") =>
            "Module::freeze: the pattern `layer.0.weight` matches no parameter that gradients train; those of the model are, the nearest first, `layers.0.weight`, `layers.1.weight`, `layers.0.bias`, `layers.1.bias`, `layers.0.normalization.gain`, `layers.0.normalization.shift`";
        model.unfreeze("**.running_mean") =>
            "Module::unfreeze: the pattern `**.running_mean` matches no parameter that gradients train; those of the model are, the nearest first, `layers.0.bias`, `layers.1.bias`, `layers.0.weight`, `layers.1.weight`, `layers.0.normalization.gain`, `layers.0.normalization.shift`";
        Module::<f64>::freeze(&mut Activation::Relu.clone(), "**") =>
            "Module::freeze: the pattern `**` matches no parameter that gradients train; those of the model are, the nearest first, none";
        Mlp::<f64>::new(&[1; 6]).freeze("layers.9.*") =>
            "Module::freeze: the pattern `layers.9.*` matches no parameter that gradients train; those of the model are, the nearest first, `layers.0.bias`, `layers.1.bias`, `layers.2.bias`, `layers.3.bias`, `layers.4.bias`, `layers.0.weight`, `layers.1.weight`, `layers.2.weight` and 2 others";
    }
    assert!(
        model
            .parameters()
            .iter()
            .all(|(_, param)| param.trainable || param.role == Role::Statistic)
    );
}

/// Averages that are refused are as they were, and so is the model.
#[test]
fn averages() {
    let mut model = Dense::<f64>::new(2, 1);
    let mut other = Dense::<f64>::new(2, 1);
    let mut resized = model.clone();
    resized.weight.value = Array2::zeros([3, 1]).into_dyn().into_shared();
    let twice = Sequential::new().then(model.clone()).then(model.clone());
    let mut average = Ema::new(0.9);
    told! {
        average.swap(&mut model) =>
            "Average::swap: there is no average after 0 updates; at least one must have counted";
        average.update(&twice) =>
            "Average::update: the parameter `layers.1.weight` stands in the model before; each must be one of its own (a clone is the same parameter, `separate` makes another)";
    }
    average.update(&model);
    told! {
        average.update(&other) =>
            "Average::update: the model has other parameters than those that were averaged; it must be the same or a clone, or the average be made anew";
        average.swap(&mut other) =>
            "Average::swap: the model has other parameters than those that were averaged; it must be the same or a clone, or the average be made anew";
        average.update(&model.clone().without_bias()) =>
            "Average::update: the model has other parameters than those that were averaged; it must be the same or a clone, or the average be made anew";
        average.save(&resized) =>
            "Average::save: the parameter `weight` has the shape [3, 1] and its average [2, 1]; they must be equal";
        average.clone().warm_up() =>
            "Ema::warm_up: the option comes after 1 updates; it changes what the average is and must be set before the first";
    }
    let section = average.save(&model);
    average.swap(&mut model);
    told! {
        average.update(&model) =>
            "Average::update: the averages are swapped in; `swap` must put the model's own parameters back first";
        average.save(&model) =>
            "Average::save: the averages are swapped in; `swap` must put the model's own parameters back first";
        average.load(&section, &model) =>
            "Average::load: the averages are swapped in; `swap` must put the model's own parameters back first";
    }
    average.swap(&mut model);
    assert_eq!(average.updates(), 1);
}

/// A step that is refused changes nothing.
#[test]
fn steps() {
    let model = Mlp::<f64>::new(&[2, 3, 1]);
    let gradients = |model: &Mlp<f64>| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        on.backward(model.forward(&on, zeros(&tape, &[4, 2])).sum(..))
    };
    let refused = |optimizer: &mut Optimizer<Adam, f64>, gradients: &GradientMap<f64>| {
        let mut changed = model.clone();
        let message = sentence(|| optimizer.step(&mut changed, gradients));
        assert_eq!(optimizer.steps(), 0);
        for ((name, before), (_, after)) in model.parameters().into_iter().zip(changed.parameters())
        {
            assert_eq!(before.value, after.value, "{name}");
        }
        message
    };
    assert_eq!(
        refused(&mut Adam::new(0.1), &gradients(&Mlp::new(&[2, 3, 1]))),
        "Optimizer::step: the parameter `layers.0.weight` has no gradient; it must be used in the loss on a `Scope::train`, or frozen (`trainable = false`)"
    );
    let mut resized = model.clone();
    resized.layers[1].weight.value = Array2::zeros([2, 2]).into_dyn().into_shared();
    let g = gradients(&model);
    assert_eq!(
        sentence(|| Adam::new(0.1).step(&mut resized, &g)),
        "Optimizer::step: the parameter `layers.1.weight` has the shape [2, 2] and its gradient [3, 1]; they must be equal"
    );

    let late = |step: usize| if step == 0 { 0.1 } else { f64::NAN };
    let mut optimizer = Sgd::new(late);
    let (mut model, g) = (model.clone(), gradients(&model));
    optimizer.step(&mut model, &g);
    let message = sentence(|| optimizer.step(&mut model, &g));
    assert_eq!(
        message,
        "Optimizer::step: the learning rate is NaN; it must be finite and at least 0"
    );
    assert_eq!(optimizer.steps(), 1);
}

/// What goes round an optimizer and what searches along lines refuse as it does, and leave the model as it was.
#[test]
fn wrapped_steps_and_searches() {
    let pass = |model: &Mlp<f64>| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let loss = model.forward(&on, on.input(array![[1.0, 2.0]])).sum(..);
        (loss.item(), on.backward(loss))
    };
    let model = Mlp::<f64>::new(&[2, 3, 1]).seed(1);
    let (_, others) = pass(&Mlp::new(&[2, 3, 1]));
    let unchanged = |misuse: &mut dyn FnMut(&mut Mlp<f64>)| {
        let mut changed = model.clone();
        let message = sentence(|| misuse(&mut changed));
        for ((name, before), (_, after)) in model.parameters().into_iter().zip(changed.parameters())
        {
            assert_eq!(before.value, after.value, "{name}");
        }
        message
    };
    let no_gradient = |who| {
        format!(
            "{who}: the parameter `layers.0.weight` has no gradient; it must be used in the loss on a `Scope::train`, or frozen (`trainable = false`)"
        )
    };
    let sam = || Sam::new(Sgd::new(0.1), 0.05);
    let lookahead = || Lookahead::new(Sgd::new(0.1));
    assert_eq!(
        unchanged(&mut |model| sam().step(model, |_| others.clone())),
        no_gradient("Sam::step")
    );
    let mut passes = 0;
    assert_eq!(
        unchanged(&mut |model| sam().step(model, |model| {
            passes += 1;
            if passes == 1 {
                pass(model).1
            } else {
                others.clone()
            }
        })),
        no_gradient("Optimizer::step")
    );
    assert_eq!(
        unchanged(&mut |model| lookahead().step(model, &others)),
        no_gradient("Lookahead::step")
    );
    assert_eq!(
        unchanged(&mut |model| _ = Lbfgs::new().step(model, |_| (1.0, others.clone()))),
        no_gradient("Lbfgs::step")
    );
    let mut calls = 0;
    assert_eq!(
        unchanged(&mut |model| _ = Lbfgs::new().minimize(model, |model| {
            calls += 1;
            let (loss, gradients) = pass(model);
            (
                loss,
                if calls == 1 {
                    gradients
                } else {
                    others.clone()
                },
            )
        })),
        no_gradient("Lbfgs::minimize")
    );

    let mut resized = model.clone();
    let mut slow = lookahead();
    slow.step(&mut resized, &pass(&model).1);
    resized.layers[1].weight.value = Array2::zeros([2, 2]).into_dyn().into_shared();
    let wide = GradientMap::from_iter(
        resized
            .parameters()
            .into_iter()
            .map(|(_, param)| (param.id(), &param.value)),
    );
    assert_eq!(
        sentence(|| slow.step(&mut resized, &wide)),
        "Lookahead::step: the parameter `layers.1.weight` has the shape [2, 2] and had [3, 1] in the steps before; it must stay, or the optimizer be made anew"
    );
    assert_eq!(
        sentence(|| _ = Lbfgs::new().step(&mut resized, |_| (1.0, pass(&model).1))),
        "Lbfgs::step: the parameter `layers.1.weight` has the shape [2, 2] and its gradient [3, 1]; they must be equal"
    );
    let mut twice = Mlp::<f64>::new(&[2, 2, 2]);
    twice.layers[1] = twice.layers[0].clone();
    assert_eq!(
        sentence(|| _ = Lbfgs::new().step(&mut twice, pass)),
        "Lbfgs::step: the parameter `layers.1.weight` stands in the model before; each must be one of its own (a clone is the same parameter, `separate` makes another)"
    );
    let mut owing = model.clone().penalize(0, Penalty::l2(0.1));
    assert_eq!(
        sentence(|| _ = Lbfgs::new().step(&mut owing, pass)),
        "Lbfgs::step: the model has penalties that act in the loss, and `penalty` was not called in the pass of these gradients; the loss must have `model.penalty(&on)` in it"
    );
    let mut proximal = model.clone().penalize(0, Penalty::l1(0.1).proximal());
    assert_eq!(
        sentence(|| _ = Lbfgs::new().step(&mut proximal, pass)),
        "Lbfgs::step: on the parameter `layers.0.weight` acts `L1 0.1 (proximal)` after an update, which a line search knows nothing of; it must act in the loss, as penalties can, or not at all"
    );
    let mut bounded = model.clone();
    bounded.layers[1].weight.constraint = Some(Constraint::non_negative());
    assert_eq!(
        sentence(|| _ = Lbfgs::new().minimize(&mut bounded, pass)),
        "Lbfgs::minimize: on the parameter `layers.1.weight` acts `≥ 0` after an update, which a line search knows nothing of; it must act in the loss, as penalties can, or not at all"
    );
}

/// Unrolled training has its own ways to go wrong.
#[test]
fn unrolling() {
    let model = Dense::<f64>::new(2, 1);
    let optimizer = Sgd::new(0.1);
    type Misuse<'m> = &'m dyn Fn(&mut Unroll<'_, Sgd, f64>, &'static Tape<f64>);
    let told = |misuse: Misuse<'_>| {
        let t = tape();
        let mut unroll = Unroll::new(t, &optimizer, &model);
        sentence(|| misuse(&mut unroll, t))
    };
    let loss = |on: &Scope<'static, f64>| model.forward(on, on.input([1.0, 2.0])).sum(..);
    assert_eq!(
        told(&|unroll, t| unroll.step(loss(&Scope::train(t)))),
        "Unroll::step: the loss depends on no parameter as it is after the steps so far; it must be made on this step's `scope`"
    );
    assert_eq!(
        told(&|unroll, _| _ = unroll.value(&Param::new(Role::Weight, [1.0]))),
        "Unroll: a parameter of the shape [1] is not unrolled; it must be a trainable one of the model"
    );
    let mut twice = Mlp::<f64>::new(&[2, 2, 2]);
    twice.layers[1] = twice.layers[0].clone();
    assert_eq!(
        sentence(|| drop(Unroll::new(tape(), &optimizer, &twice))),
        "Unroll::new: the parameter `layers.1.weight` stands in the model before; each must be one of its own (a clone is the same parameter, `separate` makes another)"
    );
    let grouped = model
        .clone()
        .penalize(Penalty::group_lasso(Groups::Rows, 0.1).proximal());
    assert_eq!(
        sentence(|| drop(Unroll::new(tape(), &optimizer, &grouped))),
        "Unroll: for a parameter of the shape [2, 1] `group lasso of rows` acts after the update and has no derivative here; it must be an L1 or L2 penalty, or act in the loss"
    );
    let bounded = Dense::<f64>::new(2, 1).constrain(Constraint::non_negative());
    assert_eq!(
        sentence(|| drop(Unroll::new(tape(), &Sgd::new(0.1), &bounded))),
        "Unroll: for a parameter of the shape [2, 1] `≥ 0` acts after the update and has no derivative here; it must be an L1 or L2 penalty, or act in the loss"
    );
    assert_eq!(
        sentence(|| {
            let t = tape();
            let unroll = Unroll::new(t, &Sgd::new(0.1), &Dense::<f64>::new(2, 1));
            drop(unroll.substitute(&Strength::new(0.1), zeros(t, &[2])))
        }),
        "Unroll::substitute: the variable has the shape [2]; a strength is one number"
    );
    let with = |optimizer: Optimizer<Momentum, f64>, lr: Option<f64>| {
        sentence(|| {
            let t = tape();
            let mut unroll = Unroll::new(t, &optimizer, &model);
            if let Some(lr) = lr {
                unroll = unroll.learning_rate(t.var(lr));
            }
            for _ in 0..2 {
                let on = unroll.scope();
                unroll.step(model.forward(&on, on.input(array![[1.0, 2.0]])).sum(..));
            }
        })
    };
    let turning = |step: usize| 0.5 - step as f64;
    let of_all = ParamGroup::matching("**").lr(turning);
    assert_eq!(
        with(Momentum::new(0.1).group(of_all), None),
        "Unroll::step: the learning rate of a group is -0.5; it must be finite and at least 0"
    );
    assert_eq!(
        with(Momentum::new(0.1).momentum(turning), None),
        "Unroll::step: the momentum is -0.5; it must be at least 0 and below 1"
    );
    assert_eq!(
        with(Momentum::new(0.1), Some(-0.1)),
        "Unroll::step: the learning rate is -0.1; it must be finite and at least 0"
    );
    let decay = Decay::coupled(Strength::scheduled(turning));
    assert_eq!(
        with(Momentum::new(0.1).decay(decay), None),
        "Strength: the number is -0.5; it must be finite and at least 0"
    );
    assert_eq!(
        sentence(|| {
            let t = tape();
            let unroll = Unroll::new(t, &Sgd::new(0.1), &Dense::<f64>::new(2, 1));
            drop(unroll.learning_rate(zeros(t, &[2])))
        }),
        "Unroll::learning_rate: the variable has the shape [2]; a learning rate is one number"
    );
    told! {
        Sgd::new::<f64>(0.1).group(ParamGroup::layer("layers.0").lr(-1.0)) =>
            "ParamGroup: the learning rate is -1; it must be finite and at least 0";
        Sgd::new::<f64>(0.1).group(ParamGroup::role(Role::Bias).scale_lr(f64::NAN)) =>
            "ParamGroup: the factor is NaN; it must be finite and at least 0";
        Adam::new::<f64>(0.1).group(ParamGroup::matching("**").rule(Adam::default().amsgrad())) =>
            r#"Optimizer::group: the rule remembers ["mean", "square", "largest"] and that of the optimizer ["mean", "square"]; they must remember the same"#;
        step(Sgd::new(0.1).group(ParamGroup::matching("*.weigth"))) =>
            "Optimizer::step: no parameter of the model is in the group of `*.weigth`; its pattern (`*` stops at a dot, `**` does not), layer or role must have one";
        step(Sgd::new(0.1).group(ParamGroup::layer("a"))) =>
            "Optimizer::step: no parameter of the model is in the group of layer `a`; its pattern (`*` stops at a dot, `**` does not), layer or role must have one";
        step(Sgd::new(0.1).group(ParamGroup::role(Role::Statistic))) =>
            "Optimizer::step: no parameter of the model is in the group of role statistic; its pattern (`*` stops at a dot, `**` does not), layer or role must have one";
        step(Sgd::new(1e200).group(ParamGroup::role(Role::Bias).scale_lr(1e200))) =>
            "Optimizer::step: the learning rate of a group is inf; it must be finite and at least 0";
        step(Sgd::new(0.1).group(ParamGroup::role(Role::Bias).lr(|step: usize| -(step as f64)))) =>
            "Optimizer::step: the learning rate of a group is -1; it must be finite and at least 0";
        Sgd::new::<f64>(0.1).momentum(0.9) =>
            "Optimizer::momentum: the rule `Sgd` has no momentum that could change with the step; it must have one (of `RmsProp` one above 0)";
        RmsProp::new::<f64>(0.1).momentum(0.9) =>
            "Optimizer::momentum: the rule `RmsProp` has no momentum that could change with the step; it must have one (of `RmsProp` one above 0)";
        Adam::new::<f64>(0.1).momentum(1.0) => "Optimizer: the momentum is 1; it must be at least 0 and below 1";
        step(Adam::new(0.1).momentum(|step: usize| step as f64)) =>
            "Optimizer::step: the momentum is 1; it must be at least 0 and below 1";
        Adam::new::<f64>(0.1).set_learning_rate(-0.1) => "Optimizer: the learning rate is -0.1; it must be finite and at least 0";
    }
    #[derive(Clone, Copy)]
    struct Greedy;
    impl Rule for Greedy {
        type Step = ();
        fn slots(&self) -> usize {
            5
        }
        fn at(&self, _step: i32) {}
        fn direction<R: Real>(&self, _at: (), _slots: &mut [R], _x: R, g: R) -> R {
            g
        }
        fn reach<R: Real>(&self, _at: (), _slots: &[R], _g: R, lr: R) -> R {
            lr
        }
    }
    assert_eq!(
        sentence(|| drop(Optimizer::<_, f64>::new(Greedy, 0.1))),
        "Optimizer: the rule asks for 5 slots; it must be at most 4"
    );
}

/// Two steps of one layer.
fn step<R: Rule>(mut optimizer: Optimizer<R, f64>) {
    let mut model = Dense::new(1, 1);
    for _ in 0..2 {
        let on = Scope::train(tape());
        let gradients = on.backward(model.forward(&on, on.input(array![[1.0]])).sum(..));
        optimizer.step(&mut model, &gradients);
    }
}

#[test]
fn data_sets() {
    told! {
        Dataset::<f64>::new(array![[1.0], [2.0]], array![[1.0]]) =>
            "Dataset::new: the inputs have the shape [2, 1] and the targets [1, 1]; both must have two axes and as many rows";
        data::moons::<f64>(10, 0.1, 1).split_at(11) => "Dataset::split_at: the first part is to have 11 rows; there are 10";
        data::moons::<f64>(10, 0.1, 1).split(1.5, 1) => "Dataset::split: the fraction is 1.5; it must be at least 0 and at most 1";
        drop(data::moons::<f64>(10, 0.1, 1).batches(0, 1, 0)) => "Dataset::batches: the batch size is 0; it must be at least 1";
        drop(data::moons::<f64>(10, 0.1, 1).balanced_batches(0, 1, 0)) =>
            "Dataset::balanced_batches: the batch size is 0; it must be at least 1";
        data::moons::<f64>(3, 0.1, 1).weighted([1.0, 2.0]) =>
            "Dataset::weighted: the weights have the shape [2]; for 3 rows it must be [3]";
        Dataset::<f64>::new(array![[0.0], [0.0]], array![[0.0], [2.0]]).weighted_by_class(&[1.0, 2.0]) =>
            "Dataset::weighted_by_class: row 1 is of the class 2 and there are 2 weights; there must be one for each class";
        KFold::new(1) => "KFold::new: the number of folds is 1; it must be at least 2";
        StratifiedKFold::new(0) => "StratifiedKFold::new: the number of folds is 0; it must be at least 2";
        TimeSeriesSplit::new(1) => "TimeSeriesSplit::new: the number of folds is 1; it must be at least 2";
        KFold::new(2).repeat(0, 1) => "KFold::repeat: the number of times is 0; it must be at least 1";
        StratifiedKFold::new(2).repeat(0, 1) => "StratifiedKFold::repeat: the number of times is 0; it must be at least 1";
        TimeSeriesSplit::new(2).test_rows(0) => "TimeSeriesSplit::test_rows: the number of rows is 0; it must be at least 1";
        TimeSeriesSplit::new(2).most_train_rows(0) =>
            "TimeSeriesSplit::most_train_rows: the number of rows is 0; it must be at least 1";
        HoldOut::new(1.0, 1) => "HoldOut::new: the share is 1; it must be above 0 and below 1";
        data::moons::<f64>(10, f64::NAN, 1) => "data::moons: the noise is NaN; it must be finite and at least 0";
        data::circles::<f64>(10, -1.0, 1) => "data::circles: the noise is -1; it must be finite and at least 0";
        data::spirals::<f64>(10, 0, 0.1, 1) => "data::spirals: the number of arms is 0; it must be at least 1";
        data::blobs::<f64>(10, 3, -0.1, 1) => "data::blobs: the spread is -0.1; it must be finite and at least 0";
        data::blobs::<f64>(10, 0, 0.1, 1) => "data::blobs: the number of clouds is 0; it must be at least 1";
        data::multi_output_regression::<f64>(10, 2, 2, -0.5, 1) =>
            "data::multi_output_regression: the noise is -0.5; it must be finite and at least 0";
        data::friedman1::<f64>(10, 4, 0.0, 1) => "data::friedman1: the number of features is 4; it must be at least 5";
        data::friedman1::<f64>(10, 5, -0.5, 1) => "data::friedman1: the noise is -0.5; it must be finite and at least 0";
        Classification::new(0, 1, 1) => "Classification::new: the number of informative columns is 0; it must be at least 1";
        Classification::new(1, 1, 1).classes(0) => "Classification::classes: the number of classes is 0; it must be at least 1";
        Classification::new(1, 1, 1).clusters(0) => "Classification::clusters: the number of clusters is 0; it must be at least 1";
        Classification::new(1, 1, 1).separation(-1.0) =>
            "Classification::separation: the separation is -1; it must be finite and at least 0";
        Classification::new(1, 1, 1).flipped(1.5) =>
            "Classification::flipped: the fraction is 1.5; it must be at least 0 and at most 1";
        Classification::new(2, 1, 1).classes(3).clusters(2).generate::<f64>(9, 1) =>
            "Classification: 3 classes of 2 clusters are asked for; 2 informative columns have a corner for 4 clusters";
        data::linear_regression::<f64>(10, 2, -0.5, 1) => "data::linear_regression: the noise is -0.5; it must be finite and at least 0";
        data::sparse_linear_regression::<f64>(10, 2, 3, 0.5, 1) =>
            "data::sparse_linear_regression: 3 features are to be informative; there are 2";
        Standardizer::<f64>::fit(Array2::zeros([0, 2])) =>
            "Standardizer::fit: the data have the shape [0, 2]; they must be [rows, columns] with at least one row";
        Standardizer::<f64>::fit(Array2::zeros([3, 2])).transform(Array2::zeros([3, 1])) =>
            "Standardizer: the data have the shape [3, 1]; they must be [rows, 2], as those it was fitted on";
        MinMax::<f64>::fit(array![[1.0, 2.0], [3.0, f64::INFINITY]]) =>
            "MinMax::fit: the number in row 1, column 1 is inf; it must be finite (`Dataset::check` tells before)";
        MinMax::<f64>::fit_between(1.0, 1.0, array![[1.0]]) =>
            "MinMax::fit_between: the bounds are 1 and 1; they must be finite, the lower first";
        MinMax::<f64>::fit(array![[1.0]]).inverse([1.0]) =>
            "MinMax: the data have the shape [1]; they must be [rows, 1], as those it was fitted on";
        OneHot::<f64>::fit([1.0]) =>
            "OneHot::fit: the data have the shape [1]; they must be [rows, columns] with at least one row";
        OneHot::<f64>::fit(array![[1.0], [2.0]]).transform(array![[1.0], [3.0]]) =>
            "OneHot: the category in row 1, column 0 is 3; it must be one that was fitted on, or unknown ones ignored (`OneHot::check` tells before)";
        OneHot::<f64>::fit(array![[1.0], [2.0]]).inverse(array![[1.0]]) =>
            "OneHot::inverse: the data have the shape [1, 1]; they must be [rows, 2], as those it was fitted on";
        Pca::<f64>::fit(3, array![[1.0, 2.0], [3.0, 5.0]]) =>
            "Pca::fit: 3 components are asked for; with 2 rows and 2 columns there must be from 1 to 2";
        Pca::<f64>::fit(1, array![[1.0, 2.0], [3.0, 5.0]]).inverse(array![[1.0, 2.0]]) =>
            "Pca::inverse: the data have the shape [1, 2]; they must be [rows, 1], as those it was fitted on";
        Pca::<f64>::fit(1, array![[1.0, 2.0], [3.0, 5.0]]).transform(array![[1.0]]) =>
            "Pca: the data have the shape [1, 1]; they must be [rows, 2], as those it was fitted on";
        LabelEncoder::fit(&["a"]).decode(&[0, 1]).len() =>
            "LabelEncoder::decode: the class is 1; it must be below 1";
        Columns::label("a").missing(Missing::Constant(f64::NAN)) =>
            "Columns::missing: the constant is NaN; it must be finite";
        Table::read("data.csv", "a,b\n1,2\n".as_bytes()).unwrap().field(1, 0).len() =>
            "Table::field: row 1, column 0 is asked for; there are 1 rows of 2, counted from 0";
        Table::read("data.csv", "a,b\n1,2\n".as_bytes()).unwrap().select(&[1]) =>
            "Table::select: row 1 is asked for; there are 1, counted from 0";
        Table::read("data.csv", "a,b\n1,2\n".as_bytes()).unwrap().split(-0.5, 1) =>
            "Table::split: the fraction is -0.5; it must be at least 0 and at most 1";
        data::moons::<f64>(10, 0.1, 1).select(&[3, 10]) => "Dataset::select: row 10 is asked for; there are 10, counted from 0";
        data::sparse_linear_regression::<f64>(10, 2, 1, -0.5, 1) =>
            "data::sparse_linear_regression: the noise is -0.5; it must be finite and at least 0";
        metric::accuracy::<f64>(Array2::zeros([3, 2]), &[0]) =>
            "metric::accuracy: the outputs have the shape [3, 2] and the targets [1]; the outputs must be [rows, 1] or [rows, classes] and the targets one a row, with at least one row";
        plot::boundary(&data::linear_regression::<f64>(4, 3, 0.0, 1).0, 10, 10, |x| x.clone()) =>
            "plot::boundary: the inputs have the shape [4, 3]; they must be points of a plane, [rows, 2], at least one";
        plot::boundary(&data::moons::<f64>(4, 0.0, 1), 10, 1, |x| x.clone()) =>
            "plot::boundary: the picture has 10 × 1 characters; it must have at least 2 in each direction";
        plot::boundary(&data::moons::<f64>(4, 0.0, 1), 10, 10, |x| x.clone()) =>
            "plot::boundary: for 100 points the logits have the shape [100, 2]; it must be [100, 1]";
        metric::binary_accuracy::<f64>(Array2::zeros([3, 1]), Array2::zeros([2, 1])) =>
            "metric::binary_accuracy: the outputs have the shape [3, 1] and the targets [2, 1]; they must be equal, with at least one row";
    }
    #[cfg(feature = "plot")]
    told! {
        importance::saliency(&Dense::<f64>::new(2, 1), [1.0, 2.0], 0) =>
            "importance::saliency: the data have the shape [2]; they must be [rows, columns] with at least one row";
        importance::saliency(&Dense::<f64>::new(2, 1), array![[1.0, 2.0]], 1) =>
            "importance::saliency: output 1 is asked for and the outputs have the shape [1, 1]; it must be [rows, outputs], and the output one of them, counted from 0";
        importance::IntegratedGradients::new().baseline(&[0.0]).attributions(&Dense::<f64>::new(2, 1), array![[1.0, 2.0]], 0) =>
            "IntegratedGradients: the baseline has the shape [1]; for inputs of 2 columns it must be [2]";
        importance::IntegratedGradients::new().steps(0) =>
            "IntegratedGradients::steps: the number of steps is 0; it must be at least 1";
        importance::Permutation::new().repeats(0) =>
            "Permutation::repeats: the number of repeats is 0; it must be at least 1";
        importance::Permutation::new().of_cost(&Dataset::new(Array2::<f64>::zeros([0, 2]), Array2::zeros([0, 1])), |_| 0.0) =>
            "Permutation: the data have the shape [0, 2]; they must be [rows, columns] with at least one row";
        importance::weight_rows::<f64>(&Flatten) =>
            "importance::weight_rows: the model has no weight with two axes; there must be one, whose rows are the inputs";
        importance::weight_rows(&Dense::<f64>::new(2, 1)).named(&["a"]) =>
            "Importances::named: 1 names are given for 2 columns; there must be one for each";
        plot::decision_boundary(&data::linear_regression::<f64>(4, 3, 0.0, 1).0, |x| x.clone()) =>
            "plot::decision_boundary: the inputs have the shape [4, 3]; they must be points of a plane, [rows, 2], at least one";
        plot::decision_boundary(&data::moons::<f64>(4, 0.0, 1).map_y(|_| Array2::zeros([4, 2])), |x| x.clone()) =>
            "plot::decision_boundary: there are 2 targets a row; there must be one";
        plot::decision_boundary(&data::moons::<f64>(4, 0.0, 1), |_| ArcArrayD::zeros([4].as_slice())) =>
            "plot::decision_boundary: for 4 points the outputs have the shape [4]; it must be [4, 1] or [4, classes]";
        plot::lines("x", "y", &[]).size(800, 5000) =>
            "Figure::size: the size is 800 × 5000 pixels; both must be at least 200 and at most 4096";
    }
}

#[test]
fn training() {
    use tapegrad::augmentation::{Adversarial, Augmentation, Augmenting, Mixup};
    let data = data::moons::<f64>(8, 0.1, 1);
    let bce = loss::BinaryCrossEntropy::new;
    let trainer = || Trainer::<f64>::new(Adam::new(1e-3), bce());
    let mut model = Mlp::<f64>::new(&[2, 1]);
    let empty = Dataset::<f64>::new(Array2::<f64>::zeros([0, 2]), Array2::<f64>::zeros([0, 1]));
    told! {
        trainer().fit(&mut model, &data) => "Trainer: neither epochs nor steps were said; one must be";
        trainer().epochs(1).resume(&mut model, &data) =>
            "Trainer: a run without checkpoints cannot be resumed; say where they are with Trainer::checkpoints";
        trainer().epochs(1).resume_or_fit(&mut model, &data) =>
            "Trainer: a run without checkpoints cannot be resumed; say where they are with Trainer::checkpoints";
        trainer().evaluate(&model, &empty) => "Trainer::evaluate: the data have no row; there must be at least one";
        trainer().metric(metric::Accuracy::new()).metric(metric::Accuracy::new()) =>
            "Trainer::metric: a metric is called `accuracy`, as another column of the history; its name must be its own";
        trainer().batch_size(0) => "Trainer::batch_size: the number of rows is 0; it must be at least 1";
        trainer().accumulate(0) => "Trainer::accumulate: the number of batches is 0; it must be at least 1";
        trainer().validate_every(0) => "Trainer::validate_every: the number of epochs is 0; it must be at least 1";
        tapegrad::callback::Print::new().every(0) => "Print::every: the number of epochs is 0; it must be at least 1";
        Checkpoints::new("runs").every(0) => "Checkpoints::every: the number of epochs is 0; it must be at least 1";
        Checkpoints::new("runs").every_steps(0) =>
            "Checkpoints::every_steps: the number of steps is 0; it must be at least 1";
        Checkpoints::new("runs").keep(0) => "Checkpoints::keep: the number of checkpoints is 0; it must be at least 1";
        Mixup::new(0.0) => "Mixup::new: alpha is 0; it must be finite and above 0";
        Mixup::new(0.2).classes(1) => "Mixup::classes: the number of classes is 1; it must be at least 2";
        Adversarial::fgsm(-1.0) => "Adversarial::fgsm: the epsilon is -1; it must be finite and at least 0";
        Adversarial::pgd(0.1, f64::NAN, 3) => "Adversarial::pgd: the step is NaN; it must be finite and at least 0";
        Adversarial::pgd(0.1, 0.1, 0) => "Adversarial::pgd: the number of steps is 0; it must be at least 1";
        Adversarial::fgsm(0.1).clean(2.0) =>
            "Adversarial::clean: the fraction is 2; it must be at least 0 and at most 1";
        Adversarial::fgsm(0.1).within(1.0, 1.0) =>
            "Adversarial::within: the bounds are 1 and 1; the lower one must be below the upper one";
        {
            let (model, loss, mut tape) = (Mlp::<f64>::new(&[2, 3]), loss::CrossEntropy::new(), Tape::new());
            let batch = data.map_y(|y| y.mapv(|y| 2.0 * y));
            Mixup::new(0.2).classes(2).augment(batch, &mut Augmenting::new(&model, &loss, &mut tape, 1))
        } => "Mixup: the class of row 0 of the batch is 2; it must be below 2";
    }
}

#[test]
fn metrics() {
    use tapegrad::metric::{
        Accuracy, Average, Bins, BrierScore, CalibrationCurve, ConfusionMatrix,
        ExpectedCalibrationError, FBeta, LogLoss, MaxError, Precision, PrecisionRecallCurve,
        RocAuc, RocCurve, TopKAccuracy,
    };
    let (z, y) = (array![[1.0], [-2.0]], array![[1.0], [0.0]]);
    let outputs_must = "the outputs must be [rows, 1] or [rows, classes] and the targets one a row, with at least one row";
    assert_eq!(
        sentence(|| RocAuc::new().of(&z, array![[1.0, 0.0], [0.0, 1.0]], None)),
        format!(
            "metric::RocAuc: the outputs have the shape [2, 1] and the targets [2, 2]; {outputs_must}"
        )
    );
    assert_eq!(
        sentence(|| LogLoss::new().of(
            Array2::<f64>::zeros([0, 1]),
            Array2::<f64>::zeros([0, 1]),
            None
        )),
        format!(
            "metric::LogLoss: the outputs have the shape [0, 1] and the targets [0, 1]; {outputs_must}"
        )
    );
    told! {
        Accuracy::new().of(&z, array![[1.0], [0.5]], None) =>
            "metric::Accuracy: the target of row 1 is 0.5; it must be a class, a whole number at least 0 and below 2";
        Accuracy::new().of(Array2::<f64>::zeros([2, 3]), array![[2.0], [3.0]], None) =>
            "metric::Accuracy: the target of row 1 is 3; it must be a class, a whole number at least 0 and below 3";
        Accuracy::new().of(&z, array![[f64::NAN], [0.0]], None) =>
            "metric::Accuracy: the target of row 0 is NaN; it must be a class, a whole number at least 0 and below 2";
        metric::accuracy(&z, &[0, 2]) =>
            "metric::accuracy: the target of row 1 is 2; it must be a class, a whole number at least 0 and below 2";
        BrierScore::new().of_probabilities().of(&z, &y, None) =>
            "metric::BrierScore: a probability of row 1 is -2; it must be at least 0 and at most 1, as logits need not be";
        MaxError.of(&z, array![1.0, 0.0], None) =>
            "metric::MaxError: the outputs have the shape [2, 1] and the targets [2]; they must be equal, with at least one row";
        MaxError.of(&z, &y, Some(&[1.0])) =>
            "metric::MaxError: 1 weights are given for 2 rows; there must be one for each";
        MaxError.of(&z, &y, Some(&[1.0, -1.0])) =>
            "metric::MaxError: the weight of row 1 is -1; it must be finite and at least 0";
        RocAuc::new().of(&z, &y, Some(&[f64::NAN, 1.0])) =>
            "metric::RocAuc: the weight of row 0 is NaN; it must be finite and at least 0";
        RocCurve::new(Array2::<f64>::zeros([2, 2]), &y, None) =>
            "RocCurve::new: the outputs have the shape [2, 2]; they must be one column, [rows, 1], that of class 1";
        PrecisionRecallCurve::new(Array2::<f64>::zeros([2, 2]), &y, None) =>
            "PrecisionRecallCurve::new: the outputs have the shape [2, 2]; they must be one column, [rows, 1], that of class 1";
        CalibrationCurve::new(&y, &y, None, Bins::Uniform(0)) => "CalibrationCurve::new: the number of bins is 0; it must be at least 1";
        ExpectedCalibrationError::new(Bins::Quantile(0)) =>
            "metric::ExpectedCalibrationError: the number of bins is 0; it must be at least 1";
        TopKAccuracy::new(0) => "metric::TopKAccuracy: the number of outputs to choose is 0; it must be at least 1";
        FBeta::new(-1.0, Average::Macro) => "metric::FBeta: the beta is -1; it must be finite and at least 0";
        ConfusionMatrix::new(&[0], &[1], None).f_beta(f64::NAN, Average::Macro) =>
            "ConfusionMatrix::f_beta: the beta is NaN; it must be finite and at least 0";
        ConfusionMatrix::new(&[0], &[1, 1], None) =>
            "ConfusionMatrix::new: 1 predicted and 2 actual classes are given; there must be as many of both, at least one";
        ConfusionMatrix::new(&[], &[], None) =>
            "ConfusionMatrix::new: 0 predicted and 0 actual classes are given; there must be as many of both, at least one";
        ConfusionMatrix::new(&[0], &[1], None).names(["no"]) =>
            "ConfusionMatrix::names: 1 names are given for 2 classes; there must be one for each";
        Precision::new(Average::Class(2)).of(&z, &y, None) =>
            "ConfusionMatrix: the average is that of class 2; it must be below 2, the number of classes";
    }
}

#[test]
fn files() {
    let error = |text: &str| {
        Table::read("data.csv", text.as_bytes())
            .and_then(|table| table.dataset::<f64>(&[]))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(""),
        "data.csv: the file is empty; its first line must name the columns"
    );
    assert_eq!(
        error("  \n\n"),
        "data.csv: the file is empty; its first line must name the columns"
    );
    for nameless in ["1.5,2\n3,4\n", ",\n1,2\n", "\"\",7\n1,2\n"] {
        assert_eq!(
            error(nameless),
            "data.csv, line 1: no column is named; the first line must do so, and a number is no name"
        );
    }
    assert_eq!(
        error("\n\na,a\n"),
        "data.csv, line 3: two columns are called `a`; names must differ"
    );
    assert_eq!(
        error("a,b\n1,2\n\"\"\n"),
        "data.csv, line 3: 1 fields are given; there must be 2, one for each column"
    );
    assert_eq!(
        error("a,b\n\"1\",\"\n2\"\n3,x\n"),
        "data.csv, line 4, column `b`: \"x\" is given; it must be a finite number"
    );
    assert_eq!(
        error("a,b,a\n"),
        "data.csv, line 1: two columns are called `a`; names must differ"
    );
    assert_eq!(
        error("a,b\n1,2\n3\n"),
        "data.csv, line 3: 1 fields are given; there must be 2, one for each column"
    );
    assert_eq!(
        error("a,b\n1,2\n\n3,4,5\n"),
        "data.csv, line 4: 3 fields are given; there must be 2, one for each column"
    );
    assert_eq!(
        error("a,b\n1,2\n3,four\n"),
        "data.csv, line 3, column `b`: \"four\" is given; it must be a finite number"
    );
    assert_eq!(
        error("a,b\n1,\n"),
        "data.csv, line 2, column `b`: the value is missing (\"\" is given); each must be there, or `Missing` say what stands for it"
    );
    assert_eq!(
        error("a,b\nNaN,1\n"),
        "data.csv, line 2, column `a`: the value is missing (\"NaN\" is given); each must be there, or `Missing` say what stands for it"
    );
    assert_eq!(
        error("a\n1e999\n"),
        "data.csv, line 2, column `a`: \"1e999\" is given; it must be a finite number"
    );

    let missing = Table::read("data.csv", "a,b\n1,2\n".as_bytes())
        .unwrap()
        .dataset::<f64>(&["c"]);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "data.csv: there is no column `c`; the columns are [\"a\", \"b\"]"
    );
    let table = Table::read("data.csv", "a,b\n1,2\n1e39,3\n".as_bytes()).unwrap();
    assert_eq!(
        table.dataset::<f64>(&["b", "b"]).unwrap_err().to_string(),
        "data.csv: the column `b` is asked for twice; it must be named once"
    );
    assert_eq!(table.dataset::<f64>(&["b"]).unwrap().rows(), 2);
    assert_eq!(
        table.dataset::<f32>(&["b"]).unwrap_err().to_string(),
        "data.csv, line 3, column `a`: 1e39 is given; it must be finite in the element type"
    );
    assert!(
        error("a,b\r1,2\r3\r").starts_with("data.csv, line 3: 1 fields"),
        "lines that end with CR"
    );
    assert_eq!(
        Table::read("data.csv", "a,b\n  \n1,2\n".as_bytes())
            .unwrap()
            .rows(),
        1
    );
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is on fire"))
        }
    }
    assert_eq!(
        Table::read("data.csv", Broken).unwrap_err().to_string(),
        "data.csv: cannot be read: the disk is on fire"
    );
    let absent = Dataset::<f64>::read_csv("no/such.csv", &["a"])
        .unwrap_err()
        .to_string();
    let cause = std::fs::File::open("no/such.csv").unwrap_err();
    assert_eq!(absent, format!("no/such.csv: cannot be read: {cause}"));

    // Quoted fields, blanks, empty lines, CRLF, a byte-order mark, no last line end.
    let table = Table::read(
        "data.csv",
        "\u{feff}a,\"b,c\"\r\n 1 ,\"2\"\r\n\r\n-3e2,.5".as_bytes(),
    )
    .unwrap();
    assert_eq!(table.names(), ["a", "b,c"]);
    assert_eq!(
        table.dataset::<f64>(&[]).unwrap().x,
        array![[1.0, 2.0], [-300.0, 0.5]].into_dyn()
    );
    // Names alone are a table without rows; bytes that are no text are no number.
    assert_eq!(
        Table::read("data.csv", "a,b\n".as_bytes()).unwrap().rows(),
        0
    );
    assert!(
        Table::read("data.csv", &b"a\n\xff\xfe\n"[..])
            .and_then(|table| table.dataset::<f64>(&[]))
            .unwrap_err()
            .to_string()
            .starts_with("data.csv, line 2")
    );
    let empty = Table::read("data.csv", "a,b\n,1\n".as_bytes()).unwrap();
    let columns = Columns::targets(&["b"]).missing(Missing::Mean);
    assert_eq!(
        columns.fit(&empty).unwrap_err().to_string(),
        "data.csv, column `a`: every value is missing; for others to be filled there must be one"
    );
    let train = Table::read("data.csv", "a,b\n1,x\n".as_bytes()).unwrap();
    let test = Table::read("test.csv", "b,a\nx,1\ny,2\n".as_bytes()).unwrap();
    let columns = Columns::label("b").fit(&train).unwrap();
    assert_eq!(
        columns.dataset::<f64>(&test).unwrap_err().to_string(),
        "test.csv, line 3, column `b`: \"y\" is given; the rows that were fitted on have [\"x\"]"
    );
}

/// What data in memory are told, with their place.
#[test]
fn data_in_memory() {
    use tapegrad::data::DataError;

    fn told<R>(outcome: Result<R, DataError>) -> String {
        outcome
            .err()
            .map_or_else(String::new, |error| error.to_string())
    }
    let of = |targets: &[f64]| {
        let y = Array2::from_shape_vec([targets.len(), 1], targets.to_vec()).unwrap();
        Dataset::<f64>::new(&y, &y)
    };
    let (none, one, two) = (of(&[]), of(&[0.0]), of(&[0.0, 1.0]));
    let wide = Dataset::<f64>::new(array![[0.0], [1.0]], array![[0.0, 1.0], [1.0, 1.0]]);
    let series = of(&[0.0; 10]);
    let cases = [
        (
            told(none.check(Task::Regression)),
            "there are 0 rows; there must be at least one",
        ),
        (
            told(two.map_x(|_| array![[0.0], [f64::NAN]]).check(Task::Binary)),
            "inputs, row 1, column 0: the number is NaN; it must be finite",
        ),
        (
            told(
                of(&[f64::INFINITY])
                    .map_x(|_| array![[0.0]])
                    .check(Task::Regression),
            ),
            "targets, row 0, column 0: the number is inf; it must be finite",
        ),
        (
            told(two.clone().weighted([1.0, f64::NAN]).check(Task::Binary)),
            "weights, row 1, column 0: the number is NaN; it must be finite",
        ),
        (
            told(of(&[0.0, 2.0]).check(Task::Binary)),
            "targets, row 1, column 0: the target is 2; it must be 0 or 1",
        ),
        (
            told(of(&[0.0, 0.5]).check(Task::Classes(3))),
            "targets, row 1, column 0: the target is 0.5; it must be a whole number from 0 to 2",
        ),
        (
            told(two.check(Task::Classes(0))),
            "targets, row 0, column 0: the target is 0; it must be one of 0 classes",
        ),
        (
            told(wide.check(Task::Classes(2))),
            "there are 2 targets a row; there must be one, a class",
        ),
        (
            told(
                wide.map_y(|_| Array2::<f64>::zeros([2, 0]))
                    .check(Task::Regression),
            ),
            "there are 0 targets a row; there must be at least one",
        ),
        (
            told(wide.check(Task::Binary)),
            "targets, column 1: every row is of the class 1; there must be rows of two classes",
        ),
        (
            told(KFold::new(3).folds(&two)),
            "KFold: 3 folds are asked for and there are 2 rows; there must be one for each fold",
        ),
        (
            told(StratifiedKFold::new(2).folds(&two)),
            "StratifiedKFold: 2 folds are asked for and no class has more than 1 rows; one must have a row for each fold",
        ),
        (
            told(StratifiedKFold::new(2).folds(&none)),
            "StratifiedKFold: 2 folds are asked for and there are 0 rows; there must be one for each fold",
        ),
        (
            told(TimeSeriesSplit::new(2).folds(&two)),
            "TimeSeriesSplit: 3 folds are asked for and there are 2 rows; there must be one for each fold",
        ),
        (
            told(TimeSeriesSplit::new(3).test_rows(3).gap(1).folds(&series)),
            "TimeSeriesSplit: 3 × 3 rows for testing and a gap of 1 leave none of 10 for training; there must be at least one",
        ),
        (
            told(LeaveOneOut.folds(&one)),
            "LeaveOneOut: of 1 rows none are left for training; there must be at least one",
        ),
        (
            told(HoldOut::new(0.5, 1).split(&one)),
            "HoldOut: of 1 rows none are left for training; there must be at least one",
        ),
        (
            told(HoldOut::new(0.5, 1).split(&none)),
            "HoldOut: of 0 rows none are left for testing; there must be at least one",
        ),
        (
            told(
                HoldOut::new(0.5, 1)
                    .stratified()
                    .split(&of(&[0.0, 0.0, 4.0])),
            ),
            "HoldOut: the class 4 has 1 rows; for both parts it must have at least 2",
        ),
        (
            told(
                HoldOut::new(0.1, 1)
                    .stratified()
                    .split(&of(&[0.0, 0.0, 1.0, 1.0])),
            ),
            "HoldOut: 1 rows are for testing, of 2 classes; each class must be able to have one",
        ),
        (
            told(of(&[0.0, 2.0]).balanced_class_weights()),
            "the class 1 of 3 has no row; for a weight it must have at least one",
        ),
        (
            told(LabelEncoder::fit(&["a"]).encode(&["a", "b"])),
            "row 1: the label is \"b\"; those that were fitted on are [\"a\"]",
        ),
        (
            told(OneHot::<f64>::fit(array![[1.0]]).check(array![[2.0]])),
            "row 0, column 0: the category is 2; it is none of the 1 that were fitted on",
        ),
    ];
    for (told, expected) in cases {
        assert_eq!(told, expected);
    }
}

#[test]
fn saving() {
    use tapegrad::nn::Section;

    /// What no format can hold.
    struct Unwritable;
    impl serde::Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("it is a socket"))
        }
    }
    /// Two parameters under two names.
    struct Pair([(&'static str, Param<f64>); 2]);
    impl Module<f64> for Pair {
        fn forward<'t>(&self, _: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
            x
        }
        fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
            self.0
                .iter()
                .for_each(|(name, param)| f(&at.child(name), param));
        }
        fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
            self.0
                .iter_mut()
                .for_each(|(name, param)| f(&at.child(name), param));
        }
    }
    let param = || Param::new(Role::Weight, 1.0);
    let mut other = Pair([("a", param()), ("b", param())]);
    other.0[1].1 = other.0[0].1.clone();
    other.0[1].1.value.fill(2.0);
    told! {
        Section::new().set_state(&Unwritable) =>
            "Section::set_state: the state cannot be encoded: it is a socket; it must be of a type that bincode can write";
        Section::new().set_state_of("", 1, &()) =>
            "Section::set_state_of: the kind is empty; it must say whose the state is";
        file::to_bytes(&Pair([("a", param()), ("a", param())])) =>
            "Section::of: two parameters are called `a`; each must have a name of its own";
        file::save(&other, "no/such/folder") =>
            "Section::of: `a` and `b` are clones of one parameter and differ; they must be equal, or one of them a parameter of its own (`Param::separate`)";
    }
    #[cfg(feature = "safetensors")]
    {
        use tapegrad::nn::safetensors;
        let own = || Pair([("a", param()), ("__metadata__", param())]);
        told! {
            safetensors::save(&own(), "no/such/folder", []) =>
                "safetensors::to_bytes: the header cannot be written: an array is called `__metadata__`; no array may be called `__metadata__`, and names, shapes and texts must take less than 100 MB";
            safetensors::to_bytes(&Section::new(), [("a", "b".repeat(100_000_000).as_str())]) =>
                "safetensors::to_bytes: the header cannot be written: header too large; no array may be called `__metadata__`, and names, shapes and texts must take less than 100 MB";
        }
    }
}

#[test]
fn callbacks() {
    use tapegrad::callback::{CsvLog, Plateau, TensorBoard, WeightLog};
    use tapegrad::optim::schedule::ReduceOnPlateau;

    told! {
        EarlyStopping::new(0) =>
            "EarlyStopping::new: the number of epochs without improvement is 0; it must be at least 1";
        EarlyStopping::new(1).min_delta(-0.5) =>
            "EarlyStopping::min_delta: the number is -0.5; it must be finite and at least 0";
        WeightLog::new().every(0) =>
            "WeightLog::every: the number of epochs is 0; it must be at least 1";
        TensorBoard::new("runs").every_steps(0) =>
            "TensorBoard::every_steps: the number of steps is 0; it must be at least 1";
        TensorBoard::new("runs").histograms(0) =>
            "TensorBoard::histograms: the number of epochs is 0; it must be at least 1";
    }

    /// Declares that a larger loss is better.
    struct LargerLoss;
    impl Callback<f64> for LargerLoss {
        fn name(&self) -> &str {
            "LargerLoss"
        }
        fn start(&mut self, run: &mut Run<'_, f64>) -> Result<(), callback::CallbackError> {
            run.larger_is_better("loss");
            Ok(())
        }
    }

    let folder = std::env::temp_dir().join(format!("tapegrad-callbacks-{}", std::process::id()));
    let file = folder.join("log.csv");
    let log = || CsvLog::new(&file);
    let data = data::moons::<f64>(40, 0.2, 1);
    let trainer = || Trainer::new(Sgd::new(0.1), loss::BinaryCrossEntropy::new()).epochs(2);
    let error = |mut trainer: Trainer<'_, f64>| {
        let fit = trainer.fit(&mut Mlp::new(&[2, 1]), &data);
        fit.unwrap_err().to_string()
    };
    let plateau = |plateau| Plateau::new(plateau);
    let minimizing = ReduceOnPlateau::new(0.1);
    let path = file.display();
    let checkpoints = || Checkpoints::new(folder.join("checkpoints"));
    let (mut model, resumable) = (Mlp::new(&[2, 1]), || trainer().checkpoints(checkpoints()));
    resumable()
        .callback(log().overwrite())
        .fit(&mut model, &data)
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let first: usize = text.split_inclusive('\n').take(2).map(str::len).sum();
    let cases = [
        (
            trainer().callback(EarlyStopping::new(1).monitor("val_loss")),
            "EarlyStopping: there is no column `val_loss` to monitor; the columns are [\"loss\", \"penalty\", \"learning_rate\"]".to_owned(),
        ),
        (
            trainer().callback(EarlyStopping::new(1).monitor("penalty")),
            "EarlyStopping: no number of `penalty` is better than another; to monitor it, who records it must say at the start `smaller_is_better` or `larger_is_better`".to_owned(),
        ),
        (
            trainer().callback(plateau(minimizing.clone().maximize())),
            "Plateau: smaller numbers of `loss` are better; the plateau must be one that does not maximize".to_owned(),
        ),
        (
            trainer().callback(LargerLoss).callback(plateau(minimizing)),
            "Plateau: larger numbers of `loss` are better; the plateau must be one that maximizes (`maximize`)".to_owned(),
        ),
        (
            trainer().callback(log()),
            format!("CsvLog: {path}: this is a log of a run before; resume that run, take another path, or say `overwrite`"),
        ),
        (
            trainer().callback(log().overwrite()).callback(callback::after_epoch(|_| {
                std::fs::write(&file, "mine").unwrap();
            })),
            format!("CsvLog: {path}: the log has 4 bytes, and the run has written {first}; nobody else may write to it"),
        ),
    ];
    for (trainer, expected) in cases {
        assert_eq!(error(trainer), format!("the callback {expected}"));
    }

    let must = "it must stand there as it was written";
    for (bytes, expected) in [
        (
            "epoch".to_owned(),
            format!(
                "has 5 bytes, and the run that is resumed had written {}; {must}",
                text.len()
            ),
        ),
        (
            text.replace("epoch", "Epoch"),
            format!("does not begin with what the run that is resumed had written; {must}"),
        ),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let error = resumable()
            .callback(log())
            .resume(&mut model, &data)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the callback CsvLog: {path}: the log {expected}")
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// One array.
fn tuned() -> HyperParameters<f64> {
    let mut hyper = HyperParameters::new();
    hyper.positive("inputs", [1.0, 2.0]);
    hyper
}

#[test]
fn settings_of_validation_gradients() {
    told! {
        Implicit::new().damping(-1.0) => "Implicit: the damping is -1; it must be finite and at least 0";
        Implicit::new().tolerance(f64::NAN) => "Implicit: the tolerance is NaN; it must be finite and at least 0";
        Implicit::new().iterations(0) => "Implicit: the number of iterations is 0; it must be at least 1";
        Implicit::neumann().step(0.0) => "Implicit: the step is 0; it must be finite and above 0";
        Unrolled::<_, f64>::new(Sgd::new(0.1), 0) => "Unrolled: the number of steps is 0; it must be at least 1";
    }
}

#[test]
fn settings_of_searches() {
    told! {
        Tpe::new().start_up(0) => "Tpe: the number of start-up trials is 0; it must be at least 1";
        Tpe::new().candidates(0) => "Tpe: the number of candidates is 0; it must be at least 1";
        GaussianProcess::new().start_up(1) => "GaussianProcess: the number of start-up trials is 1; it must be at least 2";
        GaussianProcess::new().most(0) => "GaussianProcess: the number of trials in the model is 0; it must be at least 2";
        CmaEs::new().population(1) => "CmaEs: the population is 1; it must be at least 2";
        CmaEs::new().step(0.0) => "CmaEs: the step is 0; it must be from 1e-6 to 10";
        CmaEs::new().step(f64::INFINITY) => "CmaEs: the step is inf; it must be from 1e-6 to 10";
        Genetic::new().population(1) => "Genetic: the population is 1; it must be at least 2";
        Genetic::new().tournament(0) => "Genetic: the size of a tournament is 0; it must be at least 1";
        Genetic::new().mutation(f64::NAN) => "Genetic: the mutation is NaN; it must be from 1e-6 to 10";
        Genetic::new().mutation(1e-7) => "Genetic: the mutation is 0.0000001; it must be from 1e-6 to 10";
        Genetic::new().mutation(11.0) => "Genetic: the mutation is 11; it must be from 1e-6 to 10";
    }
}

#[test]
fn what_is_tuned() {
    let strength = Strength::new(0.1);
    let tape = Tape::<f64>::new();
    told! {
        tuned().positive("inputs", 1.0) =>
            "HyperParameters: there is a hyper-parameter `inputs` before; each must have a name of its own";
        { let mut hyper = tuned(); hyper.strength("a", &strength); hyper.strength("b", &strength.clone()) } =>
            "HyperParameters::strength: the strength `b` is there before; clones are one, and it must be given once";
        tuned().strength("rising", &Strength::scheduled(|step| step as f64)) =>
            "HyperParameters::strength: the strength `rising` has a schedule; one that is tuned must be a number";
        tuned().strength("none", &Strength::new(0.0)) =>
            "HyperParameters::strength: `none` starts at 0; it must be finite and above 0";
        tuned().positive("rates", [1.0, -1.0]) =>
            "HyperParameters::positive: `rates` starts at -1; it must be finite and above 0";
        tuned().share("smoothing", 1.0) =>
            "HyperParameters::share: `smoothing` starts at 1; it must be above 0 and below 1";
        tuned().value(&strength) =>
            "HyperParameters::value: what is asked for is no hyper-parameter here; it must be a strength or a handle of these hyper-parameters";
        { let tuned = tuned().share("smoothing", 0.1); tuned.on(&Scope::train(&tape)) } =>
            "Tuned::on: the hyper-parameter has no variable in Scope::train with 0 parameters on a tape of 0 values; the pass must be from `HyperParameters::scope` or a validation gradient";
    }
}

fn penalised_square<'t>(on: &Scope<'t, f64>, model: &Dense<f64>) -> Var<'t, f64> {
    on.param(&model.weight).square().sum(..) + model.penalty(on)
}

fn sum_of_weights<'t>(on: &Scope<'t, f64>, model: &Dense<f64>) -> Var<'t, f64> {
    on.param(&model.weight).sum(..)
}

#[test]
fn validation_gradients() {
    let strength = Strength::new(0.1);
    let model = || {
        Dense::<f64>::new(1, 1)
            .without_bias()
            .penalize(Penalty::l2(&strength))
    };
    let mut of_strength = HyperParameters::new();
    of_strength.strength("ridge", &strength);
    let lr = tuned().positive("lr", 0.1);
    told! {
        Implicit::new().gradient(&tuned(), &model(), penalised_square, sum_of_weights) =>
            "Implicit: neither loss depends on the hyper-parameter `inputs`; it must be in the training loss or the validation loss";
        Unrolled::new(Sgd::new(0.1), 1).gradient(&tuned(), &model(), penalised_square, sum_of_weights) =>
            "Unrolled: neither loss depends on the hyper-parameter `inputs`; it must be in the training loss or the validation loss";
        Unrolled::new(Sgd::new(0.1), 1).learning_rate(lr).gradient(&of_strength, &model(), penalised_square, sum_of_weights) =>
            "Unrolled::learning_rate: what is asked for is no hyper-parameter here; it must be a strength or a handle of these hyper-parameters";
        {
            let mut model = model();
            model.weight.constraint = Some(Constraint::non_negative());
            Implicit::new().gradient(&of_strength, &model, penalised_square, sum_of_weights)
        } => "Implicit: on the parameter `weight` acts the constraint `≥ 0`, which the formula of a free minimum knows nothing of; there must be none (`Unrolled` refuses it, too)";
        {
            let gradient = Implicit::new().gradient(&of_strength, &model(), penalised_square, sum_of_weights).unwrap();
            tuned().step(&mut Sgd::new(0.1), &gradient)
        } => "HyperParameters::step: the gradient is that of other hyper-parameters; it must be of these";
        {
            let gradient = Implicit::new().gradient(&of_strength, &model(), penalised_square, sum_of_weights).unwrap();
            gradient.wrt(lr)[[]]
        } => "HyperGradient::wrt: what is asked for is no hyper-parameter here; it must be a strength or a handle of these hyper-parameters";
    }
}

fn values() -> Values {
    let space = Space::new()
        .linear("rate", 0.0..=1.0)
        .choice("rule", ["sgd", "adam"])
        .when("rule", "sgd", |sgd| sgd.linear("momentum", 0.0..=0.9));
    space.values(&[0.5, 0.9, 0.5])
}

#[test]
fn spaces() {
    let line = || Space::new().linear("x", 0.0..=1.0);
    let choice = || Space::new().choice("rule", ["sgd"]);
    told! {
        values().number("lr") =>
            "Values::number: there is no dimension `lr` at this place; it must be one of the space's, whose condition holds";
        values().number("momentum") =>
            "Values::number: there is no dimension `momentum` at this place; it must be one of the space's, whose condition holds";
        values().integer("rate") =>
            "Values::integer: the dimension `rate` is 0..=1; it must be asked for as what it is";
        values().number("rule") =>
            "Values::number: the dimension `rule` is sgd | adam; it must be asked for as what it is";
        values().choice("rate").len() =>
            "Values::choice: the dimension `rate` is 0..=1; it must be asked for as what it is";
        choice().when("rule", "sgd", |_| Space::new()) =>
            "Space::when: the closure gives another space; it must add dimensions to the one that it is given";
        Space::new().values(&[]) =>
            "Space::values: the space has no dimension; there must be one at least";
        line().values(&[0.5, 0.5]) =>
            "Space::values: the coordinates are [0.5, 0.5]; there must be a number from 0 to 1 for each of 1 dimensions";
        line().values(&[f64::NAN]) =>
            "Space::values: the coordinates are [NaN]; there must be a number from 0 to 1 for each of 1 dimensions";
        Range::Integer { low: 0, high: 1 }.coordinate(&Value::Number(0.5)) =>
            "Range::coordinate: the value Number(0.5) is none of the range 0..=1, whole; it must be of the same kind";
        line().around(&[], 0.1) => "Space::around: the number of places is 0; it must be at least 1";
        line().around(&[&[0.5]], -0.1) => "Space::around: the margin is -0.1; it must be from 0 to 1";
        line().around(&[&[0.5], &[1.5]], 0.1) =>
            "Space::values: the coordinates are [1.5]; there must be a number from 0 to 1 for each of 1 dimensions";
        line().penalties(&Dense::<f32>::new(1, 1), 1e-3..=1.0) =>
            "Space::penalties: the model has no penalty whose strength is a number; there must be one at least";
        values().penalize(&mut Dense::<f32>::new(1, 1).penalize(Penalty::l1(0.1))) =>
            "Values::penalize: no dimension is called as a penalty of the model, [\"weight L1\"]; one must be";
    }
}

#[test]
fn model_selections() {
    let selection = || ModelSelection::new(Space::new().linear("x", 0.0..=1.0));
    let rows = || Dataset::<f32>::new(Array2::zeros((5, 1)), Array2::zeros((5, 1)));
    told! {
        selection().explore(Random, 0) =>
            "ModelSelection: the number of trials is 0; it must be at least 1";
        selection().refine(Random, 0) =>
            "ModelSelection: the number of trials is 0; it must be at least 1";
        selection().around(0) =>
            "ModelSelection: the number of places to refine around is 0; it must be at least 1";
        selection().hold_out(1.0) =>
            "ModelSelection: the share held out is 1; it must be between 0 and 1";
        selection().finalists(0) =>
            "ModelSelection: the number of finalists is 0; it must be at least 1";
        selection().folds(1) => "ModelSelection: the number of folds is 1; it must be at least 2";
        selection().repeat(0) =>
            "ModelSelection: the number of repetitions is 0; it must be at least 1";
        selection().together(0) =>
            "ModelSelection: the number of trials of a round is 0; it must be at least 1";
        selection().threads(0) =>
            "ModelSelection: the number of threads is 0; it must be at least 1";
        selection().refine(Says(|| Next::Wait), 1).run(&rows(), &rows(), |_, _, _, _| 0.0) =>
            "Study: the search `mine, fitted to 3 rows, scored on 2` waits, and no trial is ahead; it must try a place or be done";
    }
}

/// A search that says what it is told to.
struct Says(fn() -> Next);

impl Search for Says {
    fn name(&self) -> String {
        "mine".to_owned()
    }

    fn next(&self, _: &Space, _: &[Seen], _: &[&[f64]], _: usize, _: u64) -> Next {
        (self.0)()
    }
}

#[test]
fn studies() {
    let space = || Space::new().linear("x", 0.0..=1.0);
    let study = || Study::new(space(), Random);
    let says = |next| Study::new(space(), Says(next)).trials(9).run(|_| 0.0);
    told! {
        study().trials(0) => "Study: the number of trials is 0; it must be at least 1";
        study().together(0) => "Study: the number of trials of a round is 0; it must be at least 1";
        study().threads(0) => "Study: the number of threads is 0; it must be at least 1";
        study().run(|_| 0.0) =>
            "Study: the search `random` has no end, and neither has the study; it must be given a number of trials (`Study::trials`)";
        Study::new(space(), Hyperband::new(Random, 1.0)).run(|_| 0.0) =>
            "Study: the search `hyperband (η 3, least budget 1) of random` has no end, and neither has the study; it must be given a number of trials (`Study::trials`)";
        study().trials(9).run(|trial| { trial.report(5, 1.0); trial.report(5, 0.5); 0.0 }) =>
            "Trial::report: the step is 5 after 5; it must be larger than the one before";
        Grid::new(0) => "Grid: the number of levels is 0; it must be at least 1";
        Grid::new(2).levels("x", 0) => "Grid: the number of levels is 0; it must be at least 1";
        Grid::new(2).levels("y", 3).next(&space(), &[], &[], 0, 0) =>
            "Grid: there is no range `y` in the space; a number of levels must be one of a dimension with numbers";
        SuccessiveHalving::new(Random, 0.0) =>
            "SuccessiveHalving: the least budget is 0; it must be from 1e-6 to 1";
        SuccessiveHalving::new(Random, 0.1).eta(1) =>
            "SuccessiveHalving: the eta is 1; it must be from 2 to 1000";
        SuccessiveHalving::new(Random, 0.1).places(0) =>
            "SuccessiveHalving: the number of places is 0; it must be at least 1";
        Hyperband::new(Random, 2.0) => "Hyperband: the least budget is 2; it must be from 1e-6 to 1";
        Hyperband::new(Random, 0.1).eta(0) => "Hyperband: the eta is 0; it must be from 2 to 1000";
        says(|| Next::Wait) =>
            "Study: the search `mine` waits, and no trial is ahead; it must try a place or be done";
        says(|| Next::Try(Suggestion::at(vec![0.5, 2.0]))) =>
            "Study: the search `mine` suggests [0.5, 2.0]; there must be a number from 0 to 1 for each of 1 dimensions";
        says(|| Next::Try(Suggestion { budget: 0.0, ..Suggestion::at(vec![0.5]) })) =>
            "Study: the search `mine` suggests the budget 0; it must be above 0 and at most 1";
        says(|| Next::Try(Suggestion { continues: Some(3), ..Suggestion::at(vec![0.5]) })) =>
            "Study: the search `mine` goes on from the trial 3; it must be one that is over";
    }
    let error = study().trials(2).run(|_| f64::NAN).unwrap_err();
    assert_eq!(
        error.to_string(),
        "all 2 trials failed, the first because the score is NaN; it must be finite; one must have a score"
    );
}

#[test]
fn settings_of_evidence() {
    let evidence = || Evidence::new(Likelihood::Gaussian);
    told! {
        evidence().iterations(0) => "Evidence: the number of iterations is 0; it must be at least 1";
        evidence().tolerance(-1.0) => "Evidence: the tolerance is -1; it must be finite and at least 0";
        evidence().threshold(1.0) => "Evidence: the threshold is 1; it must be at least 0 and below 1";
        evidence().hyperprior(-1.0, 0.0) => "Evidence: the shape of the hyperprior is -1; it must be finite and at least 0";
        evidence().hyperprior(0.0, f64::INFINITY) => "Evidence: the rate of the hyperprior is inf; it must be finite and at least 0";
        Relevance::new(Groups::Rows, 0.0) => "Relevance: the strength is 0; it must be finite and above 0";
    }
}

#[test]
fn evidence() {
    let data = data::linear_regression::<f64>(20, 3, 0.5, 1).0;
    let layer = |penalty: Penalty<f64>| Dense::new(3, 1).penalize(penalty);
    let choose = |mut layer: Dense<f64>, evidence: Evidence| {
        evidence.choose(&mut layer, &data, |_| ()).unwrap()
    };
    let gaussian = || Evidence::new(Likelihood::Gaussian).tolerance(f64::MAX);
    let of_classes = || {
        let data = data.map_y(|y| y.mapv(|y| f64::from(y > 0.0)));
        let evidence = Evidence::new(Likelihood::Bernoulli).tolerance(f64::MAX);
        evidence
            .choose(&mut layer(Penalty::l2(0.1)), &data, |_| ())
            .unwrap()
    };
    let relevance = Relevance::new(Groups::Rows, 0.1);
    choose(layer(relevance.penalty()), gaussian());
    let other = Relevance::new(Groups::Rows, 0.1);
    let set = |relevance: &Relevance| {
        // Strengths of three rows, by an update.
        let evidence = Evidence::new(Likelihood::Gaussian).iterations(1);
        evidence
            .choose(&mut layer(relevance.penalty()), &data, |_| ())
            .unwrap();
    };
    told! {
        choose(layer(Penalty::none()), gaussian()) =>
            "Evidence::choose: there is no strength in the penalties of trained parameters; there must be one to choose";
        choose(layer(Penalty::l2(0.1)), gaussian().strength(&Strength::new(0.5))) =>
            "Evidence::choose: no trained parameter has the strength 0.5, which was named; it must be in a penalty of the model";
        choose(layer(Penalty::l2(0.1)), gaussian().relevance(&relevance)) =>
            "Evidence::choose: no trained parameter has the Relevance of rows [0.1], which was named; it must be in a penalty of the model";
        choose(layer(Penalty::l2(0.0)), gaussian()) =>
            "Evidence::choose: the strength of `weight` starts at 0, from where there is no update; it must be above 0";
        choose(layer(Penalty::l2(Strength::scheduled(|step| step as f64))), gaussian()) =>
            "Evidence::choose: the strength of `weight` has a schedule; it must be a number";
        choose(layer(Penalty::l1(0.1)), gaussian()) =>
            "Evidence::choose: on the parameter `weight` acts the penalty L1 0.1; it must be one L2 or `Relevance`, which is a Gaussian prior";
        choose(layer(Penalty::l2(0.1) + Penalty::l2(0.2)), gaussian()) =>
            "Evidence::choose: on the parameter `weight` acts the penalty L2 0.1 + L2 0.2; it must be one L2 or `Relevance`, which is a Gaussian prior";
        choose(layer(Penalty::l2(0.1)).constrain(Constraint::non_negative()), gaussian()) =>
            "Evidence::choose: on the parameter `weight` acts the constraint `≥ 0`, within which no posterior is Gaussian; there must be none";
        {
            set(&other);
            choose(Dense::new(2, 1).penalize(other.penalty()), gaussian())
        } => "Relevance: there are 3 strengths, and a weight of 2 groups; each must have one";
        {
            let both = Relevance::new(Groups::Rows, 0.1);
            let mut layers = Mlp::new(&[3, 2, 1]).penalize(0, both.penalty()).penalize(1, both.penalty());
            gaussian().choose(&mut layers, &data, |_| panic!("a fit"))
        } => "Relevance: there are 3 strengths, and a weight of 2 groups; each must have one";
        choose(layer(Penalty::l2(0.1)), gaussian()).predict(&Dense::<f64>::new(2, 1), array![[1.0, 2.0]]) =>
            "Laplace::predict: the model has 3 trained numbers; it must be the one that was fitted, with 4";
        choose(layer(Penalty::l2(0.1)), gaussian()).predict(&layer(Penalty::none()), &data.x).intervals(1.0) =>
            "Predictive::intervals: the level is 1; it must be above 0 and below 1";
        choose(layer(Penalty::l2(0.1)), gaussian()).predict(&layer(Penalty::none()), &data.x).probabilities() =>
            "Predictive::probabilities: the targets are numbers; they must be classes (`intervals` is for numbers)";
        of_classes().predict(&layer(Penalty::none()), &data.x).intervals(0.9) =>
            "Predictive::intervals: the targets are classes; they must be numbers (`probabilities` is for classes)";
    }
}

#[test]
fn paths() {
    let [strength, other, zero] = [0.1, 0.2, 0.0].map(Strength::new);
    let scheduled = Strength::scheduled(|step| step as f64);
    let path = || Path::<f64>::new(&strength);
    let model = || Dense::<f64>::new(2, 1).penalize(Penalty::l1(&strength).proximal());
    let data = Dataset::new(array![[1.0, 2.0]], array![[1.0]]);
    fn square<'t>(on: &Scope<'t, f64>, model: &Dense<f64>, data: &Dataset<f64>) -> Var<'t, f64> {
        model.forward(on, on.input(&data.x)).square().sum(..)
    }
    let fit = |path: Path<f64>, model: &mut Dense<f64>| {
        path.fit(model, &data, square, |model, _| {
            model.weight.value.fill(0.0);
            Ok(())
        })
    };
    told! {
        Path::<f64>::new(&scheduled) =>
            "Path::new: the strength has a schedule; one that a path sets must be a number";
        path().with(&scheduled) =>
            "Path::with: the strength has a schedule; one that a path sets must be a number";
        path().with(&strength.clone()) =>
            "Path::with: the strength is there before; clones are one, and it must be given once";
        path().with(&zero) =>
            "Path::with: the strength is 0 and the first 0.1; both must be above 0, as they keep their ratio";
        path().count(0) => "Path: the count is 0; it must be at least 1";
        path().ratio(1.0) => "Path: the ratio is 1; it must be above 0 and below 1";
        path().from(0.0) => "Path: the strongest strength is 0; it must be finite and above 0";
        fit(Path::new(&other), &mut model()) =>
            "Path: no trained parameter of the model has a penalty of this strength; one must have (`Penalty::l1(&strength)`)";
        fit(path().names(["age"]), &mut model()) =>
            "Path::names: there are 1 names and 2 inputs, the rows of the first penalised parameter; they must be as many";
        path().stability(&mut model(), &data, 0, 1, square, |_, _| Ok(())) =>
            "Path::stability: the number of subsamples is 0; it must be at least 1";
        fit(path().from(1.0).count(3), &mut model()).unwrap().go_to(3, &mut model()) =>
            "FittedPath::go_to: the place is 3 and there are 3 points; it must be below that";
        fit(path().from(1.0), &mut model()).unwrap().go_to(0, &mut Dense::new(3, 1)) =>
            "FittedPath::go_to: the model has other parameters than that which was fitted; they must have the same shapes";
        {
            let mut model = model();
            model.weight.constraint = Some(Constraint::non_negative());
            ProximalGradient::new().fit(&mut model, |on, model| square(on, model, &data))
        } => "ProximalGradient::fit: on the parameter `weight` acts the constraint `≥ 0`, which a proximal gradient step knows nothing of; there must be none";
    }
}

/// Every sentence of every crate is told above: the longest piece of each between its placeholders
/// stands in this file.
#[test]
fn no_sentence_is_missing() {
    /// A sentence is a string at the start of a line, or what is written to a formatter.
    fn text(line: &str) -> Option<&str> {
        let written = line.split_once("write!(f, \"").map(|(_, text)| text);
        line.strip_prefix('"').or(written)
    }
    let here = include_str!("errors.rs").replace("\\\"", "\"");
    let mut count = 0;
    for module in [
        "autodiff/src/error",
        "nn/src/error",
        "nn/src/checkpoint/load_error",
        "nn/src/checkpoint/save_error",
        "nn/src/description/description_error",
        "optim/src/error",
        "train/src/error",
        "train/src/fit_error",
        "train/src/data/data_error",
        "train/src/plot/plot_error",
        "tune/src/error",
        "tune/src/space/space_error",
        "tune/src/study/journal_error",
        "tune/src/study/study_error",
        "tune/src/tune_error",
        "tune/src/validation/validation_error",
    ] {
        let path = format!("{}/crates/{module}.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(path).unwrap();
        for line in source.lines().filter_map(|line| text(line.trim_start())) {
            // One that goes on in the next line has its end there.
            let sentence = line.rsplit_once('"').map_or(line, |(text, _)| text);
            let sentence = sentence.trim_end_matches('\\');
            let piece = sentence
                .split(['{', '}'])
                .max_by_key(|piece| piece.len())
                .unwrap();
            let elsewhere = [
                include_str!("../crates/optim/tests/rules.rs"),
                include_str!("../crates/optim/tests/rules/state.rs"),
                include_str!("../crates/nn/tests/description/refusals.rs"),
                include_str!("../crates/nn/tests/description/undescribable.rs"),
                include_str!("../crates/nn/tests/files/refusals.rs"),
                include_str!("../crates/nn/tests/safetensors.rs"),
                include_str!("../crates/train/tests/npy/main.rs"),
                include_str!("../crates/train/tests/plot/files.rs"),
                include_str!("../crates/train/tests/resume/refusals.rs"),
                include_str!("../crates/train/tests/trainer/refusals.rs"),
                include_str!("../crates/tune/tests/space.rs"),
                include_str!("../crates/tune/tests/study/journal.rs"),
                include_str!("../crates/tune/tests/evidence/refusals.rs"),
                include_str!("../crates/tune/tests/paths/folds.rs"),
                include_str!("../crates/tune/tests/paths/refusals.rs"),
                include_str!("../crates/tune/tests/tuner.rs"),
                include_str!("../crates/tune/tests/validation.rs"),
            ];
            assert!(
                here.contains(piece) || elsewhere.iter().any(|tests| tests.contains(piece)),
                "{module}: no test tells: {sentence}"
            );
            count += 1;
        }
    }
    assert!(
        count > 60,
        "the source was not understood: {count} sentences"
    );
}
