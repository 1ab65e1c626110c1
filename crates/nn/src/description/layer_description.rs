use serde::{Deserialize, Serialize};
use tapegrad_autodiff::{Activation, Element};

use super::{
    ConstraintDescription, DescriptionError, DescriptionProblem, NormalizationDescription,
    PenaltyDescription, is_default, one_or_several, range,
};
use crate::{Constraint, Dense, Dropout, Initializer, Module, Name, Penalty, Role};

/// How a [`Dense`] layer of a network is made.
///
/// | field | default | |
/// |---|---|---|
/// | `units` | | at least 1 |
/// | `bias` | `true` | |
/// | `activation` | `"identity"` | the names of [`Activation`] with underscores, `{ leaky_relu = 0.01 }`, `{ elu = 1.0 }` |
/// | `normalization` | none | [`NormalizationDescription`] |
/// | `dropout` | none | a rate in `[0, 1)` |
/// | `initializer`, `seed` | the network's | |
/// | `penalty`, `bias_penalty`, `output_penalty` | none | a [`PenaltyDescription`] or a list of them |
/// | `constraint`, `bias_constraint` | none | [`ConstraintDescription`] |
/// | `frozen` | `[]` | names of parameters: `["weight", "bias", "normalization.gain", "normalization.shift"]` |
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDescription {
    /// How many outputs there are.
    pub units: usize,
    /// Whether there is a bias.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub bias: bool,
    /// After the affine map and its normalisation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub activation: Activation,
    /// Before the activation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalization: Option<NormalizationDescription>,
    /// The rate of dropout of the outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    /// How the weight starts, if not as the network says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initializer: Option<Initializer>,
    /// The weight's own, as [`Dense::seed`], instead of one from the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What the weight costs: the sum of these.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        with = "one_or_several"
    )]
    pub penalty: Vec<PenaltyDescription>,
    /// What the bias costs.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        with = "one_or_several"
    )]
    pub bias_penalty: Vec<PenaltyDescription>,
    /// What the outputs cost, a mean over rows.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        with = "one_or_several"
    )]
    pub output_penalty: Vec<PenaltyDescription>,
    /// Where the weight must stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<ConstraintDescription>,
    /// Where the bias must stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias_constraint: Option<ConstraintDescription>,
    /// The parameters that are not trained.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<String>,
}

fn yes() -> bool {
    true
}

/// What is made of the fields that say how parameters are treated.
struct Treatment<T: Element> {
    penalty: Penalty<T>,
    bias_penalty: Penalty<T>,
    output_penalty: Penalty<T>,
    constraint: Option<Constraint>,
    bias_constraint: Option<Constraint>,
}

