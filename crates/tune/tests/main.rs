//! The tests of this crate in one program, for what they share is then compiled once.

mod against_random;
mod every_kind;
mod evidence;
mod lasso;
mod model_selection;
mod networks;
mod paths;
mod problem;
mod ridge;
mod searches;
mod searching;
mod space;
mod study;
mod tuner;
mod validation;

use std::collections::BTreeSet;
use std::fs;

/// Every file beside this one is a module of it: Cargo looks for none.
#[test]
fn no_file_is_missing() {
    let apart = ["main.rs"];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let files: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|file| !apart.contains(&file.as_str()))
        .filter_map(|file| file.strip_suffix(".rs").map(str::to_owned))
        .collect();
    let modules: BTreeSet<_> = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert_eq!(files, modules, "left: files, right: modules");
}
