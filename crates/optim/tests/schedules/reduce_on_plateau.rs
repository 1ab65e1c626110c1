//! The schedule with a memory.

use std::thread;

use tapegrad_nn::{Checkpoint, Section};
use tapegrad_optim::schedule::{Cosine, Product, ReduceOnPlateau};
use tapegrad_optim::{Schedule, Sgd};

use super::fixture::{assert_near, numbers, pytorch};

fn plateaus() -> Vec<(&'static str, ReduceOnPlateau)> {
    let new = || ReduceOnPlateau::new(0.3);
    vec![
        ("usual", new()),
        ("impatient", new().patience(0).factor(0.7)),
        ("cooling", new().patience(2).factor(0.5).cooldown(5)),
        (
            "absolute",
            new().patience(3).factor(0.5).absolute_threshold(0.01),
        ),
        (
            "negative, absolute",
            new().patience(3).factor(0.5).absolute_threshold(0.01),
        ),
        (
            "relative",
            new().patience(4).factor(0.3).relative_threshold(0.05),
        ),
        (
            "maximize",
            new()
                .maximize()
                .patience(2)
                .factor(0.6)
                .relative_threshold(0.02),
        ),
        (
            "maximize, absolute",
            new()
                .maximize()
                .patience(2)
                .factor(0.6)
                .absolute_threshold(0.02),
        ),
        ("minimum", new().patience(1).factor(0.5).minimum(0.02)),
        ("epsilon", new().patience(1).factor(0.5).epsilon(0.03)),
        ("missing", new().patience(3).factor(0.5).cooldown(1)),
        ("nothing but missing", new().patience(5).factor(0.5)),
    ]
}

#[test]
fn values_are_those_of_pytorch() {
    let fixture = pytorch();
    let theirs = fixture["plateaus"].as_object().unwrap();
    assert_eq!(theirs.len(), plateaus().len());
    for (name, plateau) in plateaus() {
        let theirs = &theirs[name];
        let mut before = plateau.value();
        let observe = |loss| {
            let reduced = plateau.observe(loss);
            assert_eq!(reduced, plateau.value() < before, "{name}");
            before = plateau.value();
            before
        };
        let ours: Vec<_> = numbers(&theirs["losses"])
            .into_iter()
            .map(observe)
            .collect();
        assert!(ours.last() < Some(&0.3), "{name}: nothing is tested");
        assert_near(name, &ours, &numbers(&theirs["values"]));
    }
}

/// Saved after any number of losses and restored, what follows is the same.
#[test]
fn a_restored_plateau_goes_on() {
    let fixture = pytorch();
    for (name, whole) in plateaus() {
        let losses = numbers(&fixture["plateaus"][name]["losses"]);
        for split in (0..losses.len()).step_by(7) {
            let first = plateaus().into_iter().find(|row| row.0 == name).unwrap().1;
            losses[..split]
                .iter()
                .for_each(|&loss| _ = first.observe(loss));
            let bytes = Checkpoint::new().with("plateau", first.save()).to_bytes();
            let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
            let second = plateaus().into_iter().find(|row| row.0 == name).unwrap().1;
            second.load(checkpoint.section("plateau").unwrap()).unwrap();
            for &loss in &losses[split..] {
                assert_eq!(first.observe(loss), second.observe(loss), "{name}, {split}");
                assert_eq!(first.value().to_bits(), second.value().to_bits());
                assert_eq!(first.best(), second.best(), "{name}, {split}");
            }
        }
        assert_eq!(whole.best(), None);
    }
}

