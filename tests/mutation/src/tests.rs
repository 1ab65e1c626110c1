//! What is mutated and what is left alone, on small pieces of source.

use std::path::PathBuf;

use crate::blame::{Compiled, blame};
use crate::compile::{Diagnostic, Place};
use crate::equivalent;
use crate::mutant::{self, Mutant, Stand};
use crate::schema::{Branches, Schema, render};
use crate::sites;
use crate::source::File;

fn file(text: &str) -> File {
    let found = sites::find(text).expect("it is Rust");
    File {
        path: PathBuf::from("crates/autodiff/src/operation/f.rs"),
        text: text.to_owned(),
        sites: found.sites,
        bodies: found.bodies,
        methods: found.methods,
    }
}

/// What an expression of a function may become.
fn mutations(expression: &str) -> Vec<String> {
    let source = file(&format!("fn f() {{ let _ = {expression}; }}"));
    let all = mutant::all(&[source]).into_iter();
    let lines = all.map(|mutant| mutant.name.mutated);
    let within =
        lines.map(|line| line["fn f() { let _ = ".len()..line.len() - "; }".len()].to_owned());
    within.collect()
}

fn schema(file: &File, stand: impl Fn(&Mutant) -> Stand) -> Schema {
    let mut branches = Branches::new();
    for mutant in mutant::all(std::slice::from_ref(file)) {
        if let Some((site, text)) = mutant.branch(file, stand(&mutant)) {
            branches.entry(site).or_default().push((mutant.id, text));
        }
    }
    render(file, &branches)
}

#[test]
fn operators_and_operands() {
    assert_eq!(mutations("a + b"), ["a - b", "a", "b", "-(a + b)"]);
    assert_eq!(mutations("a - b"), ["a + b", "b - a", "a", "b", "-(a - b)"]);
    assert_eq!(mutations("a * b"), ["a / b", "a", "b", "-(a * b)"]);
    assert_eq!(mutations("a / b"), ["a * b", "b / a", "a", "b", "-(a / b)"]);
    assert_eq!(mutations("a < b"), ["a <= b", "a > b"]);
    assert_eq!(mutations("a >= b"), ["a > b", "a <= b"]);
    assert_eq!(mutations("a == b"), ["a != b"]);
    assert_eq!(mutations("a || b"), ["a && b"]);
    assert_eq!(mutations("!a"), ["a"]);
    assert_eq!(mutations("-a"), ["a"]);
}

#[test]
fn the_operands_of_an_operand() {
    let outer = ["a - b - c", "(a - b)", "c", "-(a - b + c)"];
    let inner = ["a + b + c", "b - a + c", "a + c", "b + c", "-(a - b) + c"];
    assert_eq!(mutations("a - b + c"), [&outer[..], &inner].concat());
    assert_eq!(mutations("a && b && c")[1], "(a || b) && c");
}

#[test]
fn the_sign_of_a_product_changes_once() {
    let signs = |expression| {
        let all = mutations(expression).into_iter();
        all.filter(|line| line.contains("-(")).collect::<Vec<_>>()
    };
    assert_eq!(signs("a * b * c"), ["-(a * b * c)"]);
    assert_eq!(signs("a * (b + c)"), ["-(a * (b + c))"]);
    assert!(!signs("-(a * b)").contains(&"-(-(a * b))".to_owned()));
    assert_eq!(signs("|x| x * x"), ["|x| -(x * x)"]);
}

#[test]
fn numbers() {
    assert_eq!(mutations("2.0"), ["3.25"]);
    assert_eq!(mutations("0.0"), ["1.0"]);
    assert_eq!(mutations("1_f32"), ["2f32"]);
    assert_eq!(mutations("7usize"), ["8usize"]);
}

#[test]
fn calls() {
    assert_eq!(mutations("x.f()"), ["x"]);
    assert_eq!(mutations("x.f(y)"), ["x", "y.f(x)"]);
    assert_eq!(mutations("x.f(y, z)"), ["x", "x.f(z, y)"]);
    assert_eq!(mutations("x.f(y, y)"), ["x"]);
    assert_eq!(mutations("f(x)"), ["x"]);
    assert_eq!(mutations("f(x, y)"), ["f(y, x)"]);
    assert_eq!(mutations("|x| x.f()"), ["|x| -x.f()", "|x| x"]);
}

#[test]
fn conditions() {
    assert_eq!(mutations("if a.b { c }"), ["if !a.b { c }"]);
    assert_eq!(mutations("if a == b { c }"), ["if a != b { c }"]);
    assert_eq!(mutations("if let Some(a) = b { c }"), [""; 0]);
    assert_eq!(mutations("if a && let Some(b) = c { d }"), [""; 0]);
    let guard = "match a { b if c => d, _ => e }";
    assert_eq!(mutations(guard), ["match a { b if !c => d, _ => e }"]);
}

