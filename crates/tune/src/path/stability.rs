use std::error::Error;
use std::fmt;

use tapegrad_autodiff::{Element, Var};
use tapegrad_nn::{Module, Scope, random};
use tapegrad_train::data::Dataset;

use super::parts::those_that_succeed;
use super::problem::Problem;
use crate::TuneError;
use crate::snapshot::Snapshot;

/// How often inputs are selected by paths of random halves of the rows (Meinshausen and Bühlmann 2010), printed as a
/// table.
///
/// An input is selected by a subsample if it is active at some strength of its path. The stable ones are those that a
/// share of at least `π` of the subsamples selects. If the selection of inputs that do not matter is exchangeable, and
/// no worse than chance, at most
///
/// ```text
/// E(V) ≤ q² / ((2 π − 1) p)        for π > ½
/// ```
///
/// of them are expected among the stable ones, of `p` inputs, where a subsample selects `q` in the mean (their
/// theorem 1). It says something only if `q` is small: at its weak end a path selects nearly everything, so let it end
/// early, by a [ratio](crate::Path::ratio) of 0.2 or so.
///
/// Theirs is the largest [share over strengths](StabilitySelection::shares), at one strength for all subsamples; the
/// union of a path, which is used here, is a selection itself, for which the theorem holds, and selects no less.
#[derive(Clone, Debug)]
pub struct StabilitySelection {
    /// From the strongest on.
    pub strengths: Vec<f64>,
    /// Of each strength, the share of subsamples that each input is active in.
    pub shares: Vec<Vec<f64>>,
    /// The share of subsamples that select each input.
    pub selected: Vec<f64>,
    /// How many inputs a subsample selects in the mean, `q`.
    pub mean_count: f64,
    /// What the inputs are called.
    pub names: Vec<String>,
    /// The subsamples that failed, from 0, and why. They are in no share.
    pub failed: Vec<(usize, TuneError)>,
}

impl StabilitySelection {
    /// The inputs that a share of at least `threshold` of the subsamples selects: 0.6 to 0.9 is usual.
    pub fn stable(&self, threshold: f64) -> Vec<usize> {
        let inputs = self.selected.iter().enumerate();
        let inputs = inputs.filter(|(_, share)| **share >= threshold);
        inputs.map(|(input, _)| input).collect()
    }

    /// How many inputs that do not matter are expected among the stable ones at most; infinite for a threshold of ½ or
    /// less.
    pub fn false_selections(&self, threshold: f64) -> f64 {
        match threshold > 0.5 {
            true => {
                let inputs = self.selected.len() as f64;
                self.mean_count.powi(2) / ((2.0 * threshold - 1.0) * inputs)
            }
            false => f64::INFINITY,
        }
    }
}

impl<M, L, F, T> Problem<'_, M, L, F, T>
where
    M: Module<T>,
    L: for<'t> Fn(&Scope<'t, T>, &M, &Dataset<T>) -> Var<'t, T>,
    F: FnMut(&mut M, &Dataset<T>) -> Result<(), Box<dyn Error>>,
    T: Element,
{
    pub(super) fn stability(
        &mut self,
        model: &mut M,
        data: &Dataset<T>,
        subsamples: usize,
        seed: u64,
    ) -> Result<StabilitySelection, TuneError> {
        if data.rows() == 1 {
            return Err(TuneError::Data {
                cause: "there is 1 row, and no half of it; there must be two".to_owned(),
            });
        }
        let start = Snapshot::of(model);
        let path = self.path(model, data)?;
        let strengths: Vec<f64> = path.points.iter().map(|point| point.strength).collect();
        let inputs = path.names.len();
        let paths = (0..subsamples).map(|subsample| {
            start.restore(model);
            let half = data.shuffled(random::derive(seed, subsample));
            let half = half.split_at(data.rows() / 2).0;
            let points = self.along(model, &half, &strengths)?;
            let active = points.iter().map(|point| {
                let mut active = vec![false; inputs];
                point.inputs.iter().for_each(|&input| active[input] = true);
                active
            });
            Ok(active.collect::<Vec<_>>())
        });
        let (paths, failed) = those_that_succeed("subsamples", paths)?;

        let share = |is_active: &dyn Fn(&Vec<Vec<bool>>) -> bool| {
            paths.iter().filter(|path| is_active(path)).count() as f64 / paths.len() as f64
        };
        let each = |is_active: &dyn Fn(&Vec<Vec<bool>>, usize) -> bool| {
            let shares = (0..inputs).map(|input| share(&|path| is_active(path, input)));
            shares.collect::<Vec<f64>>()
        };
        let shares = (0..strengths.len()).map(|place| each(&|path, input| path[place][input]));
        let selected = each(&|path, input| path.iter().any(|active| active[input]));
        Ok(StabilitySelection {
            shares: shares.collect(),
            mean_count: selected.iter().sum(),
            selected,
            strengths,
            names: path.names,
            failed,
        })
    }
}

/// A line for each input, the most often selected first.
impl fmt::Display for StabilitySelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.iter().map(|name| name.chars().count());
        let width = names.max().unwrap_or(0).max("input".len());
        write!(f, "{:width$}  selected", "input")?;
        let mut inputs: Vec<usize> = (0..self.selected.len()).collect();
        inputs.sort_by(|&a, &b| self.selected[b].total_cmp(&self.selected[a]));
        for input in inputs {
            write!(
                f,
                "\n{:width$}  {:8.2}",
                self.names[input], self.selected[input]
            )?;
        }
        write!(f, "\n{:.1} inputs in the mean", self.mean_count)?;
        for (subsample, error) in &self.failed {
            write!(f, "\nwithout subsample {subsample}: {error}")?;
        }
        Ok(())
    }
}
