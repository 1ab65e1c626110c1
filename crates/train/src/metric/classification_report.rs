use std::fmt;

use super::{Average, ConfusionMatrix};

/// Precision, recall and `F₁` of each class that occurs among targets or predictions, and on average.
/// Prints as scikit-learn's `classification_report`.
///
/// ```
/// use tapegrad_train::metric::ConfusionMatrix;
///
/// let matrix = ConfusionMatrix::new(&[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], None).names(["cat", "dog"]);
/// let report = matrix.report();
/// assert_eq!((report.accuracy, report.classes[1].recall), (0.6, 2.0 / 3.0));
/// assert_eq!(format!("{report:.3}"), "              \
///               precision    recall  f1-score   support
///
///          cat      0.500     0.500     0.500         2
///          dog      0.667     0.667     0.667         3
///
///     accuracy                          0.600         5
///    macro avg      0.583     0.583     0.583         5
/// weighted avg      0.600     0.600     0.600         5
/// ");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ClassificationReport {
    /// Of each class.
    pub classes: Vec<ClassScores>,
    /// The share of rows that are right.
    pub accuracy: f64,
    /// The means over the classes.
    pub macro_average: ClassScores,
    /// The means weighted by support.
    pub weighted_average: ClassScores,
}

/// A line of a [`ClassificationReport`].
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScores {
    /// Of the class or average.
    pub name: String,
    /// [`Precision`](super::Precision).
    pub precision: f64,
    /// [`Recall`](super::Recall).
    pub recall: f64,
    /// [`FBeta`](super::FBeta) with `β = 1`.
    pub f1: f64,
    /// The weight of the rows of the class, or of all.
    pub support: f64,
}

impl ClassificationReport {
    pub(super) fn of(matrix: &ConfusionMatrix) -> Self {
        let scores = |name: &str, average, support| ClassScores {
            name: name.to_owned(),
            precision: matrix.precision(average),
            recall: matrix.recall(average),
            f1: matrix.f1(average),
            support,
        };
        let classes: Vec<ClassScores> = matrix
            .supports()
            .map(|(class, name, support)| scores(name, Average::Class(class), support))
            .collect();
        let total = classes.iter().map(|class| class.support).sum();
        Self {
            classes,
            accuracy: matrix.accuracy(),
            macro_average: scores("macro avg", Average::Macro, total),
            weighted_average: scores("weighted avg", Average::Weighted, total),
        }
    }
}

impl fmt::Display for ClassificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let averages = [&self.macro_average, &self.weighted_average];
        let lines = self.classes.iter().chain(averages);
        let widths = lines.map(|line| line.name.chars().count());
        let width = widths.max().unwrap_or(0);
        let support = |support: f64| match support.fract() == 0.0 {
            true => support.to_string(),
            false => format!("{support:.digits$}"),
        };
        let line = |f: &mut fmt::Formatter<'_>, line: &ClassScores| {
            write!(f, "{:>width$} ", line.name)?;
            for score in [line.precision, line.recall, line.f1] {
                write!(f, " {score:>9.digits$}")?;
            }
            writeln!(f, " {:>9}", support(line.support))
        };
        let [precision, recall, f1] = ["precision", "recall", "f1-score"];
        writeln!(
            f,
            "{:width$}  {precision:>9} {recall:>9} {f1:>9} {:>9}\n",
            "", "support"
        )?;
        for class in &self.classes {
            line(f, class)?;
        }
        let (accuracy, total) = (self.accuracy, support(self.macro_average.support));
        writeln!(
            f,
            "\n{:>width$}  {:>9} {:>9} {accuracy:>9.digits$} {total:>9}",
            "accuracy", "", ""
        )?;
        averages
            .into_iter()
            .try_for_each(|average| line(f, average))
    }
}
