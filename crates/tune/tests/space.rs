//! Ranges as a property, what is wrong with spaces, conditions, and strengths by name.

use rand::RngExt;
use tapegrad_nn::{Dense, Mlp, Module, Penalty, Strength, random};
use tapegrad_tune::{Range, Space, SpaceError, Value};

fn ranges() -> Vec<Range> {
    let least = f64::from_bits(1);
    let number = |low, high| {
        [
            Range::Linear { low, high },
            Range::Linear {
                low: -high,
                high: -low,
            },
        ]
    };
    let log = |low, high| Range::Log { low, high };
    let whole = |low, high| Range::Integer { low, high };
    let log_whole = |low, high| Range::LogInteger { low, high };
    let words = |n: usize| Range::Choice((0..n).map(|n| n.to_string()).collect());
    let linear = [
        number(0.0, 1.0),
        number(-3.0, 5.0),
        number(2.0, 2.0),
        number(0.0, least),
        number(1e10, 1e10 + 1.0),
        number(-f64::MAX, f64::MAX),
        number(1.0, f64::MAX),
    ];
    linear
        .into_iter()
        .flatten()
        .chain([
            log(1e-6, 1e-1),
            log(1.0, 1.0),
            log(1.0, 1.0 + f64::EPSILON),
            log(least, 1.0),
            log(least, f64::MAX),
            log(1e300, f64::MAX),
            whole(8, 64),
            whole(-1, 1),
            whole(0, 0),
            whole(i64::MAX, i64::MAX),
            whole(i64::MAX - 5, i64::MAX),
            whole(i64::MIN, i64::MIN + 2),
            whole(i64::MIN, i64::MAX),
            whole(0, 1 << 50),
            log_whole(1, 1),
            log_whole(1, 1024),
            log_whole(1000, 1_000_000),
            log_whole(1 << 40, 1 << 40),
            log_whole(1, i64::MAX),
            words(1),
            words(2),
            words(7),
        ])
        .collect()
}

/// Its bounds.
fn bounds(range: &Range) -> [Value; 2] {
    match *range {
        Range::Linear { low, high } | Range::Log { low, high } => [low, high].map(Value::Number),
        Range::Integer { low, high } | Range::LogInteger { low, high } => {
            [low, high].map(Value::Integer)
        }
        Range::Choice(ref words) => [0, words.len() - 1].map(Value::Choice),
    }
}

/// A number by which values of one range are in order.
fn rank(value: Value) -> f64 {
    match value {
        Value::Number(x) => x,
        Value::Integer(n) => n as f64,
        Value::Choice(n) => n as f64,
    }
}

#[test]
fn values_and_coordinates() {
    let mut stream = random::stream(1);
    for range in ranges() {
        let [low, high] = bounds(&range);
        assert_eq!([range.value(0.0), range.value(1.0)], [low, high], "{range}");
        let mut all: Vec<f64> = vec![0.0, f64::from_bits(1), 1e-17, 0.5, 1.0 - 1e-16, 1.0];
        all.extend((0..2000).map(|_| stream.random::<f64>()));
        all.extend((0..=1000).map(|n| n as f64 / 1000.0));
        all.sort_by(f64::total_cmp);
        let mut before = low;
        for u in all {
            let value = range.value(u);
            assert!(
                rank(before) <= rank(value) && rank(value) <= rank(high),
                "{range} at {u}"
            );
            if let (
                Value::Integer(n),
                Range::Integer { low, high } | Range::LogInteger { low, high },
            ) = (value, &range)
            {
                assert!((low..=high).contains(&&n), "{range} at {u}: {n}");
            }
            before = value;

            let back = range.coordinate(&value);
            assert!((0.0..=1.0).contains(&back), "{range}: {value:?} at {back}");
            let again = range.value(back);
            match (&range, value, again) {
                (Range::Linear { low, high }, Value::Number(x), Value::Number(y)) => {
                    let size = low.abs().max(high.abs());
                    assert!(
                        (x / 4.0 - y / 4.0).abs() <= size * f64::EPSILON,
                        "{range}: {x} {y}"
                    );
                }
                (Range::Log { low, high }, Value::Number(x), Value::Number(y)) => {
                    let size = low.ln().abs().max(high.ln().abs());
                    let off = (x.ln() - y.ln()).abs();
                    assert!(off <= 8.0 * size * f64::EPSILON, "{range}: {x} {y}");
                }
                (Range::Integer { low, high }, Value::Integer(n), Value::Integer(m)) => {
                    let off = n.abs_diff(m) as f64;
                    assert!(
                        off <= high.abs_diff(*low) as f64 / 2_f64.powi(51),
                        "{range}: {n} {m}"
                    );
                }
                (Range::LogInteger { .. }, Value::Integer(n), Value::Integer(m)) => {
                    let off = n.abs_diff(m) as f64;
                    assert!(off <= n as f64 / 2_f64.powi(41), "{range}: {n} {m}");
                }
                _ => assert_eq!(again, value, "{range}"),
            }
        }
    }
}

