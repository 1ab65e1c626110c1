//! What can be loaded says whose it is: the section of each kind in the place of each other.

use std::path::Path;

use ndarray::array;
use tapegrad::data::{Columns, FittedColumns, LabelEncoder, MinMax, OneHot, Pca, Table, Transform};
use tapegrad::optim::Averaging;
use tapegrad::optim::schedule::ReduceOnPlateau;
use tapegrad::prelude::*;

type Load = Box<dyn FnMut(&Section) -> Result<(), LoadProblem>>;

/// A kind's name, a section of it, and its `load`.
struct Kind {
    name: &'static str,
    saved: Section,
    load: Load,
}

/// Of what is loaded in place, which must be as it was if the section is refused.
fn in_place<L: 'static>(
    name: &'static str,
    mut value: L,
    save: impl Fn(&L) -> Section + 'static,
    load: impl Fn(&mut L, &Section) -> Result<(), LoadProblem> + 'static,
) -> Kind {
    let saved = save(&value);
    let load = move |section: &Section| {
        let before = bytes(&save(&value));
        let outcome = load(&mut value, section);
        assert_eq!(bytes(&save(&value)), before, "{name}");
        outcome
    };
    Kind {
        name,
        saved,
        load: Box::new(load),
    }
}

/// Of what is made from a section.
fn anew<L>(name: &'static str, saved: Section, load: fn(&Section) -> Result<L, LoadProblem>) -> Kind
where
    L: 'static,
{
    Kind {
        name,
        saved,
        load: Box::new(move |section| load(section).map(drop)),
    }
}

fn bytes(section: &Section) -> Vec<u8> {
    Checkpoint::new().with("", section.clone()).to_bytes()
}

fn average<A: Averaging + 'static>(
    name: &'static str,
    model: &Dense<f64>,
    mut average: Average<A, f64>,
) -> Kind {
    average.update(model);
    let [of_save, of_load] = [model, model].map(Clone::clone);
    in_place(
        name,
        average,
        move |average| average.save(&of_save),
        move |average, section| average.load(section, &of_load),
    )
}

/// One of each, in the middle of its work.
fn kinds() -> Vec<Kind> {
    let pass = |model: &Dense<f64>| {
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let y = model.forward(&on, on.input(array![[1.0, 2.0]]));
        let loss = y.square().sum(..);
        (loss.item(), on.backward(loss))
    };
    let mut model = Dense::<f64>::new(2, 1).seed(1);
    let (mut lbfgs, mut optimizer) = (Lbfgs::new(), Sgd::new(0.1));
    let mut lookahead = Lookahead::new(Sgd::new(0.1));
    lbfgs.step(&mut model, pass);
    let gradients = pass(&model).1;
    optimizer.step(&mut model, &gradients);
    lookahead.step(&mut model, &gradients);
    let mut guard = Guard::skip(1);
    let not_finite = [(model.bias.as_ref().unwrap().id(), array![f64::NAN])];
    assert!(
        !guard
            .lets_pass(&model, &not_finite.into_iter().collect())
            .unwrap()
    );
    let plateau = ReduceOnPlateau::new(0.1);
    plateau.observe(1.0);

    let x = array![[1.0, 2.0], [2.0, 5.0], [4.0, 1.0]];
    let table = Table::read("a.csv", b"a,y\n1,x\n".as_slice()).unwrap();
    let columns = Columns::label("y").fit(&table).unwrap();
    let mut sam = Sam::new(Sgd::new(0.1), 0.05);
    sam.step(&mut model, |model| pass(model).1);
    let [a, b, c, d, e, f, g, h] = [(); 8].map(|()| model.clone());
    let mut history = History::new();
    history.record(1, 1, [("loss", 1.0)]);
    vec![
        average("Ema", &model, Ema::new(0.9)),
        average("Swa", &model, Swa::new(0, 1)),
        in_place("Guard", guard, Guard::save, Guard::load),
        in_place(
            "ReduceOnPlateau",
            plateau,
            ReduceOnPlateau::save,
            |plateau, section| plateau.load(section),
        ),
        in_place(
            "Optimizer",
            optimizer,
            move |optimizer| optimizer.save(&a),
            move |optimizer, section| optimizer.load(section, &b),
        ),
        in_place(
            "Lookahead",
            lookahead,
            move |lookahead| lookahead.save(&c),
            move |lookahead, section| lookahead.load(section, &d),
        ),
        in_place(
            "Lbfgs",
            lbfgs,
            move |lbfgs| lbfgs.save(&e),
            move |lbfgs, section| lbfgs.load(section, &f),
        ),
        in_place(
            "Sam",
            sam,
            move |sam| sam.save(&g),
            move |sam, section| sam.load(section, &h),
        ),
        anew("History", history.save(), History::load),
        anew(
            "Standardizer",
            Standardizer::fit(&x).save(),
            Standardizer::<f64>::load,
        ),
        anew("MinMax", MinMax::fit(&x).save(), MinMax::<f64>::load),
        anew("OneHot", OneHot::fit(&x).save(), OneHot::<f64>::load),
        anew("Pca", Pca::fit(1, &x).save(), Pca::<f64>::load),
        anew(
            "LabelEncoder",
            LabelEncoder::fit(&["a"]).save(),
            LabelEncoder::load,
        ),
        anew("FittedColumns", columns.save(), FittedColumns::load),
    ]
}

#[test]
fn each_kind_is_taken_for_no_other() {
    let sections: Vec<_> = kinds()
        .into_iter()
        .map(|kind| (kind.name, kind.saved))
        .collect();
    let mut plain = Section::new();
    plain.set_state(&7_u64);
    let nobodys = [Section::new(), plain, Section::of(&Dense::<f64>::new(2, 1))];
    for Kind {
        name: here,
        mut load,
        ..
    } in kinds()
    {
        for (file, section) in &sections {
            let told = load(section).map_err(|problem| {
                let of_kind = matches!(problem, LoadProblem::OtherKind { .. });
                (of_kind, problem.to_string())
            });
            let sentence = format!("the state in the file is of {file}; here it must be of {here}");
            let expected = if *file == here {
                Ok(())
            } else {
                Err((true, sentence))
            };
            assert_eq!(told, expected, "{file} as {here}");
        }
        for section in &nobodys {
            let problem = load(section).unwrap_err();
            assert!(matches!(problem, LoadProblem::Malformed { .. }));
            let sentence = format!(
                "the file is malformed: the state does not say whose it is; it must be of {here}"
            );
            assert_eq!(problem.to_string(), sentence);
        }
    }
}

/// Every kind that a crate names is in the table.
#[test]
fn no_kind_is_missing() {
    fn search(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                let kinds = source.split("const KIND: &str = \"").skip(1);
                found.extend(kinds.map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
    }
    let mut found = Vec::new();
    search(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("crates"),
        &mut found,
    );
    assert!(
        found.len() >= 11,
        "the source was not understood: {found:?}"
    );
    let table: Vec<_> = kinds().iter().map(|kind| kind.name).collect();
    // The progress of a trainer is loaded by `resume` alone.
    for kind in found.into_iter().filter(|kind| kind != "Trainer") {
        assert!(table.contains(&kind.as_str()), "{kind}");
    }
}
