//! The whole run in a checkpoint, and out of it.

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{Checkpoint, LoadProblem, Module, Section};

use super::Trainer;
use super::outcome::{Fit, Resumed};
use super::progress::Progress;
use crate::callback::Callback;
use crate::data::Dataset;
use crate::fingerprint::Fingerprint;
use crate::{Checkpoints, FitError, Found, History, error};

impl<T: Element> Trainer<'_, T> {
    /// Goes on from the newest checkpoint that can be read: model, optimizer, averages, guard, callbacks, history and
    /// random numbers are what they were, and what comes after is the same to the bit as without the interruption.
    /// Checkpoints that cannot be read are passed over, told in [`Fit::resumed`], and get the ending `.damaged`.
    ///
    /// The program must say the same settings and data as before; more epochs or steps may be asked for, and give what a
    /// run with as many from the start gives. A run that a callback has [stopped](crate::callback::Run::stop) is
    /// finished: then nothing is trained.
    ///
    /// Compared are data, seed, batches, augmentations by their number, what is evaluated and how often, the averages,
    /// what the optimizer and the callbacks say that they are, and the names and shapes of the model's parameters. That
    /// the rest is the same is the program's to see to: the loss, penalties, activations, rates, what callbacks and
    /// augmentations are set to, and what a closure given to [`gradients`](Trainer::gradients) remembers.
    ///
    /// # Errors
    /// If there is no checkpoint that can be read (never does a run begin afresh here), it does not fit the model,
    /// the optimizer or the callbacks, or it was made with other settings or data: then the model is as it was. And
    /// as [`fit`](Trainer::fit).
    ///
    /// # Panics
    /// If there are no [`checkpoints`](Trainer::checkpoints), and as [`fit`](Trainer::fit).
    #[track_caller]
    pub fn resume(
        &mut self,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
    ) -> Result<Fit, FitError> {
        let checkpoints = self.own_checkpoints();
        match checkpoints.newest()? {
            Some(found) => self.go_on(model, train, found),
            None => Err(FitError::NoCheckpoint {
                folder: checkpoints.folder.clone(),
                skipped: Vec::new(),
            }),
        }
    }

    #[track_caller]
    fn own_checkpoints(&self) -> &Checkpoints {
        match &self.checkpoints {
            Some(checkpoints) => checkpoints,
            None => error::no_checkpoints(),
        }
    }

    /// Goes on from a checkpoint.
    #[track_caller]
    fn go_on(
        &mut self,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
        found: Found,
    ) -> Result<Fit, FitError> {
        self.check(model, train)?;
        let progress = read(&found.checkpoint).map_err(|problem| problem.of(&found.file))?;
        if let Some((what, then, now)) = other_setting(&progress.settings, &self.settings(train)) {
            let file = found.file;
            return Err(FitError::OtherRun {
                file,
                what,
                then,
                now,
            });
        }
        self.own_checkpoints().set_aside(&found.skipped)?;
        if let Some(average) = &mut self.average {
            average.reset();
        }
        let before = self.parts(model);
        if let Err(problem) = self.set(model, &found.checkpoint) {
            let set_back = self.set(model, &before);
            debug_assert!(set_back.is_ok(), "what was saved can be loaded");
            return Err(problem.of(&found.file).into());
        }
        self.progress = progress;
        let resumed = Resumed {
            file: found.file,
            epoch: self.progress.epoch,
            step: self.progress.step,
            skipped: found.skipped,
        };
        self.run(model, train, Some(resumed))
    }

    /// [Resumes](Trainer::resume) if there is a checkpoint, else [begins](Trainer::fit): for a program that is
    /// started again whenever it was killed. Which of both it was stands in [`Fit::resumed`].
    ///
    /// # Errors
    /// As both; if there are checkpoints and none can be read, it does not begin afresh.
    ///
    /// # Panics
    /// As both.
    #[track_caller]
    pub fn resume_or_fit(
        &mut self,
        model: &mut dyn Module<T>,
        train: &Dataset<T>,
    ) -> Result<Fit, FitError> {
        match self.own_checkpoints().newest()? {
            Some(found) => self.go_on(model, train, found),
            None => self.fit(model, train),
        }
    }

    /// Writes a checkpoint, if they are asked for and the last one is older.
    pub(super) fn write_checkpoint(&mut self, model: &dyn Module<T>) -> Result<(), FitError> {
        let step = self.progress.step;
        let is_written = self.progress.written == Some(step) && self.progress.end.is_none();
        if self.checkpoints.is_none() || is_written {
            return Ok(());
        }
        for callback in &mut self.callbacks {
            // So that the checkpoint never knows of more than the disk has.
            callback.sync().map_err(|cause| FitError::Callback {
                name: callback.name().to_owned(),
                cause,
            })?;
        }
        let checkpoint = self
            .parts(model)
            .with("history", self.progress.history.save())
            .with("progress", self.progress.save());
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.write(step, &checkpoint)?;
        }
        self.progress.written = Some(step);
        Ok(())
    }

    /// Whether a checkpoint is due in the middle of an epoch.
    pub(super) fn is_checkpoint_due_at_step(&self) -> bool {
        let every = self.checkpoints.as_ref().and_then(|own| own.every_steps);
        every.is_some_and(|every| self.progress.step.is_multiple_of(every))
    }

    /// Writes the model if the last row of the history is the best.
    pub(super) fn write_best(&mut self, model: &dyn Module<T>) -> Result<(), FitError> {
        let Some(checkpoints) = &self.checkpoints else {
            return Ok(());
        };
        let Some(monitor) = &checkpoints.best else {
            return Ok(());
        };
        let history = &self.progress.history;
        let latest = monitor.latest(history).map_err(FitError::Best)?;
        let Some(value) = latest.filter(|value| !value.is_nan()) else {
            return Ok(());
        };
        let is_best = match self.progress.best {
            None => true,
            Some(best) if history.is_better_larger(monitor.name(history)) => value > best,
            Some(best) => value < best,
        };
        if is_best {
            checkpoints.write_best(Section::of(model))?;
            self.progress.best = Some(value);
        }
        Ok(())
    }

    /// What has a memory, but for the progress.
    fn parts(&self, model: &dyn Module<T>) -> Checkpoint {
        let mut checkpoint = Checkpoint::new()
            .with("model", Section::of(model))
            .with("optimizer", self.optimizer.save(model))
            .with("guard", self.guard.save());
        if let Some(average) = &self.average {
            checkpoint = checkpoint.with("average", average.save(model));
        }
        for (section, callback) in sections(&self.callbacks).iter().zip(&self.callbacks) {
            checkpoint = checkpoint.with(section, callback.save());
        }
        checkpoint
    }

    /// Sets what has a memory; on an error, parts of it.
    fn set(
        &mut self,
        model: &mut dyn Module<T>,
        checkpoint: &Checkpoint,
    ) -> Result<(), LoadProblem> {
        self.optimizer
            .load(checkpoint.section("optimizer")?, model)?;
        self.guard.load(checkpoint.section("guard")?)?;
        if let Some(average) = &mut self.average {
            average.load(checkpoint.section("average")?, model)?;
        }
        let sections = sections(&self.callbacks);
        for (name, callback) in sections.iter().zip(&mut self.callbacks) {
            match checkpoint.section(name) {
                Ok(section) => callback.load(section)?,
                // One that remembers nothing may be new.
                Err(_) if callback.save().is_empty() => {}
                Err(missing) => return Err(missing),
            }
        }
        checkpoint.section("model")?.load_into(model)
    }

    /// The names of the metrics in a list.
    fn metric_names(&self) -> String {
        let names: Vec<_> = self.metrics.iter().map(|metric| metric.name()).collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(", "),
        }
    }

    /// What must be the same when a run goes on.
    pub(super) fn settings(&self, train: &Dataset<T>) -> Vec<(String, String)> {
        let mut settings: Vec<(&str, String)> = vec![
            ("seed", self.seed.to_string()),
            (
                "batch size",
                match self.batch_size {
                    Some(size) => size.to_string(),
                    None => "all rows".to_owned(),
                },
            ),
            ("last batch", self.drops_last.to_string()),
            ("balancing of classes", self.is_balanced.to_string()),
            ("number of batches a step", self.accumulate.to_string()),
            (
                "number of augmentations",
                self.augmentations.len().to_string(),
            ),
            ("average", self.average.is_some().to_string()),
            (
                "number of epochs between evaluations",
                self.validate_every.to_string(),
            ),
            (
                "evaluation of training data",
                self.evaluates_training.to_string(),
            ),
            ("list of metrics", self.metric_names()),
            ("training data", digest(train)),
        ];
        if let Some(data) = &self.validation {
            settings.push(("validation data", digest(data)));
        }
        let settings = settings.into_iter();
        settings
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// The progress in a checkpoint.
fn read(checkpoint: &Checkpoint) -> Result<Progress, LoadProblem> {
    let mut progress = Progress::load(checkpoint.section("progress")?)?;
    progress.history = History::load(checkpoint.section("history")?)?;
    Ok(progress)
}

/// The names of the callbacks' sections: of several with one name, each but the first has a number.
fn sections<T: Element>(callbacks: &[Box<dyn Callback<T> + '_>]) -> Vec<String> {
    let names: Vec<_> = callbacks.iter().map(|callback| callback.name()).collect();
    let section = |(place, name): (usize, &&str)| {
        let before = names[..place].iter();
        match before.filter(|other| *other == name).count() {
            0 => format!("callback {name}"),
            count => format!("callback {name} {}", count + 1),
        }
    };
    names.iter().enumerate().map(section).collect()
}

/// The first setting that differs: its name, then and now.
fn other_setting(
    then: &[(String, String)],
    now: &[(String, String)],
) -> Option<(String, String, String)> {
    let value = |of: &[(String, String)], name: &str| {
        let found = of.iter().find(|(own, _)| own == name);
        found.map_or_else(|| "none".to_owned(), |(_, value)| value.clone())
    };
    let names = then.iter().chain(now).map(|(name, _)| name);
    names
        .map(|name| (name.clone(), value(then, name), value(now, name)))
        .find(|(_, then, now)| then != now)
}

/// Shapes of data and a number that their bits fix.
fn digest<T: Element>(data: &Dataset<T>) -> String {
    let mut fingerprint = Fingerprint::new();
    let mut take = |array: &ArcArrayD<T>| {
        for number in array {
            fingerprint.take(number.wide().to_bits());
        }
    };
    take(&data.x);
    take(&data.y);
    data.weights.iter().for_each(take);
    let hash = fingerprint.number();
    let (rows, features, outputs) = (data.rows(), data.features(), data.y.shape()[1]);
    format!("{rows} rows of {features} inputs and {outputs} targets, {hash:016x}")
}