/// Each value that can be counted comes as often as each other, logarithms of numbers are as even as numbers.
#[test]
fn even() {
    let places = 7 * 8 * 9 * 10;
    for (low, high) in [(-3, 3), (1, 8), (0, 8), (i64::MAX - 9, i64::MAX)] {
        let range = Range::Integer { low, high };
        let mut counts = vec![0; (high - low + 1) as usize];
        for place in 0..places {
            match range.value((place as f64 + 0.5) / places as f64) {
                Value::Integer(n) => counts[(n - low) as usize] += 1,
                other => panic!("{other:?}"),
            }
        }
        let each = places / counts.len();
        assert!(
            counts.iter().all(|&count| count == each),
            "{range}: {counts:?}"
        );
    }
    for (low, high) in [(1e-6, 1e-1), (1.0, 1e300), (1e-300, 1e300)] {
        let range = Range::Log { low, high };
        for place in 0..=100 {
            let u = f64::from(place) / 100.0;
            let expected = low.log10() + u * (high.log10() - low.log10());
            match range.value(u) {
                Value::Number(x) => assert!((x.log10() - expected).abs() < 1e-12, "{range}: {x}"),
                other => panic!("{other:?}"),
            }
        }
    }
    // So many of the coordinates as its part of the logarithms, from half below to half above.
    let range = Range::LogInteger { low: 1, high: 10 };
    for n in 1..=10 {
        let edge = |x: f64| (x / 0.5).ln() / 21_f64.ln();
        let (first, last) = (edge(n as f64 - 0.5), edge(n as f64 + 0.5));
        for u in [
            first + 1e-9,
            range.coordinate(&Value::Integer(n)),
            last - 1e-9,
        ] {
            assert_eq!(range.value(u), Value::Integer(n));
        }
    }
}

#[test]
fn what_is_wrong() {
    let of = |space: Space| space.check().unwrap_err().to_string();
    let range = |range| of(Space::new().with("x", range));
    for (told, expected) in [
        (
            of(Space::new()),
            "the space has no dimension; there must be one at least",
        ),
        (
            range(Range::Linear {
                low: 1.0,
                high: 0.0,
            }),
            "the dimension `x`: 1..=0 is reversed; the lower bound must come first",
        ),
        (
            range(Range::Log {
                low: 1.0,
                high: 1e-3,
            }),
            "the dimension `x`: 1e0..=1e-3 by logarithms is reversed; the lower bound must come first",
        ),
        (
            range(Range::Integer { low: 3, high: 2 }),
            "the dimension `x`: 3..=2, whole is reversed; the lower bound must come first",
        ),
        (
            range(Range::LogInteger { low: 3, high: 2 }),
            "the dimension `x`: 3..=2, whole, by logarithms is reversed; the lower bound must come first",
        ),
        (
            range(Range::Log {
                low: 0.0,
                high: 1.0,
            }),
            "the dimension `x`: 0e0..=1e0 by logarithms has no logarithm at 0; both bounds must be above 0",
        ),
        (
            range(Range::Log {
                low: -1.0,
                high: 1.0,
            }),
            "the dimension `x`: -1e0..=1e0 by logarithms has no logarithm at -1; both bounds must be above 0",
        ),
        (
            range(Range::LogInteger { low: 0, high: 2 }),
            "the dimension `x`: 0..=2, whole, by logarithms has no logarithm at 0; both bounds must be above 0",
        ),
        (
            range(Range::Linear {
                low: f64::NAN,
                high: 1.0,
            }),
            "the dimension `x`: NaN..=1 has a bound that is not finite",
        ),
        (
            range(Range::Log {
                low: 1.0,
                high: f64::INFINITY,
            }),
            "the dimension `x`: 1e0..=inf by logarithms has a bound that is not finite",
        ),
        (
            range(Range::Choice(vec![])),
            "the dimension `x`: there is nothing to choose from",
        ),
        (
            of(Space::new().choice("x", ["a", "b", "a"])),
            "the dimension `x`: the word `a` is there twice",
        ),
        (
            of(Space::new().linear("x", 0.0..=1.0).choice("x", ["a"])),
            "the dimension `x` is there twice; each must have a name of its own",
        ),
        (
            of(Space::new().when("x", "a", |more| more.linear("y", 0.0..=1.0))),
            "a condition asks whether `x` is `a`; there must be a choice before it that has this word",
        ),
        (
            of(Space::new()
                .choice("x", ["b"])
                .when("x", "a", |more| more.linear("y", 0.0..=1.0))),
            "a condition asks whether `x` is `a`; there must be a choice before it that has this word",
        ),
        (
            of(Space::new()
                .linear("x", 0.0..=1.0)
                .when("x", "a", |more| more)),
            "a condition asks whether `x` is `a`; there must be a choice before it that has this word",
        ),
    ] {
        assert_eq!(told, expected);
    }
    // The first is told.
    let space = Space::new().log("a", -1.0..=1.0).linear("a", 0.0..=1.0);
    assert!(matches!(space.check(), Err(SpaceError::Range { name, .. }) if name == "a"));
    let inside = Space::new().choice("x", ["a"]).when("x", "a", |more| {
        more.with("n", Range::Integer { low: 2, high: 1 })
    });
    assert!(matches!(inside.check(), Err(SpaceError::Range { name, .. }) if name == "n"));
}

