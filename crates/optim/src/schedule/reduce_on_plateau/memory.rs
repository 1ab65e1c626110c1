use tapegrad_nn::LoadProblem;

use super::{Settings, Threshold};

/// What a plateau remembers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) value: f64,
    /// `None` before there is one.
    pub(super) best: Option<f64>,
    /// Observations in a row without improvement.
    waited: usize,
    /// Observations until they are counted again.
    cooling: usize,
}

/// Version, value, best, waited, cooling.
pub(super) type State = (u32, f64, Option<f64>, usize, usize);

const VERSION: u32 = 1;

impl Memory {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            value: settings.initial,
            best: None,
            waited: 0,
            cooling: 0,
        }
    }

    /// Whether the value was reduced.
    pub(super) fn observe(&mut self, settings: &Settings, loss: f64) -> bool {
        if self.is_improved_by(settings, loss) {
            self.best = Some(loss);
            self.waited = 0;
        } else {
            self.waited = self.waited.saturating_add(1);
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.waited = 0;
        }
        if self.waited <= settings.patience {
            return false;
        }
        self.cooling = settings.cooldown;
        self.waited = 0;
        let reduced = (self.value * settings.factor).max(settings.minimum);
        let is_worth_it = self.value - reduced > settings.epsilon;
        if is_worth_it {
            self.value = reduced;
        }
        is_worth_it
    }

    fn is_improved_by(&self, settings: &Settings, loss: f64) -> bool {
        let (worst, maximize) = (f64::INFINITY, settings.maximize);
        let Some(best) = self.best else {
            return if maximize {
                loss > -worst
            } else {
                loss < worst
            };
        };
        let margin = match settings.threshold {
            Threshold::Relative(threshold) => threshold * best.abs(),
            Threshold::Absolute(threshold) => threshold,
        };
        if maximize {
            loss > best + margin
        } else {
            loss < best - margin
        }
    }

    pub(super) fn state(&self) -> State {
        (VERSION, self.value, self.best, self.waited, self.cooling)
    }

    pub(super) fn from_state(state: State) -> Result<Self, LoadProblem> {
        let (version, value, best, waited, cooling) = state;
        let malformed = |reason: String| Err(LoadProblem::Malformed { reason });
        if version != VERSION {
            return malformed(format!(
                "the state of a plateau has the version {version}; it must be {VERSION}"
            ));
        }
        if !(value.is_finite() && value >= 0.0) {
            return malformed(format!(
                "the value of a plateau is {value}; it must be finite and at least 0"
            ));
        }
        if best.is_some_and(f64::is_nan) {
            return malformed("the best loss of a plateau is NaN; it must be a number".to_owned());
        }
        Ok(Self {
            value,
            best,
            waited,
            cooling,
        })
    }
}
