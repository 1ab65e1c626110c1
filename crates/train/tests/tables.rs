//! Tables of text: what columns mean, what stands for missing values, and that no bytes are a panic.

use std::panic::catch_unwind;

use ndarray::{Array2, Axis, array};
use rand::RngExt;
use tapegrad_autodiff::{ArcArrayD, IntoValue};
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{Checkpoint, Section};
use tapegrad_train::data::{
    Columns, DataError, DataProblem, Dataset, FittedColumns, HoldOut, Missing, Splitter,
    Standardizer, StratifiedKFold, Table, Task, Transform,
};

fn table(text: &str) -> Table {
    Table::read("data.csv", text.as_bytes()).unwrap()
}

fn matrix(x: Array2<f64>) -> ArcArrayD<f64> {
    x.into_value()
}

/// The small sets beside the examples: rows, inputs and classes.
#[test]
fn sets_of_the_examples() {
    for (name, label, rows, features, classes) in [
        ("iris", "species", 150, 4, 3),
        ("digits", "digit", 1797, 64, 10),
    ] {
        let path = format!(
            "{}/../../examples/data/{name}.csv",
            env!("CARGO_MANIFEST_DIR")
        );
        let data = Dataset::<f32>::read_csv(&path, &[label]).unwrap();
        assert_eq!((data.rows(), data.features()), (rows, features));
        data.check(Task::Classes(classes)).unwrap();
        let (same, labels) = Table::open(&path).unwrap().classes(label).unwrap();
        assert_eq!(
            (same, labels.count()),
            (data.clone(), classes),
            "numbers as labels keep their order"
        );
        let (train, test) = HoldOut::new(0.2, 1).stratified().split(&data).unwrap();
        assert_eq!(train.rows() + test.rows(), rows);
        for data in [train, test] {
            data.check(Task::Classes(classes)).unwrap();
        }
        assert_eq!(StratifiedKFold::new(5).folds(&data).unwrap().len(), 5);
    }
}

/// What is filled in comes from the rows that were fitted on, whatever the others hold.
#[test]
fn missing_values_are_filled_from_the_rows_for_training() {
    let train = table("a,b,c,y\n1,x,10,0\n,x,20,1\n3,,NA,0\n8,z,nan,1\n? ,z,90,1\n");
    let test = table("y,c,b,a,other\n1,,,,?\n0,7,z,-5,\n");
    for (missing, a, b, c) in [
        (Missing::Mean, 4.0, 0, 40.0),
        (Missing::Median, 3.0, 0, 20.0),
        (Missing::Constant(-1.0), -1.0, 0, -1.0),
    ] {
        let columns = Columns::targets(&["y"])
            .one_hot(&["b"])
            .missing(missing)
            .fit(&train)
            .unwrap();
        assert_eq!(columns.input_names(), ["a", "b=x", "b=z", "c"]);
        let [x, z] = [0, 1].map(|class| f64::from(u8::from(b == class)));
        let data = columns.dataset::<f64>(&test).unwrap();
        assert_eq!(
            data.x,
            matrix(array![[a, x, z, c], [-5.0, 0.0, 1.0, 7.0]]),
            "{missing:?}"
        );
        assert_eq!(data.y, matrix(array![[1.0], [0.0]]));
        let data = columns.dataset::<f64>(&train).unwrap();
        assert_eq!(
            data.x.index_axis(Axis(1), 0).to_vec_of(),
            [1.0, a, 3.0, 8.0, a]
        );
        assert_eq!(
            data.x.index_axis(Axis(1), 3).to_vec_of(),
            [10.0, 20.0, c, c, 90.0]
        );
    }
    let even = table("a,y\n1,0\n2,0\n4,0\n9,0\n,0\n");
    let columns = Columns::targets(&["y"])
        .missing(Missing::Median)
        .fit(&even)
        .unwrap();
    assert_eq!(columns.dataset::<f64>(&even).unwrap().x[[4, 0]], 3.0);
    let large = table("a,y\n1.5e308,0\n1.5e308,0\n,0\n");
    let columns = Columns::targets(&["y"])
        .missing(Missing::Mean)
        .fit(&large)
        .unwrap();
    assert_eq!(columns.dataset::<f64>(&large).unwrap().x[[2, 0]], 1.5e308);
}

