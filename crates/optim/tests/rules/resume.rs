//! Training goes on in another process as if nothing had happened: 40 steps are 20, a file, a new process and
//! 20 more, to the byte, for every rule with every schedule.

use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::Array2;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{
    BatchNorm, Checkpoint, Loss, Mlp, Module, Penalty, Scope, Section, Strength, loss,
};
use tapegrad_optim::schedule::ReduceOnPlateau;
use tapegrad_optim::*;

use crate::schedules::table as schedules;

/// Where the other process finds what was saved.
const FOLDER: &str = "TAPEGRAD_RESUMED_FROM";

const STEPS: usize = 40;

/// What a run consists of.
struct Run<R> {
    model: Mlp<f64>,
    optimizer: Optimizer<R, f64>,
    plateau: Option<ReduceOnPlateau>,
}

impl<R: Rule> Run<R> {
    /// With the schedule at a place of the table; the rate of each rule is at its start, or near it.
    fn new(mut optimizer: Optimizer<R, f64>, place: usize) -> Self {
        let rate = optimizer.learning_rate();
        let schedules::Row { name, schedule, .. } = schedules::table().swap_remove(place);
        let plateau =
            (name == "plateau").then(|| ReduceOnPlateau::new(1.0).patience(2).factor(0.7));
        let handle = plateau.clone();
        optimizer.set_learning_rate(move |step: usize| match &handle {
            Some(plateau) => rate * plateau.value(),
            None => rate * schedule.at(step),
        });
        let falling = Strength::scheduled(|step: usize| 0.01 / (1 + step) as f64);
        Self {
            model: Mlp::new(&[3, 4, 2])
                .normalize(BatchNorm::new)
                .penalize(0, Penalty::l1(1e-3).proximal())
                .seed(1),
            optimizer: optimizer.decay(Decay::decoupled(falling)),
            plateau,
        }
    }

    fn go_on(&mut self, steps: usize) {
        let mut tape = Tape::new();
        for step in self.optimizer.steps()..self.optimizer.steps() + steps {
            let wave = |columns| {
                Array2::from_shape_fn([5, columns], |(i, j)| {
                    (1.7 * (step + 3 * i + 7 * j) as f64).sin()
                })
            };
            let on = Scope::train(&tape).at_step(step);
            let y = self.model.forward(&on, on.input(wave(3)));
            let loss = loss::SquaredError.mean(y, wave(2)) + self.model.penalty(&on);
            let (number, gradients) = (loss.item(), on.backward(loss));
            tape.clear();
            self.optimizer.step(&mut self.model, &gradients);
            if let Some(plateau) = &self.plateau {
                plateau.observe(number);
            }
        }
    }

    fn save(&self, checkpoint: Checkpoint, name: &str) -> Checkpoint {
        let checkpoint = checkpoint
            .with(&format!("{name}: model"), Section::of(&self.model))
            .with(
                &format!("{name}: optimizer"),
                self.optimizer.save(&self.model),
            );
        match &self.plateau {
            Some(plateau) => checkpoint.with(&format!("{name}: plateau"), plateau.save()),
            None => checkpoint,
        }
    }

    fn load(&mut self, checkpoint: &Checkpoint, name: &str) {
        let section = |what: &str| checkpoint.section(&format!("{name}: {what}")).unwrap();
        section("model").load_into(&mut self.model).unwrap();
        self.optimizer
            .load(section("optimizer"), &self.model)
            .unwrap();
        if let Some(plateau) = &self.plateau {
            plateau.load(section("plateau")).unwrap();
        }
    }
}

/// The part of a run that a process does.
#[derive(Clone, Copy)]
enum Part<'a> {
    Whole,
    First,
    Second { from: &'a Checkpoint },
}

/// The states of all runs after a part of them.
fn after(part: Part<'_>) -> Checkpoint {
    fn of_rule<R: Rule>(
        mut states: Checkpoint,
        part: Part<'_>,
        rule: &str,
        optimizer: Optimizer<R, f64>,
    ) -> Checkpoint {
        for (place, row) in schedules::table().iter().enumerate() {
            let name = format!("{rule}, {}", row.name);
            let mut run = Run::new(optimizer.clone(), place);
            match part {
                Part::Whole => run.go_on(STEPS),
                Part::First => run.go_on(STEPS / 2),
                Part::Second { from } => {
                    run.load(from, &name);
                    run.go_on(STEPS / 2);
                }
            }
            states = run.save(states, &name);
        }
        states
    }
    let mut states = Checkpoint::new();
    every_rule!(
        |rule, optimizer| states = of_rule(std::mem::take(&mut states), part, rule, optimizer)
    );
    states
}

#[test]
fn in_a_new_process() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return second(&PathBuf::from(folder));
    }
    let folder = std::env::temp_dir().join(format!("tapegrad-resume-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    after(Part::First).write(folder.join("first")).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "rules::resume::in_a_new_process"])
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stderr)
    );
    let second = Checkpoint::read(folder.join("second")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();

    let whole = after(Part::Whole);
    assert_eq!(whole.to_bytes(), second.to_bytes());
    // Every rule with every schedule was there, and the second half has changed something.
    let names: Vec<_> = whole.sections().map(|(name, _)| name).collect();
    assert!(
        names.len() >= 2 * 20 * schedules::table().len(),
        "{}",
        names.len()
    );
    assert!(names.contains(&"adam, one cycle: optimizer"), "{names:?}");
    assert_ne!(whole.to_bytes(), after(Part::First).to_bytes());
}

/// What the other process does.
fn second(folder: &Path) {
    let first = Checkpoint::read(folder.join("first")).unwrap();
    after(Part::Second { from: &first })
        .write(folder.join("second"))
        .unwrap();
}
