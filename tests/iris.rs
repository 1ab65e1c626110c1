//! The page of code in the README, from a file to figures, does what it says, and again when it is started again.

use std::fs;
use std::path::Path;

#[path = "../examples/iris.rs"]
mod example;

#[test]
fn the_page_of_the_readme() {
    let source = include_str!("../examples/iris.rs");
    let page = &source[source.find("use tapegrad").unwrap()..].replace("pub(crate) fn", "fn");
    assert!(page.lines().count() <= 40);
    assert!(
        include_str!("../README.md").contains(page.as_str()),
        "the README has another page"
    );

    let folder = Path::new("target/iris");
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for _ in 0..2 {
        example::main().unwrap(); // the second goes on from the end of the first
        let figure = fs::read_to_string(folder.join("learning_curves.svg")).unwrap();
        assert!(figure.starts_with("<svg") && figure.contains("validation loss"));
        let figure = fs::read(folder.join("confusion_matrix.png")).unwrap();
        assert!(figure.starts_with(b"\x89PNG"));
    }
}

/// The file is enough for a prediction: columns, scales and weights are read back, for a row that was never seen.
#[test]
fn a_prediction_from_the_file_alone() {
    use tapegrad::data::{Columns, FittedColumns, Table};
    use tapegrad::prelude::*;

    let folder = std::env::temp_dir().join(format!("tapegrad-iris-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("model.tape");
    let table = Table::open("examples/data/iris.csv").unwrap();
    let columns = Columns::label("species").fit(&table).unwrap();
    let data = columns.dataset::<f32>(&table).unwrap();
    let scale = Standardizer::fit(&data.x);
    let model = Mlp::<f32>::new(&[4, 16, 3]).seed(1);
    let own = model.predict(scale.transform(data.select(&[7]).x));
    Checkpoint::new()
        .with("model", Section::of(&model))
        .with("columns", columns.save())
        .with("scale", scale.save())
        .write(&file)
        .unwrap();

    let saved = Checkpoint::read(&file).unwrap();
    let mut model = Mlp::<f32>::new(&[4, 16, 3]);
    saved
        .section("model")
        .unwrap()
        .load_into(&mut model)
        .unwrap();
    let columns = FittedColumns::load(saved.section("columns").unwrap()).unwrap();
    let scale = Standardizer::load(saved.section("scale").unwrap()).unwrap();
    let x = columns.inputs::<f32>(&table.select(&[7])).unwrap();
    assert_eq!(model.predict(scale.transform(x)), own);
    fs::remove_dir_all(&folder).unwrap();
}
