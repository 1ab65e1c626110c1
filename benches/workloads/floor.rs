//! The floor: the same steps as straight-line code on the same kernels, without a tape.

mod hvp;
mod infer;
mod network;
mod opt;
mod train;
mod update;

use super::specification::{Kind, Workload};
use super::work::Work;

/// The workload by hand.
pub(crate) fn build(work: &Workload) -> Box<dyn Work> {
    match work.kind {
        Kind::Train => Box::new(train::Train::new(work)),
        Kind::Infer => Box::new(infer::Infer::new(work)),
        Kind::Opt => Box::new(opt::Opt::new(work)),
        Kind::Hvp => Box::new(hvp::Hvp::new(work)),
    }
}
