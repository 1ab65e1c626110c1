//! One table of operations, and every check over it: a row for each, in the file of its kind.
//!
//! A row is `test: "operation", domain, shapes, operation, definition;`. Over at least 200 random
//! shapes with axes of the sizes 0 to 3 its tests compare the value with the naive definition, the
//! derivatives of orders 1 to 3 with central differences and one run of the rules with the other, and
//! value and gradient in `f32` with those in `f64`. An operation without a row
//! fails `no_operation_is_missing`.

mod naive;
mod row;
mod shapes;

mod activation;
mod elementwise;
mod fused;
mod linear_algebra;
mod of_your_own;
mod reduction;
mod shape;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every public method and operator in `src/operation` has a row, an operator with a number on
/// either side one for each.
#[test]
fn no_operation_is_missing() {
    let mut defined = BTreeSet::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/operation");
    collect(Path::new(folder), &mut defined);
    let rows: BTreeSet<_> = [
        activation::OPERATIONS,
        elementwise::OPERATIONS,
        fused::OPERATIONS,
        linear_algebra::OPERATIONS,
        of_your_own::OPERATIONS,
        reduction::OPERATIONS,
        shape::OPERATIONS,
    ]
    .concat()
    .into_iter()
    .map(str::to_owned)
    .collect();
    assert!(
        defined.len() > 35,
        "the source was not understood: {defined:?}"
    );
    assert_eq!(
        defined, rows,
        "left: operations in the source, right: rows of the table"
    );
}

/// The operations that the files of a folder define.
fn collect(folder: &Path, defined: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, defined);
            continue;
        }
        for line in fs::read_to_string(path).unwrap().lines() {
            let line = line.trim_start();
            if let Some(method) = line.strip_prefix("pub fn ") {
                defined.insert(method.split(['(', '<']).next().unwrap().to_owned());
            }
            if line.starts_with("impl") && line.contains(" for ") {
                defined.insert(operator(line));
            }
        }
    }
}

/// The row that an implementation such as `impl<T: Element> Add<f64> for Var<'_, T>` must have.
fn operator(implementation: &str) -> String {
    const SYMBOLS: [(&str, &str); 9] = [
        ("AddAssign", "+="),
        ("SubAssign", "-="),
        ("MulAssign", "*="),
        ("DivAssign", "/="),
        ("Add", "+"),
        ("Sub", "-"),
        ("Mul", "*"),
        ("Div", "/"),
        ("Neg", "neg"),
    ];
    let (head, on) = implementation.split_once(" for ").unwrap();
    let symbol = SYMBOLS
        .iter()
        .find(|(name, _)| head.contains(&format!("> {name}")));
    let Some((_, symbol)) = symbol else {
        panic!("an operator without a symbol here: {implementation}")
    };
    if on.starts_with("f64") {
        format!("number {symbol}")
    } else if head.ends_with("<f64>") {
        format!("{symbol} number")
    } else {
        (*symbol).to_owned()
    }
}
