//! A list that is written as its element if it has one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

pub(super) fn serialize<V: Serialize, S: Serializer>(
    list: &[V],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match list {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

pub(super) fn deserialize<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<V>, D::Error> {
    deserializer.deserialize_any(OneOrSeveral(PhantomData))
}

/// Told apart by what comes, so that what is wrong inside is told as it is.
struct OneOrSeveral<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for OneOrSeveral<V> {
    type Value = Vec<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table or a list of tables")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Vec<V>, M::Error> {
        V::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
    }

    fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Vec<V>, S::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list))
    }
}