impl LayerDescription {
    /// A layer of so many units, all else as it is by default.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            bias: true,
            activation: Activation::Identity,
            normalization: None,
            dropout: None,
            initializer: None,
            seed: None,
            penalty: Vec::new(),
            bias_penalty: Vec::new(),
            output_penalty: Vec::new(),
            constraint: None,
            bias_constraint: None,
            frozen: Vec::new(),
        }
    }

    /// All but the initialiser and the seed, which a network may have for all of its layers.
    pub(super) fn of<T: Element>(layer: &Dense<T>) -> Result<Self, DescriptionError> {
        let penalty = |name: &str, penalty: &Penalty<T>| {
            PenaltyDescription::of(penalty).map_err(|error| error.within(name))
        };
        let mut description = Self {
            bias: layer.bias.is_some(),
            activation: layer.activation,
            normalization: layer
                .normalization
                .as_ref()
                .map(NormalizationDescription::of),
            dropout: layer.dropout.map(Dropout::rate),
            penalty: penalty("weight", &layer.weight.penalty)?,
            output_penalty: penalty("output_penalty", &layer.output_penalty)?,
            constraint: layer.weight.constraint.map(ConstraintDescription::of),
            ..Self::new(layer.weight.value.shape().last().copied().unwrap_or(0))
        };
        if let Some(bias) = &layer.bias {
            description.bias_penalty = penalty("bias", &bias.penalty)?;
            description.bias_constraint = bias.constraint.map(ConstraintDescription::of);
        }
        for (name, param) in layer.parameters() {
            if !param.trainable && param.role != Role::Statistic {
                description.frozen.push(name.clone());
            }
            let of_normalization = name.starts_with("normalization");
            if of_normalization && !(param.penalty.is_none() && param.constraint.is_none()) {
                return Err(DescriptionProblem::NormalizationParameter.at(&name));
            }
        }
        Ok(description)
    }

    /// The parameters that are made, with their roles and shapes, in the order of the visit.
    pub(super) fn parameters(&self, fan_in: usize) -> Vec<(&'static str, Role, Vec<usize>)> {
        let of_units = |name, role| (name, role, vec![self.units]);
        let mut parameters = vec![("weight", Role::Weight, vec![fan_in, self.units])];
        if self.bias {
            parameters.push(of_units("bias", Role::Bias));
        }
        if self.normalization.is_some() {
            parameters.push(of_units("normalization.gain", Role::Gain));
            parameters.push(of_units("normalization.shift", Role::Bias));
        }
        if let Some(NormalizationDescription::Batch(_)) = self.normalization {
            parameters.push(of_units("normalization.running_mean", Role::Statistic));
            parameters.push(of_units("normalization.running_variance", Role::Statistic));
        }
        parameters
    }

    /// How many numbers the parameters hold.
    pub(super) fn numbers(&self, fan_in: usize) -> u128 {
        let parameters = self.parameters(fan_in).into_iter();
        let counts = parameters.map(|(_, _, shape)| {
            let sizes = shape.into_iter().map(|size| size as u128);
            sizes.fold(1, u128::saturating_mul)
        });
        counts.fold(0, u128::saturating_add)
    }

    /// What it takes to draw the weight, `rows · columns · min(rows, columns)`, if it is orthogonal; others
    /// take as much as there are numbers.
    pub(super) fn work(&self, fan_in: usize, initializer: Initializer) -> u128 {
        let Initializer::Orthogonal(_) = self.initializer.unwrap_or(initializer) else {
            return 0;
        };
        let [rows, columns] = [fan_in, self.units].map(|size| size as u128);
        (rows * columns).saturating_mul(rows.min(columns))
    }

    /// Everything but the size.
    pub(super) fn check<T: Element>(&self) -> Result<(), DescriptionError> {
        range::at_least_one("units", self.units)?;
        range::rate("dropout", self.dropout)?;
        match self.activation {
            Activation::LeakyRelu(slope) => range::finite("activation.leaky_relu", slope)?,
            Activation::Elu(alpha) => range::finite("activation.elu", alpha)?,
            _ => {}
        }
        if let Some(initializer) = self.initializer {
            range::initializer("initializer", initializer)?;
        }
        if let Some(normalization) = self.normalization {
            normalization
                .check()
                .map_err(|error| error.within("normalization"))?;
        }
        for name in &self.frozen {
            let parameters = self.parameters(1).into_iter();
            let trained = parameters.filter(|(_, role, _)| *role != Role::Statistic);
            let names: Vec<_> = trained.map(|(name, _, _)| name).collect();
            if !names.contains(&&name[..]) {
                let name = name.clone();
                return Err(DescriptionProblem::Frozen { name, names }.at("frozen"));
            }
        }
        self.treatment::<T>().map(|_| ())
    }

    fn treatment<T: Element>(&self) -> Result<Treatment<T>, DescriptionError> {
        let penalty = |field: &str, tables: &[PenaltyDescription]| {
            PenaltyDescription::build(tables).map_err(|error| error.within(field))
        };
        let constraint = |field: &str, constraint: Option<ConstraintDescription>| {
            let built = constraint.map(ConstraintDescription::build).transpose();
            built.map_err(|error| error.within(field))
        };
        if !self.bias && !self.bias_penalty.is_empty() {
            return Err(DescriptionProblem::NoBias.at("bias_penalty"));
        }
        if !self.bias && self.bias_constraint.is_some() {
            return Err(DescriptionProblem::NoBias.at("bias_constraint"));
        }
        let orthogonal = |table: &PenaltyDescription| table.orthogonal.is_some();
        for (field, tables) in [
            ("bias_penalty.orthogonal", &self.bias_penalty),
            ("output_penalty.orthogonal", &self.output_penalty),
        ] {
            if tables.iter().any(orthogonal) {
                return Err(DescriptionProblem::NoMatrix.at(field));
            }
        }
        if self.output_penalty.iter().any(|table| table.proximal) {
            return Err(DescriptionProblem::ProximalOutput.at("output_penalty"));
        }
        Ok(Treatment {
            penalty: penalty("penalty", &self.penalty)?,
            bias_penalty: penalty("bias_penalty", &self.bias_penalty)?,
            output_penalty: penalty("output_penalty", &self.output_penalty)?,
            constraint: constraint("constraint", self.constraint)?,
            bias_constraint: constraint("bias_constraint", self.bias_constraint)?,
        })
    }

    /// The layer, if [`check`](Self::check) found nothing.
    pub(super) fn build<T: Element>(
        &self,
        fan_in: usize,
        initializer: Initializer,
        seed: u64,
    ) -> Result<Dense<T>, DescriptionError> {
        let treatment = self.treatment()?;
        let mut layer = Dense::started(fan_in, self.units, initializer, seed);
        layer.activation = self.activation;
        layer.normalization = self
            .normalization
            .map(|normalization| normalization.build(self.units));
        layer.dropout = self.dropout.map(Dropout::new);
        layer.output_penalty = treatment.output_penalty;
        layer.weight.penalty = treatment.penalty;
        layer.weight.constraint = treatment.constraint;
        layer.bias = layer.bias.filter(|_| self.bias);
        if let Some(bias) = &mut layer.bias {
            bias.penalty = treatment.bias_penalty;
            bias.constraint = treatment.bias_constraint;
        }
        layer.visit_mut(Name::root(), &mut |name, param| {
            let name = name.to_string();
            if self.frozen.contains(&name) {
                param.trainable = false;
            }
        });
        Ok(layer)
    }
}
