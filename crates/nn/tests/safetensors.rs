//! The safetensors format: exchange with Python, refusals, and files of hostile numbers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use approx::assert_relative_eq;
use ndarray::array;
use rand::RngExt;
use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Dense, LoadProblem, Mlp, Module, Param, Role, Section, random, safetensors};

/// What `interchange.py` has written.
const FROM_PYTHON: &[u8] = include_bytes!("safetensors/from_python.safetensors");

/// The arrays of a section whose names start with `prefix`, without it, and but for `x` and `y`.
fn part<T: Element>(section: &Section, prefix: &str) -> Section {
    let mut part = Section::new();
    for (name, _) in section.arrays() {
        match name.strip_prefix(prefix) {
            Some("x" | "y") | None => {}
            Some(short) => part.insert(short, "", section.array::<T>(name).unwrap()),
        }
    }
    part
}

fn agrees_with_python<T: Element>(prefix: &str, tolerance: f64) {
    let section = safetensors::from_bytes(FROM_PYTHON).unwrap().section;
    let mut model = Mlp::<T>::new(&[3, 5, 2]);
    part::<T>(&section, prefix).load_into(&mut model).unwrap();
    let [x, y] = ["x", "y"].map(|name| section.array::<T>(&format!("{prefix}{name}")).unwrap());
    let wide = |array: ArcArrayD<T>| array.iter().map(|x| x.wide()).collect::<Vec<_>>();
    let outputs = model.predict(&x);
    assert_eq!(outputs.shape(), y.shape());
    assert_relative_eq!(
        wide(outputs)[..],
        wide(y)[..],
        epsilon = tolerance,
        max_relative = tolerance
    );
}

#[test]
fn rust_reads_what_python_wrote() {
    agrees_with_python::<f32>("float32.", 1e-5);
    agrees_with_python::<f64>("float64.", 1e-13);
    let metadata = safetensors::from_bytes(FROM_PYTHON).unwrap().metadata;
    let expected = [("format", "np"), ("made by", "interchange.py")];
    assert_eq!(
        metadata,
        BTreeMap::from(expected.map(|(key, text)| (key.into(), text.into())))
    );
}

/// For `interchange.py check`.
#[test]
fn rust_writes_for_python() {
    fn insert<T: Element>(section: &mut Section, prefix: &str) {
        let model = Mlp::<T>::new(&[3, 5, 2]).seed(7);
        let x = array![[0.1, -0.2, 0.3], [1.0, 2.0, -3.0]].mapv(T::of);
        for (name, param) in model.parameters() {
            section.insert(&format!("{prefix}{name}"), "", &param.value);
        }
        section.insert(&format!("{prefix}x"), "", &x);
        section.insert(&format!("{prefix}y"), "", model.predict(&x));
    }
    let mut section = Section::new();
    insert::<f32>(&mut section, "float32.");
    insert::<f64>(&mut section, "float64.");
    let bytes = safetensors::to_bytes(&section, [("format", "np")]);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("from_rust.safetensors");
    fs::write(&path, &bytes).unwrap();
    println!("interchange.py check {}", path.display());
    let contents = safetensors::from_bytes(&bytes).unwrap();
    assert_eq!(contents.section.arrays().count(), 12);
    assert_eq!(contents.metadata["format"], "np");
}

#[test]
fn models_come_back() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("round_trip.safetensors");
    let mut model = Mlp::<f64>::new(&[2, 3, 1]).seed(1);
    model.layers[0].bias = Some(Param::new(Role::Bias, [-0.0, f64::NAN, 5e-324]));
    safetensors::save(&model, &path, []).unwrap();
    let mut other = Mlp::<f64>::new(&[2, 3, 1]);
    safetensors::load(&mut other, &path).unwrap();
    for ((name, a), (_, b)) in model.parameters().into_iter().zip(other.parameters()) {
        assert_eq!(
            a.value.mapv(f64::to_bits),
            b.value.mapv(f64::to_bits),
            "{name}"
        );
    }
    let mut empty = Section::new();
    empty.insert("none", "", vec![0.0_f32; 0]);
    empty.insert("one", "", 2.5_f64);
    let back = safetensors::from_bytes(&safetensors::to_bytes(&empty, []))
        .unwrap()
        .section;
    assert_eq!(back.array::<f32>("none").unwrap().shape(), [0]);
    assert_eq!(back.array::<f64>("one").unwrap().shape(), [0_usize; 0]);

    let before = file_bits(&other);
    let error = safetensors::load(&mut Dense::<f32>::new(2, 3), &path).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: `weight` is not in the file", path.display())
    );
    let folder = path.parent().unwrap();
    for path in [folder, Path::new("/dev/zero")] {
        if path.exists() {
            let error = safetensors::load(&mut other, path).unwrap_err();
            assert!(matches!(error.problem, LoadProblem::NotAFile), "{error}");
        }
    }
    let absent = path.with_extension("absent");
    let error = safetensors::load(&mut other, &absent).unwrap_err();
    let cause = fs::read(&absent).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: cannot be read: {cause}", absent.display())
    );
    assert_eq!(file_bits(&other), before);
    fs::remove_file(path).unwrap();
}

