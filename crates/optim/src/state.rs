use tapegrad_autodiff::Element;
use tapegrad_autodiff::ndarray::ArrayD;
use tapegrad_nn::Role;

use crate::Rule;
use crate::settings::Settings;

/// What an optimizer keeps of one parameter.
#[derive(Clone, Debug)]
pub(crate) struct State<R, T: Element> {
    /// What the rule remembers of each number, an array for each slot.
    pub(crate) slots: Vec<ArrayD<T>>,
    /// How many steps the parameter was in: fewer than the optimizer took, if it was frozen.
    pub(crate) steps: usize,
    /// What applies to it; unknown until it is met by its name.
    pub(crate) settings: Option<Settings<R>>,
}

impl<R: Rule, T: Element> State<R, T> {
    /// Of a parameter that was in no step.
    pub(crate) fn new(rule: R, shape: &[usize]) -> Self {
        let slot = |slot| ArrayD::from_elem(shape, T::of(rule.starts_at(slot)));
        Self {
            slots: (0..rule.slots()).map(slot).collect(),
            steps: 0,
            settings: None,
        }
    }

    /// What applies to the parameter, if that was looked up for one of this role.
    pub(crate) fn settings_for(&self, role: Role) -> Option<&Settings<R>> {
        self.settings
            .as_ref()
            .filter(|settings| settings.role == role)
    }
}
