//! What holds for every schedule.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;
use tapegrad_optim::Schedule;
use tapegrad_optim::schedule::{
    Cosine, CosineRestarts, Exponential, Linear, MultiStep, OneCycle, Polynomial, Step, Warmup,
};

use super::table::table;

/// Steps far beyond any training.
const LATE: [usize; 7] = [
    u32::MAX as usize,
    u32::MAX as usize + 1,
    1 << 53,
    (1 << 53) + 1,
    usize::MAX / 2,
    usize::MAX - 1,
    usize::MAX,
];

#[test]
fn values_are_finite_and_not_negative() {
    for row in table() {
        for step in (0..=10_000).chain(LATE) {
            let value = row.schedule.at(step);
            let fits = value.is_finite() && value >= 0.0;
            assert!(fits, "{}, step {step}: {value}", row.name);
        }
    }
}

/// The value depends on nothing but the step: asked in any order and again it has the same bits.
#[test]
fn schedules_are_pure() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for row in table() {
        let mut steps: Vec<_> = (0..500).chain(LATE).collect();
        let bits = |step: &usize| row.schedule.at(*step).to_bits();
        let in_order: Vec<_> = steps.iter().map(bits).collect();
        let mut pairs: Vec<_> = steps.iter().copied().zip(in_order).collect();
        steps.reverse();
        pairs.shuffle(&mut random);
        steps.iter().for_each(|step| _ = bits(step));
        for (step, expected) in pairs {
            assert_eq!(bits(&step), expected, "{}, step {step}", row.name);
        }
    }
}

/// What has an end stays there, exactly.
#[test]
fn last_values_stay() {
    let cycle = OneCycle::new(0.3, 70).ends(0.1, 0.07);
    let ending: [(&str, usize, Box<dyn Schedule>); 6] = [
        ("linear", 70, Box::new(Linear::new(0.3, 0.07, 70))),
        (
            "polynomial",
            70,
            Box::new(Polynomial::new(0.3, 0.07, 70, 0.3)),
        ),
        ("cosine", 70, Box::new(Cosine::new(0.3, 0.07, 70))),
        ("one cycle", 69, Box::new(cycle)),
        (
            "one cycle, three phases",
            69,
            Box::new(cycle.three_phases()),
        ),
        (
            "warm-up",
            80,
            Box::new(Warmup::new(10, Cosine::new(0.3, 0.07, 70))),
        ),
    ];
    for (name, end, schedule) in ending {
        assert_ne!(schedule.at(end - 1), 0.07, "{name}");
        for step in (end..end + 500).chain(LATE) {
            assert_eq!(schedule.at(step), 0.07, "{name}, step {step}");
        }
    }
}

/// The `i`-th period starts after `3 (1 + 2 + … + 2ⁱ⁻¹)` steps.
#[test]
fn restarts_are_exact_however_late() {
    let lr = CosineRestarts::new(1.0, 0.0, 3).period_factor(2);
    for period in 0..60 {
        let start = 3 * ((1_usize << period) - 1);
        assert_eq!(lr.at(start), 1.0, "period {period}");
        assert!(start == 0 || lr.at(start - 1) < 0.3, "period {period}");
    }
}

/// Phases that are shorter than a step, of cycles of a few.
#[test]
fn short_cycles() {
    for steps in 1..12 {
        for share in [0.0, 0.01, 0.1, 0.25, 1.0 / 3.0, 0.5] {
            let two = OneCycle::new(1.0, steps).rising(share);
            for lr in [
                two,
                two.linear(),
                two.three_phases(),
                two.three_phases().linear(),
            ] {
                for step in 0..steps + 2 {
                    let value = lr.at(step);
                    assert!((0.0..=1.0).contains(&value), "{lr:?}, step {step}: {value}");
                }
            }
        }
    }
    // One step of rising, where PyTorch divides by 0.
    assert_eq!(OneCycle::new(1.0, 4).rising(0.25).at(0), 1.0);
}

/// Growth without bound ends at ∞ and not at NaN, and 0 stays 0.
#[test]
fn growth() {
    for (initial, end) in [(0.0, 0.0), (1e-3, f64::INFINITY)] {
        for schedule in [
            &Exponential::new(initial, 1.5) as &dyn Schedule,
            &Step::new(initial, 1.5, 2),
        ] {
            assert!(LATE.iter().all(|&step| schedule.at(step) == end));
        }
    }
    assert_eq!(MultiStep::new(0.0, f64::MAX, &[1, 2, 3]).at(3), 0.0);
}

#[test]
fn no_warm_up() {
    let (lr, warmed) = (
        Step::new(0.3, 0.5, 3),
        Warmup::new(0, Step::new(0.3, 0.5, 3)),
    );
    (0..10).for_each(|step| assert_eq!(warmed.at(step), lr.at(step)));
}

#[test]
fn no_schedule_is_missing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/schedule");
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let file = file.trim_end_matches(".rs");
        assert!(
            table().iter().any(|row| row.file == file),
            "{file} has no row"
        );
    }
}
