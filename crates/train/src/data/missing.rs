use tapegrad_autodiff::reduction;

/// What stands for missing values: empty fields, and where a number must be also `NA`, `N/A`, `NaN`, `null` (in
/// any case) and `?`.
///
/// What is filled in is learnt from the rows for training. Texts have the most frequent one filled in, the first
/// in order of equals. Targets are never filled in: where nothing is dropped, a missing one is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// Nothing: they are refused, with their place.
    Refuse,
    /// Nothing: rows with one are dropped.
    Drop,
    /// The mean of the column.
    Mean,
    /// The median of the column: of an even number, the middle of two.
    Median,
    /// This number, in every column.
    Constant(f64),
}

/// Whether a field holds no value.
pub(super) fn is_missing(field: &str, is_text: bool) -> bool {
    let words = ["na", "n/a", "nan", "null", "?"];
    field.is_empty() || (!is_text && words.iter().any(|word| field.eq_ignore_ascii_case(word)))
}

impl Missing {
    /// What is filled into a column of these numbers; `Err` if none are there to tell.
    pub(super) fn fill(self, numbers: &[f64]) -> Result<Option<f64>, ()> {
        match self {
            Self::Refuse | Self::Drop => Ok(None),
            Self::Constant(value) => Ok(Some(value)),
            Self::Mean | Self::Median if numbers.is_empty() => Err(()),
            Self::Mean => {
                let count = numbers.len() as f64;
                let mean = reduction::sum(numbers) / count;
                let parts = || numbers.iter().map(|x| x / count).sum();
                Ok(Some(if mean.is_finite() { mean } else { parts() }))
            }
            Self::Median => {
                let mut numbers = numbers.to_vec();
                numbers.sort_by(f64::total_cmp);
                let (low, high) = ((numbers.len() - 1) / 2, numbers.len() / 2);
                Ok(Some(numbers[low].midpoint(numbers[high])))
            }
        }
    }
}
