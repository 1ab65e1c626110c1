//! The published two-moons table, from five starts.

#[expect(dead_code, reason = "the example's own main and pictures")]
#[path = "../examples/two_moons.rs"]
mod example;

use example::{Row, fit, read};

/// λ, test accuracy as published, and ‖W₁‖ of an independent run in numpy over 30 starts.
const TABLE: [(f64, f64, f64); 4] = [
    (0.0, 0.9143, 11.97),
    (1e-6, 0.9143, 11.72),
    (1e-4, 0.9286, 6.16),
    (1e-3, 0.9429, 3.24),
];

#[test]
fn table_of_five_seeds() {
    let (train, test) = read().unwrap();
    assert_eq!((train.rows(), test.rows()), (30, 70));
    let rows = |seed: u64| {
        TABLE.map(|(strength, accuracy, norm)| {
            let row = Row::of(strength, &fit(strength, seed, 4000, &train), &train, &test);
            assert_eq!(row.train_accuracy, 1.0, "seed {seed}: {row:?}");
            assert_eq!(
                (row.test_accuracy * 1e4).round() / 1e4,
                accuracy,
                "seed {seed}: {row:?}"
            );
            assert!(
                (row.norm / norm - 1.0).abs() < 0.1,
                "seed {seed}: {row:?}, norm {norm}"
            );
        })
    };
    std::thread::scope(|scope| (1..=5).for_each(|seed| drop(scope.spawn(move || rows(seed)))));
}
