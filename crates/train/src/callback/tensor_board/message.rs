//! The messages of event files, in the encoding of protocol buffers: those fields of TensorFlow's `event.proto` and
//! `summary.proto` that are written here.

use super::histogram::Histogram;

/// A message that is being written: fields with their numbers, in any order.
#[derive(Default)]
struct Message(Vec<u8>);

/// How the value of a field is stored.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    Eight = 1,
    Bytes = 2,
    Four = 5,
}

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn key(&mut self, field: u64, wire: Wire) {
        self.varint(field << 3 | wire as u64);
    }

    fn count(mut self, field: u64, value: u64) -> Self {
        self.key(field, Wire::Varint);
        self.varint(value);
        self
    }

    fn double(mut self, field: u64, value: f64) -> Self {
        self.key(field, Wire::Eight);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn float(mut self, field: u64, value: f32) -> Self {
        self.key(field, Wire::Four);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.key(field, Wire::Bytes);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    fn doubles(self, field: u64, values: &[f64]) -> Self {
        let packed: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.bytes(field, &packed)
    }
}

/// What stands in an event beside its time and step.
pub(super) enum Content<'a> {
    /// The first event of a file.
    Version,
    /// That the run begins, or begins again: what was written before of this and later steps is void.
    Start,
    /// Numbers by tag.
    Scalars(&'a [(String, f64)]),
    /// Numbers of weights by tag.
    Histograms(&'a [(String, Histogram)]),
}

/// An `Event`; the time is in seconds.
pub(super) fn event(time: f64, step: usize, content: &Content<'_>) -> Vec<u8> {
    let event = Message::default().double(1, time).count(2, step as u64);
    let event = match content {
        Content::Version => event.bytes(3, b"brain.Event:2"),
        Content::Start => event.bytes(7, &Message::default().count(1, 1).0),
        Content::Scalars(scalars) => {
            let value = |value: Message, number: &f64| value.float(2, *number as f32);
            event.bytes(5, &summary(scalars, value))
        }
        Content::Histograms(histograms) => {
            let value = |value: Message, numbers: &Histogram| value.bytes(5, &histogram(numbers));
            event.bytes(5, &summary(histograms, value))
        }
    };
    event.0
}

/// A `Summary` of values by tag.
fn summary<V>(values: &[(String, V)], write: impl Fn(Message, &V) -> Message) -> Vec<u8> {
    let add = |summary: Message, (tag, value): &(String, V)| {
        let tagged = Message::default().bytes(1, tag.as_bytes());
        summary.bytes(1, &write(tagged, value).0)
    };
    values.iter().fold(Message::default(), add).0
}

/// A `HistogramProto`.
fn histogram(of: &Histogram) -> Vec<u8> {
    let message = Message::default()
        .double(1, of.min)
        .double(2, of.max)
        .double(3, of.count)
        .double(4, of.sum)
        .double(5, of.sum_of_squares)
        .doubles(6, &of.limits)
        .doubles(7, &of.counts);
    message.0
}
