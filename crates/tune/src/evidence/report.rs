use std::fmt;

/// What [`Evidence`](crate::Evidence) found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EvidenceReport {
    /// Each strength of the model, and each group of a [`Relevance`](crate::Relevance).
    pub strengths: Vec<StrengthReport>,
    /// The precision `β` of Gaussian noise.
    pub noise_precision: Option<f64>,
    /// `γ` of all: how many parameters the data determine, those without a penalty too if they are integrated over.
    pub effective_parameters: f64,
    /// How many are trained.
    pub parameters: usize,
    /// The logarithm of the evidence by Laplace's approximation. What has a flat prior makes it one up to a constant,
    /// the same for models with the same parameters of that kind.
    pub log_evidence: f64,
    /// How often the strengths were set: there was one fit more.
    pub iterations: usize,
    /// Whether they stayed where they were, within the tolerance.
    pub is_converged: bool,
    /// By what part of itself an `α` would change by the next update: that which does so most.
    pub change: f64,
    /// The largest absolute number in the gradient of the mean data loss and the penalties: how far the last fit was
    /// from a minimum of what this is about. It is large as well if the fit has another loss.
    pub stationarity: f64,
}

/// The weights of one strength, as they are at the end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StrengthReport {
    /// The parameters, and the group.
    pub name: String,
    /// How many weights.
    pub weights: usize,
    /// How many of them the data determine: 0 if none, `weights` if all.
    pub gamma: f64,
    /// The precision of their prior.
    pub alpha: f64,
    /// The strength in the loss.
    pub lambda: f64,
    /// Whether they were found to be irrelevant, and are 0.
    pub is_pruned: bool,
    /// Whether the evidence grows with the strength without end, as the data say nothing of the weights: it stays where
    /// they are 0 but for a millionth.
    pub is_unbounded: bool,
}

/// A line for each strength, and what is true of all.
impl fmt::Display for EvidenceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.strengths.iter().map(|of| of.name.chars().count());
        let width = names.max().unwrap_or(0).max("strength of".len());
        writeln!(
            f,
            "{:width$}  weights        γ          α          λ",
            "strength of"
        )?;
        for of in &self.strengths {
            write!(f, "{:width$}  {:7}  {:7.2}", of.name, of.weights, of.gamma)?;
            match of.is_pruned {
                true => write!(f, "     pruned")?,
                false => write!(f, "  {:9.3e}  {:9.3e}", of.alpha, of.lambda)?,
            }
            match of.is_unbounded {
                true => writeln!(f, "  unbounded")?,
                false => writeln!(f)?,
            }
        }
        let (all, effective) = (self.parameters, self.effective_parameters);
        write!(f, "{effective:.2} of {all} parameters are determined")?;
        if let Some(precision) = self.noise_precision {
            let deviation = 1.0 / precision.sqrt();
            write!(f, ", β {precision:.3e} (noise {deviation:.3e})")?;
        }
        let (iterations, change) = (self.iterations, self.change);
        let how = match self.is_converged {
            true => "converged",
            false => "not converged",
        };
        write!(
            f,
            "\nlog evidence {:.3}, {how} after {iterations} updates (change {change:.1e}), gradient {:.1e}",
            self.log_evidence, self.stationarity
        )
    }
}
