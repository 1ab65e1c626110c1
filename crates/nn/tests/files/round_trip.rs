//! What was saved is what is loaded, bit for bit.

use std::fs;

use ndarray::array;
use tapegrad_autodiff::Tape;
use tapegrad_nn::checkpoint::ElementType;
use tapegrad_nn::{Checkpoint, Mlp, Module, Param, Penalty, Role, Scope, Section, file};

use super::models::{Bag, Bits, bits, models, ones};

fn round_trips<T: Bits>() {
    for ((name, model), (_, other)) in models::<T>().into_iter().zip(models::<T>()) {
        let bytes = file::to_bytes(&*model);
        let mut other = ones(other);
        file::from_bytes(&mut *other, &bytes).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert_eq!(bits(&*other), bits(&*model), "{name}");
        assert_eq!(
            file::to_bytes(&*other),
            bytes,
            "{name}: the same bytes again"
        );
        let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
        assert_eq!(checkpoint.to_bytes(), bytes, "{name}: read and written");
        assert!(
            checkpoint.section("model").unwrap().check(&*model).is_ok(),
            "{name}"
        );
    }
}

#[test]
fn in_single_precision() {
    round_trips::<f32>();
}

#[test]
fn in_double_precision() {
    round_trips::<f64>();
}

#[test]
fn through_a_file_that_replaces_another() {
    let folder = folder("replaces");
    let path = folder.join("model.tape");
    let models = [1, 2].map(|seed| Mlp::<f32>::new(&[2, 5, 1]).seed(seed));
    for model in &models {
        file::save(model, &path).unwrap();
        let mut other = Mlp::<f32>::new(&[2, 5, 1]);
        file::load(&mut other, &path).unwrap();
        assert_eq!(bits(&other), bits(model));
    }
    let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing but the file is left: {left:?}");
    assert_eq!(fs::read(&path).unwrap(), file::to_bytes(&models[1]));

    // A name of as many bytes as systems allow.
    let long = folder.join("m".repeat(255));
    file::save(&models[0], &long).unwrap();
    assert_eq!(fs::read(&long).unwrap(), file::to_bytes(&models[0]));

    // By a symbolic link, and with the rights that the file had.
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let link = folder.join("latest");
        symlink("model.tape", &link).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        file::save(&models[0], &link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), file::to_bytes(&models[0]));
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
    fs::remove_dir_all(folder).unwrap();
}

/// A new folder for the files of a test.
pub(crate) fn folder(test: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{test}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The program's side of a parameter is not touched.
#[test]
fn settings_of_parameters_stay() {
    let bytes = file::to_bytes(&Mlp::<f32>::new(&[2, 1]).seed(1));
    let mut model = Mlp::<f32>::new(&[2, 1]).penalize(0, Penalty::l2(0.5));
    model.layers[0].weight.trainable = false;
    let id = model.layers[0].weight.id();
    file::from_bytes(&mut model, &bytes).unwrap();
    let weight = &model.layers[0].weight;
    assert_eq!((weight.id(), weight.trainable), (id, false));
    assert!(!weight.penalty.is_none());
}

/// Two names of one parameter hold one array after loading, as a scope demands; and a file with two
/// parameters that happen to be equal serves too.
#[test]
fn tied_parameters_stay_tied() {
    let tied = |value: f64| {
        let param = Param::new(Role::Weight, value);
        Bag(vec![("in", param.clone()), ("out", param)])
    };
    let untied = |value: f64| {
        let param = || Param::new(Role::Weight, value);
        Bag(vec![("in", param()), ("out", param())])
    };
    for bytes in [file::to_bytes(&tied(0.5)), file::to_bytes(&untied(0.5))] {
        let mut model = tied(2.0);
        file::from_bytes(&mut model, &bytes).unwrap();
        let tape = Tape::new();
        let on = Scope::train(&tape);
        let product = on.param(&model.0[0].1) * on.param(&model.0[1].1);
        assert_eq!(on.backward(product).wrt(&model.0[0].1).sum(), 2.0 * 0.5);

        let mut model = untied(2.0);
        file::from_bytes(&mut model, &bytes).unwrap();
        assert_eq!(model.0[1].1.value.sum(), 0.5);
    }
}

#[test]
fn numbers_are_converted_when_asked() {
    let param = Param::<f64>::new(Role::Weight, [0.1, 1e300, -0.0, 5e-324]);
    let section = Section::of(&Bag(vec![("w", param)]));
    let mut single = Bag(vec![("w", Param::<f32>::new(Role::Weight, [1.0; 4]))]);
    section.convert::<f32>().load_into(&mut single).unwrap();
    let expected = [0.1_f32, f32::INFINITY, -0.0, 0.0].map(f32::to_bits);
    let numbers: Vec<_> = single.0[0].1.value.iter().map(|x| x.to_bits()).collect();
    assert_eq!(numbers, expected);

    let wide = Section::of(&single).convert::<f64>();
    assert_eq!(wide.array::<f64>("w").unwrap()[[0]], f64::from(0.1_f32));
    let same = section.convert::<f64>().array::<f64>("w").unwrap();
    assert_eq!(same, section.array::<f64>("w").unwrap());
}

#[test]
fn sections_hold_arrays_and_states() {
    let mut section = Section::new();
    section.insert("m", "moment", array![[1.0_f32, 2.0]]);
    section.insert("v", "moment", [[3.0_f64; 2]; 2].concat());
    section.insert("v", "second moment", 4.0_f64);
    section.set_state(&("adam".to_owned(), vec![1_u8, 2], Some(-3_i16)));
    let bytes = Checkpoint::new().with("optimizer", section).to_bytes();

    let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
    let names: Vec<_> = checkpoint.sections().map(|(name, _)| name).collect();
    assert_eq!(names, ["optimizer"]);
    let section = checkpoint.section("optimizer").unwrap();
    let arrays: Vec<_> = section
        .arrays()
        .map(|(name, array)| (name, array.role(), array.element(), array.shape().to_vec()))
        .collect();
    assert_eq!(
        arrays,
        [
            ("m", "moment", ElementType::F32, vec![1, 2]),
            ("v", "second moment", ElementType::F64, vec![]),
        ]
    );
    let state: (String, Vec<u8>, Option<i16>) = section.state().unwrap();
    assert_eq!(state, ("adam".to_owned(), vec![1, 2], Some(-3)));
    assert!(Section::new().state::<()>().is_ok());

    let roles = Section::of(&Mlp::<f32>::new(&[1, 1]));
    let roles: Vec<_> = roles
        .arrays()
        .map(|(_, array)| array.role().to_owned())
        .collect();
    assert_eq!(roles, ["bias", "weight"]);
    assert_eq!(Mlp::<f32>::new(&[1, 1]).parameter_count(), 2);
}
