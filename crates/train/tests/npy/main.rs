//! NumPy's files: what NumPy wrote, what it is to read, and that no bytes are a panic.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use ndarray::{ArrayD, array};
use rand::RngExt;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::random;
use tapegrad_train::data::{DataProblem, Dataset, npy, npz};

/// What `interchange.py` has written.
const STORED: &[u8] = include_bytes!("stored.npz");
const COMPRESSED: &[u8] = include_bytes!("compressed.npz");
const VERSIONS: [&[u8]; 3] = [
    include_bytes!("versions/1.npy"),
    include_bytes!("versions/2.npy"),
    include_bytes!("versions/3.npy"),
];

fn numbers<T: Element>() -> ArcArrayD<T> {
    let numbers = array![[0.0, 1.0, 100.0], [7.0, 50.0, 3.0]];
    numbers.mapv(T::of).into_value()
}

fn bits(array: &ArcArrayD<f64>) -> ArrayD<u64> {
    array.mapv(f64::to_bits)
}

#[test]
fn every_type_of_numpy_is_read() {
    fn check<T: Element>(bytes: &[u8]) {
        let arrays = npz::from_bytes::<T>(bytes).unwrap();
        for kind in ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"] {
            for name in [kind.to_owned(), format!("{kind} in columns")] {
                assert_eq!(arrays[&name], numbers::<T>(), "{name}");
                assert!(arrays[&name].is_standard_layout(), "{name}");
            }
        }
        let above = numbers::<T>().mapv(|x| T::of(f64::from(u8::from(x.wide() > 5.0))));
        assert_eq!(arrays["b1"], above);
        assert_eq!(arrays["nothing"].shape(), [3, 0]);
        assert_eq!(
            (arrays["number"].shape(), arrays["number"][[]].wide()),
            (&[][..], 2.5)
        );
        let three = ArrayD::from_shape_fn(vec![2, 3, 4], |at| {
            T::of((12 * at[0] + 4 * at[1] + at[2]) as f64)
        });
        assert_eq!(
            (&arrays["three axes"], &arrays["three axes in columns"]),
            (&three.clone().into_value(), &three.into_value())
        );
        assert_eq!(arrays.len(), 26);
    }
    check::<f32>(STORED);
    check::<f64>(STORED);
    check::<f64>(COMPRESSED);
    let list = &npz::from_bytes::<f64>(COMPRESSED).unwrap()["list"];
    assert_eq!(
        bits(list),
        [-1.5, f64::NAN, f64::INFINITY, -0.0, 5e-324]
            .into_value()
            .mapv(f64::to_bits)
    );
    for bytes in VERSIONS {
        assert_eq!(npy::from_bytes::<f32>(bytes).unwrap(), numbers::<f32>());
    }
}

/// For `interchange.py check`.
#[test]
fn rust_writes_for_numpy() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("from_rust.npz");
    let list = [-1.5, f64::NAN, f64::INFINITY, -0.0, 5e-324].into_value();
    let number = 2.5_f64.into_value();
    let nothing = ArcArrayD::zeros(vec![3, 0]);
    let x64 = numbers::<f64>().mapv(|x| x + 0.5).into_value();
    let x32 = numbers::<f64>().mapv(|x| x + 0.5).into_value();
    let arrays = [
        ("x64", &x64),
        ("list", &list),
        ("nothing", &nothing),
        ("number", &number),
    ];
    npz::write(&path, &arrays).unwrap();
    let back = npz::read::<f64>(&path).unwrap();
    for (name, array) in arrays {
        assert_eq!(bits(&back[name]), bits(array), "{name}");
        let file = path.with_extension(format!("{name}.npy"));
        npy::write(&file, array).unwrap();
        assert_eq!(bits(&npy::read(&file).unwrap()), bits(array));
        assert_eq!(
            fs::metadata(file).unwrap().len() as usize,
            128 + 8 * array.len()
        );
    }
    // One of the other type, in an archive of both by hand: `npz::write` has one type.
    let x32 = npy::to_bytes(x32.mapv(|x| x as f32));
    let mut archive = zip::ZipWriter::new_append(
        fs::File::options()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap(),
    )
    .unwrap();
    archive
        .start_file(
            "x32.npy",
            zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored),
        )
        .unwrap();
    std::io::Write::write_all(&mut archive, &x32).unwrap();
    archive.finish().unwrap();
    println!("interchange.py check {}", path.display());
}

