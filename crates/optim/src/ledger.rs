//! Who is shrunk by what, and by how much.

mod changes;
mod lint;

use std::fmt;

use tapegrad_autodiff::{Element, IntoValue};
use tapegrad_nn::penalty::Acts;
use tapegrad_nn::{Module, Name, Param, Role};

use crate::decay::Pull;
use crate::lift;
use crate::state::State;
use crate::{Optimizer, ParamGroup, Rule};
pub use changes::{Change, Changes};
pub use lint::{Lint, Warning};

/// What pulls at each parameter of a model besides its data: penalties, decay, constraints, and how
/// strong they are together with the optimizer's rule.
///
/// Printed, it is a table with [lints](Ledger::warnings) below it.
///
/// ```
/// use tapegrad_nn::{Mlp, Penalty};
/// use tapegrad_optim::{Decay, Ledger, Sgd};
///
/// let model = Mlp::<f32>::new(&[2, 3, 1]).penalize(0, Penalty::l2(1e-2));
/// let ledger = Ledger::of(&model, &Sgd::new(0.1).decay(Decay::decoupled(0.5)));
/// let row = &ledger.rows[0];
/// assert_eq!((row.penalty.as_str(), row.decay.as_str()), ("L2 0.01", "decoupled 0.5"));
/// assert!((row.shrinkage.unwrap() - (0.1 * 0.02 + 0.1 * 0.5)).abs() < 1e-7);
/// assert_eq!(ledger.warnings[0].to_string(),
///     "layers.0.weight: an L2 penalty and decay pull at one weight; mostly one of them is meant");
/// println!("{ledger}");
/// ```
#[derive(Clone, Debug)]
pub struct Ledger {
    /// A line for each parameter, in the order of the visit.
    pub rows: Vec<Row>,
    /// What looks like a mistake.
    pub warnings: Vec<Warning>,
}

/// A line of a [`Ledger`].
#[derive(Clone, Debug)]
pub struct Row {
    /// Of the parameter.
    pub name: String,
    /// Of the parameter.
    pub shape: Vec<usize>,
    /// Of the parameter.
    pub role: Role,
    /// Whether the optimizer changes it.
    pub trainable: bool,
    /// Its penalty, as it prints.
    pub penalty: String,
    /// The learning rate of the next step, if it is trained.
    pub learning_rate: Option<f64>,
    /// Its decay, as it prints.
    pub decay: String,
    /// The groups of the optimizer that it is in, as they print.
    pub groups: Vec<String>,
    /// Its constraint, as it prints.
    pub constraint: String,
    /// The part of a weight that the next step takes away by L2 penalties and decay: `t (2 λ₂ + k)`,
    /// `lr k` of decoupled decay and `k` of what is independent, and what is left is divided by `1 + 2 λ₂ t` if L2 is proximal; with the mean over
    /// the parameter of the reach `t` (the learning rate times how far the rule goes for each unit of
    /// gradient). Unknown before the first step of a rule that remembers, and of one that is scaled by norms.
    pub shrinkage: Option<f64>,
}

impl Row {
    /// After how many such steps a weight without other pull is half; `None` if it is not shrunk or its
    /// shrinkage is unknown.
    pub fn half_life(&self) -> Option<f64> {
        let shrinkage = self.shrinkage.filter(|shrinkage| *shrinkage > 0.0)?;
        Some(if shrinkage < 1.0 {
            0.5_f64.ln() / (-shrinkage).ln_1p()
        } else {
            0.0
        })
    }
}

impl Ledger {
    /// The ledger of a model and the optimizer that trains it, as both are now.
    ///
    /// # Panics
    /// If a strength with a schedule is negative or not finite at the optimizer's step.
    pub fn of<R: Rule, T: Element>(
        model: &(impl Module<T> + ?Sized),
        optimizer: &Optimizer<R, T>,
    ) -> Self {
        let (mut rows, mut warnings) = (Vec::new(), Vec::new());
        model.visit(Name::root(), &mut |name, param| {
            let state = optimizer.state_of(name, param);
            let settings = state.settings.as_ref().expect("it was looked up");
            let is_statistic = param.role == Role::Statistic;
            let having =
                |group: &&ParamGroup<R>| !is_statistic && group.has(&name.to_string(), param.role);
            let groups = optimizer.groups.iter().filter(having);
            let row = Row {
                shape: param.value.shape().to_vec(),
                role: param.role,
                trainable: param.is_trained(),
                penalty: param.penalty.to_string(),
                learning_rate: param
                    .is_trained()
                    .then(|| settings.rate(optimizer.learning_rate(), optimizer.steps)),
                decay: settings.decay.to_string(),
                constraint: param
                    .constraint
                    .map_or("none".to_owned(), |set| set.to_string()),
                shrinkage: shrinkage(optimizer, &state, param),
                groups: groups.map(ParamGroup::to_string).collect(),
                name: name.to_string(),
            };
            if param.is_trained() {
                warnings.extend(lint::of(&row, param, &settings.decay));
            }
            rows.push(row);
        });
        for group in &optimizer.groups {
            let name = group.to_string();
            if !rows.iter().any(|row: &Row| row.groups.contains(&name)) {
                warnings.push(lint::of_nobody(&name, "the group has no parameter"));
            }
        }
        Self { rows, warnings }
    }

