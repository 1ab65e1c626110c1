//! Transforms: scikit-learn's numbers, undone by the inverse, the same from a file.

use approx::assert_relative_eq;
use ndarray::{Array2, Axis, array, s};
use serde::Deserialize;
use tapegrad_autodiff::{ArcArrayD, Element, IntoValue};
use tapegrad_nn::{Checkpoint, Section};
use tapegrad_train::data::{Dataset, LabelEncoder, MinMax, OneHot, Pca, Standardizer, Transform};

/// What is read here of `fixtures/scikit_learn.json`, made by the script beside it.
#[derive(Deserialize)]
struct Fixture {
    scaled: Vec<Scaled>,
    one_hot: Categories,
    label_encoding: Labels,
    components: Vec<Components>,
}

#[derive(Deserialize)]
struct Scaled {
    name: String,
    x: Vec<Vec<f64>>,
    standard: Vec<Vec<f64>>,
    low: f64,
    high: f64,
    min_max: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Categories {
    x: Vec<Vec<f64>>,
    y: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Labels {
    labels: Vec<String>,
    classes: Vec<String>,
    codes: Vec<usize>,
}

#[derive(Deserialize)]
struct Components {
    name: String,
    x: Vec<Vec<f64>>,
    count: usize,
    components: Vec<Vec<f64>>,
    variance: Vec<f64>,
    ratio: Vec<f64>,
    first_rows: Vec<Vec<f64>>,
    restored: Vec<Vec<f64>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/scikit_learn.json")).unwrap()
}

fn matrix(rows: &[Vec<f64>]) -> ArcArrayD<f64> {
    let columns = rows.first().map_or(0, Vec::len);
    let matrix = Array2::from_shape_vec([rows.len(), columns], rows.concat());
    matrix.unwrap().into_value()
}

#[track_caller]
fn near(name: &str, ours: &ArcArrayD<f64>, theirs: &ArcArrayD<f64>, tolerance: f64) {
    assert_eq!(ours.shape(), theirs.shape(), "{name}");
    let scale = theirs.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    for (at, x) in ours.indexed_iter() {
        let y = theirs[at.clone()];
        assert!(
            (x - y).abs() <= tolerance * scale,
            "{name}, {at:?}: {x} is not {y}"
        );
    }
}

#[test]
fn scales_are_those_of_scikit_learn() {
    for case in fixture().scaled {
        let x = matrix(&case.x);
        let standard = Standardizer::fit(&x).transform(&x);
        // Of numbers near 1e9 with a deviation of 1e8, each has lost 1e-16 · 10 already.
        near(&case.name, &standard, &matrix(&case.standard), 1e-13);
        let min_max = MinMax::fit_between(case.low, case.high, &x).transform(&x);
        near(&case.name, &min_max, &matrix(&case.min_max), 1e-13);
    }
}

#[test]
fn codes_are_those_of_scikit_learn() {
    let fixture = fixture();
    let x = matrix(&fixture.one_hot.x);
    let one_hot = OneHot::fit(&x);
    assert_eq!(one_hot.transform(&x), matrix(&fixture.one_hot.y));
    let labels = &fixture.label_encoding.labels;
    let encoder = LabelEncoder::fit(labels);
    assert_eq!(encoder.labels(), fixture.label_encoding.classes);
    assert_eq!(
        encoder.encode(labels).unwrap(),
        fixture.label_encoding.codes
    );
    assert_eq!(encoder.decode(&fixture.label_encoding.codes), *labels);
}

#[test]
fn components_are_those_of_scikit_learn() {
    let read = |name: &str, target: &str| {
        let path = format!(
            "{}/../../examples/data/{name}.csv",
            env!("CARGO_MANIFEST_DIR")
        );
        Dataset::<f64>::read_csv(path, &[target]).unwrap().x
    };
    for case in fixture().components {
        let x = match case.name.as_str() {
            "iris" => read("iris", "species"),
            "digits" => read("digits", "digit"),
            _ => matrix(&case.x),
        };
        let (name, pca) = (&case.name, Pca::fit(case.count, &x));
        near(name, &pca.components, &matrix(&case.components), 1e-10);
        for (ours, theirs) in pca.explained_variance.iter().zip(&case.variance) {
            assert_relative_eq!(*ours, *theirs, max_relative = 1e-10);
        }
        for (ours, theirs) in pca.explained_variance_ratio.iter().zip(&case.ratio) {
            assert_relative_eq!(*ours, *theirs, max_relative = 1e-10);
        }
        let first = x.slice(s![..4, ..]);
        let y = pca.transform(&first);
        near(name, &y, &matrix(&case.first_rows), 1e-10);
        near(name, &pca.inverse(y), &matrix(&case.restored), 1e-10);
    }
}

/// What no reference tells: orthonormal for any rank, and all components lose nothing.
#[test]
fn components_are_orthonormal_whatever_the_rank() {
    let full = Array2::from_shape_fn([9, 5], |(i, j)| {
        ((i * 7 + j * 3) % 11) as f64 - (i * j) as f64
    });
    let rank_one = Array2::from_shape_fn([9, 5], |(i, j)| ((i + 1) * (j + 2)) as f64);
    let tiny = &full * 1e-150;
    let huge = &full * 1e120;
    for (name, x) in [
        ("full", full),
        ("rank one", rank_one),
        ("no variance", Array2::from_elem([9, 5], 0.1)),
        (
            "equal variances",
            Array2::from_shape_fn([10, 5], |(i, j)| f64::from(u8::from(i % 5 == j))),
        ),
        ("tiny", tiny),
        ("huge", huge),
    ] {
        let pca = Pca::<f64>::fit(5, &x);
        let c = pca
            .components
            .view()
            .into_dimensionality::<ndarray::Ix2>()
            .unwrap();
        near(
            name,
            &c.dot(&c.t()).into_value(),
            &Array2::eye(5).into_value(),
            1e-13,
        );
        assert!(pca.explained_variance.is_sorted_by(|a, b| a >= b), "{name}");
        near(
            name,
            &pca.inverse(pca.transform(&x)),
            &x.into_value(),
            1e-13,
        );
    }
    assert_eq!(
        Pca::<f64>::fit(1, array![[2.0, 5.0]]).explained_variance,
        [0.0]
    );
}

/// For every transform: the inverse undoes it, columns of another fit are changed by what was fitted, a
/// section brings it back bit for bit in either element type, and another transform's is refused.
#[test]
fn every_transform_is_undone_and_saved() {
    fn check<T: Element, F: Transform<T> + PartialEq + std::fmt::Debug>(
        x: &ArcArrayD<T>,
        transform: &F,
    ) -> Section {
        let y = transform.transform(x);
        for (back, x) in transform.inverse(&y).iter().zip(x) {
            assert_relative_eq!(back.wide(), x.wide(), max_relative = 1e-5, epsilon = 1e-6);
        }
        assert_eq!(transform.refit(x), *transform);
        let other = x.select(Axis(0), &[2, 0]).into_shared();
        assert_eq!(transform.transform(&other), y.select(Axis(0), &[2, 0]));
        assert_ne!(
            transform.refit(x.mapv(|x| x * T::of(3.0) + T::one()).into_value()),
            *transform
        );

        let bytes = Checkpoint::new()
            .with("inputs", transform.save())
            .to_bytes();
        let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
        let section = checkpoint.section("inputs").unwrap();
        assert_eq!(F::load(section).unwrap(), *transform);
        assert!(F::load(&Section::new()).is_err());
        let mut damaged = section.clone();
        let name = section.arrays().next().unwrap().0;
        damaged.insert(name, "damage", [T::nan()]);
        assert!(F::load(&damaged).is_err());
        section.clone()
    }
    fn all<T: Element>() -> [Section; 4] {
        let x = array![
            [1.0, 5.0, -2.0],
            [4.0, 5.0, 0.5],
            [2.5, 7.0, 3.0],
            [1.0, -1.0, 3.0]
        ];
        let x = x.mapv(T::of).into_value();
        [
            check(&x, &Standardizer::fit(&x)),
            check(&x, &MinMax::fit_between(-1.0, 4.0, &x)),
            check(&x, &OneHot::fit(&x).ignore_unknown()),
            check(&x, &Pca::fit(3, &x)),
        ]
    }
    let _ = all::<f32>();
    let sections = all::<f64>();
    let problems = |section: &Section| {
        [
            Standardizer::<f64>::load(section).err(),
            MinMax::<f64>::load(section).err(),
            OneHot::<f64>::load(section).err(),
            Pca::<f64>::load(section).err(),
        ]
    };
    let names = ["Standardizer", "MinMax", "OneHot", "Pca"];
    for (file, section) in names.iter().zip(&sections) {
        for (here, problem) in names.iter().zip(problems(section)) {
            let told = problem.map(|problem| problem.to_string());
            let expected = format!("the state in the file is of {file}; here it must be of {here}");
            assert_eq!(told, (file != here).then_some(expected));
        }
        // The other element type, when asked.
        let problem = Standardizer::<f32>::load(&section.convert::<f32>());
        assert_eq!(problem.is_ok(), *file == "Standardizer");
    }
    assert!(
        Standardizer::<f32>::load(&sections[0])
            .unwrap_err()
            .to_string()
            .contains("f32 is asked for")
    );
}

#[test]
fn categories_and_labels() {
    let one_hot = OneHot::<f64>::fit(array![[0.0, 4.0], [-0.0, 3.0]]);
    assert_eq!(one_hot.categories(), [vec![0.0], vec![3.0, 4.0]]);
    let back = one_hot.inverse(array![[0.2, 0.5, 0.5], [0.0, 0.0, 1.0]]);
    assert_eq!(back.row_of(0), [0.0, 3.0]);
    assert!(back[[1, 0]].is_nan());

    let numbers = LabelEncoder::fit(&["10", "9", "-1", "9"]);
    assert_eq!(numbers.labels(), ["-1", "9", "10"]);
    assert_eq!(LabelEncoder::load(&numbers.save()).unwrap(), numbers);
    assert_eq!(
        LabelEncoder::fit(&["10", "9", "x"]).labels(),
        ["10", "9", "x"]
    );
    assert_eq!(LabelEncoder::fit(&[] as &[&str]).count(), 0);
    let mut twice = Section::new();
    twice.set_state_of("LabelEncoder", 1, ["a", "a"].as_slice());
    assert!(
        LabelEncoder::load(&twice)
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
}

trait RowOf {
    fn row_of(&self, row: usize) -> Vec<f64>;
}

impl RowOf for ArcArrayD<f64> {
    fn row_of(&self, row: usize) -> Vec<f64> {
        self.index_axis(Axis(0), row).iter().copied().collect()
    }
}
