use rand::RngExt;
use rand_distr::StandardNormal;
use tapegrad_nn::random::Stream;

use crate::error;

/// Normal noise of mean 0.
#[derive(Clone, Copy)]
pub(super) struct Noise {
    deviation: f64,
}

impl Noise {
    /// # Panics
    /// If the deviation, called `name` where it is given, is negative or not finite.
    #[track_caller]
    pub(super) fn new(who: &str, name: &str, deviation: f64) -> Self {
        if !(deviation.is_finite() && deviation >= 0.0) {
            error::spread(who, name, deviation);
        }
        Self { deviation }
    }

    pub(super) fn draw(self, stream: &mut Stream) -> f64 {
        self.deviation * stream.sample::<f64, _>(StandardNormal)
    }
}
