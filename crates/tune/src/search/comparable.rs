use super::Seen;

/// The trials whose scores can be compared: those with the largest budget with which `enough` trials have a score, as
/// in BOHB (Falkner et al. 2018). None if there is no such budget.
///
/// Trials that failed are among them, without a score; a score that is not finite is none.
pub(super) fn comparable<'a>(seen: &[Seen<'a>], enough: usize) -> Option<Vec<Seen<'a>>> {
    let of = |budget: f64| seen.iter().filter(move |trial| trial.budget == budget);
    let scores = |budget| of(budget).filter(|trial| score(trial).is_some()).count();
    let mut budgets: Vec<f64> = seen.iter().map(|trial| trial.budget).collect();
    budgets.sort_by(|a, b| b.total_cmp(a));
    budgets.dedup();
    let budget = budgets
        .into_iter()
        .find(|&budget| scores(budget) >= enough)?;
    let trials = of(budget).map(|trial| Seen {
        score: score(trial),
        ..*trial
    });
    Some(trials.collect())
}

fn score(trial: &Seen) -> Option<f64> {
    trial.score.filter(|score| score.is_finite())
}
