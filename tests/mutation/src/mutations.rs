//! The kinds of mutation: what may stand in the place of an expression.
//!
//! Each function gives texts made of the expression's own; an operand that does not hold together
//! by itself is put in parentheses. A text that does not compile is found out by the compiler.

use syn::{BinOp, Expr, ExprBinary, ExprCall, ExprMethodCall, ExprUnary, Lit, UnOp};

use crate::source::range;

/// Everything that may stand in the place of the expression itself, except its
/// [negation](negated), which depends on where it stands.
pub fn of(expression: &Expr, text: &str) -> Vec<String> {
    match expression {
        Expr::Binary(binary) => operator(binary, text),
        Expr::Unary(unary) => without_sign(unary, text),
        Expr::Lit(literal) => other_number(&literal.lit),
        Expr::MethodCall(call) => method(call, text),
        Expr::Call(call) => function(call, text),
        _ => Vec::new(),
    }
}

/// `-x` of an arithmetic expression `x`.
pub fn negated(expression: &Expr, text: &str) -> String {
    format!("-{}", operand(expression, text))
}

/// `!x` of a condition `x`, unless another mutation of it is the same.
pub fn refuted(condition: &Expr, text: &str) -> Option<String> {
    let known = match condition {
        Expr::Binary(binary) => matches!(binary.op, BinOp::Eq(_) | BinOp::Ne(_)),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Not(_)),
        _ => false,
    };
    (!known && !has_let(condition)).then(|| format!("!{}", operand(condition, text)))
}

/// Whether the expression is `+`, `-`, `*`, `/` or `%` of two.
pub fn is_arithmetic(expression: &Expr) -> bool {
    use BinOp::*;
    matches!(
        expression,
        Expr::Binary(ExprBinary {
            op: Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_),
            ..
        })
    )
}

/// Another operator; the operands swapped; one operand alone.
fn operator(binary: &ExprBinary, text: &str) -> Vec<String> {
    use BinOp::*;
    let (left, right) = (operand(&binary.left, text), operand(&binary.right, text));
    // What binds as tightly leaves the operands as they are.
    let other = |operator| {
        let (left, right) = (&text[range(&binary.left)], &text[range(&binary.right)]);
        format!("{left} {operator} {right}")
    };
    let swapped = |operator| format!("{right} {operator} {left}");
    let term = |mut others: Vec<String>| {
        others.extend([left.clone(), right.clone()]);
        others
    };
    let step = |operator| vec![other(operator), other("="), "()".to_owned()];
    match binary.op {
        Add(_) => term(vec![other("-")]),
        Sub(_) => term(vec![other("+"), swapped("-")]),
        Mul(_) => term(vec![other("/")]),
        Div(_) => term(vec![other("*"), swapped("/")]),
        Rem(_) => term(vec![other("/"), swapped("%")]),
        // `a > b` is `b < a`: the other direction is the swap.
        Lt(_) => vec![other("<="), other(">")],
        Le(_) => vec![other("<"), other(">=")],
        Gt(_) => vec![other(">="), other("<")],
        Ge(_) => vec![other(">"), other("<=")],
        Eq(_) => vec![other("!=")],
        Ne(_) => vec![other("==")],
        And(_) if has_let(&binary.left) || has_let(&binary.right) => Vec::new(),
        And(_) => vec![format!("({left} || {right})")],
        Or(_) => vec![format!("{left} && {right}")],
        AddAssign(_) => step("-="),
        SubAssign(_) => step("+="),
        MulAssign(_) => step("/="),
        DivAssign(_) => step("*="),
        _ => Vec::new(),
    }
}

/// `x` for `-x` and `!x`.
fn without_sign(unary: &ExprUnary, text: &str) -> Vec<String> {
    match unary.op {
        UnOp::Neg(_) | UnOp::Not(_) => vec![operand(&unary.expr, text)],
        _ => Vec::new(),
    }
}

/// `n + 1` for a whole number; `3/2 c + 1/4` for another, 1 for 0.
fn other_number(literal: &Lit) -> Vec<String> {
    let number = match literal {
        Lit::Int(whole) => whole
            .base10_parse::<u64>()
            .map(|n| format!("{}{}", n.saturating_add(1), whole.suffix())),
        Lit::Float(number) => number.base10_parse::<f64>().map(|c| {
            let other = if c == 0.0 { 1.0 } else { 1.5 * c + 0.25 };
            format!("{other:?}{}", number.suffix())
        }),
        _ => return Vec::new(),
    };
    number.into_iter().collect()
}

/// `x` and, of one argument, `y.f(x)` for `x.f(y)`; neighbouring arguments swapped.
fn method(call: &ExprMethodCall, text: &str) -> Vec<String> {
    let receiver = operand(&call.receiver, text);
    let name = &text[range(&call.method).start..call.paren_token.span.open().byte_range().start];
    let arguments: Vec<_> = call.args.iter().collect();
    let mut mutations = vec![receiver.clone()];
    if let [y] = arguments[..]
        && !matches!(y, Expr::Closure(_))
    {
        let y = operand(y, text);
        mutations.push(format!("{y}.{name}({receiver})"));
    }
    let swapped = swaps(&arguments, text);
    mutations.extend(
        swapped
            .iter()
            .map(|arguments| format!("{receiver}.{name}({arguments})")),
    );
    mutations
}

/// `x` for `f(x)`; neighbouring arguments swapped.
fn function(call: &ExprCall, text: &str) -> Vec<String> {
    if is_constructor(&call.func) {
        return Vec::new();
    }
    let name = &text[range(&call.func)];
    let arguments: Vec<_> = call.args.iter().collect();
    let mut mutations = Vec::new();
    if let [x] = arguments[..] {
        mutations.push(operand(x, text));
    }
    let swapped = swaps(&arguments, text);
    mutations.extend(
        swapped
            .iter()
            .map(|arguments| format!("{name}({arguments})")),
    );
    mutations
}

/// The arguments with two neighbours swapped, for each two that differ.
fn swaps(arguments: &[&Expr], text: &str) -> Vec<String> {
    let texts: Vec<_> = arguments.iter().map(|x| &text[range(x)]).collect();
    let different = (1..texts.len()).filter(|&at| texts[at - 1] != texts[at]);
    let swapped = different.map(|at| {
        let mut swapped = texts.clone();
        swapped.swap(at - 1, at);
        swapped.join(", ")
    });
    swapped.collect()
}

/// Whether what is called is `Some`, `Ok` or another constructor: alone, its argument has another
/// type.
fn is_constructor(function: &Expr) -> bool {
    let Expr::Path(path) = function else {
        return false;
    };
    let name = path.path.segments.last();
    name.is_some_and(|name| name.ident.to_string().starts_with(char::is_uppercase))
}

/// Whether the condition binds variables: `a && let Some(x) = b`.
fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// The expression's text, in parentheses unless it holds together beside any operator.
fn operand(expression: &Expr, text: &str) -> String {
    let own = &text[range(expression)];
    match expression {
        Expr::Array(_)
        | Expr::Call(_)
        | Expr::Field(_)
        | Expr::Index(_)
        | Expr::Lit(_)
        | Expr::Macro(_)
        | Expr::MethodCall(_)
        | Expr::Paren(_)
        | Expr::Path(_)
        | Expr::Tuple(_) => own.to_owned(),
        _ => format!("({own})"),
    }
}
