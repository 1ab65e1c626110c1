use tapegrad_tune::prune::{Median, Prune};
use tapegrad_tune::search::Random;
use tapegrad_tune::{Finished, Outcome, Space, Study};

use super::{Near, objective, study};

/// At each step by the definition: the best so far is above the median of those that went to their end in rounds before.
#[test]
fn by_the_median() {
    for (start_up, warm_up) in [(0, 0), (1, 0), (5, 0), (5, 3), (2, 9), (2, 10), (60, 0)] {
        let median = Median::new().start_up(start_up).warm_up(warm_up);
        let trials = study(60, Near).prune(median).run(objective).unwrap();
        let mut pruned = 0;
        for trial in trials.all() {
            let before = &trials.all()[..trial.round];
            let complete: Vec<_> = before.iter().filter(|other| other.is_complete()).collect();
            let mut best = f64::INFINITY;
            for (place, &(step, score)) in trial.reports.iter().enumerate() {
                best = best.min(score);
                let at_step =
                    |other: &&Finished| other.reports.iter().find(|r| r.0 == step).map(|r| r.1);
                let mut others: Vec<f64> = complete.iter().filter_map(at_step).collect();
                others.sort_by(f64::total_cmp);
                let is_above = match others.len() {
                    0 => false,
                    n => best > (others[(n - 1) / 2] + others[n / 2]) / 2.0,
                };
                let expected = is_above && complete.len() >= start_up && step >= warm_up;
                let is_last = place + 1 == trial.reports.len();
                let was = is_last && trial.outcome == Outcome::Pruned(score);
                assert_eq!(
                    was, expected,
                    "{start_up} {warm_up}, trial {} at {step}",
                    trial.number
                );
                pruned += usize::from(was);
            }
        }
        println!("start-up {start_up}, warm-up {warm_up}: {pruned} pruned");
        assert_eq!(pruned > 5, start_up < 60 && warm_up < 10, "{pruned}");
    }
}

/// One of one's own, which is asked after each report.
struct Never;

impl Prune for Never {
    fn name(&self) -> String {
        "never".to_owned()
    }

    fn prunes(&self, reports: &[(usize, f64)], before: &[Finished]) -> bool {
        assert!(reports.iter().map(|(step, _)| *step).eq(1..=reports.len()));
        assert!(before.iter().all(|trial| trial.reports.len() == 5));
        assert_eq!(reports[0].1, before.len() as f64);
        false
    }
}

#[test]
fn of_ones_own() {
    let space = Space::new().linear("x", 0.0..=1.0);
    let trials = Study::new(space, Random)
        .trials(6)
        .prune(Never)
        .run(|trial| {
            assert!((1..=5).all(|step| trial.report(step, trial.number() as f64)));
            0.0
        });
    assert!(trials.unwrap().all().iter().all(Finished::is_complete));
}
