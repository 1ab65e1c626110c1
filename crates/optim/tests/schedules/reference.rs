//! The values of PyTorch and optax.

use std::collections::BTreeSet;

use super::fixture::{assert_near, numbers, optax, pytorch};
use super::table::table;

/// Every row has values there, and all values there have a row.
#[test]
fn values_are_those_of_pytorch_and_optax() {
    let fixtures = [pytorch(), optax()];
    let schedules = fixtures
        .iter()
        .flat_map(|fixture| fixture["schedules"].as_object().unwrap());
    let (table, mut compared) = (table(), BTreeSet::new());
    for (name, values) in schedules {
        let row = table.iter().find(|row| row.name == name);
        let row = row.unwrap_or_else(|| panic!("`{name}` has no row"));
        let theirs = numbers(values);
        let ours: Vec<_> = (0..theirs.len()).map(|t| row.schedule.at(t)).collect();
        assert_near(name, &ours, &theirs);
        compared.insert(row.name);
    }
    for row in &table {
        assert!(compared.contains(row.name), "`{}` has no values", row.name);
    }
    assert_eq!(compared.len(), table.len(), "names are distinct");
}
