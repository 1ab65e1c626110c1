//! Files of logs: what they hold, and what becomes of them when a run goes on.

use std::fs;
use std::path::{Path, PathBuf};

use tapegrad_nn::{Checkpoint, LoadProblem, Section};
use tapegrad_train::FitError;
use tapegrad_train::callback::{Callback, CallbackError, CsvLog, JsonLines, LogError, Run};

use super::{EPOCHS, Script, Training, folder, network, run_on};

/// Makes a log of a file; whether a run before is written over.
type Make = fn(&Path, bool) -> Box<dyn Callback<f64>>;

const LOGS: [Make; 2] = [
    |file, overwrites| match CsvLog::new(file) {
        log if overwrites => Box::new(log.overwrite()),
        log => Box::new(log),
    },
    |file, overwrites| match JsonLines::new(file) {
        log if overwrites => Box::new(log.overwrite()),
        log => Box::new(log),
    },
];

/// Two columns that begin late, one with a name that needs quotes, and numbers of all kinds.
fn scripts() -> [Script; 3] {
    let numbers = [
        f64::NAN,
        f64::INFINITY,
        -f64::INFINITY,
        -0.0,
        5e-324,
        f64::MAX,
        0.1 + 0.2,
        -1e-7,
        1e16,
    ];
    let late = |epoch: usize| (1..=EPOCHS).map(move |own| (own >= epoch).then_some(0.5));
    [
        Script::new("any, \"number\"", numbers.map(Some)),
        Script::new("late \\ \"\n,\u{1}", late(4)),
        Script::new("later", late(7)),
    ]
}

/// A script whose column is not declared.
struct Undeclared(Script);

impl Callback<f64> for Undeclared {
    fn name(&self) -> &str {
        "Undeclared"
    }
    fn measure(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        self.0.measure(run)
    }
}

/// Keeps the bytes of the file after each epoch.
fn snapshots<'c>(file: PathBuf, bytes: &'c mut Vec<Vec<u8>>) -> impl Callback<f64> + 'c {
    tapegrad_train::callback::after_epoch(move |_| bytes.push(fs::read(&file).unwrap()))
}

fn training<'c>(make: Make, folder: &Path, overwrites: bool) -> Training<'c> {
    let [any, late, later] = scripts();
    Training::new(folder)
        .callback(make(&folder.join("log/file"), overwrites))
        .callback(any)
        .callback(Undeclared(late))
        .callback(Undeclared(later))
}

fn log_error(error: &FitError) -> &LogError {
    let FitError::Callback { cause, .. } = error else {
        panic!("{error}");
    };
    cause.downcast_ref().unwrap_or_else(|| panic!("{error}"))
}

#[test]
fn the_file_is_that_of_the_history() {
    let folder = folder("file of the history");
    let (_, fit, _) = run_on(|| training(LOGS[0], &folder, false));
    let text = fs::read_to_string(folder.join("log/file")).unwrap();
    assert_eq!(text, fit.history.to_csv());
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let names = rows.headers().unwrap().clone();
    assert_eq!(
        names.iter().skip(2).collect::<Vec<_>>(),
        fit.history.names().collect::<Vec<_>>()
    );
    for (row, record) in rows.records().enumerate() {
        for (name, field) in names.iter().zip(&record.unwrap()).skip(2) {
            let number = (!field.is_empty()).then(|| field.parse::<f64>().unwrap());
            let expected = fit.history.column(name).unwrap()[row];
            assert_eq!(
                number.map(f64::to_bits),
                expected.map(f64::to_bits),
                "{name}"
            );
        }
    }
}

