//! Many places with a small budget, of which the best get more.

use std::ops::Range;

use super::{Next, Search, Seen, Suggestion};
use crate::Space;

/// A ladder of rungs: `places` on the first, on each of the next `1 / η` of those before, with `η` times the budget, up
/// to a full training.
pub(super) struct Bracket {
    /// Of the first rung.
    pub(super) places: usize,
    /// How many there are above the first.
    pub(super) above: u32,
}

/// Bracket after bracket, a pure function of trials that were seen.
pub(super) struct Brackets<'b> {
    pub(super) eta: usize,
    pub(super) search: &'b dyn Search,
    /// The bracket with a number, from 0.
    pub(super) bracket: &'b dyn Fn(usize) -> Bracket,
}

impl Brackets<'_> {
    pub(super) fn next(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
    ) -> Next {
        let mut first_rungs: Vec<Range<usize>> = Vec::new();
        let mut start: usize = 0;
        for Bracket { places, above } in (0..).map(self.bracket) {
            let budget = |rung: u32| 1.0 / self.eta.pow(above - rung) as f64;
            let mut rung = start..start.saturating_add(places);
            first_rungs.push(rung.clone());
            let within = |number| {
                let rungs = (&first_rungs[..], budget(0));
                self.within(space, seen, ahead, number, seed, rungs)
            };
            let is_done = |number| self.search.ends() && within(number) == Next::Done;
            let last = number.min(rung.end - 1);
            if is_done(last) {
                // The rung is as long as the search within went.
                rung.end = first(start..last, is_done);
                if rung.is_empty() {
                    return Next::Done;
                }
            }
            if number < rung.end {
                return within(number);
            }
            let places = rung.len();
            first_rungs.pop();
            first_rungs.push(rung.clone());
            for above_first in 1..=above {
                let Some(mut scores) = scores(seen, rung.clone()) else {
                    return Next::Wait;
                };
                scores.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.number.cmp(&b.1.number)));
                scores.truncate((places / self.eta.pow(above_first)).max(1));
                rung = rung.end..rung.end + scores.len();
                if rung.contains(&number) {
                    let from = scores[number - rung.start].1;
                    return Next::Try(Suggestion {
                        coordinates: from.coordinates.to_vec(),
                        budget: budget(above_first),
                        continues: Some(from.number),
                    });
                }
            }
            start = rung.end;
        }
        Next::Done
    }

    /// A place of a first rung: the search within knows of first rungs only, and numbers them as if there were nothing
    /// else.
    fn within(
        &self,
        space: &Space,
        seen: &[Seen],
        ahead: &[&[f64]],
        number: usize,
        seed: u64,
        (first_rungs, budget): (&[Range<usize>], f64),
    ) -> Next {
        let own = |number: usize| {
            let mut before = 0;
            for rung in first_rungs {
                if rung.contains(&number) {
                    return Some(before + number - rung.start);
                }
                before += rung.len();
            }
            None
        };
        let before = seen.iter().filter(|trial| trial.number < number);
        let own_seen = before.filter_map(|&trial| {
            let number = own(trial.number)?;
            Some(Seen { number, ..trial })
        });
        let not_seen = (0..number).filter(|number| find(seen, *number).is_none());
        let own_ahead = not_seen
            .zip(ahead)
            .filter(|(number, _)| own(*number).is_some());
        let own_ahead: Vec<_> = own_ahead.map(|(_, place)| *place).collect();
        let own_seen: Vec<_> = own_seen.collect();
        let number = own(number).unwrap_or(number);
        match self.search.next(space, &own_seen, &own_ahead, number, seed) {
            Next::Try(suggestion) => Next::Try(Suggestion {
                budget,
                continues: None,
                ..suggestion
            }),
            wait_or_done => wait_or_done,
        }
    }
}

/// Those of a rung that did not fail, if all are finished.
fn scores<'s, 'p>(
    seen: &'s [Seen<'p>],
    mut rung: Range<usize>,
) -> Option<Vec<(f64, &'s Seen<'p>)>> {
    rung.try_fold(Vec::new(), |mut scores, number| {
        let trial = find(seen, number)?;
        scores.extend(trial.score.map(|score| (score, trial)));
        Some(scores)
    })
}

/// The first number from which on something holds, or the end.
fn first(numbers: Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = numbers;
    while start < end {
        let middle = start + (end - start) / 2;
        match holds(middle) {
            true => end = middle,
            false => start = middle + 1,
        }
    }
    end
}

fn find<'s, 'p>(seen: &'s [Seen<'p>], number: usize) -> Option<&'s Seen<'p>> {
    let place = seen.binary_search_by_key(&number, |trial| trial.number);
    place.ok().map(|place| &seen[place])
}

/// How often a full training can be divided by `η` and not be less than the least budget.
pub(super) fn rungs_above(eta: usize, least: f64) -> u32 {
    // One third of a third is not more than 1/9 but for rounding.
    let fits = |above: &u32| 1.0 / eta.pow(*above) as f64 >= least * (1.0 - 1e-9);
    (1..).take_while(fits).last().unwrap_or(0)
}