#[test]
fn what_is_no_memory_changes_nothing() {
    type State = (f64, Option<f64>, u64, u64);
    let plateau = ReduceOnPlateau::new(0.3).patience(2);
    plateau.observe(1.0);
    plateau.observe(2.0);
    let section = |state: &State| {
        let mut section = Section::new();
        section.set_state_of("ReduceOnPlateau", 1, state);
        section
    };
    let remembered = || -> State { plateau.save().state_of("ReduceOnPlateau", 1).unwrap() };
    let good = remembered();
    assert_eq!(good, (0.3, Some(1.0), 1, 0));
    let refused: [(State, &str); 5] = [
        (
            (f64::NAN, good.1, 1, 0),
            "the file is malformed: the value of a plateau is NaN; it must be finite and at least 0",
        ),
        (
            (f64::INFINITY, good.1, 1, 0),
            "the file is malformed: the value of a plateau is inf; it must be finite and at least 0",
        ),
        (
            (-0.1, good.1, 1, 0),
            "the file is malformed: the value of a plateau is -0.1; it must be finite and at least 0",
        ),
        (
            (good.0, Some(f64::NAN), 1, 0),
            "the file is malformed: the best loss of a plateau is NaN; it must be a number",
        ),
        (
            (good.0, good.1, u64::MAX, 0),
            "the file is malformed: the number of observations without improvement is 18446744073709551615; it must be at most 9007199254740992",
        ),
    ];
    for (state, told) in refused {
        let problem = plateau.load(&section(&state)).unwrap_err();
        assert_eq!(problem.to_string(), told);
        assert_eq!(remembered(), good);
    }
    let mut other = Section::new();
    for bytes in [&[][..], &[1; 7], &[1; 100]] {
        other.set_state_of("ReduceOnPlateau", 1, bytes);
        assert!(plateau.load(&other).is_err());
        assert_eq!(remembered(), good);
    }
    other.set_state_of("ReduceOnPlateau", 2, &good);
    let problem = plateau.load(&other).unwrap_err().to_string();
    assert_eq!(
        problem,
        "the state of ReduceOnPlateau in the file has version 2; this program reads version 1"
    );
    assert_eq!(remembered(), good);
}

/// PyTorch's relative threshold takes a negative loss that stays for an improvement; ours does not.
#[test]
fn negative_losses_that_stay_are_no_improvement() {
    for (plateau, loss) in [
        (ReduceOnPlateau::new(1.0).patience(0), -2.0),
        (ReduceOnPlateau::new(1.0).patience(0).maximize(), -2.0),
        (ReduceOnPlateau::new(1.0).patience(0), 0.0),
    ] {
        assert!(!plateau.observe(loss));
        assert!(plateau.observe(loss));
    }
}

/// The worst that there is is no improvement on nothing, and nothing improves on the best that there is.
#[test]
fn infinite_losses() {
    for (plateau, sign) in [
        (ReduceOnPlateau::new(1.0), 1.0),
        (ReduceOnPlateau::new(1.0).maximize(), -1.0),
    ] {
        let plateau = plateau.patience(1);
        assert!(!plateau.observe(sign * f64::INFINITY));
        assert_eq!(plateau.best(), None);
        assert!(plateau.observe(f64::NAN));
        assert!(!plateau.observe(-sign * f64::INFINITY));
        assert_eq!(plateau.best(), Some(-sign * f64::INFINITY));
        assert!(!plateau.observe(-sign * f64::INFINITY));
        assert!(plateau.observe(-sign));
    }
}

/// One plateau for the optimizer and for who observes, also from another thread; a setting parts them.
#[test]
fn clones_are_the_same_plateau() {
    let plateau = ReduceOnPlateau::new(0.4).patience(0).factor(0.5);
    let rate = Product::new(plateau.clone(), Cosine::new(1.0, 0.5, 10));
    let optimizer = Sgd::new::<f32>(rate.clone());
    let other = plateau.clone().patience(0);
    let observer = plateau.clone();
    thread::spawn(move || [1.0, 1.0].map(|loss| observer.observe(loss)))
        .join()
        .unwrap();
    assert_eq!((plateau.at(0), plateau.at(usize::MAX)), (0.2, 0.2));
    assert_eq!(optimizer.learning_rate(), 0.2);
    assert_eq!(rate.at(10), 0.1);
    assert_eq!(other.value(), 0.4);
}
