//! Event files, by a reader of their own: framing, checksums, and what the messages hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tapegrad_train::callback::{CsvLog, LogError, TensorBoard, WeightLog};
use tapegrad_train::{FitError, History};

use super::{Cut, EPOCHS, Training, bits, folder, network, run_on};

/// Bit by bit, as the polynomial is defined.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        for bit in 0..8 {
            let differs = (sum ^ u32::from(byte >> bit)) & 1 == 1;
            sum >>= 1;
            if differs {
                sum ^= 0x82F6_3B78;
            }
        }
    }
    !sum
}

#[test]
fn the_reader_knows_the_check_value_of_its_polynomial() {
    assert_eq!(crc32c(b"123456789"), 0xE306_9283);
}

/// The messages of a file, each with two checksums that hold.
fn records(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    fn part<'b>(bytes: &mut &'b [u8], length: usize) -> &'b [u8] {
        let (part, rest) = bytes.split_at(length);
        *bytes = rest;
        let (checksum, rest) = bytes.split_first_chunk::<4>().unwrap();
        *bytes = rest;
        let sum = crc32c(part);
        let masked = sum.rotate_right(15).wrapping_add(0xa282_ead8);
        assert_eq!(u32::from_le_bytes(*checksum), masked);
        part
    }
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let length = u64::from_le_bytes(part(&mut bytes, 8).try_into().unwrap());
        records.push(part(&mut bytes, length as usize).to_vec());
    }
    records
}

/// The value of a field.
#[derive(Debug)]
enum Value<'b> {
    Count(u64),
    Double(f64),
    Float(f32),
    Bytes(&'b [u8]),
}