#[test]
fn data_sets_come_back() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data.npz");
    let data = Dataset::<f32>::new(numbers::<f32>(), array![[1.0], [0.0]]);
    for data in [data.clone().weighted([0.5, 2.0]), data] {
        data.write_npz(&path).unwrap();
        assert_eq!(Dataset::read_npz(&path, "x", "y").unwrap(), data);
    }
    let list = [1.0, 2.0].into_value();
    npz::write(&path, &[("inputs", &numbers::<f64>()), ("weights", &list)]).unwrap();
    let data = Dataset::read_npz(&path, "inputs", "weights").unwrap();
    assert_eq!(
        (data.y, data.weights),
        (array![[1.0], [2.0]].into_value(), None),
        "a list is a column"
    );
}

fn mutated(bytes: &[u8], seed: u64) -> Vec<u8> {
    const BYTES: &[u8] = b"0123456789,()'<>fiu8 \xff\0";
    let mut stream = random::stream(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..stream.random_range(1..4) {
        let at = stream.random_range(0..bytes.len());
        match stream.random_range(0..4) {
            0 => bytes[at] ^= 1 << stream.random_range(0..8),
            1 => bytes[at] = BYTES[stream.random_range(0..BYTES.len())],
            2 => bytes.truncate(at + 1),
            _ => bytes.insert(at, b"0123456789"[stream.random_range(0..10)]),
        }
    }
    bytes
}

#[test]
fn no_mutated_file_is_a_panic() {
    let dataset = npz::to_bytes(&[("x", &numbers::<f32>()), ("y", &numbers())]).unwrap();
    let npys = [
        VERSIONS[0],
        VERSIONS[1],
        &npy::to_bytes::<f64>(numbers::<f64>()),
    ];
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..30_000_u64 {
        // Half of the damage is to headers, half to numbers.
        let source = npys[seed as usize % 3];
        let (head, tail) = source.split_at(128);
        let bytes = match seed % 2 {
            0 => [&mutated(head, seed), tail].concat(),
            _ => [head, &mutated(tail, seed)].concat(),
        };
        let outcome = catch_unwind(|| npy::from_bytes::<f32>(&bytes).map(drop));
        match outcome.unwrap_or_else(|_| panic!("seed {seed}: {bytes:?}")) {
            Ok(()) => accepted += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted}, {refused}");
    for seed in 0..5_000 {
        let source = [COMPRESSED, &dataset][seed as usize % 2];
        let bytes = mutated(source, seed);
        let outcome = catch_unwind(|| drop(npz::from_bytes::<f64>(&bytes)));
        outcome.unwrap_or_else(|_| panic!("seed {seed}"));
    }
    for end in 0..dataset.len() {
        assert!(npz::from_bytes::<f64>(&dataset[..end]).is_err());
    }
}

/// What a header states beyond the bytes is an error before it is allocated.
#[test]
fn shapes_beyond_the_file_are_refused() {
    let header = |shape: &str| {
        let text = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}, }}");
        let length = u16::try_from(text.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], text.as_bytes()].concat()
    };
    for shape in [
        "(1000000000000,)",
        "(0, 9223372036854775807, 8)",
        "(18446744073709551615, 2)",
        "(4294967296, 4294967296)",
    ] {
        assert!(npy::from_bytes::<f64>(&header(shape)).is_err(), "{shape}");
    }
    let axes = |count: usize| header(&format!("({})", "1, ".repeat(count)));
    let one = |count| npy::from_bytes::<f64>(&[&axes(count)[..], &[0; 8]].concat());
    assert!(one(64).is_ok());
    assert!(matches!(
        one(65).unwrap_err().problem,
        DataProblem::NpyHeader { .. }
    ));
}

