//! Pictures.
//!
//! [`boundary`] is one in characters. With the feature `plot` there are figures as SVG and PNG, and reports as HTML,
//! without a library of the system: what they are drawn with and the letters are part of the program.
#![cfg_attr(
    feature = "plot",
    doc = "
| | shows |
|---|---|
| [`learning_curves`] | losses, penalty, metrics and learning rate of a [`History`](crate::History) |
| [`decision_boundary`] | the plane as a classifier sees it, and the points |
| [`weight_histograms`] | how the numbers of each weight are spread |
| [`regularization`] | what the strength of a penalty does |
| [`confusion_matrix`], [`roc`], [`precision_recall`], [`calibration`] | what [metrics](crate::metric) of that name hold |
| [`lines`], [`error_bars`] | curves of your own |
| [`report`] | a run, on one page |

All but the last are a [`Figure`], which is then saved:

```
use tapegrad_train::{History, plot};

# let folder = std::env::temp_dir().join(format!(\"plot-{}\", std::process::id()));
# std::fs::create_dir_all(&folder)?;
let mut history = History::new();
history.record(1, 30, [(\"loss\", 0.9), (\"validation_loss\", 1.0)]);
history.record(2, 60, [(\"loss\", 0.5), (\"validation_loss\", 0.7)]);
plot::learning_curves(&history).save(folder.join(\"curves.svg\"))?;
plot::learning_curves(&history).title(\"Two moons\").size(640, 480).save(folder.join(\"curves.png\"))?;
plot::report(&history).save(folder.join(\"run.html\"))?;
# std::fs::remove_dir_all(folder)?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

Colours are those of Okabe and Ito, which people with any colour vision tell apart; classes have markers of
different shapes, too. Numbers that cannot be shown, as NaN, are left out, and the picture says so.
"
)]

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
mod error_bars;
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
    error_bars::error_bars,
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