/// The fields of a message, in order.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let length = 1 + bytes.iter().position(|byte| byte & 0x80 == 0).unwrap();
        let (digits, rest) = bytes.split_at(length);
        *bytes = rest;
        let digits = digits.iter().rev();
        digits.fold(0, |value, digit| value << 7 | u64::from(digit & 0x7f))
    }
    fn take<'b>(bytes: &mut &'b [u8], length: usize) -> &'b [u8] {
        let (part, rest) = bytes.split_at(length);
        *bytes = rest;
        part
    }
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Value::Count(varint(&mut bytes)),
            1 => Value::Double(f64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut bytes) as usize;
                Value::Bytes(take(&mut bytes, length))
            }
            5 => Value::Float(f32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap())),
            other => panic!("no such way to store a value: {other}"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

/// Least, largest, count, sum, sum of squares, upper ends, counts.
type Histogram = ([f64; 5], Vec<f64>, Vec<f64>);

/// What TensorBoard shows: numbers by tag and step, each once.
#[derive(Debug, Default, PartialEq)]
struct Shown {
    scalars: BTreeMap<String, Vec<(u64, f32)>>,
    histograms: BTreeMap<String, Vec<(u64, Histogram)>>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn doubles(bytes: &[u8]) -> Vec<f64> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    assert!(rest.is_empty());
    numbers
        .iter()
        .map(|&bytes| f64::from_le_bytes(bytes))
        .collect()
}

fn histogram(bytes: &[u8]) -> Histogram {
    let (mut numbers, mut limits, mut counts) = ([f64::NAN; 5], Vec::new(), Vec::new());
    for (field, value) in fields(bytes) {
        match (field, value) {
            (1..=5, Value::Double(number)) => numbers[field as usize - 1] = number,
            (6, Value::Bytes(bytes)) => limits = doubles(bytes),
            (7, Value::Bytes(bytes)) => counts = doubles(bytes),
            other => panic!("{other:?}"),
        }
    }
    (numbers, limits, counts)
}

impl Shown {
    /// Files in the order of their names.
    fn read(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut shown = Self::default();
        for file in files {
            let records = records(&fs::read(file).unwrap());
            for (place, record) in records.iter().enumerate() {
                shown.take(record, place);
            }
        }
        shown
    }

    fn take(&mut self, event: &[u8], place: usize) {
        let (mut now, mut step) = (0.0, 0);
        for (field, value) in fields(event) {
            match (field, value) {
                (1, Value::Double(time)) => now = time,
                (2, Value::Count(count)) => step = count,
                (3, Value::Bytes(version)) => {
                    assert_eq!((text(version).as_str(), place), ("brain.Event:2", 0));
                }
                (7, Value::Bytes(session)) => {
                    assert!(matches!(fields(session)[..], [(1, Value::Count(1))]));
                    assert_eq!(place, 1);
                    let scalars = self.scalars.values_mut();
                    scalars.for_each(|points| points.retain(|(own, _)| *own < step));
                    let histograms = self.histograms.values_mut();
                    histograms.for_each(|points| points.retain(|(own, _)| *own < step));
                }
                (5, Value::Bytes(summary)) => {
                    for (field, value) in fields(summary) {
                        let Value::Bytes(value) = value else {
                            panic!("{value:?}");
                        };
                        assert_eq!(field, 1);
                        self.value(step, value);
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let age = time.as_secs_f64() - now;
        assert!((0.0..600.0).contains(&age), "{age} s ago");
    }

    fn value(&mut self, step: u64, value: &[u8]) {
        let mut tag = String::new();
        for (field, value) in fields(value) {
            match (field, value) {
                (1, Value::Bytes(bytes)) => tag = text(bytes),
                (2, Value::Float(number)) => {
                    self.scalars
                        .entry(tag.clone())
                        .or_default()
                        .push((step, number));
                }
                (5, Value::Bytes(bytes)) => {
                    let points = self.histograms.entry(tag.clone()).or_default();
                    points.push((step, histogram(bytes)));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// The points of a column.
    fn of(history: &History, column: &str) -> Vec<(u64, f32)> {
        let rows = history.steps().iter().zip(history.column(column).unwrap());
        rows.filter_map(|(&step, number)| Some((step as u64, (*number)? as f32)))
            .collect()
    }
}

fn board(folder: &Path) -> TensorBoard {
    TensorBoard::new(folder.join("events"))
        .every_steps(2)
        .histograms(2)
}

const TAGS: [(&str, &str); 9] = [
    ("loss", "loss"),
    ("penalty", "penalty"),
    ("learning_rate", "learning_rate"),
    ("validation_loss", "validation/loss"),
    ("validation_accuracy", "validation/accuracy"),
    ("norm layers.0.weight", "norm/layers.0.weight"),
    ("sparsity layers.0.weight", "sparsity/layers.0.weight"),
    ("norm layers.1.weight", "norm/layers.1.weight"),
    ("sparsity layers.1.weight", "sparsity/layers.1.weight"),
];

#[test]
fn events_are_those_of_the_history() {
    let folder = folder("events");
    let (mut losses, mut weights) = (Vec::new(), Vec::new());
    let fit = Training::new(&folder)
        .callback(board(&folder))
        .callback(WeightLog::new())
        .callback(tapegrad_train::callback::after_step(|run| {
            losses.push(run.loss() as f32);
        }))
        .callback(tapegrad_train::callback::after_epoch(|run| {
            let (_, weight) = run.model().parameters()[0];
            weights.push(weight.value.iter().copied().collect::<Vec<_>>());
        }))
        .run(&mut network(), false)
        .unwrap();
    let shown = Shown::read(&folder.join("events"));
    for (column, tag) in TAGS {
        assert_eq!(shown.scalars[tag], Shown::of(&fit.history, column), "{tag}");
    }
    assert_eq!(shown.scalars.len(), TAGS.len() + 2);
    let steps = (1..).zip(losses);
    let expected: Vec<_> = steps.filter(|(step, _)| step % 2 == 0).collect();
    assert_eq!(shown.scalars["step/loss"], expected);

    let tags: Vec<_> = shown.histograms.keys().collect();
    assert_eq!(tags, ["weights/layers.0.weight", "weights/layers.1.weight"]);
    let histograms = &shown.histograms["weights/layers.0.weight"];
    assert_eq!(histograms.len(), EPOCHS / 2);
    for (step, (of_all, limits, counts)) in histograms {
        let weights = &weights[*step as usize / 3 - 1];
        let [min, max, count, sum, squares] = *of_all;
        let close = |x: f64, y: f64| assert!((x - y).abs() < 1e-12, "{x} {y}");
        assert_eq!(count, weights.len() as f64);
        close(sum, weights.iter().sum());
        close(squares, weights.iter().map(|w| w * w).sum());
        assert!(weights.iter().all(|w| (min..=max).contains(w)));
        assert!(weights.contains(&min) && weights.contains(&max));
        assert!(limits.is_sorted() && limits.last() == Some(&max));
        let mut below = f64::NEG_INFINITY;
        for (limit, count) in limits.iter().zip(counts) {
            let within = weights.iter().filter(|w| **w > below && **w <= *limit);
            assert_eq!(within.count() as f64, *count);
            below = *limit;
        }
    }
}

#[test]
fn a_run_that_goes_on_shows_nothing_twice() {
    let uncut = folder("uncut events");
    let training = |folder: &Path, cut| {
        let training = Training::new(folder).callback(board(folder));
        training.callback(WeightLog::new()).callback(cut)
    };
    let (model, _, _) = run_on(|| training(&uncut, Cut::Never));
    let expected = Shown::read(&uncut.join("events"));
    for cut in [Cut::AfterEpoch(4), Cut::AfterStep(14)] {
        let cut_folder = folder("cut events");
        let (other, _, _) = run_on(|| training(&cut_folder, cut));
        assert_eq!(bits(&other), bits(&model));
        assert_eq!(Shown::read(&cut_folder.join("events")), expected, "{cut:?}");
    }
    // As if the process had died long after its last checkpoint.
    for checkpoint in fs::read_dir(uncut.join("checkpoints")).unwrap() {
        let path = checkpoint.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap() > "step-000000000015.tape" {
            fs::remove_file(path).unwrap();
        }
    }
    training(&uncut, Cut::Never)
        .run(&mut network(), true)
        .unwrap();
    assert_eq!(fs::read_dir(uncut.join("events")).unwrap().count(), 2);
    assert_eq!(Shown::read(&uncut.join("events")), expected);
}

#[test]
fn a_new_run_does_not_mix_its_events_with_others() {
    let folder = folder("mixed events");
    let events = folder.join("events");
    let run = |overwrites| {
        let _ = fs::remove_dir_all(folder.join("checkpoints"));
        let board = match overwrites {
            true => board(&folder).overwrite(),
            false => board(&folder),
        };
        Training::new(&folder)
            .callback(board)
            .run(&mut network(), false)
    };
    run(false).unwrap();
    let expected = Shown::read(&events);
    let error = run(false).unwrap_err();
    let FitError::Callback { cause, .. } = &error else {
        panic!("{error}");
    };
    let cause = cause.downcast_ref::<LogError>();
    assert!(matches!(cause, Some(LogError::InUse { .. })), "{error}");
    assert_eq!(Shown::read(&events), expected);

    fs::write(events.join("events.out.tfevents.1.other"), "").unwrap();
    run(true).unwrap();
    assert!(events.join("events.out.tfevents.1.other").exists());
    assert_eq!(Shown::read(&events), expected);
}

/// For `fixtures/tensor_board.py`, which reads the same with TensorBoard.
#[test]
fn rust_writes_for_tensorboard() {
    let folder = folder("for tensorboard");
    let training = || {
        let training = Training::new(&folder).callback(board(&folder));
        let log = CsvLog::new(folder.join("history.csv"));
        training.callback(WeightLog::new()).callback(log)
    };
    training().run(&mut network(), false).unwrap();
    for step in [18, 21, 24, 27] {
        fs::remove_file(folder.join(format!("checkpoints/step-{step:012}.tape"))).unwrap();
    }
    let fit = training().run(&mut network(), true).unwrap();
    assert_eq!(fit.resumed.unwrap().epoch, 5);
    assert_eq!(
        fs::read_to_string(folder.join("history.csv")).unwrap(),
        fit.history.to_csv()
    );
}
