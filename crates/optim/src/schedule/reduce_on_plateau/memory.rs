use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Section};

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

/// Value, best, waited, cooling.
type Saved = (f64, Option<f64>, u64, u64);

const KIND: &str = "ReduceOnPlateau";

/// Of the layout above.
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

    pub(super) fn save(&self) -> Section {
        let (waited, cooling) = (self.waited as u64, self.cooling as u64);
        let saved: Saved = (self.value, self.best, waited, cooling);
        let mut section = Section::new();
        section.set_state_of(KIND, VERSION, &saved);
        section
    }

    pub(super) fn load(section: &Section) -> Result<Self, LoadProblem> {
        let (value, best, waited, cooling): Saved = section.state_of(KIND, VERSION)?;
        if !(value.is_finite() && value >= 0.0) {
            return LoadProblem::malformed(format!(
                "the value of a plateau is {value}; it must be finite and at least 0"
            ));
        }
        if best.is_some_and(f64::is_nan) {
            return LoadProblem::malformed(
                "the best loss of a plateau is NaN; it must be a number".to_owned(),
            );
        }
        Ok(Self {
            value,
            best,
            waited: saved_count("observations without improvement", waited)?,
            // Counted down, from what may be any number.
            cooling: usize::try_from(cooling).unwrap_or(usize::MAX),
        })
    }
}