    /// Adds a warning if inputs `[rows, features]` are penalised by the first weight, and have not mean 0 and
    /// variance 1: a penalty then depends on the units in which they are measured.
    pub fn with_inputs<T: Element>(mut self, x: impl IntoValue<T>) -> Self {
        let x = x.into_value();
        let mut trained = self.rows.iter().filter(|row| row.trainable);
        let weight = trained.find(|row| row.role == Role::Weight);
        let penalised = weight.filter(|row| row.penalty != "none" || row.decay != "none");
        self.warnings
            .extend(penalised.and_then(|row| lint::of_inputs(&row.name, &x)));
        self
    }

    /// Adds a warning for each pattern that no name of a parameter matches; see [`tapegrad_nn::matches`].
    pub fn with_patterns(mut self, patterns: &[&str]) -> Self {
        for pattern in patterns {
            if !self
                .rows
                .iter()
                .any(|row| tapegrad_nn::matches(pattern, &row.name))
            {
                let detail = "the pattern matches no parameter";
                self.warnings.push(lint::of_nobody(pattern, detail));
            }
        }
        self
    }
}

/// The part of a parameter that the next step takes away.
fn shrinkage<R: Rule, T: Element>(
    optimizer: &Optimizer<R, T>,
    state: &State<R, T>,
    param: &Param<T>,
) -> Option<f64> {
    if !param.is_trained() {
        return None;
    }
    let settings = state.settings.as_ref()?;
    let mut step = optimizer.next_step(state, &settings.decay);
    // What is remembered is as the last step has left it.
    step.at = lift::at(step.rule, state.steps.max(1));
    let lr = step.lr.wide();
    let (coupled, beside) = match step.pull {
        Pull::None => (0.0, 0.0),
        Pull::Coupled(k) => (k.wide(), 0.0),
        Pull::Decoupled(k) => (0.0, lr * k.wide()),
        Pull::Independent(k) => (0.0, k.wide()),
    };
    let (in_loss, proximal) = l2_strengths(param, optimizer.steps);
    let is_pulled = !matches!(step.pull, Pull::None) || in_loss + proximal > 0.0;
    if step.rule.is_scaled_by_norm() && is_pulled {
        return None;
    }
    if coupled + in_loss + proximal == 0.0 {
        return Some(beside);
    }
    if state.steps == 0 && optimizer.rule.slots() > 0 {
        return None;
    }
    let mut reach = vec![T::zero(); param.value.len()];
    let none = vec![T::zero(); param.value.len()];
    step.reaches(&none, &state.slots, &mut reach);
    let mean = reach.iter().map(|t| t.wide()).sum::<f64>() / reach.len().max(1) as f64;
    let left = 1.0 - mean * (2.0 * in_loss + coupled) - beside;
    Some(1.0 - left / (1.0 + 2.0 * proximal * mean))
}

/// The sums of the strengths of L2 penalties in the loss and as steps.
fn l2_strengths<T: Element>(param: &Param<T>, step: usize) -> (f64, f64) {
    let (mut in_loss, mut proximal) = (0.0, 0.0);
    for term in param.penalty.terms() {
        let strength = term.strength().at(step);
        if let Some([_, Some(l2)]) = term.form().elastic_net(strength) {
            match term.acts() {
                Acts::InLoss => in_loss += l2,
                Acts::Proximal => proximal += l2,
            }
        }
    }
    (in_loss, proximal)
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "parameter",
            "shape",
            "penalty",
            "rate",
            "decay",
            "constraint",
            "L2 + decay",
            "half-life",
            "groups",
        ];
        let number = |x: Option<String>| x.unwrap_or("–".to_owned());
        let mut table = vec![head.map(str::to_owned)];
        for row in &self.rows {
            let frozen = match row.role {
                Role::Statistic => " (statistic)",
                _ if row.trainable => "",
                _ => " (frozen)",
            };
            table.push([
                format!("{}{frozen}", row.name),
                format!("{:?}", row.shape),
                row.penalty.clone(),
                number(row.learning_rate.map(|lr| format!("{lr:.1e}"))),
                row.decay.clone(),
                row.constraint.clone(),
                number(row.shrinkage.map(|part| format!("{part:.1e}"))),
                number(row.half_life().map(|steps| format!("{steps:.0}"))),
                row.groups.join(", "),
            ]);
        }
        let widths: [usize; 9] = std::array::from_fn(|column| {
            table
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        });
        for row in &table {
            let cells = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}
