use std::fmt::Display;

/// What an objective gives: a score, or the reason why there is none.
///
/// | | score |
/// |---|---|
/// | `f64` | the number, if it is finite |
/// | `Result<f64, E>` | the same of `Ok`; the reason of `Err` in words |
pub trait Scored {
    /// The score, or the reason.
    ///
    /// # Errors
    /// If there is none, or it is NaN or infinite.
    fn scored(self) -> Result<f64, String>;
}

impl Scored for f64 {
    fn scored(self) -> Result<f64, String> {
        match self.is_finite() {
            true => Ok(self),
            false => Err(format!("the score is {self}; it must be finite")),
        }
    }
}

impl<E: Display> Scored for Result<f64, E> {
    fn scored(self) -> Result<f64, String> {
        self.map_err(|error| error.to_string())?.scored()
    }
}