#[test]
fn rows_with_missing_values_are_dropped() {
    let text = "a,b,y\n1,x,0\n,x,1\n3,,0\n8,z,\n5,y,1\n";
    let columns = || Columns::label("y").one_hot(&["b"]).missing(Missing::Drop);
    let fitted = columns().fit(&table(text)).unwrap();
    assert_eq!(
        fitted.input_names(),
        ["a", "b=x", "b=y"],
        "`z` stands in a row that is dropped"
    );
    let data = fitted.dataset::<f64>(&table(text)).unwrap();
    assert_eq!(data.x, matrix(array![[1.0, 1.0, 0.0], [5.0, 0.0, 1.0]]));
    assert_eq!(data.classes(), [0, 1]);
    // A column that is not used may lack values.
    let data = columns().leave_out(&["a"]).fit(&table(text)).unwrap();
    assert_eq!(data.dataset::<f64>(&table(text)).unwrap().rows(), 3);
    // For predictions each row counts.
    let inputs = fitted.inputs::<f64>(&table("b,a\ny,2\nx,\n"));
    assert!(matches!(
        inputs.unwrap_err().problem,
        DataProblem::MissingValue { line: 3, .. }
    ));
    assert_eq!(
        fitted.inputs::<f64>(&table("b,a\ny,2\n")).unwrap(),
        matrix(array![[2.0, 0.0, 1.0]])
    );
}

#[test]
fn unknown_texts_are_refused_or_nothing() {
    let train = table("b,y\nx,0\nz,1\n");
    let columns = Columns::label("y")
        .one_hot(&["b"])
        .ignore_unknown()
        .fit(&train)
        .unwrap();
    let data = columns.dataset::<f64>(&table("b,y\nnew,1\n")).unwrap();
    assert_eq!(data.x, matrix(array![[0.0, 0.0]]));
    let label = columns.dataset::<f64>(&table("b,y\nx,2\n")).unwrap_err();
    assert!(
        matches!(label.problem, DataProblem::UnknownText { line: 2, .. }),
        "labels always are"
    );
}

#[test]
fn fitted_columns_come_back_from_a_file() {
    let train = table("a,b,y\n1,x,no\n,x,yes\n3,,yes\n8,z,no\n");
    for columns in [
        Columns::label("y").one_hot(&["b"]).missing(Missing::Mean),
        Columns::label("y")
            .one_hot(&["b"])
            .missing(Missing::Drop)
            .ignore_unknown(),
        Columns::targets(&[])
            .leave_out(&["b", "y"])
            .missing(Missing::Constant(2.0)),
    ] {
        let fitted = columns.fit(&train).unwrap();
        let bytes = Checkpoint::new().with("columns", fitted.save()).to_bytes();
        let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
        let section = checkpoint.section("columns").unwrap();
        let loaded = FittedColumns::load(section).unwrap();
        assert_eq!(loaded, fitted);
        assert_eq!(
            loaded.dataset::<f32>(&train).unwrap(),
            fitted.dataset(&train).unwrap()
        );
    }
    assert!(FittedColumns::load(&Section::new()).is_err());
    // What no program wrote.
    type Texts = Option<(Vec<String>, Option<usize>)>;
    let texts = |fill| Some((vec!["a".to_owned()], Some(fill)));
    for (fill, texts, fits) in [
        (Some(1.0), None, true),
        (Some(f64::NAN), None, false),
        (None, texts(0), true),
        (None, texts(1), false),
        (None, Some((vec!["a".to_owned(); 2], None)), false),
    ] {
        let column: (String, Option<f64>, Texts) = ("a".to_owned(), fill, texts);
        let columns = (vec![column], Vec::<(String, Option<f64>, Texts)>::new());
        let mut section = Section::new();
        section.set_state_of("FittedColumns", 1, &(columns, false, false));
        assert_eq!(FittedColumns::load(&section).is_ok(), fits);
    }
}

#[test]
fn rows_of_a_table_keep_their_lines() {
    let rows = table("a,b\n1,x\n\n2,y\n3,z\n");
    assert_eq!((rows.rows(), rows.field(1, 1)), (3, "y"));
    let selected = rows.select(&[2, 1]);
    assert_eq!((selected.field(0, 0), selected.field(1, 1)), ("3", "y"));
    let error = selected.dataset::<f64>(&["a"]).unwrap_err();
    assert!(
        matches!(error.problem, DataProblem::NotANumber { line: 5, .. }),
        "{error}"
    );
    // The same rows as a data set's.
    let numbers = table(&format!(
        "a,y\n{}",
        (0..20).map(|i| format!("{i},0\n")).collect::<String>()
    ));
    let (first, others) = numbers.split(0.3, 7);
    let data = numbers.dataset::<f64>(&["y"]).unwrap().split(0.3, 7);
    assert_eq!(
        (
            first.dataset(&["y"]).unwrap(),
            others.dataset(&["y"]).unwrap()
        ),
        data
    );
}