#[test]
fn conditions_of_conditions() {
    let space = Space::new()
        .choice("layer", ["dense", "none"])
        .when("layer", "dense", |dense| {
            dense
                .choice("penalty", ["l1", "l2"])
                .when("penalty", "l2", |l2| {
                    l2.log("lambda", 1e-6..=1.0).linear("share", 0.0..=1.0)
                })
        })
        .when("layer", "none", |none| none.integer("width", 1..=9));
    space.check().unwrap();
    for (at, names) in [
        ([0.1, 0.1, 0.5, 0.5, 0.5], vec!["layer", "penalty"]),
        (
            [0.1, 0.9, 0.5, 0.5, 0.5],
            vec!["layer", "penalty", "lambda", "share"],
        ),
        ([0.9, 0.1, 0.5, 0.5, 0.5], vec!["layer", "width"]),
        ([0.9, 0.9, 0.5, 0.5, 0.5], vec!["layer", "width"]),
    ] {
        let values = space.values(&at);
        let there: Vec<_> = values.iter().map(|(name, _)| name).collect();
        assert_eq!(there, names);
        assert!(names.iter().all(|name| values.has(name)));
    }
    assert_eq!(
        space.to_string(),
        "layer: dense | none\n\
         penalty: l1 | l2, if layer is dense\n\
         lambda: 1e-6..=1e0 by logarithms, if penalty is l2, if layer is dense\n\
         share: 0..=1, if penalty is l2, if layer is dense\n\
         width: 1..=9, whole, if layer is none\n"
    );
}

#[test]
fn strengths_by_name() {
    let (one, rising) = (
        Strength::new(0.1),
        Strength::scheduled(|step: usize| step as f64),
    );
    let model = Mlp::<f64>::new(&[2, 3, 3, 1])
        .penalize(0, Penalty::l1(&one) + Penalty::l2(0.2))
        .penalize(1, Penalty::l1(&one).proximal() + Penalty::l2(&rising))
        .penalize(2, Penalty::l2(0.3));
    let space = Space::new()
        .linear("x", 0.0..=1.0)
        .penalties(&model, 1e-4..=1e-2);
    let names: Vec<_> = space.dimensions().iter().map(|d| d.name()).collect();
    assert_eq!(
        names,
        [
            "x",
            "layers.0.weight L1",
            "layers.0.weight L2",
            "layers.2.weight L2"
        ]
    );

    let before: Vec<_> = model
        .layers
        .iter()
        .map(|l| l.weight.penalty.to_string())
        .collect();
    let mut own = model.clone();
    space.values(&[0.5, 0.0, 1.0, 0.0]).penalize(&mut own);
    let penalties: Vec<_> = own
        .layers
        .iter()
        .map(|l| l.weight.penalty.to_string())
        .collect();
    assert_eq!(penalties[0], "L1 0.0001 + L2 0.01");
    assert!(penalties[1].contains("L1 0.0001 (proximal)") && penalties[1].contains("L2 scheduled"));
    assert_eq!(penalties[2], "L2 0.0001");
    // Shared with nobody else, and among its layers as it was.
    let again: Vec<_> = model
        .layers
        .iter()
        .map(|l| l.weight.penalty.to_string())
        .collect();
    assert_eq!(again, before);
    own.layers[0].weight.penalty.terms()[0].strength().set(0.5);
    assert!(
        own.layers[1]
            .weight
            .penalty
            .to_string()
            .contains("L1 0.5 (proximal)")
    );
    assert_eq!(one.at(0), 0.1);

    // Some of them by hand.
    let mut layer = Dense::<f32>::new(2, 1).penalize(Penalty::l1(0.1) + Penalty::l2(0.1));
    let space = Space::new().log("weight L2", 1e-3..=1e-3);
    space.values(&[0.5]).penalize(&mut layer);
    assert_eq!(layer.weight.penalty.to_string(), "L1 0.1 + L2 0.001");
    assert_eq!(layer.parameters().len(), 2);
}

/// Where the condition of the penalties does not hold the model keeps its own strengths.
#[test]
fn strengths_on_a_condition() {
    let model = Dense::<f64>::new(2, 1).penalize(Penalty::l2(0.1));
    let space = Space::new()
        .choice("form", ["own", "searched"])
        .when("form", "searched", |more| {
            more.penalties(&model, 1e-3..=1e-3)
        });
    for (form, expected) in [(0.25, "L2 0.1"), (0.75, "L2 0.001")] {
        let mut own = model.clone();
        space.values(&[form, 0.5]).penalize(&mut own);
        assert_eq!(own.weight.penalty.to_string(), expected);
    }
}
