/// What the outputs of a classifier are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Given {
    /// Before sigmoid or softmax.
    #[default]
    Logits,
    /// After it.
    Probabilities,
}

impl Given {
    /// The class that a row of outputs predicts: none, if there is a NaN among them.
    pub(super) fn decide(self, row: &[f64]) -> Option<usize> {
        if row.iter().any(|z| z.is_nan()) {
            return None;
        }
        if let [z] = row {
            let threshold = match self {
                Given::Logits => 0.0,
                Given::Probabilities => 0.5,
            };
            return Some(usize::from(*z > threshold));
        }
        // The first of equals.
        (0..row.len()).reduce(|best, class| if row[class] > row[best] { class } else { best })
    }
}

/// The setting of a metric that has a field `given`.
macro_rules! of_probabilities {
    ($metric:ident) => {
        impl $metric {
            /// The outputs are probabilities, in `[0, 1]`, and not logits.
            pub fn of_probabilities(mut self) -> Self {
                self.given = $crate::metric::given::Given::Probabilities;
                self
            }
        }
    };
}

pub(super) use of_probabilities;