#[test]
fn what_is_told() {
    let told = |bytes: &[u8]| npy::from_bytes::<f32>(bytes).unwrap_err().to_string();
    let changed = |from: &str, to: &str| {
        let at = VERSIONS[0]
            .windows(from.len())
            .position(|bytes| bytes == from.as_bytes())
            .unwrap();
        let mut bytes = VERSIONS[0].to_vec();
        bytes.splice(at..at + from.len(), to.bytes());
        told(&bytes)
    };
    assert_eq!(
        told(b"a,b\n1,2\n"),
        "this is no .npy file; its first bytes are others"
    );
    assert_eq!(
        told(b"\x93NUMPY\x04\x01"),
        "the format has the version 4.1; versions 1, 2 and 3 are read"
    );
    assert_eq!(
        told(&VERSIONS[0][..30]),
        "the header is malformed: it ends early"
    );
    assert_eq!(
        told(&VERSIONS[0][..150]),
        "the array has 22 bytes; by its header it must have 24"
    );
    let descr = |descr| {
        format!(
            "the numbers are of the type {descr:?}; they must be floats of 4 or 8 bytes, integers or bool, little-endian"
        )
    };
    assert_eq!(
        told(include_bytes!("versions/big_endian.npy")),
        descr(">f8")
    );
    assert_eq!(told(include_bytes!("versions/complex.npy")), descr("<c16"));
    assert_eq!(
        told(include_bytes!("versions/record.npy")),
        "the header is malformed: a text is missing; records are not read"
    );
    for (from, to, reason) in [
        ("shape", "shapf", "a key is unknown or there twice"),
        ("'descr': '<f4', ", "                ", "a key is missing"),
        ("descr", "shape", "`(` is missing"),
        ("': '<f4', ", "   '<f4', ", "`:` is missing"),
        ("'shape'", "'shape ", "a text does not end"),
        (
            "False",
            "false",
            "`fortran_order` is neither `True` nor `False`",
        ),
        ("(2, 3)", "(2, -)", "the shape is none"),
        ("}  ", "} 0", "something follows the dictionary"),
    ] {
        assert_eq!(
            changed(from, to),
            format!("the header is malformed: {reason}")
        );
    }
    let large = npy::to_bytes::<f64>(array![[1.0, 2.0], [3.0, -1e39]]);
    assert_eq!(
        told(&large),
        "element [1, 1]: -1e39 is given; it must be finite in the element type"
    );

    let x = numbers::<f64>();
    let arrays = npz::to_bytes(&[
        ("x", &x),
        ("y", &[1.0, 2.0, 3.0].into_value()),
        ("z", &ArcArrayD::zeros(vec![2, 1, 1])),
        ("weights", &x),
    ])
    .unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("told.npz");
    fs::write(&path, &arrays).unwrap();
    let of = |x: &str, y: &str| {
        let told = Dataset::<f64>::read_npz(&path, x, y)
            .unwrap_err()
            .to_string();
        told.replace(&path.display().to_string(), "told.npz")
    };
    assert_eq!(
        of("x", "a"),
        "told.npz: there is no array `a`; the arrays are [\"weights\", \"x\", \"y\", \"z\"]"
    );
    assert_eq!(
        of("x", "y"),
        "told.npz, array `y`: the shape is [3, 1]; it must have 2 rows, as `x`"
    );
    assert_eq!(
        of("z", "x"),
        "told.npz, array `z`: the shape is [2, 1, 1]; it must have one axis or two"
    );
    assert_eq!(
        of("x", "x"),
        "told.npz, array `weights`: the shape is [2, 3]; it must have one axis of 2 rows, as `x`"
    );
    let large = npz::to_bytes(&[("large", &[1e39].into_value())]).unwrap();
    assert_eq!(
        npz::from_bytes::<f32>(&large).unwrap_err().to_string(),
        "array `large`, element [0]: 1e39 is given; it must be finite in the element type"
    );
    let told = npz::from_bytes::<f32>(b"PK").unwrap_err().to_string();
    assert!(told.starts_with("the archive is malformed: "), "{told}");
    let twice = npz::to_bytes(&[("x", &x), ("x", &x)])
        .unwrap_err()
        .to_string();
    assert!(twice.starts_with("the archive is malformed: "), "{twice}");
    let nowhere = npy::write("no/such/folder", &x).unwrap_err().to_string();
    assert!(
        nowhere.starts_with("no/such/folder: cannot be written: "),
        "{nowhere}"
    );
    assert!(
        npy::read::<f64>("no/such.npy")
            .unwrap_err()
            .to_string()
            .starts_with("no/such.npy: cannot be read: ")
    );
}