/// A byte or a few are changed, left out, doubled or put in, a few times.
fn mutate(text: &[u8], stream: &mut Stream) -> Vec<u8> {
    const BYTES: &[u8] = b",\n\r\"';\t 0123456789.-+eE?aNnx\0\xff\xc3\xef\xbb\xbf";
    let mut text = text.to_vec();
    for _ in 0..stream.random_range(1..6) {
        let start = stream.random_range(0..=text.len());
        let end = (start + stream.random_range(0..12_usize)).min(text.len());
        match stream.random_range(0..6) {
            0 => drop(text.drain(start..end)),
            1 => text.truncate(start),
            2 => {
                let doubled = text[start..end].to_vec();
                text.splice(start..start, doubled);
            }
            3 if start < text.len() => text[start] = BYTES[stream.random_range(0..BYTES.len())],
            4 if start < text.len() => text[start] ^= 1 << stream.random_range(0..8),
            _ => text.insert(start, BYTES[stream.random_range(0..BYTES.len())]),
        }
    }
    text
}

/// Reads bytes in every way; whether they were a data set each time, or why not.
fn read(bytes: &[u8]) -> Result<(), DataError> {
    let table = Table::read("mutated.csv", bytes)?;
    let missing = [
        Missing::Refuse,
        Missing::Drop,
        Missing::Mean,
        Missing::Median,
        Missing::Constant(0.5),
    ];
    let mut last = Ok(());
    for missing in missing {
        let columns = Columns::label("kind").one_hot(&["colour"]).missing(missing);
        let data = columns
            .fit(&table)
            .and_then(|columns| columns.dataset::<f32>(&table));
        last = data.and_then(|data| {
            assert!(data.rows() <= table.rows());
            assert!(data.x.iter().chain(&data.y).all(|x| x.is_finite()));
            data.check(Task::Classes(3))?;
            for fold in StratifiedKFold::new(2).shuffle(1).folds(&data)? {
                let (train, test) = fold.of(&data);
                Standardizer::fit(&train.x).transform(&test.x);
            }
            HoldOut::new(0.3, 1).stratified().split(&data)?;
            data.balanced_class_weights().map(drop)
        });
    }
    last
}

/// 20 000 mutated files, or as many as `MUTATED_CSV` says; 10⁶ passed.
#[test]
fn no_mutated_file_is_a_panic() {
    let seeds: [&[u8]; 3] = [
        b"size,colour,kind\n1.5,red,oak\n2e1,blue,elm\n-3,red,elm\n4,blue,oak\n.5,green,oak\n7,green,elm\n",
        b"\xef\xbb\xbf\"size\", colour ,kind\r\n1,\"a \"\"b\"\"\",x\r\n,\"c,\nd\",y\r\n\r\nNaN,e,x\r\n5,,y",
        b"kind,size,colour,more\r0,1,2,3\r1,4,5,6\r0,7,8,9\r1,1,1,1\r2,?,2,null\r",
    ];
    assert!(read(seeds[0]).is_ok());
    let count = std::env::var("MUTATED_CSV").map_or(20_000, |count| count.parse().unwrap());
    let (mut accepted, mut refused) = (0, std::collections::BTreeSet::new());
    for seed in 0..count {
        let bytes = mutate(seeds[seed % 3], &mut random::stream(seed as u64));
        let outcome =
            catch_unwind(|| read(&bytes)).unwrap_or_else(|_| panic!("seed {seed}: {bytes:?}"));
        match outcome {
            Ok(()) => accepted += 1,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                let variant = format!("{:?}", error.problem);
                refused.insert(variant.split([' ', '{']).next().unwrap().to_owned());
            }
        }
    }
    assert!(accepted > count / 20, "{accepted}");
    assert!(
        refused.len() >= 10,
        "every kind of damage comes: {refused:?}"
    );
}

trait ToVec {
    fn to_vec_of(&self) -> Vec<f64>;
}

impl<S: ndarray::Data<Elem = f64>, D: ndarray::Dimension> ToVec for ndarray::ArrayBase<S, D> {
    fn to_vec_of(&self) -> Vec<f64> {
        self.iter().copied().collect()
    }
}
