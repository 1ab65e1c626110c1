use tapegrad_autodiff::Element;
use tapegrad_autodiff::ndarray::ArrayD;

use crate::Rule;

/// What an optimizer remembers of one parameter.
#[derive(Clone, Debug)]
pub(crate) struct State<T: Element> {
    /// What the rule remembers of each number, an array for each slot.
    pub(crate) slots: Vec<ArrayD<T>>,
    /// How many steps the parameter was in: fewer than the optimizer took, if it was frozen.
    pub(crate) steps: usize,
}

impl<T: Element> State<T> {
    /// Of a parameter that was in no step.
    pub(crate) fn new(rule: impl Rule, shape: &[usize]) -> Self {
        let zeros = |_| ArrayD::zeros(shape);
        Self {
            slots: (0..rule.slots()).map(zeros).collect(),
            steps: 0,
        }
    }
}
