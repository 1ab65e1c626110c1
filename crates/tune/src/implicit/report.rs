use std::fmt;

/// How far a gradient of [`Implicit`](crate::Implicit) is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImplicitReport {
    /// How far the model is from a minimum of the training objective: the largest absolute number of its gradient,
    /// and of weights that are zero under a kink how far the gradient is beyond it ([`kkt`](tapegrad_nn::kkt)).
    /// The formula holds where this is small.
    pub stationarity: f64,
    /// How many products with the Hessian were made for the solution.
    pub iterations: usize,
    /// `‖∂V/∂w − (H + δ I) q‖ / ‖∂V/∂w‖`.
    pub residual: f64,
    /// Whether a direction was met in which the objective bends down: then the model is at no minimum, or the
    /// damping too small, and `q` is what was found so far.
    pub negative_curvature: bool,
    /// How many weights stay exactly zero, and do not count.
    pub zeros: usize,
    /// Of a Neumann series.
    pub step: Option<f64>,
}

impl fmt::Display for ImplicitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stationarity,
            iterations,
            residual,
            zeros,
            ..
        } = self;
        write!(
            f,
            "gradient {stationarity:.1e} in training, residual {residual:.1e} after {iterations} products"
        )?;
        if let Some(step) = self.step {
            write!(f, " of step {step:.2e}")?;
        }
        if *zeros > 0 {
            write!(f, ", {zeros} weights stay zero")?;
        }
        if self.negative_curvature {
            write!(f, ", negative curvature")?;
        }
        Ok(())
    }
}