#[test]
fn what_is_left_alone() {
    for expression in [
        "a",
        "a[b]",
        "*a",
        "&a",
        "Some(a)",
        "f()",
        "\"a\"",
        "true",
        "panic!(\"{}\", 1 + 1)",
        "error::f(1 + 1)",
        "[a; 2]",
        "match a { 1 => b, _ => c }",
        "const { 1 + 1 }",
        "f::<2>()",
    ] {
        assert_eq!(mutations(expression), [""; 0], "{expression}");
    }
    let source = "const A: f64 = 1.0; const fn f() -> f64 { 1.0 } enum E { A = 1 }
        #[cfg(test)] mod tests { fn f() -> f64 { 1.0 } }";
    assert!(file(source).sites.is_empty());
}

#[test]
fn a_file_with_its_mutants() {
    let source = file("fn f() { let _ = a - g(b); }");
    let all = schema(&source, |_| Stand::Own);
    assert_eq!(
        all.text,
        "fn f() { let _ = (match crate::mutant::of(&[1, 2, 3, 4, 5]) { \
         0 => a - (match crate::mutant::of(&[6]) { 0 => g(b), 6 => b, _ => unreachable!() }), \
         1 => a + g(b), 2 => g(b) - a, 3 => a, 4 => g(b), 5 => -(a - g(b)), \
         _ => unreachable!() }); }"
    );
    let body = &all.bodies[0];
    assert_eq!(&all.text[..body.start], "fn f() ");
    assert_eq!(body.end, all.text.len());
    for (branch, id) in &all.branches {
        assert!(all.text[..branch.start].ends_with(&format!("{id} => ")));
    }
    assert_eq!(schema(&source, |_| Stand::Nowhere).text, source.text);
}

#[test]
fn a_mutant_of_another_type_stands_in_the_whole() {
    let source = file("fn f() { h * (a * b); }");
    let stand = |mutant: &Mutant| match mutant.text.as_str() {
        "a" => Stand::Whole,
        _ => Stand::Nowhere,
    };
    assert_eq!(
        schema(&source, stand).text,
        "fn f() { (match crate::mutant::of(&[6]) { 0 => { h * (a * b); }, 6 => { h * ((a)); }, \
         _ => unreachable!() }); }"
    );
}

#[test]
fn errors_are_about_the_mutants_that_they_are_in_or_around() {
    let source = file("fn f() { let _ = g(a).b(); }\nfn h() { let _ = k(c); }");
    let schema = schema(&source, |_| Stand::Own);
    let text = schema.text.clone();
    let files = [Compiled {
        path: &source.path,
        schema,
    }];
    let error = |part: &str| {
        let start = text.find(part).expect("it is there");
        Diagnostic {
            text: String::new(),
            places: vec![Place {
                file: source.path.clone(),
                range: start..start + part.len(),
                primary: true,
            }],
        }
    };
    let blamed = |parts: &[&str]| -> Vec<u32> {
        let errors: Vec<_> = parts.iter().map(|part| error(part)).collect();
        blame(&errors, &files).into_iter().collect()
    };
    let inner = "(match crate::mutant::of(&[2]) { 0 => g(a), 2 => a, _ => unreachable!() })";
    assert_eq!(blamed(&["a, _ =>"]), [2]);
    assert_eq!(blamed(&["g(a), _ =>"]), [1]);
    assert_eq!(blamed(&["g(a), 2"]), [2], "around");
    assert_eq!(
        blamed(&[inner]),
        [1],
        "a value that the site around it does not keep"
    );
    assert_eq!(blamed(&["let _"]), [1, 2], "on the line");
    assert_eq!(
        blamed(&["g(a), 2", "g(a), _"]),
        [2],
        "the first of a function"
    );
    assert_eq!(
        blamed(&["g(a), 2", "k(c), 3"]),
        [2, 3],
        "one of each function"
    );
}

#[test]
fn the_name_of_a_mutant_is_read_as_it_is_written() {
    let source = file("impl A for B<'_> { fn f() { f(a);\nf(a); } }");
    for mutant in mutant::all(&[source]) {
        let list = format!("# why\n\n{}\nA reason.\n", mutant.name);
        let names = equivalent::parse(&list).expect("it is an entry");
        assert_eq!(names, [mutant.name]);
    }
    assert!(
        equivalent::parse("f.rs: f\n- a\n+ b\n").is_err(),
        "no reason"
    );
}