fn file_bits(model: &dyn Module<f64>) -> Vec<u8> {
    tapegrad_nn::file::to_bytes(model)
}

/// A file of a header and payloads.
fn file(header: &str, payloads: &[u8]) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length, header.as_bytes(), payloads].concat()
}

#[test]
fn refusals_say_why() {
    let malformed = |reason: &str| format!("the file is malformed: {reason}");
    // Eight arrays of 2⁶¹ − 1 bytes and the length of the header are 2⁶⁴ in all.
    let size = (1_u64 << 61) - 1;
    let huge: Vec<_> = (0..8)
        .map(|index| {
            let (from, to) = (index * size, (index + 1) * size);
            format!(r#""{index}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{from},{to}]}}"#)
        })
        .collect();
    let table = [
        (vec![0; 7], malformed("there are fewer than 8 bytes")),
        (
            vec![0xFF; 8],
            malformed("the header is longer than the file"),
        ),
        (
            vec![1, 0, 0, 0, 0, 0, 0, 0],
            malformed("the header is longer than the file"),
        ),
        (
            file("{", &[]),
            malformed(
                "the header cannot be decoded: EOF while parsing an object at line 1 column 1",
            ),
        ),
        (
            file(
                r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
                &[0; 8],
            ),
            malformed(
                "the header cannot be decoded: invalid shape, data type, or offset for tensor",
            ),
        ),
        (
            file(
                r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
                &[0; 5],
            ),
            malformed("the header and the bytes after it differ in length"),
        ),
        (
            file(&format!("{{{}}}", huge.join(",")), &[]),
            malformed("the header and the bytes after it differ in length"),
        ),
        (
            file(
                r#"{"a":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}"#,
                &[],
            ),
            malformed("`a` cannot have the shape [0, 4611686018427387904, 4611686018427387904]"),
        ),
        (
            file(
                r#"{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}"#,
                &[0; 2],
            ),
            "`a` holds BF16 in the file; it must be F32 or F64".to_owned(),
        ),
    ];
    for (bytes, sentence) in table {
        assert_eq!(
            safetensors::from_bytes(&bytes).unwrap_err().to_string(),
            sentence
        );
    }
}

#[test]
fn every_truncation_is_noticed_and_no_mutant_panics() {
    let whole = safetensors::to_bytes(&Section::of(&Dense::<f32>::new(1, 2)), [("a", "b")]);
    for length in 0..whole.len() {
        assert!(
            safetensors::from_bytes(&whole[..length]).is_err(),
            "{length}"
        );
    }
    let mut stream = random::stream(1);
    let mut accepted = 0;
    for _ in 0..100_000 {
        let mut bytes = whole.clone();
        let at = stream.random_range(8..bytes.len());
        bytes[at] = match stream.random_range(0..3) {
            0 => stream.random(),
            1 => bytes[stream.random_range(8..whole.len())],
            _ => stream.random_range(b'0'..=b'9'),
        };
        let mut model = Dense::<f32>::new(1, 2).seed(3);
        let before = tapegrad_nn::file::to_bytes(&model);
        let outcome = safetensors::from_bytes(&bytes)
            .and_then(|contents| contents.section.load_into(&mut model));
        match outcome {
            Ok(()) => accepted += 1,
            Err(_) => assert_eq!(tapegrad_nn::file::to_bytes(&model), before),
        }
    }
    assert!(
        (1_000..50_000).contains(&accepted),
        "{accepted} were accepted"
    );
}