#[test]
fn lines_are_json_of_the_history() {
    let folder = folder("lines");
    let (_, fit, _) = run_on(|| training(LOGS[1], &folder, false));
    let text = fs::read_to_string(folder.join("log/file")).unwrap();
    assert_eq!(text.lines().count(), fit.history.len());
    for (row, line) in text.lines().enumerate() {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).unwrap();
        assert_eq!(object["epoch"], fit.history.epochs()[row]);
        assert_eq!(object["step"], fit.history.steps()[row]);
        let mut count = 2;
        for name in fit.history.names() {
            let expected = fit.history.column(name).unwrap()[row];
            count += usize::from(expected.is_some());
            let number = object.get(name).map(|value| match value.as_str() {
                Some(text) => text.parse::<f64>().unwrap(),
                None => value.as_f64().unwrap(),
            });
            assert_eq!(
                number.map(f64::to_bits),
                expected.map(f64::to_bits),
                "{name}"
            );
        }
        assert_eq!(object.len(), count);
    }
}

/// Leaves the checkpoint of an epoch, as if the run had died before the next one.
fn copy_checkpoint(from: &Path, to: &Path, epoch: usize) {
    let name = format!("checkpoints/step-{:012}.tape", 3 * epoch);
    fs::create_dir_all(to.join("checkpoints")).unwrap();
    fs::copy(from.join(&name), to.join(&name)).unwrap();
}

