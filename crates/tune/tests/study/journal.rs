use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tapegrad_tune::search::{
    CmaEs, GaussianProcess, Genetic, Grid, Next, Random, Search, Seen, Suggestion, Tpe,
};
use tapegrad_tune::{JournalError, Space, Study, StudyError, StudyProblem, Trials};

use super::{Folder, Near, lines, objective, study};

/// A new file: one that is written over waits for the disk.
fn write(folder: &Folder, bytes: &[u8]) {
    fs::remove_file(folder.journal()).unwrap();
    fs::write(folder.journal(), bytes).unwrap();
}

/// A study of few trials with all outcomes, so that each byte can be touched.
fn short<'a>(folder: &Folder) -> Study<'a> {
    let space = Space::new().linear("x", 0.0..=1.0);
    Study::new(space, Random)
        .trials(4)
        .together(2)
        .journal(folder.journal())
}

fn run(study: Study<'_>) -> Result<Trials, StudyError> {
    study.run(|trial| {
        trial.report(2, trial.values().number("x"));
        match trial.number() {
            1 => Err("not\tthis"),
            n => Ok(n as f64),
        }
    })
}

fn problem(error: StudyError) -> JournalError {
    match error.problem {
        StudyProblem::Journal(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn goes_on() {
    let whole = study(30, Near).run(objective).unwrap();
    let folder = Folder::new();
    for trials in [1, 4, 6, 11, 18, 30] {
        let table = study(trials, Near)
            .journal(folder.journal())
            .threads(2)
            .run(objective)
            .unwrap();
        let few = study(trials, Near).run(objective).unwrap();
        assert_eq!(table.to_csv(), few.to_csv());
        assert_eq!(table.all(), &whole.all()[..trials]);
        assert_eq!(lines(&folder.journal()).len(), trials + 1);
    }
    // Fewer than there are: the first, and nothing is lost.
    let table = study(7, Near)
        .journal(folder.journal())
        .run(objective)
        .unwrap();
    assert_eq!(table.all(), &whole.all()[..7]);
    let again = study(30, Near)
        .journal(folder.journal())
        .run(|_| -> f64 { unreachable!() });
    assert_eq!(again.unwrap().to_csv(), whole.to_csv());

    // Trials end in any order.
    let mut lines = lines(&folder.journal());
    lines[1..].reverse();
    fs::write(folder.journal(), lines.concat()).unwrap();
    let again = study(30, Near)
        .journal(folder.journal())
        .run(|_| -> f64 { unreachable!() });
    assert_eq!(again.unwrap().to_csv(), whole.to_csv());
}

/// Cut at every byte, the table is the same, and what was cut is told.
#[test]
fn cut_anywhere() {
    let folder = Folder::new();
    let short = |folder| short(folder).trials(2); // Each waits for the disk.
    let whole = run(short(&folder)).unwrap();
    assert_eq!(whole.resumed(), None);
    let bytes = fs::read(folder.journal()).unwrap();
    for length in 0..bytes.len() {
        write(&folder, &bytes[..length]);
        let again = run(short(&folder)).unwrap();
        assert_eq!(again.to_csv(), whole.to_csv(), "cut to {length} bytes");
        let ends = bytes[..length]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        let end = bytes[..length]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        match again.resumed() {
            None => assert_eq!(length, 0),
            Some(found) => {
                assert_eq!(
                    (found.trials, found.cut),
                    (ends.saturating_sub(1), length - end)
                );
            }
        }
        assert_eq!(lines(&folder.journal()).len(), 3);
    }
}

/// With any byte changed: an error and the file as it was, or the same table, and told what was cut.
#[test]
fn changed_anywhere() {
    let folder = Folder::new();
    let whole = run(short(&folder)).unwrap();
    let bytes = fs::read(folder.journal()).unwrap();
    let mut outcomes = [0; 2];
    for place in 0..bytes.len() {
        for change in [
            1,
            0x80,
            bytes[place] ^ b'\n',
            bytes[place] ^ b'\t',
            bytes[place] ^ b'9',
        ] {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            if changed == bytes {
                continue;
            }
            write(&folder, &changed);
            let outcome = catch_unwind(AssertUnwindSafe(|| run(short(&folder))));
            match outcome.expect("no panic") {
                Err(error) => {
                    let _ = problem(error);
                    assert_eq!(fs::read(folder.journal()).unwrap(), changed);
                    outcomes[0] += 1;
                }
                Ok(again) => {
                    assert_eq!(again.to_csv(), whole.to_csv());
                    assert!(again.resumed().unwrap().cut > 0, "byte {place}");
                    outcomes[1] += 1;
                }
            }
        }
    }
    println!("{} errors, {} cuts", outcomes[0], outcomes[1]);
    // Only the end of the last line makes it one that is cut.
    assert!(
        outcomes[0] > 1000 && (1..=5).contains(&outcomes[1]),
        "{outcomes:?}"
    );
}

/// Whole lines that are missing or there twice.
#[test]
fn other_lines() {
    let folder = Folder::new();
    run(short(&folder)).unwrap();
    let own = lines(&folder.journal());
    let damaged = |lines: Vec<&String>| {
        let text: String = lines.into_iter().map(String::as_str).collect();
        fs::write(folder.journal(), &text).unwrap();
        let error = problem(run(short(&folder)).unwrap_err());
        assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text);
        error.to_string()
    };
    let path = folder.journal().display().to_string();
    let rest = "; every line but a last one that is cut must stand as it was written";
    let [head, zero, one, two, three] = &own[..] else {
        panic!("{own:?}");
    };
    for (lines, line, problem) in [
        (
            vec![head, zero, two, three],
            4,
            "the trial 1 is missing before it",
        ),
        (
            vec![head, one, two, three],
            4,
            "the trial 0 is missing before it",
        ),
        (vec![head, zero, one, one], 4, "the trial is there twice"),
        (vec![head, zero, head], 3, "this is no trial of the study"),
        (
            vec![head, zero, &"trial=1\n".to_owned()],
            3,
            "the checksum is another",
        ),
    ] {
        assert_eq!(
            damaged(lines),
            format!("{path}, line {line}: {problem}{rest}")
        );
    }
    let without = vec![zero, one];
    assert_eq!(
        damaged(without),
        format!("{path}: this is no journal of a study; take another path")
    );
    assert!(
        damaged(vec![&head.replacen("study 1", "study 2", 1)])
            .ends_with("the journal has the format 2; this program goes on with the format 1")
    );
    let half = head[..30].replacen("random", "nodmar", 1);
    assert_eq!(
        damaged(vec![&half]),
        format!("{path}, line 1: the line has no end{rest}")
    );
    // Of the last round some may be missing: they are run.
    fs::write(
        folder.journal(),
        [head, zero, one, three].map(String::as_str).concat(),
    )
    .unwrap();
    assert_eq!(run(short(&folder)).unwrap().resumed().unwrap().trials, 3);
}

/// One place after the other; at this number it waits as long as a trial is ahead, and at that one it is done.
struct Stops(usize, usize);

impl Search for Stops {
    fn name(&self) -> String {
        "stops".to_owned()
    }

    fn next(&self, _: &Space, _: &[Seen], ahead: &[&[f64]], number: usize, _: u64) -> Next {
        match number {
            _ if number == self.1 => Next::Done,
            _ if number == self.0 && !ahead.is_empty() => Next::Wait,
            _ => Next::Try(Suggestion::at(vec![number as f64 / 100.0])),
        }
    }
}

/// The search is called the same, and leads elsewhere: nothing is run, and the file stays as it was.
#[test]
fn another_search_of_one_name() {
    let folder = Folder::new();
    let study = |search| {
        let space = Space::new().linear("x", 0.0..=1.0);
        let study = Study::new(space, search).trials(12).together(4);
        study.journal(folder.journal())
    };
    let whole = study(Stops(6, 99)).run(|_| 0.0).unwrap();
    let rounds: Vec<_> = whole.all().iter().map(|trial| trial.round).collect();
    assert_eq!(rounds, [0, 0, 0, 0, 4, 4, 6, 6, 6, 6, 10, 10]);
    let own = lines(&folder.journal());
    for (missing, search, line, trial) in [
        (7, Stops(7, 99), 9, 8),
        (6, Stops(99, 6), 8, 7),
        (8, Stops(99, 8), 10, 9),
    ] {
        // The lines of the round that begins at 6, but one.
        let place = missing + 1;
        let text = [&own[..place], &own[place + 1..11]].concat().concat();
        fs::write(folder.journal(), &text).unwrap();
        let error = study(search)
            .run(|_| -> f64 { unreachable!() })
            .unwrap_err();
        assert_eq!(error.trials.all(), &whole.all()[..6]);
        let told = problem(error).to_string();
        let expected = format!(
            "line {line}: the trial {trial} is of a round in which the search does not try it; every line but a last one that is cut must stand as it was written"
        );
        assert!(told.ends_with(&expected), "{told}");
        assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text);
    }
}

#[test]
fn other_studies() {
    let folder = Folder::new();
    run(short(&folder)).unwrap();
    let bytes = fs::read(folder.journal()).unwrap();
    let space = || Space::new().linear("x", 0.0..=1.0);
    let of = |study: Study<'_>| {
        let error = run(study.trials(4).journal(folder.journal())).unwrap_err();
        assert!(error.trials.all().is_empty());
        assert_eq!(fs::read(folder.journal()).unwrap(), bytes);
        problem(error).to_string()
    };
    let path = folder.journal().display().to_string();
    let rest = "; go on with the study as it was, or take another path";
    for (told, what) in [
        (
            of(Study::new(space(), Grid::new(4)).together(2)),
            "search is random, and here it is grid of 4",
        ),
        (
            of(Study::new(space(), Random).together(2).seed(1)),
            "seed is 0, and here it is 1",
        ),
        (
            of(Study::new(space(), Random).together(3)),
            "trials of a round is 2, and here it is 3",
        ),
        (
            of(Study::new(space().linear("y", 0.0..=1.0), Random).together(2)),
            "space is \"x\": 0..=1\\n, and here it is \"x\": 0..=1\\n\"y\": 0..=1\\n",
        ),
        (
            of(Study::new(space(), Random)
                .together(2)
                .prune(tapegrad_tune::prune::Median::new())),
            "pruning is none, and here it is median (start-up 5, warm-up 0)",
        ),
    ] {
        assert_eq!(
            told,
            format!("{path}: the journal is of another study, its {what}{rest}")
        );
    }

    // Every setting of a search, of which a change leads elsewhere.
    for (search, what) in [
        (
            Box::new(Tpe::new().start_up(3)) as Box<dyn Search>,
            "TPE (start-up 3, candidates 24)",
        ),
        (
            Box::new(Tpe::new().candidates(5)),
            "TPE (start-up 10, candidates 5)",
        ),
        (
            Box::new(GaussianProcess::new().start_up(4)),
            "Gaussian process (start-up 4, most 100)",
        ),
        (
            Box::new(GaussianProcess::new().most(7)),
            "Gaussian process (start-up 10, most 7)",
        ),
        (
            Box::new(CmaEs::new().step(0.5)),
            "CMA-ES (population by dimensions, step 0.5)",
        ),
        (
            Box::new(CmaEs::new().population(6)),
            "CMA-ES (population 6, step 0.2)",
        ),
        (
            Box::new(Genetic::new().population(4)),
            "genetic (population 4, tournament 3, mutation 0.1)",
        ),
        (
            Box::new(Genetic::new().tournament(2)),
            "genetic (population 8, tournament 2, mutation 0.1)",
        ),
        (
            Box::new(Genetic::new().mutation(0.3)),
            "genetic (population 8, tournament 3, mutation 0.3)",
        ),
    ] {
        let told = of(Study::new(space(), search).together(2));
        assert_eq!(
            told,
            format!(
                "{path}: the journal is of another study, its search is random, and here it is {what}{rest}"
            )
        );
    }
    // Words that are displayed alike.
    let alike = Folder::new();
    let words = |words: &[&str]| {
        let space = Space::new().choice("a", words.iter().copied());
        let study = Study::new(space, Random).trials(2).journal(alike.journal());
        study.run(|_| 0.0)
    };
    words(&["a | b"]).unwrap();
    assert!(
        problem(words(&["a", "b"]).unwrap_err())
            .to_string()
            .contains(
                "its space is \"a\": [\"a | b\"]\\n, and here it is \"a\": [\"a\", \"b\"]\\n;"
            )
    );

    // One study at a time.
    let told = short(&folder).trials(5).run(|_| match run(short(&folder)) {
        Ok(_) => Ok(0.0),
        Err(error) => Err(error),
    });
    let reason = told.unwrap().all()[4].reason().unwrap().to_owned();
    assert_eq!(
        reason,
        format!("{path}: another study writes to this journal; there must be one at a time")
    );

    // Not a file, or one of something else.
    let space = Space::new().linear("x", 0.0..=1.0);
    let error = run(Study::new(space, Random).trials(1).journal(&folder.0)).unwrap_err();
    assert!(matches!(problem(error), JournalError::System { .. }));
    for text in ["", "a,b\n1,2\n", "notes", "tapegrad", "tapegrad study\n"] {
        fs::write(folder.journal(), text).unwrap();
        let outcome = run(short(&folder));
        match text {
            "" | "tapegrad" => assert!(outcome.is_ok()),
            _ => {
                assert!(matches!(
                    problem(outcome.unwrap_err()),
                    JournalError::NoJournal { .. }
                ));
                assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text);
            }
        }
    }
}
