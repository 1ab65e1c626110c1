//! Networks from text and back: descriptions that serde reads and writes, as TOML, JSON or what one
//! likes.
//!
//! ```
//! use tapegrad_nn::{MlpDescription, Module};
//!
//! let text = r#"
//! inputs = 20
//! seed = 1
//!
//! [[layers]]
//! units = 64
//! activation = "relu"            # or { leaky_relu = 0.01 }
//! normalization = "batch"        # or { batch = { momentum = 0.01 } }
//! dropout = 0.2
//! penalty = { l1 = 1e-3, l2 = 1e-4, proximal = true }
//!
//! [[layers]]
//! units = 10
//! "#;
//! let description: MlpDescription = toml::from_str(text)?;
//! let model = description.build::<f32>()?;
//! assert_eq!(model.predict([0.5; 20]).shape(), [10]);
//! assert_eq!(model.description()?, description);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A description says how a network is made, not what it has learned: that is what [`file`](crate::file)
//! saves. Together they give the model back, also in one file, with the description as the text that is
//! the state of a section of its own:
//!
//! ```
//! use tapegrad_nn::{Checkpoint, Mlp, MlpDescription, Module, Section, file};
//!
//! # let folder = std::env::temp_dir();
//! # let path = folder.join(format!("described-{}.tape", std::process::id()));
//! let model = Mlp::<f32>::new(&[2, 16, 1]).seed(1).dropout(0.1);
//! let mut description = Section::new();
//! description.set_state(&serde_json::to_string(&model.description()?)?);
//! Checkpoint::new()
//!     .with("model", Section::of(&model))
//!     .with("description", description)
//!     .write(&path)?;
//!
//! let text: String = Checkpoint::read(&path)?.section("description")?.state()?;
//! let mut other = serde_json::from_str::<MlpDescription>(&text)?.build::<f32>()?;
//! file::load(&mut other, &path)?;
//! assert_eq!(other.predict([0.5, -1.0]), model.predict([0.5, -1.0]));
//! # std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Fields that are not known are errors, so a slip of the pen is no silent default.

mod constraint_description;
mod description_error;
mod layer_description;
mod normalization_description;
mod of_groups;
mod one_or_several;
mod penalty_description;
mod range;

use serde::{Deserialize, Serialize};
use tapegrad_autodiff::Element;

pub use self::constraint_description::{BetweenDescription, ConstraintDescription};
pub use self::description_error::{DescriptionError, DescriptionProblem};
pub use self::layer_description::LayerDescription;
pub use self::normalization_description::{
    BatchNormDescription, LayerNormDescription, NormalizationDescription,
};
pub use self::of_groups::OfGroups;
pub use self::penalty_description::PenaltyDescription;
use crate::{Dropout, Initializer, Mlp, Module, random};

/// How an [`Mlp`] is made.
///
/// | field | default | range |
/// |---|---|---|
/// | `inputs` | | at least 1 |
/// | `seed` | 0 | |
/// | `initializer` | `"glorot_uniform"` | see [`Initializer`]: its names with underscores, `{ orthogonal = 1.0 }` |
/// | `input_dropout` | none | `[0, 1)` |
/// | `layers` | | at least one [`LayerDescription`] |
///
/// It is the same for both element types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpDescription {
    /// How many there are.
    pub inputs: usize,
    /// Of all weights, as [`Mlp::seed`]. TOML's integers end at `2⁶³ − 1`.
    #[serde(default)]
    pub seed: u64,
    /// How weights start, where a layer does not say otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    pub initializer: Initializer,
    /// The rate of dropout of the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_dropout: Option<f64>,
    /// From the input to the output.
    pub layers: Vec<LayerDescription>,
}

impl MlpDescription {
    /// How many numbers a network may have unless [`build_within`](MlpDescription::build_within) says
    /// otherwise.
    pub const LIMIT: usize = 10_000_000;

    /// How much work it may be to draw orthogonal weights, `Σ rows · columns · min(rows, columns)`, whatever
    /// the number of numbers: some seconds.
    pub const ORTHOGONAL_LIMIT: u128 = 2_000_000_000;

    /// The network, its weights drawn, with at most [`LIMIT`](MlpDescription::LIMIT) numbers.
    ///
    /// # Errors
    /// If a field is out of its range, says what its layer cannot, or if there are too many numbers or too
    /// much work. The error names the field.
    pub fn build<T: Element>(&self) -> Result<Mlp<T>, DescriptionError> {
        self.build_within(Self::LIMIT)
    }

