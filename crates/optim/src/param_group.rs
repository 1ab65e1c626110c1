use std::fmt;
use std::sync::Arc;

use tapegrad_nn::{Role, matches};

use crate::settings::Settings;
use crate::{Decay, Rule, Schedule, error};

/// Parameters that are trained otherwise than the rest: chosen by the pattern of their names, by their layer or
/// by their role. Added by [`Optimizer::group`](crate::Optimizer::group).
///
/// | setting | without it |
/// |---|---|
/// | [`lr`](ParamGroup::lr) | the optimizer's learning rate |
/// | [`scale_lr`](ParamGroup::scale_lr) | 1 |
/// | [`decay`](ParamGroup::decay) | the optimizer's decay, of weights |
/// | [`rule`](ParamGroup::rule) | the optimizer's rule |
///
/// Where several groups have a parameter, what the later ones set holds. A decay that a group is given is that of
/// its biases and gains, too.
///
/// ```
/// use tapegrad_nn::{Mlp, Role};
/// use tapegrad_optim::{Adam, AdamW, Decay, ParamGroup, Ledger, Optimizer};
///
/// let model = Mlp::<f32>::new(&[2, 8, 8, 1]);
/// let optimizer = AdamW::new(1e-3)
///     .group(ParamGroup::layer("layers.0").scale_lr(0.1))
///     .group(ParamGroup::matching("layers.2.*").lr(1e-2).rule(Adam::default().betas(0.8, 0.99)))
///     .group(ParamGroup::role(Role::Bias).decay(Decay::None));
/// let ledger = Ledger::of(&model, &optimizer);
/// assert_eq!(ledger.rows[0].groups, ["layer `layers.0`"]);
/// assert!((ledger.rows[0].learning_rate.unwrap() - 1e-4).abs() < 1e-18);
/// println!("{ledger}");                                    // who got what
/// ```
#[derive(Clone)]
pub struct ParamGroup<R> {
    of: Selection,
    rate: Option<Arc<dyn Schedule>>,
    factor: Option<f64>,
    decay: Option<Decay>,
    rule: Option<R>,
}

#[derive(Clone, Debug)]
enum Selection {
    Pattern(String),
    Layer(String),
    Role(Role),
}

impl<R: Rule> ParamGroup<R> {
    /// The parameters whose names a pattern [matches](tapegrad_nn::matches).
    pub fn matching(pattern: &str) -> Self {
        Self::new(Selection::Pattern(pattern.to_owned()))
    }

    /// The parameters of a part of the model, as `layers.0`.
    pub fn layer(name: &str) -> Self {
        Self::new(Selection::Layer(name.to_owned()))
    }

    /// The parameters with a role.
    pub fn role(role: Role) -> Self {
        Self::new(Selection::Role(role))
    }

    fn new(of: Selection) -> Self {
        Self {
            of,
            rate: None,
            factor: None,
            decay: None,
            rule: None,
        }
    }

    /// A learning rate of their own: a number or a [`Schedule`] of the optimizer's steps.
    ///
    /// # Panics
    /// If it is negative or not finite at step 0.
    #[track_caller]
    pub fn lr(mut self, lr: impl Schedule + 'static) -> Self {
        error::at_least_zero("ParamGroup", "learning rate", lr.at(0));
        self.rate = Some(Arc::new(lr));
        self
    }

    /// Multiplies the learning rate, theirs or the optimizer's.
    ///
    /// # Panics
    /// If the factor is negative or not finite.
    #[track_caller]
    pub fn scale_lr(mut self, factor: f64) -> Self {
        self.factor = Some(error::at_least_zero("ParamGroup", "factor", factor));
        self
    }

    /// A decay of their own, whatever their role.
    pub fn decay(mut self, decay: Decay) -> Self {
        self.decay = Some(decay);
        self
    }

    /// The rule with other options.
    pub fn rule(mut self, rule: R) -> Self {
        self.rule = Some(rule);
        self
    }

    pub(crate) fn own_rule(&self) -> Option<R> {
        self.rule
    }

    pub(crate) fn has(&self, name: &str, role: Role) -> bool {
        match &self.of {
            Selection::Pattern(pattern) => matches(pattern, name),
            Selection::Layer(layer) => {
                let rest = name.strip_prefix(layer.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            Selection::Role(own) => *own == role,
        }
    }

    pub(crate) fn apply(&self, settings: &mut Settings<R>) {
        if self.rate.is_some() {
            settings.rate.clone_from(&self.rate);
        }
        if let Some(factor) = self.factor {
            settings.factor = factor;
        }
        if let Some(decay) = &self.decay {
            settings.decay = decay.clone();
        }
        if self.rule.is_some() {
            settings.rule = self.rule;
        }
    }
}

/// Which parameters are chosen.
impl<R> fmt::Display for ParamGroup<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Selection::Pattern(pattern) => write!(f, "`{pattern}`"),
            Selection::Layer(layer) => write!(f, "layer `{layer}`"),
            Selection::Role(role) => write!(f, "role {}", role.name()),
        }
    }
}

impl<R: fmt::Debug> fmt::Debug for ParamGroup<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParamGroup")
            .field("of", &self.of)
            .field("lr", &self.rate.as_ref().map(|rate| rate.at(0)))
            .field("factor", &self.factor)
            .field("decay", &self.decay)
            .field("rule", &self.rule)
            .finish()
    }
}
