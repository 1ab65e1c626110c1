//! The trials that are asked for at once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use tapegrad_nn::random;

use super::trial::Told;
use super::{Finished, Journal, JournalError, Scored, Study, Trial};
use crate::error;
use crate::search::{Next, Seen, Suggestion};

/// One place of a round: a trial that is over, as a journal has it, or one to be run.
pub(super) enum Place {
    Over(Finished),
    Ahead(usize, Suggestion),
}

impl Study<'_> {
    /// The next places, after all trials before are over. It is empty if the search is done, or there are as many
    /// trials as there are to be.
    #[track_caller]
    pub(super) fn places(
        &self,
        before: &[Finished],
        recorded: &mut BTreeMap<usize, Finished>,
    ) -> Vec<Place> {
        let round = before.len();
        let seen: Vec<Seen<'_>> = before.iter().map(Finished::seen).collect();
        let mut places = Vec::new();
        let end = self.trials.min(round.saturating_add(self.together));
        // Where the next round began the search wanted to wait.
        let mut rounds = recorded.range(round..).map(|(_, trial)| trial.round);
        let end = rounds.find(|&next| next > round).unwrap_or(end).min(end);
        for number in round..end {
            if recorded
                .get(&number)
                .is_some_and(|trial| trial.round == round)
            {
                places.extend(recorded.remove(&number).map(Place::Over));
                continue;
            }
            let ahead: Vec<_> = places.iter().map(Place::coordinates).collect();
            let next = self
                .search
                .next(&self.space, &seen, &ahead, number, self.seed);
            match next {
                Next::Try(suggestion) => {
                    self.check(&suggestion, before);
                    places.push(Place::Ahead(number, suggestion));
                }
                Next::Wait
                    if places.is_empty() && recorded.range(..self.trials).next().is_none() =>
                {
                    error::waits(&self.search.name())
                }
                Next::Wait | Next::Done => break,
            }
        }
        places
    }

    /// A trial of the journal that is in none of its rounds, as the search leads elsewhere than it did.
    pub(super) fn left(
        &self,
        places: &[Place],
        before: &[Finished],
        recorded: &BTreeMap<usize, Finished>,
    ) -> Option<usize> {
        let (&number, trial) = recorded.range(..self.trials).next()?;
        (places.is_empty() || trial.round <= before.len()).then_some(number)
    }

    /// A search of one's own may be wrong.
    #[track_caller]
    fn check(&self, suggestion: &Suggestion, before: &[Finished]) {
        let Suggestion {
            coordinates,
            budget,
            continues,
        } = suggestion;
        let is_place = coordinates.iter().all(|x| (0.0..=1.0).contains(x));
        let name = || self.search.name();
        if coordinates.len() != self.space.dimensions().len() || !is_place {
            error::place(&name(), coordinates, self.space.dimensions().len());
        }
        if !(*budget > 0.0 && *budget <= 1.0) {
            error::budget(&name(), *budget);
        }
        if let Some(other) = continues.filter(|&other| other >= before.len()) {
            error::continues(&name(), other);
        }
    }

    /// Runs what is ahead on the threads, and gives all of the round by number. A trial that is over is recorded and
    /// told at once.
    pub(super) fn run_round<R: Scored>(
        &mut self,
        places: Vec<Place>,
        before: &[Finished],
        journal: &mut Option<Journal>,
        objective: &(impl Fn(&Trial<'_>) -> R + Sync),
    ) -> (Vec<Finished>, Result<(), JournalError>) {
        let (mut over, mut ahead) = (Vec::new(), Vec::new());
        for place in places {
            match place {
                Place::Over(trial) => over.push(trial),
                Place::Ahead(number, suggestion) => ahead.push(Trial {
                    number,
                    round: before.len(),
                    values: self.space.values(&suggestion.coordinates),
                    seed: self.seed_of(number, suggestion.continues, before),
                    suggestion,
                    prune: self.prune.as_deref(),
                    before,
                    told: Mutex::new(Told::default()),
                }),
            }
        }
        let threads = self.threads.min(ahead.len());
        let ahead = Mutex::new(ahead.into_iter());
        let desk = Mutex::new(Desk {
            over,
            journal,
            each: &mut self.each,
            error: None,
        });
        let work = || {
            loop {
                let next = lock(&ahead).next();
                let Some(trial) = next.filter(|_| lock(&desk).error.is_none()) else {
                    break;
                };
                let run = AssertUnwindSafe(|| {
                    let result = objective(&trial).scored();
                    lock(&desk).take(trial.finish(result));
                });
                if let Err(panic) = catch_unwind(run) {
                    // No other thread takes one of those that have not begun.
                    lock(&ahead).by_ref().for_each(drop);
                    resume_unwind(panic);
                }
            }
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            work();
            for other in others {
                if let Err(panic) = other.join() {
                    resume_unwind(panic);
                }
            }
        });
        let Desk {
            mut over, error, ..
        } = desk.into_inner().unwrap_or_else(PoisonError::into_inner);
        over.sort_by_key(|trial| trial.number);
        (over, error.map_or(Ok(()), Err))
    }

    /// Derived from the number, of a trial that goes on from that of the one that began.
    fn seed_of(&self, number: usize, continues: Option<usize>, before: &[Finished]) -> u64 {
        match continues {
            Some(other) => self.seed_of(other, before[other].continues, before),
            None => random::derive(random::derive_named(self.seed, "trial"), number),
        }
    }
}

impl Place {
    fn coordinates(&self) -> &[f64] {
        match self {
            Self::Over(trial) => &trial.coordinates,
            Self::Ahead(_, suggestion) => &suggestion.coordinates,
        }
    }
}

/// Where trials that are over are taken, one by one.
struct Desk<'d, 'a> {
    over: Vec<Finished>,
    journal: &'d mut Option<Journal>,
    each: &'d mut Option<super::Each<'a>>,
    error: Option<JournalError>,
}

impl Desk<'_, '_> {
    fn take(&mut self, trial: Finished) {
        // After a line that is cut none may follow.
        if let (Some(journal), None) = (&mut self.journal, &self.error) {
            self.error = journal.record(&trial).err();
        }
        if let Some(each) = self.each {
            each(&trial);
        }
        self.over.push(trial);
    }
}

/// Whoever panicked while holding it had changed nothing that is used afterwards.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
