//! Pictures.

#[cfg(feature = "plot")]
mod axis;
mod boundary;
#[cfg(feature = "plot")]
mod calibration;
#[cfg(feature = "plot")]
mod canvas;
#[cfg(feature = "plot")]
mod color;
#[cfg(feature = "plot")]
mod confusion_matrix;
#[cfg(feature = "plot")]
mod decision_boundary;
#[cfg(feature = "plot")]
mod figure;
#[cfg(feature = "plot")]
mod learning_curves;
#[cfg(feature = "plot")]
mod lines;
#[cfg(feature = "plot")]
mod number;
#[cfg(feature = "plot")]
mod plot_error;
#[cfg(feature = "plot")]
mod precision_recall;
#[cfg(feature = "plot")]
mod regularization;
#[cfg(feature = "plot")]
mod report;
#[cfg(feature = "plot")]
mod roc;
#[cfg(feature = "plot")]
mod series;
#[cfg(feature = "plot")]
mod text;
#[cfg(feature = "plot")]
mod weight_histograms;

pub use boundary::boundary;
#[cfg(feature = "plot")]
pub use {
    axis::Scale,
    calibration::calibration,
    confusion_matrix::confusion_matrix,
    decision_boundary::decision_boundary,
    figure::Figure,
    learning_curves::learning_curves,
    lines::lines,
    plot_error::PlotError,
    precision_recall::precision_recall,
    regularization::{RegularizationRow, regularization},
    report::{Report, report},
    roc::roc,
    weight_histograms::weight_histograms,
};
