use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use tapegrad_autodiff::Element;

use super::{DescriptionError, range};
use crate::{BatchNorm, LayerNorm, Normalization};

/// A [`Normalization`]: `"batch"`, `"layer"`, or with settings `{ batch = { momentum = 0.01 } }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NormalizationDescription {
    /// Over the batch.
    Batch(BatchNormDescription),
    /// Over the features.
    Layer(LayerNormDescription),
}

/// The settings of a [`BatchNorm`].
///
/// | field | default | range |
/// |---|---|---|
/// | `momentum` | 0.1 | `[0, 1]` |
/// | `epsilon` | 1e-5 | `[0, ∞)` |
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchNormDescription {
    /// The part of the batch in the running statistics.
    pub momentum: f64,
    /// What is added to the variance.
    pub epsilon: f64,
}

/// The settings of a [`LayerNorm`].
///
/// | field | default | range |
/// |---|---|---|
/// | `epsilon` | 1e-5 | `[0, ∞)` |
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayerNormDescription {
    /// What is added to the variance.
    pub epsilon: f64,
}

impl Default for BatchNormDescription {
    fn default() -> Self {
        Self {
            momentum: 0.1,
            epsilon: 1e-5,
        }
    }
}

impl Default for LayerNormDescription {
    fn default() -> Self {
        Self { epsilon: 1e-5 }
    }
}

impl NormalizationDescription {
    pub(super) fn of<T: Element>(normalization: &Normalization<T>) -> Self {
        match normalization {
            Normalization::Batch(layer) => Self::Batch(BatchNormDescription {
                momentum: layer.momentum,
                epsilon: layer.epsilon,
            }),
            Normalization::Layer(layer) => Self::Layer(LayerNormDescription {
                epsilon: layer.epsilon,
            }),
        }
    }

    pub(super) fn check(self) -> Result<(), DescriptionError> {
        match self {
            Self::Batch(settings) => {
                range::share("batch.momentum", settings.momentum)?;
                range::not_negative("batch.epsilon", settings.epsilon)
            }
            Self::Layer(settings) => range::not_negative("layer.epsilon", settings.epsilon),
        }
    }

    pub(super) fn build<T: Element>(self, width: usize) -> Normalization<T> {
        match self {
            Self::Batch(settings) => BatchNorm::new(width)
                .momentum(settings.momentum)
                .epsilon(settings.epsilon)
                .into(),
            Self::Layer(settings) => LayerNorm::new(width).epsilon(settings.epsilon).into(),
        }
    }
}

/// A word alone is a normalisation with its default settings.
impl<'de> Deserialize<'de> for NormalizationDescription {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordOrTable)
    }
}

struct WordOrTable;

impl<'de> Visitor<'de> for WordOrTable {
    type Value = NormalizationDescription;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`batch`, `layer`, or a table of one with its settings")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Self::Value, E> {
        match word {
            "batch" => Ok(NormalizationDescription::Batch(Default::default())),
            "layer" => Ok(NormalizationDescription::Layer(Default::default())),
            other => Err(E::unknown_variant(other, &["batch", "layer"])),
        }
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Table {
            Batch(BatchNormDescription),
            Layer(LayerNormDescription),
        }
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(match table {
            Table::Batch(settings) => NormalizationDescription::Batch(settings),
            Table::Layer(settings) => NormalizationDescription::Layer(settings),
        })
    }
}
