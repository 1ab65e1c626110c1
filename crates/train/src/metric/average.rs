use std::fmt;

/// What becomes of a precision, recall or `F` of each class.
///
/// | of `tp`, predicted and actual counts | |
/// |---|---|
/// | `Class(k)` | those of class `k` |
/// | `Micro` | the sums over the classes; with one predicted class a row all three are the accuracy |
/// | `Macro` | the mean over the classes that occur among targets or predictions |
/// | `Weighted` | their mean weighted by how often each is the actual class |
///
/// `Class(1)` is scikit-learn's `binary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Of one class only.
    Class(usize),
    /// Of the sums over the classes.
    Micro,
    /// The mean over the classes.
    Macro,
    /// The mean weighted by the support of the classes.
    Weighted,
}

impl fmt::Display for Average {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Average::Class(class) => write!(f, "class_{class}"),
            Average::Micro => f.write_str("micro"),
            Average::Macro => f.write_str("macro"),
            Average::Weighted => f.write_str("weighted"),
        }
    }
}
