use std::sync::Mutex;
use std::time::Duration;

use tapegrad_tune::search::{Grid, Hyperband, Next, Random, Search, Seen, SuccessiveHalving};
use tapegrad_tune::{Space, Study};

use super::{Near, objective, space, study};

#[test]
fn change_nothing() {
    let searches: [Box<dyn Search>; 6] = [
        Box::new(Near),
        Box::new(Random),
        Box::new(Grid::new(3)),
        Box::new(SuccessiveHalving::new(Near, 0.1)),
        Box::new(Hyperband::new(Near, 0.1)),
        Box::new(Hyperband::new(Random, 0.3).eta(2)),
    ];
    for search in &searches {
        let mut tables = Vec::new();
        for together in [1, 4, 9] {
            let of = |threads| {
                let study = study(40, search).together(together).threads(threads);
                // Trials do not end in the order in which they began.
                let trials = study.run(|trial| {
                    std::thread::sleep(Duration::from_micros(trial.seed() % 500));
                    objective(trial)
                });
                let trials = trials.unwrap();
                assert!(
                    trials
                        .all()
                        .iter()
                        .map(|trial| trial.number)
                        .eq(0..trials.all().len())
                );
                trials
            };
            let one = of(1);
            for threads in [2, 4] {
                let more = of(threads);
                assert_eq!(one.to_csv(), more.to_csv(), "{} {together}", search.name());
                assert_eq!(one.all(), more.all());
            }
            tables.push(one.to_csv());
        }
        // What is asked for at once matters to who looks.
        assert!(search.name() != "near" || tables[0] != tables[1]);
    }
    let table = study(40, Near).run(objective).unwrap();
    println!("{table}");
    let outcomes = ["complete", "pruned", "failed"];
    for outcome in outcomes {
        let count = table
            .all()
            .iter()
            .filter(|trial| trial.outcome.name() == outcome)
            .count();
        assert!(count > 1, "{count} are {outcome}");
    }
}

/// Seeds differ by study and number, and are those of the places' own.
#[test]
fn seeds() {
    let of = |seed| {
        let seeds = Mutex::new(Vec::new());
        let study = Study::new(space(), Random).trials(5).seed(seed);
        let run = study.run(|trial| {
            seeds.lock().unwrap().push(trial.seed());
            0.0
        });
        run.unwrap();
        seeds.into_inner().unwrap()
    };
    let mut all = [of(0), of(1)].concat();
    assert_eq!(all[..5], of(0));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 10);
}

/// Remembers what it was asked.
struct Asked(Mutex<Vec<(usize, usize, usize)>>);

impl Search for Asked {
    fn name(&self) -> String {
        "asked".to_owned()
    }

    fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        assert!(seen.iter().map(|trial| trial.number).eq(0..seen.len()));
        self.0
            .lock()
            .unwrap()
            .push((number, seen.len(), ahead.len()));
        match number {
            12 => Next::Done,
            _ => Near.next(space, seen, ahead, number, seed),
        }
    }

    fn ends(&self) -> bool {
        true
    }
}

/// Trials of a round know of those of rounds before, and of the places of their own.
#[test]
fn rounds() {
    let asked = Asked(Mutex::default());
    let trials = Study::new(space(), &asked)
        .together(4)
        .run(|_| 0.0)
        .unwrap();
    assert_eq!(trials.all().len(), 12);
    // It waits at the numbers 5 and 12, and is done at 12.
    let expected = [
        (0, 0, 0),
        (1, 0, 1),
        (2, 0, 2),
        (3, 0, 3),
        (4, 4, 0),
        (5, 4, 1),
        (5, 5, 0),
        (6, 5, 1),
        (7, 5, 2),
        (8, 5, 3),
        (9, 9, 0),
        (10, 9, 1),
        (11, 9, 2),
        (12, 9, 3),
        (12, 12, 0),
    ];
    assert_eq!(*asked.0.lock().unwrap(), expected);
}
