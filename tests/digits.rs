//! What the README says of the digits, for five seeds.

#[allow(dead_code)]
#[path = "../examples/digits.rs"]
mod example;

use example::{REGULARISERS, fit, read};

#[test]
fn five_of_five_seeds() {
    let (train, test) = read().unwrap();
    assert_eq!((train.rows(), test.rows()), (1347, 450));
    let regulariser = |name: &str| {
        let mut all = REGULARISERS.iter();
        all.find(|(own, _)| *own == name).unwrap().1
    };
    let rows = |name: &str| {
        let seeds = 0..5;
        seeds
            .map(|seed| {
                fit(regulariser(name)(seed), seed, 30, (&train, &test))
                    .unwrap()
                    .0
            })
            .collect::<Vec<_>>()
    };
    for row in rows("none") {
        assert!(row.test_accuracy >= Some(0.975), "{row:?}");
    }
    for row in rows("L1 1e-3 proximal") {
        assert!(
            row.test_accuracy >= Some(0.96) && row.zeros >= Some(0.7),
            "{row:?}"
        );
    }
}