    /// The network, if its parameters and statistics hold no more numbers than `limit`. The
    /// [limit of work](MlpDescription::ORTHOGONAL_LIMIT) stays.
    ///
    /// # Errors
    /// As [`build`](MlpDescription::build).
    pub fn build_within<T: Element>(&self, limit: usize) -> Result<Mlp<T>, DescriptionError> {
        self.check::<T>()?;
        let (mut numbers, mut work) = (0_u128, 0_u128);
        for (index, (fan_in, layer)) in self.with_fan_in().enumerate() {
            numbers = numbers.saturating_add(layer.numbers(fan_in));
            if numbers > limit as u128 {
                let problem = DescriptionProblem::TooLarge { numbers, limit };
                return Err(problem.at(&of_layer(index)));
            }
            work = work.saturating_add(layer.work(fan_in, self.initializer));
            if work > Self::ORTHOGONAL_LIMIT {
                let limit = Self::ORTHOGONAL_LIMIT;
                let problem = DescriptionProblem::TooMuchWork { work, limit };
                return Err(problem.at(&of_layer(index)));
            }
        }
        let layers = self.with_fan_in().enumerate();
        let layers = layers.map(|(index, (fan_in, layer))| {
            let seed = layer.seed.unwrap_or(random::derive(self.seed, index));
            let initializer = layer.initializer.unwrap_or(self.initializer);
            layer
                .build(fan_in, initializer, seed)
                .map_err(|error| error.within(&of_layer(index)))
        });
        Ok(Mlp {
            input_dropout: self.input_dropout.map(Dropout::new),
            layers: layers.collect::<Result<_, _>>()?,
        })
    }

    /// Everything but the size.
    fn check<T: Element>(&self) -> Result<(), DescriptionError> {
        range::at_least_one("inputs", self.inputs)?;
        range::initializer("initializer", self.initializer)?;
        range::rate("input_dropout", self.input_dropout)?;
        if self.layers.is_empty() {
            return Err(DescriptionProblem::NoLayers.at("layers"));
        }
        for (index, layer) in self.layers.iter().enumerate() {
            layer
                .check::<T>()
                .map_err(|error| error.within(&of_layer(index)))?;
        }
        Ok(())
    }

    fn with_fan_in(&self) -> impl Iterator<Item = (usize, &LayerDescription)> {
        let before = self.layers.iter().map(|layer| layer.units);
        [self.inputs].into_iter().chain(before).zip(&self.layers)
    }
}

impl<T: Element> Mlp<T> {
    /// How the network is made: settings, sizes and seeds, but not what its parameters have become.
    ///
    /// Strengths that are shared become numbers of their own.
    ///
    /// # Errors
    /// If something has no description: a custom penalty, a strength with a schedule, a penalty or
    /// constraint of a normalisation's parameters, a parameter that stands twice in the network, or one
    /// that fits its place no more; and if it is out of the range that a description allows. The error
    /// names the parameter or the field.
    pub fn description(&self) -> Result<MlpDescription, DescriptionError> {
        let first = self.layers.first();
        let initializer = first.map_or(Initializer::default(), |layer| layer.initializer);
        let seed = self.common_seed();
        let layers = self.layers.iter().enumerate().map(|(index, layer)| {
            let described = LayerDescription::of(layer);
            let mut described = described.map_err(|error| error.within(&of_layer(index)))?;
            let own_seed = layer.seed != random::derive(seed, index);
            described.seed = own_seed.then_some(layer.seed);
            let own_initializer = layer.initializer != initializer;
            described.initializer = own_initializer.then_some(layer.initializer);
            Ok(described)
        });
        let inputs = first.and_then(|layer| layer.weight.value.shape().first());
        let description = MlpDescription {
            inputs: inputs.copied().unwrap_or(0),
            seed,
            initializer,
            input_dropout: self.input_dropout.map(Dropout::rate),
            layers: layers.collect::<Result<_, _>>()?,
        };
        self.fits(&description)?;
        description.check::<T>()?;
        Ok(description)
    }

    /// The seed from which most layers have theirs; of several the smallest, as people write them.
    fn common_seed(&self) -> u64 {
        let layers = self.layers.iter().enumerate();
        let seeds: Vec<_> = layers
            .map(|(index, layer)| random::underive(layer.seed, index))
            .collect();
        let votes = |seed: u64| seeds.iter().filter(|other| **other == seed).count();
        let most = seeds.iter().map(|&seed| votes(seed)).max();
        let chosen = seeds.iter().filter(|&&seed| Some(votes(seed)) == most);
        chosen.min().copied().unwrap_or(0)
    }

    /// Whether the parameters are those that the description makes.
    fn fits(&self, description: &MlpDescription) -> Result<(), DescriptionError> {
        let made = description.with_fan_in().flat_map(|(fan_in, layer)| {
            let parameters = layer.parameters(fan_in).into_iter();
            parameters.map(|(_, role, shape)| (role, shape))
        });
        let mut seen = std::collections::BTreeMap::new();
        for ((name, param), made) in self.parameters().into_iter().zip(made) {
            let found = (param.role, param.value.shape().to_vec());
            if found != made {
                return Err(DescriptionProblem::Misfit { found, made }.at(&name));
            }
            if let Some(first) = seen.insert(param.id(), name.clone()) {
                return Err(DescriptionProblem::Shared { first }.at(&name));
            }
        }
        Ok(())
    }
}

fn of_layer(index: usize) -> String {
    format!("layers.{index}")
}

fn is_default<V: Default + PartialEq>(value: &V) -> bool {
    *value == V::default()
}