#[test]
fn a_run_that_dies_anywhere_goes_on_to_the_same_bytes() {
    for make in LOGS {
        let uncut = folder("uncut log");
        let mut files = Vec::new();
        let file = uncut.join("log/file");
        training(make, &uncut, false)
            .callback(snapshots(file, &mut files))
            .run(&mut network(), false)
            .unwrap();
        assert_eq!(files.len(), EPOCHS);
        let expected = files.last().unwrap();
        for epoch in 1..=EPOCHS {
            // After the checkpoint there may be rows, wider ones too, and at the end a part of a line.
            for bytes in &files[epoch - 1..] {
                for part in ["", "7", "7,21,0."] {
                    let cut = folder("cut log");
                    copy_checkpoint(&uncut, &cut, epoch);
                    fs::create_dir_all(cut.join("log")).unwrap();
                    let written = [bytes, part.as_bytes()].concat();
                    fs::write(cut.join("log/file"), written).unwrap();
                    let mut training = training(make, &cut, false)
                        .callback(tapegrad_train::callback::after_epoch(|_| {}));
                    training.every = 100;
                    training.run(&mut network(), true).unwrap();
                    let found = fs::read(cut.join("log/file")).unwrap();
                    assert_eq!(
                        String::from_utf8(found).unwrap(),
                        String::from_utf8(expected.clone()).unwrap(),
                        "epoch {epoch}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_file_that_is_another_is_left_as_it_is() {
    for make in LOGS {
        let uncut = folder("log");
        run_on(|| training(make, &uncut, false));
        let bytes = fs::read(uncut.join("log/file")).unwrap();
        let resume = |bytes: Option<&[u8]>| {
            let cut = folder("other log");
            copy_checkpoint(&uncut, &cut, EPOCHS);
            fs::create_dir_all(cut.join("log")).unwrap();
            if let Some(bytes) = bytes {
                fs::write(cut.join("log/file"), bytes).unwrap();
            }
            let mut model = network();
            let resumed = training(make, &cut, true).run(&mut model, true);
            let left = fs::read(cut.join("log/file")).ok();
            assert_eq!(left.as_deref(), bytes, "it is left as it was");
            resumed
        };
        resume(Some(&bytes)).unwrap();
        for place in (0..bytes.len()).step_by(7) {
            let short = resume(Some(&bytes[..place])).unwrap_err();
            assert!(
                matches!(log_error(&short), LogError::Short { .. }),
                "{short}"
            );
            let mut other = bytes.clone();
            other[place] ^= 1;
            let other = resume(Some(&other)).unwrap_err();
            assert!(
                matches!(log_error(&other), LogError::Other { .. }),
                "{other}"
            );
        }
        let missing = resume(None).unwrap_err();
        assert!(
            matches!(log_error(&missing), LogError::System { .. }),
            "{missing}"
        );
    }
}

#[test]
fn a_new_run_writes_over_nothing_unless_told() {
    for make in LOGS {
        let first = folder("in use");
        let file = first.join("log/file");
        fs::create_dir_all(first.join("log")).unwrap();
        fs::write(&file, "kept").unwrap();
        let mut model = network();
        let before = super::bits(&model);
        let error = training(make, &first, false).run(&mut model, false);
        let error = error.unwrap_err();
        assert!(
            matches!(log_error(&error), LogError::InUse { .. }),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
        assert_eq!(super::bits(&model), before);

        fs::remove_dir_all(first.join("checkpoints")).unwrap();
        training(make, &first, true).run(&mut model, false).unwrap();
        let second = folder("not in use");
        run_on(|| training(make, &second, false));
        assert_eq!(
            fs::read(&file).unwrap(),
            fs::read(second.join("log/file")).unwrap()
        );
    }
}

#[test]
fn what_another_writes_meanwhile_is_told() {
    for make in LOGS {
        let folder = folder("shared");
        let file = folder.join("log/file");
        let other = file.clone();
        let error = training(make, &folder, false)
            .callback(tapegrad_train::callback::after_epoch(move |run| {
                if run.epoch() == 2 {
                    fs::write(&other, "mine").unwrap();
                }
            }))
            .run(&mut network(), false)
            .unwrap_err();
        assert!(
            matches!(log_error(&error), LogError::Shared { found: 4, .. }),
            "{error}"
        );
        assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    }
}

/// Keeps the memory of a log, as the checkpoint after the start has it.
struct Saved<'c>(Box<dyn Callback<f64>>, &'c mut Vec<Section>);

impl Callback<f64> for Saved<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn start(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        self.0.start(run)?;
        self.1.push(self.0.save());
        Ok(())
    }
    fn after_epoch(&mut self, run: &mut Run<'_, f64>) -> Result<(), CallbackError> {
        self.0.after_epoch(run)
    }
    fn save(&self) -> Section {
        self.0.save()
    }
    fn load(&mut self, section: &Section) -> Result<(), LoadProblem> {
        self.0.load(section)
    }
}

/// A run that was killed before its first row. `between` its two lives something is done to the file of its log, and
/// the second is told where the log is. What this one says, and leaves there.
fn killed_before_the_first_row(
    make: Make,
    overwrites: bool,
    between: impl FnOnce(&Path) -> PathBuf,
) -> (Result<(), FitError>, Option<Vec<u8>>) {
    let folder = folder("before the first row");
    let log = |file: &Path, overwrites| {
        let [any, late, later] = scripts();
        let training = Training::new(&folder).callback(make(file, overwrites));
        training
            .callback(any)
            .callback(Undeclared(late))
            .callback(Undeclared(later))
            .callback(super::Cut::AfterStep(2))
    };
    let file = folder.join("log/file");
    log(&file, false).run(&mut network(), false).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"");
    let file = between(&file);
    let resumed = log(&file, overwrites).run(&mut network(), true);
    (resumed.map(|_| ()), fs::read(file).ok())
}

/// With no row in the checkpoint every file begins with what was written: the log's own is cut, no other.
#[test]
fn a_file_is_the_runs_own_before_the_first_row_too() {
    for make in LOGS {
        let uncut = folder("not killed");
        let mut files = Vec::new();
        training(make, &uncut, false)
            .callback(snapshots(uncut.join("log/file"), &mut files))
            .run(&mut network(), false)
            .unwrap();
        let expected = files.last().unwrap();

        // What the killed run may have written after the checkpoint: rows, wider ones too, and a part of a line.
        let parts = [&b""[..], b"e", b"{", b"{\"epoch", b"epoch,st"];
        let own = parts.into_iter().filter(|part| expected.starts_with(part));
        let own = own.map(<[u8]>::to_vec).chain(files.iter().cloned());
        for bytes in own {
            let (resumed, left) = killed_before_the_first_row(make, false, |file| {
                fs::write(file, &bytes).unwrap();
                file.to_owned()
            });
            resumed.unwrap();
            assert_eq!(left.as_ref(), Some(expected));
        }

        // One that is gone, or empty at another place, is begun.
        for is_gone in [true, false] {
            let (resumed, left) = killed_before_the_first_row(make, false, |file| {
                let other = file.with_file_name("other");
                match is_gone {
                    true => fs::remove_file(file).unwrap(),
                    false => fs::write(&other, "").unwrap(),
                }
                if is_gone { file.to_owned() } else { other }
            });
            resumed.unwrap();
            assert_eq!(left.as_ref(), Some(expected));
        }

        // Another file at the place, and at another place even one that is the same: only if it may be written over.
        for (name, foreign) in [
            ("file", &b"kept"[..]),
            ("other", b"kept"),
            ("other", expected),
        ] {
            for overwrites in [false, true] {
                let (resumed, left) = killed_before_the_first_row(make, overwrites, |file| {
                    let file = file.with_file_name(name);
                    fs::write(&file, foreign).unwrap();
                    file
                });
                match resumed {
                    Ok(()) => assert!(overwrites),
                    Err(error) => {
                        let is_in_use = matches!(log_error(&error), LogError::InUse { .. });
                        assert!(is_in_use && !overwrites, "{error}");
                    }
                }
                let kept = if overwrites { &expected[..] } else { foreign };
                assert_eq!(left.as_deref(), Some(kept), "{name} {overwrites}");
            }
        }
    }
}

/// The first memory knows the place by all its names; once there is a row, no memory depends on the place.
#[test]
fn the_place_is_remembered_until_there_is_a_row() {
    for make in LOGS {
        let of = |file: &Path, folder: &Path| {
            let mut saved = Vec::new();
            let mut log = make(file, true);
            let mut training = Training::new(folder).callback(Saved(make(file, true), &mut saved));
            training.every = 100;
            training.run(&mut network(), false).unwrap();
            let last = folder.join(format!("checkpoints/step-{:012}.tape", 3 * EPOCHS));
            let last = Checkpoint::read(last).unwrap();
            let section = last.section(&format!("callback {}", log.name())).unwrap();
            log.load(section).unwrap();
            let bytes = |section| Checkpoint::new().with("log", section).to_bytes();
            (bytes(saved.remove(0)), bytes(log.save()))
        };
        let (here, there) = (folder("here"), folder("there"));
        let first = of(&here.join("log"), &here);
        fs::remove_dir_all(here.join("checkpoints")).unwrap();
        let again = of(&here.join("../here/./log"), &here);
        let other = of(&there.join("log"), &there);
        assert_eq!(first, again);
        assert!(first.0 != other.0 && first.1 == other.1);
    }
}

/// A run that was killed between its start and the first checkpoint begins again.
#[test]
fn an_empty_file_is_in_nobodys_use() {
    for make in LOGS {
        let folder = folder("empty");
        let file = folder.join("log/file");
        fs::create_dir_all(folder.join("log")).unwrap();
        fs::write(&file, "").unwrap();
        training(make, &folder, false)
            .run(&mut network(), false)
            .unwrap();
        assert!(fs::read(file).unwrap().len() > 100);
    }
}

/// A checkpoint never knows of more than the log has.
#[test]
fn a_log_that_lacks_what_was_written_is_not_synced() {
    for make in LOGS {
        for is_gone in [false, true] {
            let folder = folder("not synced");
            let file = folder.join("log/file");
            let mut log = make(&file, false);
            let mut training = Training::new(&folder).callback(&mut log);
            training.every = 100;
            training.run(&mut network(), false).unwrap();
            log.sync().unwrap();
            match is_gone {
                true => fs::remove_file(&file).unwrap(),
                false => fs::write(&file, "").unwrap(),
            }
            let refused = log.sync().unwrap_err();
            let refused = refused.downcast_ref::<LogError>().unwrap();
            match is_gone {
                true => assert!(matches!(refused, LogError::System { .. }), "{refused}"),
                false => assert!(
                    matches!(refused, LogError::Shared { found: 0, .. }),
                    "{refused}"
                ),
            }
        }
    }
}
